"""Segments of a supply are ranked one by one, and the list is that of the whole."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from matchmaker.codes import GATE_ORDER
from matchmaker.documents import ranking_document
from matchmaker.domain import FacilityFact, NeedFact
from matchmaker.fact_tables import tables_of
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from tests.engine.catalogue_files import taxonomy
from tests.engine.seeded import made_facility, made_need
from tests.engine.worlds import AS_OF

WORLDS = 200
Crowd = dict[str, FacilityFact]


def ranked(need: NeedFact, supply: Supply, entries: dict[str, int]) -> str:
    ranking = rank(need, supply, Policy.from_document(entries), AS_OF)
    return json.dumps(ranking_document(ranking), sort_keys=True)


def patched(base: Crowd, steps: list[tuple[Crowd, list[str]]]) -> Supply:
    supply = Supply.build(base.values(), taxonomy())
    for changes, removed in steps:
        supply = supply.apply(tables_of(changes.values(), taxonomy()), removed)
    return supply


def after(base: Crowd, steps: list[tuple[Crowd, list[str]]]) -> Crowd:
    for changes, removed in steps:
        base = {name: fact for name, fact in base.items() if name not in removed} | changes
    return base


def history(seed: int) -> tuple[NeedFact, Crowd, list[tuple[Crowd, list[str]]]]:
    random = Random(seed)
    names = [f"f{at}" for at in range(8)]

    def some(most: int) -> Crowd:
        return {name: made_facility(name, random) for name in random.sample(names, random.randint(0, most))}

    base = some(8)
    steps = [(some(3), random.sample(names, random.randint(0, 2))) for _ in range(random.randint(1, 2))]
    return made_need(random), base, steps


@pytest.mark.parametrize("block", range(0, WORLDS, 50))
def test_any_split_ranks_to_the_bytes_of_the_whole(block: int) -> None:
    for seed in range(block, block + 50):
        need, base, steps = history(seed)
        whole = Supply.build(after(base, steps).values(), taxonomy())
        for entries in ({}, {"top_k": 2, "excluded_k": 2}):
            assert ranked(need, patched(base, steps), entries) == ranked(need, whole, entries), f"history({seed})"


def test_a_facility_that_changed_counts_once() -> None:
    random = Random(3)
    need = replace(made_need(random), network_ids=())
    base = {f"f{at}": made_facility(f"f{at}", random) for at in range(6)}
    supply = patched(base, [({"f2": made_facility("f2", random)}, ["f4"])])
    assert rank(need, supply, Policy.default(), AS_OF).considered == 5


def test_the_excluded_that_got_furthest_are_listed_first() -> None:
    listed = 0
    for seed in range(60):
        random = Random(seed)
        need = replace(made_need(random), network_ids=())
        crowd = [made_facility(f"f{at:02}", random) for at in range(12)]
        supply = Supply.build(crowd, taxonomy())
        every = _excluded(need, supply, 1000)
        keys = [(-GATES.index(row["gate"]), row["facility_id"]) for row in every]
        assert all(one < other for one, other in pairwise(keys))
        for most in (1, 3):
            assert _excluded(need, supply, most) == every[:most]
        listed += len(every)
    assert listed > 300


GATES = [gate.value for gate in GATE_ORDER]


def _excluded(need: NeedFact, supply: Supply, most: int) -> list[dict[str, Any]]:
    document = ranking_document(rank(need, supply, replace(Policy.default(), excluded_k=most), AS_OF))
    left_out = dict(map(tuple, document["tier_counts"]))["excluded"]
    assert len(document["excluded"]) == min(most, left_out)
    found: list[dict[str, Any]] = document["excluded"]
    return found
