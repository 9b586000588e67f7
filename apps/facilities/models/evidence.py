"""Certificates that a facility holds, and how sure that is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Certification, Process
from apps.core import constraints
from apps.core.models import Identified
from apps.facilities.models.capabilities import FacilityPartQuerySet
from apps.facilities.models.facility import Facility


class EvidenceLevel(models.TextChoices):
    STATED = "stated", _("stated")
    DOCUMENTED = "documented", _("documented")
    COORDINATOR_VERIFIED = "coordinator_verified", _("verified by a coordinator")
    REGISTRY_VERIFIED = "registry_verified", _("verified in a registry")


class HeldCertificate(Identified):
    """Whether it has expired is derived from its dates, never stored."""

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="certificates"
    )
    certification = models.ForeignKey(
        Certification, verbose_name=_("certification"), on_delete=models.PROTECT, related_name="+"
    )
    scope = models.CharField(_("scope text"), max_length=300, blank=True)
    scope_processes = models.ManyToManyField(
        Process,
        verbose_name=_("processes in its scope"),
        related_name="+",
        blank=True,
        help_text=_("none: the scope is not known"),
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    evidence_level = models.CharField(_("evidence"), max_length=22, choices=EvidenceLevel, default=EvidenceLevel.STATED)

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate held")
        verbose_name_plural = _("certificates held")
        ordering = ("facility_id", "certification__name", "id")
        constraints = [
            models.UniqueConstraint(name="facilities_certificate_once", fields=["facility", "certification"]),
            constraints.one_of("facilities_certificate", "evidence_level", EvidenceLevel.values),
            constraints.ordered("facilities_certificate", "issued_on", "expires_on"),
        ]

    def __str__(self) -> str:
        return f"{self.certification} at {self.facility}"
