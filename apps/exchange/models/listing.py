"""Which facility a source means by which of its ids, and what it last said of it."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import TimeStamped
from apps.facilities.models import Facility
from apps.networks.models import Network


class SourceListing(TimeStamped):
    """What makes a second import of one file change nothing.

    `said` is the last word of the source, by part and field. A field that differs from it was changed by somebody else
    since: there the import gives way.
    """

    network = models.ForeignKey(Network, verbose_name=_("network"), on_delete=models.PROTECT, related_name="+")
    source = models.SlugField(_("source"), max_length=60)
    external_id = models.CharField(_("id at its source"), max_length=80)
    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="source_listings"
    )
    said = models.JSONField(_("what the source said"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("listing at a source")
        verbose_name_plural = _("listings at sources")
        ordering = ("source", "external_id", "id")
        constraints = [
            models.UniqueConstraint(name="exchange_listing_once", fields=["network", "source", "external_id"]),
            constraints.not_blank("exchange_listing", "source"),
            constraints.not_blank("exchange_listing", "external_id"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
