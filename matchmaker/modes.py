"""Which distance mode a need has: an ordered rule over its facts, the first that holds wins."""

from __future__ import annotations

from math import prod

from matchmaker.domain import DistanceMode, NeedFact, Role
from matchmaker.taxonomy import Taxonomy

LAB_TESTS = ("emc-radio-testing", "product-safety-testing", "environmental-testing")
MACHINE_ASSEMBLY = ("box-build", "mechanical-assembly", "cleanroom-assembly")
SOFT_GOODS = ("textiles", "cable-harness", "kitting", "packaging", "fulfilment")
HOLLOW = ("rotational-moulding", "blow-moulding", "rim-moulding")
BULKY_PARTS = ("plastics", "sheet-metal", "joining", "woodworking", "cnc-routing")


def distance_mode(need: NeedFact, taxonomy: Taxonomy) -> tuple[DistanceMode, str, bool]:
    """The mode, the number of the rule that gave it, and whether every fact it may rest on was known.

    An unknown size skips the size tests and is never guessed; an unknown weight leaves the size alone; an unknown
    stage skips rules 4 and 5; unknown visits count as not wished.
    """
    lead = next(step.process for step in need.steps if step.role == Role.LEAD)

    def under(*tops: str) -> bool:
        return any(taxonomy.is_below(lead, top) for top in tops)

    if need.self_service or under("maker-access"):
        return DistanceMode.ON_SITE, "1", True
    if need.visits:
        return DistanceMode.HANDS_ON, "2", True
    if under(*LAB_TESTS):
        return DistanceMode.HANDS_ON, "3", True
    if need.stage in ("concept", "prototype") and not under("pcb-fab"):
        return DistanceMode.HANDS_ON, "4", True
    if need.stage in ("evt", "dvt") and under(*MACHINE_ASSEMBLY) and _heavy_or_long(need):
        return DistanceMode.HANDS_ON, "5", True
    bulky = "" if under(*SOFT_GOODS) else _bulky_rule(need, hollow=under(*HOLLOW), part=under(*BULKY_PARTS))
    mode = DistanceMode.BULKY_FREIGHT if bulky else DistanceMode.PARCEL
    return mode, bulky or "7", need.envelope_mm is not None


def _bulky_rule(need: NeedFact, *, hollow: bool, part: bool) -> str:
    if _big(need):
        return "6a"
    if hollow:
        return "6b"
    return "6c" if _litres(need) >= 10 and part else ""


def _litres(need: NeedFact) -> float:
    return 0.0 if need.envelope_mm is None else round(prod(need.envelope_mm) / 1e6, 9)


def _longest(need: NeedFact) -> float:
    return 0.0 if need.envelope_mm is None else max(need.envelope_mm)


def _heavy_or_long(need: NeedFact) -> bool:
    return _longest(need) >= 400 or (need.weight_kg or 0.0) >= 8


def _big(need: NeedFact) -> bool:
    litres, longest = _litres(need), _longest(need)
    return litres >= 60 or (longest >= 1200 and litres >= 20) or (need.weight_kg or 0.0) >= 30
