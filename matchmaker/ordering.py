"""Sorting rows by whole numbers, and by texts only where those tie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
IntArray = NDArray[np.int64]

WORD = 8  # bytes that are compared at once


def text_keys(texts: NDArray[np.bytes_]) -> tuple[Array, ...]:
    """Texts as whole numbers that order alike, the first the most significant. As UTF-8, so in order of code points."""
    width = -(-max(texts.itemsize, 1) // WORD) * WORD
    words = texts.astype(f"S{width}").view(">u8").reshape(len(texts), width // WORD)
    return tuple(words[:, k].astype(np.uint64) for k in range(words.shape[1]))


def order_by(major: Array, finer: Callable[[IntArray], Sequence[Array]]) -> IntArray:
    """The order of rows by `major`; `finer` gives the further keys of rows that tie, the most significant first."""
    order = np.argsort(major)
    tied = _tied(major[order])
    if tied.any():
        rows = order[tied]
        order[tied] = rows[np.lexsort((*reversed(finer(rows)), major[rows]))]
    return order


def _tied(keys: Array) -> NDArray[np.bool_]:
    """Which of sorted keys stand more than once."""
    if not len(keys):
        return np.zeros(0, dtype=np.bool_)
    same = keys[1:] == keys[:-1]
    return np.asarray(np.concatenate([[False], same]) | np.concatenate([same, [False]]))


def stands_twice(major: Array, texts: NDArray[np.bytes_]) -> bool:
    """Whether two rows agree in both."""
    order = np.argsort(major)
    rows = order[_tied(major[order])]
    if not len(rows):
        return False
    keys = (major[rows], *text_keys(texts[rows]))
    sorted_rows = np.lexsort(keys)
    return bool(np.all([key[sorted_rows][1:] == key[sorted_rows][:-1] for key in keys], axis=0).any())


def is_among(keys: Array, known: Array) -> NDArray[np.bool_]:
    """For each key whether sorted `known` holds it."""
    if not len(known):
        return np.zeros(len(keys), dtype=np.bool_)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.asarray(known[at] == keys)


def distinct(keys: Array) -> Array:
    """In order, each once. Sorting whole numbers is several times faster than the hashing of np.unique."""
    keys = np.sort(keys)
    return keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
