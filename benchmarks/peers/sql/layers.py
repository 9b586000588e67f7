"""Nested layers of a query over assignments."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.peers.sql.fragments import each, names
from benchmarks.peers.sql.sites import step_regions
from matchmaker.asked import Asked
from matchmaker.codes import Criterion

CRITERIA = {
    Criterion.RUN_SIZE: "run_size",
    Criterion.CAPACITY: "capacity",
    Criterion.LEAD_TIME: "lead_time",
    Criterion.DISTANCE: "distance",
    Criterion.MUTUAL_FIT: "mutual",
    Criterion.PRECISION: "precision",
    Criterion.PRICE: "price_fit",
}
SITE = list(names("site last_offered record site_first site_unknown preferred0 preferred1 factor0 factor1"))


class Layers:
    """Nested queries, each naming what the next ones read; OFFSET 0 keeps the planner from writing an expression out
    wherever its name is used. Every layer says what it still needs of those below: rows are copied from layer to layer,
    so that width is time."""

    def __init__(self, asked: Asked, source: str) -> None:
        self.asked = asked
        self.steps = range(len(asked.gated))
        self.sql = source
        self.depth = 0

    def add(self, new: dict[str, str], keep: Iterable[str] = (), of_steps: str = "") -> None:
        """`keep`: columns of sites and assignments; `of_steps`: columns that each step has, numbered."""
        kept = [*keep, *(f"{name}{s}" for name in of_steps.split() for s in self.steps)]
        columns = ", ".join([*kept, *(f"{text} AS {name}" for name, text in new.items())])
        self.sql = f"SELECT {columns} FROM ({self.sql}) AS layer{self.depth} OFFSET 0"
        self.depth += 1

    def every(self, template: str, joiner: str) -> str:
        return each(self.steps, template, joiner)

    def largest(self, template: str) -> str:
        """Over the steps, and not below 0."""
        return f"greatest({each(self.steps, template, ', ')}, 0)"


def lasting(layers: Layers) -> list[str]:
    """What is read only at the end."""
    places = [f"place{at}_" for at in range(len(step_regions(layers.asked)))]
    return [*SITE, *places, "distance0", "distance1", "wanted0", "wanted1"]
