"""Machines, the bottleneck resources they make up, what a piece costs in hours, stages and skills."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.base import CatalogueQuerySet, CatalogueRow, FacilityKind
from apps.catalog.models.processes import Process
from apps.core import constraints
from apps.core.models import WithEnvelope


class MachineModel(CatalogueRow, WithEnvelope):
    """A machine on the market; owning one suggests a process, it does not state it."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    maker = models.CharField(_("maker"), max_length=60)
    model = models.CharField(_("model"), max_length=60)
    machine_type = models.CharField(_("type"), max_length=60, blank=True)
    processes = models.ManyToManyField(Process, verbose_name=_("processes"), related_name="machines", blank=True)
    found_in = ArrayField(
        models.CharField(max_length=30, choices=FacilityKind), verbose_name=_("found in"), default=list, blank=True
    )
    notes = models.CharField(_("notes"), max_length=200, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("machine model")
        verbose_name_plural = _("machine models")
        ordering = ("maker", "model", "id")
        constraints = [*constraints.envelope("catalog_machine")]

    def __str__(self) -> str:
        return f"{self.maker} {self.model}"


class ResourceRowKind(models.TextChoices):
    RESOURCE = "resource", _("resource")
    GROUP = "group", _("word that does not say which")


class ResourceKind(CatalogueRow):
    """A kind of bottleneck. A group is a word such as "laser" that stands for several."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    row_kind = models.CharField(
        _("kind of row"), max_length=10, choices=ResourceRowKind, default=ResourceRowKind.RESOURCE
    )
    gross_hours_one_shift = models.FloatField(_("gross hours in one shift"))
    availability = models.FloatField(_("availability"))
    machine_types = ArrayField(
        models.CharField(max_length=60), verbose_name=_("machine types"), default=list, blank=True
    )
    processes = models.ManyToManyField(Process, verbose_name=_("processes"), related_name="resource_kinds", blank=True)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("words"), default=list, blank=True)
    members = models.ManyToManyField("self", verbose_name=_("members"), symmetrical=False, blank=True)
    notes = models.CharField(_("notes"), max_length=200, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource kind")
        verbose_name_plural = _("resource kinds")
        ordering = ("name", "id")
        constraints = [
            constraints.one_of("catalog_resource_kind", "row_kind", ResourceRowKind.values),
            constraints.positive("catalog_resource_kind", "gross_hours_one_shift", 168),
            constraints.within("catalog_resource_kind", "availability", 0, 1),
        ]

    def __str__(self) -> str:
        return self.name


class WorkContent(CatalogueRow):
    """Hours that a process takes of its bottleneck: set-up plus a cycle for every `parts_per_cycle` pieces."""

    process = models.OneToOneField(
        Process, verbose_name=_("process"), on_delete=models.PROTECT, related_name="work_content"
    )
    resource_kind = models.ForeignKey(ResourceKind, verbose_name=_("resource kind"), on_delete=models.PROTECT)
    setup_hours_low = models.FloatField(_("set-up hours from"))
    setup_hours_high = models.FloatField(_("set-up hours to"))
    cycle_seconds_low = models.FloatField(_("cycle seconds from"))
    cycle_seconds_typical = models.FloatField(_("cycle seconds, typical"))
    cycle_seconds_high = models.FloatField(_("cycle seconds to"))
    parts_per_cycle = models.FloatField(_("parts in a cycle"))
    yield_share = models.FloatField(_("yield"))
    notes = models.CharField(_("notes"), max_length=200, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("work content")
        verbose_name_plural = _("work contents")
        ordering = ("process__slug",)
        constraints = [
            constraints.ordered("catalog_work", "setup_hours_low", "setup_hours_high"),
            constraints.ordered("catalog_work", "cycle_seconds_low", "cycle_seconds_typical"),
            constraints.ordered("catalog_work", "cycle_seconds_typical", "cycle_seconds_high"),
            constraints.positive("catalog_work", "parts_per_cycle", constraints.MAX_QUANTITY),
            constraints.positive("catalog_work", "yield_share", 1),
        ]

    def __str__(self) -> str:
        return f"{self.process} on {self.resource_kind}"


class Stage(CatalogueRow):
    """A build stage of a product, from concept to mass production."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    order = models.PositiveSmallIntegerField(_("order"), unique=True)
    quantity_low = models.PositiveIntegerField(_("typical quantity from"))
    quantity_high = models.PositiveIntegerField(_("typical quantity to"))
    what_is_proved = models.CharField(_("what is proved"), max_length=300, blank=True)
    exit_criteria = models.CharField(_("exit criteria"), max_length=200, blank=True)
    facility_kinds = ArrayField(
        models.CharField(max_length=30, choices=FacilityKind),
        verbose_name=_("facility kinds"),
        default=list,
        blank=True,
    )
    tooling_state = models.CharField(_("state of tooling"), max_length=200, blank=True)
    weeks_low = models.PositiveSmallIntegerField(_("weeks from"), null=True, blank=True)
    weeks_high = models.PositiveSmallIntegerField(_("weeks to"), null=True, blank=True)
    relative_cost_of_a_design_change = models.FloatField(_("relative cost of a design change"), null=True, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ("order",)
        constraints = [
            constraints.ordered("catalog_stage", "quantity_low", "quantity_high"),
            constraints.ordered("catalog_stage", "weeks_low", "weeks_high"),
        ]

    def __str__(self) -> str:
        return self.name


class SkillLevel(models.TextChoices):
    OPERATOR = "operator", _("operator")
    TECHNICIAN = "technician", _("technician")
    INSPECTOR = "inspector", _("inspector")
    PROGRAMMER = "programmer", _("programmer")


class Skill(CatalogueRow):
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    level = models.CharField(_("level"), max_length=12, choices=SkillLevel)
    processes = models.ManyToManyField(Process, verbose_name=_("processes"), related_name="skills", blank=True)
    usual_training_route = models.CharField(_("usual training route"), max_length=120, blank=True)
    months_to_competence = models.PositiveSmallIntegerField(_("months to competence"), null=True, blank=True)
    soc_onet_code = models.CharField(_("SOC / O*NET code"), max_length=12, blank=True)
    soc_title = models.CharField(_("SOC title"), max_length=120, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ("name", "id")
        constraints = [constraints.one_of("catalog_skill", "level", SkillLevel.values)]

    def __str__(self) -> str:
        return self.name
