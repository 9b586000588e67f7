"""Assignments: for each gated step one of a site's options, or nobody here.

A site is judged by the assignment that puts it highest. That keeps the promise that loosening one stated bound never
lowers a facility: a new option only adds assignments, and leaving a step to others is always among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.columns import BoolArray, IntArray

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Assignments:
    """`option[row, s]` is a row of step s's options, or NOBODY. Rows stand in order of site."""

    site: IntArray
    option: IntArray

    def take(self, rows: IntArray | BoolArray) -> Assignments:
        return Assignments(self.site[rows], self.option[rows])


def combine(option_sites: list[IntArray], sites: IntArray, limit: int, *, optional: bool) -> Assignments:
    """Every combination of the options of each site. With `optional`, a step that has options may also stay out.

    Where a site has more than `limit` combinations, each step keeps only its first options, as many as bring the
    number within the limit; if one each is still too many, steps stay in.
    """
    start = np.stack([np.searchsorted(rows, sites) for rows in option_sites], axis=1)
    count = np.stack([np.searchsorted(rows, sites, side="right") for rows in option_sites], axis=1) - start
    extra = np.zeros_like(count) if not optional else (count > 0).astype(np.int64)
    count, extra = _limited(count, extra, limit)
    digits = np.maximum(count + extra, 1)
    totals = digits.prod(axis=1)
    row_of = np.repeat(np.arange(len(sites)), totals)
    place = np.arange(len(row_of)) - np.repeat(np.cumsum(totals) - totals, totals)
    option = np.full((len(row_of), start.shape[1]), NOBODY, dtype=np.int64)
    for step in range(start.shape[1]):
        digit = place % digits[row_of, step]
        place = place // digits[row_of, step]
        chosen = digit < count[row_of, step]
        option[chosen, step] = start[row_of[chosen], step] + digit[chosen]
    return Assignments(sites[row_of], option)


def _limited(count: IntArray, extra: IntArray, limit: int) -> tuple[IntArray, IntArray]:
    for most in range(int(count.max(initial=1)), 0, -1):
        over = _too_many(count + extra, limit)
        count = np.where(over[:, None], np.minimum(count, most), count)
    return count, np.where(_too_many(count + extra, limit)[:, None], 0, extra)


def _too_many(digits: IntArray, limit: int) -> BoolArray:
    return np.asarray(np.maximum(digits, 1).astype(np.float64).prod(axis=1) > limit, dtype=np.bool_)
