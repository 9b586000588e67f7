"""The ranking on the page of a need, and the button that asks for a new one."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.admin.base import person
from apps.core.admin.documents import preformatted
from apps.core.errors import DomainError
from apps.matching.admin.jobs import STATE_COLOURS, state_badge
from apps.matching.admin.rankings import ranking_words
from apps.matching.admin.reading import tier_summary
from apps.matching.models import MatchJob, Ranking
from apps.matching.selectors import JobProgress, JobState, current_ranking, job_progress, matches_of, rankings_of
from apps.matching.services import request_ranking
from apps.needs.admin import NeedAdmin
from apps.needs.models import Need
from apps.needs.models.need import RANKED_STATES

FIRST_MATCHES = 10
HISTORY = 20

admin.site.unregister(Need)


@admin.register(Need)
class NeedWithRankingAdmin(NeedAdmin):
    list_display: Any = (*NeedAdmin.list_display, "ranked")
    list_select_related: ClassVar[Any] = (*NeedAdmin.list_select_related, "match_job")
    change_form_outer_after_template = "matching/admin/need_panel.html"

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:need_id>/rank-again/", self.admin_site.admin_view(self.rank_again), name="needs_need_rank_again"
        )
        return [again, *super().get_urls()]

    @admin.display(description=gettext_lazy("ranking"))
    def ranked(self, need: Need) -> tuple[str, Any]:
        job: MatchJob | None = getattr(need, "match_job", None)
        if job is None:
            return "", gettext_lazy("not yet")
        return state_badge(job)

    ranked.label = STATE_COLOURS  # type: ignore[attr-defined]  # the theme reads it

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        need = self.get_object(request, object_id)
        panel = need_panel(need, request) if need else None
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "panel": panel})

    def rank_again(self, request: HttpRequest, need_id: int) -> HttpResponse:
        """Whoever sees the need at the desk may ask; the ranking itself comes from the worker."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        need = self.get_queryset(request).filter(pk=need_id).first()
        if need is None:
            raise Http404
        try:
            request_ranking(need, acting_user=person(request))
        except DomainError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.message_user(request, _("A new ranking has been asked for."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:needs_need_change", args=[need.pk]) + "#ranking")


def need_panel(need: Need, request: HttpRequest) -> dict[str, Any]:
    progress = job_progress(need)
    current = current_ranking(need)
    panel: dict[str, Any] = {
        "may_ask": need.state in RANKED_STATES,
        "job_words": job_words(progress),
        "error": preformatted(progress.error) if progress and progress.error else "",
        "history": _history(need, current),
    }
    if current is not None:
        matches = matches_of(current)
        panel |= ranking_words(current, list(matches[:FIRST_MATCHES]), request)
        panel["more"] = max(0, matches.count() - FIRST_MATCHES)
    return panel


def job_words(progress: JobProgress | None) -> str:
    """What is going on, and since when."""
    if progress is None:
        return _("Not ranked yet: a need is ranked once it has been submitted.")
    facts = {
        "since": date_format(localtime(progress.since), "DATETIME_FORMAT") if progress.since else "?",
        "attempts": progress.attempts,
        "place": progress.place,
    }
    return {
        JobState.CLEAN: _("Up to date: the ranking below answers everything known so far."),
        JobState.PARKED: _("Not ranked any more: the need is in a state without rankings."),
        JobState.DEAD: _("Given up after %(attempts)d attempts, due since %(since)s. Ask again once it is mended."),
        JobState.LEASED: _("Running now (attempt %(attempts)d), due since %(since)s."),
        JobState.DUE: _("Queued since %(since)s, number %(place)s in the queue."),
    }[progress.state] % facts


def _history(need: Need, current: Ranking | None) -> list[dict[str, Any]]:
    told: QuerySet[Any] = rankings_of(need).annotate(tier_counts=F("document__tier_counts")).defer("document")
    return [
        {"ranking": ranking, "is_current": ranking == current, "tiers": tier_summary(ranking.tier_counts)}
        for ranking in told[:HISTORY]
    ]
