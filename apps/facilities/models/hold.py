"""Hours of capacity kept for somebody."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.facilities.models.capacity import HOURS, Resource
from apps.facilities.models.facility import Facility


class HolderKind(models.TextChoices):
    """What a hold is kept for; its rows live in an app above this one."""

    OFFER = "offer", _("offer")
    AWARD = "award", _("award")
    COORDINATOR = "coordinator", _("arrangement by hand")


class HoldState(models.TextChoices):
    SOFT = "soft", _("soft")
    FIRM = "firm", _("firm")
    RELEASED = "released", _("released")
    EXPIRED = "expired", _("expired")
    CONSUMED = "consumed", _("consumed")


LIVE_HOLDS = ("soft", "firm")
TAKEN_HOLDS = ("firm", "consumed")  # their hours are gone for everybody else; `firm_hours` is the sum of these
HOLD_EDGES: tuple[tuple[str, str], ...] = (
    ("soft", "firm"),
    ("soft", "released"),
    ("soft", "expired"),
    ("firm", "consumed"),
    ("firm", "released"),
)


# A place that was merged into another promises nothing: its hours are the survivor's.
_OF_A_LIVE_PLACE = """
IF EXISTS (
    SELECT FROM facilities_resource AS resource
    JOIN facilities_facility AS facility ON facility.id = resource.facility_id
    WHERE resource.id = NEW.resource_id AND facility.merged_into_id IS NOT NULL) THEN
    RAISE EXCEPTION 'the facility of resource % is merged into another', NEW.resource_id
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class HoldQuerySet(VisibleQuerySet["Hold"]):
    def visible_to(self, user: Any) -> Self:
        """The facility's own people and its coordinators."""
        return self.filter(resource__facility__in=Facility.objects.fully_visible_to(user))

    def live(self) -> Self:
        return self.filter(state__in=LIVE_HOLDS)


class Hold(Identified):
    """Hours of one resource: soft for an offer, firm for an award. Written by the ledger alone.

    Holder and need are named by their public ids, since a facility knows nothing of either.
    """

    resource = models.ForeignKey(Resource, verbose_name=_("resource"), on_delete=models.PROTECT, related_name="holds")
    holder_kind = models.CharField(_("held for"), max_length=11, choices=HolderKind)
    holder_id = models.UUIDField(_("id of the holder"), db_index=True)
    need_public_id = models.UUIDField(_("need"), null=True, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=HoldState, default=HoldState.SOFT)
    expires_at = models.DateTimeField(_("soft until"), null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ("-id",)
        indexes = [
            models.Index(name="facilities_hold_expiry", fields=["expires_at"], condition=models.Q(state="soft")),
        ]
        constraints = [
            constraints.one_of("facilities_hold", "holder_kind", HolderKind.values),
            constraints.one_of("facilities_hold", "state", HoldState.values),
            models.CheckConstraint(
                name="facilities_hold_soft_ends",
                condition=models.Q(expires_at__isnull=False) | ~models.Q(state=HoldState.SOFT),
            ),
            models.UniqueConstraint(
                name="facilities_hold_once",
                fields=["holder_kind", "holder_id", "resource"],
                condition=models.Q(state__in=LIVE_HOLDS),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="state_edges", field="state", transitions=list(HOLD_EDGES)),
            pgtrigger.Trigger(
                name="of_a_live_place", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_OF_A_LIVE_PLACE
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.resource}"


class HoldWeek(models.Model):
    """The hours of a hold in one ISO week. Another amount is another hold."""

    hold = models.ForeignKey(Hold, verbose_name=_("hold"), on_delete=models.CASCADE, related_name="weeks")
    monday = models.DateField(_("week from Monday"))
    hours = models.DecimalField(_("hours"), **HOURS)

    class Meta:
        verbose_name = _("week of a hold")
        verbose_name_plural = _("weeks of a hold")
        ordering = ("hold_id", "monday")
        constraints = [
            models.UniqueConstraint(name="facilities_hold_week_once", fields=["hold", "monday"]),
            constraints.positive("facilities_hold_week", "hours", constraints.MAX_HOURS_PER_WEEK),
            models.CheckConstraint(
                name="facilities_hold_week_starts_on_monday", condition=models.Q(monday__iso_week_day=1)
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.monday}: {self.hours}"
