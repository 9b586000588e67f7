"""One plain supply out of the segments of a changed one: what a fresh build of the same facilities would give.

Columns are gathered, not built again: only the tables tell what was stated, and a base does not keep them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from matchmaker.columns import HoldingColumns, LineColumns, ResourceColumns, SiteColumns, lock
from matchmaker.lines import currencies_in_use
from matchmaker.ordering import text_keys
from matchmaker.places import Positions
from matchmaker.row_lists import Named, Ragged, Shared, Words, recoded
from matchmaker.storage import Array, Bits, Coded, IntArray, Texts, narrow
from matchmaker.supply import Columns, Supply
from matchmaker.supply_digest import total_of

CURRENCIES = ("money_currency", "price_currency")


@dataclass(frozen=True, slots=True)
class _Moves:
    """Where rows go: `rows[i]` are those of part i that stay, `order` sorts them all together, `place[i]` is the new
    row of each row of part i, -1 where it goes."""

    rows: list[IntArray]
    order: IntArray
    place: list[IntArray]

    @classmethod
    def of(cls, stays: Sequence[Array], order: IntArray) -> _Moves:
        rows = [np.flatnonzero(mask) for mask in stays]
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        place, begin = [], 0
        for mask, kept in zip(stays, rows, strict=True):
            found = np.full(len(mask), -1, dtype=np.int64)
            found[kept] = rank[begin : begin + len(kept)]
            begin += len(kept)
            place.append(found)
        return cls(rows, order, place)

    def gather(self, parts: Sequence[Any]) -> Any:
        """A column out of the same column of all parts."""
        if isinstance(parts[0], Words):
            return self._words(parts)
        if isinstance(parts[0], Texts):
            texts = [part.array(rows) for part, rows in zip(parts, self.rows, strict=True)]
            return Texts.of(np.concatenate(texts)[self.order])
        if isinstance(parts[0], Named):
            return Named(self.gather([part.codes for part in parts]), parts[0].words)
        values = np.concatenate([part[rows] for part, rows in zip(parts, self.rows, strict=True)])[self.order]
        if isinstance(parts[0], Coded):
            return Coded.column(values)
        if isinstance(parts[0], Bits):
            return Bits.of(values)
        if values.dtype.kind == "i":
            return narrow(values, min(part.dtype for part in parts))
        return values

    def _words(self, parts: Sequence[Words]) -> Words:
        rows = np.concatenate([place[part.rows] for part, place in zip(parts, self.place, strict=True)])
        codes = _shifted([part.codes() for part in parts], [part.words for part in parts])
        return Words.of(rows[rows >= 0], codes[rows >= 0], [word for part in parts for word in part.words])

    def codes(self, parts: Sequence[Array], words: Sequence[tuple[str, ...]]) -> IntArray:
        """Codes into the words of each part as codes into all words, one part's after the other's."""
        rows = [part[rows] for part, rows in zip(parts, self.rows, strict=True)]
        return _shifted(rows, words)[self.order]

    def named(self, parts: Sequence[Array], words: Sequence[tuple[str, ...]]) -> tuple[Array, tuple[str, ...]]:
        """Codes into the words of each part as codes into those of all that are in use, and these."""
        return recoded(self.codes(parts, words), [word for part in words for word in part])


def _shifted(codes: Sequence[Array], words: Sequence[tuple[str, ...]]) -> IntArray:
    """Codes into the words of each part as codes into all words, one part's after the other's."""
    begin = np.cumsum([0, *(len(part) for part in words)])
    return np.concatenate([np.where(part < 0, -1, part + begin[at]) for at, part in enumerate(codes)]).astype(np.int64)


def merged(supply: Supply) -> Supply:
    """A plain supply of the same content and digest; the supply itself where it is plain already."""
    if supply.patch is None:
        return supply
    parts = [segment.columns for segment, _ in supply.segments if segment.columns is not None]
    sites = _move_sites(parts, [dead for _, dead in supply.segments])
    resources = _move(sites, [part.resources.site for part in parts])
    kinds = len(supply.taxonomy.kind_index)
    digests = sites.gather([part.digests for part in parts])
    columns = Columns(
        sites=_sites([part.sites for part in parts], sites),
        lines=_lines([part.lines for part in parts], sites, resources, len(supply.taxonomy.process_slugs)),
        resources=_resources([part.resources for part in parts], sites, resources, kinds),
        holdings=_holdings([part.holdings for part in parts], sites),
        digests=digests,
        total=total_of(digests),
    )
    return Supply(supply.taxonomy, columns)


def _move_sites(parts: Sequence[Columns], dead: Sequence[IntArray]) -> _Moves:
    stays = []
    for part, gone in zip(parts, dead, strict=True):
        mask = np.ones(len(part.sites.ids), dtype=np.bool_)
        mask[gone] = False
        stays.append(mask)
    ids = np.concatenate([part.sites.ids.array(np.flatnonzero(mask)) for part, mask in zip(parts, stays, strict=True)])
    return _Moves.of(stays, np.lexsort(tuple(reversed(text_keys(ids)))))


def _move(sites: _Moves, owners: Sequence[Array], first: Sequence[Array] | None = None, size: int = 0) -> _Moves:
    """Rows that belong to sites, in order of their site, or of `first` and then of it; as before among equals."""
    places = [place[site] for place, site in zip(sites.place, owners, strict=True)]
    keys = (
        places if first is None else [key.astype(np.int64) * size + at for key, at in zip(first, places, strict=True)]
    )
    stays = [place >= 0 for place in places]
    kept = np.concatenate([key[mask] for key, mask in zip(keys, stays, strict=True)])
    return _Moves.of(stays, np.argsort(kept, kind="stable"))


def _gathered(parts: Sequence[Any], moves: _Moves, apart: set[str]) -> dict[str, Any]:
    """All columns but those that are told apart."""
    names = [entry.name for entry in fields(parts[0]) if entry.name not in apart]
    return {name: moves.gather([getattr(part, name) for part in parts]) for name in names}


def _owner(parts: Sequence[Array], moves: _Moves, owners: _Moves) -> Array:
    """A column of rows of another table, by their new rows."""
    places = [place[part[rows]] for part, rows, place in zip(parts, moves.rows, owners.place, strict=True)]
    return narrow(np.concatenate(places)[moves.order])


def _sites(parts: Sequence[SiteColumns], moves: _Moves) -> SiteColumns:
    where = [part.where for part in parts]
    country, countries = moves.named([item.country for item in where], [item.countries for item in where])
    area, areas = moves.named([item.admin_area for item in where], [item.admin_areas for item in where])
    lat, lon = (moves.gather([getattr(item, name) for item in where]) for name in ("lat", "lon"))
    return lock(
        SiteColumns(
            **_gathered(parts, moves, {"where"}),
            where=lock(Positions(country, countries, area, areas, lat, lon)),
        )
    )


def _lines(parts: Sequence[LineColumns], sites: _Moves, resources: _Moves, processes: int) -> LineColumns:
    moves = _move(sites, [part.site for part in parts], [part.process for part in parts], len(sites.order))
    apart = {"site", "materials", "figures", "from_site", "named_resources", "process_start"}
    columns = _gathered(parts, moves, apart | {"currencies", *CURRENCIES})
    flags = [next(iter(part.from_site.values())).words for part in parts]
    shared = Bits(
        np.concatenate([words[rows] for words, rows in zip(flags, moves.rows, strict=True)])[moves.order],
        len(parts[0].from_site),
    )
    words = [part.currencies for part in parts]
    money, price = (moves.codes([getattr(part, name) for part in parts], words) for name in CURRENCIES)
    currencies, money, price = currencies_in_use(money, price, [word for part in words for word in part])
    return lock(
        LineColumns(
            **columns,
            currencies=currencies,
            money_currency=money,
            price_currency=price,
            site=_owner([part.site for part in parts], moves, sites),
            materials=_materials([part.materials for part in parts], moves),
            figures={name: moves.gather([part.figures[name] for part in parts]) for name in parts[0].figures},
            from_site={name: shared.flag(flag.place) for name, flag in parts[0].from_site.items()},
            named_resources=_pairs([part.named_resources for part in parts], moves, resources),
            process_start=np.searchsorted(columns["process"], np.arange(processes + 1)),
        )
    )


def _materials(parts: Sequence[Shared], moves: _Moves) -> Shared:
    """The lists that are still used, each once; list 0 is empty."""
    begin = np.cumsum([0, *(len(part.lists.start) - 1 for part in parts)])
    chosen = [
        np.where(part.of == 0, 0, part.of + begin[at])[rows] for at, (part, rows) in enumerate(_zip(parts, moves))
    ]
    of = np.concatenate(chosen)[moves.order]
    used = np.flatnonzero(np.bincount(of, minlength=1) > 0) if len(of) else np.zeros(0, dtype=np.int64)
    used = np.union1d(used, [0])
    owner = np.concatenate([part.lists.owners() + begin[at] for at, part in enumerate(parts)])
    values = np.concatenate([part.lists.values for part in parts])
    kept = np.isin(owner, used)
    lists = Ragged.of(np.searchsorted(used, owner[kept]), values[kept], len(used))
    return Shared(narrow(np.searchsorted(used, of)), Ragged(lists.start, narrow(values[kept], np.int16)))


def _zip(parts: Sequence[Shared], moves: _Moves) -> zip[tuple[Shared, IntArray]]:
    return zip(parts, moves.rows, strict=True)


def _pairs(parts: Sequence[Ragged], owners: _Moves, values: _Moves) -> Ragged:
    """Lists of rows of another table, by their new rows, in order."""
    owner = np.concatenate([place[part.owners()] for part, place in zip(parts, owners.place, strict=True)])
    value = np.concatenate([place[part.values] for part, place in zip(parts, values.place, strict=True)])
    owner, value = owner[owner >= 0], value[owner >= 0]
    order = np.lexsort((value, owner))
    return Ragged.of(owner[order], value[order], len(owners.order))


def _resources(parts: Sequence[ResourceColumns], sites: _Moves, moves: _Moves, kinds: int) -> ResourceColumns:
    weeks = _move(moves, [part.week_resource for part in parts])
    apart = {"site", "kind_key", "kind_members", "week_start", "week_resource"}
    timed = {entry.name for entry in fields(ResourceColumns) if entry.name.startswith("week_")} - apart
    keys, members = _by_kind(parts, sites, moves, kinds)
    resource = _owner([part.week_resource for part in parts], weeks, moves)
    return lock(
        ResourceColumns(
            **_gathered(parts, moves, apart | timed),
            **{name: weeks.gather([getattr(part, name) for part in parts]) for name in timed},
            site=_owner([part.site for part in parts], moves, sites),
            kind_key=keys,
            kind_members=members,
            week_start=narrow(np.searchsorted(resource, np.arange(len(moves.order) + 1))),
            week_resource=resource,
        )
    )


def _by_kind(parts: Sequence[ResourceColumns], sites: _Moves, moves: _Moves, kinds: int) -> tuple[Array, Ragged]:
    keys, values = [], []
    for part, site, resource in zip(parts, sites.place, moves.place, strict=True):
        key = part.kind_key[part.kind_members.owners()].astype(np.int64)
        keys.append(np.where(site[key // kinds] < 0, -1, site[key // kinds] * kinds + key % kinds))
        values.append(resource[part.kind_members.values])
    key, value = np.concatenate(keys), np.concatenate(values)
    key, value = key[key >= 0], value[key >= 0]
    order = np.lexsort((value, key))
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    return narrow(key[order][first]), Ragged(narrow(np.append(first, len(key))), narrow(value[order]))


def _holdings(parts: Sequence[HoldingColumns], sites: _Moves) -> HoldingColumns:
    moves = _move(sites, [part.site for part in parts])
    return lock(
        HoldingColumns(
            **_gathered(parts, moves, {"site"}),
            site=_owner([part.site for part in parts], moves, sites),
        )
    )
