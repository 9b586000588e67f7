"""Telling of stretches and weeks that differ from the usual."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import MAX_HOURS_PER_WEEK
from apps.facilities.models import Resource


class ExceptionForm(forms.Form):
    """A stretch of days in which there is less, or other, time."""

    resource = forms.ChoiceField(label=_("Of what"), required=False)
    reason = forms.ChoiceField(label=_("Why"))
    first_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("Through"), widget=forms.DateInput(attrs={"type": "date"}))
    percent = forms.FloatField(
        label=_("Left of the usual hours (%)"), min_value=0, max_value=100, initial=0, help_text=_("0: closed")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, resources: Iterable[Resource], reasons: Any, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.rows = {str(row.public_id): row for row in resources}
        names = [(key, row.name or row.kind.name) for key, row in self.rows.items()]
        self.fields["resource"].choices = [("", _("all of the facility")), *names]  # type: ignore[attr-defined]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]

    def columns(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "resource": self.rows.get(given["resource"]),
            "reason": given["reason"],
            "first_on": given["first_on"],
            "last_on": given["last_on"],
            "share": given["percent"] / 100,
            "note": given["note"],
        }


class WeekForm(forms.Form):
    """The free hours of one week; blank gives it back to the pattern."""

    resource = forms.ChoiceField(label=_("Of what"))
    day = forms.DateField(label=_("A day of the week"), widget=forms.DateInput(attrs={"type": "date"}))
    hours = forms.FloatField(
        label=_("Free hours"),
        min_value=0,
        max_value=MAX_HOURS_PER_WEEK,
        required=False,
        help_text=_("blank: as usual"),
    )

    def __init__(self, resources: Iterable[Resource], data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.rows = {str(row.public_id): row for row in resources}
        names = [(key, row.name or row.kind.name) for key, row in self.rows.items()]
        self.fields["resource"].choices = names  # type: ignore[attr-defined]

    def row(self) -> Resource:
        return self.rows[self.cleaned_data["resource"]]

    def monday(self) -> date:
        day: date = self.cleaned_data["day"]
        return date.fromisocalendar(*day.isocalendar()[:2], 1)
