"""Words of files that no synonym names, until a coordinator says what they mean or that they mean nothing here."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.exchange.models.batch import ImportBatch
from apps.facilities.models import Facility


class Target(models.TextChoices):
    PROCESS = "process", _("process")
    MATERIAL = "material", _("material")
    MACHINE = "machine", _("machine")
    CERTIFICATION = "certification", _("certification")


class TermState(models.TextChoices):
    OPEN = "open", _("open")
    MAPPED = "mapped", _("mapped")
    REJECTED = "rejected", _("rejected")


class TermQuerySet(VisibleQuerySet["UnmappedTerm"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(batch__in=ImportBatch.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(state=TermState.OPEN)


class UnmappedTerm(Identified):
    """The words as they stand in the file. `phrase` is how searches spell them, so that one answer holds for all."""

    batch = models.ForeignKey(ImportBatch, verbose_name=_("import"), on_delete=models.CASCADE, related_name="terms")
    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="unmapped_terms"
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Target)
    text = models.CharField(_("words"), max_length=200)
    phrase = models.CharField(_("phrase"), max_length=120)
    count = models.PositiveIntegerField(_("how often"), default=1)
    suggestions = ArrayField(models.SlugField(max_length=60), verbose_name=_("may mean"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=TermState, default=TermState.OPEN)
    meaning = models.SlugField(_("means"), max_length=60, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("word that nobody knows")
        verbose_name_plural = _("words that nobody knows")
        ordering = ("-count", "phrase", "id")
        indexes = [models.Index(name="exchange_term_phrase", fields=["kind", "phrase"])]
        constraints = [
            models.UniqueConstraint(name="exchange_term_once", fields=["facility", "kind", "phrase"]),
            constraints.one_of("exchange_term", "kind", Target.values),
            constraints.one_of("exchange_term", "state", TermState.values),
            constraints.not_blank("exchange_term", "text"),
            models.CheckConstraint(
                name="exchange_term_decided_is_dated",
                condition=models.Q(state=TermState.OPEN) ^ models.Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_term_mapped_to_something",
                condition=models.Q(state=TermState.MAPPED) ^ models.Q(meaning=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_edges",
                field="state",
                transitions=[("open", "mapped"), ("open", "rejected"), ("rejected", "open")],
            )
        ]

    def __str__(self) -> str:
        return self.text
