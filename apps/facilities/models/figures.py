"""Figures that may be given once for a site and again, more exactly, for one of its capabilities."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import WithEnvelope

QUANTITY = [MinValueValidator(1), MaxValueValidator(constraints.MAX_QUANTITY)]
PRICE: dict[str, Any] = {
    "max_digits": 12,
    "decimal_places": 4,
    "null": True,
    "blank": True,
    "validators": [MinValueValidator(0)],
}
DAYS = [MinValueValidator(0), MaxValueValidator(constraints.MAX_DAYS)]


class Figures(WithEnvelope):
    """Blank means never stated.

    Three minima, of which the strictest holds: `min_run` is asked of each part, `min_order_pieces` of all parts of an
    order together, `min_order_amount` in money. The engine knows the first two as one: a part's minimum.
    """

    min_run = models.PositiveIntegerField(_("minimum run (pieces)"), null=True, blank=True, validators=QUANTITY)
    min_order_pieces = models.PositiveIntegerField(
        _("minimum order (pieces)"),
        null=True,
        blank=True,
        validators=QUANTITY,
        help_text=_("over all parts of an order"),
    )
    economic_run_low = models.PositiveIntegerField(
        _("economic run from (pieces)"), null=True, blank=True, validators=QUANTITY
    )
    economic_run_high = models.PositiveIntegerField(
        _("economic run to (pieces)"), null=True, blank=True, validators=QUANTITY
    )
    max_run = models.PositiveIntegerField(_("maximum run (pieces)"), null=True, blank=True, validators=QUANTITY)
    min_order_amount = models.DecimalField(
        _("minimum order (money)"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("0 means no minimum in money, blank means not stated"),
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    unit_price_low = models.DecimalField(_("price a piece from"), **PRICE)
    unit_price_high = models.DecimalField(_("price a piece to"), **PRICE)
    lead_days_low = models.PositiveIntegerField(
        _("lead days from"), null=True, blank=True, validators=DAYS, help_text=_("calendar days after complete order")
    )
    lead_days_high = models.PositiveIntegerField(_("lead days to"), null=True, blank=True, validators=DAYS)
    tooling_lead_days_low = models.PositiveIntegerField(
        _("tooling lead days from"), null=True, blank=True, validators=DAYS
    )
    tooling_lead_days_high = models.PositiveIntegerField(
        _("tooling lead days to"), null=True, blank=True, validators=DAYS
    )
    best_tolerance_mm = models.FloatField(
        _("best tolerance (± mm)"), null=True, blank=True, help_text=_("half-width at about 100 mm")
    )

    tolerance_class = models.CharField(
        _("tolerance class"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text=_("as stated: ISO 2768-f, -m, -c or -v, or IT5 to IT13"),
    )

    class Meta:
        abstract = True


def figure_constraints(table: str) -> list[models.CheckConstraint]:
    runs = ("min_run", "min_order_pieces", "economic_run_low", "economic_run_high", "max_run")
    days = ("lead_days_low", "lead_days_high", "tooling_lead_days_low", "tooling_lead_days_high")
    return [
        *(constraints.within(table, field, 1, constraints.MAX_QUANTITY) for field in runs),
        *(constraints.within(table, field, 0, constraints.MAX_DAYS) for field in days),
        constraints.ordered(table, "economic_run_low", "economic_run_high"),
        constraints.ordered(table, "min_run", "max_run"),
        constraints.ordered(table, "unit_price_low", "unit_price_high"),
        constraints.within(table, "unit_price_low", 0, 10**7),
        constraints.within(table, "unit_price_high", 0, 10**7),
        constraints.ordered(table, "lead_days_low", "lead_days_high"),
        constraints.ordered(table, "tooling_lead_days_low", "tooling_lead_days_high"),
        constraints.positive(table, "best_tolerance_mm", constraints.MAX_LENGTH_MM),
        constraints.within(table, "min_order_amount", 0, 10**9),
        models.CheckConstraint(name=f"{table}_currency_iso", condition=models.Q(currency__regex=r"^[A-Z]{3}$")),
        *constraints.envelope(table),
    ]
