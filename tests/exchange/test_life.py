"""A batch from being handed in to being undone."""

from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from apps.exchange import runs
from apps.exchange.models import BATCH_EDGES, BatchState, ImportBatch
from apps.exchange.runs import applying
from apps.exchange.services import apply_import, upload_for_facility
from apps.facilities.models import Facility
from apps.facilities.services import change_facility, remove_part
from tests import builders
from tests.cast import Cast
from tests.exchange.archives import zipped
from tests.exchange.world import (
    carried,
    imported,
    make_catalogue,
    outcomes,
    place,
    read,
    reasons,
    rows_of,
    table,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    make_catalogue()


def facts() -> dict[str, Any]:
    """Every row of what imports write, but for when it was last written."""
    tables = [
        "facilities_facility", "facilities_facilitynetwork", "facilities_capability", "facilities_resource",
        "facilities_heldmachine", "facilities_heldcertificate", "facilities_statement", "facilities_contact",
        "facilities_facility_materials", "facilities_capability_materials", "exchange_sourcelisting",
        "exchange_unmappedterm",
    ]  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"SELECT (to_jsonb(t) - 'updated_at' - 'id')::text FROM {name} t ORDER BY 1")
            found[name] = [row[0] for row in cursor.fetchall()]
    return found


def test_reading_writes_nothing_but_says_what_would_happen(cast: Cast) -> None:
    before = facts()
    batch = read(cast.lakeside, table(place(1), place(2, kind="castle"), place(3, lat="95")), cast.carla)
    assert batch.state == "read"
    assert outcomes(batch) == ["new", "refused", "new"]
    assert reasons(rows_of(batch)[1])[0] == ("kind", "not_an_allowed_word")
    assert [(one["number"], one["value"]) for one in rows_of(batch)[2].refusals] == [(4, "95")]
    assert facts() == before


def test_what_is_applied_is_unclaimed_imported_and_in_the_network(cast: Cast) -> None:
    batch = imported(cast.lakeside, table(place(1, city="Accra", materials="ABS; pla", min_run="10")), cast.carla)
    assert batch.state == "applied"
    facility = Facility.objects.get(name="Place 1")
    assert (facility.claim_state, facility.source, facility.batch_id) == ("unclaimed", "imported", batch.public_id)
    assert list(facility.networks.all()) == [cast.lakeside]
    assert sorted(facility.materials.values_list("slug", flat=True)) == ["abs", "pla"]
    assert facility.min_run == 10
    assert facility.operator is None


def test_a_second_import_of_the_same_file_changes_nothing(cast: Cast) -> None:
    data = table(place(1, city="Accra", lat="5.6", lon="-0.2", materials="abs"), place(2, lead_days_low="5"))
    imported(cast.lakeside, data, cast.carla)
    before = facts()
    again = imported(cast.lakeside, data, cast.carla)
    assert outcomes(again) == ["unchanged", "unchanged"]
    assert facts() == before


def test_a_new_file_changes_what_its_source_said(cast: Cast) -> None:
    imported(cast.lakeside, table(place(1, city="Accra", min_run="10")), cast.carla)
    again = imported(cast.lakeside, table(place(1, city="Tema", min_run="20")), cast.carla)
    assert outcomes(again) == ["change"]
    facility = Facility.objects.get(name="Place 1")
    assert (facility.city, facility.min_run) == ("Tema", 20)
    assert [(one["field"], one["before"], one["after"]) for one in rows_of(again)[0].changes] == [
        ("city", "Accra", "Tema"),
        ("min_run", 10, 20),
    ]


def test_an_import_gives_way_to_what_a_coordinator_stated(cast: Cast) -> None:
    imported(cast.lakeside, table(place(1, city="Accra", min_run="10")), cast.carla)
    facility = Facility.objects.get(name="Place 1")
    change_facility(facility, {"city": "Kumasi"}, acting_user=cast.carla)
    again = imported(cast.lakeside, table(place(1, city="Tema", min_run="20")), cast.carla)
    facility.refresh_from_db()
    assert (facility.city, facility.min_run) == ("Kumasi", 20)
    assert [(one["field"], one["here"], one["file"]) for one in rows_of(again)[0].kept] == [("city", "Kumasi", "Tema")]


