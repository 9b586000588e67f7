"""Worlds from a seed: quicker to make by the thousand than hypothesis's own, and named by their seed when they fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from random import Random
from typing import Any

from matchmaker.bounds import BOUNDS
from matchmaker.domain import (
    CapabilityFact,
    FacilityFact,
    FacilityKind,
    Figures,
    NeedFact,
    Place,
    ResourceFact,
    StepFact,
)
from tests.engine import worlds

World = tuple[NeedFact, tuple[FacilityFact, ...]]


@cache
def _pools() -> tuple[list[FacilityFact], list[CapabilityFact], list[ResourceFact], list[NeedFact], list[StepFact]]:
    makers: Sequence[Any] = (worlds._shell, worlds._line, worlds._resource, worlds._brief, worlds._step)
    first, second, third, fourth, fifth = (worlds.pool(maker, 100 + at) for at, maker in enumerate(makers))
    return first, second, third, fourth, fifth


def made_facility(name: str, random: Random, lines: int = 4) -> FacilityFact:
    shells, offered, resources, _, _ = _pools()
    return worlds._assembled(
        name,
        random.choice(shells),
        random.sample(offered, random.randint(0, lines)),
        random.sample(resources, random.randint(0, 3)),
    )


def made_need(random: Random, steps: int = 3) -> NeedFact:
    _, _, _, briefs, asked = _pools()
    chosen = random.sample(asked, random.randint(1, steps))
    return worlds._posed(random.choice(briefs), chosen, random.randrange(steps))


def made_world(seed: int, most: int = 5) -> World:
    """A need and 0 to `most` facilities."""
    random = Random(seed)
    need = made_need(random)
    return need, tuple(made_facility(f"f{at}", random) for at in range(random.randint(0, most)))


def stretched_world(seed: int) -> World:
    """A made world in which figures lie at the ends of what a figure may be, or a hair inside."""
    random = Random(seed)
    need, crowd = made_world(seed, most=3)
    steps = tuple(_stretched(step, random) for step in need.steps)
    need = replace(_stretched(need, random), steps=steps)
    return need, tuple(_stretched_facility(item, random) for item in crowd)


def _stretched_facility(item: FacilityFact, random: Random) -> FacilityFact:
    lines = tuple(
        replace(line, figures=_figures(line.figures, random), work=_stretched(line.work, random))
        for line in item.capabilities
    )
    resources = tuple(_stretched(resource, random) for resource in item.resources)
    item = _stretched(item, random)
    place = random.choice([item.place, Place("US", None, 90.0, 180.0), Place("KE", None, -90.0, -180.0)])
    return replace(item, figures=_figures(item.figures, random), capabilities=lines, resources=resources, place=place)


def _figures(figures: Figures, random: Random) -> Figures:
    """Ends of spans stay in order."""
    out: Figures = _stretched(figures, random)
    for low, high in (
        ("economic_low", "economic_high"),
        ("lead_days_low", "lead_days_high"),
        ("tooling_days_low", "tooling_days_high"),
        ("price_low", "price_high"),
    ):
        ends = [getattr(out, low), getattr(out, high)]
        if None not in ends and ends[0] > ends[1]:
            out = replace(out, **{low: ends[1], high: ends[0]})
    return out


def _stretched(record: Any, random: Random) -> Any:
    """The record with a third of its filled numbers moved to an end of their bounds."""
    moved = {}
    for entry in fields(record):
        value, bound = getattr(record, entry.name), BOUNDS.get(entry.name)
        if bound is None or value is None or isinstance(value, bool | tuple) or entry.name == "sequence":
            continue
        if random.random() > 1 / 3:
            continue
        low = max(bound.low, 1e-3) if bound.above else bound.low
        picked = random.choice([low, bound.high])
        moved[entry.name] = int(picked) if isinstance(value, int) else float(picked)
    return replace(record, **moved)


def blank_facility(name: str, process: str) -> FacilityFact:
    """One that says what it makes and nothing else."""
    return FacilityFact(id=name, kind=FacilityKind.JOBSHOP, capabilities=(CapabilityFact(id="c", process=process),))
