"""What is to be ranked, and what made it so."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.admin import RecordAdmin, linked
from apps.core.admin.base import person
from apps.core.admin.display import link_to
from apps.core.admin.documents import preformatted
from apps.matching.admin.filters import JOB_STATES, JobStateFilter, job_question
from apps.matching.models import MatchJob, SupplyChange, SupplyVersion
from apps.matching.selectors import JobState, job_state
from apps.matching.services import request_ranking
from apps.needs.admin import needs_at_the_desk

STATE_COLOURS = {"clean": "success", "due": "info", "leased": "warning", "dead": "danger"}


@admin.register(MatchJob)
class MatchJobAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "job",
        linked("need", _("need")),
        "state",
        "wanted",
        "done",
        "dirty_since",
        "run_after",
        "attempts",
    )
    list_filter = (JobStateFilter,)
    list_select_related = ("need__current",)
    search_fields = (
        "need__current__title",
        "need__organisation__name",
        "need__public_id__iexact",
        "last_error",
    )
    search_help_text = _("a need, an organisation, a public id or words of an error")
    date_hierarchy = "dirty_since"
    ordering = ("dirty_since", "pk")
    actions = ("run_again",)
    fields = (
        "need_link",
        "state",
        ("wanted", "done"),
        ("dirty_since", "run_after"),
        "attempts",
        "supply_version",
        "error",
    )
    readonly_fields = ("need_link", "state", "error")

    def visible_rows(self, user: Any) -> QuerySet[MatchJob]:
        return MatchJob.objects.filter(need__in=needs_at_the_desk(user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatchJob]:
        return super().get_queryset(request).select_related("need__current")

    @admin.display(description=_("job"), ordering="pk")
    def job(self, job: MatchJob) -> str:
        return f"#{job.pk}"

    @admin.display(description=_("state"))
    def state(self, job: MatchJob) -> tuple[str, Any]:
        return state_badge(job)

    state.label = STATE_COLOURS  # type: ignore[attr-defined]  # the theme reads it

    @admin.display(description=_("need"))
    def need_link(self, job: MatchJob) -> SafeString:
        return link_to(job.need)

    @admin.display(description=_("last error"), empty_value="-")
    def error(self, job: MatchJob) -> SafeString | None:
        return preformatted(job.last_error) if job.last_error else None

    @admin.action(description=_("Run again"))
    def run_again(self, request: HttpRequest, queryset: QuerySet[MatchJob]) -> None:
        """Of the chosen ones those that are dead; the others run or have run by themselves."""
        dead = list(queryset.filter(job_question(JobState.DEAD, timezone.now())).select_related("need"))
        for job in dead:
            request_ranking(job.need, acting_user=person(request))
        passed_over = queryset.count() - len(dead)
        said = ngettext("%d dead job will run again.", "%d dead jobs will run again.", len(dead)) % len(dead)
        self.message_user(request, said, messages.SUCCESS if dead else messages.WARNING)
        if passed_over:
            left = ngettext("%d is not dead and was left alone.", "%d are not dead and were left alone.", passed_over)
            self.message_user(request, left % passed_over, messages.INFO)


def state_badge(job: MatchJob) -> tuple[str, Any]:
    state = job_state(job, timezone.now())
    return str(state), JOB_STATES[state]


@admin.register(SupplyChange)
class SupplyChangeAdmin(RecordAdmin):
    """Usually empty: the drain takes them within seconds."""

    list_display = ("id", "facility_id", "at")
    search_fields = ("=facility_id",)
    search_help_text = _("a facility's number")
    date_hierarchy = "at"


@admin.register(SupplyVersion)
class SupplyVersionAdmin(RecordAdmin):
    list_display = ("number", "how_many", "at")
    search_fields = ("=number",)
    search_help_text = _("a version's number")
    date_hierarchy = "at"

    @admin.display(description=_("facilities changed"))
    def how_many(self, version: SupplyVersion) -> int:
        return len(version.facility_ids)
