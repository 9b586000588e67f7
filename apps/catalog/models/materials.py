"""Materials (S3) and certifications (S4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.base import CatalogueQuerySet, CatalogueRow
from apps.core import constraints


class MaterialLevel(models.TextChoices):
    FAMILY = "family", _("family")
    CLASS = "class", _("class")
    GRADE = "grade", _("grade")


class Material(CatalogueRow):
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", verbose_name=_("kind of"), on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    level = models.CharField(_("level"), max_length=10, choices=MaterialLevel, default=MaterialLevel.GRADE)
    density_g_cm3 = models.FloatField(_("density (g/cm³)"), null=True, blank=True)
    watch_out = models.CharField(_("watch out"), max_length=300, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ("name", "id")
        constraints = [
            constraints.one_of("catalog_material", "level", MaterialLevel.values),
            constraints.positive("catalog_material", "density_g_cm3", 30),
        ]

    def __str__(self) -> str:
        return self.name


class CertificationScope(models.TextChoices):
    """What a certificate speaks of."""

    FACILITY = "facility", _("facility")
    PRODUCT = "product", _("product")
    PERSON = "person", _("person")
    PROCESS = "process", _("process")


class Certification(CatalogueRow):
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    scope = models.CharField(_("scope"), max_length=10, choices=CertificationScope)
    demanded_by = models.CharField(_("demanded by"), max_length=200, blank=True)
    expires = models.BooleanField(_("expires"), default=True)
    typical_validity_months = models.PositiveSmallIntegerField(_("typical validity (months)"), null=True, blank=True)
    implies = models.ManyToManyField("self", verbose_name=_("implies"), symmetrical=False, blank=True)
    notes = models.CharField(_("notes"), max_length=400, blank=True)
    verify_how = models.CharField(_("how to verify"), max_length=200, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")
        ordering = ("name", "id")
        constraints = [constraints.one_of("catalog_certification", "scope", CertificationScope.values)]

    def __str__(self) -> str:
        return self.name
