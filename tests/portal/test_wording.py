"""Every code that a founder can meet has words."""

import re
from pathlib import Path

import pytest

from apps.matching import founder_view
from apps.needs.models import NeedState
from apps.portal.forms.refusals import WORDS
from apps.portal.wording.matches import CHANGES, CLASSES, DISTANCES, SIZES, WEEKS
from apps.portal.wording.needs import WHO_HAS_THE_BALL
from matchmaker.codes import CODE_ROWS, code_name

ROOT = Path(__file__).resolve().parents[2]


def test_every_point_that_can_fail_by_little_has_a_change() -> None:
    near = {code_name(code) for code, row in CODE_ROWS.items() if row.near}
    assert near == set(CHANGES)


def test_every_class_of_the_founder_view_has_words() -> None:
    assert {founder_view.criterion_class(value) for value in (0, 0.5, 1)} == set(CLASSES)
    assert {word for _limit, word in founder_view.WEEKLY_HOURS} | {"large"} == set(SIZES)
    assert {founder_view.distance_class(km) for km in (1, 100, 1_000, 10_000)} == set(DISTANCES)
    assert {word for _limit, word in founder_view.DAYS} == set(WEEKS)


def test_every_state_says_who_has_the_ball() -> None:
    assert set(WHO_HAS_THE_BALL) == set(NeedState.values)


def test_every_rule_about_needs_is_told_in_the_portals_words() -> None:
    rules = (ROOT / "apps/needs/rules.py").read_text(encoding="utf-8")
    codes = re.findall(r'InvalidInputError\(\s*"([a-z_]+)"', rules)
    assert len(codes) > 10
    assert set(codes) <= set(WORDS)


@pytest.mark.parametrize(
    ("value", "band"),
    [(0, [0, 1]), (1, [1, 10]), (9, [1, 10]), (10, [10, 50]), (777, [500, 1_000]), (10**6, [100_000, None])],
)
def test_pieces_are_told_as_a_band(value: int, band: list[int | None]) -> None:
    assert founder_view.pieces_band(value) == band


@pytest.mark.parametrize(("value", "band"), [(0.001, 0.005), (0.1, 0.1), (0.11, 0.2), (7, 1.0)])
def test_tolerances_are_told_as_a_step(value: float, band: float) -> None:
    assert founder_view.tolerance_band(value) == band
