"""Certificates that a facility holds or has shown for a product or a person, and how sure that is."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Certification, Process
from apps.core import constraints
from apps.core.models import Identified, TimeStamped, VisibleQuerySet
from apps.facilities.models.capabilities import FacilityPartQuerySet
from apps.facilities.models.facility import Facility
from apps.facilities.models.statements import EvidenceLevel, Stated, statement_constraints

VERIFIED = (EvidenceLevel.COORDINATOR_VERIFIED, EvidenceLevel.REGISTRY_VERIFIED)
VERIFIED_CHOICES = [(level.value, level.label) for level in VERIFIED]
EVIDENCE_EDGES: tuple[tuple[str, str], ...] = (
    ("stated", "documented"),
    ("documented", "coordinator_verified"),
    ("documented", "registry_verified"),
    ("documented", "stated"),
    ("coordinator_verified", "documented"),
    ("registry_verified", "documented"),
    ("coordinator_verified", "stated"),
    ("registry_verified", "stated"),
)
CERTIFICATE_FACTS = ("certification", "number", "shown_for", "scope", "site", "issued_on", "expires_on")
# Document and verification hold for the facts that they have shown. Other facts are stated, until somebody looks.
_UNDONE = """
UPDATE facilities_verification SET undone_at = statement_timestamp(), undone_because = 'facts_changed'
WHERE certificate_id = NEW.id AND undone_at IS NULL;
NEW.evidence_level := 'stated';
RETURN NEW;
"""
_BACKED = """
IF NOT (CASE NEW.evidence_level
    WHEN 'stated' THEN TRUE
    WHEN 'documented' THEN EXISTS (
        SELECT FROM facilities_certificatedocument AS document WHERE document.certificate_id = NEW.id)
    ELSE EXISTS (
        SELECT FROM facilities_verification AS seen
        WHERE seen.certificate_id = NEW.id AND seen.undone_at IS NULL AND seen.level = NEW.evidence_level)
END) THEN
    RAISE EXCEPTION 'nothing backs the evidence % of certificate %', NEW.evidence_level, NEW.id
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class HeldCertificate(Identified, Stated):
    """Whether it has expired is derived from its dates, never stored.

    A certificate of a product or of a person is nothing that a facility holds: such a row says that the facility has
    evidence of it, and `shown_for` names the product or says whose it is.
    """

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="certificates"
    )
    certification = models.ForeignKey(
        Certification, verbose_name=_("certification"), on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField(_("number"), max_length=80, blank=True, default="", db_default="")
    shown_for = models.CharField(
        _("shown for"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("only where the certificate is a product's or a person's: which product, or whose"),
    )
    scope = models.CharField(_("scope text"), max_length=300, blank=True)
    scope_processes = models.ManyToManyField(
        Process,
        verbose_name=_("processes in its scope"),
        related_name="+",
        blank=True,
        help_text=_("none: the scope is not known"),
    )
    site = models.CharField(
        _("site named on it"), max_length=200, blank=True, default="", db_default="", help_text=_("blank: this one")
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate held")
        verbose_name_plural = _("certificates held")
        ordering = ("facility_id", "certification__name", "id")
        constraints = [
            models.UniqueConstraint(name="facilities_certificate_once", fields=["facility", "certification"]),
            *statement_constraints("facilities_certificate"),
            constraints.ordered("facilities_certificate", "issued_on", "expires_on"),
        ]
        triggers = [
            pgtrigger.FSM(name="evidence_edges", field="evidence_level", transitions=list(EVIDENCE_EDGES)),
            pgtrigger.Trigger(
                name="evidence_undone",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*CERTIFICATE_FACTS),
                func=_UNDONE,
            ),
            pgtrigger.Trigger(
                name="evidence_yet_backed",  # after the other two: they fire in the order of their names
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("evidence_level"),
                func=_BACKED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification} at {self.facility}"


class CertificatePartQuerySet(VisibleQuerySet["Any"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(certificate__in=HeldCertificate.objects.visible_to(user))


class DocumentKind(models.TextChoices):
    PDF = "application/pdf", _("PDF")
    PNG = "image/png", _("PNG image")
    JPEG = "image/jpeg", _("JPEG image")


class CertificateDocument(Identified):
    """The paper itself. The file has a random name in a place that no web server serves."""

    certificate = models.OneToOneField(
        HeldCertificate, verbose_name=_("certificate"), on_delete=models.CASCADE, related_name="document"
    )
    file = models.FileField(_("file"), max_length=120, upload_to="certificates")
    name = models.CharField(_("name"), max_length=120, help_text=_("as it was handed in"))
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(_("digest"), max_length=64)
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("handed in by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = CertificatePartQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a certificate")
        verbose_name_plural = _("documents of certificates")
        constraints = [
            constraints.one_of("facilities_document", "kind", DocumentKind.values),
            constraints.not_blank("facilities_document", "name"),
        ]

    def __str__(self) -> str:
        return self.name


class Checked(models.TextChoices):
    """What whoever verified has looked at."""

    DOCUMENT = "document", _("the document")
    NUMBER = "number", _("the number")
    SITE = "site", _("the site named on it")
    SCOPE = "scope", _("the scope")
    DATES = "dates", _("the dates")
    REGISTRY = "registry", _("the entry in the issuer's registry")
    ISSUER = "issuer", _("the issuer, by asking")


class UndoneBecause(models.TextChoices):
    FACTS_CHANGED = "facts_changed", _("facts of the certificate changed")
    DOCUMENT_CHANGED = "document_changed", _("the document changed")
    TAKEN_BACK = "taken_back", _("taken back")
    RENEWED = "renewed", _("verified anew")


class Verification(Identified):
    """Somebody has looked at a certificate. Kept when it no longer holds, with the reason."""

    certificate = models.ForeignKey(
        HeldCertificate, verbose_name=_("certificate"), on_delete=models.CASCADE, related_name="verifications"
    )
    level = models.CharField(_("level"), max_length=22, choices=VERIFIED_CHOICES)
    checked = ArrayField(models.CharField(max_length=12, choices=Checked), verbose_name=_("checked"))
    words = models.CharField(_("what was seen"), max_length=1_000, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("verified by"), on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_because = models.CharField(_("undone because"), max_length=20, choices=UndoneBecause, blank=True)

    objects = CertificatePartQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ("-id",)
        constraints = [
            constraints.one_of("facilities_verification", "level", [level.value for level in VERIFIED]),
            models.CheckConstraint(
                name="facilities_verification_something_checked", condition=models.Q(checked__len__gte=1)
            ),
            models.CheckConstraint(
                name="facilities_verification_undone_for_a_reason",
                condition=models.Q(undone_at__isnull=True) ^ ~models.Q(undone_because=""),
            ),
            models.UniqueConstraint(
                name="facilities_verification_one_holds",
                fields=["certificate"],
                condition=models.Q(undone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.certificate}"


class ExpiryWarning(TimeStamped):
    """The facility was told that a certificate is about to expire; once for each date and distance."""

    certificate = models.ForeignKey(
        HeldCertificate, verbose_name=_("certificate"), on_delete=models.CASCADE, related_name="expiry_warnings"
    )
    expires_on = models.DateField(_("expires on"))
    days = models.PositiveSmallIntegerField(_("days before"))

    class Meta:
        verbose_name = _("warning of an expiry")
        verbose_name_plural = _("warnings of expiries")
        constraints = [
            models.UniqueConstraint(
                name="facilities_expiry_warning_once", fields=["certificate", "expires_on", "days"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}, {self.expires_on}"
