"""The value functions of the trade, vectorised: every argument may be a number or an array of one shape.

Each returns values in [0, 1] unless it says otherwise. Blank bounds are NaN.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0088


def _floats(*values: ArrayLike) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)


def effective_minimum(min_run: ArrayLike, min_order_money: ArrayLike, unit_price: ArrayLike) -> FloatArray:
    """Pieces: the stricter of the minimum run and the pieces that the smallest order value buys.

    A money minimum that is blank or 0, or a unit price that is blank or 0, asks nothing.
    """
    pieces, money, price = _floats(min_run, min_order_money, unit_price)
    with np.errstate(divide="ignore", invalid="ignore"):
        bought = np.ceil(np.round(money / price, 9))
    return np.where((money > 0) & (price > 0), np.fmax(pieces, bought), pieces)


def run_size_fit(
    quantity: ArrayLike, minimum: ArrayLike, economic_low: ArrayLike, economic_high: ArrayLike, maximum: ArrayLike
) -> FloatArray:
    """How well an order fits a facility's run sizes; all in pieces, minimum > 0.

    With m the minimum, a = max(economic_low, m), b = max(economic_high, a), M = max(maximum or 4b, b):
    0 below m/2; 0.4 log2(2q/m) to m; from 0.6 at m to 1 at a; 1 to b; falling to 0.7 at M; from 0.7 to 0 at 2M. The
    step at m is meant: a stated minimum is a threshold, and exactly m is inside.
    """
    q, m, low, high, top = _floats(quantity, minimum, economic_low, economic_high, maximum)
    a = np.fmax(low, m)
    b = np.fmax(high, a)
    big = np.fmax(np.where(np.isnan(top), 4 * b, top), b)
    shape = (q + big).shape
    q, m, a, b, big = (np.broadcast_to(value, shape).ravel() for value in (q, m, a, b, big))
    fit = np.asarray((q >= a) & (q <= b), dtype=np.float64)  # logarithms cost: each branch only where it holds
    rows = np.flatnonzero((q >= m / 2) & (q < m))
    fit[rows] = 0.4 * np.log2(2 * q[rows] / m[rows])
    rows = np.flatnonzero((q >= m) & (q < a))
    fit[rows] = 0.6 + 0.4 * np.log(q[rows] / m[rows]) / np.log(a[rows] / m[rows])
    rows = np.flatnonzero((q > b) & (q <= big))
    fit[rows] = 1 - 0.3 * np.log(q[rows] / b[rows]) / np.log(big[rows] / b[rows])
    rows = np.flatnonzero((q > big) & (q < 2 * big))
    fit[rows] = 0.7 * (1 - np.log2(q[rows] / big[rows]))
    return fit.reshape(shape)


def demand_hours(
    quantity: ArrayLike,
    batches: ArrayLike,
    setup_hours: ArrayLike,
    cycle_seconds: ArrayLike,
    parts_per_cycle: ArrayLike = 1.0,
    yield_share: ArrayLike = 1.0,
) -> FloatArray:
    """Hours of a resource that an order takes: batches x set-up + quantity / yield / parts per cycle x cycle."""
    q, n, setup, cycle, parts, good = _floats(
        quantity, batches, setup_hours, cycle_seconds, parts_per_cycle, yield_share
    )
    hours: FloatArray = n * setup + q / good / parts * cycle / 3600.0
    return hours


def load_share(demand: ArrayLike, free_hours: ArrayLike) -> FloatArray:
    """Demand over free hours; infinite where nothing is free."""
    wanted, free = _floats(demand, free_hours)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(free > 0, wanted / np.where(free > 0, free, 1.0), np.inf)


def capacity_headroom(load: ArrayLike) -> FloatArray:
    """The score of a load: 1 to 0.6, 0.7 at 0.85, 0.3 at 1.0 (overtime, split delivery), 0 from 1.2 on."""
    return np.interp(np.asarray(load, dtype=np.float64), [0.6, 0.85, 1.0, 1.2], [1.0, 0.7, 0.3, 0.0])


def dependence_fit(share: ArrayLike) -> FloatArray:
    """The upper branch of attention: 1 to a share of 0.4, 0.6 at 0.8, 0.3 from 1 on."""
    return np.interp(np.asarray(share, dtype=np.float64), [0.4, 0.8, 1.0], [1.0, 0.6, 0.3])


def attention_fit(share: ArrayLike) -> FloatArray:
    """Too small or too large a customer: 0.3 to a share of 0.2 %, log rise to 1 at 2 %, then the dependence branch."""
    (part,) = _floats(share)
    small = 0.3 + 0.7 * np.log10(np.clip(part, 0.002, 0.02) / 0.002)
    return np.where(part < 0.02, small, dependence_fit(part))


def production_start(quote_days: ArrayLike, *beside: ArrayLike) -> FloatArray:
    """Days until work can begin: the quote, then the longest of what runs beside it (tooling, material, prior work)."""
    return np.asarray(np.asarray(quote_days, dtype=np.float64) + reduce(np.maximum, _floats(*beside)))


def lead_time_slack(available_days: ArrayLike, expected_days: ArrayLike) -> FloatArray:
    """Available over expected days: 0 below 0.8, 0.5 at 1, 0.9 at 1.25, 1 from 1.5 on. Nothing expected scores 1."""
    available, expected = _floats(available_days, expected_days)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, available / np.where(expected > 0, expected, 1.0), np.inf)
    return np.interp(ratio, [0.8, 1.0, 1.25, 1.5], [0.0, 0.5, 0.9, 1.0])


def haversine_km(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> FloatArray:
    """Great-circle distance in km on a sphere; degrees in."""
    a1, o1, a2, o2 = (np.radians(value) for value in _floats(lat1, lon1, lat2, lon2))
    chord = np.sin((a2 - a1) / 2) ** 2 + np.cos(a1) * np.cos(a2) * np.sin((o2 - o1) / 2) ** 2
    km: FloatArray = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return km


def distance_decay(km: ArrayLike, half_km: ArrayLike, floor: ArrayLike) -> FloatArray:
    """floor + (1 - floor) x 2^(-km / half_km)."""
    distance, half, base = _floats(km, half_km, floor)
    score: FloatArray = base + (1 - base) * np.exp2(-distance / half)
    return score


def tolerance_fit(required: ArrayLike, best: ArrayLike) -> FloatArray:
    """r = required / best, plus/minus mm: 0 below 0.7, 0.5 just under 1, 0.8 at 1 (not comfortable), 1 from 2 on."""
    asked, able = _floats(required, best)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.round(asked / able, 9)
    short = np.where(r < 0.7, 0.0, 0.5 * (r - 0.7) / 0.3)
    return np.where(r < 1, short, np.clip(0.8 + 0.2 * (r - 1), 0.8, 1.0))


def envelope_ratio(part: ArrayLike, envelope: ArrayLike, *, rotatable: ArrayLike) -> FloatArray:
    """k: the smallest ratio of machine to part over the three sides; arrays end in an axis of 3, mm.

    Rotatable parts compare sorted sides. Others keep their third side (thickness, opening stroke) where it is and
    may only be turned in the plane of the first two.
    """
    p, e = _floats(part, envelope)
    if rotatable is True:
        return _rounded(_least_ratio(_ascending(e), _ascending(p)))
    plane = _least_ratio([*_ascending(e[..., :2]), e[..., 2]], [*_ascending(p[..., :2]), p[..., 2]])
    if rotatable is False:
        return _rounded(plane)
    return _rounded(np.where(np.asarray(rotatable), _least_ratio(_ascending(e), _ascending(p)), plane))


def _rounded(values: FloatArray) -> FloatArray:
    return np.asarray(np.round(values, 9), dtype=np.float64)


def _ascending(sides: FloatArray) -> list[FloatArray]:
    """Two or three sides in ascending order, column by column: numpy is slow along a short axis."""
    one, other = sides[..., 0], sides[..., 1]
    low, high = np.minimum(one, other), np.maximum(one, other)
    if sides.shape[-1] == 2:
        return [low, high]
    third = sides[..., 2]
    return [np.minimum(low, third), np.maximum(low, np.minimum(high, third)), np.maximum(high, third)]


def _least_ratio(sides: list[FloatArray], parts: list[FloatArray]) -> FloatArray:
    return np.asarray(reduce(np.minimum, (side / part for side, part in zip(sides, parts, strict=True))))


def envelope_fit(ratio: ArrayLike) -> FloatArray:
    """The score of a ratio k: 0 below 1, 0.8 to 1.1 (clamping, supports, mould frame), else 1."""
    (k,) = _floats(ratio)
    return np.select([k < 1, k < 1.1], [0.0 * k, 0.8 + 0.0 * k], 1.0)


def price_fit(price: ArrayLike, target: ArrayLike, zero_at: float) -> FloatArray:
    """1 at or under the target, falling in the logarithm to 0 at `zero_at` times the target."""
    asked, wanted = _floats(price, target)
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = np.log(np.maximum(asked, 1e-300) / wanted) / np.log(zero_at)
    score: FloatArray = np.clip(1 - fall, 0.0, 1.0)
    return score
