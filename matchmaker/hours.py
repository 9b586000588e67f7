"""Free hours of resources over the coming weeks, as cumulated columns.

A resource gives gross x availability x (1 - booked) - holds hours each ISO week, spread evenly over its seven days.
Time is in days from as_of. After the known weeks the pattern goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from matchmaker.asked import Asked
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.supply import Supply

WEEKS = 54
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class FreeHours:
    """`edges[w]` is the day on which week w begins (0 = as_of), `total[r, w]` the hours free before it, `rate[r, w]`
    the hours a day within it. The last column goes on for ever. `place` leads from a resource to its r: only those in
    use have one of their own."""

    place: IntArray
    edges: FloatArray
    total: FloatArray
    rate: FloatArray

    @classmethod
    def build(cls, place: IntArray, hours: FloatArray, first_days: int) -> FreeHours:
        """`hours[r, w]` are those of whole weeks, the last of them the pattern; `first_days` of week 0 are left."""
        rate = hours / 7.0
        edges = np.concatenate([[0.0], first_days + 7.0 * np.arange(hours.shape[1] - 1)])
        total = np.zeros_like(hours)
        np.cumsum(rate[:, :-1] * np.diff(edges), axis=1, out=total[:, 1:])
        return cls(place, edges, total, rate)

    def until(self, resource: IntArray, when: FloatArray) -> FloatArray:
        """Hours free from as_of to a day."""
        week = np.clip(np.searchsorted(self.edges, when, side="right") - 1, 0, len(self.edges) - 1)
        row = self.place[resource]
        return np.asarray(self.total[row, week] + (when - self.edges[week]) * self.rate[row, week])

    def reach(self, resource: IntArray, target: FloatArray) -> FloatArray:
        """The day by which that many hours have come free; infinite if they never do."""
        row = self.place[resource]
        week = self._weeks_below(row, target - TINY)
        missing = target - self.total[row, week]
        rate = self.rate[row, week]
        with np.errstate(divide="ignore", invalid="ignore"):
            days = np.where(missing <= TINY, 0.0, missing / rate)
        return np.asarray(self.edges[week] + days)

    def before(self, resource: int, week: int) -> float:
        return float(self.total[self.place[resource], week])

    def _weeks_below(self, row: IntArray, target: FloatArray) -> IntArray:
        """How many weeks end before that many hours have come free. By halving: the totals of a row never fall."""
        last, week = self.total.shape[1] - 1, np.zeros(len(row), dtype=np.int64)
        for step in (1 << bit for bit in reversed(range(last.bit_length()))):
            probe = week + step
            short = (probe <= last) & (self.total[row, np.minimum(probe, last)] < target)
            week = np.where(short, probe, week)
        return week


@dataclass(frozen=True, slots=True)
class Hours:
    """Free hours of the resources in use. Resource rows beyond the supply's stand for "one machine, one shift" of a
    kind. `firm`: hours and booked share are stated and fresh; elsewhere `least` and `most` span the default range."""

    least: FreeHours
    most: FreeHours
    gross: FloatArray
    gross_stated: BoolArray
    firm: BoolArray
    stale: BoolArray


def find_hours(asked: Asked, supply: Supply, used: IntArray) -> Hours:
    """Hours of every resource of the supply, then of every kind; free hours of the `used` rows only."""
    taxonomy, resources, policy = asked.taxonomy, supply.resources, asked.policy
    kinds = len(taxonomy.kind_hours) + 1  # the last row is nobody's: it keeps look-ups valid without any resource
    blank = np.full(kinds, np.nan)
    gross = np.concatenate([resources.gross, taxonomy.kind_hours, [0.0]])
    availability = np.concatenate([resources.availability, taxonomy.kind_availability, [0.0]])
    booked = np.concatenate([resources.booked, blank])
    oldest = asked.as_of.toordinal() - policy.capacity_fresh_days
    stale = resources.hours_stated & (resources.as_of < oldest)  # a blank day is older than any
    known = np.concatenate([~stale, np.zeros(kinds, dtype=np.bool_)]) & ~np.isnan(booked)
    stated = np.concatenate([resources.hours_stated, np.zeros(kinds, dtype=np.bool_)])
    place = _places(used, len(gross))
    spans = [
        _weekly(asked, supply, gross, availability, np.where(known, booked, share), known, place)
        for share in (policy.booked_share[1], policy.booked_share[0])
    ]
    left = 7 - asked.as_of.weekday()
    return Hours(
        least=FreeHours.build(place, spans[0], left),
        most=FreeHours.build(place, spans[1], left),
        gross=gross,
        gross_stated=stated,
        firm=known & stated,
        stale=np.concatenate([stale, np.zeros(kinds, dtype=np.bool_)]),
    )


def _places(used: IntArray, size: int) -> IntArray:
    """Which row of the free hours is whose; -1 for resources out of use, which reads the last row, nobody's."""
    rows = np.unique(np.append(used, size - 1))
    place = np.full(size, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return place


def _weekly(
    asked: Asked,
    supply: Supply,
    gross: FloatArray,
    availability: FloatArray,
    booked: FloatArray,
    known: BoolArray,
    place: IntArray,
) -> FloatArray:
    """Free hours of each resource in use and week: the pattern, but for the weeks that differ. Own holds come back."""
    resources, monday = supply.resources, asked.as_of - timedelta(days=asked.as_of.weekday())
    used = place >= 0
    pattern = gross * availability * (1 - booked)
    hours = np.repeat(pattern[used, None], WEEKS + 1, axis=1)
    week = (resources.week_monday - monday.toordinal()) // 7
    rows = np.flatnonzero((week >= 0) & (week < WEEKS) & used[resources.week_resource])
    at, when = resources.week_resource[rows], week[rows]
    week_gross = np.where(np.isnan(resources.week_gross[rows]), gross[at], resources.week_gross[rows])
    # an old word about single weeks counts no more than the old pattern; a shutdown of the machine still does
    week_booked = np.where(known[at] & ~np.isnan(resources.week_booked[rows]), resources.week_booked[rows], booked[at])
    hours[place[at], when] = week_gross * availability[at] * (1 - week_booked) - resources.week_held[rows]
    for hold in asked.need.holds:
        site = supply.site_index.get(hold.facility_id)
        row = None if site is None else supply.resource_index.get((site, hold.resource_id))
        back = (hold.monday.toordinal() - monday.toordinal()) // 7
        if row is not None and used[row] and 0 <= back < WEEKS:
            hours[place[row], back] += hold.hours
    return np.maximum(hours, 0.0)
