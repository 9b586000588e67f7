"""A digest of what facilities state: one for each, and one of a supply that follows from them whatever their order.

A facility's digest is sha256 over its rows of all tables, packed, in an order that their content decides; words that
the catalogue does not hold count by their letters, codes of the catalogue as they are, since the catalogue's own
digest goes into the supply's. Records that state nothing (source "default") count: what is said of them may change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.ordering import distinct, order_by, text_keys
from matchmaker.sites import certificate_order
from matchmaker.storage import Array, IntArray
from matchmaker.tables import FigureTable, LineTable, PairTable, SupplyTables, WordList, arrays_of

Digests = NDArray[np.uint8]  # rows x 32

BYTES = 32
MODULUS = 1 << (8 * BYTES)
BLOCK = 4096  # rows that are packed at once, so that they stay in the cache
NAMES = frozenset({"country", "admin_area", "currency", "word"})
KEYS = frozenset({"site", "resource", "owner", "ids"})
FIGURES = frozenset({"setup_hours", "cycle_seconds", "parts_per_cycle", "yield_share"})


@dataclass(frozen=True, slots=True)
class _Part:
    """Bytes of one kind of fact: those of facility f are data[start[f]:start[f + 1]]."""

    data: bytes
    start: list[int]

    def chunks(self) -> Iterator[bytes]:
        return map(self.data.__getitem__, map(slice, self.start[:-1], self.start[1:]))


@dataclass(frozen=True, slots=True)
class _Places:
    """Rows of a table in canonical order, the facility of each, and the number of each row within its facility."""

    order: IntArray
    site: IntArray
    number: IntArray  # by row of the table

    @classmethod
    def of(cls, order: IntArray, site: IntArray, size: int) -> _Places:
        start = np.searchsorted(site, np.arange(size))
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.arange(len(order)) - start[site]
        return cls(order, site, number)


def facility_digests(tables: SupplyTables, rank: IntArray) -> Digests:
    """One row of 32 bytes a facility, in order of id, to which `rank` leads from the rows of the sites' table."""
    size = len(rank)
    parts = list(_parts(tables, rank))
    counts = np.stack([np.diff(part.start) for part in parts], axis=1).astype("<i8").tobytes()
    sizes = _Part(counts, (np.arange(size + 1) * 8 * len(parts)).tolist())
    joined = map(b"".join, zip(*(part.chunks() for part in (sizes, *parts)), strict=True))
    return np.frombuffer(b"".join([sha256(row).digest() for row in joined]), dtype=np.uint8).reshape(size, BYTES)


def _parts(tables: SupplyTables, rank: IntArray) -> Iterator[_Part]:
    """All that is stated, kind by kind."""
    size, letters = len(rank), _letters(tables.words)
    order = np.argsort(rank)
    yield _records(_columns(tables.sites, letters), _Places.of(order, np.arange(size), size), size)
    yield _texts(tables.sites.ids, _Places.of(order, np.arange(size), size), size)
    lines = _lines_in_order(tables.lines, rank)
    yield from _of_lines(tables.lines, lines, letters, size)
    resources = _resources_in_order(tables, rank)
    yield _records(_columns(tables.resources, letters), resources, size)
    yield _texts(tables.resources.ids, resources, size)
    certificates = _certificates_in_order(tables, rank)
    yield _records(_columns(tables.certificates, letters), certificates, size)
    yield from _of_weeks(tables, rank, resources)
    everywhere = np.zeros(size, dtype=np.int64)
    yield _pairs(tables.scopes, certificates.number, _owners(tables.certificates.site, rank), size)
    yield _pairs(tables.site_materials, everywhere, rank, size)
    yield _pairs(tables.line_materials, lines.number, _owners(tables.lines.site, rank), size)
    named = tables.named_resources
    yield _pairs(
        PairTable(named.owner, resources.number[named.value]), lines.number, _owners(tables.lines.site, rank), size
    )
    machines = tables.machines
    yield _sorted_rows(rank[machines.site], [machines.machine, machines.count], size)
    yield _of_words(tables, rank, letters)


def _letters(words: Sequence[str]) -> IntArray:
    """A number for each word that follows from its letters, and one for a blank as the last."""
    numbers = [int.from_bytes(sha256(word.encode()).digest()[:8], "little", signed=True) for word in words]
    return np.array([*numbers, 0], dtype=np.int64)


def _columns(table: Any, letters: IntArray) -> list[Array]:
    """The fields of a table but for keys and ids, words by their letters."""
    out: list[Array] = []
    for name, values in arrays_of(table):
        if name in NAMES:
            out.append(letters[values])
        elif values.ndim == 2:
            out += [values[:, k] for k in range(values.shape[1])]
        elif name not in KEYS:
            out.append(values)
    return out


def _records(columns: Sequence[Array], places: _Places, size: int) -> _Part:
    data, width = _packed(columns, places.order)
    return _Part(data, (np.searchsorted(places.site, np.arange(size + 1)) * width).tolist())


def _packed(columns: Sequence[Array], order: IntArray) -> tuple[bytes, int]:
    """Rows of all columns as bytes of one width: flags in one byte, whole numbers and figures in eight."""
    kinds = {"b": "?", "f": "<f8"}
    record = np.dtype([(f"f{at}", kinds.get(column.dtype.kind, "<i8")) for at, column in enumerate(columns)])
    out = np.empty(len(order), dtype=record)
    for begin in range(0, len(order), BLOCK):
        rows, block = order[begin : begin + BLOCK], out[begin : begin + BLOCK]
        for at, column in enumerate(columns):
            values = column[rows]
            if values.dtype.kind == "f":  # one blank, one zero
                values = np.where(np.isnan(values), np.nan, values + 0.0)
            block[f"f{at}"] = values
    return out.tobytes(), record.itemsize


