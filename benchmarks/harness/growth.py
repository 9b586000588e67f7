"""What the engine's time grows with: the facilities that cover a step, or all there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.floor import spans_of, touched_sites
from matchmaker.asked import Asked
from matchmaker.domain import NeedFact
from matchmaker.policy import Policy
from matchmaker.supply import Supply

Array = NDArray[np.float64]
FROM = 10_000  # below, what is done once for a need weighs more than what is done for a facility


@dataclass(frozen=True)
class Timed:
    """One need at one size: facilities that cover some step, those that cover its rarest step, seconds."""

    size: int
    some: int
    rarest: int
    seconds: float


@dataclass(frozen=True)
class Fit:
    """seconds = fixed + each x quantity; `explained`: share of the variance (r squared)."""

    fixed: float
    each: float
    explained: float


def timed(need: NeedFact, supply: Supply, policy: Policy, as_of: date, seconds: float) -> Timed:
    asked = Asked.build(need, policy, supply.taxonomy, as_of)
    each = [len(touched_sites(supply, spans_of(asked, supply, (step,)))) for step in asked.gated]
    some = len(touched_sites(supply, spans_of(asked, supply, asked.gated)))
    return Timed(len(supply.sites.kind), some, min(each), seconds)


def fit(quantity: Array, seconds: Array) -> Fit:
    """Least squares; nothing is explained by a quantity that does not vary."""
    if len(quantity) < 2 or not np.ptp(quantity):
        return Fit(float(seconds.mean()), 0.0, 0.0)
    each, fixed = np.polyfit(quantity, seconds, 1)
    spread = float(((seconds - seconds.mean()) ** 2).sum())
    rest = float(((seconds - fixed - each * quantity) ** 2).sum())
    return Fit(float(fixed), float(each), 1 - rest / spread if spread else 0.0)


def columns(rows: Sequence[Timed]) -> tuple[Array, Array, Array, Array]:
    """Sizes, covering some step, covering the rarest, seconds."""
    table = np.array([(row.size, row.some, row.rarest, row.seconds) for row in rows], dtype=np.float64)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def exponent(rows: Sequence[Timed]) -> float | None:
    """Of the mean time in the mean number of covering facilities, from the smallest size that counts to the largest:
    1 is linear, less is better. None where there are no two such sizes."""
    sizes = sorted({row.size for row in rows if row.size >= FROM})
    if len(sizes) < 2:
        return None
    few, many = ([row for row in rows if row.size == size] for size in (sizes[0], sizes[-1]))
    time = float(np.mean([row.seconds for row in many]) / np.mean([row.seconds for row in few]))
    cover = float(np.mean([row.some for row in many]) / np.mean([row.some for row in few]))
    return log(time) / log(cover)


def tables(rows: Sequence[Timed]) -> list[str]:
    """Lines of text: at each size the needs in four groups by how many facilities cover them, and the fits."""
    out = ["", "growth: engine time against the facilities that cover some step, needs in quarters"]
    for size in sorted({row.size for row in rows}):
        mine = sorted((row for row in rows if row.size == size), key=lambda row: row.some)
        _, some, _, seconds = columns(mine)
        quarters = zip(np.array_split(some, 4), np.array_split(seconds, 4), strict=True)
        cells = [f"{cover.mean():,.0f}: {took.mean() * 1e3:.2f} ms" for cover, took in quarters if len(cover)]
        line = fit(some, seconds)
        out.append(
            f"  {size:>9,}  {' | '.join(cells)} | fit {line.fixed * 1e3:.2f} ms + {line.each * 1e9:,.0f} ns each,"
            f" r2 {line.explained:.2f}"
        )
    every = columns(rows)
    names = ("all facilities", "covering some step", "covering the rarest step")
    for name, quantity in zip(names, every[:3], strict=True):
        line = fit(quantity, every[3])
        out.append(
            f"  over all sizes, time in {name}: {line.fixed * 1e3:.2f} ms + {line.each * 1e9:,.0f} ns each,"
            f" r2 {line.explained:.3f}"
        )
    return out
