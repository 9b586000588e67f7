"""Tables from tables: some of the facilities, two sets of facilities in one, records that state nothing left blank."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np

from matchmaker.columns import SOURCES
from matchmaker.tables import Array, FigureTable, Flags, PairTable, SupplyTables, length, rows_of

Table = TypeVar("Table")

DEFAULT = SOURCES.index("default")
WORDY = ("country", "admin_area", "currency", "word")  # fields that hold words


def of_sites(tables: SupplyTables, kept: Flags) -> SupplyTables:
    """The facilities that a mask keeps, and all that belongs to them."""
    lines, certificates = kept[tables.lines.site], kept[tables.certificates.site]
    resources = kept[tables.resources.site]
    weeks = resources[tables.weeks.resource]
    site, line, held, resource = (_numbered(mask) for mask in (kept, lines, certificates, resources))
    return SupplyTables(
        sites=rows_of(tables.sites, kept),
        lines=_owned(tables.lines, lines, site),
        resources=_owned(tables.resources, resources, site),
        weeks=replace(rows_of(tables.weeks, weeks), resource=resource[tables.weeks.resource[weeks]]),
        machines=_owned(tables.machines, kept[tables.machines.site], site),
        certificates=_owned(tables.certificates, certificates, site),
        scopes=_pairs(tables.scopes, held),
        site_materials=_pairs(tables.site_materials, site),
        line_materials=_pairs(tables.line_materials, line),
        named_resources=_pairs(tables.named_resources, line, resource),
        listed=_owned(tables.listed, kept[tables.listed.site], site),
        words=tables.words,
    )


def _numbered(kept: Flags) -> Array:
    """The new row of each kept row, -1 for the others."""
    return np.where(kept, np.cumsum(kept) - 1, -1)


def _owned(table: Any, rows: Flags, site: Array) -> Any:
    return replace(rows_of(table, rows), site=site[table.site[rows]])


def _pairs(pairs: PairTable, owner: Array, value: Array | None = None) -> PairTable:
    """The pairs whose ends are kept, by their new keys."""
    ends = PairTable(owner[pairs.owner], pairs.value if value is None else value[pairs.value])
    return rows_of(ends, (ends.owner >= 0) & (ends.value >= 0))


def joined(one: SupplyTables, other: SupplyTables) -> SupplyTables:
    """The facilities of both, those of `other` after those of `one`."""
    places = {word: place for place, word in enumerate(one.words)}
    words = np.array([*(places.setdefault(word, len(places)) for word in other.words), -1], dtype=np.int64)
    sites, lines, resources = (length(table) for table in (one.sites, one.lines, one.resources))
    keys = {
        "lines": {"site": sites},
        "resources": {"site": sites},
        "weeks": {"resource": resources},
        "machines": {"site": sites},
        "certificates": {"site": sites},
        "scopes": {"owner": length(one.certificates)},
        "site_materials": {"owner": sites},
        "line_materials": {"owner": lines},
        "named_resources": {"owner": lines, "value": resources},
        "listed": {"site": sites},
    }
    names = [entry.name for entry in fields(SupplyTables) if entry.name != "words"]
    return SupplyTables(
        **{name: _appended(getattr(one, name), getattr(other, name), keys.get(name, {}), words) for name in names},
        words=tuple(places),
    )


def _appended(one: Table, other: Table, shifts: dict[str, int], words: Array) -> Table:
    """The rows of both: keys of `other` moved on by `shifts`, its words by their new places."""
    values: dict[str, Any] = {}
    for entry in fields(one):  # type: ignore[arg-type]
        first, second = getattr(one, entry.name), getattr(other, entry.name)
        if not isinstance(first, np.ndarray):
            values[entry.name] = _appended(first, second, {}, words)
            continue
        if entry.name in WORDY:
            second = words[second]
        values[entry.name] = np.concatenate([first, second + shifts[entry.name] if entry.name in shifts else second])
    return type(one)(**values)


def without_defaults(tables: SupplyTables) -> SupplyTables:
    """A record whose source is DEFAULT states nothing: its figures become blanks, its resource goes."""
    sites, lines = tables.sites.source == DEFAULT, tables.lines.source == DEFAULT
    stated = tables.resources.source != DEFAULT
    if stated.all() and not sites.any() and not lines.any():
        return tables
    resource = _numbered(stated)
    weeks = stated[tables.weeks.resource]
    return replace(
        tables,
        sites=replace(
            tables.sites,
            figures=_blanked(tables.sites.figures, sites),
            materials_blank=tables.sites.materials_blank | sites,
        ),
        lines=replace(
            tables.lines,
            figures=_blanked(tables.lines.figures, lines),
            materials_blank=tables.lines.materials_blank | lines,
            **{
                name: np.where(lines, np.nan, getattr(tables.lines, name))
                for name in ("setup_hours", "cycle_seconds", "parts_per_cycle", "yield_share")
            },
        ),
        resources=rows_of(tables.resources, stated),
        weeks=replace(rows_of(tables.weeks, weeks), resource=resource[tables.weeks.resource[weeks]]),
        site_materials=rows_of(tables.site_materials, ~sites[tables.site_materials.owner]),
        line_materials=rows_of(tables.line_materials, ~lines[tables.line_materials.owner]),
        named_resources=_pairs(tables.named_resources, np.arange(len(lines)), resource),
    )


def _blanked(figures: FigureTable, rows: Flags) -> FigureTable:
    values = {entry.name: getattr(figures, entry.name) for entry in fields(FigureTable)}
    blank = {name: np.where(rows, np.nan, value) for name, value in values.items() if value.ndim == 1}
    return FigureTable(
        **blank
        | {
            "envelope_mm": np.where(rows[:, None], np.nan, figures.envelope_mm),
            "currency": np.where(rows, -1, figures.currency),
        }
    )