def _texts(texts: NDArray[np.bytes_], places: _Places, size: int) -> _Part:
    """Each text ends with a byte that UTF-8 does not know."""
    wide = np.zeros((len(texts), texts.itemsize + 1), dtype=np.uint8)
    wide[:, :-1] = texts[places.order].view(np.uint8).reshape(len(texts), texts.itemsize)
    wide[:, -1] = 0xFF
    ends = np.concatenate([[0], np.cumsum(np.count_nonzero(wide, axis=1))])
    rows = np.searchsorted(places.site, np.arange(size + 1))
    return _Part(wide[wide != 0].tobytes(), ends[rows].tolist())


def _lines_in_order(lines: LineTable, rank: IntArray) -> _Places:
    processes = int(lines.process.max(initial=0)) + 1
    order = order_by(rank[lines.site] * processes + lines.process, lambda rows: text_keys(lines.ids[rows]))
    return _Places.of(order, rank[lines.site][order], len(rank))


def _resources_in_order(tables: SupplyTables, rank: IntArray) -> _Places:
    resources = tables.resources
    order = order_by(rank[resources.site], lambda rows: text_keys(resources.ids[rows]))
    return _Places.of(order, rank[resources.site][order], len(rank))


def _certificates_in_order(tables: SupplyTables, rank: IntArray) -> _Places:
    order = certificate_order(tables, rank)
    return _Places.of(order, rank[tables.certificates.site][order], len(rank))


def _of_lines(lines: LineTable, places: _Places, letters: IntArray, size: int) -> Iterator[_Part]:
    """Figures only of the lines that state any: most have none of their own."""
    bare = {name: values for name, values in arrays_of(lines) if name not in KEYS}
    figures = [*_columns(lines.figures, letters), *(bare[name] for name in sorted(FIGURES))]
    blank = np.logical_and.reduce([_is_blank(values) for values in figures])
    rest = [bare[name] for name in bare if name not in FIGURES and name not in FigureTable.__dataclass_fields__]
    yield _records(rest, places, size)
    yield _texts(lines.ids, places, size)
    filled = ~blank[places.order]
    some = _Places(places.order[filled], places.site[filled], places.number)
    yield _records([places.number, *figures], some, size)


def _is_blank(values: Array) -> NDArray[np.bool_]:
    return np.isnan(values) if values.dtype.kind == "f" else values == 0


def _of_weeks(tables: SupplyTables, rank: IntArray, resources: _Places) -> Iterator[_Part]:
    weeks = tables.weeks
    site = rank[tables.resources.site[weeks.resource]]
    order = np.lexsort((weeks.monday, resources.number[weeks.resource], site))
    columns = [resources.number[weeks.resource], *_columns(weeks, np.zeros(1, dtype=np.int64))]
    yield _records(columns, _Places(order, site[order], order), len(rank))


def _of_words(tables: SupplyTables, rank: IntArray, letters: IntArray) -> _Part:
    """In order of list and letters."""
    listed = tables.listed
    words = letters[listed.word]
    order = order_by(rank[listed.site] * len(WordList) + listed.list, lambda rows: [words[rows]])
    site, kind, word = rank[listed.site][order], listed.list[order], words[order]
    same = (site[1:] == site[:-1]) & (kind[1:] == kind[:-1]) & (word[1:] == word[:-1])
    kept = np.concatenate([[True], ~same]) if len(order) else np.zeros(0, dtype=np.bool_)
    places = _Places(order[kept], site[kept], order)
    return _records([listed.list, words], places, len(rank))


def _owners(site: Array, rank: IntArray) -> IntArray:
    """The facility of each row of a table, in order of id."""
    return np.asarray(rank[site], dtype=np.int64)


def _pairs(pairs: PairTable, number: IntArray, site: IntArray, size: int) -> _Part:
    """Pairs by the number of their owner within its facility."""
    return _sorted_rows(site[pairs.owner], [number[pairs.owner], pairs.value], size, once=True)


def _sorted_rows(site: IntArray, columns: Sequence[Array], size: int, *, once: bool = False) -> _Part:
    """Rows of whole numbers in order; `once` leaves out repetitions."""
    spans = [int(column.max(initial=0)) + 1 for column in columns]
    keys = site.astype(np.int64)
    for column, span in zip(columns, spans, strict=True):
        keys = keys * span + column
    keys = distinct(keys) if once else np.sort(keys)
    content = np.empty((len(keys), len(columns)), dtype="<i8")
    for at in reversed(range(len(columns))):
        keys, content[:, at] = np.divmod(keys, spans[at])
    rows = np.searchsorted(keys, np.arange(size + 1))
    return _Part(content.tobytes(), (rows * content.itemsize * content.shape[1]).tolist())


def total_of(digests: Digests) -> int:
    """The sum of digests as whole numbers, modulo 2**256."""
    limbs = np.ascontiguousarray(digests).view(">u4").reshape(-1, BYTES // 4).sum(axis=0, dtype=np.uint64)
    return sum(int(limb) << (32 * place) for place, limb in enumerate(reversed(limbs))) % MODULUS


def supply_digest(catalogue: str, count: int, total: int) -> str:
    """sha256 (hex) of a supply from its catalogue's digest, the number of facilities and the sum of their digests."""
    return sha256(f"{catalogue} {count} {total % MODULUS:064x}".encode()).hexdigest()
