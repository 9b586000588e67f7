"""What a founder may say about a need, field by field. The same names come in and go out."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from apps.catalog.models import Certification, Material, Process, Region, Stage
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
    UniqueList,
)
from apps.core.constraints import MAX_LENGTH_MM, MAX_QUANTITY
from apps.core.industries import Industry
from apps.needs.models import Confidentiality, MaterialChoice, RegionRule, StepRole

ADMIN_AREA = RegexValidator(r"\A[A-Z]{2}-[A-Z0-9]{1,3}\Z", "An ISO 3166-2 code, such as US-CA.", "invalid")
MAX_LIST = 30
PIECES: dict[str, Any] = {"min_value": 1, "max_value": MAX_QUANTITY, "required": False}
MONEY: dict[str, Any] = {
    "max_digits": 12,
    "decimal_places": 2,
    "min_value": 0,
    "required": False,
    "allow_null": True,
}


def listed(model: type[Any]) -> UniqueList:
    return UniqueList(child=CatalogueReference(model), max_length=MAX_LIST, required=False)


class StepSerializer(StrictSerializer[Any]):
    """One process. `sequence` may be left out: the steps then stand in the order of the list."""

    sequence = StrictInteger(min_value=1, max_value=100, required=False)
    process = CatalogueReference(Process, help_text="Short name of a process of the catalogue, not of a group.")
    role = serializers.ChoiceField(choices=StepRole.choices, required=False)
    pieces_per_unit = StrictInteger(min_value=1, max_value=10**6, required=False)
    materials = listed(Material)
    material_choice = serializers.ChoiceField(choices=MaterialChoice.choices, required=False)
    equivalents_allowed = StrictBoolean(required=False)
    substitutes_allowed = StrictBoolean(required=False)
    tooling_exists = StrictBoolean(required=False)
    tolerance_mm = StrictFloat(
        min_value=0.0001,
        max_value=MAX_LENGTH_MM,
        required=False,
        allow_null=True,
        help_text="Half-width: 0.1 means plus or minus 0.1 mm.",
    )
    envelope_mm = EnvelopeField(required=False, allow_null=True)


class ContentSerializer(StrictSerializer[Any]):
    """Lengths are mm, weights kg, dates ISO 8601, money is in `currency` and may be sent as text."""

    title = StrictChar(max_length=200)
    product = StrictChar(max_length=200, required=False, allow_blank=True)
    description = StrictChar(max_length=20_000, required=False, allow_blank=True)
    stage = CatalogueReference(Stage, required=False, allow_null=True)
    industry = serializers.ChoiceField(choices=Industry.choices, required=False, allow_blank=True)
    order_quantity = StrictInteger(min_value=1, max_value=MAX_QUANTITY, help_text="Pieces in this order.")
    annual_quantity = StrictInteger(**PIECES, allow_null=True)
    due_on = StrictDate(help_text="The day the goods are needed at the place of delivery.")
    ship_to_city = StrictChar(max_length=100, required=False, allow_blank=True)
    ship_to_country = CountryField(required=False, allow_blank=True)
    ship_to_admin_area = StrictChar(validators=[ADMIN_AREA], max_length=6, required=False, allow_blank=True)
    ship_to_lat = StrictFloat(min_value=-90, max_value=90, required=False, allow_null=True)
    ship_to_lon = StrictFloat(min_value=-180, max_value=180, required=False, allow_null=True)
    region_rule = serializers.ChoiceField(choices=RegionRule.choices, required=False)
    region = CatalogueReference(Region, slug="code", required=False, allow_null=True)
    required_certificates = listed(Certification)
    preferred_certificates = listed(Certification)
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices, required=False)
    export_controlled = StrictBoolean(required=False)
    self_service = StrictBoolean(required=False, help_text="The founders do the work themselves.")
    wants_visits = StrictBoolean(required=False)
    contains_lithium = StrictBoolean(required=False)
    envelope_mm = EnvelopeField(required=False, allow_null=True)
    weight_kg = StrictFloat(min_value=0.000001, max_value=10**6, required=False, allow_null=True)
    workmanship_class = StrictInteger(min_value=1, max_value=3, required=False, allow_null=True)
    currency = CurrencyField(max_length=3, required=False)
    budget_amount = StrictDecimal(**MONEY)
    budget_is_ceiling = StrictBoolean(required=False)
    tooling_budget_amount = StrictDecimal(**MONEY)
    target_unit_price = StrictDecimal(**MONEY)
    steps: Any = StepSerializer(many=True, allow_empty=False, max_length=MAX_LIST)  # type: ignore[call-arg]  # the list's
