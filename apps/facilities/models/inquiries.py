"""Asking a facility whether its facts are still true, by a mail whose link needs no password."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, TimeStamped, VisibleQuerySet
from apps.facilities.models.facility import Facility


class InquiryQuerySet(VisibleQuerySet["Inquiry"]):
    def visible_to(self, user: Any) -> Self:
        """The coordinators' own; the one who was asked has the link."""
        if user.is_superuser:
            return self
        return self.filter(facility__in=Facility.objects.filter(networks__coordinators__user=user).values("pk"))

    def live(self, now: datetime) -> Self:
        """The link answers: not revoked, not old, with a fact that nobody has answered yet."""
        waiting = InquiredFact.objects.filter(inquiry=models.OuterRef("pk"), answered_at__isnull=True)
        return self.filter(models.Exists(waiting), revoked_at__isnull=True, expires_at__gt=now)


class Inquiry(Identified):
    """One mail to one address. Its link is the signed public id; it dies when all is answered, revoked or old."""

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="inquiries"
    )
    address = models.EmailField(_("address"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("whose address it is"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField(_("link until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        ordering = ("-id",)
        constraints = [constraints.not_blank("facilities_inquiry", "address")]

    def __str__(self) -> str:
        return f"{self.facility}: {self.created_at:%Y-%m-%d}"


class FactKind(models.TextChoices):
    RESOURCE = "resource", _("capacity")
    SITE = "site", _("figures of the site")
    CAPABILITY = "capability", _("capability")
    CERTIFICATE = "certificate", _("certificate")


class Answer(models.TextChoices):
    CONFIRMED = "confirmed", _("still true")
    CHANGED = "changed", _("changed")


class InquiredFact(TimeStamped):
    """One row of the facility that is asked about, by its public id: it may be gone when the answer comes."""

    inquiry = models.ForeignKey(Inquiry, verbose_name=_("inquiry"), on_delete=models.CASCADE, related_name="facts")
    kind = models.CharField(_("kind"), max_length=12, choices=FactKind)
    target_id = models.UUIDField(_("about"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("fact asked about")
        verbose_name_plural = _("facts asked about")
        ordering = ("inquiry_id", "id")
        constraints = [
            models.UniqueConstraint(name="facilities_inquired_once", fields=["inquiry", "kind", "target_id"]),
            constraints.one_of("facilities_inquired", "kind", FactKind.values),
            constraints.one_of("facilities_inquired", "answer", ["", *Answer.values]),
            models.CheckConstraint(
                name="facilities_inquired_answer_dated",
                condition=models.Q(answer="", answered_at__isnull=True)
                | ~models.Q(answer="") & models.Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
