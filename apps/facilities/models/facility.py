"""One site that makes things."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from apps.accounts.models import ROLES_THAT_WRITE, CustomerKind, Organisation
from apps.catalog.models import FacilityKind, Material
from apps.core import constraints
from apps.core.industries import Industry
from apps.core.models import Identified, TimeStamped, VisibleQuerySet
from apps.facilities.models.figures import Figures, figure_constraints
from apps.facilities.models.statements import Stated, statement_constraints
from apps.networks.models import Network


class ClaimState(models.TextChoices):
    UNCLAIMED = "unclaimed", _("unclaimed")
    CLAIM_PENDING = "claim_pending", _("claim pending")
    CLAIMED = "claimed", _("claimed")
    DENIED = "denied", _("denied")
    REVOKED = "revoked", _("revoked")


# Who was denied or revoked may be claimed for again.
CLAIM_EDGES: tuple[tuple[str, str], ...] = (
    ("unclaimed", "claim_pending"),
    ("denied", "claim_pending"),
    ("revoked", "claim_pending"),
    ("claim_pending", "claimed"),
    ("claim_pending", "denied"),
    ("claimed", "revoked"),
)
# Each step of a listing is the step of a claim, which says who took it, when and why.
_CLAIM_BACKED = """
IF NOT (CASE NEW.claim_state
    WHEN 'claim_pending' THEN EXISTS (
        SELECT FROM facilities_claim AS claim WHERE claim.facility_id = NEW.id AND claim.state = 'pending')
    WHEN 'claimed' THEN EXISTS (
        SELECT FROM facilities_claim AS claim WHERE claim.facility_id = NEW.id AND claim.state = 'approved'
            AND claim.organisation_id = NEW.operator_id)
    ELSE NOT EXISTS (
        SELECT FROM facilities_claim AS claim
        WHERE claim.facility_id = NEW.id AND claim.state IN ('pending', 'approved'))
END) THEN
    RAISE EXCEPTION 'no claim backs the state % of facility %', NEW.claim_state, NEW.id
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


# The one that another is merged into is locked, so that of two merges that would close a circle one waits and is
# refused. A place is merged only into one that stands: a chain grows at its end, and no circle can come of that.
_MERGED_INTO_A_LIVE_ONE = """
PERFORM FROM facilities_facility WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR NO KEY UPDATE;
IF NOT FOUND THEN
    RAISE EXCEPTION 'facility % is merged itself, so % is not merged into it', NEW.merged_into_id, NEW.id
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class OperatingState(models.TextChoices):
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed")


OPERATING_EDGES: tuple[tuple[str, str], ...] = (
    ("active", "paused"),
    ("paused", "active"),
    ("active", "closed"),
    ("paused", "closed"),
    ("closed", "active"),
)


class AccessKind(models.TextChoices):
    """Who does the work there."""

    STAFF = "staff", _("staff do the work")
    MEMBERS_OR_STAFF = "members_or_staff", _("members, or staff for pay")
    MEMBERS_ONLY = "members_only", _("members only")
    SELF_SERVICE = "self_service", _("self-service for everybody")


class FacilityQuerySet(VisibleQuerySet["Facility"]):
    def visible_to(self, user: Any) -> Self:
        """One's own, those of networks one coordinates, and public profiles."""
        if user.is_superuser:
            return self
        return self.filter(
            models.Q(profile_public=True)
            | models.Q(operator__memberships__user=user)
            | models.Q(networks__coordinators__user=user)
        ).distinct()

    def fully_visible_to(self, user: Any) -> Self:
        """Those whose unpublished facts the user may read: own and coordinated ones."""
        if user.is_superuser:
            return self
        return self.filter(
            models.Q(operator__memberships__user=user) | models.Q(networks__coordinators__user=user)
        ).distinct()

    def offerable(self, today: date) -> Self:
        """Those that a need may be offered to: claimed and at work. A pause lasts through its last day."""
        working = models.Q(operating_state=OperatingState.ACTIVE) | models.Q(
            operating_state=OperatingState.PAUSED, paused_until__lt=today
        )
        return self.filter(working, claim_state=ClaimState.CLAIMED, removed_at__isnull=True)

    def editable_by(self, user: Any) -> Self:
        if user.is_superuser:
            return self
        own = models.Q(operator__memberships__user=user, operator__memberships__role__in=ROLES_THAT_WRITE)
        return self.filter(own | models.Q(networks__coordinators__user=user)).distinct()


