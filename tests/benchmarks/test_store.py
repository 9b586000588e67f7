"""What is stored is what was drawn: read back by the service's own readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection, transaction

from apps.facilities.models import TAKEN_HOLDS, CapacityWeek, Facility, HeldCertificate, HoldWeek, Resource
from apps.matching.models import MatchJob, SupplyChange, SupplyVersion
from apps.matching.snapshots.needs import read_questions
from benchmarks.store.indexes import indexes_set_aside
from benchmarks.world.columns import CLAIMS, HOLD_STATES, KINDS, NO_DAY, Table, World, joined, length, trade
from benchmarks.world.draw import blocks
from benchmarks.world.needs import draw_needs
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
    assert [replace(question.need, holds=()) for question in stored] == list(draw_needs(NEEDS, town.today))
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


def test_holds_are_those_of_their_needs(town: Town, drawn: World) -> None:
    """Live ones come with the need; what is held in a week is the sum of its holds, and nothing is promised beyond."""
    live = drawn.holds["state"] < HOLD_STATES.index("released")
    for need in town.needs:
        mine = np.flatnonzero(live & (drawn.holds["need"] == int(need.id)))
        assert {int(hold.resource_id) for hold in need.holds} == set(drawn.holds["resource_id"][mine].tolist())
    assert sum(len(need.holds) for need in town.needs) > 10
    for week in CapacityWeek.objects.filter(firm_hours__gt=0)[:20]:
        holds = HoldWeek.objects.filter(hold__resource=week.resource, monday=week.monday)
        assert sum(item.hours for item in holds.filter(hold__state__in=TAKEN_HOLDS)) == week.firm_hours
        assert week.firm_hours <= week.limit_hours


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


def test_indexes_are_there_again_after_loading(town: Town) -> None:
    def plain() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'facilities\\_%'")
            return {row[0] for row in cursor.fetchall()}

    before = plain()
    with transaction.atomic():
        with indexes_set_aside():
            assert 10 < len(plain()) < len(before) - 10
        assert plain() == before
        transaction.set_rollback(True)


def test_rows_written_later_find_free_keys(town: Town) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('facilities_facility', 'id'))")
        assert cursor.fetchone()[0] > FACILITIES
