"""Likely twins to be decided about, side by side; merges, to be read and to be split again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, linked
from apps.core.admin.base import person
from apps.core.admin.display import page_of
from apps.core.admin.documents import pretty
from apps.core.errors import DomainError
from apps.facilities import services
from apps.facilities.admin.commands import Commands
from apps.facilities.models import Facility, Merge, TwinPair
from apps.facilities.selectors import compare_twins, pairs_visible_to

REASONS = {
    "name": _("names alike: {plain} / {other_plain}"),
    "site": _("same web site: {host}"),
    "phone": _("same phone number"),
    "id": _("same id at the source: {external_id}"),
    "near": _("{km} km apart"),
    "city": _("same city: {place}"),
    "far": _("{km} km apart"),
    "country": _("two countries: {country}, {their_country}"),
}


def reason_words(pair: TwinPair) -> list[tuple[str, float]]:
    """Each reason in words, with what it adds to the score."""
    return [(str(REASONS[one["code"]]).format(**one["facts"]), one["weight"]) for one in pair.reasons]


class DecidedFilter(admin.SimpleListFilter):
    """Without a choice: those that wait for one."""

    title = _("decided")
    parameter_name = "decided"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("dismissed", _("dismissed")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        dismissed = {"dismissed_facts": F("facts")}
        return queryset.filter(**dismissed) if self.value() == "dismissed" else queryset.exclude(**dismissed)


@admin.register(TwinPair)
class TwinPairAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "score_text",
        linked("first", _("first")),
        linked("second", _("second")),
        "why",
        "network",
        "dismissed_at",
    )
    list_filter = (DecidedFilter, "network")
    list_select_related = ("first", "second", "network", "dismissed_by")
    search_fields = ("first__name", "second__name", "public_id__iexact")
    search_help_text = _("the name of either, or an id")
    fields = (
        ("first", "second"),
        ("score_text", "network"),
        "why",
        ("dismissed_by", "dismissed_at"),
        "reason",
        ("public_id", "created_at", "updated_at"),
    )
    readonly_fields = ("score_text", "why", "public_id", "created_at", "updated_at")
    change_form_outer_before_template = "facilities/admin/twins.html"

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        return pairs_visible_to(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(first__merged_into=None, second__merged_into=None)

    def get_urls(self) -> list[URLPattern]:
        merge = self.admin_site.admin_view(self.merge_view)
        dismiss = self.admin_site.admin_view(self.dismiss_view)
        return [
            path("<int:row_id>/merge/", merge, name="facilities_twinpair_merge"),
            path("<int:row_id>/dismiss/", dismiss, name="facilities_twinpair_dismiss"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """`survivor=second` in the address turns them round."""
        pair = self.get_object(request, object_id)
        more = {} if pair is None else {"comparison": compare_twins(*_sides(pair, request.GET.get("survivor", "")))}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def merge_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        pair = self._pair(request, row_id)
        survivor, merged = _sides(pair, request.POST.get("survivor", ""))
        goes = set(request.POST.getlist("part"))
        stay = [part.id for part in compare_twins(survivor, merged).parts if not part.twin and part.id not in goes]
        try:
            merge = services.merge_facilities(
                survivor,
                merged,
                take=request.POST.getlist("take"),
                stay=stay,
                reason=_reason(request),
                acting_user=person(request),
            )
        except DomainError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return Redirect(page_of(pair))
        self.message_user(request, _t("Merged."), messages.SUCCESS)
        return Redirect(page_of(merge))

    def dismiss_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        services.dismiss_twins(self._pair(request, row_id), reason=_reason(request), acting_user=person(request))
        self.message_user(request, _t("Done."), messages.SUCCESS)
        return Redirect(reverse("admin:facilities_twinpair_changelist"))

    def _pair(self, request: HttpRequest, row_id: int) -> TwinPair:
        pair: TwinPair | None = self.get_queryset(request).filter(pk=row_id).first()
        if pair is None:
            raise Http404
        return pair

    @admin.display(description=_("score"), ordering="score")
    def score_text(self, pair: TwinPair) -> str:
        return f"{pair.score:.2f}"

    @admin.display(description=_("reasons"))
    def why(self, pair: TwinPair) -> str:
        return "; ".join(f"{words} ({weight:+.2f})" for words, weight in reason_words(pair))


def _sides(pair: TwinPair, survivor: str) -> tuple[Facility, Facility]:
    """(survivor, merged). Unless somebody chooses: the claimed one stays, else the one that was there first."""
    turned = pair.second.operator_id is not None and pair.first.operator_id is None
    if survivor:
        turned = survivor == "second"
    return (pair.second, pair.first) if turned else (pair.first, pair.second)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:500]


@admin.register(Merge)
class MergeAdmin(Commands, RecordAdmin):
    coordinators_may = frozenset({"view"})
    commands = {
        "split": lambda merge, request: services.split_facilities(
            merge, reason=_reason(request), acting_user=person(request)
        )
    }
    list_display = (
        "created_at",
        linked("merged", _("merged")),
        linked("survivor", _("survivor")),
        "merged_by",
        "split_at",
    )
    list_select_related = ("survivor", "merged", "merged_by", "split_by")
    search_fields = ("survivor__name", "merged__name", "public_id__iexact")
    search_help_text = _("the name of either, or an id")
    date_hierarchy = "created_at"
    fields = (
        ("merged", "survivor"),
        ("merged_by", "created_at"),
        "reason",
        ("split_by", "split_at"),
        "split_reason",
        "left_as_is",
        "what_moved",
        "public_id",
    )
    readonly_fields = ("left_as_is", "what_moved", "public_id", "created_at")
    change_form_outer_before_template = "facilities/admin/merge.html"

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        return Merge.objects.visible_to(user)

    @admin.display(description=_("left as it was changed"))
    def left_as_is(self, merge: Merge) -> SafeString:
        return pretty(merge.left)

    @admin.display(description=_("what the merge moved and changed"))
    def what_moved(self, merge: Merge) -> SafeString:
        return pretty(merge.journal)