def test_an_import_changes_nothing_of_a_facility_whose_people_speak_for_it(cast: Cast) -> None:
    heron = cast.quiet_heron
    before = facts()["facilities_facility"]
    row = {"id": str(heron.public_id), "name": "Another name", "kind": "jobshop", "city": "Elsewhere", "quote_days": 3}
    batch = imported(cast.lakeside, table(row), cast.carla)
    assert outcomes(batch) == ["unchanged"]
    assert {one["field"] for one in rows_of(batch)[0].kept} == {"name", "kind", "city", "quote_days"}
    assert facts()["facilities_facility"] == before


def test_own_people_may_name_their_facility_in_rows_of_its_parts(cast: Cast) -> None:
    heron = cast.quiet_heron
    row = {"facility": heron.name.upper(), "process": "turning", "min_run (pieces)": 3}
    batch = carried(upload_for_facility(heron, "capabilities.csv", table(row), acting_user=cast.hank))
    assert (outcomes(batch), reasons(rows_of(batch)[0])) == (["change"], [])
    carried(apply_import(batch, acting_user=cast.hank))
    kept = Facility.objects.get(pk=heron.pk)
    assert kept.capabilities.get(process__slug="turning").min_run == 3
    assert (kept.name, kept.external_id) == (heron.name, heron.external_id)


def test_undoing_leaves_no_trace_of_what_was_new(cast: Cast) -> None:
    before = facts()
    batch = imported(cast.lakeside, table(place(1, materials="abs"), place(2)), cast.carla)
    assert facts() != before
    assert undone(batch, cast.carla).state == "undone"
    assert facts() == before


def test_undoing_forgets_of_whom_a_new_place_looked_like_a_twin(cast: Cast) -> None:
    """Which is found by itself after each import, and is nobody's word."""
    batch = imported(cast.lakeside, table(place(1), place(2)), cast.carla)
    first, second = (Facility.objects.get(name=name) for name in ("Place 1", "Place 2"))
    builders.twin_pair(network=cast.lakeside, first=first, second=second)
    undone(batch, cast.carla)
    assert not Facility.objects.filter(pk__in=[first.pk, second.pk]).exists()


def test_undoing_puts_back_what_was_changed(cast: Cast) -> None:
    imported(cast.lakeside, table(place(1, city="Accra", materials="abs")), cast.carla)
    facility = Facility.objects.get(name="Place 1")
    change_facility(facility, {"quote_days": 4.0}, acting_user=cast.carla)
    before = facts()
    batch = imported(cast.lakeside, table(place(1, city="Tema", materials="pla", lon="1", lat="6")), cast.carla)
    assert facts() != before
    undone(batch, cast.carla)
    assert facts() == before


def test_undoing_leaves_what_somebody_changed_since(cast: Cast) -> None:
    imported(cast.lakeside, table(place(1, city="Accra", min_run="10")), cast.carla)
    batch = imported(cast.lakeside, table(place(1, city="Tema", min_run="20")), cast.carla)
    facility = Facility.objects.get(name="Place 1")
    change_facility(facility, {"city": "Kumasi"}, acting_user=cast.carla)
    batch = undone(batch, cast.carla)
    facility.refresh_from_db()
    assert (facility.city, facility.min_run) == ("Kumasi", 10)
    assert [(one["field"], one["here"], one["reason"]) for one in rows_of(batch)[0].left] == [
        ("city", "Kumasi", "changed_since")
    ]


def test_a_new_facility_that_is_referred_to_is_closed_and_not_removed(cast: Cast) -> None:
    batch = imported(cast.lakeside, table(place(1)), cast.carla)
    facility = Facility.objects.get(name="Place 1")
    builders.match(facility=facility)
    batch = undone(batch, cast.carla)
    facility.refresh_from_db()
    assert (facility.operating_state, facility.profile_public) == ("closed", False)
    assert [one["reason"] for one in rows_of(batch)[0].left] == ["referred_to"]


