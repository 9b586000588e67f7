"""What a need says, as plain values: what services take in, whoever read it from a form, a request or a file."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from apps.catalog.models import Certification, Material, Process, Region, Stage
from apps.needs.models import Confidentiality, MaterialChoice, RegionRule, StepRole

Millimetres3 = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class StepContent:
    process: Process
    role: str = StepRole.REQUIRED
    pieces_per_unit: int = 1
    materials: tuple[Material, ...] = ()
    material_choice: str = MaterialChoice.ANY
    equivalents_allowed: bool = False
    substitutes_allowed: bool = True
    tooling_exists: bool = False
    tolerance_mm: float | None = None
    envelope_mm: Millimetres3 | None = None


@dataclass(frozen=True, kw_only=True)
class NeedContent:
    """Steps stand in the order of their sequence. Lengths are mm, weights kg, money is in `currency`."""

    title: str
    order_quantity: int
    due_on: date
    steps: tuple[StepContent, ...]
    product: str = ""
    description: str = ""
    stage: Stage | None = None
    industry: str = ""
    annual_quantity: int | None = None
    ship_to_city: str = ""
    ship_to_country: str = ""
    ship_to_admin_area: str = ""
    ship_to_lat: float | None = None
    ship_to_lon: float | None = None
    region_rule: str = RegionRule.NONE
    region: Region | None = None
    required_certificates: tuple[Certification, ...] = field(default=())
    preferred_certificates: tuple[Certification, ...] = field(default=())
    confidentiality: str = Confidentiality.PUBLIC
    export_controlled: bool = False
    self_service: bool = False
    wants_visits: bool = False
    contains_lithium: bool = False
    envelope_mm: Millimetres3 | None = None
    weight_kg: float | None = None
    workmanship_class: int | None = None
    currency: str = "USD"
    budget_amount: Decimal | None = None
    budget_is_ceiling: bool = False
    tooling_budget_amount: Decimal | None = None
    target_unit_price: Decimal | None = None


# Fields of NeedContent that are columns of NeedRevision under the same name.
REVISION_FIELDS = (
    "title",
    "product",
    "description",
    "stage",
    "industry",
    "order_quantity",
    "annual_quantity",
    "due_on",
    "ship_to_city",
    "ship_to_country",
    "ship_to_admin_area",
    "ship_to_lat",
    "ship_to_lon",
    "region_rule",
    "region",
    "confidentiality",
    "export_controlled",
    "self_service",
    "wants_visits",
    "contains_lithium",
    "weight_kg",
    "workmanship_class",
    "currency",
    "budget_amount",
    "budget_is_ceiling",
    "tooling_budget_amount",
    "target_unit_price",
)
STEP_FIELDS = (
    "process",
    "role",
    "pieces_per_unit",
    "material_choice",
    "equivalents_allowed",
    "substitutes_allowed",
    "tooling_exists",
    "tolerance_mm",
)
