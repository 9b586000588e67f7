"""The figures that a site or one of its lines states."""

from decimal import Decimal

from apps.facilities.models import Capability, Facility
from matchmaker.domain import Figures

MONEY = ("min_order_amount", "unit_price_low", "unit_price_high")


def read_figures(row: Facility | Capability, materials: tuple[str, ...] | None) -> Figures:
    """The strictest of the minimum per part and per order is the minimum.

    The currency counts only beside a figure in money: every row has one, and a line's must not overrule the site's.
    """
    minimums = [pieces for pieces in (row.min_run, row.min_order_pieces) if pieces is not None]
    in_money = any(getattr(row, name) is not None for name in MONEY)
    return Figures(
        materials=materials,
        min_run=max(minimums, default=None),
        min_order_money=_number(row.min_order_amount),
        economic_low=row.economic_run_low,
        economic_high=row.economic_run_high,
        max_run=row.max_run,
        lead_days_low=row.lead_days_low,
        lead_days_high=row.lead_days_high,
        tooling_days_low=row.tooling_lead_days_low,
        tooling_days_high=row.tooling_lead_days_high,
        tolerance_mm=row.best_tolerance_mm,
        envelope_mm=row.envelope_mm,
        price_low=_number(row.unit_price_low),
        price_high=_number(row.unit_price_high),
        currency=row.currency if in_money else None,
    )


def filled(words: tuple[str, ...] | None, *, listed: bool) -> tuple[str, ...] | None:
    """A list with rows in it is a filled list: what it lacks is a no. `listed` decides what an empty one means."""
    return words or (() if listed else None)


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
