"""One facility or need of a file: what it says, what would change, what did."""

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import TimeStamped, VisibleQuerySet
from apps.exchange.models.batch import ImportBatch
from apps.facilities.models import Facility


class Outcome(models.TextChoices):
    NEW = "new", _("new")
    CHANGE = "change", _("change")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("refused")


class RowState(models.TextChoices):
    READ = "read", _("read")
    APPLIED = "applied", _("applied")
    UNDONE = "undone", _("undone")


class RowQuerySet(VisibleQuerySet["ImportRow"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(batch__in=ImportBatch.objects.visible_to(user))


class ImportRow(TimeStamped):
    """`position` counts what was read, `number` is the row in the file where it begins, `rows` how many it takes.

    Until the batch is applied, `outcome`, `changes` and `kept` are what would happen, looked up when it was read;
    afterwards they are what did. Lists of JSON objects:
    `repairs`   number, column, found, used, reason, detail: a value was used that does not stand in the file like this
    `refusals`  number, column, value, reason, detail: a value, or with a blank column the row, was not taken
    `changes`   part, field, before, after; part is blank for the facility, and a blank field is the part itself
    `kept`      part, field, here, file: others have stated it, so what the file says gives way
    `left`      the same form: could not be undone, since somebody changed it afterwards
    `journal` is what undoing goes by.
    """

    batch = models.ForeignKey(ImportBatch, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField(_("position"))
    number = models.PositiveIntegerField(_("row in the file"))
    rows = models.PositiveIntegerField(_("rows it takes"), default=1)
    external_id = models.CharField(_("id at its source"), max_length=80, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    state = models.CharField(_("state"), max_length=10, choices=RowState, default=RowState.READ)
    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    draft = models.JSONField(_("what it says"), default=dict, encoder=DjangoJSONEncoder)
    repairs = models.JSONField(_("repaired"), default=list, blank=True)
    refusals = models.JSONField(_("refused"), default=list, blank=True)
    changes = models.JSONField(_("changes"), default=list, blank=True)
    kept = models.JSONField(_("kept as stated"), default=list, blank=True)
    left = models.JSONField(_("left when undone"), default=list, blank=True)
    unmapped = models.JSONField(_("words that nobody knows"), default=list, blank=True)
    remarks = models.JSONField(_("remarks"), default=list, blank=True)
    journal = models.JSONField(_("journal"), default=dict, blank=True, editable=False)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ("batch_id", "position")
        indexes = [
            models.Index(name="exchange_row_outcome", fields=["batch", "outcome"]),
            models.Index(name="exchange_row_state", fields=["batch", "state", "position"]),
        ]
        constraints = [
            models.UniqueConstraint(name="exchange_row_once", fields=["batch", "position"]),
            constraints.one_of("exchange_row", "outcome", Outcome.values),
            constraints.one_of("exchange_row", "state", RowState.values),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id or f"{self.number}"
