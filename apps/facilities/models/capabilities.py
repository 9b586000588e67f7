"""What a facility makes: a line for each process, and the machines that it owns."""

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import MachineModel, Material, Process
from apps.core import constraints
from apps.core.models import Identified, TimeStamped, VisibleQuerySet
from apps.facilities.models.facility import Facility
from apps.facilities.models.figures import Figures, figure_constraints
from apps.facilities.models.statements import Source, Stated, statement_constraints


class FacilityPartQuerySet(VisibleQuerySet["Any"]):
    """Rows that belong to a facility; unpublished facts, so only its own people and its coordinators read them."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(facility__in=Facility.objects.fully_visible_to(user))

    def editable_by(self, user: Any) -> Self:
        return self.filter(facility__in=Facility.objects.editable_by(user))


class CapabilityOffer(models.TextChoices):
    CORE = "core", _("core")
    SUPPLEMENTARY = "supplementary", _("supplementary")
    PARTNER = "partner", _("through a partner")


class Capability(Identified, Figures, Stated):
    """One process line. Figures stated here overrule those of the site.

    A line whose source is `suggested` follows from machines or from words that somebody has to read: the ranking asks
    about it and counts on nothing. Whoever ticks it makes it the facility's word.
    """

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="capabilities"
    )
    process = models.ForeignKey(Process, verbose_name=_("process"), on_delete=models.PROTECT, related_name="+")
    offer = models.CharField(_("offered as"), max_length=15, choices=CapabilityOffer, default=CapabilityOffer.CORE)
    materials_listed = models.BooleanField(
        _("list of materials is complete"), default=False, help_text=_("off: the site's list holds")
    )
    materials = models.ManyToManyField(Material, verbose_name=_("materials"), related_name="+", blank=True)
    resource = models.ForeignKey(
        "facilities.Resource",
        verbose_name=_("bottleneck"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="capabilities",
    )
    setup_hours = models.FloatField(_("set-up hours"), null=True, blank=True, validators=[MinValueValidator(0)])
    cycle_seconds = models.FloatField(_("cycle (s)"), null=True, blank=True, validators=[MinValueValidator(0)])
    parts_per_cycle = models.FloatField(_("parts in a cycle"), null=True, blank=True)
    yield_share = models.FloatField(_("yield (0-1)"), null=True, blank=True)
    suggested_by = models.ForeignKey(
        "facilities.HeldMachine",
        verbose_name=_("suggested by"),
        on_delete=models.CASCADE,  # a line that was ticked follows from nothing
        null=True,
        blank=True,
        related_name="suggestions",
        editable=False,
    )

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")
        ordering = ("facility_id", "process__name", "id")
        constraints = [
            models.UniqueConstraint(name="facilities_capability_once", fields=["facility", "process", "offer"]),
            constraints.one_of("facilities_capability", "offer", CapabilityOffer.values),
            *statement_constraints("facilities_capability", Source.values),
            constraints.within("facilities_capability", "setup_hours", 0, 10_000),
            constraints.positive("facilities_capability", "cycle_seconds", 10**8),
            constraints.positive("facilities_capability", "parts_per_cycle", constraints.MAX_QUANTITY),
            constraints.positive("facilities_capability", "yield_share", 1),
            *figure_constraints("facilities_capability"),
        ]

    def __str__(self) -> str:
        return f"{self.process} at {self.facility}"


class HeldMachine(TimeStamped, Stated):
    """A machine on the floor. It suggests its processes; only a capability states one."""

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="machines"
    )
    machine = models.ForeignKey(MachineModel, verbose_name=_("machine"), on_delete=models.PROTECT, related_name="+")
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("machine held")
        verbose_name_plural = _("machines held")
        constraints = [
            models.UniqueConstraint(name="facilities_machine_once", fields=["facility", "machine"]),
            constraints.within("facilities_machine", "count", 1, 10_000),
            *statement_constraints("facilities_machine"),
        ]

    def __str__(self) -> str:
        return f"{self.count} x {self.machine}"
