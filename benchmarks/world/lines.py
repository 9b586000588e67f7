"""What a facility makes and with what: capabilities, machines, materials, certificates."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.world.archetypes import ARCHETYPES, PARTNER_PROCESSES
from benchmarks.world.columns import NO_DAY, OFFERS, Array, Table, Trade
from benchmarks.world.figures import draw_figures
from benchmarks.world.sites import days_ago, one_of

PROCESS_COUNTS = (0.12, 0.16, 0.17, 0.15, 0.12, 0.10, 0.08, 0.05, 0.03, 0.02)  # of 3 to 12; the mean is 6.2
FEWEST, MOST = 3, 12
PARTNER = OFFERS.index("partner")


def draw_processes(rng: np.random.Generator, archetype: Array, trade: Trade) -> tuple[Array, Array]:
    """Rows (facility, process), the likelier processes of an archetype more often; no process twice."""
    size = len(archetype)
    weights = np.zeros((len(ARCHETYPES), len(trade.typical_run)))
    for row, item in enumerate(ARCHETYPES):
        for slug, weight in item.processes.items():
            weights[row, trade.taxonomy.process_index[slug]] = weight
    with np.errstate(divide="ignore"):
        keys = np.log(rng.random((size, weights.shape[1]))) / weights[archetype]
    best = np.argsort(-keys, axis=1, kind="stable")[:, :MOST]
    counts = FEWEST + one_of(rng, size, PROCESS_COUNTS)
    kept = (np.arange(MOST)[None, :] < counts[:, None]) & np.isfinite(np.take_along_axis(keys, best, axis=1))
    rows, places = np.nonzero(kept)
    return rows, best[rows, places]


def draw_capabilities(rng: np.random.Generator, archetype: Array, trade: Trade) -> Table:
    """`facility` is a row of the block. 20 % of the facilities have one or two lines through partners."""
    row, process = draw_processes(rng, archetype, trade)
    offer = (rng.random(len(row)) < 0.3).astype(np.int64)
    partnered = np.repeat(np.flatnonzero(rng.random(len(archetype)) < 0.2), 2)
    bought = np.array([trade.taxonomy.process_index[slug] for slug in PARTNER_PROCESSES])
    through = bought[rng.integers(0, len(bought), len(partnered))]
    pairs = np.unique(np.stack([partnered, through]), axis=1)
    facility = np.concatenate([row, pairs[0]]).astype(np.int64)
    order = np.argsort(facility, kind="stable")
    process = np.concatenate([process, pairs[1]])[order]
    offer = np.concatenate([offer, np.full(pairs.shape[1], PARTNER)])[order]
    facility = facility[order]
    scale = np.array([item.run for item in ARCHETYPES])[archetype][facility]
    own = np.where(rng.random(len(facility)) < 0.2, 1.0, 0.0)
    figures = draw_figures(rng, usual_of(process, scale, trade))
    blanks = {
        name: values if name == "currency" else np.where(own > 0, values, np.nan) for name, values in figures.items()
    }
    return {
        "facility": facility,
        "process_id": process,
        "offer": offer,
        **blanks,
        **_work(rng, process, trade),
        "source": one_of(rng, len(facility), (0.85, 0.05, 0.1)),
        "confirmed_on": days_ago(rng, len(facility), 0.5, 120.0),
        "materials_listed": (rng.random(len(facility)) < 0.02).astype(np.int64),
    }


def usual_of(process: Array, scale: Array, trade: Trade) -> Table:
    """What a figure of these processes is drawn around; `scale` is the producer's own smallest order."""
    return {
        "run": np.sqrt(scale * trade.typical_run[process]),
        "lead_low": trade.lead_low[process],
        "lead_high": trade.lead_high[process],
        "tooling": trade.tooling[process],
        "tolerance": trade.tolerance[process],
        "envelope": trade.envelope[process],
    }


def _work(rng: np.random.Generator, process: Array, trade: Trade) -> Table:
    """Work content of the few lines that state it, around the catalogue's."""
    size = len(process)
    work = [trade.taxonomy.work_of(slug) for slug in trade.taxonomy.process_slugs]
    setup = np.array([1.0 if row is None else max(row.setup_hours_low, 0.1) for row in work])[process]
    cycle = np.array([60.0 if row is None else max(row.cycle_seconds_typical, 1.0) for row in work])[process]
    stated = rng.random(size) < 0.1
    return {
        "setup_hours": np.where(stated, np.round(setup * np.exp(rng.normal(0.2, 0.4, size)), 2), np.nan),
        "cycle_seconds": np.where(
            stated & (rng.random(size) < 0.8), np.round(cycle * np.exp(rng.normal(0, 0.5, size)), 1) + 0.1, np.nan
        ),
        "parts_per_cycle": np.where(stated & (rng.random(size) < 0.3), rng.integers(1, 9, size), np.nan),
        "yield_share": np.where(stated & (rng.random(size) < 0.3), np.round(0.9 + 0.1 * rng.random(size), 2), np.nan),
    }


