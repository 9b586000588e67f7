"""Every change is kept: by whom, when, from what to what; also those made by SQL and in bulk."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.facilities import tasks
from apps.facilities.models import (
    EVENTS,
    KEPT_DAYS,
    Capability,
    CapabilityEvent,
    CapacityWeek,
    Facility,
    FacilityEvent,
    Resource,
    ResourceEvent,
)
from apps.facilities.selectors.history import COORDINATORS_ONLY, KINDS, entries, events_of
from apps.facilities.services import forget_history
from tests import builders
from tests.api.client import Api, results
from tests.cast import Cast

pytestmark = pytest.mark.django_db
As = Callable[[str], Api]


@pytest.fixture
def as_(cast: Cast) -> As:
    return lambda name: Api(getattr(cast, name))


@pytest.fixture
def site(cast: Cast) -> str:
    return f"facilities/{cast.quiet_heron.public_id}"


def told(api: Api, site: str, kind: str) -> list[dict[str, Any]]:
    return results(api.get(f"{site}/history/{kind}/"))


def test_a_change_over_the_api_is_told_with_who_and_both_values(as_: As, site: str, cast: Cast) -> None:
    resource = builders.resource(facility=cast.quiet_heron)
    hank = as_("hank")
    one = f"{site}/resources/{resource.public_id}/"
    assert hank.patch(one, {"booked_share": 0.25}, if_match=hank.get(one)["ETag"]).status_code == HTTPStatus.OK
    newest, oldest = told(hank, site, "resources")
    assert (newest["what"], newest["by"], newest["object"]) == ("update", "Hank", str(resource.public_id))
    assert newest["changes"]["booked_share"] == {"before": 0.5, "after": 0.25}
    assert "gross_hours_per_week" not in newest["changes"]
    assert (oldest["what"], oldest["by"]) == ("insert", "database")
    assert oldest["changes"]["kind"] == {"before": None, "after": resource.kind.slug}
    assert told(as_("carla"), site, "resources") == [newest, oldest]


def test_a_change_at_the_desk_names_the_coordinator(cast: Cast, as_: As, site: str) -> None:
    builders.resource(facility=cast.quiet_heron)
    client = Client()
    client.force_login(cast.carla)
    next_monday = builders.today() + timedelta(days=7 - builders.today().weekday())
    closing = {
        "facility": cast.quiet_heron.pk,
        "first_on": next_monday,
        "last_on": next_monday + timedelta(days=6),
        "reason": "holiday",
        "share": "0",
    }
    assert client.post(reverse("admin:facilities_capacityexception_add"), closing).status_code == 302
    assert [row["by"] for row in told(as_("hank"), site, "exceptions")] == ["Carla"]
    weeks = told(as_("hank"), site, "weeks")
    assert {row["by"] for row in weeks} == {"Carla"}
    assert weeks[0]["changes"]["free_hours"] == {"before": None, "after": 0}


def test_sql_by_hand_and_bulk_updates_are_in_it(cast: Cast, as_: As, site: str) -> None:
    lines = [builders.capability(facility=cast.quiet_heron, min_run=1) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE facilities_capability SET min_run = 7 WHERE id = %s", [lines[0].pk])
    Capability.objects.filter(pk__in=[line.pk for line in lines]).update(min_run=9)
    changed = [row for row in told(as_("carla"), site, "capabilities") if row["what"] == "update"]
    assert sorted(row["changes"]["min_run"]["before"] for row in changed) == [1, 1, 1, 7]
    assert {row["by"] for row in changed} == {"database"}


def test_what_is_deleted_stays_in_the_history_with_its_last_values(cast: Cast, as_: As, site: str) -> None:
    resource = builders.resource(facility=cast.quiet_heron, name="Old press")
    builders.capacity_week(resource=resource)
    hank = as_("hank")
    one = f"{site}/resources/{resource.public_id}/"
    assert hank.delete(one, if_match=hank.get(one)["ETag"]).status_code == HTTPStatus.NO_CONTENT
    gone = told(hank, site, "resources")[0]
    assert (gone["what"], gone["by"]) == ("delete", "Hank")
    assert gone["changes"]["name"] == {"before": "Old press", "after": None}
    assert told(hank, site, "weeks")[0]["what"] == "delete"  # of a resource that is gone as well


def test_a_write_that_changes_nothing_is_no_event(cast: Cast) -> None:
    before = FacilityEvent.objects.count()
    cast.quiet_heron.save()
    Facility.objects.update(last_offered_at=timezone.now())
    assert FacilityEvent.objects.count() == before


def test_what_is_rolled_back_never_happened(cast: Cast) -> None:
    before = ResourceEvent.objects.count()
    with transaction.atomic():
        builders.resource(facility=cast.quiet_heron)
        assert ResourceEvent.objects.count() == before + 1
        transaction.set_rollback(True)
    assert ResourceEvent.objects.count() == before


def test_an_upsert_is_told_as_what_it_was_for_each_row(cast: Cast, as_: As, site: str) -> None:
    week = builders.capacity_week(resource=builders.resource(facility=cast.quiet_heron), free_hours=5)
    fresh = CapacityWeek(
        resource=week.resource, monday=week.monday + timedelta(weeks=1), free_hours=6, as_of=builders.today()
    )
    week.free_hours = 7
    CapacityWeek.objects.bulk_create(
        [CapacityWeek(resource=week.resource, monday=week.monday, free_hours=7, as_of=week.as_of), fresh],
        update_conflicts=True,
        unique_fields=["resource", "monday"],
        update_fields=["free_hours", "as_of"],
    )
    assert sorted(row["what"] for row in told(as_("hank"), site, "weeks")) == ["insert", "insert", "update"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_read_by_the_own_people_and_coordinators_alone(as_: As, site: str, cast: Cast, kind: str) -> None:
    heron = cast.quiet_heron
    resource = builders.resource(facility=heron)
    builders.hold(resource=resource)
    builders.capability(facility=heron)
    builders.held_certificate(facility=heron)
    builders.held_machine(facility=heron)
    builders.capacity_exception(facility=heron)
    assert told(as_("hank"), site, kind)
    assert told(as_("carla"), site, kind)
    for outsider in ("ines", "omar", "fay", "sam"):
        assert as_(outsider).get(f"{site}/history/{kind}/").status_code == HTTPStatus.NOT_FOUND
    assert told(as_("ines"), f"facilities/{cast.iron_finch.public_id}", kind) == [] or kind == "facility"


def test_there_is_no_history_of_anything_else(as_: As, site: str) -> None:
    assert as_("hank").get(f"{site}/history/secrets/").status_code == HTTPStatus.NOT_FOUND


def test_a_facility_is_not_told_which_need_its_hours_are_held_for(cast: Cast) -> None:
    need = builders.need()
    builders.hold(resource=builders.resource(facility=cast.quiet_heron), need=need.public_id)
    events = list(events_of(cast.quiet_heron, "holds"))
    [blind], [full] = entries(events, in_full=False), entries(events, in_full=True)
    assert not COORDINATORS_ONLY & blind.changes.keys()
    assert full.changes["need_public_id"] == (None, str(need.public_id))


def test_pages_of_history_keep_what_was_before_across_their_edges(as_: As, site: str, cast: Cast) -> None:
    resource = builders.resource(facility=cast.quiet_heron, machines=1)
    for machines in range(2, 8):
        Resource.objects.filter(pk=resource.pk).update(machines=machines)
    seen: list[Any] = []
    address: str | None = f"{site}/history/resources/?page_size=2"
    while address:
        page = as_("hank").read(address)
        seen += [row["changes"]["machines"] for row in page["results"]]
        address = page["next"] and page["next"].replace("http://testserver", "")
    assert [(one["before"], one["after"]) for one in seen] == [
        (6, 7),
        (5, 6),
        (4, 5),
        (3, 4),
        (2, 3),
        (1, 2),
        (None, 1),
    ]


def test_the_desk_reads_every_change_of_a_row(cast: Cast) -> None:
    resource = builders.resource(facility=cast.quiet_heron, machines=1)
    Resource.objects.filter(pk=resource.pk).update(machines=3)
    client = Client()
    client.force_login(cast.carla)
    listing = client.get(reverse("admin:facilities_resourceevent_changelist"), {"pgh_obj_id": resource.pk})
    assert "machines: 1 → 3" in listing.content.decode()
    assert listing.context["cl"].result_count == 2
    newest = ResourceEvent.objects.latest("pgh_id")
    assert client.get(reverse("admin:facilities_resourceevent_change", args=[newest.pk])).status_code == 200
    client.force_login(cast.omar)
    assert client.get(reverse("admin:facilities_resourceevent_changelist")).context["cl"].result_count == 0


@pytest.mark.parametrize("change", ["update", "delete"])
def test_history_cannot_be_rewritten(cast: Cast, change: str) -> None:
    rows = FacilityEvent.objects.filter(pgh_obj_id=cast.quiet_heron.pk)
    with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), transaction.atomic():
        rows.update(name="never was") if change == "update" else rows.delete()


def test_after_three_years_it_is_forgotten(cast: Cast) -> None:
    now = timezone.now()
    assert forget_history(now) == 0
    tasks.forget_old_history()
    assert FacilityEvent.objects.exists()
    assert forget_history(now + timedelta(days=KEPT_DAYS + 1)) > 0
    assert not any(model.objects.exists() for model in EVENTS)


def test_a_bulk_import_writes_one_event_a_row(cast: Cast) -> None:
    processes = [builders.process() for _ in range(50)]
    before = CapabilityEvent.objects.count()
    Capability.objects.bulk_create(Capability(facility=cast.quiet_heron, process=process) for process in processes)
    assert CapabilityEvent.objects.count() == before + 50


def test_what_a_task_did_names_the_task(cast: Cast, as_: As, site: str) -> None:
    builders.hold(resource=builders.resource(facility=cast.quiet_heron))
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=True):
        tasks.expire_holds()
        newest = told(as_("hank"), site, "holds")[0]
    assert (newest["by"], newest["changes"]["state"]) == (
        "service: expire_holds",
        {"before": "soft", "after": "expired"},
    )


def test_the_history_button_of_a_row_shows_every_change_of_it(cast: Cast) -> None:
    resource = builders.resource(facility=cast.quiet_heron, machines=1)
    Resource.objects.filter(pk=resource.pk).update(machines=3)
    client = Client()
    client.force_login(cast.carla)
    page = client.get(reverse("admin:facilities_resource_history", args=[resource.pk])).content.decode()
    assert "machines: 1 → 3" in page
    client.force_login(cast.omar)
    assert client.get(reverse("admin:facilities_resource_history", args=[resource.pk])).status_code == 302