def test_the_history_of_rows_names_who_applied_it(cast: Cast) -> None:
    batch = imported(cast.lakeside, table(place(1, city="Accra")), cast.carla)
    facility = Facility.objects.get(name="Place 1")
    event = apps.get_model("facilities", "FacilityEvent").objects.filter(pgh_obj_id=facility.pk).first()
    assert event.pgh_context == {"user": cast.carla.pk, "imported": str(batch.public_id)}


def test_two_imports_of_one_file_at_once_make_one_facility(cast: Cast) -> None:
    data = table(place(1))
    one, two = (read(cast.lakeside, data, cast.carla) for _ in range(2))
    assert outcomes(one) == outcomes(two) == ["new"]
    for batch in (one, two):
        apply_import(batch, acting_user=cast.carla)
    runs.carry_on()
    assert [outcomes(batch) for batch in (one, two)] == [["new"], ["unchanged"]]
    assert Facility.objects.filter(name="Place 1").count() == 1


def test_what_breaks_a_rule_of_the_tables_is_refused_before_it_is_applied(cast: Cast) -> None:
    bad = place(1, min_run="20", max_run="10")
    batch = read(cast.lakeside, table(bad, place(2)), cast.carla)
    assert outcomes(batch) == ["refused", "new"]
    assert reasons(rows_of(batch)[0]) == [("", "rule_broken")]


def test_what_a_person_removed_stays_removed(cast: Cast) -> None:
    data = {"places.csv": table(place(1)), "machines.csv": table({"facility": "p1", "machine": "haas-vf2"})}
    files = zipped({"facilities.csv": data["places.csv"], "machines.csv": data["machines.csv"]})
    imported(cast.lakeside, files, cast.carla, name="all.zip")
    facility = Facility.objects.get(name="Place 1")
    remove_part(facility.machines.get(), acting_user=cast.carla)
    again = imported(cast.lakeside, files, cast.carla, name="all.zip")
    assert outcomes(again) == ["unchanged"]
    assert [one["part"] for one in rows_of(again)[0].kept] == ["machine:haas-vf2"]
    assert not facility.machines.exists()


def test_a_listing_removed_at_its_owners_request_is_not_made_again(cast: Cast) -> None:
    imported(cast.lakeside, table(place(1)), cast.carla)
    Facility.objects.filter(name="Place 1").update(
        removed_at=timezone.now(), operating_state="closed", profile_public=False
    )
    again = imported(cast.lakeside, table(place(1, city="Accra")), cast.carla)
    assert [reasons(row) for row in rows_of(again)] == [[("", "listing_removed")]]


def test_what_gets_nowhere_three_times_is_given_up_and_can_be_undone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = read(cast.lakeside, table(place(1)), cast.carla)

    def broken(*args: Any) -> Any:
        raise RuntimeError("sabotaged")

    with monkeypatch.context() as patch:
        patch.setattr(applying, "plan_row", broken)
        apply_import(batch, acting_user=cast.carla)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                runs.carry_on()
        runs.carry_on()
    batch.refresh_from_db()
    assert (batch.state, batch.failure, batch.failure_in_words) == ("failed", "broke_down", "")
    assert "sabotaged" in batch.failure_detail
    assert undone(batch, cast.carla).state == "undone"


@pytest.mark.parametrize("before", BatchState.values)
@pytest.mark.parametrize("after", BatchState.values)
def test_states_go_only_along_their_edges(cast: Cast, before: str, after: str) -> None:
    batch = builders.import_batch(state=before, failure="x")
    rows = ImportBatch.objects.filter(pk=batch.pk)
    if before == after or (before, after) in BATCH_EDGES:
        assert rows.update(state=after) == 1
    else:
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows.update(state=after)
