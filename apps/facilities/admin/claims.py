"""Claims and what owners ask, to be read; both are decided on the facility's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, badge, linked
from apps.facilities.models import Claim, ListingRequest


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "__str__",
        linked("facility", _("facility")),
        badge("state", _("state"), {"pending": "warning", "approved": "success", "denied": "danger"}),
        "created_at",
        "decided_at",
    )
    list_filter = ("state",)
    list_select_related = ("facility", "organisation", "claimed_by", "decided_by", "revoked_by")
    search_fields = ("facility__name", "organisation__name", "public_id__iexact")
    search_help_text = _("a facility, an organisation or an id")
    date_hierarchy = "created_at"
    fields = (
        ("facility", "organisation", "claimed_by"),
        "words",
        ("state", "decided_by", "decided_at"),
        "reason",
        ("revoked_by", "revoked_at"),
        "revoked_reason",
        ("public_id", "created_at"),
    )
    readonly_fields = ("public_id", "created_at")

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        return Claim.objects.filter(facility__networks__coordinators__user=user)


@admin.register(ListingRequest)
class ListingRequestAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "__str__",
        linked("facility", _("facility")),
        badge("kind", _("kind"), {"removal": "warning", "correction": "info"}),
        badge("state", _("state"), {"open": "warning", "granted": "success"}),
        "created_at",
    )
    list_filter = ("state", "kind")
    list_select_related = ("facility", "asked_by", "decided_by")
    search_fields = ("facility__name", "words", "public_id__iexact")
    search_help_text = _("a facility, words of the request or an id")
    date_hierarchy = "created_at"
    fields = (
        ("facility", "kind"),
        "words",
        ("asked_by", "email"),
        ("state", "decided_by", "decided_at"),
        "reason",
        ("public_id", "created_at"),
    )
    readonly_fields = ("public_id", "created_at")

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        return ListingRequest.objects.filter(facility__networks__coordinators__user=user)
