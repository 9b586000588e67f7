"""Bottlenecks with their hours, how much of them is booked, and the weeks that differ from the pattern."""

from __future__ import annotations

import numpy as np

from benchmarks.world.columns import NO_DAY, OFFERS, Array, Table, Trade
from benchmarks.world.holds import usual_hours
from benchmarks.world.sites import one_of

WEEKS_AHEAD = 40
PARTNER = OFFERS.index("partner")


def draw_resources(rng: np.random.Generator, capabilities: Table, size: int, trade: Trade) -> Table:
    """A fifth of the sites state capacity: of some of the kinds that their own lines need, each kind once."""
    stating = rng.random(size) < 0.2
    facility, kind = capabilities["facility"], trade.kind[capabilities["process_id"]]
    kept = stating[facility] & (kind >= 0) & (capabilities["offer"] != PARTNER) & (rng.random(len(kind)) < 0.5)
    pairs = np.unique(np.stack([facility[kept], kind[kept]]), axis=1)
    rows, kinds = pairs[0], _vague(rng, pairs[1], trade)
    pairs = np.unique(np.stack([rows, kinds]), axis=1)
    count = pairs.shape[1]
    machines = 1 + rng.poisson(1.5, count)
    shift = np.array([40.0, 80.0, 140.0])[one_of(rng, count, (0.6, 0.3, 0.1))]
    by_units = rng.random(count) < 0.1
    return {
        "facility": pairs[0],
        "kind_id": pairs[1],
        "machines": machines,
        "gross_hours_per_week": np.where(by_units, np.nan, shift * machines),
        "units_per_week": np.where(by_units, np.round(np.exp(rng.normal(5.0, 1.5, count))) + 1, np.nan),
        "availability": np.where(rng.random(count) < 0.1, np.round(0.6 + 0.4 * rng.random(count), 2), np.nan),
        "booked_share": np.where(rng.random(count) < 0.25, np.round(rng.beta(4, 2, count), 2), np.nan),
        "source": one_of(rng, count, (0.9, 0.05, 0.05)),
        "confirmed_on": _confirmed(rng, count),
    }


def _vague(rng: np.random.Generator, kind: Array, trade: Trade) -> Array:
    """A few say "our presses" instead of which: the group word that contains the kind."""
    tree = trade.taxonomy
    group = np.full(len(tree.kind_index), -1)
    for word, members in sorted(tree.kind_groups.items()):
        for member in members:
            group[tree.kind_index[member]] = tree.kind_index[word]
    vague = (rng.random(len(kind)) < 0.06) & (group[kind] >= 0)
    return np.where(vague, group[kind], kind)


def _confirmed(rng: np.random.Generator, size: int) -> Array:
    """60 % within two weeks, 10 % never."""
    how = one_of(rng, size, (0.6, 0.3, 0.1))
    return np.select([how == 0, how == 1], [-rng.integers(0, 15, size), -rng.integers(15, 200, size)], NO_DAY)


def draw_weeks(rng: np.random.Generator, resources: Table) -> Table:
    """Weeks that differ, one to eight of each of a third of the resources. `week` counts from the week of the day;
    `resource` is a row of the block.

    Most say how many hours are free; a fifth each are a shutdown or a holiday, which leave a share of the pattern, or
    an exception that sets hours.
    """
    size = len(resources["facility"])
    counts = np.where(rng.random(size) < 0.35, rng.integers(1, 9, size), 0)
    order = np.argsort(rng.random((size, WEEKS_AHEAD)), axis=1)[:, :8]
    used = np.arange(8)[None, :] < counts[:, None]
    resource = np.repeat(np.arange(size), counts)
    gross = np.where(np.isnan(resources["gross_hours_per_week"]), 40.0, resources["gross_hours_per_week"])[resource]
    free = np.round(gross * rng.choice([0.0, 0.1, 0.3, 0.6, 1.0], len(resource)), 1)
    how = one_of(rng, len(resource), (0.6, 0.2, 0.2))
    share = np.where(how == 0, np.nan, rng.choice([0.0, 0.4, 0.8], len(resource)))
    fixed = np.where(how == 0, np.nan, np.where(how == 1, 0.0, np.round(0.1 * gross + 1, 1)))
    usual = usual_hours(resources)[resource]
    return {
        "resource": resource,
        "week": order[used].astype(np.int64),
        "free_hours": np.where(how == 0, free, usual * share + fixed),
        "as_of": -rng.integers(0, 30, len(resource)),
        "pattern_share": share,
        "fixed_hours": fixed,
    }


def draw_links(rng: np.random.Generator, capabilities: Table, resources: Table, trade: Trade) -> Array:
    """For each capability the row of the resource that it names, -1 for none: two of five where there is one."""
    kinds = len(trade.taxonomy.kind_index)
    keys = resources["facility"] * kinds + resources["kind_id"]
    order = np.argsort(keys)
    wanted = capabilities["facility"] * kinds + trade.kind[capabilities["process_id"]]
    at = np.searchsorted(keys[order], wanted)
    padded, rows = np.append(keys[order], -1), np.append(order, -1)
    found = (padded[at] == wanted) & (capabilities["offer"] != PARTNER) & (trade.kind[capabilities["process_id"]] >= 0)
    return np.where(found & (rng.random(len(at)) < 0.4), rows[at], -1)
