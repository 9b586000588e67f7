"""What another policy would change: asked for here, answered by a worker, read here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectMultipleWidget

from apps.core.admin import DeskAdmin, RecordAdmin, column, linked
from apps.core.admin.base import is_administrator, person
from apps.core.admin.display import link_to, page_of
from apps.core.admin.documents import preformatted
from apps.core.admin.forms import WholeRowForm
from apps.matching.admin.comparing import need_state_words, progress_words, read_comparison, tau_words
from apps.matching.models import ComparedNeed, Policy, PolicyComparison
from apps.matching.selectors import (
    ComparisonState,
    needs_of_comparison,
    policies_visible_to,
    policy_in_force,
    summary_of,
    with_sums,
)
from apps.matching.services import request_comparison
from apps.matching.services.comparisons import LAST_NEEDS, MOST_NEEDS
from apps.needs.admin import needs_at_the_desk
from apps.needs.models import Need

LOOK_AGAIN_SECONDS = 3
NEEDS_OFFERED = 200


class ComparisonForm(WholeRowForm):
    needs = forms.ModelMultipleChoiceField(
        Need._default_manager.none(),
        label=_("needs"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
        help_text=_("none chosen: the last ones of the network that were ranked"),
    )
    last = forms.IntegerField(
        label=_("how many of the last"),
        min_value=1,
        max_value=MOST_NEEDS,
        initial=LAST_NEEDS,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = PolicyComparison
        fields = ("network", "before", "after", "first_k")


@admin.register(PolicyComparison)
class PolicyComparisonAdmin(DeskAdmin):
    """Of networks that the viewer coordinates. Written once, by the service."""

    form = ComparisonForm
    coordinators_may = frozenset({"view", "add"})
    list_display = (
        "__str__",
        linked("network", _("network")),
        "progress",
        "first_changed",
        "moved",
        "tau",
        column("asked_by", _("asked by")),
        "created_at",
    )
    list_filter = ("network",)
    list_select_related = ("network", "before", "after", "asked_by")
    search_fields = ("before__name", "after__name", "network__name", "public_id__iexact")
    search_help_text = _("a policy, a network or a public id")
    date_hierarchy = "created_at"
    autocomplete_fields = ("network", "before", "after")
    change_form_outer_after_template = "matching/admin/comparison_panel.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("before_link", "after_link"),
                    ("network_link", "first_k"),
                    ("asked_by", "created_at"),
                    "public_id",
                )
            },
        ),
    )
    readonly_fields = ("before_link", "after_link", "network_link")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Another question is another comparison."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyComparison]:
        return with_sums(super().get_queryset(request).select_related("asked_by"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = (None, {"fields": ("network", ("before", "after"), ("last", "first_k"), "needs")})
        return super().get_fieldsets(request, obj) if obj else (asked,)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            fields: dict[str, Any] = form.base_fields
            fields["network"].required = not is_administrator(request.user)
            fields["needs"].queryset = _offered(request)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?after=<id>`: this policy against the one that is in force for its network."""
        chosen = request.GET.get("after", "")
        after = policies_visible_to(request.user).filter(pk=chosen).first() if chosen.isdecimal() else None
        if after is None:
            return {"last": LAST_NEEDS}
        network = after.network or _only_network(request)
        before = policy_in_force(network)
        return {"after": after.pk, "network": network, "before": _unless(before, after), "last": LAST_NEEDS}

    def save_model(self, request: HttpRequest, obj: PolicyComparison, form: Any, change: bool) -> None:
        asked = form.cleaned_data
        made = request_comparison(
            obj.before,
            obj.after,
            network=obj.network,
            needs=list(asked["needs"]),
            last=asked["last"],
            first_k=obj.first_k,
            acting_user=person(request),
        )
        obj.pk, obj.public_id = made.pk, made.public_id

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to save, and the service has left its entry in the trail."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(page_of(obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        comparison = self.get_object(request, object_id)
        panel = _panel(comparison) if comparison else None
        response = super().change_view(request, object_id, form_url, {**(extra_context or {}), "panel": panel})
        if panel and panel["summary"].state != ComparisonState.DONE:
            response["Refresh"] = str(LOOK_AGAIN_SECONDS)
        return response

    @admin.display(description=_("progress"))
    def progress(self, comparison: Any) -> str:
        return f"{comparison.count_done} / {comparison.count_needs}"

    @admin.display(description=_("another first place"))
    def first_changed(self, comparison: Any) -> int:
        return int(comparison.count_first)

    @admin.display(description=_("facilities that move"))
    def moved(self, comparison: Any) -> int:
        return int(comparison.sum_moved)

    @admin.display(description=_("rank correlation"))
    def tau(self, comparison: Any) -> str:
        return tau_words(comparison.mean_tau)

    @admin.display(description=_("policy before"))
    def before_link(self, comparison: PolicyComparison) -> Any:
        return link_to(comparison.before)

    @admin.display(description=_("policy after"))
    def after_link(self, comparison: PolicyComparison) -> Any:
        return link_to(comparison.after)

    @admin.display(description=_("network"))
    def network_link(self, comparison: PolicyComparison) -> Any:
        return link_to(comparison.network) if comparison.network else _("all networks")


