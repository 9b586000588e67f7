"""Form fields for what facilities wish for and refuse."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.catalog.models import Stage
from apps.catalog.rules import half_width_mm, tolerance_class
from apps.core.admin.forms import WholeRowForm, WishField
from apps.core.errors import InvalidInputError
from apps.core.industries import Industry
from apps.facilities.models import Capability, CapacityWeek, Facility, HeldCertificate, NoGo, NoGoKind
from apps.facilities.services.parts import require_kind
from apps.facilities.services.writing import today


def wish_field(db_field: Any) -> forms.Field | None:
    """A field that keeps "not stated" apart from "no wish"; None for fields that are no wishes."""
    if db_field.name == "wished_industries":
        return WishField(label=capfirst(db_field.verbose_name), choices=Industry.choices)
    if db_field.name == "wished_stages":
        return WishField(label=capfirst(db_field.verbose_name), choices=list(Stage.objects.values_list("slug", "name")))
    return None


class NoGoForm(WholeRowForm):
    class Meta:
        model = NoGo
        fields = ("kind", "value")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names_stage = cleaned.get("kind") == NoGoKind.STAGE and cleaned.get("value")
        if names_stage and not Stage.objects.filter(slug=cleaned["value"]).exists():
            raise ValidationError({"value": _("There is no stage with this short name.")})
        return cleaned


class FiguresForm(WholeRowForm):
    """A tolerance by its class: the number follows, where none is written beside it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text = cleaned.get("tolerance_class", "")
        name = tolerance_class(text) if text else ""
        if name is None:
            raise ValidationError({"tolerance_class": _("A class of ISO 2768-1 or a grade of ISO 286, IT5 to IT13.")})
        if "tolerance_class" in self.changed_data and name and "best_tolerance_mm" not in self.changed_data:
            cleaned["best_tolerance_mm"] = half_width_mm(name)
        elif "best_tolerance_mm" in self.changed_data and "tolerance_class" not in self.changed_data:
            name = ""  # a number by itself: the class that stood there said another
        if "tolerance_class" in cleaned:
            cleaned["tolerance_class"] = name
        return cleaned


class FacilityForm(FiguresForm):
    class Meta:
        model = Facility
        fields = ("name",)


class CertificateForm(WholeRowForm):
    class Meta:
        model = HeldCertificate
        fields = ("certification",)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        certification = cleaned.get("certification") or getattr(self.instance, "certification", None)
        if certification is None:
            return cleaned
        try:
            require_kind(certification, cleaned.get("shown_for", self.instance.shown_for))
        except InvalidInputError as refusal:
            raise ValidationError({"shown_for": refusal.detail}) from refusal
        return cleaned


class CapabilityForm(FiguresForm):
    class Meta:
        model = Capability
        fields = ("process",)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        facility = cleaned.get("facility") or (self.instance.facility if self.instance.pk else None)
        resource = cleaned.get("resource")
        if resource and facility and resource.facility_id != facility.pk:
            raise ValidationError({"resource": _("That bottleneck is at another facility.")})
        return cleaned


class WeekForm(WholeRowForm):
    """What is written is as of today. Blank hours leave a week to the pattern, which only one with holds can be."""

    class Meta:
        model = CapacityWeek
        fields = ("monday", "free_hours")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stated = cleaned.get("free_hours") is not None
        week: CapacityWeek = self.instance
        if not (stated or "free_hours" in self.errors or week.firm_hours or week.soft_hours):
            raise ValidationError({"free_hours": _("How many hours are free?")})
        if self.has_changed():
            week.as_of = today() if stated else None
        return cleaned
