"""Judging assignments: one row for each site and each way of giving its steps to choices or to nobody here."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.peers.sql.fragments import (
    FAIL,
    NEAR,
    PASS,
    TINY,
    UNKNOWN,
    dependence,
    each,
    headroom,
    lit,
    most,
    names,
    rounded,
    slack,
)
from benchmarks.peers.sql.sites import step_regions
from matchmaker.asked import Asked
from matchmaker.beta import beta_quantile
from matchmaker.codes import GATE_ORDER, Criterion, Gate
from matchmaker.domain import Tier

DUE, REGION, BUDGET = (GATE_ORDER.index(gate) for gate in (Gate.DUE_DATE, Gate.REGION, Gate.BUDGET))
# What assignments read of a choice; the rest is fetched again for the few that are shown.
TAKEN = names(
    "slot quality claimed partner rsev run_low run_high precision_low precision_high first_fail unknowns nears place"
    " gross gross_stated firm stale most_rate least_rate most least work_stated h0 h1 y0 y1 lead_stated lead0 lead1"
    " lead_could tool0 tool1 price0 price1"
)
CRITERIA = {
    Criterion.RUN_SIZE: "run_size",
    Criterion.CAPACITY: "capacity",
    Criterion.LEAD_TIME: "lead_time",
    Criterion.DISTANCE: "distance",
    Criterion.MUTUAL_FIT: "mutual",
    Criterion.PRECISION: "precision",
    Criterion.PRICE: "price_fit",
}
SITE = ["site", "last_offered", "site_first", "site_unknown", "preferred0", "preferred1", "factor0", "factor1"]


class _Layers:
    """Nested queries, each naming what the next ones read; OFFSET 0 keeps the planner from writing an expression out
    wherever its name is used. Every layer says what it still needs of those below: rows are copied from layer to layer,
    so that width is time."""

    def __init__(self, asked: Asked, source: str) -> None:
        self.asked = asked
        self.steps = range(len(asked.gated))
        self.sql = source
        self.depth = 0

    def add(self, new: dict[str, str], keep: Iterable[str] = (), of_steps: str = "") -> None:
        """`keep`: columns of sites and assignments; `of_steps`: columns that each step has, numbered."""
        kept = [*keep, *(f"{name}{s}" for name in of_steps.split() for s in self.steps)]
        columns = ", ".join([*kept, *(f"{text} AS {name}" for name, text in new.items())])
        self.sql = f"SELECT {columns} FROM ({self.sql}) AS layer{self.depth} OFFSET 0"
        self.depth += 1

    def every(self, template: str, joiner: str) -> str:
        return each(self.steps, template, joiner)

    def largest(self, template: str) -> str:
        """Over the steps, and not below 0."""
        return f"greatest({each(self.steps, template, ', ')}, 0)"


def judged(asked: Asked, source: str) -> str:
    """`source` is a FROM clause that yields `s` (sites), `n` (their preferred steps), `c0`, `c1`... (choices or
    blanks), `f0`, `f1`... (why a step without able options cannot be made). One row an assignment, judged."""
    layers = _Layers(asked, _taken(asked, source))
    _demands(layers)
    _days(layers)
    _loads(layers)
    _values(layers)
    _verdicts(layers)
    _scores(layers)
    return layers.sql


def _taken(asked: Asked, source: str) -> str:
    steps = range(len(asked.gated))
    columns = ", ".join(f"c{s}.{name} AS {name}{s}" for s in steps for name in TAKEN)
    made = each(steps, "c#.quality IS NOT NULL AS made#, f#.first_fail AS absent#", ", ")
    tool = [f"coalesce({most(steps, f'c#.tool{end}')}, 0)" for end in (0, 1)]
    places = "".join(f", s.place{at}_" for at in range(len(step_regions(asked))))
    site = ", ".join(f"s.{name}" for name in SITE if not name.startswith("preferred"))
    ends = ", ".join(f"s.{name}{end}" for name in ("inspection", "transport", "distance", "wanted") for end in (0, 1))
    return f"""
    SELECT {site}, {ends}{places}, n.preferred0, n.preferred1, {columns}, {made},
        s.quote0 + greatest(s.material0, {tool[0]}) AS start0, s.quote1 + greatest(s.material1, {tool[1]}) AS start1
    {source} OFFSET 0"""


def _lasting(layers: _Layers) -> list[str]:
    """What is read only at the end."""
    places = [f"place{at}_" for at in range(len(step_regions(layers.asked)))]
    return [*SITE, *places, "distance0", "distance1", "wanted0", "wanted1"]


OF_STEPS = (
    "made absent quality claimed partner rsev run_low run_high precision_low precision_high first_fail unknowns nears"
    " place price0 price1"
)


def _demands(layers: _Layers) -> None:
    """The whole demand on each step's resource, of all steps that run on it; whether hours and work are stated."""
    new: dict[str, str] = {}
    for s in layers.steps:
        for name in ("h0", "h1"):
            others = [f"CASE WHEN slot{t} = slot{s} THEN {name}{t} ELSE 0 END" for t in layers.steps if t != s]
            new[f"d{name}{s}"] = " + ".join([f"{name}{s}", *others])
        same = [f"(slot{t} IS DISTINCT FROM slot{s} OR work_stated{t})" for t in layers.steps if t != s]
        firm = " AND ".join([f"work_stated{s}", *same])
        new[f"by_hours{s}"] = f"made{s} AND slot{s} IS NOT NULL AND firm{s} AND {firm}"
    for end in (0, 1):
        shares = [_share(layers.steps, s, end) for s in layers.steps]
        new[f"share{end}"] = f"greatest({', '.join(shares)}, 0)"
    new["unplaced"] = f"{layers.every('(made# AND slot# IS NULL)', ' OR ')} OR NOT ({layers.every('made#', ' OR ')})"
    new["share_vague"] = layers.every("(slot# IS NOT NULL AND NOT gross_stated#)", " OR ")
    ends = ["start0", "start1", "inspection0", "inspection1", "transport0", "transport1"]
    hours = " slot stale most_rate least_rate most least lead_stated lead0 lead1 lead_could"
    layers.add(new, [*_lasting(layers), *ends], OF_STEPS + hours)


