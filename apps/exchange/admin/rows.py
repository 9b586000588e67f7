"""Rows of imports with what was repaired, refused, changed and kept; and what sources mean by their ids."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, badge, linked
from apps.exchange.cells import written
from apps.exchange.models import ImportRow, SourceListing
from apps.exchange.selectors import MARKS, rows_marked
from apps.exchange.wording import COUNTS

COLOURS = {"new": "success", "change": "info", "unchanged": "primary", "refused": "danger"}
SHOWN = 200  # of one kind on a page


class MarkFilter(admin.SimpleListFilter):
    title = _("with")
    parameter_name = "mark"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(mark, COUNTS[mark]) for mark in MARKS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        mark = self.value()
        return rows_marked(queryset, mark) if mark in MARKS else queryset


def _table(rows: list[dict[str, Any]], columns: dict[str, Any]) -> SafeString | str:
    """A list of JSON objects as a table with these columns: key -> heading."""
    if not rows:
        return "-"
    head = format_html_join("", "<th>{}</th>", ((str(label),) for label in columns.values()))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        (
            (format_html_join("", "<td>{}</td>", ((_shown(row.get(name)),) for name in columns)),)
            for row in rows[:SHOWN]
        ),
    )
    return format_html('<table class="desk-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {written(one)}" for name, one in value.items())
    return written(value)


@admin.register(ImportRow)
class ImportRowAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "number",
        "name",
        badge("outcome", _("outcome"), COLOURS),
        "first_refusal",
        "state",
        linked("facility", _("facility")),
        linked("batch", _("import")),
    )
    list_display_links = ("number", "name")
    list_filter = ("outcome", MarkFilter, "state", "batch")
    list_select_related = ("facility", "batch")
    search_fields = ("name", "external_id")
    search_help_text = _("a name or an id at the source")
    ordering = ("-batch_id", "position")
    fields = (
        ("batch", "number", "rows"), ("external_id", "name"), ("outcome", "state", "facility"), "refused_values",
        "repaired_values", "changed_values", "kept_values", "left_values", "unknown_words", "remarks_made",
    )  # fmt: skip
    readonly_fields = fields[3:]

    def visible_rows(self, user: Any) -> QuerySet[ImportRow]:
        return ImportRow.objects.visible_to(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("draft", "journal")

    @admin.display(description=_("first refusal"))
    def first_refusal(self, row: ImportRow) -> str:
        if not row.refusals:
            return ""
        told = row.refusals[0]
        return f"{told['column'] or gettext('row')}: {told['detail'] or told['reason']}"

    @admin.display(description=_("refused"))
    def refused_values(self, row: ImportRow) -> SafeString | str:
        columns = {"number": _("row"), "column": _("column"), "value": _("value"), "detail": _("reason")}
        return _table(row.refusals, columns)

    @admin.display(description=_("repaired"))
    def repaired_values(self, row: ImportRow) -> SafeString | str:
        names = {"number": _("row"), "column": _("column"), "found": _("found"), "used": _("used")}
        return _table(row.repairs, {**names, "reason": _("why"), "detail": _("in words")})

    @admin.display(description=_("changes"))
    def changed_values(self, row: ImportRow) -> SafeString | str:
        names = {"part": _("part"), "field": _("field"), "before": _("before"), "after": _("after")}
        return _table(row.changes, names)

    @admin.display(description=_("gave way to what was stated"))
    def kept_values(self, row: ImportRow) -> SafeString | str:
        names = {"part": _("part"), "field": _("field"), "here": _("here"), "file": _("in the file")}
        return _table(row.kept, names)

    @admin.display(description=_("left when undone"))
    def left_values(self, row: ImportRow) -> SafeString | str:
        names = {"part": _("part"), "field": _("field"), "here": _("here"), "reason": _("why")}
        return _table(row.left, names)

    @admin.display(description=_("words that nobody knows"))
    def unknown_words(self, row: ImportRow) -> SafeString | str:
        names = {"number": _("row"), "column": _("column"), "text": _("words"), "suggestions": _("may mean")}
        return _table(row.unmapped, names)

    @admin.display(description=_("remarks"))
    def remarks_made(self, row: ImportRow) -> SafeString | str:
        return _table([{"text": one} for one in row.remarks], {"text": _("remark")})


@admin.register(SourceListing)
class SourceListingAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = ("external_id", "source", linked("facility", _("facility")), linked("network", _("network")))
    list_display_links = ("external_id",)
    list_filter = ("source", "network")
    list_select_related = ("facility", "network")
    search_fields = ("external_id", "facility__name")
    search_help_text = _("an id at the source, or a facility")
    fields = ("network", "source", "external_id", "facility", "created_at", "updated_at")

    def visible_rows(self, user: Any) -> QuerySet[SourceListing]:
        return SourceListing.objects.filter(network__coordinators__user=user)
