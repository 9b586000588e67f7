"""What a founder fills in about a need as a whole. Fields carry the names of NeedContent, so refusals find them."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from apps.accounts.models import Organisation, User
from apps.catalog.models import Certification, CertificationScope, Region, RegionKind, Stage
from apps.core import constraints
from apps.core.industries import Industry
from apps.needs.models import Confidentiality, RegionRule
from apps.networks.models import Network
from apps.portal.forms.fields import length_field, money_field, needs_eyes
from apps.portal.selectors.people import organisations_to_post_for, usual_network_of

CURRENCIES = ("USD", "EUR", "GBP", "CAD", "CHF", "CNY", "INR", "JPY", "KES", "MXN", "SGD", "ZAR")
ANY_COUNTRY = ("", _("not stated"))
PLACES_OFFERED = (
    RegionKind.COUNTRY,
    RegionKind.SUB_AREA,
    RegionKind.RELATIVE,
    RegionKind.COMBINATION,
    RegionKind.TRANSPORT_REGION,
)
SIDES = ("length_mm", "width_mm", "height_mm")
# What stands together under "More"; a group is open where something was said or is wrong.
GROUPS = {
    "place": (
        "region_rule",
        "region",
        "ship_to_admin_area",
        "ship_to_lat",
        "ship_to_lon",
        "wants_visits",
        "partner_networks",
    ),
    "product": (*SIDES, "weight_kg", "annual_quantity", "industry", "workmanship_class", "contains_lithium"),
    "certificates": ("required_certificates",),
    "money": ("budget_amount", "currency", "tooling_budget_amount", "target_unit_price", "budget_is_ceiling"),
    "secrecy": ("confidentiality", "export_controlled", "self_service"),
}


class StageField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the type checker only
    def label_from_instance(self, obj: Stage) -> str:
        return _("%(name)s: usually %(low)s to %(high)s pieces") % {
            "name": obj.name,
            "low": f"{obj.quantity_low:,}",
            "high": f"{obj.quantity_high:,}",
        }


@dataclass(frozen=True)
class CertificateChoice:
    slug: str
    name: str
    chosen: bool


class NeedForm(forms.Form):
    """`token` is drawn once a page: the same page sent twice makes one need."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    organisation = forms.ModelChoiceField(
        label=_("For which start-up"), queryset=Organisation.objects.none(), to_field_name="public_id", empty_label=None
    )
    title = forms.CharField(
        label=_("What do you need made?"),
        max_length=200,
        error_messages={"required": _("Say it in one line.")},
        help_text=_("One line that a producer understands, such as “200 soil-moisture probes for a farm pilot”."),
    )
    product = forms.CharField(
        label=_("The product"), max_length=200, required=False, help_text=_("Two or three words: soil-moisture sensor.")
    )
    description = forms.CharField(
        label=_("In your own words"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What it is, what exists already, what worries you. Your coordinator reads this."),
    )
    stage = StageField(
        label=_("Stage of this order"),
        queryset=Stage.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("not sure"),
        help_text=_("Of this order, not of the product: it tells who is used to such work."),
    )
    order_quantity = forms.IntegerField(
        label=_("Pieces in this order"),
        min_value=1,
        max_value=constraints.MAX_QUANTITY,
        help_text=_("Such as 200."),
        error_messages={"required": _("Say how many."), "min_value": _("It takes at least one piece.")},
    )
    due_on = forms.DateField(
        label=_("Needed by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day the goods must be with you."),
        error_messages={"required": _("Choose a day."), "invalid": _("Write a day of the calendar.")},
    )
    ship_to_city = forms.CharField(label=_("Deliver to: city"), max_length=100, required=False)
    ship_to_country = forms.ChoiceField(label=_("Country"), required=False, choices=lambda: [ANY_COUNTRY, *countries])
    home_network = forms.ModelChoiceField(
        label=_("Your network"),
        queryset=Network.objects.none(),
        to_field_name="slug",
        empty_label=_("choose one"),
        help_text=_("Its coordinator reads the need, and its facilities are ranked."),
        error_messages={"required": _("Choose the network that should help you.")},
    )

    partner_networks = forms.ModelMultipleChoiceField(
        label=_("Let other networks in"),
        queryset=Network.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their facilities join the ranking, and their coordinators may read the need."),
    )
    annual_quantity = forms.IntegerField(
        label=_("Pieces a year, later"),
        min_value=1,
        max_value=constraints.MAX_QUANTITY,
        required=False,
        help_text=_("If repeat orders are likely."),
    )
    industry = forms.ChoiceField(
        label=_("Industry"), required=False, choices=lambda: [("", _("not stated")), *Industry.choices]
    )
    region_rule = forms.ChoiceField(
        label=_("Where may it be made?"),
        choices=RegionRule.choices,
        initial=RegionRule.NONE,
        widget=forms.RadioSelect,
        help_text=_("A wish lowers the score of places outside; a must excludes them."),
    )
    region = forms.ModelChoiceField(
        label=_("Which region"),
        queryset=Region.objects.filter(kind__in=PLACES_OFFERED),
        to_field_name="code",
        required=False,
        empty_label=_("none"),
    )
    ship_to_admin_area = forms.RegexField(
        label=_("State or province"),
        regex=r"^[A-Z]{2}-[A-Z0-9]{1,3}$",
        required=False,
        help_text=_("ISO 3166-2, such as US-CA."),
        error_messages={"invalid": _("Write it as US-CA: the country, a hyphen, the state.")},
    )
    ship_to_lat = forms.FloatField(
        label=_("Latitude"), min_value=-90, max_value=90, required=False, help_text=_("Degrees north, such as -1.29.")
    )
    ship_to_lon = forms.FloatField(
        label=_("Longitude"), min_value=-180, max_value=180, required=False, help_text=_("Degrees east, such as 36.82.")
    )
    length_mm = length_field(_("Length (mm)"))
    width_mm = length_field(_("Width (mm)"))
    height_mm = length_field(_("Height (mm)"))
    weight_kg = forms.FloatField(label=_("Weight (kg)"), min_value=0.000001, max_value=10**6, required=False)
    contains_lithium = forms.BooleanField(label=_("It carries lithium cells"), required=False)
    workmanship_class = forms.TypedChoiceField(
        label=_("Workmanship of electronics"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("not stated")),
            (1, _("class 1: general")),
            (2, _("class 2: dedicated service")),
            (3, _("class 3: high reliability")),
        ],
        help_text=_("As IPC-A-610 counts."),
    )
    required_certificates = forms.ModelMultipleChoiceField(
        label=_("Certificates you cannot do without"),
        queryset=Certification.objects.all(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each one you tick is a gate: who lacks it is not ready. Leave out what would only be nice."),
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        choices=Confidentiality.choices,
        initial=Confidentiality.PUBLIC,
        widget=forms.RadioSelect,
    )
    export_controlled = forms.BooleanField(
        label=_("It is export-controlled"),
        required=False,
        help_text=_("Only facilities with verified evidence are candidates. Do not describe controlled details here."),
    )
    self_service = forms.BooleanField(
        label=_("We do the work ourselves"),
        required=False,
        help_text=_("Opens maker spaces for members, for up to about 50 pieces."),
    )
    wants_visits = forms.BooleanField(
        label=_("We want to visit during the work"), required=False, help_text=_("Then near counts for more.")
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES], initial="USD")
    budget_amount = money_field(_("Budget for the order"))
    tooling_budget_amount = money_field(_("Of which for tooling"))
    target_unit_price = money_field(_("Target price a piece"))
    budget_is_ceiling = forms.BooleanField(
        label=_("The budget is a hard ceiling"), required=False, help_text=_("Who is known to be dearer is excluded.")
    )

    def __init__(self, user: User, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"token": uuid4(), **(initial or {})}, label_suffix="")
        organisations, networks = organisations_to_post_for(user), Network.objects.visible_to(user)
        self._offer("organisation", organisations)
        self._offer("home_network", networks)
        self._offer("partner_networks", networks)
        if len(organisations) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()
            self.initial.setdefault("organisation", organisations[0].public_id)
        self.initial.setdefault("home_network", usual_network_of(user, networks))

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("home_network") in (cleaned.get("partner_networks") or ()):
            self.add_error("partner_networks", _("Your own network is in already; untick it here."))
        given = [side for side in SIDES if cleaned.get(side) is not None]
        if given and not any(self.has_error(side) for side in SIDES):
            for side in (side for side in SIDES if side not in given):
                self.add_error(side, _("Give all three sides, or none."))
        cleaned["envelope_mm"] = tuple(cleaned[side] for side in SIDES) if len(given) == len(SIDES) else None
        return cleaned

    def certificate_groups(self) -> list[tuple[str, list[CertificateChoice]]]:
        """The certificates in groups by what they speak of."""
        chosen = {str(slug) for slug in self["required_certificates"].value() or ()}
        groups: dict[str, list[CertificateChoice]] = {scope: [] for scope in CertificationScope.values}
        for row in Certification.objects.all():
            groups[row.scope].append(CertificateChoice(row.slug, row.name, row.slug in chosen))
        return [(str(CertificationScope(scope).label), rows) for scope, rows in groups.items() if rows]

    def open_groups(self) -> list[str]:
        return [group for group, names in GROUPS.items() if any(needs_eyes(self[name]) for name in names)]
