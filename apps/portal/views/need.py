"""One need: what was asked, who has the ball, and its ranking as it comes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.models import User
from apps.core.errors import DomainError, NotFoundError
from apps.matching.models import Ranking
from apps.matching.selectors import JobProgress, JobState, current_ranking, job_progress
from apps.matching.services import request_ranking
from apps.needs.models import Need
from apps.needs.selectors import access_need
from apps.needs.services import submit_need
from apps.portal.forms.refusals import refusal_in_words
from apps.portal.selectors.needs import in_its_state_since, may_write
from apps.portal.selectors.people import reader_of
from apps.portal.selectors.rankings import catalogue_names, read_ranking
from apps.portal.wording import RankingInWords, ball_in_words, ranking_in_words
from apps.portal.wording.progress import progress_in_words

NO_CONTENT = 204


@dataclass(frozen=True)
class Live:
    """A need's ranking and the work on it at one moment. `moving`: something is still to come by itself."""

    need: Need
    progress: JobProgress | None
    ranking: Ranking | None

    @property
    def moving(self) -> bool:
        return self.progress is not None and self.progress.state in (JobState.DUE, JobState.LEASED)

    @property
    def failed(self) -> bool:
        return self.progress is not None and self.progress.state == JobState.DEAD

    @property
    def words(self) -> str:
        return progress_in_words(self.progress, has_ranking=self.ranking is not None)

    @property
    def ranking_id(self) -> str:
        return str(self.ranking.public_id) if self.ranking else ""


@login_required
@require_safe
def need(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = _found(request, public_id)
    reader = reader_of(cast(User, request.user))
    live = _live(found)
    context = {
        "need": found,
        "reader": reader,
        "is_founder": any(member.organisation_id == found.organisation_id for member in reader.startups),
        "may_write": may_write(cast(User, request.user), found),
        "ball": ball_in_words(found.state, found.home_network),
        "since": in_its_state_since(found),
        "live": live,
        "reading": _in_words(live, everything="all" in request.GET),
    }
    return render(request, "portal/need.html", context)


@require_GET
def need_ranking(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What has changed since the page last asked; 204 where nothing has, so that nothing is announced twice.

    `said` is the sentence that the page shows, `shown` the ranking that it shows.
    """
    if not request.user.is_authenticated:
        return HttpResponseClientRefresh()  # signed out meanwhile: the page itself asks to sign in again
    live = _live(_found(request, public_id))
    arrived = live.ranking_id != request.GET.get("shown", "")
    if live.moving and not arrived and live.words == request.GET.get("said"):
        return HttpResponse(status=NO_CONTENT)
    fresh = arrived and not request.GET.get("shown")
    context = {
        "need": live.need,
        "live": live,
        "may_write": may_write(request.user, live.need),
        "newer": arrived and not fresh,
        "reading": _in_words(live) if fresh else None,
        "shown": live.ranking_id if fresh else request.GET.get("shown", ""),
    }
    return render(request, "portal/parts/ranking_update.html", context)


@login_required
@require_POST
def need_submit(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    found = _found(request, public_id)
    return _do(request, found, lambda: submit_need(found, acting_user=cast(User, request.user)))


@login_required
@require_POST
def need_rank_again(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    found = _found(request, public_id)
    if not may_write(cast(User, request.user), found):
        messages.error(request, _("Your role lets you read, not write."))
        return redirect("portal:need", found.public_id)
    return _do(request, found, lambda: request_ranking(found, acting_user=cast(User, request.user)))


def _do(request: HttpRequest, found: Need, action: Callable[[], object]) -> HttpResponseBase:
    try:
        action()
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    return redirect("portal:need", found.public_id)


def _found(request: HttpRequest, public_id: UUID) -> Need:
    try:
        return access_need(request.user, public_id)
    except NotFoundError as error:
        raise Http404 from error


def _live(found: Need) -> Live:
    return Live(found, job_progress(found), current_ranking(found))


def _in_words(live: Live, *, everything: bool = False) -> RankingInWords | None:
    if live.ranking is None:
        return None
    return ranking_in_words(read_ranking(live.ranking, everything=everything), catalogue_names())
