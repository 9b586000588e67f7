"""Claims: an organisation says that it runs a listed place, and a coordinator believes it or does not."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organisation
from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.facilities.models.facility import Facility


class ClaimDecision(models.TextChoices):
    """Where one claim stands. `approved` ends only by being revoked."""

    PENDING = "pending", _("pending")
    APPROVED = "approved", _("approved")
    DENIED = "denied", _("denied")
    REVOKED = "revoked", _("revoked")


LIVE_CLAIMS = (ClaimDecision.PENDING, ClaimDecision.APPROVED)
DECISION_EDGES: tuple[tuple[str, str], ...] = (
    ("pending", "approved"),
    ("pending", "denied"),
    ("approved", "revoked"),
)


class ClaimQuerySet(VisibleQuerySet["Claim"]):
    def visible_to(self, user: Any) -> Self:
        """The claimer's people and the coordinators of the facility."""
        if user.is_superuser:
            return self
        own = models.Q(organisation__memberships__user=user)
        return self.filter(own | models.Q(facility__networks__coordinators__user=user)).distinct()

    def live(self) -> Self:
        return self.filter(state__in=LIVE_CLAIMS)


class Claim(Identified):
    """One at a time is live. Who claimed is not known of those that were there before claims were kept."""

    facility = models.ForeignKey(Facility, verbose_name=_("facility"), on_delete=models.PROTECT, related_name="claims")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("claimed for"), on_delete=models.PROTECT, related_name="claims"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("claimed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    words = models.TextField(_("how one can tell"), max_length=2_000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ClaimDecision, default=ClaimDecision.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=2_000, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("revoked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_reason = models.TextField(_("reason of revoking"), max_length=2_000, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ("-id",)
        constraints = [
            constraints.one_of("facilities_claim", "state", ClaimDecision.values),
            models.CheckConstraint(
                name="facilities_claim_decided_is_dated",
                condition=models.Q(state=ClaimDecision.PENDING) ^ models.Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="facilities_claim_revoked_is_dated",
                condition=models.Q(revoked_at__isnull=True) ^ models.Q(state=ClaimDecision.REVOKED),
            ),
            models.CheckConstraint(
                name="facilities_claim_denied_for_a_reason",
                condition=~models.Q(state=ClaimDecision.DENIED) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="facilities_claim_revoked_for_a_reason",
                condition=~models.Q(state=ClaimDecision.REVOKED) | ~models.Q(revoked_reason=""),
            ),
            models.UniqueConstraint(
                name="facilities_claim_one_live",
                fields=["facility"],
                condition=models.Q(state__in=LIVE_CLAIMS),
            ),
        ]
        triggers = [pgtrigger.FSM(name="state_edges", field="state", transitions=list(DECISION_EDGES))]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.facility}"
