"""What those who keep a facility's listing fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from apps.catalog.models import Certification, Material, Process, ProcessKind, Stage
from apps.catalog.rules import tolerance_classes
from apps.core import constraints
from apps.core.currencies import CURRENCIES
from apps.core.errors import DomainError
from apps.core.industries import Industry
from apps.facilities.models import AccessKind, Capability, CapabilityOffer, Facility, HeldCertificate, NoGoKind
from apps.portal.forms.fields import length_field, money_field
from apps.portal.forms.refusals import refusal_in_words

NOT_STATED = ("", _("not stated"))
YES_NO = (NOT_STATED, ("yes", _("yes")), ("no", _("no")))
SIDES = ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm")


class ListingForm(forms.Form):
    """Puts a refusal of the rules beside the field that it names."""

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, label_suffix="", **options)

    def refuse(self, error: DomainError) -> None:
        name = SIDES[0] if error.field == "envelope_mm" else error.field
        self.add_error(name if name in self.fields else None, refusal_in_words(error))

    def problems(self) -> list[dict[str, Any]]:
        """For the list above the form: where it is, what it is called, what is wrong."""
        general = [{"anchor": "", "label": "", "text": text} for text in self.non_field_errors()]
        return general + [
            {"anchor": bound.id_for_label or bound.auto_id, "label": bound.label, "text": text}
            for bound in self
            for text in bound.errors
        ]


def pieces_field(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=1, max_value=constraints.MAX_QUANTITY
    )


def days_field(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=0, max_value=constraints.MAX_DAYS
    )


class FiguresForm(ListingForm):
    """Run sizes, money, lead times, tolerance, size. Blank: not stated."""

    min_run = pieces_field(_("Smallest run of one part (pieces)"))
    min_order_pieces = pieces_field(
        _("Smallest order (pieces)"),
        _("Over all its parts together. The ranking takes the greater of it and the smallest run."),
    )
    min_order_amount = money_field(_("Smallest order (money)"), help_text=_("0: there is none."))
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)], initial="USD"
    )
    economic_run_low = pieces_field(_("You like runs from (pieces)"))
    economic_run_high = pieces_field(_("You like runs to (pieces)"))
    max_run = pieces_field(_("Largest run (pieces)"))
    lead_days_low = days_field(_("Lead days from"), _("Calendar days after a complete order."))
    lead_days_high = days_field(_("Lead days to"))
    tolerance_class = forms.ChoiceField(
        label=_("Tolerance by class"),
        help_text=_("Its number follows for a size of about 100 mm, unless you give one."),
        choices=[NOT_STATED, *((name, name) for name in tolerance_classes())],
        required=False,
    )
    best_tolerance_mm = length_field(_("Or as a number (± mm at about 100 mm)"))
    envelope_length_mm = length_field(_("Largest part: length (mm)"))
    envelope_width_mm = length_field(_("width (mm)"))
    envelope_height_mm = length_field(_("height (mm)"))
    materials = forms.ModelMultipleChoiceField(
        label=_("Materials"), queryset=Material.objects.order_by("name"), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sides = [cleaned.get(side) for side in SIDES]
        if any(sides) and not all(sides) and not any(side in self.errors for side in SIDES):
            self.add_error(SIDES[0], _("Give all three sides, or none."))
        return cleaned

    def figures(self) -> dict[str, Any]:
        """As the services take them: of the tolerance what was changed here decides."""
        values = {name: self.cleaned_data[name] for name in FiguresForm.base_fields if name not in SIDES}
        sides = tuple(self.cleaned_data[side] for side in SIDES)
        values["envelope_mm"] = sides if all(sides) else None
        values["materials"] = list(values["materials"])
        if "tolerance_class" in self.changed_data and "best_tolerance_mm" not in self.changed_data:
            values["best_tolerance_mm"] = None
        elif "best_tolerance_mm" in self.changed_data and "tolerance_class" not in self.changed_data:
            del values["tolerance_class"]
        if not values.get("tolerance_class") and "tolerance_class" in self.changed_data:
            values["best_tolerance_mm"] = self.cleaned_data["best_tolerance_mm"]
        return values

    @staticmethod
    def initial_of(row: Facility | Capability) -> dict[str, Any]:
        known = {name: getattr(row, name) for name in FiguresForm.base_fields if name != "materials"}
        return {**known, "materials": list(row.materials.all())}


class SiteForm(FiguresForm):
    """The figures of the whole site, and what work it wants."""

    name = forms.CharField(label=_("Name"), max_length=200)
    description = forms.CharField(
        label=_("What you do, in your words"), max_length=4_000, required=False, widget=forms.Textarea
    )
    profile_public = forms.BooleanField(label=_("Founders see the name before an introduction"), required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    access = forms.ChoiceField(label=_("Who does the work"), choices=AccessKind.choices)
    signs_nda = forms.ChoiceField(label=_("You sign an NDA"), choices=YES_NO, required=False)
    accepts_startups = forms.ChoiceField(label=_("Start-ups are welcome"), choices=YES_NO, required=False)
    wished_industries = forms.MultipleChoiceField(
        label=_("Industries you want"), choices=Industry.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    wished_stages = forms.ModelMultipleChoiceField(
        label=_("Stages you want"),
        queryset=Stage.objects.order_by("order"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    any_work = forms.BooleanField(
        label=_("No wish in particular: any industry and stage"),
        help_text=_("Unticked and nothing chosen above: not stated."),
        required=False,
    )
    field_order = ("name", "description", "profile_public", "city", "country", "access")

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["country"].choices = [("", "-"), *countries]  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        own = ("name", "description", "profile_public", "city", "country", "access")
        blank: list[str] | None = [] if given["any_work"] else None
        return {
            **self.figures(),
            **{name: given[name] for name in own},
            "signs_nda": _yes_no(given["signs_nda"]),
            "accepts_startups": _yes_no(given["accepts_startups"]),
            "wished_industries": given["wished_industries"] or blank,
            "wished_stages": [stage.slug for stage in given["wished_stages"]] or blank,
        }

    @staticmethod
    def initial_for(facility: Facility) -> dict[str, Any]:
        wishes = facility.wished_stages or []
        return {
            **FiguresForm.initial_of(facility),
            "name": facility.name,
            "description": facility.description,
            "profile_public": facility.profile_public,
            "city": facility.city,
            "country": facility.country.code,
            "access": facility.access,
            "signs_nda": _said(facility.signs_nda),
            "accepts_startups": _said(facility.accepts_startups),
            "wished_industries": facility.wished_industries or [],
            "wished_stages": list(Stage.objects.filter(slug__in=wishes)),
            "any_work": facility.wished_industries == [] and facility.wished_stages == [],
        }


class LineForm(FiguresForm):
    """One process line. Blank figures: those of the site hold."""

    offer = forms.ChoiceField(
        label=_("You offer it as"),
        choices=CapabilityOffer.choices,
        help_text=_("Core work, something you also do, or through a partner."),
    )
    field_order = ("offer",)

    def values(self) -> dict[str, Any]:
        return {**self.figures(), "offer": self.cleaned_data["offer"]}


class CertificateForm(ListingForm):
    certification = forms.ModelChoiceField(
        label=_("Certificate"), queryset=Certification.objects.order_by("scope", "name")
    )
    number = forms.CharField(label=_("Number"), max_length=80, required=False)
    shown_for = forms.CharField(
        label=_("Shown for"),
        max_length=200,
        required=False,
        help_text=_(
            "Only for certificates of a product (FCC, CE, UN 38.3) or a person (IPC specialist): no facility holds "
            "those. Say for which product you have shown it, or whose it is."
        ),
    )
    scope = forms.CharField(label=_("Scope, as it says"), max_length=300, required=False)
    scope_processes = forms.ModelMultipleChoiceField(
        label=_("Processes in its scope"),
        queryset=Process.objects.exclude(kind=ProcessKind.CATEGORY).order_by("name"),
        required=False,
    )
    site = forms.CharField(label=_("Site named on it, if not this one"), max_length=200, required=False)
    issued_on = forms.DateField(
        label=_("Issued on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    expires_on = forms.DateField(
        label=_("Expires on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "scope_processes": list(self.cleaned_data["scope_processes"])}

    @staticmethod
    def initial_for(row: HeldCertificate) -> dict[str, Any]:
        plain = ("number", "shown_for", "scope", "site", "issued_on", "expires_on", "certification")
        known = {name: getattr(row, name) for name in plain}
        return {**known, "scope_processes": list(row.scope_processes.all())}


class DocumentForm(ListingForm):
    file = forms.FileField(
        label=_("The document"),
        help_text=_("PDF, PNG or JPEG of at most 10 MB. Only you and your coordinators can read it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )


class ContactForm(ListingForm):
    person = forms.CharField(label=_("Person"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    address = forms.CharField(label=_("Street address"), max_length=300, required=False)


class NoGoForm(ListingForm):
    what = forms.ChoiceField(label=_("Never ask us for"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        industries = [(f"{NoGoKind.INDUSTRY}:{value}", label) for value, label in Industry.choices]
        stages = [(f"{NoGoKind.STAGE}:{stage.slug}", stage.name) for stage in Stage.objects.order_by("order")]
        self.fields["what"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (_("Industries"), industries),
            (_("Stages"), stages),
        ]

    def values(self) -> dict[str, str]:
        kind, _colon, value = self.cleaned_data["what"].partition(":")
        return {"kind": kind, "value": value}


def _yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _said(value: bool | None) -> str:
    return {True: "yes", False: "no"}.get(value, "") if value is not None else ""
