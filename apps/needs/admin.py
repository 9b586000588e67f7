"""Needs and their revisions, as written. Founders write them; the desk reads. (Rankings are added by apps.matching.)"""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, RecordInline, badge, column, linked
from apps.core.admin.base import is_administrator
from apps.core.admin.display import link_to
from apps.needs.models import AskedCertificate, Need, NeedPartnerNetwork, NeedRevision, NeedState, Step

STATE_COLOURS = {
    "submitted": "info",
    "in_review": "info",
    "need_info": "warning",
    "open": "primary",
    "matched": "success",
    "awarded": "success",
    "in_production": "success",
    "delivered": "success",
    "withdrawn": "danger",
    "expired": "danger",
    "unmet": "danger",
}


def needs_at_the_desk(user: Any) -> QuerySet[Need]:
    """What a coordinator works with: the needs of her networks once their founders have handed them in."""
    needs = Need.objects.coordinated_by(user)
    return needs if is_administrator(user) else needs.exclude(state=NeedState.DRAFT)


class PartnerNetworkInline(RecordInline):
    model = NeedPartnerNetwork
    tab = True
    fields = ("network", "consented_by", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[NeedPartnerNetwork]:
        return super().get_queryset(request).select_related("network", "consented_by")


class RevisionInline(RecordInline):
    model = NeedRevision
    tab = True
    fields = ("revision", "title", "order_quantity", "due_on", "created_by", "created_at")
    readonly_fields = ("revision",)
    verbose_name_plural = _("revisions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[NeedRevision]:
        return super().get_queryset(request).select_related("created_by", "need")

    @admin.display(description=_("revision"))
    def revision(self, revision: NeedRevision) -> SafeString:
        return link_to(revision, revision.number)


class StepInline(RecordInline):
    model = Step
    fields = (
        "sequence",
        "process",
        "role",
        "pieces_per_unit",
        "listed_materials",
        "material_choice",
        "tolerance_mm",
        "envelope",
        "allowed",
    )
    readonly_fields = ("listed_materials", "envelope", "allowed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        return super().get_queryset(request).select_related("process", "revision").prefetch_related("materials")

    @admin.display(description=_("materials"), empty_value="-")
    def listed_materials(self, step: Step) -> str:
        return ", ".join(material.name for material in step.materials.all())

    @admin.display(description=_("size (mm)"), empty_value="-")
    def envelope(self, step: Step) -> str | None:
        return sides_in_words(step.envelope_mm)

    @admin.display(description=_("will do"), empty_value="-")
    def allowed(self, step: Step) -> str:
        words = (
            (step.substitutes_allowed, _("another process")),
            (step.equivalents_allowed, _("an equivalent material")),
            (step.tooling_exists, _("existing tooling")),
        )
        return ", ".join(str(word) for holds, word in words if holds)


class AskedCertificateInline(RecordInline):
    model = AskedCertificate
    fields = ("certification", "required")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AskedCertificate]:
        return super().get_queryset(request).select_related("certification")


@admin.register(NeedRevision)
class NeedRevisionAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = ("title", "number", linked("need", _("need")), "order_quantity", "due_on", "confidentiality")
    list_filter = ("region_rule", "confidentiality", "export_controlled", "industry")
    list_select_related = ("need__current",)
    search_fields = ("title", "product", "need__organisation__name", "steps__process__name", "need__public_id__iexact")
    search_help_text = _("a title, a product, an organisation, a process or a need's public id")
    date_hierarchy = "created_at"
    readonly_fields = ("envelope",)
    fieldsets = (
        (None, {"fields": ("need", "number", "title", "product", "description", ("created_by", "created_at"))}),
        (
            _("How many, by when"),
            {"fields": (("order_quantity", "annual_quantity"), "due_on", ("stage", "industry"))},
        ),
        (
            _("Where"),
            {
                "fields": (
                    ("ship_to_city", "ship_to_country", "ship_to_admin_area"),
                    ("ship_to_lat", "ship_to_lon"),
                    ("region_rule", "region"),
                )
            },
        ),
        (
            _("Conditions"),
            {
                "fields": (
                    ("confidentiality", "export_controlled"),
                    ("self_service", "wants_visits", "contains_lithium"),
                    ("workmanship_class", "weight_kg", "envelope"),
                )
            },
        ),
        (
            _("Money"),
            {
                "fields": (
                    ("budget_amount", "currency", "budget_is_ceiling"),
                    ("tooling_budget_amount", "target_unit_price"),
                )
            },
        ),
    )
    inlines = (StepInline, AskedCertificateInline)

    def visible_rows(self, user: Any) -> QuerySet[NeedRevision]:
        return NeedRevision.objects.filter(need__in=needs_at_the_desk(user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[NeedRevision]:
        return super().get_queryset(request).select_related("created_by", "stage", "region", "need__current")

    @admin.display(description=_("size (mm)"), empty_value="-")
    def envelope(self, revision: NeedRevision) -> str | None:
        return sides_in_words(revision.envelope_mm)


@admin.register(Need)
class NeedAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    guarded_links = ("organisation", "home_network")
    list_display: Any = (
        "__str__",
        badge("state", _("state"), STATE_COLOURS),
        linked("organisation", _("organisation")),
        linked("home_network", _("home network")),
        column("current.order_quantity", _("quantity")),
        column("current.due_on", _("due on")),
        "submitted_at",
    )
    list_filter = ("state", "home_network", "current__confidentiality", "current__export_controlled")
    list_select_related: ClassVar[Any] = ("organisation", "home_network", "current")
    search_fields = (
        "current__title",
        "current__product",
        "organisation__name",
        "external_id__iexact",
        "public_id__iexact",
        "current__steps__process__name",
        "current__steps__process__slug",
    )
    search_help_text = _("a title, a product, an organisation, a process or an id")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("wanted",)}),
        (
            _("Need"),
            {
                "fields": (
                    ("state", "submitted_at"),
                    ("organisation_link", "network_link"),
                    ("writer", "created_at"),
                    ("public_id", "external_id"),
                )
            },
        ),
    )
    readonly_fields = ("wanted", "organisation_link", "network_link", "writer")
    inlines = (PartnerNetworkInline, RevisionInline)

    def visible_rows(self, user: Any) -> QuerySet[Need]:
        return needs_at_the_desk(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Need]:
        return super().get_queryset(request).select_related("created_by", "current__stage", "current__region")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Need | None:
        need: Need | None = super().get_object(request, object_id, from_field)
        if need is not None:
            steps = Step.objects.select_related("process").prefetch_related("materials")
            certificates = AskedCertificate.objects.select_related("certification")
            prefetch_related_objects(
                [need], Prefetch("current__steps", steps), Prefetch("current__certificates", certificates)
            )
        return need

    @admin.display(description=_("wanted"))
    def wanted(self, need: Need) -> SafeString | str:
        if need.current is None:
            return "-"
        return render_to_string("needs/admin/wanted.html", {"revision": need.current})

    @admin.display(description=_("organisation"))
    def organisation_link(self, need: Need) -> Any:
        return linked("organisation", "")(need)

    @admin.display(description=_("home network"))
    def network_link(self, need: Need) -> Any:
        return linked("home_network", "")(need)

    @admin.display(description=_("created by"))
    def writer(self, need: Need) -> SafeString:
        return format_html("{} ({})", need.created_by.name, need.created_by.email)


def sides_in_words(sides: tuple[float, float, float] | None) -> str | None:
    return " × ".join(f"{side:g}" for side in sides) if sides else None
