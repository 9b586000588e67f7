"""Who said a fact, when, by what way, and how sure it is: what every stated thing carries."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints


class Source(models.TextChoices):
    """Who says so."""

    STATED = "stated", _("stated by the facility")
    COORDINATOR = "coordinator", _("entered by a coordinator")
    IMPORTED = "imported", _("imported")
    SUGGESTED = "suggested", _("suggested, not confirmed")


# What somebody has said. A suggestion is nobody's word: only a line of processes can be one.
SAID = (Source.STATED, Source.COORDINATOR, Source.IMPORTED)


class EvidenceLevel(models.TextChoices):
    STATED = "stated", _("stated")
    DOCUMENTED = "documented", _("documented")
    COORDINATOR_VERIFIED = "coordinator_verified", _("verified by a coordinator")
    REGISTRY_VERIFIED = "registry_verified", _("verified in a registry")


class Stated(models.Model):
    """`confirmed_on` is the day on which somebody last said that it is so; `batch_id` names the import it came with."""

    source = models.CharField(
        _("source"), max_length=12, choices=Source, default=Source.STATED, db_default=Source.STATED
    )
    evidence_level = models.CharField(
        _("evidence"),
        max_length=22,
        choices=EvidenceLevel,
        default=EvidenceLevel.STATED,
        db_default=EvidenceLevel.STATED,
    )
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("said by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    batch_id = models.UUIDField(_("import"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


def statement_constraints(table: str, sources: Sequence[str] = SAID) -> list[models.CheckConstraint]:
    return [
        constraints.one_of(table, "source", list(sources)),
        constraints.one_of(table, "evidence_level", EvidenceLevel.values),
    ]
