"""Columns: links to the rows that a cell names, and states as coloured words."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"
Column = Callable[[Any], Any]
SEES = "sees_"  # before the name of a reference: whether the viewer may open its page


def page_of(row: Model) -> str:
    """The address of a row's own page."""
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[quote(row.pk)])


def link_to(row: Model, words: object = "") -> SafeString:
    return format_html('<a class="desk-link" href="{}">{}</a>', page_of(row), words or row)


def column(path: str, description: Words, *, ordering: str = "") -> Column:
    """What lies at the end of a dotted path, which may be blank."""

    @admin.display(description=description, ordering=ordering or path.replace(".", "__"), empty_value="-")
    def cell(row: Any) -> Any:
        return _follow(row, path)

    return cell


def linked(path: str, description: Words, *, ordering: str = "") -> Column:
    """The row at the end of a dotted path, as a link to its page. Name the path in list_select_related.

    Where the list says that the viewer may not open that page (`guarded_links`), there is the name alone.
    """

    @admin.display(description=description, ordering=ordering or path.replace(".", "__"), empty_value="-")
    def cell(row: Any) -> Any:
        found = _follow(row, path)
        if found is None or not getattr(row, SEES + path, True):
            return found
        return link_to(found)

    return cell


def badge(field: str, description: Words, colours: dict[str, str]) -> Column:
    """A choice field as a coloured word: value -> one of the theme's success, warning, danger, info."""

    @admin.display(description=description, ordering=field)
    def cell(row: Any) -> tuple[Any, Any]:
        return getattr(row, field), getattr(row, f"get_{field}_display")()

    cell.label = colours  # type: ignore[attr-defined]  # the theme reads it
    return cell


def _follow(row: Any, path: str) -> Any:
    for name in path.split("."):
        if row is None:
            return None
        try:
            row = getattr(row, name)
        except ObjectDoesNotExist:  # the far side of a one-to-one relation
            return None
    return row
