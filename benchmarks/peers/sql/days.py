"""Assignments with their hours and days: one row for each site and each way of giving its steps to choices or to
nobody here."""

from __future__ import annotations

from benchmarks.peers.sql.fragments import each, lit, most, names
from benchmarks.peers.sql.layers import SITE, Layers, lasting
from benchmarks.peers.sql.sites import step_regions
from matchmaker.asked import Asked

# What assignments read of a choice; the rest is fetched again for the few that are shown.
TAKEN = names(
    "slot quality claimed partner rsev run_low run_high precision_low precision_high first_fail unknowns nears place"
    " gross gross_stated firm stale most_rate least_rate most least work_stated h0 h1 y0 y1 lead_stated lead0 lead1"
    " lead_could tool0 tool1 price0 price1"
)
OF_STEPS = (
    "made absent quality claimed partner rsev run_low run_high precision_low precision_high first_fail unknowns nears"
    " place price0 price1"
)


def assigned(asked: Asked, source: str) -> Layers:
    """`source` is a FROM clause that yields `s` (sites), `n` (their preferred steps), `c0`, `c1`... (choices or
    blanks), `f0`, `f1`... (why a step without able options cannot be made)."""
    layers = Layers(asked, _taken(asked, source))
    _demands(layers)
    _days(layers)
    _loads(layers)
    return layers


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


def _demands(layers: Layers) -> None:
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
    layers.add(new, [*lasting(layers), *ends], OF_STEPS + hours)


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


def _days(layers: Layers) -> None:
    """Production in the house and at partners, whether it is firm, and both ends of the whole."""
    reached = {
        f"reach{end}{s}": f"CASE WHEN by_hours{s} THEN {_reach(s, end)} + inspection{end} END"
        for s in layers.steps
        for end in (0, 1)
    }
    ends = ["start0", "start1", "inspection0", "inspection1", "transport0", "transport1"]
    rest = [*lasting(layers), *ends, "share0", "share1", "unplaced", "share_vague"]
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


def _totals(layers: Layers, rest: list[str]) -> None:
    due, window = lit(layers.asked.available_days), layers.asked.policy.open_window_days
    new = {"total_could": "start0 + own_could + partner_days0 + transport0"}
    for end in (0, 1):
        new[f"total{end}"] = f"start{end} + own{end} + partner_days{end} + transport{end}"
        after = f"transport{end} + partner_days{end} + inspection{end}"
        dated = f"greatest({due} - ({after}), start{end})"
        new[f"finish{end}"] = f"start{end} + {window}" if layers.asked.available_days is None else dated
    layers.add(new, [*rest, "days_firm", "days_stale"], OF_STEPS + " slot most_rate least_rate most least dh0 dh1")


def _loads(layers: Layers) -> None:
    """Demand over the hours free in the production window, on the tightest resource."""
    new = {
        f"load{end}": f"greatest({', '.join(_load(s, end, side) for s in layers.steps)}, 0)"
        for end, side in ((0, "most"), (1, "least"))
    }
    kept = ["share0", "share1", "unplaced", "share_vague", "days_firm", "days_stale", "total0", "total1", "total_could"]
    layers.add(new, [*lasting(layers), *kept], OF_STEPS)


def _load(step: int, end: int, side: str) -> str:
    rate, total = f"{side}_rate{step}", f"{side}{step}"
    exact = f"peer.until({total}, {rate}, finish{end}) - peer.until({total}, {rate}, start{end})"
    window = f"CASE WHEN {total} IS NULL THEN {rate} * (finish{end} - start{end}) ELSE {exact} END"
    return (
        f"CASE WHEN slot{step} IS NULL THEN 0.0 ELSE"
        f" coalesce(dh{end}{step} / nullif(greatest({window}, 0), 0), 'Infinity') END"
    )