def draw_materials(rng: np.random.Generator, capabilities: Table, size: int, listed: Array, trade: Trade) -> Table:
    """The common materials of a site's own processes, most of them; some sites name classes instead of grades."""
    own = capabilities["offer"] != PARTNER
    makes = np.zeros((size, len(trade.typical_run)))
    makes[capabilities["facility"][own], capabilities["process_id"][own]] = 1
    usual = makes @ trade.common > 0
    runs = usual & (rng.random(usual.shape) < 0.7) & (listed > 0)[:, None]
    vague = rng.random(size) < 0.15
    runs[vague] = runs[vague] @ _parents(trade) > 0
    facility, material = np.nonzero(runs)
    return {"facility": facility, "material_id": material}


def _parents(trade: Trade) -> Array:
    """materials x materials: the class above each grade, or the material itself where there is none."""
    tree = trade.taxonomy
    above = np.zeros((len(tree.material_slugs),) * 2)
    for row in tree.catalogue.materials:
        parent = row.parent if row.level == "grade" and row.parent else row.slug
        above[tree.material_index[row.slug], tree.material_index[parent]] = 1
    return above


def draw_line_materials(rng: np.random.Generator, process: Array, trade: Trade) -> Table:
    """Lists of their own of 8 % of the lines. `capability` is a row of the block."""
    own = rng.random(len(process)) < 0.08
    runs = (trade.common[process] > 0) & (rng.random((len(process), trade.common.shape[1])) < 0.6) & own[:, None]
    capability, material = np.nonzero(runs)
    return {"capability": capability, "material_id": material}


def draw_machines(rng: np.random.Generator, capabilities: Table, size: int, trade: Trade) -> Table:
    """Half of the sites name machines: one for some of their own processes, and now and then one for another."""
    naming = rng.random(size) < 0.5
    facility, process = capabilities["facility"], capabilities["process_id"]
    of = [np.array(items or (-1,)) for items in trade.machines_of]
    flat, start = np.concatenate(of), np.cumsum([0, *(len(items) for items in of)])
    width = np.array([stop - begin for begin, stop in pairwise(start)])
    machine = flat[start[process] + (rng.random(len(process)) * width[process]).astype(np.int64)]
    stray = rng.random(len(process)) < 0.03
    machine = np.where(stray, rng.integers(0, len(trade.machines), len(process)), machine)
    kept = naming[facility] & (machine >= 0) & (rng.random(len(process)) < 0.5) & (capabilities["offer"] != PARTNER)
    pairs = np.unique(np.stack([facility[kept], machine[kept]]), axis=1)
    return {"facility": pairs[0], "machine_id": pairs[1], "count": 1 + rng.poisson(0.7, pairs.shape[1])}


def draw_certificates(rng: np.random.Generator, archetype: Array, trade: Trade) -> Table:
    """55 % of the sites fill the list; a third of the dates and most scopes are not known."""
    slugs = sorted(trade.taxonomy.certificate_scope)
    chances = np.zeros((len(ARCHETYPES), len(slugs)))
    for row, item in enumerate(ARCHETYPES):
        for slug, chance in item.certificates.items():
            chances[row, slugs.index(slug)] = chance
    filled = rng.random(len(archetype)) < 0.55
    held = (rng.random((len(archetype), len(slugs))) < chances[archetype]) & filled[:, None]
    facility, certificate = np.nonzero(held)
    size = len(facility)
    expires = np.where(rng.random(size) < 0.65, rng.integers(-150, 1000, size), NO_DAY)
    issued = np.where(
        rng.random(size) < 0.6, np.where(expires == NO_DAY, -rng.integers(0, 1500, size), expires - 1095), NO_DAY
    )
    return {
        "facility": facility,
        "certification_id": certificate,
        "evidence_level": one_of(rng, size, (0.5, 0.38, 0.1, 0.02)),
        "expires_on": expires,
        "issued_on": issued,
    }


def draw_scopes(rng: np.random.Generator, certificates: Table, capabilities: Table, size: int) -> Table:
    """40 % of the scopes are known: one to three processes of the site."""
    start = np.searchsorted(capabilities["facility"], np.arange(size + 1))
    known = np.flatnonzero(rng.random(len(certificates["facility"])) < 0.4)
    facility = certificates["facility"][known]
    width = start[facility + 1] - start[facility]
    picks = np.floor(rng.random((len(known), 3)) * width[:, None]).astype(np.int64) + start[facility][:, None]
    used = np.arange(3)[None, :] < rng.integers(1, 4, len(known))[:, None]
    rows = np.repeat(known, 3).reshape(-1, 3)[used]
    pairs = np.unique(np.stack([rows, capabilities["process_id"][picks[used]]]), axis=1)
    return {"certificate": pairs[0], "process_id": pairs[1]}
