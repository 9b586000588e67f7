"""Reading jobs, rankings and the state of the queue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.utils import timezone

from apps.core.errors import NotFoundError
from apps.facilities.models import Capability, Facility, Resource
from apps.matching.models import ComparedNeed, Match, MatchJob, Policy, PolicyComparison, PolicyState, Ranking
from apps.matching.models.bump import RANKED
from apps.needs.models import Need
from apps.needs.models.need import RANKED_STATES
from apps.networks.models import Network


class ComparisonState(StrEnum):
    """Derived, never stored. DONE also where some needs were given up."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class JobState(StrEnum):
    """Derived, never stored. LEASED: a worker is at it. PARKED: the need is not ranked in the state it is in."""

    CLEAN = "clean"
    DUE = "due"
    LEASED = "leased"
    DEAD = "dead"
    PARKED = "parked"


@dataclass(frozen=True)
class JobProgress:
    """`place` counts from 1, in the order of the queue; only a due job has one. `since`: when it became due."""

    state: JobState
    wanted: int
    done: int | None
    since: datetime | None
    place: int | None
    attempts: int
    error: str


@dataclass(frozen=True)
class ComparisonSummary:
    """How far a comparison has come, and what it says over the needs that are done. `tau`: the mean of those needs
    that have one."""

    state: ComparisonState
    needs: int
    done: int
    given_up: int
    first_changed: int
    first_three_changed: int
    tier_changes: int
    moved: int
    tau: float | None


@dataclass(frozen=True)
class QueueHealth:
    """The three things that must not be, and how much there is to do."""

    late: int
    dead: int
    without_job: int
    due: int

    @property
    def sound(self) -> bool:
        return not (self.late or self.dead or self.without_job)


_HEALTH = """
SELECT
    count(*) FILTER (WHERE dirty AND NOT dead AND dirty_since < statement_timestamp() - interval '60 seconds'),
    count(*) FILTER (WHERE dead),
    count(*) FILTER (WHERE job IS NULL),
    count(*) FILTER (WHERE dirty AND NOT dead)
FROM (
    SELECT job.need_id AS job, job.dead, job.dirty_since, coalesce(job.done, 0) < job.wanted AS dirty
    FROM needs_need AS need LEFT JOIN matching_matchjob AS job ON job.need_id = need.id
    WHERE need.state IN {ranked}
) AS live
"""


def queue_health() -> QueueHealth:
    """Over the needs that are ranked: due for more than a minute, dead, without a job; and those that are due."""
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH.format(ranked=RANKED))
        return QueueHealth(*cursor.fetchone())


def current_ranking(need: Need) -> Ranking | None:
    """The one that answers the job's `done`; None until the first is published."""
    return rankings_of(need).filter(rev=F("need__match_job__done")).first()


def rankings_of(need: Need) -> QuerySet[Ranking]:
    """Newest first."""
    return Ranking.objects.filter(need=need).select_related("policy", "revision").order_by("-rev")


def matches_of(ranking: Ranking) -> QuerySet[Match]:
    """In the engine's order."""
    return ranking.matches.select_related("facility").order_by("position")


def ranking_as_published(ranking: Ranking) -> dict[str, Any]:
    """The engine's whole answer, as `matchmaker.documents.ranking_document` wrote it."""
    matches = ranking.matches.order_by("position").values_list("document", flat=True)
    return {**ranking.document, "matches": list(matches)}


def job_progress(need: Need) -> JobProgress | None:
    """None where the need was never submitted."""
    job = MatchJob.objects.filter(need=need).select_related("need").first()
    if job is None:
        return None
    state = job_state(job, timezone.now())
    return JobProgress(
        state=state,
        wanted=job.wanted,
        done=job.done,
        since=job.dirty_since,
        place=_place(job) if state == JobState.DUE else None,
        attempts=job.attempts,
        error=job.last_error,
    )


def job_state(job: MatchJob, now: datetime) -> JobState:
    if (job.done or 0) >= job.wanted:
        return JobState.CLEAN
    if job.need.state not in RANKED_STATES:
        return JobState.PARKED
    if job.dead:
        return JobState.DEAD
    # A failure that was written down ended its lease: what is left of the time is a pause before the next attempt.
    if job.attempts and job.run_after > now and not job.last_error:
        return JobState.LEASED
    return JobState.DUE


def _place(job: MatchJob) -> int:
    before = Q(run_after__lt=job.run_after) | Q(run_after=job.run_after, need_id__lt=job.need_id)
    waiting = MatchJob.objects.filter(before, dead=False, need__state__in=RANKED_STATES)
    return waiting.exclude(done__gte=F("wanted")).count() + 1


# --- for whom -------------------------------------------------------------------------------------------------------


