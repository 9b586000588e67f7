"""Rows for COPY ... FROM STDIN (FORMAT BINARY), put together by numpy: no Python per row, blanks allowed.

A field is a length word and its bytes, network order; a blank is the length -1 alone. So the rows differ in length:
each field's place is the sum of the lengths before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from struct import pack
from typing import Protocol

import numpy as np
from psycopg.types.numeric import DecimalBinaryDumper

from benchmarks.world.columns import NO_DAY, Array

HEADER = b"PGCOPY\n\xff\r\n\0" + pack(">ii", 0, 0)
TRAILER = pack(">h", -1)
EPOCH = 730_120  # the ordinal of 2000-01-01, PostgreSQL's day 0
MICROSECONDS_A_DAY = 86_400_000_000


class Field(Protocol):
    """One column of n rows."""

    def lengths(self) -> Array:
        """Bytes of each row's value, -1 for a blank."""

    def put(self, buffer: Array, at: Array) -> None:
        """Write each value that is not blank at its place in the buffer."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values of one width; `values` is big-endian."""

    values: Array
    blank: Array

    def lengths(self) -> Array:
        return np.where(self.blank, -1, self.values.dtype.itemsize)

    def put(self, buffer: Array, at: Array) -> None:
        width = self.values.dtype.itemsize
        rows = np.flatnonzero(~self.blank)
        raw = np.ascontiguousarray(self.values[rows]).view(np.uint8).reshape(-1, width)
        buffer[at[rows][:, None] + np.arange(width)] = raw


@dataclass(frozen=True, slots=True)
class Coded:
    """Words of any width: a code into `words`, -1 for a blank."""

    codes: Array
    words: Sequence[bytes]

    def lengths(self) -> Array:
        return np.array([*(len(word) for word in self.words), -1])[self.codes]

    def put(self, buffer: Array, at: Array) -> None:
        for code, word in enumerate(self.words):
            rows = at[self.codes == code]
            if len(word) and len(rows):
                buffer[rows[:, None] + np.arange(len(word))] = np.frombuffer(word, dtype=np.uint8)


def encode(columns: Sequence[Field]) -> bytes:
    """The rows, without header and trailer. Every column has the same number of rows."""
    lengths = np.stack([column.lengths() for column in columns], axis=1)
    sizes = 4 + np.maximum(lengths, 0)
    row_sizes = 2 + sizes.sum(axis=1)
    row_start = np.cumsum(row_sizes) - row_sizes
    field_start = row_start[:, None] + 2 + np.cumsum(sizes, axis=1) - sizes
    buffer = np.zeros(int(row_sizes.sum()), dtype=np.uint8)
    _put_words(buffer, row_start, np.full(len(row_start), len(columns)), ">i2")
    for place, column in enumerate(columns):
        _put_words(buffer, field_start[:, place], lengths[:, place], ">i4")
        column.put(buffer, field_start[:, place] + 4)
    return buffer.tobytes()


def _put_words(buffer: Array, at: Array, values: Array, code: str) -> None:
    words = values.astype(code)
    buffer[at[:, None] + np.arange(words.dtype.itemsize)] = words.view(np.uint8).reshape(len(words), -1)


# ---------------------------------------------------------------- the columns of the world as fields


def integers(values: Array, width: int, *, blank: Array | None = None) -> Fixed:
    """Whole numbers of 2, 4 or 8 bytes; NaN is a blank."""
    empty = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)
    empty = empty if blank is None else empty | blank
    return Fixed(np.where(empty, 0, values).astype(f">i{width}"), empty)


def floats(values: Array) -> Fixed:
    return Fixed(values.astype(">f8"), np.isnan(values.astype(np.float64)))


def flags(values: Array) -> Fixed:
    """1, 0 and -1 for a blank."""
    return Fixed((values == 1).astype(np.uint8), values < 0)


def days(values: Array, today: int) -> Fixed:
    """Days from `today` (an ordinal)."""
    return Fixed((np.where(values == NO_DAY, 0, values) + today - EPOCH).astype(">i4"), values == NO_DAY)


def moments(values: Array, today: int) -> Fixed:
    """Days from `today` as the midnights that begin them."""
    count = np.where(values == NO_DAY, 0, values).astype(np.int64) + today - EPOCH
    return Fixed((count * MICROSECONDS_A_DAY).astype(">i8"), values == NO_DAY)


def texts(codes: Array, words: Sequence[str]) -> Coded:
    return Coded(codes, [word.encode() for word in words])


def numerics(values: Array, digits: int) -> Coded:
    """Amounts of money; NaN is a blank."""
    known, codes = np.unique(values[~np.isnan(values)], return_inverse=True)
    out = np.full(len(values), -1)
    out[~np.isnan(values)] = codes
    dump = DecimalBinaryDumper(Decimal).dump
    return Coded(out, [bytes(dump(Decimal(f"{value:.{digits}f}")) or b"") for value in known.tolist()])


def word_lists(bits: Array, words: Sequence[str]) -> Coded:
    """Arrays of varchar: one bit for each word; -1 is a blank, 0 an empty list."""
    known, codes = np.unique(bits, return_inverse=True)
    lists = [[word for at, word in enumerate(words) if value >> at & 1] for value in known.tolist()]
    return Coded(np.where(bits < 0, -1, codes), [_array(items) for items in lists])


def _array(items: Sequence[str]) -> bytes:
    varchar = 1043
    if not items:
        return pack(">iii", 0, 0, varchar)
    parts = [pack(">i", len(item.encode())) + item.encode() for item in items]
    return pack(">iiiii", 1, 0, varchar, len(items), 1) + b"".join(parts)


def uuids(rng: np.random.Generator, size: int) -> Fixed:
    """Version 4, drawn."""
    raw = rng.integers(0, 256, (size, 16), dtype=np.uint8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    return Fixed(np.ascontiguousarray(raw).view("V16").reshape(-1), np.zeros(size, dtype=bool))
