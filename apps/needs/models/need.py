"""The life of a need."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import ROLES_THAT_WRITE, Organisation, User
from apps.core import constraints
from apps.core.models import Identified, TimeStamped, VisibleQuerySet
from apps.networks.models import Network


class NeedState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    IN_REVIEW = "in_review", _("in review")
    NEED_INFO = "need_info", _("waiting for the founder")
    OPEN = "open", _("open")
    MATCHED = "matched", _("matched")
    AWARDED = "awarded", _("awarded")
    IN_PRODUCTION = "in_production", _("in production")
    DELIVERED = "delivered", _("delivered")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    UNMET = "unmet", _("unmet")


LIVE_STATES = (
    "draft",
    "submitted",
    "in_review",
    "need_info",
    "open",
    "matched",
    "awarded",
    "in_production",
    "delivered",
)
RANKED_STATES = ("submitted", "in_review", "need_info", "open", "matched")
ENDINGS = ("withdrawn", "expired", "unmet")
NEED_EDGES: tuple[tuple[str, str], ...] = (
    ("draft", "submitted"),
    ("submitted", "in_review"),
    ("in_review", "need_info"),
    ("need_info", "in_review"),
    ("in_review", "open"),
    ("open", "matched"),
    ("matched", "open"),
    ("matched", "awarded"),
    ("awarded", "matched"),
    ("awarded", "open"),
    ("awarded", "in_production"),
    ("in_production", "delivered"),
    ("delivered", "closed"),
    *((state, ending) for state in LIVE_STATES for ending in ENDINGS),
    ("unmet", "open"),
    ("expired", "open"),
)


class NeedQuerySet(VisibleQuerySet["Need"]):
    def visible_to(self, user: Any) -> Self:
        """Its founders, and the coordinators of its home network and of the partner networks it was opened to."""
        if user.is_superuser:
            return self
        coordinated = models.Q(home_network__coordinators__user=user) | models.Q(
            partner_networks__network__coordinators__user=user
        )
        return self.filter(
            models.Q(organisation__memberships__user=user) | (coordinated & ~models.Q(state=NeedState.DRAFT))
        ).distinct()

    def coordinated_by(self, user: Any) -> Self:
        """Those whose rankings the user may read in full."""
        if user.is_superuser:
            return self
        return self.filter(
            models.Q(home_network__coordinators__user=user)
            | models.Q(partner_networks__network__coordinators__user=user)
        ).distinct()

    def editable_by(self, user: Any) -> Self:
        if user.is_superuser:
            return self
        return self.filter(
            organisation__memberships__user=user, organisation__memberships__role__in=ROLES_THAT_WRITE
        ).distinct()


class Need(Identified):
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="needs"
    )
    home_network = models.ForeignKey(
        Network, verbose_name=_("home network"), on_delete=models.PROTECT, related_name="needs"
    )
    external_id = models.CharField(_("id at its source"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=15, choices=NeedState, default=NeedState.DRAFT)
    current = models.OneToOneField(
        "needs.NeedRevision",
        verbose_name=_("current revision"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_by = models.ForeignKey(User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ("-created_at", "-id")
        constraints = [
            constraints.one_of("needs_need", "state", NeedState.values),
            models.CheckConstraint(
                name="needs_need_submitted_is_dated",
                condition=models.Q(submitted_at__isnull=False)
                | models.Q(state__in=[NeedState.DRAFT, NeedState.WITHDRAWN, NeedState.EXPIRED, NeedState.UNMET]),
            ),
            models.UniqueConstraint(
                name="needs_need_external_id",
                fields=["organisation", "external_id"],
                condition=~models.Q(external_id=""),
            ),
        ]
        triggers = [pgtrigger.FSM(name="state_edges", field="state", transitions=list(NEED_EDGES))]

    def __str__(self) -> str:
        return self.current.title if self.current else str(self.public_id)


class NeedPartnerNetwork(TimeStamped):
    """A network that the founder let in: its facilities join and its coordinators may read."""

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="partner_networks")
    network = models.ForeignKey(Network, verbose_name=_("network"), on_delete=models.PROTECT, related_name="+")
    consented_by = models.ForeignKey(User, verbose_name=_("let in by"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("partner network")
        verbose_name_plural = _("partner networks")
        constraints = [models.UniqueConstraint(name="needs_partner_once", fields=["need", "network"])]

    def __str__(self) -> str:
        return str(self.network)