@admin.register(ComparedNeed)
class ComparedNeedAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        linked("need", _("need")),
        linked("comparison", _("comparison")),
        "state",
        "first_changed",
        "first_three_changed",
        "tier_changes",
        "moved",
        "tau",
    )
    list_display_links = ("state",)
    list_filter = ("first_changed", "first_three_changed", "given_up")
    list_select_related = ("need__current", "comparison__before", "comparison__after")
    search_fields = (
        "need__current__title",
        "need__public_id__iexact",
        "comparison__public_id__iexact",
        "comparison__after__name",
        "last_error",
    )
    search_help_text = _("a need, a comparison, a policy or words of an error")
    date_hierarchy = "done_at"
    ordering = ("-comparison_id", "pk")
    change_form_outer_after_template = "matching/admin/compared_need_panel.html"
    fieldsets = (
        (None, {"fields": (("need_link", "comparison_link"), ("state", "done_at"), "error")}),
        (_("What it says"), {"fields": (("first_changed", "first_three_changed"), ("moved", "tier_changes", "tau"))}),
        (
            _("What it was made from"),
            {"fields": (("revision", "as_of"), ("supply_version", "supply_digest"), "engine_version")},
        ),
    )
    readonly_fields = ("need_link", "comparison_link", "state", "error")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ComparedNeed]:
        return super().get_queryset(request).select_related("revision")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        panel = read_comparison(row, request) if row else None
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "panel": panel})

    @admin.display(description=_("state"))
    def state(self, row: ComparedNeed) -> str:
        return need_state_words(row)

    @admin.display(description=_("need"))
    def need_link(self, row: ComparedNeed) -> Any:
        return link_to(row.need)

    @admin.display(description=_("comparison"))
    def comparison_link(self, row: ComparedNeed) -> Any:
        return link_to(row.comparison)

    @admin.display(description=_("last error"), empty_value="-")
    def error(self, row: ComparedNeed) -> Any:
        return preformatted(row.last_error) if row.last_error else None


def _offered(request: HttpRequest) -> QuerySet[Need]:
    """Needs at the viewer's desk that were ranked, the latest ones."""
    ranked = needs_at_the_desk(request.user).filter(rankings__isnull=False, current__isnull=False)
    latest = ranked.annotate(latest=Max("rankings__pk")).order_by("-latest")[:NEEDS_OFFERED]
    keys = [need.pk for need in latest]
    return Need._default_manager.filter(pk__in=keys).select_related("current")


def _only_network(request: HttpRequest) -> Any:
    """Of a coordinator of one network; the common policy is otherwise compared over what is chosen."""
    served = [row.network for row in person(request).coordinated.select_related("network")[:2]]
    return served[0] if len(served) == 1 else None


def _unless(policy: Policy | None, other: Policy) -> int | None:
    return None if policy is None or policy == other else policy.pk


def _panel(comparison: PolicyComparison) -> dict[str, Any]:
    summary = summary_of(comparison)
    rows = [
        {"row": row, "state": need_state_words(row), "tau": tau_words(row.tau)}
        for row in needs_of_comparison(comparison).defer("document")
    ]
    return {"summary": summary, "progress": progress_words(summary), "tau": tau_words(summary.tau), "rows": rows}