def _share(steps: range, step: int, end: int) -> str:
    """Of the resource's gross hours over a year."""
    others = [f"CASE WHEN slot{t} = slot{step} THEN y{end}{t} ELSE 0 END" for t in steps if t != step]
    demand = " + ".join([f"y{end}{step}", *others])
    return (
        f"CASE WHEN slot{step} IS NOT NULL AND gross_stated{step} THEN"
        f" coalesce(({demand}) / 52 / nullif(gross{step}, 0), 'Infinity') ELSE 0 END"
    )


def _reach(step: int, end: int) -> str:
    """Days from the start until the resource has freed the demand; most hours for the early end, least for the late."""
    side, demand, when = ("most", "least")[end], f"dh{end}{step}", f"start{end}"
    rate, total = f"{side}_rate{step}", f"{side}{step}"
    never = f"CASE WHEN {demand} <= 1e-9 THEN 0.0::float8 ELSE 'Infinity' END"
    steady = f"CASE WHEN {rate} = 0 THEN {never} ELSE {demand} / {rate} END"
    exact = f"peer.reach({total}, {rate}, peer.until({total}, {rate}, {when}) + {demand}) - {when}"
    return f"CASE WHEN {total} IS NULL THEN {steady} ELSE greatest({exact}, 0) END"


