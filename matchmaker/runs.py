"""Run sizes of options: the minima in pieces, the bounds, and the value of the order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked, AskedStep
from matchmaker.columns import KINDS, BoolArray, FloatArray
from matchmaker.curves import effective_minimum, run_size_fit
from matchmaker.options import Options
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals


@dataclass(frozen=True, slots=True)
class Runs:
    """Columns over options, pieces. `money_pieces` is what the smallest order value buys, 0 where it asks nothing.

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
    economic_low: FloatArray
    economic_high: FloatArray
    max_run: FloatArray
    usual_min: FloatArray
    usual_low: FloatArray
    usual_high: FloatArray
    default_min: FloatArray
    default_money_pieces: FloatArray
    min_site_only: BoolArray
    max_site_only: BoolArray

    def minimum_at(self, option: int) -> float:
        return float(np.fmax(self.min_run[option], self.money_pieces[option]))

    def maximum_at(self, option: int) -> float:
        """As `maximum`, of one option."""
        top = float(self.max_run[option])
        return top if top != top else float(np.fmax(top, self.economic_high[option]))

    @property
    def minimum(self) -> FloatArray:
        return np.fmax(self.min_run, self.money_pieces)

    @property
    def maximum(self) -> FloatArray:
        """The stated maximum, never below the stated economic band; NaN where none is stated."""
        return np.where(np.isnan(self.max_run), np.nan, np.fmax(self.max_run, self.economic_high))


def other_families(options: Options, supply: Supply) -> BoolArray:
    """Whether the site itself offers processes of another family than the option's."""
    families = supply.sites.families[options.site]
    own = supply.taxonomy.process_family[options.work_process]
    return np.asarray(families.sum(axis=1) > families[np.arange(len(own)), own], dtype=np.bool_)


def exchange_rates(asked: Asked, supply: Supply) -> FloatArray:
    """The worth of each of the supply's currencies in the need's; NaN without a rate, and in the last place (blank)."""
    rates = [asked.policy.exchange_rate(currency, asked.need.currency) for currency in supply.lines.currencies]
    return np.array([np.nan if rate is None else rate for rate in rates] + [np.nan], dtype=np.float64)


def find_runs(asked: Asked, step: AskedStep, supply: Supply, options: Options, typicals: Typicals) -> Runs:
    policy, lines, pieces = asked.policy, supply.lines, float(step.pieces)
    figures = {name: column[options.line] for name, column in lines.figures.items()}
    price = np.nan if asked.order_worth is None else asked.order_worth / pieces
    rates = exchange_rates(asked, supply)[lines.money_currency[options.line]]
    money = figures["min_order_money"] * rates
    price_known = ~np.isnan(rates * price)
    kind = supply.sites.kind[options.site]
    factor = np.array([policy.kind_min_run_factor[name] for name in KINDS], dtype=np.float64)[kind]
    band = np.array([policy.kind_run_band[name] for name in KINDS], dtype=np.float64)[kind]
    default_money = np.array([policy.kind_min_order_money[name] for name in KINDS], dtype=np.float64)[kind]
    usual_min = typicals.min_run[options.work_process]
    usual_high = typicals.economic_high[options.work_process]
    families = other_families(options, supply)
    from_site = {name: column[options.line] for name, column in lines.from_site.items()}
    return Runs(
        pieces=pieces,
        min_run=figures["min_run"],
        money=money,
        money_pieces=_money_pieces(money, price),
        price_known=price_known,
        money_blank=np.isnan(figures["min_order_money"]),
        price_open=asked.order_worth is not None,
        economic_low=figures["economic_low"],
        economic_high=figures["economic_high"],
        max_run=figures["max_run"],
        usual_min=np.fmax(usual_min, 1.0),
        usual_low=np.clip(typicals.economic_low[options.work_process], band[:, 0], band[:, 1]),
        usual_high=np.clip(usual_high, band[:, 0], band[:, 1]),
        default_min=np.fmax(usual_min, 1.0) * factor,
        default_money_pieces=_money_pieces(default_money, price),
        min_site_only=families & from_site["min_run"] & ~(usual_min > pieces),
        max_site_only=families & from_site["max_run"] & ~(usual_high * policy.max_run_factor < pieces),
    )


def _money_pieces(money: FloatArray, price: float) -> FloatArray:
    return np.fmax(effective_minimum(0.0, money, price), 0.0)


def banded_fit(pieces: float, minimum: FloatArray, low: FloatArray, high: FloatArray, top: FloatArray) -> FloatArray:
    """The run-size fit of S7, except that a minimum above the economic band never widens the band upwards: a smaller
    minimum must never make a facility worse."""
    m = np.fmax(minimum, 1.0)
    capped = np.where(np.isnan(high), m, np.fmin(m, np.fmax(high, 1.0)))
    return np.minimum(run_size_fit(pieces, m, low, high, top), run_size_fit(pieces, capped, low, high, top))
