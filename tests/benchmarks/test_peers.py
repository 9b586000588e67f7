"""The loop over rows and the plain pass do the work that they stand for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from django.db import transaction

from apps.facilities.models import Facility, OperatingState
from benchmarks.peers import floor
from benchmarks.peers.floor import plain_pass, touched_bytes
from benchmarks.peers.orm_loop import rank_by_loop
from matchmaker.asked import Asked
from matchmaker.domain import Tier
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from tests.benchmarks.conftest import FACILITIES, Town

pytestmark = pytest.mark.django_db

ONE_STEP = 2  # a need of one step


def test_the_loop_finds_what_the_engine_finds(town: Town) -> None:
    """Simpler as it is, whom it places the engine places as well, and its first ones are high up."""
    need = town.needs[ONE_STEP]
    found = rank_by_loop(need, town.supply.taxonomy, town.policy, town.today)
    ranking = rank(need, town.supply, Policy.from_document({"top_k": FACILITIES}), town.today)
    tiers = {match.facility_id: match.tier for match in ranking.matches}
    positions = {match.facility_id: match.position for match in ranking.matches}
    keys = [str(match["facility"].pk) for match in found.matches]
    assert len(keys) == town.policy.top_k
    assert all(tiers[key] <= Tier.NEAR_MISS for key in keys)
    assert all(positions[key] <= 60 for key in keys[:5])
    assert found.looked_at == sum(found.tiers.values()) > 100
    assert sum(found.funnel.values()) == found.tiers[Tier.EXCLUDED]


def test_the_loop_reads_the_rows(town: Town) -> None:
    need = town.needs[ONE_STEP]
    first = rank_by_loop(need, town.supply.taxonomy, town.policy, town.today).matches[0]["facility"]
    with transaction.atomic():
        Facility.objects.filter(pk=first.pk).update(operating_state=OperatingState.CLOSED)
        again = rank_by_loop(need, town.supply.taxonomy, town.policy, town.today)
        transaction.set_rollback(True)
    assert first.pk not in {match["facility"].pk for match in again.matches}


def with_line(supply: Supply, row: int) -> Supply:
    """The supply with another smallest order in one line."""
    figures = dict(supply.lines.figures)
    column = figures["min_run"]
    assert column.values is not None
    assert supply.columns is not None
    codes = column.codes.copy()
    codes[row] = (codes[row] + 1) % len(column.values)
    figures["min_run"] = replace(column, codes=codes)
    return replace(supply, columns=replace(supply.columns, lines=replace(supply.lines, figures=figures)))


def test_the_plain_pass_reads_the_lines_that_answer_and_no_others(town: Town) -> None:
    need, start = town.needs[ONE_STEP], town.supply.lines.process_start
    tree = town.supply.taxonomy
    process = tree.process_index[need.steps[0].process]
    asked, unasked = int(start[process]), int(start[tree.process_index["sewing"]])
    usual = plain_pass(need, town.supply, town.policy, town.today)
    assert plain_pass(need, town.supply, town.policy, town.today) == usual
    assert plain_pass(need, with_line(town.supply, asked), town.policy, town.today) != usual
    assert plain_pass(need, with_line(town.supply, unasked), town.policy, town.today) == usual


def test_more_is_read_where_more_is_asked(town: Town) -> None:
    need = replace(town.needs[ONE_STEP], budget=None, target_price=None, budget_is_ceiling=False)
    plain = touched_bytes(need, town.supply, town.policy, town.today)
    step = replace(need.steps[0], tolerance_mm=0.1, envelope_mm=(10.0, 10.0, 10.0))
    sized = touched_bytes(replace(need, steps=(step,)), town.supply, town.policy, town.today)
    rows = int(np.diff(town.supply.lines.process_start).max())
    assert plain < sized <= plain + 32 * 10 * rows


def test_sites_of_lines_are_the_same_however_they_are_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked.build(town.needs[ONE_STEP], town.policy, town.supply.taxonomy, town.today)
    spans = floor.spans_of(asked, town.supply, asked.gated)
    marked = floor.touched_sites(town.supply, spans)
    monkeypatch.setattr(floor, "FEW", 0)
    assert np.array_equal(floor.touched_sites(town.supply, spans), marked)
    assert 100 < len(marked) < FACILITIES


def test_the_weeks_of_a_touched_site_are_read(town: Town) -> None:
    need, columns = town.needs[ONE_STEP], town.supply.columns
    assert columns is not None
    asked = Asked.build(need, town.policy, town.supply.taxonomy, town.today)
    sites = floor.touched_sites(town.supply, floor.spans_of(asked, town.supply, asked.gated))
    week = int(np.flatnonzero(np.isin(columns.resources.site[columns.resources.week_resource], sites))[0])
    mondays = columns.resources.week_monday.copy()
    mondays[week] += 7
    other = replace(town.supply, columns=replace(columns, resources=replace(columns.resources, week_monday=mondays)))
    assert plain_pass(need, other, town.policy, town.today) != plain_pass(need, town.supply, town.policy, town.today)
