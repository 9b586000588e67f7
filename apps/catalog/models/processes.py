"""Processes and how they stand to each other (S2)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.base import CatalogueQuerySet, CatalogueRow, FacilityKind
from apps.core import constraints
from apps.core.models import WithEnvelope


class ProcessKind(models.TextChoices):
    CATEGORY = "category", _("category")
    PROCESS = "process", _("process")
    FINISHING = "finishing", _("finishing")
    TEST = "test", _("test")
    ASSEMBLY = "assembly", _("assembly")
    TOOLING = "tooling", _("tooling")
    SERVICE = "service", _("service")
    EQUIPMENT_ACCESS = "equipment_access", _("equipment access")


class Process(CatalogueRow, WithEnvelope):
    """A way of making. A category groups others; it is a word, not a capability."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", verbose_name=_("kind of"), on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ProcessKind, default=ProcessKind.PROCESS)
    din8580_group = models.PositiveSmallIntegerField(_("DIN 8580 group"), null=True, blank=True)
    iso52900_family = models.CharField(_("ISO/ASTM 52900 family"), max_length=10, blank=True)
    wikidata_id = models.CharField(_("Wikidata"), max_length=20, blank=True)
    typical_min_run = models.PositiveIntegerField(_("typical minimum run"), null=True, blank=True)
    economic_run_low = models.PositiveIntegerField(_("economic run from"), null=True, blank=True)
    economic_run_high = models.PositiveIntegerField(_("economic run to"), null=True, blank=True)
    lead_days_low = models.PositiveIntegerField(_("lead days from"), null=True, blank=True)
    lead_days_high = models.PositiveIntegerField(_("lead days to"), null=True, blank=True)
    tooling_needed = models.BooleanField(_("needs tooling"), default=False)
    tooling_lead_days = models.PositiveIntegerField(_("tooling lead days"), null=True, blank=True)
    typical_tolerance_mm = models.FloatField(_("typical tolerance (± mm)"), null=True, blank=True)
    common_materials = models.ManyToManyField("catalog.Material", verbose_name=_("common materials"), blank=True)
    found_in = ArrayField(
        models.CharField(max_length=30, choices=FacilityKind), verbose_name=_("found in"), default=list, blank=True
    )

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        ordering = ("name", "id")
        constraints = [
            constraints.one_of("catalog_process", "kind", ProcessKind.values),
            constraints.ordered("catalog_process", "economic_run_low", "economic_run_high"),
            constraints.ordered("catalog_process", "lead_days_low", "lead_days_high"),
            constraints.positive("catalog_process", "typical_tolerance_mm", constraints.MAX_LENGTH_MM),
            *constraints.envelope("catalog_process"),
        ]

    def __str__(self) -> str:
        return self.name


class RelationKind(models.TextChoices):
    COVERS = "covers", _("covers")
    SUBSTITUTES = "substitutes", _("substitutes")
    PRECEDES = "precedes", _("precedes")


class ProcessRelation(CatalogueRow):
    """`provided` covers, may stand in for, or comes before `needed`. Never the other way round."""

    provided = models.ForeignKey(
        Process, verbose_name=_("provided"), on_delete=models.PROTECT, related_name="relations_out"
    )
    needed = models.ForeignKey(Process, verbose_name=_("needed"), on_delete=models.PROTECT, related_name="relations_in")
    relation = models.CharField(_("relation"), max_length=12, choices=RelationKind)
    quality = models.FloatField(_("quality"), null=True, blank=True)
    quantity_low = models.PositiveIntegerField(_("from quantity"), null=True, blank=True)
    quantity_high = models.PositiveIntegerField(_("to quantity"), null=True, blank=True)
    condition = models.CharField(_("condition"), max_length=200, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("process relation")
        verbose_name_plural = _("process relations")
        ordering = ("provided__slug", "needed__slug", "id")
        constraints = [
            models.UniqueConstraint(name="catalog_relation_once", fields=["provided", "needed", "relation"]),
            models.CheckConstraint(
                name="catalog_relation_not_itself", condition=~models.Q(provided=models.F("needed"))
            ),
            models.CheckConstraint(
                name="catalog_relation_quality_stated",
                condition=models.Q(relation=RelationKind.PRECEDES) | models.Q(quality__isnull=False),
            ),
            constraints.one_of("catalog_relation", "relation", RelationKind.values),
            constraints.within("catalog_relation", "quality", 0, 1),
            constraints.ordered("catalog_relation", "quantity_low", "quantity_high"),
        ]

    def __str__(self) -> str:
        return f"{self.provided} {self.get_relation_display()} {self.needed}"
