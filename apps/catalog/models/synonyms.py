"""Words that founders use for things in the catalogue."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.base import CatalogueQuerySet, CatalogueRow
from apps.catalog.models.materials import Certification, Material
from apps.catalog.models.phrases import normalised
from apps.catalog.models.processes import Process
from apps.catalog.models.work import MachineModel, Stage

TARGETS = ("process", "material", "certification", "machine", "stage")


def _target(field_model: Any) -> Any:
    return models.ForeignKey(field_model, on_delete=models.CASCADE, null=True, blank=True, related_name="synonyms")


def _exactly_one_target() -> models.Q:
    condition = models.Q()
    for chosen in TARGETS:
        condition |= models.Q(**{f"{target}__isnull": target != chosen for target in TARGETS})
    return condition


class Synonym(CatalogueRow):
    """One phrase for one row, lower case. Rows' own names are in here too, so that one index answers every search."""

    text = models.CharField(_("phrase"), max_length=120)
    process = _target(Process)
    material = _target(Material)
    certification = _target(Certification)
    machine = _target(MachineModel)
    stage = _target(Stage)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ("text", "id")
        indexes = [GinIndex(name="catalog_synonym_trigrams", fields=["text"], opclasses=["gin_trgm_ops"])]
        constraints = [
            models.CheckConstraint(name="catalog_synonym_one_target", condition=_exactly_one_target()),
            *(
                models.UniqueConstraint(
                    name=f"catalog_synonym_{target}_once",
                    fields=["text", target],
                    condition=models.Q(**{f"{target}__isnull": False}),
                )
                for target in TARGETS
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Before the form asks whether the phrase is there already: the search compares normalised phrases."""
        self.text = normalised(self.text)
        if not self.text:
            raise ValidationError({"text": _("A phrase needs letters or digits.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text = normalised(self.text)
        super().save(*args, **kwargs)
