"""Networks and the people who coordinate them."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organisation, User
from apps.core import constraints
from apps.core.models import Identified, TimeStamped, VisibleQuerySet


class NetworkQuerySet(VisibleQuerySet["Network"]):
    def visible_to(self, user: Any) -> Self:
        """Founders choose a network, so everybody signed in sees which there are."""
        return self

    def coordinated_by(self, user: Any) -> Self:
        return self.filter(coordinators__user=user)


class Network(Identified):
    """Who coordinates whom. A need has one home network; a facility may belong to several."""

    organisation = models.OneToOneField(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="network"
    )
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)

    objects = NetworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        ordering = ("name", "id")
        constraints = [constraints.not_blank("networks_network", "name")]

    def __str__(self) -> str:
        return self.name


class Coordinator(TimeStamped):
    network = models.ForeignKey(
        Network, verbose_name=_("network"), on_delete=models.PROTECT, related_name="coordinators"
    )
    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="coordinated")

    class Meta:
        verbose_name = _("coordinator")
        verbose_name_plural = _("coordinators")
        constraints = [models.UniqueConstraint(name="networks_coordinator_once", fields=["network", "user"])]

    def __str__(self) -> str:
        return f"{self.user} ({self.network})"
