"""Judging assignments: criteria, verdicts, tiers, scores."""

from __future__ import annotations

from benchmarks.peers.sql.days import assigned
from benchmarks.peers.sql.fragments import (
    FAIL,
    NEAR,
    PASS,
    TINY,
    UNKNOWN,
    dependence,
    headroom,
    lit,
    rounded,
    slack,
)
from benchmarks.peers.sql.layers import CRITERIA, Layers, lasting
from benchmarks.peers.sql.sites import step_regions
from matchmaker.asked import Asked
from matchmaker.codes import GATE_ORDER, Criterion, Gate
from matchmaker.domain import Tier

DUE, REGION, BUDGET = (GATE_ORDER.index(gate) for gate in (Gate.DUE_DATE, Gate.REGION, Gate.BUDGET))


def judged(asked: Asked, source: str) -> str:
    """One row an assignment, judged; `source` as `assigned` takes it."""
    layers = assigned(asked, source)
    _values(layers)
    _verdicts(layers)
    _scores(layers)
    return layers.sql


def _values(layers: Layers) -> None:
    """Both ends of every criterion; NULL where it does not apply."""
    asked, low = layers.asked, layers.asked.policy.mutual_fit_floor
    least = {
        name: f"least({layers.every(f'{name}#', ', ')})"
        for name in ("run_low", "run_high", "precision_low", "precision_high")
    }
    vague = f"CASE WHEN share_vague OR unplaced THEN {low} ELSE 1.0 END"
    new = {
        "run_size0": f"coalesce({least['run_low']}, 0)",
        "run_size1": f"coalesce({least['run_high']}, 0)",
        "capacity0": f"CASE WHEN unplaced THEN 0.0 ELSE {headroom('load1')} END",
        "capacity1": headroom("load0"),
        "mutual0": f"least({vague}, {dependence('share1')}) * wanted0",
        "mutual1": f"{dependence('share0')} * wanted1",
        "precision0": least["precision_low"],
        "precision1": least["precision_high"],
        **_lead_time(asked),
        **_price(asked),
        "due_sev": _due(asked),
        "budget_sev": _budget(asked),
        "slack": "0.0::float8" if asked.available_days is None else rounded(f"{lit(asked.available_days)} - total1"),
        **{f"region_sev{at}": text for at, text in enumerate(_region_sevs(asked))},
    }
    kept = [name for name in lasting(layers) if not name.startswith(("wanted", "place"))]
    layers.add(new, kept, "made absent quality claimed rsev first_fail unknowns nears place")


def _lead_time(asked: Asked) -> dict[str, str]:
    if asked.available_days is None:
        return {"lead_time0": "NULL::float8", "lead_time1": "NULL::float8"}
    due = lit(asked.available_days)
    excused = f"days_firm AND total0 > {due} + {TINY} AND total_could <= {due} + {TINY}"
    good = f"CASE WHEN {excused} THEN {due} ELSE total0 END"
    return {"lead_time0": slack(due, "total1"), "lead_time1": slack(due, f"({good})")}


def _due(asked: Asked) -> str:
    if asked.available_days is None:
        return lit(PASS)
    due = lit(asked.available_days)
    return (
        f"CASE WHEN days_stale OR NOT days_firm THEN {UNKNOWN} WHEN total1 <= {due} + {TINY} THEN {PASS}"
        f" WHEN total0 <= {due} + {TINY} OR total_could <= {due} + {TINY} THEN {UNKNOWN}"
        f" WHEN {due} - {asked.policy.near_days_share} * total0 >= -{TINY} THEN {NEAR} ELSE {FAIL} END"
    )


def _lead(asked: Asked) -> int:
    return next(at for at, step in enumerate(asked.gated) if step.is_lead)


def _price(asked: Asked) -> dict[str, str]:
    target, lead, zero = asked.need.target_price, _lead(asked), asked.policy.price_zero_at
    if not target:
        return {"price_fit0": "NULL::float8", "price_fit1": "NULL::float8"}
    known = f"made{lead} AND price0{lead} IS NOT NULL AND price1{lead} IS NOT NULL"
    fits = [
        f"CASE WHEN {known} THEN greatest(least(1 - ln(greatest(price{end}{lead}, 1e-300) / {lit(target)})"
        f" / ln({lit(zero)}), 1), 0) END"
        for end in (1, 0)
    ]
    return {"price_fit0": fits[0], "price_fit1": fits[1]}


def _budget(asked: Asked) -> str:
    need, lead = asked.need, _lead(asked)
    if not need.budget_is_ceiling or not need.budget:
        return lit(PASS)
    ceiling = need.budget - (need.tooling_budget or 0.0)
    low, high = (f"price{end}{lead} * {need.order_quantity}" for end in (0, 1))
    near = ceiling * (1 + asked.policy.near_budget)
    return (
        f"CASE WHEN NOT made{lead} THEN {PASS} WHEN price0{lead} IS NULL OR price1{lead} IS NULL THEN {UNKNOWN}"
        f" WHEN {high} <= {lit(ceiling)} + {TINY} THEN {PASS} WHEN {low} <= {lit(ceiling)} + {TINY} THEN {UNKNOWN}"
        f" WHEN {low} <= {lit(near)} + 1e-9 THEN {NEAR} ELSE {FAIL} END"
    )


