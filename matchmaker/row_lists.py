"""Which words and which other rows belong to each row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.ordering import distinct
from matchmaker.storage import Array, BoolArray, IntArray, locked, narrow


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
