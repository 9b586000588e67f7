"""What another policy would change: asked for once, answered need by need, read for ever."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.matching.models.policy import Policy
from apps.needs.models import Need, NeedRevision
from apps.networks.models import Network

MOST_FIRST = 50


class PolicyComparisonQuerySet(VisibleQuerySet["PolicyComparison"]):
    def visible_to(self, user: Any) -> Self:
        """A network's needs and facilities, so its coordinators' alone; over all networks: administrators'."""
        if user.is_superuser:
            return self
        return self.filter(network__coordinators__user=user)


class PolicyComparison(Identified):
    """Two policies over the same needs. How far it has come is derived from its needs, never stored."""

    network = models.ForeignKey(
        Network,
        verbose_name=_("network"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policy_comparisons",
        help_text=_("whose needs; blank: of all networks"),
    )
    before = models.ForeignKey(Policy, verbose_name=_("policy before"), on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Policy, verbose_name=_("policy after"), on_delete=models.PROTECT, related_name="+")
    first_k = models.PositiveSmallIntegerField(
        _("first places"), default=10, db_default=10, help_text=_("who comes into or drops out of so many is shown")
    )
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PolicyComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison of policies")
        verbose_name_plural = _("comparisons of policies")
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(name="matching_comparison_of_two", condition=~models.Q(before=models.F("after"))),
            constraints.within("matching_comparison", "first_k", 1, MOST_FIRST),
        ]
        triggers = [pgtrigger.Protect(name="written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class ComparedNeedQuerySet(VisibleQuerySet["ComparedNeed"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(comparison__in=PolicyComparison.objects.visible_to(user))


class ComparedNeed(models.Model):
    """One need of a comparison, and the row is the queue: waiting while it has no answer and is not given up.

    `run_after` is lease and pause in one column, as with match jobs. Both policies rank over the same supply and as of
    the same day, which the answer names. `document` is what `apps.matching.differences` says; the columns beside it
    are taken from it, for lists and sums.
    """

    comparison = models.ForeignKey(
        PolicyComparison, verbose_name=_("comparison"), on_delete=models.CASCADE, related_name="needs"
    )
    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="+")
    run_after = models.DateTimeField(_("run after"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    given_up = models.BooleanField(_("given up"), default=False, db_default=False)
    last_error = models.TextField(_("last error"), blank=True, default="", db_default="")
    done_at = models.DateTimeField(_("done"), null=True)
    revision = models.ForeignKey(
        NeedRevision, verbose_name=_("need revision"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    as_of = models.DateField(_("as of"), null=True)
    supply_version = models.BigIntegerField(_("supply version"), null=True)
    supply_digest = models.CharField(_("supply digest"), max_length=64, blank=True, default="", db_default="")
    engine_version = models.CharField(_("engine version"), max_length=20, blank=True, default="", db_default="")
    first_changed = models.BooleanField(_("another first place"), null=True)
    first_three_changed = models.BooleanField(_("others on the first three places"), null=True)
    moved = models.PositiveIntegerField(_("facilities that move"), null=True)
    tier_changes = models.PositiveIntegerField(_("facilities that change their tier"), null=True)
    tau = models.FloatField(_("rank correlation"), null=True, help_text=_("Kendall's tau-b"))
    document = models.JSONField(_("document"), null=True)

    objects = ComparedNeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("compared need")
        verbose_name_plural = _("compared needs")
        ordering = ("comparison_id", "id")
        indexes = [
            models.Index(
                name="matching_compared_due",
                fields=["run_after"],
                condition=models.Q(done_at__isnull=True, given_up=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(name="matching_compared_need_once", fields=["comparison", "need"]),
            constraints.together(
                "matching_compared",
                "answer_whole",
                "moved",
                "tier_changes",
                "first_changed",
                "first_three_changed",
                "done_at",
                "as_of",
                "supply_version",
                "revision",
                "document",
            ),
            constraints.within("matching_compared", "tau", -1, 1),
        ]
        triggers = [
            pgtrigger.Protect(
                name="written_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.done_at IS NOT NULL"),
            )
        ]

    def __str__(self) -> str:
        return str(self.need)
