"""How alike two orders are."""

from collections.abc import Sequence
from itertools import combinations
from math import sqrt


def kendall_tau(before: Sequence[int], after: Sequence[int]) -> float | None:
    """Kendall's tau-b of two rankings of the same things; ranks may be shared.

    Over all pairs of things: C stand in the same order in both, D in the opposite one; of the n0 = n (n - 1) / 2 pairs
    n1 share a rank before and n2 after. tau = (C - D) / sqrt((n0 - n1) (n0 - n2)): 1 for the same order, -1 for the
    reverse. None where it says nothing: fewer than two things, or all of one rank.
    """
    agreeing, untied_before, untied_after = 0, 0, 0
    for (was, becomes), (other_was, other_becomes) in combinations(zip(before, after, strict=True), 2):
        first, second = _sign(was - other_was), _sign(becomes - other_becomes)
        agreeing += first * second
        untied_before += first != 0
        untied_after += second != 0
    if not untied_before or not untied_after:
        return None
    # Of whole numbers, so that equal orders give 1 and not a little less or more.
    return max(-1.0, min(1.0, agreeing / sqrt(untied_before * untied_after)))


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)
