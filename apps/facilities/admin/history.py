"""The history of rows at the desk: one page a table, reached from each row's own page."""

from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.admin import DeskAdmin, RecordAdmin
from apps.core.admin.documents import pretty
from apps.facilities.models import EVENTS
from apps.facilities.selectors.history import Entry, entries, events_coordinated_by

SHOWN = 100
LABELS = {"insert": _("added"), "update": _("changed"), "delete": _("removed"), "known": _("known since then")}


class ShowsChanges(DeskAdmin):
    """The history of a row shows what the triggers kept of it, beside what was done at the desk."""

    object_history_template = "facilities/admin/history.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        events = apps.get_model(self.opts.app_label, f"{self.opts.object_name}Event")
        rows = events._default_manager.filter(pgh_obj_id=object_id).order_by("-pgh_id")
        shown = [{"entry": entry, "what": LABELS[entry.what]} for entry in entries(list(rows[:SHOWN]), in_full=True)]
        address = reverse(f"admin:{events._meta.app_label}_{events._meta.model_name}_changelist")
        every = f"{address}?{urlencode({'pgh_obj_id': object_id})}"
        return super().history_view(request, object_id, {**(extra_context or {}), "changes": shown, "every": every})


class EventAdmin(RecordAdmin):
    """Written by the database alone. Coordinators read those of their facilities."""

    coordinators_may = frozenset({"view"})
    list_display = ("pgh_created_at", "row", "what", "who", "told")
    list_display_links = ("pgh_created_at",)
    list_filter = ("pgh_label",)
    ordering = ("-pgh_id",)
    search_fields = ("=id",)
    search_help_text = _("the number of a row")
    date_hierarchy = "pgh_created_at"
    fields = ("pgh_created_at", "row", "what", "who", "before_and_after")
    readonly_fields = ("pgh_created_at", "row", "what", "who", "before_and_after")

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        return events_coordinated_by(user, self.model)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup == "pgh_obj_id" or super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What changed is worked out for the whole page at once."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        for row, entry in zip(rows, entries(rows, in_full=True), strict=True):
            row.entry = entry
        page.result_list = rows
        return page

    @admin.display(description=_("row"), ordering="pgh_obj_id")
    def row(self, event: Any) -> str:
        return f"#{event.pgh_obj_id}"

    @admin.display(description=_("what"), ordering="pgh_label")
    def what(self, event: Any) -> str:
        return str(LABELS.get(event.pgh_label, event.pgh_label))

    @admin.display(description=_("who"))
    def who(self, event: Any) -> str:
        return _entry(event).by

    @admin.display(description=_("changes"))
    def told(self, event: Any) -> SafeString:
        changes = _entry(event).changes.items()
        return format_html_join(
            "", "<div>{}: {} → {}</div>", ((name, _short(a), _short(b)) for name, (a, b) in changes)
        )

    @admin.display(description=_("before and after"))
    def before_and_after(self, event: Any) -> SafeString:
        changes = _entry(event).changes.items()
        return pretty({name: {"before": old, "after": new} for name, (old, new) in changes})


def _entry(event: Any) -> Entry:
    if not hasattr(event, "entry"):
        [event.entry] = entries([event], in_full=True)
    found: Entry = event.entry
    return found


def _short(value: Any) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


for model in EVENTS:
    admin.site.register(model, EventAdmin)
