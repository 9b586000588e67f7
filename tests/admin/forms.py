"""What a browser would send back of a page's form."""

from typing import Any

from django import forms
from django.db.models import Model
from django.test import Client

NULL_BOOLEANS = {None: "unknown", True: "true", False: "false"}


def form_data(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """Everything that the form at `url` shows, unchanged but for `changes`; None leaves a field out."""
    context = client.get(url).context
    parts = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        parts += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for part in parts:
        for bound in part:
            sent = _sent(bound.field.widget, bound.value())
            if sent is not None:
                data[bound.html_name] = sent
    return {name: value for name, value in (data | changes).items() if value is not None}


def _sent(widget: Any, value: Any) -> Any:
    widget = getattr(widget, "widget", widget)
    if isinstance(widget, forms.NullBooleanSelect):
        return NULL_BOOLEANS[value]
    if isinstance(widget, forms.CheckboxInput):
        return "on" if value else None
    if isinstance(widget, forms.SelectMultiple | forms.CheckboxSelectMultiple) and value is None:
        return None
    if isinstance(value, list | tuple):
        return [one.pk if isinstance(one, Model) else one for one in value]
    return "" if value is None else value


def errors_of(response: Any) -> dict[str, list[str]]:
    """Of a page that came back: field -> sentences, those of rows below by the field's whole name."""
    found = {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}
    for inline in response.context["inline_admin_formsets"]:
        found |= {f"{form.prefix}-{name}": list(e) for form in inline.formset.forms for name, e in form.errors.items()}
        if inline.formset.non_form_errors():
            found[inline.formset.prefix] = list(inline.formset.non_form_errors())
    return found
