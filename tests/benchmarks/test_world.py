"""The drawn world: the same beginning whatever its size, and blanks as often as the domain pack says."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np
import pytest

from benchmarks.world.columns import Table, World, joined, length, trade
from benchmarks.world.draw import blocks
from benchmarks.world.needs import draw_needs
from benchmarks.world.records import draw_records
from matchmaker.asked import Asked
from matchmaker.codes import Gate
from matchmaker.domain import Confidentiality, RegionStrength
from matchmaker.policy import Policy

AS_OF = date(2026, 3, 4)


@pytest.fixture(scope="module")
def larger() -> World:
    return joined(blocks(0, 3_000))


def begins_with(whole: Table, part: Table) -> bool:
    return all(np.array_equal(whole[name][: length(part)], part[name], equal_nan=True) for name in part)


def test_a_larger_network_begins_with_the_smaller_one(larger: World) -> None:
    smaller = joined(blocks(0, 1_000))
    for entry in fields(World):
        assert begins_with(getattr(larger, entry.name), getattr(smaller, entry.name)), entry.name


def test_what_is_added_is_the_rest_of_the_larger_network(larger: World) -> None:
    added = joined(blocks(1_000, 3_000))
    for entry in fields(World):
        whole, part = getattr(larger, entry.name), getattr(added, entry.name)
        start = length(whole) - length(part)
        assert begins_with({name: values[start:] for name, values in whole.items()}, part), entry.name


def test_another_seed_draws_another_network(larger: World) -> None:
    other = joined(blocks(0, 1_000, seed=1))
    assert not begins_with(larger.capabilities, other.capabilities)


def test_only_whole_blocks_can_be_drawn() -> None:
    with pytest.raises(ValueError, match="multiples"):
        next(blocks(0, 1_500))


def test_needs_are_the_same_however_many_are_drawn() -> None:
    many = draw_needs(30, AS_OF)
    assert draw_needs(5, AS_OF) == many[:5]
    assert draw_needs(10, AS_OF, first=20) == many[20:]
    assert [need.id for need in many] == [str(number) for number in range(1, 31)]


@pytest.mark.parametrize(
    ("table", "column", "share"),
    [
        ("facilities", "min_run", 0.40),
        ("facilities", "economic_run_low", 0.15),
        ("facilities", "max_run", 0.15),
        ("facilities", "min_order_amount", 0.15),
        ("facilities", "lead_days_high", 0.45),
        ("facilities", "best_tolerance_mm", 0.30),  # 35 % of those whose process knows a tolerance
        ("facilities", "lat", 0.80),
        ("resources", "booked_share", 0.25),  # of the fifth that state capacity: 5 % of all
    ],
)
def test_figures_are_filled_as_often_as_in_life(larger: World, table: str, column: str, share: float) -> None:
    values = getattr(larger, table)[column]
    assert 1 - np.isnan(values).mean() == pytest.approx(share, abs=0.06)


def test_facilities_have_three_to_twelve_lines_of_their_own(larger: World) -> None:
    lines = larger.capabilities
    own = lines["facility_id"][lines["offer"] < 2]
    counts = np.bincount(own)[1:]
    assert (counts.min(), counts.max()) == (3, 12)
    assert counts.mean() == pytest.approx(6.2, abs=0.3)


def test_processes_are_skewed_and_stand_together(larger: World) -> None:
    lines, index = larger.capabilities, trade().taxonomy.process_index
    common = np.bincount(lines["process_id"], minlength=len(index))
    drawn = common[common > 0]
    assert drawn.max() > 4 * np.median(drawn)
    assert drawn.max() > 20 * drawn.min()
    smt = set(lines["facility_id"][lines["process_id"] == index["smt-assembly"]].tolist())
    through_hole = set(lines["facility_id"][lines["process_id"] == index["tht-assembly"]].tolist())
    assert len(smt & through_hole) > 0.5 * len(through_hole)  # a fifth of all facilities do the one


def test_dates_of_weeks_and_resources_hold_together(larger: World) -> None:
    resources, weeks = larger.resources, larger.weeks
    assert set(weeks["resource_id"].tolist()) <= set(resources["id"].tolist())
    pairs = set(zip(weeks["resource_id"].tolist(), weeks["week"].tolist(), strict=True))
    assert len(pairs) == length(weeks)
    owner = dict(zip(resources["id"].tolist(), resources["facility_id"].tolist(), strict=True))
    lines = larger.capabilities
    linked = lines["resource_id"] > 0
    assert linked.sum() > 100
    for resource, facility in zip(lines["resource_id"][linked], lines["facility_id"][linked], strict=True):
        assert owner[int(resource)] == facility


def test_weeks_are_of_all_kinds(larger: World) -> None:
    """Said, left by a shutdown, set by an exception, only held; soft and firm; some overbooked."""
    weeks = larger.weeks
    shut = weeks["fixed_hours"] == 0
    kinds = {
        "said": np.isnan(weeks["pattern_share"]) & ~np.isnan(weeks["free_hours"]),
        "shut": shut,
        "set": weeks["fixed_hours"] > 0,
        "held": np.isnan(weeks["free_hours"]),
        "soft": weeks["soft_hours"] > 0,
        "firm": weeks["firm_hours"] > 0,
        "overbooked": weeks["firm_hours"] > weeks["stated_hours"],
    }
    assert all(rows.any() for rows in kinds.values()), {name: int(rows.sum()) for name, rows in kinds.items()}
    assert ((weeks["soft_hours"] + weeks["firm_hours"])[kinds["held"]] > 0).all()
    assert 20 < np.count_nonzero(np.unique(larger.holds["need"])) <= 200


def test_records_are_the_same_whatever_the_network() -> None:
    few, many = draw_records(np.arange(1, 101)), draw_records(np.arange(1, 5_001))
    assert np.array_equal(few[0], many[0][:100])
    told = many[0] + many[1] > 0
    assert told.mean() == pytest.approx(0.1, abs=0.02)
    assert (many[1] > 0).any()


def test_the_needs_ask_every_gate() -> None:
    """Otherwise a comparison over them would prove nothing about some of the rules."""
    needs = draw_needs(200, AS_OF)
    every = [Asked.build(need, Policy.default(), trade().taxonomy, AS_OF) for need in needs]
    asked = {Gate.ACTIVE, Gate.PROCESS, Gate.RUN_SIZE, Gate.DUE_DATE, Gate.NO_GO}
    for one in every:
        rules = {
            Gate.MATERIAL: any(step.materials for step in one.gated),
            Gate.ENVELOPE: any(step.envelope_mm for step in one.gated),
            Gate.TOLERANCE: any(step.fact.tolerance_mm for step in one.gated),
            Gate.CERTIFICATES: bool(one.facility_certificates) and one.workmanship is not None,
            Gate.PRODUCT_STATEMENTS: bool(one.statements),
            Gate.REGION: bool(one.region_rules(RegionStrength.MUST)),
            Gate.EXPORT_CONTROL: one.need.export_controlled,
            Gate.SECRECY: one.need.confidentiality != Confidentiality.PUBLIC,
            Gate.BUDGET: one.need.budget_is_ceiling,
        }
        asked |= {gate for gate, asks in rules.items() if asks}
    assert asked == set(Gate)
