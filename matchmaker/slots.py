"""The resources that an assignment uses: total demand on each, days until it is worked off, load and dependence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from matchmaker.asked import Asked
from matchmaker.assignments import NOBODY, Assignments
from matchmaker.choices import NO_SLOT, StepPlan, Work
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.curves import load_share
from matchmaker.hours import FreeHours, Hours

Ends = tuple[FloatArray, FloatArray]  # the early or good end, and the late or bad one


@dataclass(frozen=True, slots=True)
class Slots:
    """Every slot of every step of each assignment, side by side: rows x (steps x slots of a step)."""

    step: IntArray  # column -> gated step
    used: BoolArray
    place: IntArray  # in Hours; of any resource where unused
    low: FloatArray  # the whole demand on that resource, all steps of the assignment together
    high: FloatArray
    low_year: FloatArray
    high_year: FloatArray
    stated: BoolArray  # the work of all steps on that resource is stated

    def take(self, rows: IntArray) -> Slots:
        return Slots(
            step=self.step,
            used=self.used[rows],
            place=self.place[rows],
            low=self.low[rows],
            high=self.high[rows],
            low_year=self.low_year[rows],
            high_year=self.high_year[rows],
            stated=self.stated[rows],
        )


def find_slots(plans: list[StepPlan], works: list[Work], rows: Assignments, hours: Hours) -> Slots:
    widths = [plan.choices.slots.shape[1] for plan in plans]
    step = np.repeat(np.arange(len(plans)), widths)
    slot = np.concatenate([_picked(plan.choices.slots, rows.option[:, s], NO_SLOT) for s, plan in enumerate(plans)], 1)
    names = ("low_hours", "high_hours", "low_year", "high_year")
    columns = [_columns(works, rows, name) for name in names]
    stated = np.concatenate([_picked(work.stated, rows.option[:, s], blank=False) for s, work in enumerate(works)], 1)
    sums, firm = [column.copy() for column in columns], stated.copy()
    for one, other in _pairs(len(step)):
        same = np.flatnonzero((slot[:, one] == slot[:, other]) & (slot[:, one] != NO_SLOT))
        firm[same, one] &= stated[same, other]
        for column, total in zip(columns, sums, strict=True):
            total[same, one] += column[same, other]
    return Slots(step, slot != NO_SLOT, hours.places(slot), sums[0], sums[1], sums[2], sums[3], firm)


def _pairs(size: int) -> list[tuple[int, int]]:
    return [(one, other) for one in range(size) for other in range(size) if one != other]


def _columns(works: list[Work], rows: Assignments, name: str) -> FloatArray:
    parts = [np.nan_to_num(_picked(getattr(work, name), rows.option[:, s], 0.0)) for s, work in enumerate(works)]
    return np.concatenate(parts, axis=1)


def _picked(values: Any, choice: IntArray, blank: Any) -> Any:
    """The rows of the chosen, `blank` where nobody is chosen."""
    if not len(values):
        return np.full((len(choice), values.shape[1]), blank)
    return np.where((choice == NOBODY)[:, None], blank, values[np.maximum(choice, 0)])


def most(slots: FloatArray) -> FloatArray:
    """The largest of each row. Column by column: numpy is slow along a short axis."""
    return np.asarray(reduce(np.maximum, slots.T))


def some(slots: BoolArray) -> BoolArray:
    """Whether any of each row holds."""
    return np.asarray(reduce(np.logical_or, slots.T))


@dataclass(frozen=True, slots=True)
class Duration:
    """Days of one step from the start until its tightest resource has freed the hours and the goods are inspected."""

    low: FloatArray
    high: FloatArray


def find_durations(slots: Slots, hours: Hours, start: Ends, inspection: Ends, steps: int) -> list[Duration]:
    early = _reach(hours.most, slots.place, slots.low, start[0])
    late = _reach(hours.least, slots.place, slots.high, start[1])
    early, late = np.where(slots.used, early, 0.0), np.where(slots.used, late, 0.0)
    out = []
    for s in range(steps):
        mine = np.flatnonzero(slots.step == s)
        out.append(Duration(most(early[:, mine]) + inspection[0], most(late[:, mine]) + inspection[1]))
    return out


def _reach(free: FreeHours, place: IntArray, demand: FloatArray, start: FloatArray) -> FloatArray:
    when = _beside(start, place)
    return np.asarray(np.maximum(free.reach(place, free.until(place, when) + demand) - when, 0.0))


def _beside(column: FloatArray, slots: IntArray) -> FloatArray:
    """A value for each assignment as one for each of its slots."""
    return np.repeat(column[:, None], slots.shape[1], axis=1)


def find_load(asked: Asked, slots: Slots, hours: Hours, start: Ends, after: Ends) -> Ends:
    """Demand over the hours free in the production window, on the tightest resource."""
    out = []
    for end, free, demand in ((0, hours.most, slots.low), (1, hours.least, slots.high)):
        if asked.available_days is None:
            finish = start[end] + asked.policy.open_window_days
        else:
            finish = np.maximum(asked.available_days - after[end], start[end])
        window = _until(free, slots.place, finish) - _until(free, slots.place, start[end])
        loads = np.where(slots.used, load_share(demand, window), 0.0)
        out.append(np.maximum(most(loads), 0.0))
    return out[0], out[1]


def _until(free: FreeHours, place: IntArray, when: FloatArray) -> FloatArray:
    return free.until(place, _beside(when, place))


def find_share(slots: Slots, hours: Hours) -> tuple[Ends, BoolArray]:
    """The customer's share of the gross hours of the resource that depends on it most, over a year."""
    stated = slots.used & hours.gross_stated[slots.place]
    ends = [
        np.maximum(most(np.where(stated, load_share(demand / 52.0, hours.gross[slots.place]), 0.0)), 0.0)
        for demand in (slots.low_year, slots.high_year)
    ]
    return (ends[0], ends[1]), some(slots.used & ~hours.gross_stated[slots.place])
