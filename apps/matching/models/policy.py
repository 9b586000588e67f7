"""Named, versioned weights and thresholds of the ranking."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.networks.models import Network


class PolicyState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


POLICY_EDGES = [("draft", "published"), ("published", "retired")]
EDITED = """(
    (OLD.name, OLD.version, OLD.network_id, OLD.body, OLD.digest)
    IS DISTINCT FROM (NEW.name, NEW.version, NEW.network_id, NEW.body, NEW.digest)
)"""


class PolicyQuerySet(VisibleQuerySet["Policy"]):
    def visible_to(self, user: Any) -> Self:
        """How a ranking is made is no secret: everybody reads what is or was in force; drafts are their network's."""
        if user.is_superuser:
            return self
        return self.filter(~models.Q(state=PolicyState.DRAFT) | models.Q(network__coordinators__user=user)).distinct()


class Policy(Identified):
    """`body` is the engine's policy document; `digest` its sha256.

    A version is written once, the draft too: comparisons name it as rankings do, so what is to be different is the
    next version. A draft that nothing names may be deleted.
    """

    name = models.SlugField(_("name"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    network = models.ForeignKey(
        Network,
        verbose_name=_("network"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        help_text=_("blank: holds where a network has none of its own"),
    )
    state = models.CharField(_("state"), max_length=10, choices=PolicyState, default=PolicyState.DRAFT)
    body = models.JSONField(_("body"))
    digest = models.CharField(_("digest"), max_length=64, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint(name="matching_policy_version", fields=["name", "version"]),
            models.UniqueConstraint(
                name="matching_policy_one_in_force",
                fields=["network"],
                condition=models.Q(state=PolicyState.PUBLISHED),
                nulls_distinct=False,
            ),
            constraints.one_of("matching_policy", "state", PolicyState.values),
        ]
        triggers = [
            pgtrigger.FSM(name="state_edges", field="state", transitions=POLICY_EDGES),
            pgtrigger.Protect(name="written_once", operation=pgtrigger.Update, condition=pgtrigger.Condition(EDITED)),
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Delete, condition=pgtrigger.Condition("OLD.state <> 'draft'")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
