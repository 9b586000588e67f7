"""Free hours of resources over the coming weeks.

A resource gives gross x availability x (1 - booked) - holds hours each ISO week, spread evenly over its seven days.
Time is in days from as_of. After the known weeks the pattern goes on. Without weeks that differ the same hours come
free every day, so that only resources with such weeks, or with holds of the need itself, have a row of weeks.
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
class Weekly:
    """`edges[w]` is the day on which week w begins (0 = as_of), `total[r, w]` the hours free before it, `rate[r, w]`
    the hours a day within it. The last column goes on for ever."""

    edges: FloatArray
    total: FloatArray
    rate: FloatArray

    @classmethod
    def build(cls, hours: FloatArray, edges: FloatArray) -> Weekly:
        """`hours[r, w]` are those of whole weeks, the last of them the pattern."""
        rate = hours / 7.0
        total = np.zeros_like(hours)
        np.cumsum(rate[:, :-1] * np.diff(edges), axis=1, out=total[:, 1:])
        return cls(edges, total, rate)

    def until(self, row: IntArray, when: FloatArray) -> FloatArray:
        week = np.clip(np.searchsorted(self.edges, when, side="right") - 1, 0, len(self.edges) - 1)
        return np.asarray(self.total[row, week] + (when - self.edges[week]) * self.rate[row, week])

    def reach(self, row: IntArray, target: FloatArray) -> FloatArray:
        week = self._weeks_below(row, target - TINY)
        return np.asarray(self.edges[week] + _days(target - self.total[row, week], self.rate[row, week]))

    def _weeks_below(self, row: IntArray, target: FloatArray) -> IntArray:
        """How many weeks end before that many hours have come free. By halving: the totals of a row never fall."""
        last, week = self.total.shape[1] - 1, np.zeros(len(row), dtype=np.int64)
        for step in (1 << bit for bit in reversed(range(last.bit_length()))):
            probe = week + step
            short = (probe <= last) & (self.total[row, np.minimum(probe, last)] < target)
            week = np.where(short, probe, week)
        return week


def _days(missing: FloatArray, rate: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(missing <= TINY, 0.0, missing / rate)


@dataclass(frozen=True, slots=True)
class FreeHours:
    """`rate[r]`: hours a day of the pattern. `row[r]`: the row of weeks of a resource that has its own, else -1."""

    rate: FloatArray
    row: IntArray
    weekly: Weekly

    def until(self, place: IntArray, when: FloatArray) -> FloatArray:
        """Hours free from as_of to a day; arrays of one shape."""
        free = self.rate[place] * when
        odd = np.nonzero(self.row[place] >= 0)
        free[odd] = self.weekly.until(self.row[place[odd]], when[odd])
        return np.asarray(free)

    def reach(self, place: IntArray, target: FloatArray) -> FloatArray:
        """The day by which that many hours have come free; infinite if they never do."""
        day = _days(target, self.rate[place])
        odd = np.nonzero(self.row[place] >= 0)
        day[odd] = self.weekly.reach(self.row[place[odd]], target[odd])
        return np.asarray(day)

    def before(self, place: int, week: int) -> float:
        """Hours free before a week begins."""
        row = self.row[place]
        day = float(self.weekly.edges[week])
        return float(self.rate[place] * day if row < 0 else self.weekly.total[row, week])


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of some slots: `firm`: hours and booked share are stated and fresh; elsewhere the free hours span
    the default range. `stale`: the word on the hours is old."""

    known: BoolArray  # whether the slot is a resource, not a kind
    gross_stated: BoolArray
    booked: FloatArray  # NaN where blank or stale
    stale: BoolArray

    @property
    def firm(self) -> BoolArray:
        return self.gross_stated & ~np.isnan(self.booked)


def find_standing(asked: Asked, supply: Supply, slots: IntArray) -> Standing:
    """A blank day is older than any. Slots beyond the resources, and nobody's (-1), are never stated."""
    resources, oldest = supply.resources, asked.as_of.toordinal() - asked.policy.capacity_fresh_days
    known = (slots >= 0) & (slots < len(resources.site))
    rows = slots[known]
    stated, stale = np.zeros(slots.shape, dtype=np.bool_), np.zeros(slots.shape, dtype=np.bool_)
    booked = np.full(slots.shape, np.nan)
    stated[known] = resources.hours_stated[rows]
    stale[known] = stated[known] & (resources.as_of[rows] < oldest)
    booked[known] = np.where(stale[known], np.nan, resources.booked[rows])
    return Standing(known, stated, booked, stale)


def fresh_slots(asked: Asked, supply: Supply, slots: IntArray) -> BoolArray:
    """As `find_standing(...).firm`, for many slots of which few are: each look at fewer than the one before."""
    resources, oldest = supply.resources, asked.as_of.toordinal() - asked.policy.capacity_fresh_days
    flat, out = slots.ravel(), np.zeros(slots.size, dtype=np.bool_)
    at = np.flatnonzero((flat >= 0) & (flat < len(resources.site)))
    at = at[resources.hours_stated[flat[at]]]
    at = at[resources.as_of[flat[at]] >= oldest]
    out[at[~np.isnan(resources.booked[flat[at]])]] = True
    return out.reshape(slots.shape)


