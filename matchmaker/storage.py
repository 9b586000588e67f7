"""How columns are kept: narrow, dictionary-coded or as one run of bytes, so that they can be mapped from a file.

A column is read by `column[rows]` alone, `rows` being a number, a slice or an array of numbers: a plain array, float64
with NaN for a blank where it holds figures. Everything here is read-only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

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

    def any_but(self, rows: Any, flags: Any) -> Any:
        """Whether each of some rows has any flag but the one beside it."""
        return self.words[rows] & ~(self.words.dtype.type(1) << flags.astype(self.words.dtype)) != 0

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
