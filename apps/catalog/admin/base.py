"""What the pages of the catalogue share."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.catalog.models import CatalogueRow, FacilityKind, Synonym
from apps.catalog.models.phrases import normalised
from apps.core.admin import DeskAdmin, DeskInline
from apps.core.admin.forms import WholeRowForm


class SearchedByPhrase(DeskAdmin):
    """A list that is searched by its columns and by any phrase that people use for what a row is about."""

    phrase_path: ClassVar[str]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, _may_repeat = super().get_search_results(request, queryset, search_term)
        phrase = normalised(search_term)
        if not phrase:
            return found, _may_repeat
        by_phrase = self.model._default_manager.filter(**{f"{self.phrase_path}__contains": phrase})
        either = Q(pk__in=found.order_by().values("pk")) | Q(pk__in=by_phrase.order_by().values("pk"))
        return queryset.filter(either), False


class CatalogueAdmin(DeskAdmin):
    coordinators_may = frozenset({"view"})
    deletable = True
    readonly_fields = ("edited_here", "created_at", "updated_at")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in ("found_in", "facility_kinds"):
            return forms.MultipleChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=FacilityKind.choices,
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("edited here"))
    def edited_here(self, row: CatalogueRow) -> SafeString | str:
        """Which fields differ from what the data file said when it was last loaded."""
        if not row.loaded:
            return str(_("This row is not from the data files."))
        rows = list(_differences(row))
        if not rows:
            return str(_("Nothing: the row is as the data file has it."))
        head = format_html(
            "<thead><tr><th>{}</th><th>{}</th><th>{}</th></tr></thead>", _("field"), _("here"), _("in the file")
        )
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        return format_html('<table class="desk-table">{}<tbody>{}</tbody></table>', head, body)


def _differences(row: CatalogueRow) -> Iterator[tuple[str, str, str]]:
    for field in (*row._meta.fields, *row._meta.many_to_many):
        if field.name in row.loaded:
            here, in_file = _as_in_a_file(row, field), row.loaded[field.name]
            if here != in_file:
                yield str(field.verbose_name), str(here), str(in_file)


def _as_in_a_file(row: CatalogueRow, field: Any) -> Any:
    """Files name other rows by their short names, lists of them in order."""
    if isinstance(field, ManyToManyField):
        return sorted(other.slug for other in getattr(row, field.name).all())
    value = getattr(row, field.name)
    return value.slug if isinstance(value, CatalogueRow) and hasattr(value, "slug") else value


class SynonymForm(WholeRowForm):
    class Meta:
        model = Synonym
        fields = ("text",)

    def clean_text(self) -> str:
        """Stored in the one spelling that searches are brought to as well."""
        text = normalised(self.cleaned_data["text"])
        if not text:
            raise ValidationError(gettext("There is no letter or digit in it."))
        return text


class SynonymInline(DeskInline):
    """Phrases that find the row above; each page names its own column of Synonym."""

    model = Synonym
    form = SynonymForm
    fields = ("text", "basis")
    verbose_name = _("phrase that finds it")
    verbose_name_plural = _("phrases that find it")
    tab = True