def rankings_visible_to(user: Any) -> QuerySet[Ranking]:
    return Ranking.objects.visible_to(user).select_related("need", "policy", "revision")


def access_ranking(user: Any, public_id: UUID) -> Ranking:
    """The ranking, if it is there and the user's to see."""
    ranking = rankings_visible_to(user).filter(public_id=public_id).first()
    if ranking is None:
        raise NotFoundError("ranking_not_found", "There is no such ranking.")
    return ranking


def reads_in_full(user: Any, need: Need) -> bool:
    """Whether the user reads every fact of the need's matches; its founders read `founder_view`."""
    return Need.objects.coordinated_by(user).filter(pk=need.pk).exists()


def engine_ids(matches: Iterable[Match]) -> dict[str, dict[str, str]]:
    """What the engine's ids of lines and resources mean outside, and what its sentences call the resources.

    A row that was removed since has no id.
    """
    facilities = {match.facility_id for match in matches}
    capabilities = Capability.objects.filter(facility__in=facilities).values_list("pk", "public_id")
    resources = list(Resource.objects.filter(facility__in=facilities).select_related("kind"))
    return {
        "capability": {str(key): str(public_id) for key, public_id in capabilities},
        "resource": {str(resource.pk): str(resource.public_id) for resource in resources},
        "resource_names": {f"resource {resource.pk}": resource.name or resource.kind.name for resource in resources},
    }


def facilities_named(keys: Iterable[str]) -> QuerySet[Facility]:
    """By the engine's ids, which are our keys."""
    return Facility.objects.filter(pk__in=[int(key) for key in keys])


def policies_visible_to(user: Any) -> QuerySet[Policy]:
    return Policy.objects.visible_to(user).select_related("network")


def policy_in_force(network: Network | None) -> Policy | None:
    """The network's own, else the common one."""
    rows = Policy.objects.filter(Q(network=network) | Q(network=None), state=PolicyState.PUBLISHED)
    return rows.order_by(F("network").asc(nulls_last=True)).first()


# --- comparisons ----------------------------------------------------------------------------------------------------


def comparisons_visible_to(user: Any) -> QuerySet[PolicyComparison]:
    return with_sums(PolicyComparison.objects.visible_to(user))


def with_sums(comparisons: QuerySet[PolicyComparison]) -> QuerySet[PolicyComparison]:
    """With what `summary_of` reads, and both policies: one query, however many needs they have."""
    told: QuerySet[Any] = comparisons.select_related("before", "after", "network").annotate(
        count_needs=Count("needs"),
        count_done=Count("needs", filter=Q(needs__done_at__isnull=False)),
        count_given_up=Count("needs", filter=Q(needs__given_up=True)),
        count_begun=Count("needs", filter=Q(needs__attempts__gt=0)),
        count_first=Count("needs", filter=Q(needs__first_changed=True)),
        count_first_three=Count("needs", filter=Q(needs__first_three_changed=True)),
        sum_tier_changes=Sum("needs__tier_changes", default=0),
        sum_moved=Sum("needs__moved", default=0),
        mean_tau=Avg("needs__tau"),
    )
    return told


def summary_of(comparison: Any) -> ComparisonSummary:
    """Of one that `with_sums` has read."""
    return ComparisonSummary(
        state=_comparison_state(comparison),
        needs=comparison.count_needs,
        done=comparison.count_done,
        given_up=comparison.count_given_up,
        first_changed=comparison.count_first,
        first_three_changed=comparison.count_first_three,
        tier_changes=comparison.sum_tier_changes,
        moved=comparison.sum_moved,
        tau=comparison.mean_tau,
    )


def _comparison_state(comparison: Any) -> ComparisonState:
    if comparison.count_done + comparison.count_given_up == comparison.count_needs:
        return ComparisonState.DONE
    return ComparisonState.RUNNING if comparison.count_begun else ComparisonState.WAITING


def access_comparison(user: Any, public_id: UUID) -> PolicyComparison:
    """The comparison, if it is there and the user's to see."""
    comparison = comparisons_visible_to(user).filter(public_id=public_id).first()
    if comparison is None:
        raise NotFoundError("comparison_not_found", "There is no such comparison.")
    return comparison


def needs_of_comparison(comparison: PolicyComparison) -> QuerySet[ComparedNeed]:
    """In the order in which they were chosen."""
    return comparison.needs.select_related("need__current", "revision").order_by("pk")


def facilities_of_moves(row: ComparedNeed) -> dict[str, Facility]:
    """By the engine's ids, those that the answer tells of; one that is gone since is missing."""
    moves = (row.document or {}).get("moves", ())
    return {str(facility.pk): facility for facility in facilities_named(move["facility"] for move in moves)}
