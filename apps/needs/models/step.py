"""One process in a need's sequence."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Material, Process
from apps.core import constraints
from apps.core.models import WithEnvelope
from apps.needs.models.revision import NeedRevision


class StepRole(models.TextChoices):
    LEAD = "lead", _("lead")
    REQUIRED = "required", _("required")
    PREFERRED = "preferred", _("preferred")


class MaterialChoice(models.TextChoices):
    ANY = "any", _("any of them")
    ALL = "all", _("all of them")


class Step(WithEnvelope):
    """`pieces_per_unit` pieces of this step go into one unit of the order."""

    revision = models.ForeignKey(
        NeedRevision, verbose_name=_("revision"), on_delete=models.CASCADE, related_name="steps"
    )
    sequence = models.PositiveSmallIntegerField(_("position"))
    process = models.ForeignKey(Process, verbose_name=_("process"), on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=10, choices=StepRole, default=StepRole.REQUIRED)
    pieces_per_unit = models.PositiveIntegerField(_("pieces in a unit"), default=1)
    materials = models.ManyToManyField(Material, verbose_name=_("materials"), related_name="+", blank=True)
    material_choice = models.CharField(
        _("which materials"), max_length=4, choices=MaterialChoice, default=MaterialChoice.ANY
    )
    equivalents_allowed = models.BooleanField(_("an equivalent material will do"), default=False)
    substitutes_allowed = models.BooleanField(_("another process will do"), default=True)
    tooling_exists = models.BooleanField(_("tooling is there already"), default=False)
    tolerance_mm = models.FloatField(_("tolerance (± mm)"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("revision_id", "sequence")
        constraints = [
            models.UniqueConstraint(name="needs_step_sequence", fields=["revision", "sequence"]),
            models.UniqueConstraint(
                name="needs_step_one_lead", fields=["revision"], condition=models.Q(role=StepRole.LEAD)
            ),
            constraints.one_of("needs_step", "role", StepRole.values),
            constraints.one_of("needs_step", "material_choice", MaterialChoice.values),
            constraints.within("needs_step", "sequence", 1, 100),
            constraints.within("needs_step", "pieces_per_unit", 1, 10**6),
            constraints.positive("needs_step", "tolerance_mm", constraints.MAX_LENGTH_MM),
            *constraints.envelope("needs_step"),
        ]
        triggers = [pgtrigger.Protect(name="written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.process}"
