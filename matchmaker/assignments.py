"""Assignments: for each gated step one of a site's options, or nobody here.

A site is judged by the assignment that puts it highest. That keeps the promise that loosening one stated bound never
lowers a facility: a new option only adds assignments, and leaving a step to others is always among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from matchmaker.columns import BoolArray, IntArray

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Assignments:
    """`option[row, s]` is a choice of step s, or NOBODY; `site` a place among the sites that the plans are made for.
    Rows stand in order of site."""

    site: IntArray
    option: IntArray

    def take(self, rows: IntArray | BoolArray) -> Assignments:
        return Assignments(self.site[rows], self.option[rows])

    def firsts(self) -> IntArray:
        """The first row of each site."""
        return np.flatnonzero(np.append(True, self.site[1:] != self.site[:-1])) if len(self.site) else self.site


@dataclass(frozen=True, slots=True)
class Spans:
    """Which choices each site has for each step: `count[site, s]` of them from `start[site, s]` on."""

    start: IntArray
    count: IntArray

    @classmethod
    def of(cls, choice_sites: list[IntArray], sites: int) -> Spans:
        """Choices stand in order of site."""
        count = np.stack([np.bincount(site, minlength=sites) for site in choice_sites], axis=1)
        return cls(np.cumsum(count, axis=0) - count, count)


def combine(spans: Spans, sites: IntArray, limit: int, *, optional: bool) -> Assignments:
    """Every combination of the choices of some sites. With `optional`, a step that has choices may also stay out.

    Where a site has more than `limit` combinations, each step keeps only its first choices, as many as bring the
    number within the limit; if one each is still too many, steps stay in.
    """
    start, count = spans.start[sites], spans.count[sites]
    extra = np.zeros_like(count) if not optional else (count > 0).astype(np.int64)
    count, extra = _limited(count, extra, limit)
    digits = np.maximum(count + extra, 1)
    totals = reduce(np.multiply, digits.T)
    row_of = np.repeat(np.arange(len(sites)), totals)
    option = np.where(count > 0, start, NOBODY)[row_of]
    several = np.flatnonzero(totals[row_of] > 1)  # most sites have but one combination: their first choices
    if len(several):
        first = np.cumsum(totals) - totals
        site = row_of[several]
        place = several - first[site]
        for step in range(option.shape[1]):
            place, digit = np.divmod(place, digits[site, step])
            chosen = start[site, step] + digit
            option[several, step] = np.where(digit < count[site, step], chosen, NOBODY)
    return Assignments(sites[row_of], option)


def _limited(count: IntArray, extra: IntArray, limit: int) -> tuple[IntArray, IntArray]:
    over = np.flatnonzero(_too_many(count + extra, limit))
    if not len(over):
        return count, extra
    fewer, more = count[over], extra[over]
    for most in range(int(fewer.max(initial=1)), 0, -1):
        still = _too_many(fewer + more, limit)
        fewer = np.where(still[:, None], np.minimum(fewer, most), fewer)
    count, extra = count.copy(), extra.copy()
    count[over], extra[over] = fewer, np.where(_too_many(fewer + more, limit)[:, None], 0, more)
    return count, extra


def _too_many(digits: IntArray, limit: int) -> BoolArray:
    return np.asarray(np.maximum(digits, 1).astype(np.float64).prod(axis=1) > limit, dtype=np.bool_)
