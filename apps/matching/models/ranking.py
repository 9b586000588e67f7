"""The engine's answers. Written once, read for ever."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.facilities.models import Facility
from apps.matching.models.policy import Policy
from apps.needs.models import Need, NeedRevision


class Tier(models.IntegerChoices):
    READY = 1, _("ready")
    TO_CONFIRM = 2, _("to confirm")
    NEAR_MISS = 3, _("near miss")
    COMPONENT = 4, _("component")


class RankingQuerySet(VisibleQuerySet["Ranking"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(need__in=Need.objects.visible_to(user))


class Ranking(Identified):
    """Named by need revision, supply digest, policy version, engine version and the day it was made for.

    `document` is the engine's answer without its matches, as `matchmaker.documents` writes it. `asked` is the need as
    the engine was given it, to the last digit: with the policy, the day and the supply of that number all that the
    answer follows from. Blank in rankings from before it was kept.
    """

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="rankings")
    rev = models.BigIntegerField(_("run"))
    revision = models.ForeignKey(
        NeedRevision, verbose_name=_("need revision"), on_delete=models.PROTECT, related_name="rankings"
    )
    policy = models.ForeignKey(Policy, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="rankings")
    engine_version = models.CharField(_("engine version"), max_length=20)
    supply_digest = models.CharField(_("supply digest"), max_length=64)
    supply_version = models.BigIntegerField(_("supply version"))
    as_of = models.DateField(_("as of"))
    considered = models.PositiveIntegerField(_("facilities considered"))
    asked = models.JSONField(_("need as it was ranked"), null=True, blank=True)
    document = models.JSONField(_("document"))

    objects = RankingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")
        ordering = ("-created_at", "-id")
        constraints = [models.UniqueConstraint(name="matching_ranking_need_rev", fields=["need", "rev"])]
        triggers = [pgtrigger.Protect(name="written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.need} ({self.as_of})"


class MatchQuerySet(VisibleQuerySet["Match"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(ranking__need__in=Need.objects.visible_to(user))


class Match(models.Model):
    """One facility in a ranking; `document` is the engine's MatchResult with every fact it used."""

    ranking = models.ForeignKey(Ranking, verbose_name=_("ranking"), on_delete=models.CASCADE, related_name="matches")
    facility = models.ForeignKey(Facility, verbose_name=_("facility"), on_delete=models.PROTECT, related_name="matches")
    position = models.PositiveIntegerField(_("position"))
    rank_label = models.CharField(_("rank"), max_length=10)
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier)
    score = models.FloatField(_("score"))
    low = models.FloatField(_("score from"))
    high = models.FloatField(_("score to"))
    coverage = models.FloatField(_("coverage"))
    confirmed = models.PositiveSmallIntegerField(_("confirmed"))
    asked = models.PositiveSmallIntegerField(_("of"))
    document = models.JSONField(_("document"))

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ("ranking_id", "position")
        constraints = [
            models.UniqueConstraint(name="matching_match_facility_once", fields=["ranking", "facility"]),
            models.UniqueConstraint(name="matching_match_position_once", fields=["ranking", "position"]),
            constraints.one_of("matching_match", "tier", Tier.values),
            constraints.within("matching_match", "score", 0, 1),
            constraints.ordered("matching_match", "low", "score"),
            constraints.ordered("matching_match", "score", "high"),
        ]
        triggers = [pgtrigger.Protect(name="written_once", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.rank_label}. {self.facility}"
