"""Form parts that the portal's forms share: a field that takes catalogue rows by their words, lengths, money."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Material, Process, ProcessKind
from apps.core import constraints
from apps.portal.selectors.catalogue import children_of, named_in_catalogue, suggested

SMALLEST_LENGTH_MM = 0.0001


class PhraseInput(forms.TextInput):
    """A text field that proposes catalogue rows while one types; without JavaScript, the browser's own list does."""

    template_name = "portal/forms/phrase.html"

    def __init__(self, kind: str) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"})
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "kind": self.kind}


class PhraseField(forms.CharField):
    """Takes the name, the short name or any listed synonym of one catalogue row, and cleans to that row."""

    default_error_messages = {
        "unknown": _("The catalogue does not know “%(text)s”. Try another word for it."),
        "nearest": _("The catalogue does not know “%(text)s”. Did you mean %(names)s?"),
        "several": _("“%(text)s” can mean %(names)s. Choose one of them."),
        "group": _("“%(text)s” is a group. Choose one of its kinds, such as %(names)s."),
    }

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(max_length=120, widget=PhraseInput(kind), **options)
        self.kind = kind

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._row(text) if text else None

    def _row(self, text: str) -> Process | Material:
        rows = named_in_catalogue(self.kind, text)
        if not rows:
            nearest = suggested(self.kind, text, limit=3)
            raise self._refusal("nearest" if nearest else "unknown", text, [row.name for row in nearest])
        if len(rows) > 1:
            raise self._refusal("several", text, [row.name for row in rows[:4]])
        row = rows[0]
        if isinstance(row, Process) and row.kind == ProcessKind.CATEGORY:
            raise self._refusal("group", text, [child.name for child in children_of(row)[:4]])
        return row

    def _refusal(self, code: str, text: str, names: list[str]) -> ValidationError:
        listed = ", ".join(f"“{name}”" for name in names)
        return ValidationError(self.error_messages[code], code=code, params={"text": text, "names": listed})


def length_field(label: Any, **options: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label, required=False, min_value=SMALLEST_LENGTH_MM, max_value=constraints.MAX_LENGTH_MM, **options
    )


def money_field(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=12, decimal_places=2, **options)


def needs_eyes(bound: BoundField) -> bool:
    """Something other than the usual was filled in, or it is wrong: what holds it should not be folded away."""
    value, usual = bound.value(), bound.field.initial
    as_usual = value == usual or value == str(usual) or (not value and not usual)
    return bool(bound.errors) or not as_usual
