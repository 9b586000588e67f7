"""Holds, to be read: the ledger alone writes them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, badge, linked
from apps.facilities.admin.history import ShowsChanges
from apps.facilities.admin.inlines import HoldWeekInline
from apps.facilities.models import Hold


@admin.register(Hold)
class HoldAdmin(ShowsChanges, RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "public_id",
        linked("resource", _("resource")),
        badge("state", _("state"), {"soft": "info", "firm": "success", "expired": "warning"}),
        "holder_kind",
        "expires_at",
        "created_at",
    )
    list_filter = ("state", "holder_kind")
    list_select_related = ("resource__facility", "resource__kind")
    search_fields = (
        "public_id__iexact",
        "holder_id__iexact",
        "need_public_id__iexact",
        "resource__name",
        "resource__facility__name",
    )
    search_help_text = _("an id of hold, holder or need, or the name of a resource or facility")
    date_hierarchy = "created_at"
    fields = (
        "resource",
        "state",
        "expires_at",
        ("holder_kind", "holder_id"),
        "need_public_id",
        ("public_id", "created_at", "updated_at"),
    )
    readonly_fields = ("public_id", "created_at", "updated_at")
    inlines = (HoldWeekInline,)

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        return Hold.objects.filter(resource__facility__networks__coordinators__user=user)
