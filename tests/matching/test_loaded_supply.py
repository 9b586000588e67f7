"""Reading many rows, and what a process keeps of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.facilities.models import Facility
from apps.matching.models import SupplyVersion
from apps.matching.runs.changes import number_changes
from apps.matching.snapshots import view
from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.needs import read_questions
from apps.matching.snapshots.view import consistent_view, current_supply
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = builders.today()


def queries_of(count: int) -> int:
    for _ in range(count):
        resource = builders.resource()
        builders.capacity_week(resource=resource)
        line = builders.capability(facility=resource.facility, resource=resource)
        line.materials.add(builders.material())
        builders.held_certificate(facility=resource.facility).scope_processes.add(builders.process())
    with CaptureQueriesContext(
        connection,
    ) as seen:
        read_facilities(TODAY)
    return len(seen)


def test_reading_takes_the_same_queries_for_many_facilities() -> None:
    assert queries_of(2) == queries_of(10) <= 15


def test_reading_takes_the_same_queries_for_many_needs() -> None:
    needs = [builders.need() for _ in range(10)]
    counts = []
    for keys in ([need.pk for need in needs[:2]], [need.pk for need in needs]):
        with CaptureQueriesContext(connection) as seen:
            assert len(read_questions(keys)) == len(keys)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


def supply_now(day: date = TODAY) -> view.Loaded:
    with consistent_view():
        return current_supply(day)


def test_a_process_reads_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = builders.capability().facility, builders.facility()
    number_changes()
    before = supply_now()
    assert supply_now() is before
    read: list[Any] = []

    def spying(day: date, keys: Any = None) -> Any:
        read.append(keys)
        return read_facilities(day, keys)

    monkeypatch.setattr(view, "read_facilities", spying)
    gone = second.pk
    second.delete()
    Facility.objects.filter(pk=first.pk).update(min_run=7)
    third = builders.facility()
    number_changes()
    after = supply_now()
    assert read == [[first.pk, gone, third.pk]]
    assert set(after.facts) == {first.pk, third.pk}
    assert after.facts[first.pk].figures.min_run == 7
    assert after.supply.digest() != before.supply.digest()
    assert after.number == before.number + 1


def test_what_was_read_in_parts_is_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    process = builders.capability().process
    number_changes()
    supply_now()
    builders.capability(process=process)
    builders.resource()
    number_changes()
    in_parts = supply_now()
    monkeypatch.setattr(view._Kept, "loaded", None)
    at_once = supply_now()
    assert in_parts.facts == at_once.facts
    assert in_parts.supply.digest() == at_once.supply.digest()


def test_a_new_day_and_a_new_catalogue_are_read_anew() -> None:
    builders.capability()
    number_changes()
    before = supply_now()
    tomorrow = supply_now(TODAY + timedelta(days=1))
    assert tomorrow.as_of == TODAY + timedelta(days=1)
    assert tomorrow is not before
    builders.process("welding")
    number_changes()
    assert "welding" in supply_now().supply.taxonomy.process_index


def test_versions_of_another_database_are_not_mistaken_for_ones_own() -> None:
    """After a restore the numbers may come again, for other contents."""
    facility = builders.capability().facility
    number_changes()
    builders.facility()
    number_changes()
    supply_now()
    newest = SupplyVersion.objects.latest("number")
    Facility.objects.filter(pk=facility.pk).update(min_run=9)
    SupplyVersion.objects.filter(pk=newest.pk).update(at=newest.at + timedelta(hours=1))
    assert supply_now().facts[facility.pk].figures.min_run == 9
    SupplyVersion.objects.filter(number__gt=1).delete()
    Facility.objects.filter(pk=facility.pk).update(min_run=8)
    older = supply_now()
    assert (older.number, older.facts[facility.pk].figures.min_run) == (1, 8)
