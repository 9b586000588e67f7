"""What time grows with is told apart."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.harness import growth
from benchmarks.harness.growth import Timed
from matchmaker.asked import Asked
from matchmaker.taxonomy import ProcessCase
from tests.benchmarks.conftest import Town


def rows(seconds_each: float, fixed: float, per_facility: float = 0.0) -> list[Timed]:
    """Needs that a hundredth to a fifth of all facilities cover, at two sizes."""
    return [
        Timed(size, some, some // 2, fixed + seconds_each * some + per_facility * size)
        for size in (10_000, 1_000_000)
        for some in (size // 100, size // 25, size // 11, size // 5)
    ]


def test_a_line_is_found_again() -> None:
    quantity = np.array([10.0, 20.0, 50.0])
    found = growth.fit(quantity, 0.5 + 0.01 * quantity)
    assert (found.fixed, found.each, found.explained) == pytest.approx((0.5, 0.01, 1.0))
    assert growth.fit(np.array([5.0, 5.0]), np.array([1.0, 3.0])) == growth.Fit(2.0, 0.0, 0.0)


def test_the_exponent_is_one_where_time_is_linear_in_those_that_cover() -> None:
    assert growth.exponent(rows(1e-6, 0.0)) == pytest.approx(1.0)
    low = growth.exponent(rows(1e-8, 1e-2))
    assert low is not None
    assert low < 0.5
    assert growth.exponent(rows(1e-6, 0.0)[:4]) is None


def test_time_in_all_facilities_is_told_from_time_in_those_that_cover() -> None:
    """Of needs of one size the first kind takes the same time, whoever covers them."""
    covering, everybody = growth.tables(rows(1e-6, 0.0)), growth.tables(rows(0.0, 0.0, 1e-6))
    assert "r2 1.000" in next(line for line in covering if "in covering some step" in line)
    assert "r2 1.000" not in next(line for line in covering if "in all facilities" in line)
    assert "r2 1.000" in next(line for line in everybody if "in all facilities" in line)


def test_those_that_cover_are_counted_once(town: Town) -> None:
    for need in town.needs[:6]:
        asked = Asked.build(need, town.policy, town.supply.taxonomy, town.today)
        process, site = np.asarray(town.supply.lines.process), np.asarray(town.supply.lines.site)
        of_steps = []
        for step in asked.gated:
            able = (step.firm.case != ProcessCase.NONE) | (asked.taxonomy.claim_cases(step.fact.process) > 0)
            of_steps.append(set(site[able[process]].tolist()))
        found = growth.timed(need, town.supply, town.policy, town.today, 0.1)
        assert (found.some, found.rarest) == (len(set.union(*of_steps)), min(map(len, of_steps)))
