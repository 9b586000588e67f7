"""Needs as founders post them: chains of one to four steps that one kind of producer makes; blanks as often as in life.

Need i is the same for every network and however many needs are drawn.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np

from benchmarks.world.archetypes import ARCHETYPES, BESIDE, Archetype
from benchmarks.world.columns import CUSTOMERS, INDUSTRIES, SEED, STAGES, trade
from benchmarks.world.places import CLUSTERS
from matchmaker.domain import (
    Confidentiality,
    MaterialMode,
    NeedFact,
    Place,
    RegionRuleFact,
    RegionStrength,
    Role,
    StepFact,
)

# Apart from the blocks of facilities; and of such streams one whose first needs have the usual mix of steps, since a
# slow row has time for few.
STREAM = 217
HOLDING = 200  # the first needs, of which some hold hours
STEP_COUNTS = (0.35, 0.30, 0.22, 0.13)
MEDIAN_ORDER = (2, 6, 40, 120, 600, 4_000)  # by stage
MUST = ("US", "EU", "north-america", "us-california", "great-lakes", "CN", "KE", "rel-day-drive")
FACILITY_CERTIFICATES = ("iso-9001", "iso-9001", "iso-9001", "iso-13485", "as9100", "iatf-16949", "iso-14001")
STATEMENTS = ("fcc", "ce", "rohs", "un38-3", "ipc-a-610-cis")
CUSTOMER_CHANCES = (0.75, 0.1, 0.05, 0.1)


class _Dice:
    """One need's own source of chance."""

    def __init__(self, seed: int, number: int) -> None:
        self.rng = np.random.default_rng([seed, number, STREAM])

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def pick(self, items: Any, chances: Any = None) -> Any:
        weights = None if chances is None else np.array(chances) / np.sum(chances)
        return items[int(self.rng.choice(len(items), p=weights))]

    def around(self, median: float, spread: float) -> float:
        return float(median * np.exp(spread * self.rng.normal()))

    def digits(self, value: float) -> int:
        """Two significant digits, at least 1."""
        return max(1, int(float(f"{value:.2g}")))


def draw_needs(count: int, as_of: date, *, first: int = 0, seed: int = SEED) -> tuple[NeedFact, ...]:
    """Needs `first` to `first` + `count` - 1; their ids count from 1."""
    return tuple(_need(number, as_of, _Dice(seed, number)) for number in range(first, first + count))


@cache
def public_id(number: int) -> UUID:
    """Of need `number`, counted from 1: holds name their need by it."""
    return UUID(bytes=np.random.default_rng([SEED, number, STREAM, 1]).bytes(16), version=4)


@cache
def first_asked() -> tuple[tuple[int, int], ...]:
    """(need, process) of the steps of the first needs, whatever the day; needs are counted from 1."""
    index = trade().taxonomy.process_index
    needs = draw_needs(HOLDING, date(2026, 1, 5))
    return tuple((int(need.id), index[step.process]) for need in needs for step in need.steps)


def _need(number: int, as_of: date, dice: _Dice) -> NeedFact:
    archetype = dice.pick(ARCHETYPES, [item.share for item in ARCHETYPES])
    stage = int(dice.pick(range(6), (0.04, 0.26, 0.22, 0.18, 0.15, 0.15)))
    quantity = dice.digits(dice.around(MEDIAN_ORDER[stage] * max(1.0, archetype.run**0.35), 1.1))
    electronic = archetype.name in ("electronics", "boards", "assembly")
    medical, export = dice.chance(0.1), dice.chance(0.02)
    cluster = dice.pick(CLUSTERS, [item.weight for item in CLUSTERS])
    return NeedFact(
        id=str(number + 1),
        revision=1,
        steps=_steps(archetype, dice),
        order_quantity=quantity,
        annual_quantity=dice.digits(quantity * dice.around(4, 0.7) + quantity) if dice.chance(0.5) else None,
        stage=STAGES[stage] if dice.chance(0.9) else None,
        industry="medical" if medical else (dice.pick(INDUSTRIES) if dice.chance(0.7) else None),
        customer_kind=dice.pick(CUSTOMERS, CUSTOMER_CHANCES),
        due_on=as_of + timedelta(days=int(np.clip(dice.around(60 + 8 * stage, 0.5), 5, 400))),
        ship_to=_place(cluster, dice),
        region_rules=_region_rules(dice),
        **_certificates(dice, medical=medical, electronic=electronic),
        envelope_mm=_size(dice, 180.0) if dice.chance(0.5) else None,
        weight_kg=round(dice.around(2.0, 1.2), 2) if dice.chance(0.3) else None,
        confidentiality=dice.pick(list(Confidentiality), (0.55, 0.33, 0.12)),
        export_controlled=export,
        self_service=archetype.name == "makers" and dice.chance(0.4),
        visits=dice.chance(0.06),
        lithium=electronic and dice.chance(0.12),
        **_money(quantity, dice),
        network_ids=("1", "2") if dice.chance(0.2) else ("1",),
    )


