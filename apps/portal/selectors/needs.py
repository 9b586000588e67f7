"""Needs as the portal lists and shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from apps.accounts.models import Organisation, User
from apps.core.models import AuditEntry
from apps.matching.models import MatchJob, Ranking
from apps.matching.selectors import JobState, job_state
from apps.needs.content import NeedContent
from apps.needs.models import Need
from apps.needs.selectors import content_of, needs_visible_to
from apps.portal.selectors.rankings import tier_counts


class Standing(StrEnum):
    """How far the ranking of a need is. RENEWING: there is one, and a newer one is being made."""

    NOT_RANKED = "not_ranked"
    WAITING = "waiting"
    RANKED = "ranked"
    RENEWING = "renewing"
    FAILED = "failed"


@dataclass(frozen=True)
class Entry:
    """A need in a list; `tiers` are (tier, facilities in it) of its current ranking, in order."""

    need: Need
    standing: Standing
    tiers: tuple[tuple[int, int], ...]


def needs_for_list(user: User) -> QuerySet[Need]:
    return Need.objects.visible_to(user).select_related("organisation", "current").order_by("-created_at", "-id")


def with_standing(needs: Sequence[Need]) -> list[Entry]:
    """The needs with their rankings' standing, in two queries however many they are."""
    jobs = {job.need_id: job for job in MatchJob.objects.filter(need__in=needs).select_related("need")}
    counts = dict(
        Ranking.objects.filter(need__in=needs, rev=F("need__match_job__done")).values_list(
            "need_id", "document__tier_counts"
        )
    )
    return [
        Entry(need, standing_of(jobs.get(need.pk)), tuple(tier_counts(counts.get(need.pk) or ()).items()))
        for need in needs
    ]


def standing_of(job: MatchJob | None) -> Standing:
    state = job_state(job, timezone.now()) if job else JobState.PARKED
    ranked = job is not None and job.done is not None
    if state in (JobState.CLEAN, JobState.PARKED):
        return Standing.RANKED if ranked else Standing.NOT_RANKED
    if state == JobState.DEAD:
        return Standing.FAILED
    return Standing.RENEWING if ranked else Standing.WAITING


def in_its_state_since(need: Need) -> datetime:
    """When the need came into the state that it is in."""
    changes = AuditEntry.objects.filter(subject_id=need.public_id, verb="change_state", new__state=need.state)
    return changes.order_by("-id").values_list("at", flat=True).first() or need.created_at


def may_write(user: User, need: Need) -> bool:
    return Need.objects.editable_by(user).filter(pk=need.pk).exists()


def need_sent_before(user: User, organisation: Organisation, token: UUID) -> Need | None:
    """The need that an earlier sending of the same page made."""
    return needs_visible_to(user).filter(organisation=organisation, external_id=str(token)).first()


def says_the_same(need: Need, content: NeedContent) -> bool:
    return need.current is not None and content_of(need.current) == content