def _days(layers: _Layers) -> None:
    """Production in the house and at partners, whether it is firm, and both ends of the whole."""
    reached = {
        f"reach{end}{s}": f"CASE WHEN by_hours{s} THEN {_reach(s, end)} + inspection{end} END"
        for s in layers.steps
        for end in (0, 1)
    }
    ends = ["start0", "start1", "inspection0", "inspection1", "transport0", "transport1"]
    rest = [*_lasting(layers), *ends, "share0", "share1", "unplaced", "share_vague"]
    hours = " slot stale most_rate least_rate most least lead_stated lead0 lead1 lead_could by_hours dh0 dh1"
    layers.add(reached, rest, OF_STEPS + hours)
    here = "CASE WHEN NOT made# OR partner# THEN 0 WHEN by_hours# THEN reach{end}# ELSE {lead}# END"
    new = {
        "own0": layers.largest(here.format(end=0, lead="lead0")),
        "own1": layers.largest(here.format(end=1, lead="lead1")),
        "own_could": layers.largest(here.format(end=0, lead="lead_could")),
        "days_firm": layers.every("(NOT made# OR by_hours# OR lead_stated#)", " AND "),
        "days_stale": layers.every(
            "(made# AND NOT by_hours# AND NOT lead_stated# AND slot# IS NOT NULL AND stale#)", " OR "
        ),
    }
    for end in (0, 1):
        new[f"partner_days{end}"] = layers.every(f"CASE WHEN made# AND partner# THEN lead{end}# ELSE 0 END", " + ")
    layers.add(new, rest, OF_STEPS + " slot most_rate least_rate most least dh0 dh1")
    _totals(layers, rest)


def _totals(layers: _Layers, rest: list[str]) -> None:
    due, window = lit(layers.asked.available_days), layers.asked.policy.open_window_days
    new = {"total_could": "start0 + own_could + partner_days0 + transport0"}
    for end in (0, 1):
        new[f"total{end}"] = f"start{end} + own{end} + partner_days{end} + transport{end}"
        after = f"transport{end} + partner_days{end} + inspection{end}"
        dated = f"greatest({due} - ({after}), start{end})"
        new[f"finish{end}"] = f"start{end} + {window}" if layers.asked.available_days is None else dated
    layers.add(new, [*rest, "days_firm", "days_stale"], OF_STEPS + " slot most_rate least_rate most least dh0 dh1")


def _loads(layers: _Layers) -> None:
    """Demand over the hours free in the production window, on the tightest resource."""
    new = {
        f"load{end}": f"greatest({', '.join(_load(s, end, side) for s in layers.steps)}, 0)"
        for end, side in ((0, "most"), (1, "least"))
    }
    kept = ["share0", "share1", "unplaced", "share_vague", "days_firm", "days_stale", "total0", "total1", "total_could"]
    layers.add(new, [*_lasting(layers), *kept], OF_STEPS)


def _load(step: int, end: int, side: str) -> str:
    rate, total = f"{side}_rate{step}", f"{side}{step}"
    exact = f"peer.until({total}, {rate}, finish{end}) - peer.until({total}, {rate}, start{end})"
    window = f"CASE WHEN {total} IS NULL THEN {rate} * (finish{end} - start{end}) ELSE {exact} END"
    return (
        f"CASE WHEN slot{step} IS NULL THEN 0.0 ELSE"
        f" coalesce(dh{end}{step} / nullif(greatest({window}, 0), 0), 'Infinity') END"
    )


def _values(layers: _Layers) -> None:
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
    kept = [name for name in _lasting(layers) if not name.startswith(("wanted", "place"))]
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


def _verdicts(layers: _Layers) -> None:
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
    return ["site", "last_offered", *(f"{name}{end}" for name in CRITERIA.values() for end in (0, 1)), *row_sevs(asked)]


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


def _scores(layers: _Layers) -> None:
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
            out.append(f"power({lit(max(prior_quantile(asked), floor))}, {weight})")
        else:
            name = f"{CRITERIA[criterion]}{end}"
            out.append(f"CASE WHEN {name} IS NULL THEN 1 ELSE power(greatest({name}, {floor}), {weight}) END")
    return out


def prior_quantile(asked: Asked) -> float:
    """No outcomes are stored yet, so every record is the prior."""
    good, bad = asked.policy.track_prior
    return beta_quantile(asked.policy.track_quantile, good, bad)
