"""The catalogue's usual figures of each process, as columns over processes. NaN = not applicable or not known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.columns import BoolArray, FloatArray, IntArray, lock, number
from matchmaker.policy import Policy
from matchmaker.taxonomy import Taxonomy

# Trees whose shops buy any common grade of bar or sheet.
BAR_AND_SHEET = ("machining", "cutting-2d", "sheet-metal")


@dataclass(frozen=True, slots=True)
class Typicals:
    min_run: FloatArray
    economic_low: FloatArray
    economic_high: FloatArray
    lead_low: FloatArray
    lead_high: FloatArray
    tooling: FloatArray  # days; 0 where no tool is needed
    tolerance: FloatArray
    envelope: FloatArray  # processes x 3
    bar_and_sheet: BoolArray
    work_kind: IntArray  # resource kind, -1 where the process has no work content
    setup_low: FloatArray
    setup_high: FloatArray
    cycle_low: FloatArray
    cycle_high: FloatArray
    parts: FloatArray
    good: FloatArray

    @classmethod
    def of(cls, taxonomy: Taxonomy, policy: Policy) -> Typicals:
        """As `build`, kept from one ranking to the next: they follow from the catalogue and the cycle factors alone."""
        factor = tuple(policy.cycle_factor)
        for known_taxonomy, known_factor, typicals in _kept:
            if known_taxonomy is taxonomy and known_factor == factor:
                return typicals
        typicals = lock(cls.build(taxonomy, policy))
        _kept.append((taxonomy, factor, typicals))
        del _kept[:-KEPT_AT_MOST]
        return typicals

    @classmethod
    def build(cls, taxonomy: Taxonomy, policy: Policy) -> Typicals:
        rows = taxonomy.process_rows
        work = [taxonomy.work_of(row.slug) for row in rows]
        slow, fast = policy.cycle_factor[1], policy.cycle_factor[0]
        blank = float("nan")
        return cls(
            min_run=np.array([number(row.typical_min_run) for row in rows]),
            economic_low=np.array([number(row.economic_low) for row in rows]),
            economic_high=np.array([number(row.economic_high) for row in rows]),
            lead_low=np.array([number(row.lead_days_low) for row in rows]),
            lead_high=np.array([number(row.lead_days_high) for row in rows]),
            tooling=np.array([(row.tooling_days or 0.0) if row.tooling_needed else 0.0 for row in rows]),
            tolerance=np.array([number(row.tolerance_mm) for row in rows]),
            envelope=np.array([row.envelope_mm or (blank,) * 3 for row in rows], dtype=np.float64).reshape(-1, 3),
            bar_and_sheet=np.array([any(taxonomy.is_below(row.slug, top) for top in BAR_AND_SHEET) for row in rows]),
            work_kind=np.array([-1 if w is None else taxonomy.kind_index[w.resource_kind] for w in work], np.int64),
            setup_low=np.array([blank if w is None else w.setup_hours_low for w in work]),
            setup_high=np.array([blank if w is None else w.setup_hours_high for w in work]),
            # default cycles are the typical one times the policy's factors, never outside the catalogue's own range
            cycle_low=np.array(
                [blank if w is None else max(w.cycle_seconds_low, w.cycle_seconds_typical * fast) for w in work]
            ),
            cycle_high=np.array(
                [blank if w is None else min(w.cycle_seconds_high, w.cycle_seconds_typical * slow) for w in work]
            ),
            parts=np.array([blank if w is None else w.parts_per_cycle for w in work]),
            good=np.array([blank if w is None else w.yield_share for w in work]),
        )


# The latest few, found by the very catalogue object that they follow from.
KEPT_AT_MOST = 8
_kept: list[tuple[Taxonomy, tuple[float, ...], Typicals]] = []
