"""Policies: a version is written once, as a draft; publishing and retiring are steps of their own."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.core.admin import DeskAdmin, badge, linked
from apps.core.admin.base import is_administrator, person
from apps.core.admin.documents import pretty
from apps.core.admin.forms import WholeRowForm
from apps.core.errors import DomainError
from apps.matching.models import Policy, PolicyState
from apps.matching.services import create_policy_version, policy_faults, publish_policy, retire_policy
from matchmaker.policy import Policy as EnginePolicy

STEPS = {"publish": publish_policy, "retire": retire_policy}


class IndentedJSONField(forms.JSONField):
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 40, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


class PolicyForm(WholeRowForm):
    body = IndentedJSONField(
        label=_("body"), help_text=_("what is left out gets the engine's default; name and version are set here")
    )

    class Meta:
        model = Policy
        fields = ("name", "network", "body")

    def clean_body(self) -> dict[str, Any]:
        body = self.cleaned_data["body"]
        if not isinstance(body, dict):
            raise ValidationError(gettext("A policy is an object: entries and their values."))
        body = _entries(body)
        faults = policy_faults(body)
        if faults:
            raise ValidationError([f"{fault.field}: {fault.rule}" for fault in faults])
        return body


@admin.register(Policy)
class PolicyAdmin(DeskAdmin):
    """Coordinators read what is or was in force and keep the policies of their own networks."""

    form = PolicyForm
    coordinators_may = frozenset({"view", "add"})
    list_display = (
        "__str__",
        badge("state", _("state"), {"draft": "info", "published": "success", "retired": "warning"}),
        linked("network", _("network")),
        "short_digest",
        "created_at",
    )
    list_filter = ("state", "network")
    list_select_related = ("network",)
    search_fields = ("name", "digest__startswith", "network__name", "public_id__iexact")
    search_help_text = _("a name, a network, a digest or a public id")
    date_hierarchy = "created_at"
    actions = ("publish", "retire")
    autocomplete_fields = ("network",)
    change_form_outer_before_template = "matching/admin/policy_steps.html"
    fieldsets = (
        (None, {"fields": (("name", "version"), "network", ("state", "created_at"), "digest", "public_id")}),
        (_("Body"), {"fields": ("written_body",)}),
    )
    readonly_fields = ("written_body",)

    def visible_rows(self, user: Any) -> QuerySet[Policy]:
        """Retired and published ones, which rankings name; drafts of her own networks."""
        return Policy.objects.filter(~Q(state=PolicyState.DRAFT) | Q(network__coordinators__user=user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version is never edited: the next one is written."""
        return False

    def get_urls(self) -> list[URLPattern]:
        step = path(
            "<int:policy_id>/<str:verb>/", self.admin_site.admin_view(self.step_view), name="matching_policy_step"
        )
        return [*super().get_urls()[:-1], step, super().get_urls()[-1]]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else ((None, {"fields": ("name", "network", "body")}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?copy=<id>` starts from another version, everything else from the engine's defaults."""
        copied = request.GET.get("copy", "")
        source = self.get_queryset(request).filter(pk=copied).first() if copied.isdecimal() else None
        if source is not None:
            return {"name": source.name, "network": source.network_id, "body": _entries(source.body)}
        return {"body": _entries(EnginePolicy.default().to_document())}

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        made = create_policy_version(obj.name, obj.body, network=obj.network, acting_user=person(request))
        obj.pk, obj.version, obj.digest, obj.body = made.pk, made.version, made.digest, made.body

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to save, and the service has left its entry in the trail."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "network" in form.base_fields and not is_administrator(request.user):
            form.base_fields["network"].required = True
        return form

    @admin.display(description=_("digest"))
    def short_digest(self, policy: Policy) -> str:
        return policy.digest[:12]

    @admin.display(description=_("body"))
    def written_body(self, policy: Policy) -> SafeString:
        return pretty(policy.body)

    @admin.action(description=_("Publish: put in force for its network"))
    def publish(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        self._step(request, "publish", queryset)

    @admin.action(description=_("Retire: take out of force"))
    def retire(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        self._step(request, "retire", queryset)

    def step_view(self, request: HttpRequest, policy_id: int, verb: str) -> HttpResponse:
        """The buttons on the page of a policy."""
        if verb not in STEPS:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chosen = self.get_queryset(request).filter(pk=policy_id)
        if not chosen:
            raise Http404
        self._step(request, verb, chosen)
        return HttpResponseRedirect(reverse("admin:matching_policy_change", args=[policy_id]))

    def _step(self, request: HttpRequest, verb: str, queryset: QuerySet[Policy]) -> None:
        for policy in queryset.order_by("pk"):
            try:
                STEPS[verb](policy, acting_user=person(request))
            except DomainError as refusal:
                self.message_user(request, f"{policy}: {refusal.detail}", messages.ERROR)
            else:
                self.message_user(request, gettext("%s: done.") % policy, messages.SUCCESS)


def _entries(body: dict[str, Any]) -> dict[str, Any]:
    return {entry: value for entry, value in body.items() if entry not in ("name", "version")}
