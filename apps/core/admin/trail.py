"""What a desk form changed, in the shape of an audit entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet, ModelForm

from apps.core.models import Identified

SECRET = {"password"}
Changes = tuple[dict[str, Any], dict[str, Any]]


def form_changes(form: ModelForm[Any], *, created: bool) -> Changes:
    """(before, after) of the fields that differ; of a new row everything that was filled in."""
    row: Model = form.instance
    columns = {field.name for field in row._meta.get_fields()} - SECRET
    names = [name for name in form.changed_data if name in form.cleaned_data and name in columns]
    after = {name: plain(form.cleaned_data[name]) for name in names}
    before = {} if created else {name: plain(form.initial.get(name)) for name in names}
    return before, after


def formset_changes(formset: BaseInlineFormSet[Any, Any, Any]) -> Changes:
    """(before, after) of the rows below, each under its kind and words."""
    model: Any = formset.model
    kind = model._meta.model_name
    before: dict[str, Any] = {f"{kind} {row}": "deleted" for row in formset.deleted_objects}
    after: dict[str, Any] = {}
    new, changed = set(formset.new_objects), {row for row, _names in formset.changed_objects}
    for form in formset.forms:
        row = form.instance
        if row.pk is None:
            continue  # left blank, or deleted a moment ago
        if row in new:
            after[f"{kind} {row}"] = form_changes(form, created=True)[1]
        elif row in changed:
            before[f"{kind} {row}"], after[f"{kind} {row}"] = form_changes(form, created=False)
    return before, after


def all_changes(form: ModelForm[Any], formsets: Iterable[Any], *, created: bool) -> Changes:
    before, after = form_changes(form, created=created)
    for formset in formsets:
        old, new = formset_changes(formset)
        before |= old
        after |= new
    return before, after


def plain(value: Any) -> Any:
    """A value that JSON can hold: rows by their public id, or by their words where they have none."""
    if isinstance(value, Identified):
        return str(value.public_id)
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, QuerySet | list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, bool | int | float | dict):
        return value
    return str(value)
