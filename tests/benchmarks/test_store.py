"""What is stored is what was drawn: read back by the service's own readers."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection

from apps.facilities.models import CapacityWeek, Facility, HeldCertificate, Resource
from apps.matching.models import MatchJob, SupplyChange, SupplyVersion
from apps.matching.snapshots.needs import read_questions
from benchmarks.world.columns import CLAIMS, KINDS, NO_DAY, Table, World, joined, length
from benchmarks.world.draw import blocks, trade
from tests.benchmarks.conftest import FACILITIES, NEEDS, Town

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def drawn() -> World:
    return joined(blocks(0, FACILITIES))


def day(offset: int, today: date) -> date | None:
    return None if offset == NO_DAY else today + timedelta(days=int(offset))


def number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def row(table: Table, at: int) -> dict[str, object]:
    return {name: values[at] for name, values in table.items()}


def test_needs_are_read_as_they_were_drawn(town: Town) -> None:
    stored = read_questions([int(need.id) for need in town.needs])
    assert [question.need for question in stored] == list(town.needs)
    assert len(stored) == NEEDS
    assert MatchJob.objects.filter(need_id__lte=NEEDS).count() == NEEDS


def test_facilities_say_what_was_drawn(town: Town, drawn: World) -> None:
    table = drawn.facilities
    for at in (0, 17, 500, 999):
        facility = Facility.objects.get(pk=at + 1)
        assert facility.kind == KINDS[table["kind"][at]]
        assert facility.claim_state == CLAIMS[table["claim_state"][at]]
        assert facility.min_run == number(table["min_run"][at])
        assert facility.lat == number(table["lat"][at])
        assert facility.confirmed_on == day(table["confirmed_on"][at], town.today)
        amount = facility.min_order_amount
        assert (None if amount is None else float(amount)) == number(table["min_order_amount"][at])
        materials = {trade().taxonomy.material_index[item.slug] for item in facility.materials.all()}
        runs = drawn.facility_materials
        assert materials == set(runs["material_id"][runs["facility_id"] == at + 1].tolist())


def test_lines_stand_with_their_process_and_resource(town: Town, drawn: World) -> None:
    table = drawn.capabilities
    for facility in (1, 250, 1000):
        lines = Facility.objects.get(pk=facility).capabilities.order_by("pk")
        of = np.flatnonzero(table["facility_id"] == facility)
        found = [(line.process.slug, line.resource_id, line.setup_hours) for line in lines]
        slugs = trade().taxonomy.process_slugs
        assert found == [
            (
                slugs[table["process_id"][at]],
                int(table["resource_id"][at]) if table["resource_id"][at] > 0 else None,
                number(table["setup_hours"][at]),
            )
            for at in of
        ]


def test_every_row_is_there(town: Town, drawn: World) -> None:
    assert Resource.objects.count() == length(drawn.resources)
    assert CapacityWeek.objects.count() == length(drawn.weeks)
    assert HeldCertificate.objects.count() == length(drawn.certificates)
    mondays = set(CapacityWeek.objects.values_list("monday", flat=True))
    assert {monday.weekday() for monday in mondays} == {0}
    assert min(mondays) >= town.today - timedelta(days=town.today.weekday())


def test_loading_makes_no_need_due_but_is_a_new_version_of_the_supply(town: Town) -> None:
    assert not SupplyChange.objects.exists()
    assert SupplyVersion.objects.filter(bump_from=None).count() == SupplyVersion.objects.count() > 0
    assert len(town.supply.sites.ids) == FACILITIES


def test_rows_written_later_find_free_keys(town: Town) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('facilities_facility', 'id'))")
        assert cursor.fetchone()[0] > FACILITIES