def _region_sevs(asked: Asked) -> list[str]:
    """A rule for single steps binds the site only for those that it would make itself; a partner's place is unknown."""
    return [
        f"CASE WHEN NOT made{step} THEN {PASS} WHEN partner{step} THEN {UNKNOWN} ELSE place{at}_ END"
        for at, (step, _) in enumerate(step_regions(asked))
    ]


def row_sevs(asked: Asked) -> list[str]:
    """Names of the answers that belong to an assignment as a whole."""
    return ["due_sev", "budget_sev", *(f"region_sev{at}" for at in range(len(step_regions(asked))))]


def _verdicts(layers: Layers) -> None:
    """Counts of near misses and unknowns, what fails for good, and the sum of the weights that apply."""
    sevs = row_sevs(layers.asked)
    near = [layers.every("coalesce(nears#, 0)", " + "), *(f"({sev} = {NEAR})::int" for sev in sevs)]
    unknown = [layers.every("coalesce(unknowns#, 0)", " + "), *(f"({sev} = {UNKNOWN})::int" for sev in sevs)]
    hard = " OR ".join(f"{sev} = {FAIL}" for sev in sevs)
    weights = [
        f"CASE WHEN {name}0 IS NULL THEN 0 ELSE {layers.asked.policy.weights[criterion]} END"
        for criterion, name in CRITERIA.items()
    ]
    new = {
        "nears": " + ".join(near),
        "unknowns": " + ".join([*unknown, "site_unknown"]),
        "missing": layers.every("(NOT made#)::int", " + "),
        "site_hard": f"{hard} OR site_first IS NOT NULL",
        "run_fails": layers.every("coalesce(rsev# = 0, false)", " OR "),
        "complete": layers.every("(made# AND rsev# > 0)", " OR "),
        "weight_sum": " + ".join([*weights, str(layers.asked.policy.weights[Criterion.TRACK_RECORD])]),
        "coverage0": _coverage(layers.asked, 0),
        "coverage1": _coverage(layers.asked, 1),
        "first_fail": _first_fail(layers.asked),
    }
    layers.add(new, [*_shown(layers.asked), "site_first", "factor0", "factor1", "slack"], "made place")


def _shown(asked: Asked) -> list[str]:
    return [
        "site",
        "last_offered",
        "record",
        *(f"{name}{end}" for name in CRITERIA.values() for end in (0, 1)),
        *row_sevs(asked),
    ]


def _coverage(asked: Asked, end: int) -> str:
    """Preferred steps are of the site, the others of the assignment."""
    parts = [f"preferred{end}"]
    for at, step in enumerate(asked.gated):
        quality = f"quality{at}" if end == 0 else f"CASE WHEN claimed{at} THEN 1 ELSE quality{at} END"
        parts.append(f"{step.weight} * coalesce({quality}, 0)")
    return f"({' + '.join(parts)}) / {sum(step.weight for step in asked.steps)}"


def _first_fail(asked: Asked) -> str:
    gates = [f"CASE WHEN made{s} THEN first_fail{s} ELSE coalesce(absent{s}, 1) END" for s in range(len(asked.gated))]
    gates.append("site_first")
    numbers = [DUE, BUDGET, *(REGION for _ in step_regions(asked))]
    gates += [f"CASE WHEN {sev} <= {NEAR} THEN {gate} END" for sev, gate in zip(row_sevs(asked), numbers, strict=True)]
    return f"least({', '.join(gates)})"


def _tier(asked: Asked) -> str:
    partial = f"(NOT made{_lead(asked)} OR missing >= 2)"
    near = "(nears + (missing = 1)::int)"
    return f"""CASE WHEN {partial} AND complete AND NOT site_hard THEN {int(Tier.COMPONENT)}
        WHEN {partial} OR site_hard OR run_fails THEN {int(Tier.EXCLUDED)}
        WHEN {near} = 0 AND unknowns = 0 THEN {int(Tier.READY)} WHEN {near} = 0 THEN {int(Tier.TO_CONFIRM)}
        WHEN {near} <= 2 THEN {int(Tier.NEAR_MISS)} ELSE {int(Tier.EXCLUDED)} END"""


def _scores(layers: Layers) -> None:
    asked, new = layers.asked, {"tier": _tier(layers.asked)}
    shown = [*_shown(asked), "site_first", "first_fail", "slack", "unknowns"]
    for end in (0, 1):
        new[f"score{end}"] = rounded(" * ".join([f"coverage{end}", *_factors(asked, end), f"factor{end}"]))
    layers.add(new, shown, "made place")
    mixed = rounded(f"score0 + {asked.policy.alpha} * (score1 - score0)")
    layers.add({"score": mixed}, [*shown, *new], "made place")
    layers.add({"hundredths": "(score * 1e9 + 5000000)::bigint / 10000000"}, [*shown, *new, "score"], "made place")


def _factors(asked: Asked, end: int) -> list[str]:
    """Floored values to the power of their weights, in the engine's order."""
    floor, out = asked.policy.floor, []
    for criterion in Criterion:
        weight = f"{asked.policy.weights[criterion]} / weight_sum"
        if criterion == Criterion.TRACK_RECORD:
            out.append(f"power(greatest(record, {floor}), {weight})")
        else:
            name = f"{CRITERIA[criterion]}{end}"
            out.append(f"CASE WHEN {name} IS NULL THEN 1 ELSE power(greatest({name}, {floor}), {weight}) END")
    return out