class Facility(Identified, Figures, Stated):
    operator = models.ForeignKey(
        Organisation,
        verbose_name=_("operator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="facilities",
    )
    networks = models.ManyToManyField(
        Network, verbose_name=_("networks"), through="FacilityNetwork", related_name="facilities"
    )
    external_id = models.CharField(_("id at its source"), max_length=80, blank=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=FacilityKind)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    profile_public = models.BooleanField(
        _("public profile"), default=False, help_text=_("founders see the name before an introduction")
    )
    claim_state = models.CharField(_("claim"), max_length=15, choices=ClaimState, default=ClaimState.UNCLAIMED)
    operating_state = models.CharField(_("state"), max_length=10, choices=OperatingState, default=OperatingState.ACTIVE)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    access = models.CharField(_("access"), max_length=20, choices=AccessKind, default=AccessKind.STAFF)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    admin_area = models.CharField(
        _("state or province"), max_length=6, blank=True, help_text=_("ISO 3166-2, such as US-CA")
    )
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    materials_listed = models.BooleanField(
        _("list of materials is complete"), default=False, help_text=_("off: blank means not stated")
    )
    materials = models.ManyToManyField(Material, verbose_name=_("materials"), related_name="+", blank=True)
    certificates_listed = models.BooleanField(
        _("list of certificates is complete"), default=False, help_text=_("off: blank means not stated")
    )
    workmanship_class = models.PositiveSmallIntegerField(_("workmanship class (1-3)"), null=True, blank=True)
    signs_nda = models.BooleanField(_("signs an NDA"), null=True, blank=True)
    accepts_startups = models.BooleanField(_("start-ups welcome"), null=True, blank=True)
    wished_stages = ArrayField(models.SlugField(max_length=60), verbose_name=_("wished stages"), null=True, blank=True)
    wished_industries = ArrayField(
        models.CharField(max_length=20, choices=Industry), verbose_name=_("wished industries"), null=True, blank=True
    )
    quote_days = models.FloatField(_("days to a quote"), null=True, blank=True)
    material_days = models.FloatField(_("days to get material"), null=True, blank=True)
    inspection_days = models.FloatField(_("days of inspection"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_here",
        help_text=_("another listing of the same place, which stands for both"),
    )
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True, editable=False)
    last_offered_at = models.DateTimeField(_("last offered"), null=True, blank=True, editable=False)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ("name", "id")
        indexes = [models.Index(fields=["lat", "lon"], name="facilities_facility_place")]
        constraints = [
            constraints.not_blank("facilities_facility", "name"),
            constraints.one_of("facilities_facility", "kind", FacilityKind.values),
            constraints.one_of("facilities_facility", "claim_state", ClaimState.values),
            constraints.one_of("facilities_facility", "operating_state", OperatingState.values),
            constraints.one_of("facilities_facility", "access", AccessKind.values),
            *statement_constraints("facilities_facility"),
            constraints.within("facilities_facility", "workmanship_class", 1, 3),
            constraints.within("facilities_facility", "quote_days", 0, constraints.MAX_DAYS),
            constraints.within("facilities_facility", "material_days", 0, constraints.MAX_DAYS),
            constraints.within("facilities_facility", "inspection_days", 0, constraints.MAX_DAYS),
            *constraints.position("facilities_facility"),
            *figure_constraints("facilities_facility"),
            models.CheckConstraint(
                name="facilities_facility_claimed_by_someone",
                condition=~models.Q(claim_state=ClaimState.CLAIMED) | models.Q(operator__isnull=False),
            ),
            models.CheckConstraint(
                name="facilities_facility_pause_dated",
                condition=models.Q(paused_until__isnull=True) | models.Q(operating_state=OperatingState.PAUSED),
            ),
            models.CheckConstraint(
                name="facilities_facility_removed_is_hidden",
                condition=models.Q(removed_at__isnull=True)
                | models.Q(operating_state=OperatingState.CLOSED, profile_public=False),
            ),
            models.CheckConstraint(
                name="facilities_facility_merged_is_closed",
                condition=models.Q(merged_into__isnull=True)
                | models.Q(operating_state=OperatingState.CLOSED, profile_public=False),
            ),
            models.CheckConstraint(
                name="facilities_facility_merged_takes_no_claim",
                condition=models.Q(merged_into__isnull=True) | ~models.Q(claim_state=ClaimState.CLAIM_PENDING),
            ),
            models.CheckConstraint(
                name="facilities_facility_not_merged_into_itself",
                condition=models.Q(merged_into__isnull=True) | ~models.Q(merged_into=models.F("id")),
            ),
            models.UniqueConstraint(
                name="facilities_facility_external_id",
                fields=["operator", "external_id"],
                condition=~models.Q(external_id=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="claim_edges", field="claim_state", transitions=list(CLAIM_EDGES)),
            pgtrigger.Trigger(
                name="claim_backed",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("claim_state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("claim_state"),
                func=_CLAIM_BACKED,
            ),
            pgtrigger.Trigger(
                name="merged_into_a_live_one",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("merged_into_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__merged_into__isnull=False),
                func=_MERGED_INTO_A_LIVE_ONE,
            ),
            pgtrigger.FSM(name="operating_edges", field="operating_state", transitions=list(OPERATING_EDGES)),
        ]

    def __str__(self) -> str:
        return self.name


class FacilityNetwork(TimeStamped):
    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="network_links"
    )
    network = models.ForeignKey(Network, verbose_name=_("network"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("network of a facility")
        verbose_name_plural = _("networks of a facility")
        constraints = [models.UniqueConstraint(name="facilities_network_once", fields=["facility", "network"])]

    def __str__(self) -> str:
        return f"{self.facility} in {self.network}"


class NoGoKind(models.TextChoices):
    INDUSTRY = "industry", _("industry")
    STAGE = "stage", _("stage")
    CUSTOMER = "customer", _("kind of customer")


class NoGo(TimeStamped, Stated):
    """Work that the facility never wants to be asked for."""

    facility = models.ForeignKey(Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="no_gos")
    kind = models.CharField(_("kind"), max_length=10, choices=NoGoKind)
    value = models.CharField(
        _("value"), max_length=60, help_text=_("a stage's short name, an industry, or a kind of customer")
    )

    class Meta:
        verbose_name = _("no-go")
        verbose_name_plural = _("no-go list")
        constraints = [
            models.UniqueConstraint(name="facilities_no_go_once", fields=["facility", "kind", "value"]),
            constraints.one_of("facilities_no_go", "kind", NoGoKind.values),
            *statement_constraints("facilities_no_go"),
            models.CheckConstraint(
                name="facilities_no_go_value_listed",
                condition=models.Q(kind=NoGoKind.STAGE)
                | models.Q(kind=NoGoKind.INDUSTRY, value__in=Industry.values)
                | models.Q(kind=NoGoKind.CUSTOMER, value__in=CustomerKind.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"
