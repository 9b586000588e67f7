"""The first page of the desk: counts, each with the list that it counts.

A count is taken over the very rows of the list's page (`get_queryset`, so within what the viewer may see) with the very
question that the list's filter asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Model, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from apps.catalog.models import FacilityKind
from apps.facilities.admin.filters import expired, expiring, overbooked, stale
from apps.facilities.models import ClaimState, Facility, HeldCertificate, Resource
from apps.matching.admin.filters import JOB_STATES, current_match, is_waiting, job_question, made_today
from apps.matching.models import Match, MatchJob, Ranking, Tier
from apps.matching.selectors import JobState
from apps.needs.models import Need, NeedState


@dataclass(frozen=True)
class Figure:
    """One number and the list behind it. `filters` are the list's own parameters, `question` says the same as a Q."""

    words: Any
    filters: dict[str, Any]
    question: Q
    alarming: bool = False
    count: int = 0
    address: str = ""


@dataclass(frozen=True)
class Card:
    title: str
    figures: list[Figure]
    note: str = ""


def fill_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    if _sees(request, Need):
        context["cards"] = [
            _needs(request),
            _jobs(request),
            _rankings(request),
            _tiers(request),
            _kinds(request),
            _claims(request),
            _facts(request),
        ]
    return context


def _sees(request: HttpRequest, model: type[Model]) -> bool:
    """A coordinator without a network would see nothing but noughts."""
    user: Any = request.user
    return bool(user.is_superuser or user.coordinated.exists()) and _page(model).has_view_permission(request)


def _page(model: type[Model]) -> Any:
    return admin.site.get_model_admin(model)


def _counted(request: HttpRequest, model: type[Model], figures: Iterable[Figure]) -> list[Figure]:
    """All the counts of one list in one query."""
    asked = list(figures)
    columns = {f"figure_{number}": Count("pk", filter=figure.question) for number, figure in enumerate(asked)}
    counts = _page(model).get_queryset(request).order_by().aggregate(**columns)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return [
        Figure(
            figure.words,
            figure.filters,
            figure.question,
            figure.alarming,
            counts[f"figure_{number}"],
            f"{address}?{urlencode(figure.filters)}" if figure.filters else address,
        )
        for number, figure in enumerate(asked)
    ]


def _needs(request: HttpRequest) -> Card:
    figures = [Figure(label, {"state__exact": state}, Q(state=state)) for state, label in NeedState.choices]
    counted = _counted(request, Need, [Figure(_("all"), {}, Q()), *figures])
    return Card(_("Needs by state"), [figure for figure in counted if figure.count or not figure.filters])


def _jobs(request: HttpRequest) -> Card:
    now = timezone.now()
    figures = [
        Figure(words, {"job": str(state)}, job_question(state, now), alarming=state == JobState.DEAD)
        for state, words in JOB_STATES.items()
    ]
    return Card(_("Ranking work"), _counted(request, MatchJob, figures), _oldest_due(request))


def _oldest_due(request: HttpRequest) -> str:
    oldest = _page(MatchJob).get_queryset(request).filter(is_waiting()).order_by("dirty_since").first()
    if oldest is None or oldest.dirty_since is None:
        return _("Nothing is waiting.")
    return _("The oldest has been waiting for %s.") % timesince(oldest.dirty_since)


def _rankings(request: HttpRequest) -> Card:
    figures = [
        Figure(_("made today"), {"made": "today"}, made_today(timezone.now())),
        Figure(_("all"), {}, Q()),
    ]
    return Card(_("Rankings"), _counted(request, Ranking, figures))


def _tiers(request: HttpRequest) -> Card:
    figures = [
        Figure(label, {"which": "current", "tier__exact": tier}, current_match() & Q(tier=tier))
        for tier, label in Tier.choices
    ]
    return Card(_("Matches in the latest rankings"), _counted(request, Match, figures))


def _kinds(request: HttpRequest) -> Card:
    figures = [Figure(label, {"kind__exact": kind}, Q(kind=kind)) for kind, label in FacilityKind.choices]
    return Card(_("Facilities by kind"), _counted(request, Facility, [Figure(_("all"), {}, Q()), *figures]))


def _claims(request: HttpRequest) -> Card:
    figures = [
        Figure(label, {"claim_state__exact": state}, Q(claim_state=state)) for state, label in ClaimState.choices
    ]
    return Card(_("Facilities by claim"), _counted(request, Facility, figures))


def _facts(request: HttpRequest) -> Card:
    today = timezone.now().date()
    unconfirmed = [
        Figure(_("facilities not confirmed for 14 days"), {"confirmed": "stale"}, stale(today), alarming=True)
    ]
    certificates = [
        Figure(_("certificates that expire within 60 days"), {"expiry": "soon"}, expiring(today), alarming=True),
        Figure(_("certificates that have expired"), {"expiry": "past"}, expired(today), alarming=True),
    ]
    promised = [
        Figure(_("resources that are overbooked"), {"promises": "overbooked"}, overbooked(today), alarming=True)
    ]
    return Card(
        _("Facts that go stale"),
        [
            *_counted(request, Facility, unconfirmed),
            *_counted(request, HeldCertificate, certificates),
            *_counted(request, Resource, promised),
        ],
    )
