"""The floor: one plain pass over the columns that a ranking must read, row by row the same, tested for nothing.

The rows are the lines of every process that answers a step, the sites of those lines, their resources with the weeks
that differ, and their certificates where some are asked; the columns are those that the need asks of. Nothing that
finds the same facts by reading can be quicker. Which columns there are is read from the supply's own records, so that
the floor follows the layout: of coded figures the codes, of flags the words that they share; ids and other texts never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.asked import Asked, AskedStep
from matchmaker.domain import Confidentiality, NeedFact, RegionStrength
from matchmaker.places import Positions
from matchmaker.policy import Policy
from matchmaker.row_lists import Ragged
from matchmaker.supply import Supply
from matchmaker.taxonomy import ProcessCase

Array = NDArray[Any]


def _prices(asked: Asked) -> bool:
    return bool(asked.need.target_price or asked.need.budget_is_ceiling)


def _places(asked: Asked) -> bool:
    rules = (*asked.region_rules(RegionStrength.MUST), *asked.region_rules(RegionStrength.WISH))
    return asked.need.ship_to.lat is not None or bool(rules)


def _materials(asked: Asked) -> bool:
    return any(step.materials for step in asked.gated)


# Columns that only some needs ask of; of the others none is left out.
ASKED: dict[str, Callable[[Asked], bool]] = {
    "materials": _materials,
    "materials_blank": _materials,
    "envelope": lambda asked: any(step.envelope_mm for step in asked.gated),
    "tolerance_mm": lambda asked: any(step.fact.tolerance_mm for step in asked.gated),
    "price_low": _prices,
    "price_high": _prices,
    "price_currency": _prices,
    "min_order_money": lambda asked: asked.order_worth is not None,
    "money_currency": lambda asked: asked.order_worth is not None,
    "certificates_blank": lambda asked: bool(asked.facility_certificates),
    "workmanship": lambda asked: asked.workmanship is not None,
    "signs_nda": lambda asked: asked.need.confidentiality != Confidentiality.PUBLIC,
    "has_industry_wishes": lambda asked: asked.need.industry is not None,
    "has_stage_wishes": lambda asked: asked.need.stage is not None,
    "lat": _places,
    "lon": _places,
    "admin_area": lambda asked: bool(asked.region_rules(RegionStrength.MUST)),
}
KEPT_AS = ("codes", "words", "of")  # what a column that is no array keeps its rows in
# Read only of the few that are shown, or that tie.
SHOWN_ONLY = {"source", "evidence", "as_of", "process", "ids", "last_offered"}
FEW = 50  # of that many sites at most one: then sorting is quicker than a mark for each


def plain_pass(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> int:
    """The exclusive or of all that is read: a number that depends on every byte."""
    found = 0
    for column, rows, _ in _parts(Asked.build(need, policy, supply.taxonomy, as_of), supply):
        found ^= _xor(column[rows])
    return found


def touched_bytes(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> int:
    """What the pass reads."""
    parts = _parts(Asked.build(need, policy, supply.taxonomy, as_of), supply)
    return sum(size * column[:1].nbytes for column, _, size in parts)


def _parts(asked: Asked, supply: Supply) -> Iterator[tuple[Array, Any, int]]:
    """(column, rows of it that are read, how many they are)."""
    spans = spans_of(asked, supply, asked.gated)
    skipped = SHOWN_ONLY | {name for name, asks in ASKED.items() if not asks(asked)}
    lines = [*columns_of(supply.lines, len(supply.lines.site), skipped)]
    for start, stop in spans:
        for column in lines:
            yield column, slice(start, stop), stop - start
    sites = touched_sites(supply, spans)
    resources = _owned(supply.resources.site, sites)
    weeks = _weeks(supply, resources)
    tables: list[tuple[Any, int, Array, set[str]]] = [
        (supply.sites, len(supply.sites.kind), sites, skipped),
        (supply.resources, len(supply.resources.site), resources, SHOWN_ONLY - {"as_of"}),
        (supply.resources, len(supply.resources.week_resource), weeks, SHOWN_ONLY | {"week_resource"}),
    ]
    if asked.facility_certificates or asked.statements:
        held = _owned(supply.holdings.site, sites)
        tables.append((supply.holdings, len(supply.holdings.site), held, {"as_of", "issued"}))
    for record, size, rows, left_out in tables:
        for column in columns_of(record, size, left_out):
            yield column, rows, len(rows)


def spans_of(asked: Asked, supply: Supply, steps: tuple[AskedStep, ...]) -> list[tuple[int, int]]:
    """The lines of each process that answers some of the steps, firmly or by a claim."""
    start = supply.lines.process_start
    wanted = np.zeros(len(start) - 1, dtype=np.bool_)
    for step in steps:
        wanted |= (step.firm.case != ProcessCase.NONE) | (asked.taxonomy.claim_cases(step.fact.process) > 0)
    return [(int(start[process]), int(start[process + 1])) for process in np.flatnonzero(wanted)]


def touched_sites(supply: Supply, spans: list[tuple[int, int]]) -> Array:
    """The sites of those lines, each once and in order."""
    parts = [supply.lines.site[start:stop] for start, stop in spans]
    size = len(supply.sites.kind)
    if sum(map(len, parts)) * FEW < size:
        return np.unique(np.concatenate(parts)).astype(np.int64) if parts else np.zeros(0, dtype=np.int64)
    marks = np.zeros(size, dtype=np.bool_)
    for part in parts:
        marks[part] = True
    return np.flatnonzero(marks)


def _owned(of: Array, owners: Array) -> Array:
    """Rows of a table in order of its owner that belong to those owners, which are in order."""
    wanted = owners.astype(of.dtype)
    begin, end = np.searchsorted(of, wanted), np.searchsorted(of, wanted, side="right")
    return _ranges(begin, end)


def _weeks(supply: Supply, resources: Array) -> Array:
    start = supply.resources.week_start
    return _ranges(start[resources].astype(np.int64), start[resources + 1].astype(np.int64))


def _ranges(begin: Array, end: Array) -> Array:
    counts = end - begin
    return np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))


def columns_of(record: Any, size: int, skipped: set[str]) -> Iterator[Array]:
    """The arrays of a record, and of the mappings and places in it, that have one row for each of `size`."""
    seen: list[Array] = []
    for name, column in _items(record):
        kept = next((getattr(column, part) for part in KEPT_AS if hasattr(column, part)), column)
        if isinstance(column, Ragged):
            kept = column.start[:-1]
        if name in skipped or not isinstance(kept, np.ndarray) or len(kept) != size:
            continue
        if not any(kept is other for other in seen):
            seen.append(kept)
            yield kept


def _items(record: Any) -> Iterator[tuple[str, Any]]:
    for entry in fields(record):
        value = getattr(record, entry.name)
        if isinstance(value, dict):
            yield from value.items()
        elif isinstance(value, Positions):
            yield from _items(value)
        else:
            yield entry.name, value


def _xor(rows: Array) -> int:
    raw = np.ascontiguousarray(rows).view(np.uint8).reshape(-1)
    whole = len(raw) // 8 * 8
    return int(np.bitwise_xor.reduce(raw[:whole].view(np.uint64), initial=0)) ^ int(
        np.bitwise_xor.reduce(raw[whole:], initial=0)
    )
