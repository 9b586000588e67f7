"""Rankings and matches, exactly as they were made."""

from collections.abc import Collection
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, badge, linked
from apps.core.admin.base import is_administrator
from apps.core.admin.display import Column, link_to
from apps.core.admin.documents import pretty
from apps.facilities.models import Facility
from apps.facilities.selectors import ends_of
from apps.matching.admin.filters import CurrentMatchFilter, CurrentRankingFilter, MadeFilter
from apps.matching.admin.reading import (
    distance_sentence,
    funnel,
    group_by_tier,
    names_for,
    read_match,
    tier_summary,
    tier_totals,
)
from apps.matching.models import Match, Ranking
from apps.matching.runs.replay import Replay, ReplayOutcome, replay
from apps.matching.selectors import matches_of
from apps.matching.wording import TIERS
from apps.needs.admin import needs_at_the_desk

MATCHES_A_PAGE = 25
REPLAY_LEVELS = {ReplayOutcome.SAME: messages.SUCCESS, ReplayOutcome.DIFFERENT: messages.ERROR}
TIER_COLOURS: dict[Any, str] = {1: "success", 2: "info", 3: "warning", 4: "primary"}


def _tier_column(tier: int) -> Column:
    @admin.display(description=TIERS[tier])
    def facilities(ranking: Any) -> int:
        return tier_totals(ranking.tier_counts).get(tier, 0)

    return facilities


