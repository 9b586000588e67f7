"""What a change of supply sets in motion: one numbered version, and the needs that it concerns, no others."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.facilities.models import Capability, CapacityWeek, Facility, FacilityNetwork, NoGo
from apps.matching.models import MatchJob, SupplyChange, SupplyVersion
from apps.matching.models.watched.supply import CATALOGUE
from apps.matching.runs import changes
from apps.matching.runs.changes import fan_out, number_changes
from apps.needs.models import Need, NeedState
from apps.needs.services import change_state
from tests import builders
from tests.matching.world import settle

pytestmark = pytest.mark.django_db


def wanted(need: Need) -> int:
    return MatchJob.objects.get(need=need).wanted


def changed() -> set[int]:
    """The facilities of the changes that wait; they are forgotten."""
    found = set(SupplyChange.objects.filter(rerank=True).values_list("facility_id", flat=True))
    SupplyChange.objects.all().delete()
    return found


# --- what appends a change ------------------------------------------------------------------------------------------

PARTS: list[tuple[str, Callable[[Facility], Any]]] = [
    ("capability", lambda facility: builders.capability(facility=facility)),
    ("resource", lambda facility: builders.resource(facility=facility)),
    ("machine", lambda facility: builders.held_machine(facility=facility)),
    ("certificate", lambda facility: builders.held_certificate(facility=facility)),
    ("no-go", lambda facility: builders.no_go(facility=facility)),
    ("network", lambda facility: builders.facility_network(facility=facility)),
    ("week", lambda facility: builders.capacity_week(resource=builders.resource(facility=facility))),
]
EDITS: dict[str, dict[str, Any]] = {
    "capability": {"min_run": 7},
    "resource": {"booked_share": 0.9},
    "machine": {"count": 9},
    "certificate": {"expires_on": date(2030, 1, 1)},
    "no-go": {"value": "medical"},
    "week": {"free_hours": 1},
}


@pytest.mark.parametrize(("name", "add"), PARTS, ids=[name for name, _ in PARTS])
def test_every_part_of_a_facility_counts(name: str, add: Callable[[Facility], Any]) -> None:
    facility = builders.facility()
    changed()
    part = add(facility)
    assert facility.pk in changed()
    rows = type(part).objects.filter(pk=part.pk)
    if name in EDITS:
        rows.update(**EDITS[name])
        assert changed() == {facility.pk}
        rows.update(**EDITS[name])
        assert changed() == set()
    part.delete()
    assert changed() == {facility.pk}


def test_lists_of_words_count() -> None:
    facility = builders.facility()
    line = builders.capability(facility=facility)
    held = builders.held_certificate(facility=facility)
    lists: tuple[tuple[Any, Any], ...] = (
        (facility.materials, builders.material()),
        (line.materials, builders.material()),
        (held.scope_processes, builders.process()),
    )
    changed()
    for words, word in lists:
        words.add(word)
        assert changed() == {facility.pk}
        words.clear()
        assert changed() == {facility.pk}


@pytest.mark.parametrize(
    "edit", [{"lat": 1.0, "lon": 1.0}, {"operating_state": "paused"}, {"signs_nda": True}, {"min_run": 5}], ids=str
)
def test_figures_of_a_facility_count(edit: dict[str, Any]) -> None:
    facility = builders.facility()
    changed()
    Facility.objects.filter(pk=facility.pk).update(**edit)
    assert changed() == {facility.pk}


def test_what_no_ranking_depends_on_changes_nothing() -> None:
    facility = builders.facility()
    changed()
    Facility.objects.filter(pk=facility.pk).update(
        name="Renamed", description="More", city="Elsewhere", profile_public=True, updated_at=timezone.now()
    )
    assert not SupplyChange.objects.exists()


def test_an_offer_is_news_for_workers_but_no_reason_to_rank_again() -> None:
    need = builders.need()
    facility = builders.facility(networks=(need.home_network,))
    settle()
    before, version = wanted(need), SupplyVersion.objects.count()
    Facility.objects.filter(pk=facility.pk).update(last_offered_at=timezone.now())
    settle()
    assert wanted(need) == before
    assert SupplyVersion.objects.count() == version + 1
    assert SupplyVersion.objects.latest("number").facility_ids == [facility.pk]


def test_bulk_writes_append_one_change_a_facility() -> None:
    one, two = builders.facility(), builders.facility()
    process = [builders.process() for _ in range(5)]
    SupplyChange.objects.all().delete()
    Capability.objects.bulk_create(Capability(facility=place, process=made) for place in (one, two) for made in process)
    assert sorted(SupplyChange.objects.values_list("facility_id", flat=True)) == sorted((one.pk, two.pk))


def test_raw_sql_counts() -> None:
    week = builders.capacity_week()
    changed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE facilities_capacityweek SET free_hours = 3 WHERE id = %s", [week.pk])
    assert changed() == {week.resource.facility_id}


def test_a_line_that_moves_to_another_facility_changes_both() -> None:
    line, other = builders.capability(), builders.facility()
    changed()
    Capability.objects.filter(pk=line.pk).update(facility=other)
    assert changed() == {line.facility_id, other.pk}


@pytest.mark.parametrize(
    "build",
    [
        builders.process,
        builders.process_relation,
        builders.material,
        builders.certification,
        builders.machine_model,
        builders.resource_kind,
        builders.work_content,
        builders.region,
        builders.transport_time,
        builders.stage,
    ],
    ids=lambda build: build.__name__,
)
def test_every_table_of_the_catalogue_counts_as_everything(build: Callable[[], Any]) -> None:
    row = build()
    assert CATALOGUE in changed()
    type(row).objects.filter(pk=row.pk).update(basis="another source", updated_at=timezone.now())
    assert changed() == set()
    row.delete()
    assert changed() == {CATALOGUE}


# --- numbering and fan-out --------------------------------------------------------------------------------------------


def test_a_change_bumps_the_needs_of_its_networks_and_no_others() -> None:
    home, partner, stranger = builders.need(), builders.need(), builders.need()
    draft = builders.need(submit=False, home_network=home.home_network)
    builders.need_partner_network(need=partner, network=home.home_network)
    facility = builders.facility(networks=(home.home_network,))
    settle()
    before = {need: wanted(need) for need in (home, partner, stranger)}
    Facility.objects.filter(pk=facility.pk).update(min_run=3)
    settle()
    assert wanted(home) == before[home] + 1
    assert wanted(partner) == before[partner] + 1
    assert wanted(stranger) == before[stranger]
    assert not MatchJob.objects.filter(need=draft).exists()


def test_a_facility_that_leaves_a_network_concerns_its_needs() -> None:
    left, joined = builders.need(), builders.need()
    facility = builders.facility(networks=(left.home_network,))
    settle()
    before = wanted(left), wanted(joined)
    FacilityNetwork.objects.filter(facility=facility).update(network=joined.home_network)
    settle()
    assert (wanted(left), wanted(joined)) == (before[0] + 1, before[1] + 1)
    FacilityNetwork.objects.filter(facility=facility).delete()
    settle()
    assert (wanted(left), wanted(joined)) == (before[0] + 1, before[1] + 2)


def test_a_facility_that_is_deleted_concerns_its_networks() -> None:
    need = builders.need()
    facility = builders.facility(networks=(need.home_network,))
    settle()
    before = wanted(need)
    facility.delete()
    settle()
    assert wanted(need) == before + 1


def test_a_change_of_the_catalogue_concerns_every_ranked_need() -> None:
    needs = [builders.need(), builders.need()]
    settle()
    before = [wanted(need) for need in needs]
    builders.stage()
    settle()
    assert [wanted(need) for need in needs] == [number + 1 for number in before]


def test_a_need_that_is_not_ranked_any_more_is_left_alone() -> None:
    need = builders.need()
    facility = builders.facility(networks=(need.home_network,))
    settle()
    change_state(need, NeedState.WITHDRAWN, acting_user=None)
    before = wanted(need)
    builders.no_go(facility=facility)
    settle()
    assert wanted(need) == before


def test_versions_are_numbered_without_gaps_and_jobs_ask_for_theirs() -> None:
    need = builders.need()
    facility = builders.facility(networks=(need.home_network,))
    settle()
    first = SupplyVersion.objects.latest("number").number
    for minimum in (1, 2, 3):
        Facility.objects.filter(pk=facility.pk).update(min_run=minimum)
        settle()
    numbers = list(SupplyVersion.objects.filter(number__gt=first).order_by("number").values_list("number", flat=True))
    assert numbers == [first + 1, first + 2, first + 3]
    assert MatchJob.objects.get(need=need).supply_version == first + 3


def test_many_changes_become_one_version() -> None:
    facility = builders.facility()
    settle()
    for minimum in (1, 2, 3):
        NoGo.objects.create(facility=facility, kind="stage", value=f"stage-{minimum}")
    assert number_changes()
    assert not SupplyChange.objects.exists()
    assert SupplyVersion.objects.latest("number").facility_ids == [facility.pk]
    assert not number_changes()


def test_the_fan_out_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "NEEDS_AT_ONCE", 2)
    needs = [builders.need()]
    needs += [builders.need(home_network=needs[0].home_network) for _ in range(4)]
    facility = builders.facility(networks=(needs[0].home_network,))
    settle()
    before = [wanted(need) for need in needs]
    CapacityWeek.objects.create(
        resource=builders.resource(facility=facility), monday=date(2030, 1, 7), free_hours=1, as_of=date(2030, 1, 1)
    )
    number_changes()
    done = []
    while fan_out():
        done.append(sum(wanted(need) - was for need, was in zip(needs, before, strict=True)))
    assert done == [2, 4, 5]
