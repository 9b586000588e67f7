"""The process lines of a supply as columns: what each can do, by its own figures or else by the site's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matchmaker.catalogue_codes import CatalogueCodes
from matchmaker.columns import BLANK_DAY, EVIDENCES, SOURCES, LineColumns, lock
from matchmaker.ordering import distinct, is_among, order_by, stands_twice, text_keys
from matchmaker.row_lists import Ragged, Shared, recoded
from matchmaker.storage import (
    Array,
    Bits,
    BoolArray,
    Coded,
    FloatArray,
    IntArray,
    Texts,
    encoded,
    encoded_sizes,
    narrow,
)
from matchmaker.tables import FigureTable, LineTable, PairTable, SupplyTables
from matchmaker.taxonomy import Taxonomy

# Figures that a line through a partner takes from the site: the order is placed with the site, so its run sizes hold.
ORDER_FIGURES = ("min_run", "min_order_money", "economic_low", "economic_high", "max_run")
NUMBERS = (
    *ORDER_FIGURES,
    "lead_days_low",
    "lead_days_high",
    "tooling_days_low",
    "tooling_days_high",
    "tolerance_mm",
    "price_low",
    "price_high",
)
OTHER_END = {
    "lead_days_low": "lead_days_high",
    "lead_days_high": "lead_days_low",
    "tooling_days_low": "tooling_days_high",
    "tooling_days_high": "tooling_days_low",
    "price_low": "price_high",
    "price_high": "price_low",
}
WORK = ("setup_hours", "cycle_seconds", "parts_per_cycle", "yield_share")
DERIVED = SOURCES.index("derived")
OFFERED = (SOURCES.index("stated"), SOURCES.index("imported"))


def is_offered(lines: LineTable) -> BoolArray:
    """Offered by the facility's word, not merely suggested."""
    return np.asarray(np.isin(lines.source, OFFERED))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The lines in their final order. `own` is the row of the table, -1 for a line that a machine alone suggests."""

    own: IntArray
    site: IntArray
    process: IntArray
    suggested: BoolArray
    partner: BoolArray
    ids: Array

    def pick(self, stated: Array, blank: float) -> Array:
        """A field of the table for each line, `blank` for a line that is none of its rows."""
        return np.append(stated, np.array([blank], dtype=stated.dtype))[self.own]


def build_lines(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray, resource_rank: IntArray) -> LineColumns:
    """One row a line. `rank` and `resource_rank` lead from rows of the tables to rows of the columns.

    Raises ValueError for an id that stands twice.
    """
    lines, rows = tables.lines, _ordered(tables, taxonomy, rank)
    figures, stated_by_site = _figures(tables, rank, rows)
    currencies, money, price = _currencies(tables, rank, rows)
    materials, blank = _materials(tables, taxonomy, rank, rows)
    columns = LineColumns(
        ids=Texts.of(rows.ids),
        site=narrow(rows.site),
        process=narrow(rows.process),
        partner=rows.partner,
        suggested=rows.suggested,
        materials=materials,
        materials_blank=blank,
        figures={name: figures[name] for name in NUMBERS},
        from_site={name: stated_by_site.flag(place) for place, name in enumerate((*NUMBERS, "envelope_mm"))},
        envelope=figures["envelope_mm"],
        currencies=currencies,
        money_currency=money,
        price_currency=price,
        **{name: Coded.column(rows.pick(getattr(lines, name), np.nan)) for name in WORK},
        named_resources=_named(tables.named_resources, rows, resource_rank),
        source=narrow(rows.pick(lines.source, DERIVED), np.int8),
        evidence=narrow(rows.pick(lines.evidence, EVIDENCES.index("stated")), np.int8),
        as_of=narrow(rows.pick(lines.as_of, BLANK_DAY)),
        process_start=np.searchsorted(rows.process, np.arange(len(taxonomy.process_slugs) + 1)),
    )
    return lock(columns)


def _ordered(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> _Rows:
    """In order of (process, site, offered first, id)."""
    lines, size, processes = tables.lines, len(rank), len(taxonomy.process_slugs)
    site, process, machine = _of_machines(tables, taxonomy, rank)
    names = [f"machine:{slug}".encode() for slug in CatalogueCodes.of(taxonomy).machines]
    ids = np.concatenate([lines.ids, np.array(names or [b""])[machine]])
    sites = np.concatenate([rank[lines.site], site])
    made = np.concatenate([lines.process.astype(np.int64), process])
    if stands_twice(sites * processes + made, ids):
        raise ValueError("a capability id stands twice at one facility")
    suggested = np.concatenate([~is_offered(lines), np.ones(len(site), dtype=np.bool_)])
    order = order_by((made * size + sites) * 2 + suggested, lambda rows: text_keys(ids[rows]))
    own = np.where(order < len(lines.site), order, -1)
    partner = np.append(lines.partner, False)[own]
    return _Rows(own, sites[order], made[order], suggested[order], partner, ids[order])


def _of_machines(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Lines that machines alone suggest: site, process and the first of the machines that make it."""
    codes, machines, lines = CatalogueCodes.of(taxonomy), tables.machines, tables.lines
    processes, kinds = len(taxonomy.process_slugs), max(len(codes.machines), 1)
    there = machines.count > 0
    row, process = codes.machine_processes.expand(machines.machine[there].astype(np.int64))
    keys = (rank[machines.site[there]][row] * processes + process) * kinds + machines.machine[there][row]
    keys = np.sort(keys)
    made = keys // kinds
    first = np.ones(len(made), dtype=np.bool_)
    first[1:] = made[1:] != made[:-1]
    known = (rank[lines.site] * processes + lines.process)[~lines.partner]
    kept = keys[first & ~is_among(made, np.sort(known))]
    return kept // kinds // processes, kept // kinds % processes, kept % kinds


