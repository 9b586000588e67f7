"""The columns of a supply: what facilities state, as read-only numpy arrays.

NaN is a blank number, -1 a blank code, BLANK_DAY a blank date (days are proleptic Gregorian ordinals). Facilities
stand in order of id, lines in order of (process, facility, id), so that the order of the input never shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.places import Positions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Record = TypeVar("Record")

BLANK_DAY = 0
SOURCES = ("stated", "imported", "derived", "default")
EVIDENCES = ("stated", "documented", "coordinator_verified", "registry_verified")
KINDS = ("makerspace", "jobshop", "contract_manufacturer")
DOCUMENTED = EVIDENCES.index("documented")
VERIFIED = EVIDENCES.index("coordinator_verified")


def number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def day(value: date | None) -> int:
    return BLANK_DAY if value is None else value.toordinal()


def interned(words: Iterable[str | None]) -> tuple[IntArray, tuple[str, ...]]:
    """Codes of words in alphabetical order, -1 for a blank, and the words."""
    given = list(words)
    known = tuple(sorted({word for word in given if word is not None}))
    codes = {word: code for code, word in enumerate(known)}
    return np.array([-1 if word is None else codes[word] for word in given], dtype=np.int64), known


def flag(value: bool | None) -> int:
    return -1 if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Words:
    """Words interned as codes, and which rows carry each: word w stands in rows[start[w]:start[w + 1]], in order."""

    codes: Mapping[str, int]
    start: IntArray
    rows: IntArray

    @classmethod
    def build(cls, lists: Sequence[Iterable[str] | None]) -> Words:
        codes = {word: code for code, word in enumerate(sorted({w for words in lists for w in words or ()}))}
        pairs = sorted((codes[word], row) for row, words in enumerate(lists) for word in set(words or ()))
        start = np.searchsorted([code for code, _ in pairs], np.arange(len(codes) + 1))
        return cls(codes, _locked(start), _locked(np.array([row for _, row in pairs], dtype=np.int64)))

    def rows_of(self, words: Iterable[str]) -> IntArray:
        """The rows that carry at least one of the words, each once and in order."""
        found = [self.codes[word] for word in words if word in self.codes]
        spans = [self.rows[self.start[code] : self.start[code + 1]] for code in found]
        if len(spans) == 1:
            return spans[0]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *spans]))

    def among(self, rows: IntArray, words: Iterable[str]) -> BoolArray:
        """For each of `rows` whether it carries at least one of the words."""
        carrying = self.rows_of(words)
        if not len(carrying):
            return np.zeros(len(rows), dtype=np.bool_)
        at = np.minimum(np.searchsorted(carrying, rows), len(carrying) - 1)
        return np.asarray(carrying[at] == rows)

    def carriers(self, size: int, words: Iterable[str]) -> BoolArray:
        """Which of `size` rows carry at least one of the words."""
        mask = np.zeros(size, dtype=np.bool_)
        mask[self.rows_of(words)] = True
        return mask


@dataclass(frozen=True, slots=True)
class Ragged:
    """A list of numbers for each row: row r owns values[start[r]:start[r + 1]]."""

    start: IntArray
    values: IntArray

    @classmethod
    def build(cls, lists: Sequence[Sequence[int]]) -> Ragged:
        start = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum([len(items) for items in lists], out=start[1:])
        values = np.array([item for items in lists for item in items], dtype=np.int64)
        return cls(_locked(start), _locked(values))

    def best(self, rows: IntArray, worth: NDArray[np.int8]) -> NDArray[np.int8]:
        """The highest `worth[value]` of each row's list; the lowest int8 where the list is empty."""
        counts = self.start[rows + 1] - self.start[rows]
        out = np.full(len(rows), np.iinfo(np.int8).min, dtype=np.int8)
        filled = np.flatnonzero(counts)
        if len(filled):
            first = np.concatenate([[0], np.cumsum(counts[filled])[:-1]])
            flat = np.arange(int(counts[filled].sum())) + np.repeat(self.start[rows[filled]] - first, counts[filled])
            out[filled] = np.maximum.reduceat(worth[self.values[flat]], first)
        return out

    def row(self, index: int) -> list[int]:
        return [int(value) for value in self.values[self.start[index] : self.start[index + 1]]]


def _locked(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def lock(record: Record) -> Record:
    """Make every array of a dataclass read-only."""
    for entry in fields(record):  # type: ignore[arg-type]
        value = getattr(record, entry.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return record


@dataclass(frozen=True, slots=True)
class SiteColumns:
    ids: tuple[str, ...]
    kind: IntArray
    running: BoolArray  # active and accepting
    claimed: BoolArray
    members_only: BoolArray
    where: Positions
    networks: Words
    families: BoolArray  # sites x process families that the site itself offers
    certificates_blank: BoolArray
    workmanship: FloatArray
    signs_nda: IntArray
    accepts_startups: IntArray
    no_go_industries: Words
    no_go_stages: Words
    no_go_customers: Words
    wished_industries: Words
    wished_stages: Words
    has_industry_wishes: IntArray  # -1 blank, 0 none, 1 some
    has_stage_wishes: IntArray
    good_lots: IntArray
    bad_lots: IntArray
    quote_days: FloatArray
    material_days: FloatArray
    inspection_days: FloatArray
    last_offered: IntArray
    source: IntArray
    evidence: IntArray
    as_of: IntArray


@dataclass(frozen=True, slots=True)
class LineColumns:
    """Capabilities, and lines that a machine alone suggests, process by process.

    `from_site` marks figures that were given once for the whole site.
    """

    ids: tuple[str, ...]
    site: IntArray
    process: IntArray
    partner: BoolArray
    suggested: BoolArray
    materials: Ragged
    materials_blank: BoolArray
    figures: Mapping[str, FloatArray]
    from_site: Mapping[str, BoolArray]
    envelope: FloatArray  # rows x 3
    currencies: tuple[str, ...]
    money_currency: IntArray  # index into currencies, -1 blank
    price_currency: IntArray
    setup_hours: FloatArray
    cycle_seconds: FloatArray
    parts_per_cycle: FloatArray
    yield_share: FloatArray
    named_resources: Ragged
    source: IntArray
    evidence: IntArray
    as_of: IntArray
    process_start: IntArray  # lines of process p are process_start[p]:process_start[p + 1]


@dataclass(frozen=True, slots=True)
class ResourceColumns:
    """Resources with their weekly pattern, and the weeks that differ from it."""

    site: IntArray
    ids: tuple[str, ...]
    gross: FloatArray  # hours a week; 40 where only units are stated; the kind's one shift where nothing is
    hours_stated: BoolArray
    availability: FloatArray
    booked: FloatArray
    units_per_week: FloatArray  # NaN where hours are stated
    as_of: IntArray
    source: IntArray
    kind_key: IntArray  # sorted: site x number of kinds + kind
    kind_members: Ragged  # the resources that serve each key
    week_start: IntArray  # weeks of resource r are week_start[r]:week_start[r + 1], in order of day
    week_resource: IntArray
    week_monday: IntArray
    week_gross: FloatArray
    week_booked: FloatArray
    week_held: FloatArray


@dataclass(frozen=True, slots=True)
class HoldingColumns:
    """Certificates held, one row each."""

    site: IntArray
    slugs: tuple[str, ...]
    evidence: IntArray
    issued: IntArray
    expires: IntArray
    expires_usually: IntArray  # issued plus the usual validity, where no expiry is stated
    scope_known: BoolArray
    scope: Words
    as_of: IntArray
    of_certificate: Mapping[str, IntArray]  # asked certificate -> rows whose closure contains it
