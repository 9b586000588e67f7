"""Run sizes of options: the minima in pieces, the bounds, and the value of the order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked, AskedStep
from matchmaker.columns import KINDS, BoolArray, FloatArray, IntArray
from matchmaker.curves import effective_minimum, run_size_fit
from matchmaker.options import Options
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals


@dataclass(frozen=True, slots=True)
class Runs:
    """Columns over options, pieces: what the gate reads. `money_pieces` is what the smallest order value buys, 0 where
    it asks nothing.

    `price_known`: the worth of the order is known and comparable. The site-only columns mark figures of the whole
    site that fail although the process's usual figure would pass and the site has other families of processes.
    """

    pieces: float
    min_run: FloatArray
    money: FloatArray
    money_pieces: FloatArray
    price_known: BoolArray
    money_blank: BoolArray
    price_open: bool  # the worth of the order is known, so a money minimum matters
    economic_high: FloatArray
    max_run: FloatArray
    min_site_only: BoolArray
    max_site_only: BoolArray

    @property
    def minimum(self) -> FloatArray:
        return np.fmax(self.min_run, self.money_pieces)

    @property
    def maximum(self) -> FloatArray:
        """The stated maximum, never below the stated economic band; NaN where none is stated."""
        return np.where(np.isnan(self.max_run), np.nan, np.fmax(self.max_run, self.economic_high))


@dataclass(frozen=True, slots=True)
class UsualRuns:
    """Columns over options, pieces: the economic band with the usual one where it is blank, and what stands in for
    minima that are blank."""

    economic_low: FloatArray  # as stated
    usual_low: FloatArray
    usual_high: FloatArray
    default_min: FloatArray
    default_money_pieces: FloatArray


@dataclass(frozen=True, slots=True)
class Lot:
    """What the run sizes of a step's options are found from. `site` are rows of the supply."""

    asked: Asked
    step: AskedStep
    supply: Supply
    options: Options
    typicals: Typicals
    site: IntArray

    @property
    def price(self) -> float:
        """The worth of one piece; NaN where it is not known."""
        return np.nan if self.asked.order_worth is None else self.asked.order_worth / float(self.step.pieces)


def other_families(supply: Supply, site: IntArray, process: IntArray) -> BoolArray:
    """Whether each site itself offers processes of another family than that of the process beside it."""
    return np.asarray(supply.sites.families.any_but(site, supply.taxonomy.process_family[process]), dtype=np.bool_)


def excuse(
    supply: Supply, options: Options, site: IntArray, name: str, fails: BoolArray, usual_fails: BoolArray
) -> BoolArray:
    """Where a figure fails that was given once for the whole site, though the process's usual figure would not and
    the site itself offers another family of processes."""
    out = np.zeros(len(options.line), dtype=np.bool_)
    rows = np.flatnonzero(fails & ~usual_fails)
    rows = rows[supply.lines.from_site[name][options.line[rows]]]
    out[rows] = other_families(supply, site[rows], options.cases.work_process[options.case[rows]])
    return out


def exchange_rates(asked: Asked, supply: Supply) -> FloatArray:
    """The worth of each of the supply's currencies in the need's; NaN without a rate, and in the last place (blank)."""
    rates = [asked.policy.exchange_rate(currency, asked.need.currency) for currency in supply.lines.currencies]
    return np.array([np.nan if rate is None else rate for rate in rates] + [np.nan], dtype=np.float64)


def find_runs(lot: Lot) -> Runs:
    policy, lines, options = lot.asked.policy, lot.supply.lines, lot.options
    pieces, process, line = float(lot.step.pieces), options.work_process, options.line
    min_run, max_run = lines.figures["min_run"][line], lines.figures["max_run"][line]
    stated_money = lines.figures["min_order_money"][line]
    rates = exchange_rates(lot.asked, lot.supply)[lines.money_currency[line]]
    money, usual_min = stated_money * rates, lot.typicals.min_run[process]
    usual_high = lot.typicals.economic_high[process]
    above = usual_high * policy.max_run_factor < pieces
    return Runs(
        pieces=pieces,
        min_run=min_run,
        money=money,
        money_pieces=_money_pieces(money, lot.price),
        price_known=~np.isnan(rates * lot.price),
        money_blank=np.isnan(stated_money),
        price_open=lot.asked.order_worth is not None,
        economic_high=lines.figures["economic_high"][line],
        max_run=max_run,
        min_site_only=excuse(lot.supply, options, lot.site, "min_run", min_run > pieces, usual_min > pieces),
        max_site_only=excuse(lot.supply, options, lot.site, "max_run", max_run < pieces, above),
    )


def find_usual_runs(lot: Lot) -> UsualRuns:
    policy, options, kind = lot.asked.policy, lot.options, lot.supply.sites.kind[lot.site]
    process, typicals = options.work_process, lot.typicals
    factor = np.array([policy.kind_min_run_factor[name] for name in KINDS], dtype=np.float64)[kind]
    band = np.array([policy.kind_run_band[name] for name in KINDS], dtype=np.float64)[kind]
    money = np.array([policy.kind_min_order_money[name] for name in KINDS], dtype=np.float64)[kind]
    return UsualRuns(
        economic_low=lot.supply.lines.figures["economic_low"][options.line],
        usual_low=np.clip(typicals.economic_low[process], band[:, 0], band[:, 1]),
        usual_high=np.clip(typicals.economic_high[process], band[:, 0], band[:, 1]),
        default_min=np.fmax(typicals.min_run[process], 1.0) * factor,
        default_money_pieces=_money_pieces(money, lot.price),
    )


def _money_pieces(money: FloatArray, price: float) -> FloatArray:
    if price != price:
        return np.zeros(len(money))
    return np.fmax(effective_minimum(0.0, money, price), 0.0)


def banded_fit(pieces: float, minimum: FloatArray, low: FloatArray, high: FloatArray, top: FloatArray) -> FloatArray:
    """The run-size fit of S7, except that a minimum above the economic band never widens the band upwards: a smaller
    minimum must never make a facility worse."""
    m = np.fmax(minimum, 1.0)
    low, high, top = (np.broadcast_to(value, m.shape) for value in (low, high, top))
    fit = run_size_fit(pieces, m, low, high, top)
    above = np.nonzero(m > np.where(np.isnan(high), np.inf, np.fmax(high, 1.0)))
    if not len(above[0]):
        return fit
    low, high, top = low[above], high[above], top[above]
    fit[above] = np.minimum(fit[above], run_size_fit(pieces, np.fmax(high, 1.0), low, high, top))
    return fit
