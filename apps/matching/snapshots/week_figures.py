"""What a facility states of single weeks, in the engine's words."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.facilities.models import UNIT_RESOURCE_HOURS
from apps.matching.snapshots.binary_rows import Columns

Array = NDArray[Any]


def stated_weeks(resources: Columns, of_kind: Array, weeks: Columns, owner: Array) -> tuple[Array, Array]:
    """Gross hours and booked share of each week, NaN where the pattern holds; as `resources.read_resources` has it.

    `of_kind` is the availability of each resource's kind, `owner` the resource's row of each week.
    """
    gross, availability = _usual(resources, of_kind)
    free, open_share = weeks["free_hours"], availability[owner]
    usual = gross[owner] * open_share
    excepted = (weeks["fixed_hours"] == 0) & ~np.isnan(weeks["pattern_share"])
    told = ~np.isnan(free) & ~excepted
    within = told & (free <= usual) & (usual > 0)
    more = told & ~within & (open_share > 0)
    never = told & ~within & ~more
    out_gross, out_booked = np.full(len(free), np.nan), np.full(len(free), np.nan)
    out_gross[excepted] = gross[owner][excepted] * weeks["pattern_share"][excepted]
    out_booked[within] = 1 - free[within] / usual[within]
    out_gross[more] = free[more] / open_share[more]
    out_booked[more] = 0.0
    out_booked[never] = 1.0
    return out_gross, out_booked


def _usual(resources: Columns, of_kind: Array) -> tuple[Array, Array]:
    """Gross hours and availability; a resource that counts in pieces stands for so many net hours."""
    counts = np.isnan(resources["gross_hours_per_week"])
    own = resources["availability"]
    gross = np.where(counts, UNIT_RESOURCE_HOURS, resources["gross_hours_per_week"])
    return gross, np.where(counts, 1.0, np.where(np.isnan(own), of_kind, own))
