"""What assignments are made of: the sites that cover a step, and for each gated step a plan over those sites."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matchmaker.asked import Asked
from matchmaker.assignments import NOBODY, Assignments
from matchmaker.choices import StepPlan
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.runs import Lot
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals


@dataclass(frozen=True, slots=True)
class Ground:
    """`sites` are rows of the supply, in order; the plans speak of their places in it. `transit`: days of transport at
    both ends from each of the supply's countries, in the last place from a country that is not known."""

    asked: Asked
    supply: Supply
    typicals: Typicals
    sites: IntArray
    plans: list[StepPlan]
    transit: FloatArray

    def lot(self, plan: StepPlan) -> Lot:
        site = self.sites[plan.options.site]
        return Lot(self.asked, plan.step, self.supply, plan.options, self.typicals, site)

    @property
    def lead(self) -> int:
        """Which of the plans is the lead step's."""
        return next(s for s, plan in enumerate(self.plans) if plan.step.is_lead)


@dataclass(frozen=True, slots=True)
class Given:
    """Assignments on their ground: what a gate or criterion of assignments reads."""

    ground: Ground
    rows: Assignments

    @property
    def size(self) -> int:
        return len(self.rows.site)

    @property
    def site(self) -> IntArray:
        """The row of the supply of each assignment's site."""
        return self.ground.sites[self.rows.site]

    def made(self, step: int) -> BoolArray:
        return np.asarray(self.rows.option[:, step] != NOBODY, dtype=np.bool_)

    def of_choice(self, step: int, values: FloatArray, blank: float) -> FloatArray:
        """`values` over the choices of a step, for each assignment; `blank` where nobody makes it."""
        choice = self.rows.option[:, step]
        if not len(values):
            return np.full(self.size, blank)
        return np.where(choice == NOBODY, blank, values[np.maximum(choice, 0)])

    def of_option(self, step: int, values: FloatArray, blank: float) -> FloatArray:
        """`values` over the options of a step, for each assignment; `blank` where nobody makes it."""
        return self.of_choice(step, values[self.ground.plans[step].choices.option], blank)

    def holds(self, step: int, flags: BoolArray) -> BoolArray:
        """Flags of the choices of a step, for each assignment; false where nobody makes it."""
        choice = self.rows.option[:, step]
        if not len(flags):
            return np.zeros(self.size, dtype=np.bool_)
        return np.asarray(flags[np.maximum(choice, 0)] & (choice != NOBODY))

    def option_at(self, step: int, row: int) -> int:
        """The option that makes a step in one assignment, NOBODY where nobody does. For explanations of single rows."""
        choice = int(self.rows.option[row, step])
        return choice if choice == NOBODY else int(self.ground.plans[step].choices.option[choice])

    def take(self, rows: IntArray | BoolArray) -> Given:
        return Given(self.ground, self.rows.take(rows))

    def narrowed(self, rows: IntArray | BoolArray) -> Given:
        """Some of the assignments, with plans of their sites alone: for what is costly to find for every option."""
        taken = self.rows.take(rows)
        kept = np.zeros(len(self.ground.sites), dtype=np.bool_)
        kept[taken.site] = True
        plans, option = [], taken.option.copy()
        for s, plan in enumerate(self.ground.plans):
            fewer, place = plan.only(kept)
            made = option[:, s] != NOBODY
            option[made, s] = place[option[made, s]]
            plans.append(fewer)
        return Given(replace(self.ground, plans=plans), Assignments(taken.site, option))
