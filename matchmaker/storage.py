"""How columns are kept: narrow, dictionary-coded or as one run of bytes, so that they can be mapped from a file.

A column is read by `column[rows]` alone, `rows` being a number, a slice or an array of numbers: a plain array, float64
with NaN for a blank where it holds figures. Everything here is read-only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from matchmaker.ordering import distinct

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Array = NDArray[Any]


def locked(array: Array) -> Array:
    array.setflags(write=False)
    return array


def narrow(values: Array, least: DTypeLike = np.int32) -> Array:
    """The same whole numbers in the narrowest signed width from `least` on. From 32 bits on products rarely spill."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    sizes = [size for size in (1, 2, 4, 8) if size >= np.dtype(least).itemsize]
    fit = next(size for size in sizes if -(1 << (8 * size - 1)) <= low and high < 1 << (8 * size - 1))
    return locked(values.astype(f"i{fit}"))


def code_type(size: int) -> np.dtype[Any]:
    return np.dtype(np.uint8 if size <= 1 << 8 else np.uint16 if size <= 1 << 16 else np.uint32)


@dataclass(frozen=True, slots=True)
class Coded:
    """Figures as codes into their distinct values, exactly as stated; without `values` the codes are the figures."""

    codes: Array
    values: FloatArray | None

    @classmethod
    def of(cls, values: FloatArray, codes: Array) -> Coded:
        """Of `codes` into `values`; plain where most figures differ, so that coding would save nothing."""
        plain = len(codes) * (values.nbytes // len(values))
        if codes.nbytes + values.nbytes >= plain:
            return cls(locked(np.ascontiguousarray(values[codes])), None)
        return cls(locked(codes), locked(values))

    @classmethod
    def column(cls, figures: FloatArray) -> Coded:
        values, (codes,) = encoded([figures]) if figures.ndim == 1 else encoded_sizes([figures])
        return cls.of(values, codes)

    def __getitem__(self, rows: Any) -> Any:
        return self.codes[rows] if self.values is None else self.values[self.codes[rows]]

    def __len__(self) -> int:
        return len(self.codes)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.asarray(self[:], dtype=dtype)


def encoded(parts: Sequence[FloatArray]) -> tuple[FloatArray, list[Array]]:
    """The distinct figures of several columns, a blank last, and the codes of each column."""
    filled = [np.flatnonzero(~np.isnan(part)) for part in parts]
    pool = np.concatenate([part[rows] for part, rows in zip(parts, filled, strict=True)]) + 0.0  # no -0.0
    distinct, codes = np.unique(pool, return_inverse=True)
    values = np.append(distinct, np.nan)
    out, begin = [], 0
    for part, rows in zip(parts, filled, strict=True):
        column = np.full(len(part), len(distinct), dtype=code_type(len(values)))
        column[rows] = codes[begin : begin + len(rows)]
        begin += len(rows)
        out.append(column)
    return values, out


def encoded_sizes(parts: Sequence[FloatArray]) -> tuple[FloatArray, list[Array]]:
    """As `encoded`, for rows of three sides, which are all stated or none."""
    values, codes = encoded([part[:, 0] for part in parts])
    sizes = values[:, None]
    for k in (1, 2):
        further, others = encoded([part[:, k] for part in parts])
        span = len(further)
        pairs = [
            np.where(other == span - 1, np.nan, code.astype(np.float64) * span + other)
            for code, other in zip(codes, others, strict=True)
        ]
        values, codes = encoded(pairs)
        pair = values[:-1].astype(np.int64)
        sizes = np.column_stack([sizes[pair // span], further[pair % span]])
        sizes = np.concatenate([sizes, np.full((1, k + 1), np.nan)])
    return sizes, codes


@dataclass(frozen=True, slots=True)
class Bits:
    """Many flags of each row, packed into one whole number: flag k is bit k."""

    words: Array
    count: int

    @classmethod
    def of(cls, flags: BoolArray) -> Bits:
        """Of rows x flags, at most 64."""
        width = next(width for width in (8, 16, 32, 64) if flags.shape[1] <= width)
        words = np.zeros(len(flags), dtype=f"u{width // 8}")
        for k in range(flags.shape[1]):
            words |= flags[:, k].astype(words.dtype) << words.dtype.type(k)
        return cls(locked(words), flags.shape[1])

    def __getitem__(self, rows: Any) -> Any:
        """rows x flags."""
        places = np.arange(self.count, dtype=self.words.dtype)
        return (self.words[rows, None] >> places & self.words.dtype.type(1)).astype(np.bool_)

    def __len__(self) -> int:
        return len(self.words)

    def flag(self, place: int) -> Flag:
        return Flag(self.words, place)


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of each row of some `Bits`."""

    words: Array
    place: int

    def __getitem__(self, rows: Any) -> Any:
        return self.words[rows] & self.words.dtype.type(1 << self.place) != 0

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as one run of UTF-8 bytes: text r is blob[start[r]:start[r + 1]], decoded when asked for."""

    blob: NDArray[np.uint8]
    start: Array

    @classmethod
    def of(cls, texts: NDArray[np.bytes_]) -> Texts:
        wide = texts.view(np.uint8).reshape(len(texts), -1) if len(texts) else np.zeros((0, 1), dtype=np.uint8)
        lengths = np.char.str_len(texts)
        return cls(locked(wide[wide != 0]), narrow(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)))

    def __getitem__(self, row: int) -> str:
        return self.raw(row).decode()

    def __len__(self) -> int:
        return len(self.start) - 1

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def array(self, rows: IntArray) -> NDArray[np.bytes_]:
        """Those texts at a fixed width."""
        begin, lengths = self.start[rows].astype(np.int64), self.start[rows + 1] - self.start[rows]
        wide = np.zeros((len(rows), max(int(lengths.max(initial=0)), 1)), dtype=np.uint8)
        row = np.repeat(np.arange(len(rows)), lengths)
        place = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        wide[row, place] = self.blob[begin[row] + place]
        return wide.view(f"S{wide.shape[1]}").reshape(len(rows))

    def raw(self, row: int) -> bytes:
        if row < 0:
            row += len(self)
        return self.blob[int(self.start[row]) : int(self.start[row + 1])].tobytes()

    def find(self, text: str, first: int = 0, last: int | None = None) -> int | None:
        """The row of a text among rows first:last, which stand in order; None where it is not there."""
        wanted, low, high = text.encode(), first, len(self) if last is None else last
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < (len(self) if last is None else last) and self.raw(low) == wanted else None


@dataclass(frozen=True, slots=True)
class Named:
    """A word for each row, as a code into few words."""

    codes: Array
    words: tuple[str, ...]

    def __getitem__(self, row: int) -> str:
        return self.words[int(self.codes[row])]

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return (self.words[code] for code in self.codes)


@dataclass(frozen=True, slots=True)
class Words:
    """Few words, in order, and which rows carry each: word w stands in rows[start[w]:start[w + 1]], in order."""

    words: tuple[str, ...]
    start: IntArray
    rows: Array

    @classmethod
    def of(cls, rows: Array, codes: Array, words: Sequence[str]) -> Words:
        """Of pairs of a row and the place of its word in `words`; only words that some row carries are kept."""
        places, used = recoded(codes, words)
        span = int(rows.max()) + 1 if len(rows) else 1
        keys = distinct(places.astype(np.int64) * span + rows)
        start = np.searchsorted(keys // span, np.arange(len(used) + 1))
        return cls(used, locked(start.astype(np.int64)), narrow(keys % span))

    def get(self, word: str, default: Any = None) -> Any:
        """The rows that carry the word, else `default`."""
        code = bisect_left(self.words, word)
        if code == len(self.words) or self.words[code] != word:
            return default
        return self.rows[self.start[code] : self.start[code + 1]]

    def rows_of(self, words: Iterable[str]) -> Array:
        """The rows that carry at least one of the words, each once and in order."""
        spans: list[Array] = [span for word in words if (span := self.get(word)) is not None]
        if len(spans) == 1:
            return spans[0]
        return distinct(np.concatenate([self.rows[:0], *spans]))

    def among(self, rows: Array, words: Iterable[str]) -> BoolArray:
        """For each of `rows` whether it carries at least one of the words."""
        carrying = self.rows_of(words)
        if not len(carrying):
            return np.zeros(len(rows), dtype=np.bool_)
        wanted = rows.astype(carrying.dtype)  # of another type all that carry it would be cast
        at = np.minimum(np.searchsorted(carrying, wanted), len(carrying) - 1)
        return np.asarray(carrying[at] == wanted)

    def codes(self) -> IntArray:
        """The place in `words` of each entry of `rows`."""
        return np.repeat(np.arange(len(self.words)), np.diff(self.start))

    def carriers(self, size: int, words: Iterable[str]) -> BoolArray:
        """Which of `size` rows carry at least one of the words."""
        mask = np.zeros(size, dtype=np.bool_)
        mask[self.rows_of(words)] = True
        return mask


def recoded(codes: Array, words: Sequence[str]) -> tuple[Array, tuple[str, ...]]:
    """Codes into the alphabetical order of the words in use, and those words. -1 stays -1."""
    used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=1))
    names = sorted((words[int(code)], int(code)) for code in used)
    place = np.full(len(words) + 1, -1, dtype=np.int64)  # its last entry answers for -1
    kept: list[str] = []
    for name, code in names:
        if not kept or kept[-1] != name:
            kept.append(name)
        place[code] = len(kept) - 1
    return narrow(place[codes]), tuple(kept)


@dataclass(frozen=True, slots=True)
class Ragged:
    """A list of whole numbers for each row: row r owns values[start[r]:start[r + 1]]."""

    start: Array
    values: Array

    @classmethod
    def of(cls, owners: Array, values: Array, size: int) -> Ragged:
        """Of pairs in order of owner, the lists of `size` rows."""
        return cls(narrow(np.searchsorted(owners, np.arange(size + 1))), narrow(values))

    def best(self, rows: Array, worth: NDArray[np.int8]) -> NDArray[np.int8]:
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

    def owners(self) -> IntArray:
        """Whose each value is."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))


@dataclass(frozen=True, slots=True)
class Shared:
    """Lists of whole numbers that many rows share: row r has list `of[r]`."""

    of: Array
    lists: Ragged

    def best(self, rows: Array, worth: NDArray[np.int8]) -> NDArray[np.int8]:
        """As `Ragged.best`."""
        return self.lists.best(self.of[rows], worth)
