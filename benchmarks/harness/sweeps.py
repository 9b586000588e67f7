"""Side by side: every row answers the same needs, in interleaved rounds, and the least time of each need counts.

Each row sweeps over all its needs before the next one begins, so that none finds in the cache what another has just
read for the same need.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from matchmaker.domain import NeedFact

Answerer = Callable[[NeedFact], object]


class TooSlowError(RuntimeError):
    """An answer that takes longer than all of a row may."""


@dataclass
class Row:
    """`seconds` bounds a row's time over all rounds; a row that runs out keeps to the needs of its first round."""

    name: str
    answer: Answerer
    seconds: float
    best: dict[str, float] = field(default_factory=dict)
    spent: float = 0.0
    needs: int | None = None

    def sweep(self, needs: Sequence[NeedFact]) -> None:
        first = self.needs is None
        for done, need in enumerate(needs[: self.needs]):
            if first and self.spent > self.seconds / 2 and done:
                self.needs = done
                return
            since = time.perf_counter()
            try:
                self.answer(need)
            except TooSlowError:
                self.spent, self.needs = self.seconds, done
                return
            took = time.perf_counter() - since
            self.spent += took
            self.best[need.id] = min(took, self.best.get(need.id, took))
        self.needs = len(needs[: self.needs])

    def percentile(self, share: float) -> float:
        ordered = sorted(self.best.values())
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def side_by_side(
    rows: Sequence[Row], needs: Sequence[NeedFact], rounds: int, *, swept: Callable[[Row], None] = lambda _: None
) -> None:
    """The first round is a warm-up as well: a later one can only lower its times. `swept`: told of each first sweep."""
    for number in range(rounds):
        for at in range(len(rows)):
            row = rows[(at + number) % len(rows)]
            if number == 0 or row.spent < row.seconds:
                row.sweep(needs)
                if number == 0:
                    swept(row)


def ratio(one: Row, other: Row) -> float:
    """How many times longer the first takes, over the needs that both have answered."""
    common = one.best.keys() & other.best.keys()
    return sum(one.best[key] for key in common) / sum(other.best[key] for key in common)
