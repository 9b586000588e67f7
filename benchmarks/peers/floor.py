"""The floor: one plain pass over the columns that a ranking must read, row by row the same, tested for nothing.

The rows are the lines of every process that answers a step, the sites of those lines, and the resources of those
sites; the columns are those that the need asks of. Nothing that finds the same facts by reading can be quicker. Which
columns there are is read from the supply's own records, so that the floor follows the layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.asked import Asked
from matchmaker.domain import NeedFact
from matchmaker.policy import Policy
from matchmaker.supply import Supply
from matchmaker.taxonomy import ProcessCase

Array = NDArray[Any]
# Columns of lines that only some needs ask of.
UNASKED: dict[str, Callable[[Asked], bool]] = {
    "materials": lambda asked: not any(step.materials for step in asked.gated),
    "materials_blank": lambda asked: not any(step.materials for step in asked.gated),
    "envelope": lambda asked: not any(step.envelope_mm for step in asked.gated),
    "tolerance_mm": lambda asked: not any(step.fact.tolerance_mm for step in asked.gated),
    "price_low": lambda asked: not (asked.need.target_price or asked.need.budget_is_ceiling),
    "price_high": lambda asked: not (asked.need.target_price or asked.need.budget_is_ceiling),
    "min_order_money": lambda asked: asked.order_worth is None,
}
# What a column that is no array keeps its rows in.
KEPT_AS = ("codes", "words", "of")
# Read only to explain the few that are shown.
SHOWN_ONLY = {"source", "evidence", "as_of", "process", "ids"}


def plain_pass(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> int:
    """The exclusive or of all that is read: a number that depends on every byte."""
    asked = Asked.build(need, policy, supply.taxonomy, as_of)
    skipped = SHOWN_ONLY | {name for name, left_out in UNASKED.items() if left_out(asked)}
    lines, found, sites = supply.lines, 0, []
    for start, stop in _spans(asked, supply):
        sites.append(lines.site[start:stop])
        for column in columns_of(lines, len(lines.site), skipped):
            found ^= _xor(column[start:stop])
    touched = np.unique(np.concatenate(sites)) if sites else np.zeros(0, dtype=np.int64)
    for column in columns_of(supply.sites, len(supply.sites.kind), SHOWN_ONLY):
        found ^= _xor(column[touched])
    resources = _resources(supply, touched)
    for column in columns_of(supply.resources, len(supply.resources.site), SHOWN_ONLY):
        found ^= _xor(column[resources])
    return found


def touched_bytes(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> int:
    """What the pass reads."""
    asked = Asked.build(need, policy, supply.taxonomy, as_of)
    skipped = SHOWN_ONLY | {name for name, left_out in UNASKED.items() if left_out(asked)}
    spans = _spans(asked, supply)
    rows = sum(stop - start for start, stop in spans)
    of_lines = sum(_width(column) for column in columns_of(supply.lines, len(supply.lines.site), skipped))
    touched = np.unique(np.concatenate([supply.lines.site[start:stop] for start, stop in spans]))
    of_sites = sum(_width(column) for column in columns_of(supply.sites, len(supply.sites.kind), SHOWN_ONLY))
    resources = columns_of(supply.resources, len(supply.resources.site), SHOWN_ONLY)
    of_resources = sum(_width(column) for column in resources)
    return rows * of_lines + len(touched) * of_sites + len(_resources(supply, touched)) * of_resources


def _width(column: Array) -> int:
    return column.dtype.itemsize * int(np.prod(column.shape[1:], dtype=np.int64))


def _spans(asked: Asked, supply: Supply) -> list[tuple[int, int]]:
    """The lines of each process that answers some step, firmly or by a claim."""
    start = supply.lines.process_start
    wanted = np.zeros(len(start) - 1, dtype=np.bool_)
    for step in asked.gated:
        wanted |= (step.firm.case != ProcessCase.NONE) | (asked.taxonomy.claim_cases(step.fact.process) > 0)
    return [(int(start[process]), int(start[process + 1])) for process in np.flatnonzero(wanted)]


def _resources(supply: Supply, sites: Array) -> Array:
    """Rows of the sites' resources, which stand in order of site."""
    of = supply.resources.site
    begin, end = np.searchsorted(of, sites), np.searchsorted(of, sites, side="right")
    counts = end - begin
    return np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))


def columns_of(record: Any, size: int, skipped: set[str]) -> Iterator[Array]:
    """The arrays of a record, and of the mappings in it, that have one row for each of `size`; of coded columns the
    codes, of flags the word that they share."""
    seen: list[Array] = []
    for entry in fields(record):
        value = getattr(record, entry.name)
        items = value.items() if isinstance(value, dict) else [(entry.name, value)]
        for name, column in items:
            kept = next((getattr(column, part) for part in KEPT_AS if hasattr(column, part)), column)
            if name in skipped or not isinstance(kept, np.ndarray) or len(kept) != size:
                continue
            if not any(kept is other for other in seen):
                seen.append(kept)
                yield kept


def _xor(rows: Array) -> int:
    raw = np.ascontiguousarray(rows).view(np.uint8).reshape(-1)
    whole = len(raw) // 8 * 8
    return int(np.bitwise_xor.reduce(raw[:whole].view(np.uint64), initial=0)) ^ int(
        np.bitwise_xor.reduce(raw[whole:], initial=0)
    )
