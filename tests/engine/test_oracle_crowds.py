"""The engine against the slow oracle over thousands of worlds, at the ends of every figure, and in crowds."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random

import pytest

from matchmaker.domain import FacilityFact, NeedFact
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from tests.engine.catalogue_files import catalogue, taxonomy
from tests.engine.oracle import rank_slowly
from tests.engine.seeded import blank_facility, made_facility, made_need, made_world, stretched_world
from tests.engine.test_oracle import agree
from tests.engine.worlds import AS_OF, ASKED

WORLDS = int(os.environ.get("ORACLE_WORLDS", "3000"))
BLOCK = 250
POLICY = replace(Policy.default(), top_k=20_000, excluded_k=20_000)


def compare(need: NeedFact, crowd: tuple[FacilityFact, ...]) -> None:
    ranking = rank(need, Supply.build(crowd, taxonomy()), POLICY, AS_OF)
    agree(ranking, rank_slowly(need, crowd, catalogue(), POLICY, AS_OF))


@pytest.mark.parametrize("block", range(0, WORLDS, BLOCK))
def test_agreement_over_thousands_of_worlds(block: int) -> None:
    for seed in range(block, block + BLOCK):
        try:
            compare(*made_world(seed))
        except AssertionError as error:
            error.add_note(f"made_world({seed})")
            raise


@pytest.mark.parametrize("block", range(0, WORLDS // 3, BLOCK))
def test_agreement_at_the_ends_of_every_figure(block: int) -> None:
    for seed in range(block, block + BLOCK):
        try:
            compare(*stretched_world(seed))
        except AssertionError as error:
            error.add_note(f"stretched_world({seed})")
            raise


def test_agreement_in_an_empty_network() -> None:
    for seed in range(20):
        compare(made_need(Random(seed)), ())


def test_agreement_where_nothing_is_stated() -> None:
    for seed in range(20):
        crowd = tuple(blank_facility(f"f{at}", process) for at, process in enumerate(ASKED))
        compare(made_need(Random(seed)), crowd)


def test_agreement_among_equals_whom_only_the_hash_orders() -> None:
    for seed in range(20):
        random = Random(seed)
        need = made_need(random)
        twin = made_facility("f", random)
        compare(need, tuple(replace(twin, id=f"f{at}") for at in range(12)))


@pytest.mark.parametrize("seed", [1, 2])
def test_agreement_over_ten_thousand_facilities(seed: int) -> None:
    random = Random(seed)
    need = replace(made_need(random, steps=2), network_ids=())
    compare(need, tuple(made_facility(f"f{at:05}", random, lines=3) for at in range(10_000)))
