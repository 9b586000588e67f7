"""What is said about a listing itself: field by field who said it, how to reach the place, what its owner asks."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, TimeStamped, VisibleQuerySet
from apps.facilities.models.capabilities import Capability, FacilityPartQuerySet
from apps.facilities.models.facility import Facility
from apps.facilities.models.statements import Stated, statement_constraints


class Statement(TimeStamped, Stated):
    """Who said one field of a site, or of one of its lines, and on which day: an edit of one is none of the others."""

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="statements"
    )
    capability = models.ForeignKey(
        Capability,
        verbose_name=_("capability"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="statements",
    )
    field = models.SlugField(_("field"), max_length=60)

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ("facility_id", "capability_id", "field")
        constraints = [
            models.UniqueConstraint(
                name="facilities_statement_once", fields=["facility", "capability", "field"], nulls_distinct=False
            ),
            constraints.not_blank("facilities_statement", "field"),
            *statement_constraints("facilities_statement"),
        ]

    def __str__(self) -> str:
        return self.field


class Contact(TimeStamped, Stated):
    """How the place is reached. Kept apart, so that it can be erased without touching what rankings go by."""

    facility = models.OneToOneField(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="contact"
    )
    person = models.CharField(_("person"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    address = models.CharField(_("street address"), max_length=300, blank=True)

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [*statement_constraints("facilities_contact")]

    def __str__(self) -> str:
        return self.person or self.email or str(self.facility)


class RequestKind(models.TextChoices):
    CORRECTION = "correction", _("correction")
    REMOVAL = "removal", _("removal")


class RequestState(models.TextChoices):
    OPEN = "open", _("open")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")


class ListingRequestQuerySet(VisibleQuerySet["ListingRequest"]):
    def visible_to(self, user: Any) -> Self:
        """Whoever asked, and whoever reads all of the facility."""
        if user.is_superuser:
            return self
        served = models.Q(facility__in=Facility.objects.fully_visible_to(user))
        return self.filter(models.Q(asked_by=user) | served).distinct()


class ListingRequest(Identified):
    """The owner of a listed place asks for a correction of it or to have it removed; a coordinator decides."""

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.PROTECT, related_name="listing_requests"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind)
    words = models.TextField(_("what is asked, and why"), max_length=4_000)
    email = models.EmailField(_("answer to"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.OPEN)
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

    objects = ListingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about a listing")
        verbose_name_plural = _("requests about listings")
        ordering = ("-id",)
        constraints = [
            constraints.one_of("facilities_request", "kind", RequestKind.values),
            constraints.one_of("facilities_request", "state", RequestState.values),
            constraints.not_blank("facilities_request", "words"),
            models.CheckConstraint(
                name="facilities_request_decided_is_dated",
                condition=models.Q(state=RequestState.OPEN) ^ models.Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="facilities_request_refused_for_a_reason",
                condition=~models.Q(state=RequestState.REFUSED) | ~models.Q(reason=""),
            ),
            models.UniqueConstraint(
                name="facilities_request_one_removal",
                fields=["facility"],
                condition=models.Q(kind=RequestKind.REMOVAL, state=RequestState.OPEN),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="state_edges", field="state", transitions=[("open", "granted"), ("open", "refused")])
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.facility}"
