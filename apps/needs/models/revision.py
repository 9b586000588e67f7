"""What exactly is wanted, at one point in time. A revision is written once."""

from typing import Any

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from apps.accounts.models import User
from apps.catalog.models import Certification, Region, Stage
from apps.core import constraints
from apps.core.industries import Industry
from apps.core.models import TimeStamped, WithEnvelope
from apps.needs.models.need import Need

QUANTITY = [MinValueValidator(1), MaxValueValidator(constraints.MAX_QUANTITY)]
MONEY: dict[str, Any] = {
    "max_digits": 12,
    "decimal_places": 2,
    "null": True,
    "blank": True,
    "validators": [MinValueValidator(0)],
}


class Confidentiality(models.TextChoices):
    PUBLIC = "public", _("public")
    NDA = "nda", _("NDA needed")
    STRICT = "strict", _("strict: NDA, and not across a border")


class RegionRule(models.TextChoices):
    NONE = "none", _("anywhere")
    WISH = "wish", _("wished")
    MUST = "must", _("must")


class NeedRevision(TimeStamped, WithEnvelope):
    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    created_by = models.ForeignKey(User, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    product = models.CharField(_("product"), max_length=200, blank=True)
    description = models.TextField(_("in the founder's words"), max_length=20_000, blank=True)
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    industry = models.CharField(_("industry"), max_length=20, choices=Industry, blank=True)
    order_quantity = models.PositiveIntegerField(_("quantity of this order"), validators=QUANTITY)
    annual_quantity = models.PositiveIntegerField(_("quantity a year"), null=True, blank=True, validators=QUANTITY)
    due_on = models.DateField(_("due on"))
    ship_to_city = models.CharField(_("deliver to"), max_length=100, blank=True)
    ship_to_country = CountryField(_("country"), blank=True)
    ship_to_admin_area = models.CharField(
        _("state or province"), max_length=6, blank=True, help_text=_("ISO 3166-2, such as US-CA")
    )
    ship_to_lat = models.FloatField(_("latitude"), null=True, blank=True)
    ship_to_lon = models.FloatField(_("longitude"), null=True, blank=True)
    region_rule = models.CharField(_("region"), max_length=5, choices=RegionRule, default=RegionRule.NONE)
    region = models.ForeignKey(
        Region, verbose_name=_("which region"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confidentiality = models.CharField(
        _("confidentiality"), max_length=8, choices=Confidentiality, default=Confidentiality.PUBLIC
    )
    export_controlled = models.BooleanField(_("export-controlled"), default=False)
    self_service = models.BooleanField(_("we do the work ourselves"), default=False)
    wants_visits = models.BooleanField(_("we want to visit during the work"), default=False)
    contains_lithium = models.BooleanField(_("carries lithium cells"), default=False)
    weight_kg = models.FloatField(_("weight (kg)"), null=True, blank=True)
    workmanship_class = models.PositiveSmallIntegerField(_("workmanship class (1-3)"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    budget_amount = models.DecimalField(_("budget for the order"), **MONEY)
    budget_is_ceiling = models.BooleanField(_("budget is a hard ceiling"), default=False)
    tooling_budget_amount = models.DecimalField(_("of which tooling"), **MONEY)
    target_unit_price = models.DecimalField(_("target price a piece"), **MONEY)

    class Meta:
        verbose_name = _("need revision")
        verbose_name_plural = _("need revisions")
        ordering = ("need_id", "-number")
        constraints = [
            models.UniqueConstraint(name="needs_revision_number", fields=["need", "number"]),
            constraints.not_blank("needs_revision", "title"),
            constraints.within("needs_revision", "number", 1, 10**6),
            constraints.within("needs_revision", "order_quantity", 1, constraints.MAX_QUANTITY),
            constraints.within("needs_revision", "annual_quantity", 1, constraints.MAX_QUANTITY),
            constraints.positive("needs_revision", "weight_kg", 10**6),
            constraints.within("needs_revision", "workmanship_class", 1, 3),
            constraints.within("needs_revision", "budget_amount", 0, 10**9),
            constraints.within("needs_revision", "tooling_budget_amount", 0, 10**9),
            constraints.within("needs_revision", "target_unit_price", 0, 10**9),
            constraints.one_of("needs_revision", "confidentiality", Confidentiality.values),
            constraints.one_of("needs_revision", "region_rule", RegionRule.values),
            models.CheckConstraint(
                name="needs_revision_region_named",
                condition=models.Q(region_rule=RegionRule.NONE, region__isnull=True)
                | (~models.Q(region_rule=RegionRule.NONE) & models.Q(region__isnull=False)),
            ),
            models.CheckConstraint(
                name="needs_revision_ceiling_has_budget",
                condition=models.Q(budget_is_ceiling=False) | models.Q(budget_amount__isnull=False),
            ),
            models.CheckConstraint(
                name="needs_revision_currency_iso", condition=models.Q(currency__regex=r"^[A-Z]{3}$")
            ),
            *constraints.position("needs_revision", "ship_to_lat", "ship_to_lon"),
            *constraints.envelope("needs_revision"),
        ]
        triggers = [pgtrigger.Protect(name="written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.title} (revision {self.number})"


class AskedCertificate(models.Model):
    """A certificate that the need requires or would like."""

    revision = models.ForeignKey(
        NeedRevision, verbose_name=_("revision"), on_delete=models.CASCADE, related_name="certificates"
    )
    certification = models.ForeignKey(
        Certification, verbose_name=_("certification"), on_delete=models.PROTECT, related_name="+"
    )
    required = models.BooleanField(_("required"), default=True)

    class Meta:
        verbose_name = _("certificate asked for")
        verbose_name_plural = _("certificates asked for")
        ordering = ("certification__name", "id")
        constraints = [models.UniqueConstraint(name="needs_certificate_once", fields=["revision", "certification"])]
        triggers = [pgtrigger.Protect(name="written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return str(self.certification)
