"""Hours that are promised or offered: holds, some of them of a drawn need, and what they leave of weeks."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchmarks.world.columns import HOLD_STATES, NO_DAY, Array, Table, trade
from benchmarks.world.needs import first_asked

MOST_WEEKS = 4
HORIZON = 12  # weeks from now in which holds begin
SOFT, FIRM, CONSUMED = (HOLD_STATES.index(word) for word in ("soft", "firm", "consumed"))
BY_UNITS_HOURS = 40.0


@cache
def _asking() -> tuple[Array, Array]:
    """Needs that ask for work on each kind of resource: kind k's are values[start[k]:start[k + 1]]."""
    pairs = {(int(trade().kind[process]), need) for need, process in first_asked()}
    kinds, needs = np.array(sorted(pair for pair in pairs if pair[0] >= 0)).T
    return np.searchsorted(kinds, np.arange(len(trade().taxonomy.kind_index) + 1)), needs


def draw_holds(rng: np.random.Generator, resources: Table) -> tuple[Table, Table]:
    """Holds of a sixth of the resources, one or two each, and their weeks. `need` is 0 where nobody's that was drawn.

    `resource` is a row of the block, `hold` a row of the holds; `thousandths` are hours.
    """
    size = len(resources["facility"])
    resource = np.repeat(np.arange(size), np.where(rng.random(size) < 1 / 6, rng.integers(1, 3, size), 0))
    count = len(resource)
    state = rng.choice(len(HOLD_STATES), count, p=(0.45, 0.40, 0.05, 0.05, 0.05))
    holds = {
        "resource": resource,
        "state": state,
        "need": _owners(rng, resources["kind_id"][resource]),
        "expires": np.where(state == SOFT, rng.integers(1, 20, count), NO_DAY),
    }
    weeks = rng.integers(1, MOST_WEEKS + 1, count)
    hold = np.repeat(np.arange(count), weeks)
    place = np.arange(len(hold)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    week = np.repeat(rng.integers(0, HORIZON, count), weeks) + place
    usual = usual_hours(resources)[resource[hold]]
    hours = np.maximum(1, np.round(1_000 * usual * rng.uniform(0.05, 0.7, len(hold)))).astype(np.int64)
    return holds, {"hold": hold, "week": week, "thousandths": hours}


def _owners(rng: np.random.Generator, kinds: Array) -> Array:
    """Half of the holds are of a need that asks for such work, where there is one."""
    start, needs = _asking()
    width = start[kinds + 1] - start[kinds]
    pick = start[kinds] + (rng.random(len(kinds)) * width).astype(np.int64)
    return np.where((width > 0) & (rng.random(len(kinds)) < 0.5), np.append(needs, 0)[pick], 0)


def usual_hours(resources: Table) -> Array:
    """Hours of the weekly pattern, as the database counts them."""
    own = resources["availability"]
    available = np.where(np.isnan(own), trade().taxonomy.kind_availability[resources["kind_id"]], own)
    gross = resources["gross_hours_per_week"] * available
    booked = np.where(np.isnan(resources["booked_share"]), 0.0, resources["booked_share"])
    return np.asarray(np.where(np.isnan(gross), BY_UNITS_HOURS, gross) * (1 - booked))


def with_holds(resources: Table, weeks: Table, holds: Table, hold_weeks: Table) -> Table:
    """Weeks that differ, and those that only carry holds, with the sums of both kinds of holds and their limits."""
    span = int(max(weeks["week"].max(initial=0), hold_weeks["week"].max(initial=0))) + 1
    stated = weeks["resource"] * span + weeks["week"]
    held = holds["resource"][hold_weeks["hold"]] * span + hold_weeks["week"]
    state = holds["state"][hold_weeks["hold"]]
    soft, firm = state == SOFT, (state == FIRM) | (state == CONSUMED)
    keys = np.union1d(stated, held[soft | firm])
    at = np.searchsorted(keys, stated)
    out: Table = {"resource": keys // span, "week": keys % span}
    for name in ("free_hours", "as_of", "pattern_share", "fixed_hours"):
        out[name] = np.full(len(keys), NO_DAY if name == "as_of" else np.nan)
        out[name][at] = weeks[name]
    for name, mine in (("soft_hours", soft), ("firm_hours", firm)):
        sums = np.bincount(np.searchsorted(keys, held[mine]), hold_weeks["thousandths"][mine], len(keys))
        out[name] = np.round(sums) / 1_000
    usual = usual_hours(resources)[out["resource"]]
    said = np.where(np.isnan(out["free_hours"]), usual, out["free_hours"])
    out["stated_hours"] = np.round(said, 3)
    out["limit_hours"] = np.maximum(out["stated_hours"], out["firm_hours"])
    return out
