"""What may be said about a facility and its parts, field by field. The same names come in and go out."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from apps.catalog.models import (
    Certification,
    FacilityKind,
    MachineModel,
    Material,
    Process,
    ResourceKind,
    Stage,
)
from apps.core.api.serializers import (
    CatalogueReference,
    CountryField,
    CurrencyField,
    EnvelopeField,
    StrictBoolean,
    StrictChar,
    StrictDate,
    StrictDecimal,
    StrictFloat,
    StrictInteger,
    StrictSerializer,
    StrictUUID,
    UniqueList,
)
from apps.core.constraints import MAX_DAYS, MAX_HOURS_PER_WEEK, MAX_LENGTH_MM, MAX_QUANTITY
from apps.core.industries import Industry
from apps.facilities.models import AccessKind, CapabilityOffer, NoGoKind, OperatingState
from apps.networks.models import Network

ADMIN_AREA = RegexValidator(r"\A[A-Z]{2}-[A-Z0-9]{1,3}\Z", "An ISO 3166-2 code, such as US-CA.", "invalid")
MAX_LIST = 200
OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}
PIECES: dict[str, Any] = {"min_value": 1, "max_value": MAX_QUANTITY, **OPTIONAL}
DAYS: dict[str, Any] = {"min_value": 0, "max_value": MAX_DAYS, **OPTIONAL}
PRICE: dict[str, Any] = {"max_digits": 12, "decimal_places": 4, "min_value": 0, "max_value": 10**8 - 1, **OPTIONAL}


def listed(model: type[Any]) -> UniqueList:
    return UniqueList(child=CatalogueReference(model), max_length=MAX_LIST, required=False)


class FiguresFields(StrictSerializer[Any]):
    """For the whole site, or more exactly for one line. Null means never stated."""

    min_run = StrictInteger(**PIECES, help_text="Smallest run of one part, in pieces.")
    min_order_pieces = StrictInteger(
        **PIECES,
        help_text="Smallest order over all its parts, in pieces; the ranking takes the greater of it and `min_run`.",
    )
    economic_run_low = StrictInteger(**PIECES)
    economic_run_high = StrictInteger(**PIECES)
    max_run = StrictInteger(**PIECES)
    min_order_amount = StrictDecimal(
        max_digits=12, decimal_places=2, min_value=0, max_value=10**10 - 1, **OPTIONAL, help_text="0: none."
    )
    currency = CurrencyField(max_length=3, required=False)
    unit_price_low = StrictDecimal(**PRICE)
    unit_price_high = StrictDecimal(**PRICE)
    lead_days_low = StrictInteger(**DAYS)
    lead_days_high = StrictInteger(**DAYS)
    tooling_lead_days_low = StrictInteger(**DAYS)
    tooling_lead_days_high = StrictInteger(**DAYS)
    best_tolerance_mm = StrictFloat(
        min_value=0.0001, max_value=MAX_LENGTH_MM, **OPTIONAL, help_text="Half-width at about 100 mm."
    )
    tolerance_class = StrictChar(
        max_length=30,
        required=False,
        allow_blank=True,
        help_text="ISO 2768-f, -m, -c, -v or IT5 to IT13; gives the number, where none is sent, for about 100 mm.",
    )
    envelope_mm = EnvelopeField(**OPTIONAL)
    materials = listed(Material)
    materials_listed = StrictBoolean(required=False, help_text="True: materials not listed are not worked with.")


class FacilityFields(FiguresFields):
    name = StrictChar(max_length=200)
    kind = serializers.ChoiceField(choices=FacilityKind.choices)
    description = StrictChar(max_length=4_000, required=False, allow_blank=True)
    external_id = StrictChar(max_length=80, required=False, allow_blank=True)
    profile_public = StrictBoolean(required=False, help_text="Founders see the name before an introduction.")
    operating_state = serializers.ChoiceField(choices=OperatingState.choices, required=False)
    paused_until = StrictDate(**OPTIONAL)
    access = serializers.ChoiceField(choices=AccessKind.choices, required=False)
    city = StrictChar(max_length=100, required=False, allow_blank=True)
    country = CountryField(required=False, allow_blank=True)
    admin_area = StrictChar(validators=[ADMIN_AREA], max_length=6, required=False, allow_blank=True)
    lat = StrictFloat(min_value=-90, max_value=90, **OPTIONAL)
    lon = StrictFloat(min_value=-180, max_value=180, **OPTIONAL)
    certificates_listed = StrictBoolean(required=False, help_text="True: certificates not listed are not held.")
    workmanship_class = StrictInteger(min_value=1, max_value=3, **OPTIONAL)
    signs_nda = StrictBoolean(**OPTIONAL)
    accepts_startups = StrictBoolean(**OPTIONAL)
    wished_stages = UniqueList(child=CatalogueReference(Stage), max_length=MAX_LIST, **OPTIONAL)
    wished_industries = UniqueList(
        child=serializers.ChoiceField(choices=Industry.choices), max_length=MAX_LIST, **OPTIONAL
    )
    quote_days = StrictFloat(**DAYS)
    material_days = StrictFloat(**DAYS)
    inspection_days = StrictFloat(**DAYS)
    networks = UniqueList(child=CatalogueReference(Network), max_length=30, min_length=1)


class CapabilityFields(FiguresFields):
    process = CatalogueReference(Process)
    offer = serializers.ChoiceField(choices=CapabilityOffer.choices, required=False)
    resource = StrictUUID(**OPTIONAL, help_text="Id of the facility's resource that limits this line.")
    setup_hours = StrictFloat(min_value=0, max_value=10_000, **OPTIONAL)
    cycle_seconds = StrictFloat(min_value=0.001, max_value=10**8, **OPTIONAL)
    parts_per_cycle = StrictFloat(min_value=0.001, max_value=MAX_QUANTITY, **OPTIONAL)
    yield_share = StrictFloat(min_value=0.001, max_value=1, **OPTIONAL)


class ResourceFields(StrictSerializer[Any]):
    """Hours or units a week, one of the two."""

    kind = CatalogueReference(ResourceKind)
    name = StrictChar(max_length=120, required=False, allow_blank=True)
    machines = StrictInteger(min_value=1, max_value=10_000, required=False)
    gross_hours_per_week = StrictFloat(
        min_value=0, max_value=MAX_HOURS_PER_WEEK, **OPTIONAL, help_text="Of all its machines together."
    )
    units_per_week = StrictFloat(min_value=0.001, max_value=MAX_QUANTITY, **OPTIONAL)
    availability = StrictFloat(min_value=0, max_value=1, **OPTIONAL)
    booked_share = StrictFloat(min_value=0, max_value=1, **OPTIONAL)


class CertificateFields(StrictSerializer[Any]):
    certification = CatalogueReference(Certification)
    number = StrictChar(max_length=80, required=False, allow_blank=True)
    shown_for = StrictChar(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="For a certificate of a product or a person, which no facility holds: which product, or whose.",
    )
    scope = StrictChar(max_length=300, required=False, allow_blank=True)
    scope_processes = listed(Process)
    site = StrictChar(max_length=200, required=False, allow_blank=True, help_text="As named on it; blank: this one.")
    issued_on = StrictDate(**OPTIONAL)
    expires_on = StrictDate(**OPTIONAL)


class MachineFields(StrictSerializer[Any]):
    machine = CatalogueReference(MachineModel)
    count = StrictInteger(min_value=1, max_value=10_000, required=False)


class NoGoFields(StrictSerializer[Any]):
    """Work that the facility never wants to be asked for."""

    kind = serializers.ChoiceField(choices=NoGoKind.choices)
    value = StrictChar(max_length=60, help_text="An industry, the short name of a stage, or a kind of customer.")


class WeekFields(StrictSerializer[Any]):
    monday = StrictDate()
    free_hours = StrictFloat(min_value=0, max_value=MAX_HOURS_PER_WEEK)
