"""The resources that an assignment uses: total demand on each, days until it is worked off, load and dependence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from matchmaker.asked import Asked
from matchmaker.assignments import NOBODY, Assignments
from matchmaker.choices import NO_SLOT, StepPlan
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.curves import load_share
from matchmaker.hours import FreeHours, Hours

Ends = tuple[FloatArray, FloatArray]  # the early or good end, and the late or bad one


@dataclass(frozen=True, slots=True)
class Slots:
    """Every slot of every step of each assignment, side by side: rows x (steps x slots of a step)."""

    step: IntArray  # column -> gated step
    row: IntArray  # rows of Hours, NO_SLOT where unused
    low: FloatArray  # the whole demand on that resource, all steps of the assignment together
    high: FloatArray
    low_year: FloatArray
    high_year: FloatArray
    stated: BoolArray  # the work of all steps on that resource is stated


def find_slots(plans: list[StepPlan], rows: Assignments) -> Slots:
    widths = [plan.choices.slots.shape[1] for plan in plans]
    step = np.repeat(np.arange(len(plans)), widths)
    row = np.concatenate([_slot_rows(plan, rows.option[:, s]) for s, plan in enumerate(plans)], axis=1)
    names = ("low_hours", "high_hours", "low_year", "high_year", "work_stated")
    columns = [_slot_columns(plans, rows, name) for name in names]
    same = (row[:, :, None] == row[:, None, :]) & (row != NO_SLOT)[:, None, :]
    sums = [(same * column[:, None, :]).sum(axis=2) for column in columns[:4]]
    stated: BoolArray = (~same | (columns[4][:, None, :] > 0)).all(axis=2)
    return Slots(step, row, sums[0], sums[1], sums[2], sums[3], stated)


def most(slots: FloatArray) -> FloatArray:
    """The largest of each row. Column by column: numpy is slow along a short axis."""
    return np.asarray(reduce(np.maximum, slots.T))


def some(slots: BoolArray) -> BoolArray:
    """Whether any of each row holds."""
    return np.asarray(reduce(np.logical_or, slots.T))


def _slot_columns(plans: list[StepPlan], rows: Assignments, name: str) -> FloatArray:
    parts = [_slot_values(getattr(plan.choices, name), rows.option[:, s]) for s, plan in enumerate(plans)]
    return np.concatenate(parts, axis=1)


def _slot_rows(plan: StepPlan, choice: IntArray) -> IntArray:
    if not len(plan.choices.slots):
        return np.full((len(choice), plan.choices.slots.shape[1]), NO_SLOT, dtype=np.int64)
    return np.where((choice == NOBODY)[:, None], NO_SLOT, plan.choices.slots[np.maximum(choice, 0)])


def _slot_values(values: NDArray[np.float64] | BoolArray, choice: IntArray) -> FloatArray:
    if not len(values):
        return np.zeros((len(choice), values.shape[1]))
    picked = np.where((choice == NOBODY)[:, None], 0.0, values[np.maximum(choice, 0)].astype(np.float64))
    return np.nan_to_num(picked, nan=0.0)


@dataclass(frozen=True, slots=True)
class Duration:
    """Days of one step from the start until its tightest resource has freed the hours and the goods are inspected.

    `firm`: hours and work are stated and fresh on each of its resources; `stale`: the word on one of them is old.
    """

    low: FloatArray
    high: FloatArray
    firm: BoolArray
    stale: BoolArray


def find_durations(slots: Slots, hours: Hours, start: Ends, inspection: Ends, steps: int) -> list[Duration]:
    used = slots.row != NO_SLOT
    row = np.where(used, slots.row, 0)
    early = _reach(hours.most, row, slots.low, start[0])
    late = _reach(hours.least, row, slots.high, start[1])
    firm = hours.firm[row] & slots.stated
    out = []
    for s in range(steps):
        mine = used & (slots.step == s)
        low = most(np.where(mine, early, 0.0)) + inspection[0]
        high = most(np.where(mine, late, 0.0)) + inspection[1]
        out.append(Duration(low, high, some(mine) & ~some(mine & ~firm), some(mine & hours.stale[row])))
    return out


def _reach(free: FreeHours, row: IntArray, demand: FloatArray, start: FloatArray) -> FloatArray:
    when = np.broadcast_to(start[:, None], row.shape).ravel()
    flat = row.ravel()
    target = free.until(flat, when) + demand.ravel()
    return np.asarray(np.maximum(free.reach(flat, target) - when, 0.0).reshape(row.shape))


def find_load(asked: Asked, slots: Slots, hours: Hours, start: Ends, after: tuple[FloatArray, ...]) -> Ends:
    """Demand over the hours free in the production window, on the tightest resource."""
    policy, used = asked.policy, slots.row != NO_SLOT
    row = np.where(used, slots.row, 0)
    out = []
    for end, free, demand in ((0, hours.most, slots.low), (1, hours.least, slots.high)):
        if asked.available_days is None:
            finish = start[end] + policy.open_window_days
        else:
            finish = np.maximum(asked.available_days - after[end], start[end])
        window = _until(free, row, finish) - _until(free, row, start[end])
        loads = np.where(used, load_share(demand, window), 0.0)
        out.append(np.maximum(most(loads), 0.0))
    return out[0], out[1]


def _until(free: FreeHours, row: IntArray, when: FloatArray) -> FloatArray:
    return free.until(row.ravel(), np.broadcast_to(when[:, None], row.shape).ravel()).reshape(row.shape)


def find_share(slots: Slots, hours: Hours) -> tuple[Ends, BoolArray]:
    """The customer's share of the gross hours of the resource that depends on it most, over a year."""
    used = slots.row != NO_SLOT
    row = np.where(used, slots.row, 0)
    stated = used & hours.gross_stated[row]
    ends = [
        np.maximum(most(np.where(stated, load_share(demand / 52.0, hours.gross[row]), 0.0)), 0.0)
        for demand in (slots.low_year, slots.high_year)
    ]
    return (ends[0], ends[1]), some(used & ~hours.gross_stated[row])
