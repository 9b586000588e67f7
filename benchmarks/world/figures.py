"""Run sizes, lead times, tolerances, sizes and prices: log-normal around what is usual, blank as often as in life.

How often a field is filled follows section 13 of the domain pack.
"""

from __future__ import annotations

import numpy as np

from benchmarks.world.columns import Array, Table

FILLED = {
    "min_run": 0.40,
    "economic": 0.15,
    "max_run": 0.15,
    "money": 0.15,
    "price": 0.10,
    "lead": 0.45,
    "tooling": 0.20,
    "tolerance": 0.35,
    "envelope": 0.35,
}


def _filled(rng: np.random.Generator, size: int, share: float, values: Array) -> Array:
    return np.where(rng.random(size) < share, values, np.nan)


def _pieces(values: Array) -> Array:
    """Whole pieces, two digits as people write them, at least one."""
    digits = np.floor(np.log10(np.maximum(values, 1.0)))
    unit = 10.0 ** np.maximum(digits - 1, 0)
    return np.asarray(np.clip(np.round(values / unit) * unit, 1, 50_000_000))


def draw_figures(rng: np.random.Generator, usual: Table, share: float = 1.0) -> Table:
    """Figures around `usual` (run, lead_low, lead_high, tooling, tolerance, envelope), each filled with its own chance
    times `share`."""
    size = len(usual["run"])
    spread = rng.normal(size=(6, size))
    minimum = _pieces(usual["run"] * np.exp(1.3 * spread[0]))
    low = _pieces(minimum * np.exp(0.5 + 0.5 * np.abs(spread[1])))
    high = np.maximum(_pieces(low * np.exp(3.0 + spread[2])), low)
    out: Table = {"min_run": _filled(rng, size, FILLED["min_run"] * share, minimum)}
    order_pieces = _pieces(minimum * (1 + (spread[3] > 1.0)))
    out["min_order_pieces"] = np.where(np.isnan(out["min_run"]), np.nan, _filled(rng, size, 0.1, order_pieces))
    banded = rng.random(size) < FILLED["economic"] * share
    out["economic_run_low"], out["economic_run_high"] = np.where(banded, low, np.nan), np.where(banded, high, np.nan)
    out["max_run"] = _filled(rng, size, FILLED["max_run"] * share, _pieces(high * np.exp(np.abs(spread[4]))))
    return out | _money(rng, size, share) | _days(rng, usual, share) | _lengths(rng, usual, share)


def _money(rng: np.random.Generator, size: int, share: float) -> Table:
    amount = np.round(np.exp(rng.normal(6.0, 1.2, size)) / 50) * 50
    price = np.round(np.exp(rng.normal(2.0, 1.5, size)), 1) + 0.1
    priced = rng.random(size) < FILLED["price"] * share
    return {
        "min_order_amount": _filled(rng, size, FILLED["money"] * share, amount),
        "unit_price_low": np.where(priced, price, np.nan),
        "unit_price_high": np.where(priced, np.round(price * (1.2 + rng.random(size)), 1) + 0.1, np.nan),
        "currency": (rng.random(size) < 0.08).astype(np.int64),
    }


def _days(rng: np.random.Generator, usual: Table, share: float) -> Table:
    size = len(usual["run"])
    low = np.maximum(1, np.round(usual["lead_low"] * np.exp(rng.normal(0.1, 0.4, size))))
    high = np.maximum(low, np.round(usual["lead_high"] * np.exp(rng.normal(0.0, 0.35, size))))
    stated = rng.random(size) < FILLED["lead"] * share
    one_end = rng.random(size) < 0.1
    tool = np.round(usual["tooling"] * np.exp(rng.normal(0.0, 0.3, size)))
    tooled = (rng.random(size) < FILLED["tooling"] * share) & ~np.isnan(tool)
    return {
        "lead_days_low": np.where(stated & ~one_end, low, np.nan),
        "lead_days_high": np.where(stated, high, np.nan),
        "tooling_lead_days_low": np.where(tooled, tool, np.nan),
        "tooling_lead_days_high": np.where(tooled, np.round(tool * 1.5), np.nan),
    }


def _lengths(rng: np.random.Generator, usual: Table, share: float) -> Table:
    size = len(usual["run"])
    tolerance = np.round(usual["tolerance"] * np.exp(rng.normal(-0.2, 0.5, size)), 3)
    tolerance = np.where(tolerance > 0, tolerance, np.nan)
    scale = np.exp(rng.normal(0.0, 0.4, size))
    sides = np.round(usual["envelope"] * scale[:, None] / 10) * 10
    sized = (rng.random(size) < FILLED["envelope"] * share) & (sides > 0).all(axis=1)
    return {
        "best_tolerance_mm": _filled(rng, size, FILLED["tolerance"] * share, tolerance),
        "envelope_length_mm": np.where(sized, sides[:, 0], np.nan),
        "envelope_width_mm": np.where(sized, sides[:, 1], np.nan),
        "envelope_height_mm": np.where(sized, sides[:, 2], np.nan),
    }
