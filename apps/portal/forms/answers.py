"""Answering, fact by fact, what an inquiry asks: still true, or other values."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import MAX_DAYS, MAX_HOURS_PER_WEEK, MAX_QUANTITY
from apps.facilities.models import Capability, Facility, HeldCertificate, Resource
from apps.facilities.services import FactAnswer

LATER, TRUE, OTHER = "", "true", "other"
ANSWERS = [(TRUE, _("Still true")), (OTHER, _("It is other now:")), (LATER, _("I answer this later"))]
MUST = {"units_per_week", "gross_hours_per_week"}
YES_NO = [("", _("not stated")), ("yes", _("yes")), ("no", _("no"))]
PIECES: dict[str, Any] = {"min_value": 1, "max_value": MAX_QUANTITY, "required": False}
DAYS: dict[str, Any] = {"min_value": 0, "max_value": MAX_DAYS, "required": False}


class FactForm(forms.Form):
    """Of one fact. `row` is what it is about."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=ANSWERS, required=False, widget=forms.RadioSelect)

    def __init__(self, key: int, row: Any, data: QueryDict | None = None) -> None:
        self.key, self.row = key, row
        super().__init__(data, prefix=f"fact-{key}", initial={"answer": LATER})
        for name, field in _fields(row).items():
            field.initial = _shown(name, getattr(row, name))
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        """What stands in the other fields counts only where they are said to be the answer."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("answer") == OTHER:
            for name in MUST & self.fields.keys():
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say how much it is."))
        else:
            for name in set(self.errors) - {"answer"}:
                del self.errors[name]
        return given

    def given(self) -> FactAnswer | None:
        """None where it is left for later. A value as it was is still true."""
        chosen = self.cleaned_data["answer"]
        if chosen == LATER:
            return None
        names = [name for name in self.fields if name != "answer"] if chosen == OTHER else []
        values = {name: _stored(name, self.cleaned_data[name]) for name in names}
        return FactAnswer({name: value for name, value in values.items() if value != getattr(self.row, name)})

    @property
    def values(self) -> Iterable[Any]:
        return [self[name] for name in self.fields if name != "answer"]


def _fields(row: Any) -> Mapping[str, forms.Field]:
    runs = {
        "min_run": forms.IntegerField(label=_("Smallest run (pieces)"), **PIECES),
        "max_run": forms.IntegerField(label=_("Largest run (pieces)"), **PIECES),
        "lead_days_low": forms.IntegerField(label=_("Lead time from (days)"), **DAYS),
        "lead_days_high": forms.IntegerField(label=_("Lead time to (days)"), **DAYS),
    }
    if isinstance(row, Capability):
        return runs
    if isinstance(row, Facility):
        return {
            **runs,
            "signs_nda": forms.ChoiceField(label=_("Signs an NDA"), choices=YES_NO, required=False),
            "accepts_startups": forms.ChoiceField(label=_("Start-ups welcome"), choices=YES_NO, required=False),
        }
    if isinstance(row, HeldCertificate):
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return {
            "issued_on": forms.DateField(label=_("Issued on"), required=False, widget=day),
            "expires_on": forms.DateField(label=_("Valid through"), required=False, widget=day),
        }
    return _of_resource(row)


def _of_resource(row: Resource) -> Mapping[str, forms.Field]:
    share = forms.FloatField(label=_("Booked (%)"), min_value=0, max_value=100, required=False)
    if row.units_per_week is not None:
        units = forms.FloatField(label=_("Units a week"), min_value=0.001, max_value=MAX_QUANTITY, required=False)
        return {"units_per_week": units, "booked_share": share}
    label, most = _("Hours a week, all machines"), MAX_HOURS_PER_WEEK
    hours = forms.FloatField(label=label, min_value=0, max_value=most, required=False)
    return {"gross_hours_per_week": hours, "booked_share": share}


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "booked_share" and value is not None:
        return round(value * 100, 6)
    return value


def _stored(name: str, value: Any) -> Any:
    if name in ("signs_nda", "accepts_startups"):
        return {"yes": True, "no": False}.get(value)
    if name == "booked_share" and value is not None:
        return round(value / 100, 8)
    return value
