"""The engine against the slow oracle: tiers, scores to 2e-9, order, and the gate of everybody excluded."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from matchmaker.domain import FacilityFact, NeedFact
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.results import Ranking
from matchmaker.supply import Supply
from tests.engine import sample
from tests.engine.catalogue_files import catalogue, taxonomy
from tests.engine.oracle import Answer, rank_slowly
from tests.engine.worlds import AS_OF, worlds

CLOSE = 2e-9


def agree(ranking: Ranking, answer: Answer) -> None:
    got = [(m.facility_id, int(m.tier), m.score, m.low, m.high) for m in ranking.matches]
    assert sorted((name, tier) for name, tier, *_ in got) == sorted((name, tier) for name, tier, *_ in answer.placed)
    expected = {name: rest for name, _, *rest in answer.placed}
    for name, _, *numbers in got:
        assert numbers == pytest.approx(expected[name], abs=CLOSE, rel=0), name
    assert {item.facility_id: item.gate for item in ranking.excluded} == answer.excluded
    assert _same_order([row[0] for row in got], [row[0] for row in answer.placed], expected)


def _same_order(got: list[str], expected: list[str], scores: dict[str, list[float]]) -> bool:
    """The same but for facilities whose scores lie so near a half hundredth that 2e-9 decides."""
    for a, b in zip(got, expected, strict=True):
        if a != b and not any(abs(scores[name][0] * 100 % 1 - 0.5) < 1e-6 for name in (a, b)):
            return False
    return True


def both(need: NeedFact, crowd: tuple[FacilityFact, ...], as_of: date) -> tuple[Ranking, Answer]:
    policy = Policy.default()
    engine = rank(need, Supply.build(crowd, taxonomy()), policy, as_of)
    return engine, rank_slowly(need, crowd, catalogue(), policy, as_of)


@settings(max_examples=max(80, settings().max_examples))
@given(worlds())
def test_engine_agrees_with_the_oracle_over_made_worlds(world: tuple[NeedFact, tuple[FacilityFact, ...]]) -> None:
    agree(*both(*world, AS_OF))


@pytest.mark.parametrize(
    "need_id", ["N01", "N05", "N06", "N11", "N14", "N19", "N21", "N23", "N25", "N29", "N38", "N40"]
)
def test_engine_agrees_with_the_oracle_over_the_sample_network(need_id: str) -> None:
    engine = rank(sample.needs()[need_id], sample.supply(), Policy.default(), sample.AS_OF)
    slow = rank_slowly(sample.needs()[need_id], sample.facilities(), catalogue(), Policy.default(), sample.AS_OF)
    agree(engine, slow)
