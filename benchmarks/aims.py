"""What is to be reached, as ratios within one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """`bounds`: by number of facilities, 0 for every size. `least`: the figure must be at least that, else at most."""

    name: str
    bounds: Mapping[int, float]
    least: bool = False

    def bound(self, size: int) -> float | None:
        return self.bounds.get(size, self.bounds.get(0))

    def verdict(self, size: int, value: float) -> str:
        """Empty where nothing is aimed at for that size."""
        bound = self.bound(size)
        if bound is None:
            return ""
        reached = value >= bound if self.least else value <= bound
        return f"aim {'>=' if self.least else '<='} {bound:.4g}: {'reached' if reached else 'NOT REACHED'}"


SQL = Aim("PostgreSQL, tuned / engine", {100_000: 10, 1_000_000: 20}, least=True)
LOOP = Aim("ORM loop / engine", {100_000: 300}, least=True)
FLOOR = Aim("engine / plain pass", {100_000: 12, 1_000_000: 6})
GROWTH = Aim("growth over 10k: exponent of time in covering facilities", {0: 1.1})
ROUND_TRIP = Aim("Celery round trip of one need / a need of a batch", {100_000: 12}, least=True)
LOAD = Aim("values_list() / load", {100_000: 8}, least=True)
BYTES = Aim("bytes a facility in the shared copy", {100_000: 1.3 * 1024, 1_000_000: 1.3 * 1024})
SECOND = Aim("second worker's extra memory / copy", {100_000: 0.1, 1_000_000: 0.1})
CHANGE = Aim("one changed facility visible / full build", {100_000: 0.01})
DIFFERENT = Aim("needs on which engine and SQL differ", {0: 0})
EVERY = (SQL, LOOP, FLOOR, GROWTH, ROUND_TRIP, LOAD, BYTES, SECOND, CHANGE, DIFFERENT)