def _steps(archetype: Archetype, dice: _Dice) -> tuple[StepFact, ...]:
    """The lead by the archetype's weights, the others from what stands beside it, now and then something stray."""
    tree = trade().taxonomy
    able = {slug: weight for slug, weight in archetype.processes.items() if _can_lead(slug)}
    lead = str(dice.pick(list(able), list(able.values())))
    count = int(dice.pick((1, 2, 3, 4), STEP_COUNTS))
    beside = [slug for slug in BESIDE[archetype.name] if slug != lead]
    others = [str(beside[at]) for at in dice.rng.permutation(len(beside))[: count - 1]]
    if others and dice.chance(0.1):
        stray = str(dice.pick([slug for item in ARCHETYPES for slug in item.processes if _can_lead(slug)]))
        others[-1] = stray if stray not in (lead, *others) else others[-1]
    order = {slug: at for at, slug in enumerate(BESIDE[archetype.name])}
    chain = sorted([lead, *others], key=lambda slug: (order.get(slug, 2), tree.process_index[slug]))
    return tuple(_step(at + 1, slug, slug == lead, dice) for at, slug in enumerate(chain))


def _can_lead(slug: str) -> bool:
    row = trade().taxonomy.process_rows[trade().taxonomy.process_index[slug]]
    return row.kind not in ("category", "equipment_access")


def _step(sequence: int, slug: str, lead: bool, dice: _Dice) -> StepFact:
    role = Role.LEAD if lead else Role(dice.pick((Role.REQUIRED, Role.PREFERRED), (0.75, 0.25)))
    tree = trade().taxonomy
    at = tree.process_index[slug]
    usual, size = trade().tolerance[at], trade().envelope[at]
    sized = dice.chance(0.12) and not np.isnan(size).any()
    return StepFact(
        sequence=sequence,
        process=slug,
        role=role,
        pieces_per_unit=int(dice.pick((1, 2, 4), (0.85, 0.1, 0.05))),
        materials=_materials(slug, dice),
        material_mode=MaterialMode.ALL if dice.chance(0.3) else MaterialMode.ANY,
        substitutes_allowed=dice.chance(0.9),
        equivalents_allowed=dice.chance(0.2),
        tooling_exists=dice.chance(0.1),
        tolerance_mm=None if np.isnan(usual) or not dice.chance(0.2) else round(dice.around(usual, 0.5), 3) + 0.001,
        envelope_mm=_around(dice, size) if sized else None,
    )


def _materials(slug: str, dice: _Dice) -> tuple[str, ...]:
    common = trade().taxonomy.process_rows[trade().taxonomy.process_index[slug]].common_materials
    if not common or not dice.chance(0.55):
        return ()
    count = min(len(common), int(dice.pick((1, 2), (0.75, 0.25))))
    return tuple(sorted(str(common[at]) for at in dice.rng.permutation(len(common))[:count]))


def _around(dice: _Dice, usual: Any) -> tuple[float, float, float]:
    length, width, height = (round(max(1.0, 0.7 * side * dice.around(1.0, 0.3)), 1) for side in usual.tolist())
    return length, width, height


def _size(dice: _Dice, median: float) -> tuple[float, float, float]:
    sides = sorted((round(max(2.0, dice.around(median, 0.7)), 1) for _ in range(3)), reverse=True)
    return sides[0], sides[1], round(sides[2] * 0.5 + 1, 1)


def _place(cluster: Any, dice: _Dice) -> Place:
    if not dice.chance(0.97):
        return Place()
    placed = dice.chance(0.92)
    lat, lon = round(cluster.lat + 0.1 * dice.rng.normal(), 4), round(cluster.lon + 0.1 * dice.rng.normal(), 4)
    return Place(cluster.country, cluster.admin_area or None, lat if placed else None, lon if placed else None)


def _region_rules(dice: _Dice) -> tuple[RegionRuleFact, ...]:
    """A `must` or a wish; the rule for final assembly in Kenya holds for its own steps only."""
    if not dice.chance(0.28):
        return ()
    strength = RegionStrength.MUST if dice.chance(0.45) else RegionStrength.WISH
    if dice.chance(0.06):
        row = next(row for row in trade().taxonomy.catalogue.regions if row.code == "rule-must-ke-final")
        return (RegionRuleFact(strength, row.code, tuple(sorted(row.processes))),)
    return (RegionRuleFact(strength, str(dice.pick(MUST))),)


def _certificates(dice: _Dice, *, medical: bool, electronic: bool) -> dict[str, Any]:
    required = {"iso-13485"} if medical and dice.chance(0.6) else set()
    if dice.chance(0.15):
        required.add(str(dice.pick(FACILITY_CERTIFICATES)))
    if dice.chance(0.12):
        required.add(str(dice.pick(STATEMENTS)))
    preferred = {str(dice.pick(FACILITY_CERTIFICATES))} - required if dice.chance(0.15) else set()
    return {
        "required_certificates": tuple(sorted(required)),
        "preferred_certificates": tuple(sorted(preferred)),
        "workmanship_class": int(dice.pick((2, 3))) if electronic and dice.chance(0.3) else None,
    }


def _money(quantity: int, dice: _Dice) -> dict[str, Any]:
    """A budget from one in three, a ceiling from a third of those; a target price from one in five."""
    price = dice.around(15.0, 1.3)
    budget = round(quantity * price + 100, 2) if dice.chance(0.35) else None
    return {
        "budget": budget,
        "budget_is_ceiling": budget is not None and dice.chance(0.35),
        "tooling_budget": round(0.3 * budget, 2) if budget is not None and dice.chance(0.15) else None,
        "target_price": round(price, 2) if dice.chance(0.2) else None,
        "currency": "EUR" if dice.chance(0.08) else "USD",
    }