def _by_rank(values: Array, rank: IntArray) -> Array:
    """Values of the sites' table in the order of the columns."""
    out = np.empty_like(values)
    out[rank] = values
    return out


def _figures(tables: SupplyTables, rank: IntArray, rows: _Rows) -> tuple[dict[str, Coded], Bits]:
    """Each figure of the lines, and whether it was given for the whole site."""
    out: dict[str, Coded] = {}
    flags = np.zeros((len(rows.own), len(NUMBERS) + 1), dtype=np.bool_)
    for place, name in enumerate((*NUMBERS, "envelope_mm")):
        values, (own, site) = _coded(name, tables.lines.figures, tables.sites.figures)
        blank = len(values) - 1
        codes, fallback = rows.pick(own, blank), _by_rank(site, rank)[rows.site]
        inherits = codes == blank
        if name not in ORDER_FIGURES:
            inherits &= ~rows.partner
        flags[:, place] = inherits & (fallback != blank)
        out[name] = Coded.of(values, np.where(inherits, fallback, codes))
    return out, Bits.of(flags)


def _coded(name: str, own: FigureTable, site: FigureTable) -> tuple[FloatArray, list[Array]]:
    """One figure of the lines' table and of the sites' table as codes into the same values, a blank last."""
    if name == "envelope_mm":
        return encoded_sizes([own.envelope_mm, site.envelope_mm])
    return encoded([spanned(own, name), spanned(site, name)])


def spanned(figures: FigureTable, name: str) -> FloatArray:
    """A figure; one end of a span alone stands for both."""
    values: FloatArray = getattr(figures, name)
    if name not in OTHER_END:
        return values
    return np.where(np.isnan(values), getattr(figures, OTHER_END[name]), values)


def _currencies(tables: SupplyTables, rank: IntArray, rows: _Rows) -> tuple[tuple[str, ...], Array, Array]:
    """The currencies in use, and that of each line's minimum and of its prices: the line's own where the line gives
    the figure and names one, else the site's."""
    own, of_site = tables.lines.figures, _by_rank(tables.sites.figures.currency, rank)[rows.site]
    found = []
    for name in ("min_order_money", "price_low"):
        given = rows.pick(np.where(np.isnan(spanned(own, name)), -1, own.currency), -1)
        found.append(np.where(given >= 0, given, of_site))
    return currencies_in_use(found[0], found[1], tables.words)


def currencies_in_use(money: Array, price: Array, words: Sequence[str]) -> tuple[tuple[str, ...], Array, Array]:
    codes, used = recoded(np.concatenate([money, price]), words)
    codes = narrow(codes, np.int8)
    return used, codes[: len(money)], codes[len(money) :]


def _materials(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray, rows: _Rows) -> tuple[Shared, BoolArray]:
    """The line's own list, else the site's unless a partner makes it. A list that many lines have stands once."""
    lines, sites, size = tables.lines, tables.sites, len(rank)
    span = max(len(taxonomy.material_slugs), 1)
    of_sites = tables.site_materials.owner[~sites.materials_blank[tables.site_materials.owner]]
    of_lines = tables.line_materials.owner[~lines.materials_blank[tables.line_materials.owner]]
    values = [
        tables.site_materials.value[~sites.materials_blank[tables.site_materials.owner]],
        tables.line_materials.value[~lines.materials_blank[tables.line_materials.owner]],
    ]
    keys = distinct(np.concatenate([rank[of_sites], size + of_lines]).astype(np.int64) * span + np.concatenate(values))
    owner = keys // span
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    place = np.zeros(size + len(lines.site) + 1, dtype=np.int64)  # list 0 is empty; the last entry is nobody's
    place[owner[first]] = 1 + np.arange(len(first))
    lists = Ragged(narrow(np.concatenate([[0], first, [len(keys)]])), narrow(keys % span, np.int16))
    own_blank = rows.pick(lines.materials_blank, blank=1)
    inherits = own_blank & ~rows.partner
    blank = np.where(inherits, _by_rank(sites.materials_blank, rank)[rows.site], own_blank)
    chosen = np.where(inherits, place[rows.site], place[np.where(rows.own < 0, -1, size + rows.own)])
    return Shared(narrow(np.where(blank, 0, chosen)), lists), blank


def _named(pairs: PairTable, rows: _Rows, resource_rank: IntArray) -> Ragged:
    """In order of the resources, which of one site stand in order of id."""
    place = np.empty(len(rows.own), dtype=np.int64)
    stated = np.flatnonzero(rows.own >= 0)
    place[rows.own[stated]] = stated
    span = int(resource_rank.max(initial=0)) + 1
    keys = distinct(place[pairs.owner] * span + resource_rank[pairs.value])
    return Ragged.of(keys // span, keys % span, len(rows.own))
