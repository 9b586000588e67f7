"""What every catalogue row has."""

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import M, TimeStamped, VisibleQuerySet


class FacilityKind(models.TextChoices):
    MAKERSPACE = "makerspace", _("maker space")
    JOBSHOP = "jobshop", _("job shop")
    CONTRACT_MANUFACTURER = "contract_manufacturer", _("contract manufacturer")


class CatalogueQuerySet(VisibleQuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """The catalogue is for everybody who is signed in."""
        return self


class CatalogueRow(TimeStamped):
    """A row that a data file may also hold.

    `loaded` is what the file said when the row was last loaded, field by field. A field that differs from it was
    edited here; the loader leaves such a field alone and lists the difference.
    """

    basis = models.CharField(_("basis"), max_length=200, blank=True, help_text=_("where the figures come from"))
    loaded = models.JSONField(_("as loaded"), default=dict, editable=False, encoder=DjangoJSONEncoder)

    class Meta:
        abstract = True
