"""Drawing a network of any size, block by block; the first n facilities are the same in every larger network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.world.archetypes import ARCHETYPES
from benchmarks.world.capacity import draw_links, draw_resources, draw_weeks
from benchmarks.world.columns import SEED, Array, Table, World, length, trade
from benchmarks.world.figures import draw_figures
from benchmarks.world.holds import draw_holds, with_holds
from benchmarks.world.lines import (
    PARTNER,
    draw_capabilities,
    draw_certificates,
    draw_line_materials,
    draw_machines,
    draw_materials,
    draw_scopes,
    usual_of,
)
from benchmarks.world.sites import draw_networks, draw_no_gos, draw_sites, one_of

BLOCK = 1_000
HELD = 1  # the stream of holds, apart from all else
KEYED = ("capabilities", "resources", "certificates", "holds")


def blocks(first: int, last: int, *, seed: int = SEED) -> Iterator[World]:
    """Facilities `first` to `last` - 1, counted from 0; both multiples of BLOCK.

    Keys go on from block to block, so blocks before `first` are drawn as well, for their sizes.
    """
    if first % BLOCK or last % BLOCK:
        raise ValueError(f"sizes must be multiples of {BLOCK}")
    before = dict.fromkeys(KEYED, 0)
    for number in range(last // BLOCK):
        world = _block(number, seed, before)
        before = {name: count + length(getattr(world, name)) for name, count in before.items()}
        if number * BLOCK >= first:
            yield world


def _block(number: int, seed: int, before: dict[str, int]) -> World:
    rng = np.random.default_rng([seed, number])
    shares = tuple(item.share for item in ARCHETYPES)
    archetype = one_of(rng, BLOCK, shares)
    keys = np.arange(BLOCK) + number * BLOCK + 1
    sites = draw_sites(rng, archetype)
    lines = draw_capabilities(rng, archetype, trade())
    resources = draw_resources(rng, lines, BLOCK, trade())
    certificates = draw_certificates(rng, archetype, trade())
    named = draw_links(rng, lines, resources, trade())
    differing = draw_weeks(rng, resources)
    holds, hold_weeks = draw_holds(np.random.default_rng([seed, number, HELD]), resources)
    weeks = with_holds(resources, differing, holds, hold_weeks)
    scopes = draw_scopes(rng, certificates, lines, BLOCK)
    held = draw_machines(rng, lines, BLOCK, trade())
    runs = draw_materials(rng, lines, BLOCK, sites["materials_listed"], trade())
    own = draw_line_materials(rng, lines["process_id"], trade())
    line_keys, resource_keys, certificate_keys, hold_keys = (
        before[name] + 1 + np.arange(length(table))
        for name, table in zip(KEYED, (lines, resources, certificates, holds), strict=True)
    )
    resource_id = np.where(named >= 0, np.append(resource_keys, 0)[named], -1)
    return World(
        facilities={"id": keys, **sites, **_site_figures(rng, lines, archetype)},
        capabilities={"id": line_keys, "resource_id": resource_id, **_of(lines, "facility", keys)},
        resources={"id": resource_keys, **_of(resources, "facility", keys)},
        weeks=_of(weeks, "resource", resource_keys),
        holds={"id": hold_keys, **_of(holds, "resource", resource_keys)},
        hold_weeks=_of(hold_weeks, "hold", hold_keys),
        machines=_of(held, "facility", keys),
        certificates={"id": certificate_keys, **_of(certificates, "facility", keys)},
        no_gos=draw_no_gos(rng, keys),
        networks=draw_networks(rng, keys),
        facility_materials=_of(runs, "facility", keys),
        capability_materials=_of(own, "capability", line_keys),
        scope_processes={
            "heldcertificate_id": certificate_keys[scopes["certificate"]],
            "process_id": scopes["process_id"],
        },
    )


def _of(table: Table, owner: str, keys: Array) -> Table:
    """The table with the owner's key in place of its row."""
    return {f"{owner}_id": keys[table[owner]]} | {name: values for name, values in table.items() if name != owner}


def _site_figures(rng: np.random.Generator, lines: Table, archetype: Array) -> Table:
    """Figures for the whole site, around those of the first process it makes itself."""
    own = np.flatnonzero(lines["offer"] != PARTNER)
    first = own[np.searchsorted(lines["facility"][own], np.arange(len(archetype)))]
    scale = np.array([item.run for item in ARCHETYPES])[archetype]
    return draw_figures(rng, usual_of(lines["process_id"][first], scale, trade()))