@dataclass(frozen=True, slots=True)
class Hours:
    """Free hours of some resources, each in its place; a slot beyond the supply's resources stands for "one machine,
    one shift" of a kind. `slot`: sorted. `least` and `most` are the same where the booked share is known."""

    slot: IntArray
    least: FreeHours
    most: FreeHours
    gross: FloatArray
    gross_stated: BoolArray
    firm: BoolArray
    stale: BoolArray

    def places(self, slots: IntArray) -> IntArray:
        """Where slots stand here; those that are nobody's read the first, whatever it is."""
        return np.asarray(np.searchsorted(self.slot, np.maximum(slots, self.slot[0])))


def find_hours(asked: Asked, supply: Supply, slots: IntArray) -> Hours:
    """Hours of the slots in use, each once; at least one row, so that look-ups are always valid."""
    used = np.unique(slots[slots >= 0]) if slots.size else slots.ravel()
    slot = used if len(used) else np.array([len(supply.resources.site)], dtype=np.int64)
    said, policy = find_standing(asked, supply, slot), asked.policy
    gross, availability = _patterns(asked, supply, slot, said.known)
    odd = _odd_ones(asked, supply, slot, said.known)
    row = np.full(len(slot), -1, dtype=np.int64)
    row[odd] = np.arange(len(odd))
    ends = []
    for share in (policy.booked_share[1], policy.booked_share[0]):
        booked = np.where(np.isnan(said.booked), share, said.booked)
        pattern = np.maximum(gross * availability * (1 - booked), 0.0)
        base = _Base(slot[odd], gross[odd], availability[odd], booked[odd], ~np.isnan(said.booked[odd]))
        ends.append(FreeHours(pattern / 7.0, row, _weekly(asked, supply, base)))
    return Hours(slot, ends[0], ends[1], gross, said.gross_stated, said.firm, said.stale)


def _patterns(asked: Asked, supply: Supply, slot: IntArray, known: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Gross hours a week and availability."""
    taxonomy, resources = asked.taxonomy, supply.resources
    gross, availability = np.zeros(len(slot)), np.zeros(len(slot))
    gross[known], availability[known] = resources.gross[slot[known]], resources.availability[slot[known]]
    kind = slot[~known] - len(resources.site)
    gross[~known] = np.append(taxonomy.kind_hours, 0.0)[kind]
    availability[~known] = np.append(taxonomy.kind_availability, 0.0)[kind]
    return gross, availability


def _odd_ones(asked: Asked, supply: Supply, slot: IntArray, known: BoolArray) -> IntArray:
    """Places of resources with weeks that differ from the pattern, or with holds of the need itself."""
    start = supply.resources.week_start
    odd = np.zeros(len(slot), dtype=np.bool_)
    odd[known] = start[slot[known] + 1] > start[slot[known]]
    odd |= np.isin(slot, [row for row, _, _ in _own_holds(asked, supply)])
    return np.flatnonzero(odd)


def _own_holds(asked: Asked, supply: Supply) -> list[tuple[int, int, float]]:
    """Resource, Monday and hours of the need's own holds."""
    out = []
    for hold in asked.need.holds:
        site = supply.site_index.get(hold.facility_id)
        row = None if site is None else supply.resource_index.get((site, hold.resource_id))
        if row is not None:
            out.append((int(row), hold.monday.toordinal(), hold.hours))
    return out


@dataclass(frozen=True, slots=True)
class _Base:
    slot: IntArray
    gross: FloatArray
    availability: FloatArray
    booked: FloatArray
    booked_known: BoolArray


def _weekly(asked: Asked, supply: Supply, base: _Base) -> Weekly:
    """Free hours of each resource and week: the pattern, but for the weeks that differ. Own holds come back."""
    resources, monday = supply.resources, asked.as_of - timedelta(days=asked.as_of.weekday())
    pattern = base.gross * base.availability * (1 - base.booked)
    hours = np.repeat(pattern[:, None], WEEKS + 1, axis=1)
    begin = np.asarray(resources.week_start[base.slot], dtype=np.int64)
    counts = resources.week_start[base.slot + 1] - begin
    at = np.repeat(np.arange(len(base.slot)), counts)
    rows = np.arange(len(at)) + np.repeat(begin - np.cumsum(counts) + counts, counts)
    when = (resources.week_monday[rows].astype(np.int64) - monday.toordinal()) // 7
    near = (when >= 0) & (when < WEEKS)
    at, rows, when = at[near], rows[near], when[near]
    gross, booked = resources.week_gross[rows], resources.week_booked[rows]
    gross = np.where(np.isnan(gross), base.gross[at], gross)
    # an old word about single weeks counts no more than the old pattern; a shutdown of the machine still does
    booked = np.where(base.booked_known[at] & ~np.isnan(booked), booked, base.booked[at])
    hours[at, when] = gross * base.availability[at] * (1 - booked) - resources.week_held[rows]
    for row, day, held in _own_holds(asked, supply):
        week = (day - monday.toordinal()) // 7
        if row in base.slot and 0 <= week < WEEKS:
            hours[np.searchsorted(base.slot, row), week] += held
    left = 7 - asked.as_of.weekday()
    edges = np.concatenate([[0.0], left + 7.0 * np.arange(WEEKS)])
    return Weekly.build(np.maximum(hours, 0.0), edges)
