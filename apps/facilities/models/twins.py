"""Two listings of one place: pairs that look like it, and what a coordinator made of them."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.facilities.models.facility import Facility
from apps.networks.models import Network

# A merge says how a facility came to be merged; the facility says into which. The two agree.
_BACKED = """
IF NEW.split_at IS NULL AND NOT EXISTS (
    SELECT FROM facilities_facility AS facility
    WHERE facility.id = NEW.merged_id AND facility.merged_into_id = NEW.survivor_id) THEN
    RAISE EXCEPTION 'facility % is not merged into %', NEW.merged_id, NEW.survivor_id
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class TwinPairQuerySet(VisibleQuerySet["TwinPair"]):
    def visible_to(self, user: Any) -> Self:
        """For whoever coordinates both places."""
        if user.is_superuser:
            return self
        served = Facility.objects.filter(networks__coordinators__user=user).values("pk")
        return self.filter(first__in=served, second__in=served)

    def open(self) -> Self:
        """To be decided: never dismissed, or of other facts than those that were dismissed."""
        return self.exclude(dismissed_facts=models.F("facts"))

    def dismissed(self) -> Self:
        return self.filter(dismissed_facts=models.F("facts"))


class TwinPair(Identified):
    """Two facilities of a network that may be one. `first` has the smaller key.

    `reasons` is a list of {code, weight, facts}; the weights add up to the score. `facts` is a digest of everything
    that was compared: a pair that was dismissed stays so while it is the same.
    """

    network = models.ForeignKey(Network, verbose_name=_("found in"), on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(Facility, verbose_name=_("first"), on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Facility, verbose_name=_("second"), on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(_("score"))
    reasons = models.JSONField(_("reasons"), default=list, encoder=DjangoJSONEncoder)
    facts = models.CharField(_("digest of the facts"), max_length=64)
    dismissed_facts = models.CharField(
        _("digest of the facts that were dismissed"), max_length=64, blank=True, default="", db_default=""
    )
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dismissed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = TwinPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("likely twins")
        verbose_name_plural = _("likely twins")
        ordering = ("-score", "id")
        constraints = [
            models.UniqueConstraint(name="facilities_twins_once", fields=["first", "second"]),
            models.CheckConstraint(name="facilities_twins_in_order", condition=models.Q(first__lt=models.F("second"))),
            constraints.within("facilities_twins", "score", 0, 1),
            constraints.not_blank("facilities_twins", "facts"),
            models.CheckConstraint(
                name="facilities_twins_dismissed_is_dated",
                condition=models.Q(dismissed_facts="") ^ models.Q(dismissed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"

    @property
    def is_dismissed(self) -> bool:
        return self.dismissed_facts == self.facts


class MergeQuerySet(VisibleQuerySet["Merge"]):
    def visible_to(self, user: Any) -> Self:
        """For whoever coordinates both places."""
        if user.is_superuser:
            return self
        served = Facility.objects.filter(networks__coordinators__user=user).values("pk")
        return self.filter(survivor__in=served, merged__in=served)

    def live(self) -> Self:
        return self.filter(split_at__isnull=True)


class Merge(Identified):
    """One listing was merged into another, until it is split again.

    `journal` is what a split goes by: rows that were pointed elsewhere, fields that were taken over, what stood there
    before. `left` lists what a split could not put back, since somebody had changed it.
    """

    survivor = models.ForeignKey(
        Facility, verbose_name=_("survivor"), on_delete=models.PROTECT, related_name="merges_into"
    )
    merged = models.ForeignKey(Facility, verbose_name=_("merged"), on_delete=models.PROTECT, related_name="merges")
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("merged by"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    journal = models.JSONField(_("journal"), default=dict, encoder=DjangoJSONEncoder, editable=False)
    split_at = models.DateTimeField(_("split"), null=True, blank=True)
    split_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("split by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    split_reason = models.CharField(_("reason of the split"), max_length=500, blank=True)
    left = models.JSONField(_("left as it was changed"), default=list, blank=True, encoder=DjangoJSONEncoder)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                name="facilities_merge_one_live", fields=["merged"], condition=models.Q(split_at__isnull=True)
            ),
            models.CheckConstraint(
                name="facilities_merge_not_itself", condition=~models.Q(survivor=models.F("merged"))
            ),
            models.CheckConstraint(
                name="facilities_merge_split_for_a_reason",
                condition=models.Q(split_at__isnull=True) ^ ~models.Q(split_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(name="merge_backed", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_BACKED),
            pgtrigger.Protect(
                name="split_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__split_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.survivor}"
