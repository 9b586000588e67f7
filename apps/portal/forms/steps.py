"""One row of a need's process steps. The first row is the lead; a row left empty is no step."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.needs.content import StepContent
from apps.needs.models import StepRole
from apps.portal.forms.fields import PhraseField, length_field, needs_eyes

ROLES = [(StepRole.REQUIRED, _("required")), (StepRole.PREFERRED, _("nice to have"))]


FINE_POINTS = (
    "other_material",
    "tolerance_mm",
    "pieces_per_unit",
    "equivalents_allowed",
    "substitutes_allowed",
    "tooling_exists",
)


class StepForm(forms.Form):
    """`number` counts from 0. The field names are those of StepContent where they mean the same."""

    process = PhraseField("process", label=_("Process"), error_messages={"required": _("Name the process.")})
    material = PhraseField("material", label=_("Material"), required=False)
    role = forms.ChoiceField(label=_("This step is"), choices=ROLES, initial=StepRole.REQUIRED, required=False)
    other_material = PhraseField("material", label=_("Or this material"), required=False)
    pieces_per_unit = forms.IntegerField(
        label=_("Pieces of it in one unit"), min_value=1, max_value=10**6, initial=1, required=False
    )
    tolerance_mm = length_field(_("Tightest tolerance (± mm)"))
    equivalents_allowed = forms.BooleanField(label=_("An equivalent material will do"), required=False)
    substitutes_allowed = forms.BooleanField(label=_("Another process will do"), required=False, initial=True)
    tooling_exists = forms.BooleanField(label=_("Tooling is there already"), required=False)

    def __init__(self, number: int, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(
            data,
            prefix=f"steps-{number}",
            initial=initial,
            label_suffix="",
            empty_permitted=number > 0,
            use_required_attribute=number == 0,
        )
        self.number = number
        if number == 0:
            self.fields["process"].label = _("Main process")
            del self.fields["role"]

    @property
    def is_lead(self) -> bool:
        return self.number == 0

    @property
    def is_step(self) -> bool:
        return self.is_lead or self.has_changed()

    def fine_points_open(self) -> bool:
        return any(needs_eyes(self[name]) for name in FINE_POINTS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("other_material") and not cleaned.get("material") and not self.has_error("material"):
            self.add_error("material", _("Name the first material as well."))
        return cleaned

    def content(self) -> StepContent:
        value = self.cleaned_data
        materials = (value["material"], value["other_material"])
        return StepContent(
            process=value["process"],
            role=StepRole.LEAD if self.is_lead else value["role"] or StepRole.REQUIRED,
            pieces_per_unit=value["pieces_per_unit"] or 1,
            materials=tuple(dict.fromkeys(material for material in materials if material)),
            equivalents_allowed=value["equivalents_allowed"],
            substitutes_allowed=value["substitutes_allowed"],
            tooling_exists=value["tooling_exists"],
            tolerance_mm=value["tolerance_mm"],
        )
