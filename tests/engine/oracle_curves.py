"""The value functions as the domain pack writes them, one number at a time."""

from __future__ import annotations

import math
from itertools import pairwise


def line(points: list[tuple[float, float]], x: float) -> float:
    """Linear between points, flat outside."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def run_fit(q: float, m: float, low: float | None, high: float | None, top: float | None) -> float:
    a = m if low is None else max(low, m)
    b = a if high is None else max(high, a)
    big = max(4 * b if top is None else top, b)
    if q < m / 2:
        return 0.0
    if q < m:
        return 0.4 * math.log2(2 * q / m)
    if q < a:
        return 0.6 + 0.4 * math.log(q / m) / math.log(a / m)
    if q <= b:
        return 1.0
    if q <= big:
        return 1 - 0.3 * math.log(q / b) / math.log(big / b)
    if q < 2 * big:
        return 0.7 * (1 - math.log2(q / big))
    return 0.0


def banded(q: float, m: float, low: float | None, high: float | None, top: float | None) -> float:
    """A minimum above the economic band does not widen the band."""
    m = max(m, 1.0)
    capped = m if high is None else min(m, max(high, 1.0))
    return min(run_fit(q, m, low, high, top), run_fit(q, capped, low, high, top))


def load_score(load: float) -> float:
    return line([(0.6, 1.0), (0.85, 0.7), (1.0, 0.3), (1.2, 0.0)], load)


def dependence(share: float) -> float:
    return line([(0.4, 1.0), (0.8, 0.6), (1.0, 0.3)], share)


def slack_score(available: float, expected: float) -> float:
    if expected <= 0:
        return 1.0
    return line([(0.8, 0.0), (1.0, 0.5), (1.25, 0.9), (1.5, 1.0)], available / expected)


def tolerance_score(required: float, best: float) -> float:
    r = round(required / best, 9)
    if r < 0.7:
        return 0.0
    if r < 1:
        return 0.5 * (r - 0.7) / 0.3
    return min(0.8 + 0.2 * (r - 1), 1.0)


def size_ratio(part: tuple[float, float, float], room: tuple[float, float, float], *, rotatable: bool) -> float:
    if rotatable:
        p, e = sorted(part), sorted(room)
    else:
        p, e = [*sorted(part[:2]), part[2]], [*sorted(room[:2]), room[2]]
    return round(min(b / a for a, b in zip(p, e, strict=True)), 9)


def envelope_score(k: float) -> float:
    if k < 1:
        return 0.0
    return 0.8 if k < 1.1 else 1.0


def price_score(price: float, target: float, zero_at: float) -> float:
    if price <= target:  # at no price too, which has no logarithm
        return 1.0
    return max(0.0, 1 - math.log(price / target) / math.log(zero_at))


def beta_quantile(share: float, a: int, b: int) -> float:
    """For whole a and b: the x at which a binomial tail reaches the share."""
    n = a + b - 1

    def below(x: float) -> float:
        return math.fsum(math.comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1))

    low, high = 0.0, 1.0
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return (low + high) / 2
