"""Questions that lists are filtered by and the dashboard counts by: one definition, so that the two agree."""

from datetime import datetime, time
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.matching.selectors import JobState
from apps.needs.models.need import RANKED_STATES

JOB_STATES: dict[JobState, Any] = {
    JobState.CLEAN: _("done"),
    JobState.DUE: _("due"),
    JobState.LEASED: _("running"),
    JobState.DEAD: _("dead"),
    JobState.PARKED: _("not ranked any more"),
}


def is_open() -> Q:
    return Q(wanted__gt=Coalesce("done", 0))


def job_question(state: JobState, now: datetime) -> Q:
    """`selectors.job_state` as a question to the database; a test holds the two together."""
    alive = is_open() & Q(need__state__in=RANKED_STATES)
    leased = Q(dead=False, attempts__gt=0, run_after__gt=now, last_error="")
    return {
        JobState.CLEAN: ~is_open(),
        JobState.PARKED: is_open() & ~Q(need__state__in=RANKED_STATES),
        JobState.DEAD: alive & Q(dead=True),
        JobState.LEASED: alive & leased,
        JobState.DUE: alive & Q(dead=False) & ~leased,
    }[state]


def is_waiting() -> Q:
    """Due or running: somebody waits for it."""
    return is_open() & Q(dead=False, need__state__in=RANKED_STATES)


def made_today(now: datetime) -> Q:
    """Since midnight, UTC."""
    return Q(created_at__gte=datetime.combine(now.date(), time(), tzinfo=now.tzinfo))


def current_ranking() -> Q:
    """The ranking that answers what its need was last ranked for."""
    return Q(rev=F("need__match_job__done"))


def current_match() -> Q:
    return Q(ranking__rev=F("ranking__need__match_job__done"))


class ChoiceFilter(admin.SimpleListFilter):
    """One Q for each choice."""

    questions: dict[str, Any]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, words) for value, (words, _question) in self.questions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.questions.get(self.value() or "")
        return queryset.filter(chosen[1]()) if chosen else queryset


class JobStateFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "job"
    questions = {
        str(state): (words, partial(lambda state: job_question(state, timezone.now()), state))
        for state, words in JOB_STATES.items()
    }


class MadeFilter(ChoiceFilter):
    title = _("made")
    parameter_name = "made"
    questions = {"today": (_("today"), lambda: made_today(timezone.now()))}


class CurrentRankingFilter(ChoiceFilter):
    title = _("which")
    parameter_name = "which"
    questions = {"current": (_("the latest of each need"), current_ranking)}


class CurrentMatchFilter(ChoiceFilter):
    title = _("of which ranking")
    parameter_name = "which"
    questions = {"current": (_("the latest of each need"), current_match)}