@admin.register(Ranking)
class RankingAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "created_at",
        linked("need", _("need")),
        "is_current",
        *(_tier_column(tier) for tier in range(1, 5)),
        "considered",
        linked("policy", _("policy")),
        "engine_version",
    )
    list_filter = (MadeFilter, CurrentRankingFilter, "engine_version")
    list_select_related = ("need__current", "policy")
    search_fields = (
        "need__current__title",
        "need__organisation__name",
        "need__public_id__iexact",
        "public_id__iexact",
        "policy__name",
    )
    search_help_text = _("a need, an organisation, a policy or a public id")
    date_hierarchy = "created_at"
    change_form_outer_after_template = "matching/admin/ranking_panel.html"
    fieldsets = (
        (None, {"fields": (("need_link", "is_current"), ("created_at", "as_of"), "public_id")}),
        (
            _("What it was made from"),
            {
                "fields": (
                    "revision_link",
                    ("policy_link", "policy_digest"),
                    ("supply_version", "supply_digest"),
                    ("engine_version", "rev"),
                )
            },
        ),
    )
    readonly_fields = ("need_link", "is_current", "revision_link", "policy_link", "policy_digest")

    def visible_rows(self, user: Any) -> QuerySet[Ranking]:
        return Ranking.objects.filter(need__in=needs_at_the_desk(user))

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:ranking_id>/replay/", self.admin_site.admin_view(self.replay_view), name="matching_ranking_replay"
        )
        return [again, *super().get_urls()]

    def replay_view(self, request: HttpRequest, ranking_id: int) -> HttpResponse:
        """For administrators: it holds the service against its word, and reads a whole supply for that."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not is_administrator(request.user):
            raise PermissionDenied
        ranking = Ranking.objects.select_related("policy").filter(pk=ranking_id).first()
        if ranking is None:
            raise Http404
        said = replay(ranking)
        self.message_user(request, replay_words(said), REPLAY_LEVELS.get(said.outcome, messages.WARNING))
        return HttpResponseRedirect(reverse("admin:matching_ranking_change", args=[ranking_id]))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ranking]:
        rows = super().get_queryset(request).select_related("need__current", "policy", "revision")
        # A document lists everybody who was left out; a page of rankings needs only how many are in which tier.
        told: QuerySet[Any] = rows.annotate(
            answered=F("need__match_job__done"), tier_counts=F("document__tier_counts")
        ).defer("document", "asked", "policy__body")
        return told

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        ranking = self.get_object(request, object_id)
        panel = ranking_panel(ranking, request) if ranking else None
        more = {"panel": panel, "may_replay": is_administrator(request.user)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    @admin.display(description=_("latest"), boolean=True)
    def is_current(self, ranking: Any) -> bool:
        return bool(ranking.rev == ranking.answered)

    @admin.display(description=_("need"))
    def need_link(self, ranking: Ranking) -> SafeString:
        return link_to(ranking.need)

    @admin.display(description=_("revision"))
    def revision_link(self, ranking: Ranking) -> SafeString:
        return link_to(ranking.revision)

    @admin.display(description=_("policy"))
    def policy_link(self, ranking: Ranking) -> SafeString:
        return link_to(ranking.policy)

    @admin.display(description=_("digest of the policy"))
    def policy_digest(self, ranking: Ranking) -> str:
        return ranking.policy.digest


def replay_words(said: Replay) -> str:
    words = {
        ReplayOutcome.SAME: _("Ranked again from its need, policy, day and supply: the same answer, to the byte."),
        ReplayOutcome.DIFFERENT: _("Ranked again, it comes out differently. First at %(where)s."),
        ReplayOutcome.OTHER_ENGINE: _("Another version of the engine made it, which may answer differently."),
        ReplayOutcome.SUPPLY_GONE: _("The supply that it was made over is not kept any more."),
        ReplayOutcome.NEED_NOT_KEPT: _("It was made before needs were kept with their rankings."),
    }[said.outcome]
    return str(words) % {"where": said.where[0].path} if said.where else str(words)


def ranking_panel(ranking: Ranking, request: HttpRequest) -> dict[str, Any]:
    """Everything that the page of a ranking shows below its fields."""
    pages = Paginator(matches_of(ranking), MATCHES_A_PAGE)
    shown = pages.get_page(request.GET.get("matches"))
    return {
        **ranking_words(ranking, list(shown.object_list), request),
        "page": shown.number,
        "pages": pages.num_pages,
        "page_numbers": pages.page_range,
    }


def ranking_words(ranking: Ranking, matches: list[Match], request: HttpRequest) -> dict[str, Any]:
    survivors = ends_of(match.facility_id for match in matches)
    shown = {*(match.facility_id for match in matches), *(survivor.pk for survivor in survivors.values())}
    return {
        "ranking": ranking,
        "may_open": _facilities_to_open(shown, request),
        "groups": group_by_tier(matches, ranking, names_for(matches), survivors),
        "funnel": funnel(ranking),
        "tiers": tier_summary(ranking.document.get("tier_counts")),
        "distance": distance_sentence(ranking),
    }


def _facilities_to_open(keys: Collection[int], request: HttpRequest) -> set[int]:
    """A need that is open to partner networks is ranked over places that the viewer does not coordinate."""
    page = admin.site.get_model_admin(Facility)
    listed = page.get_queryset(request).filter(pk__in=keys)
    return set(listed.values_list("pk", flat=True))


@admin.register(Match)
class MatchAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    guarded_links = ("facility",)
    list_display = (
        "rank_label",
        linked("facility", _("facility")),
        linked("ranking.need", _("need"), ordering="ranking__need"),
        badge("tier", _("tier"), TIER_COLOURS),
        "score_text",
        "interval",
        "confirmed_of",
        linked("ranking", _("ranking")),
    )
    list_filter = ("tier", CurrentMatchFilter, "facility__kind")
    list_select_related = ("facility", "ranking__need__current")
    search_fields = (
        "facility__name",
        "ranking__need__current__title",
        "ranking__need__organisation__name",
        "ranking__public_id__iexact",
        "ranking__need__public_id__iexact",
    )
    search_help_text = _("a facility, a need, an organisation or a public id")
    date_hierarchy = "ranking__created_at"
    ordering = ("-ranking_id", "position")
    change_form_outer_after_template = "matching/admin/match_panel.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("facility_link", "ranking_link"),
                    ("rank_label", "position", "tier"),
                    ("score_text", "interval", "confirmed_of", "coverage"),
                )
            },
        ),
        (_("As the engine wrote it"), {"classes": ("collapse",), "fields": ("as_written",)}),
    )
    readonly_fields = ("facility_link", "ranking_link", "score_text", "interval", "confirmed_of", "as_written")

    def visible_rows(self, user: Any) -> QuerySet[Match]:
        return Match.objects.filter(ranking__need__in=needs_at_the_desk(user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Match]:
        rows = super().get_queryset(request).select_related("facility", "ranking__need__current")
        return rows.defer("document", "ranking__document")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        match = self.get_object(request, object_id)
        survivors = ends_of([match.facility_id]) if match else {}
        page = read_match(match, names_for([match]), survivors) if match else None
        may_open = _facilities_to_open([one.pk for one in survivors.values()], request)
        more = {"page": page, "may_open": may_open}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    @admin.display(description=_("score"), ordering="score")
    def score_text(self, match: Match) -> str:
        return f"{match.score:.2f}"

    @admin.display(description=_("from - to"), ordering="low")
    def interval(self, match: Match) -> str:
        return f"{match.low:.2f} - {match.high:.2f}"

    @admin.display(description=_("confirmed"), ordering="confirmed")
    def confirmed_of(self, match: Match) -> str:
        return str(_("%(confirmed)d of %(asked)d") % {"confirmed": match.confirmed, "asked": match.asked})

    @admin.display(description=_("facility"))
    def facility_link(self, match: Match) -> Any:
        return linked("facility", "")(match)

    @admin.display(description=_("ranking"))
    def ranking_link(self, match: Match) -> SafeString:
        return link_to(match.ranking)

    @admin.display(description=_("document"))
    def as_written(self, match: Match) -> SafeString:
        return pretty(match.document)
