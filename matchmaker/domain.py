"""The engine's words: what a need asks and what a facility states.

Lengths are mm, tolerances plus/minus half-widths at about 100 mm, weights kg, lead times calendar days, capacity
hours per ISO week. Throughout, `None` means never stated and an empty tuple means stated as none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from matchmaker.words import (
    Access,
    ClaimState,
    Confidentiality,
    DistanceMode,
    Evidence,
    FacilityKind,
    FacilityState,
    MaterialMode,
    RegionStrength,
    Role,
    Source,
    Tier,
    Verdict,
)

__all__ = [
    "Access",
    "CapabilityFact",
    "ClaimState",
    "Confidentiality",
    "DistanceMode",
    "Evidence",
    "FacilityFact",
    "FacilityKind",
    "FacilityState",
    "Figures",
    "HeldCertificateFact",
    "HoldFact",
    "MachineHeldFact",
    "MaterialMode",
    "Millimetres3",
    "NeedFact",
    "NoGoFact",
    "Place",
    "PreferenceFact",
    "RegionRuleFact",
    "RegionStrength",
    "ResourceFact",
    "Role",
    "Source",
    "StepFact",
    "Tier",
    "TrackRecordFact",
    "Verdict",
    "WeekFact",
    "WorkFact",
]

Millimetres3 = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map. `country` is ISO 3166-1 alpha-2, `admin_area` ISO 3166-2 ("US-CA")."""

    country: str | None = None
    admin_area: str | None = None
    lat: float | None = None
    lon: float | None = None


# ---------------------------------------------------------------- what a facility states


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that a site may give once for all its work and, overriding that, for one capability.

    `min_run` is the smallest order in pieces, `min_order_money` the smallest order value (0 = no money minimum);
    prices are a band per piece in `currency`. `materials` are material slugs at any level.
    """

    materials: tuple[str, ...] | None = None
    min_run: int | None = None
    min_order_money: float | None = None
    economic_low: int | None = None
    economic_high: int | None = None
    max_run: int | None = None
    lead_days_low: float | None = None
    lead_days_high: float | None = None
    tooling_days_low: float | None = None
    tooling_days_high: float | None = None
    tolerance_mm: float | None = None
    envelope_mm: Millimetres3 | None = None
    price_low: float | None = None
    price_high: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class WorkFact:
    """Work content that a facility states for its own line; each blank figure falls back to the catalogue's range."""

    setup_hours: float | None = None
    cycle_seconds: float | None = None
    parts_per_cycle: float | None = None
    yield_share: float | None = None


@dataclass(frozen=True, slots=True)
class CapabilityFact:
    """One process line. `through_partner`: somebody else does it for the site, with a hand-over.

    `resource_ids` names the resources of this facility that the line uses, each of them with the whole demand; None
    lets the catalogue choose one by kind. A derived or default capability is only a suggestion, to be confirmed.
    """

    id: str
    process: str
    figures: Figures = field(default_factory=Figures)
    work: WorkFact = field(default_factory=WorkFact)
    resource_ids: tuple[str, ...] | None = None
    through_partner: bool = False
    source: Source = Source.STATED
    evidence: Evidence = Evidence.STATED
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class WeekFact:
    """One ISO week of a resource where it differs from the pattern or carries holds. `monday` is its first day.

    A blank gross or booked figure keeps the pattern's. Hold hours are already taken, whoever holds them.
    """

    monday: date
    gross_hours: float | None = None
    booked_share: float | None = None
    firm_hours: float = 0.0
    soft_hours: float = 0.0


@dataclass(frozen=True, slots=True)
class ResourceFact:
    """A bottleneck that capabilities share. `gross_hours` per week is the sum over its `machines` machines.

    Where only `hours_per_machine` is known, gross = hours_per_machine x machines. Where only `units_per_week` is
    stated the resource counts as 40 net hours with 40 / units hours a piece.
    """

    id: str
    kind: str
    gross_hours: float | None = None
    hours_per_machine: float | None = None
    machines: int | None = None
    units_per_week: float | None = None
    availability: float | None = None
    booked_share: float | None = None
    weeks: tuple[WeekFact, ...] = ()
    source: Source = Source.STATED
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class MachineHeldFact:
    """Machines on the floor. Owning one is weaker than offering its process: it only suggests a capability."""

    machine: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class HeldCertificateFact:
    """A certificate of the site. `scope_processes`: the processes its text names; None = scope not known."""

    certificate: str
    evidence: Evidence = Evidence.STATED
    issued_on: date | None = None
    expires_on: date | None = None
    scope_processes: tuple[str, ...] | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class NoGoFact:
    """What the facility refuses by its own word."""

    industries: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    customer_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreferenceFact:
    """What the facility wishes for. Blank lists are no answer; an empty list means "no wish"."""

    accepts_startups: bool | None = None
    industries: tuple[str, ...] | None = None
    stages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TrackRecordFact:
    """Lots delivered through the network in the last 24 months."""

    good_lots: int = 0
    bad_lots: int = 0


@dataclass(frozen=True, slots=True)
class FacilityFact:
    """One site. Blank collections are unknown; empty ones were stated as none."""

    id: str
    kind: FacilityKind
    state: FacilityState = FacilityState.ACTIVE
    claim: ClaimState = ClaimState.CLAIMED
    accepting: bool = True
    access: Access = Access.SERVICE
    place: Place = field(default_factory=Place)
    network_ids: tuple[str, ...] = ()
    figures: Figures = field(default_factory=Figures)
    capabilities: tuple[CapabilityFact, ...] = ()
    resources: tuple[ResourceFact, ...] = ()
    machines: tuple[MachineHeldFact, ...] | None = None
    certificates: tuple[HeldCertificateFact, ...] | None = None
    workmanship_class: int | None = None
    signs_nda: bool | None = None
    no_go: NoGoFact = field(default_factory=NoGoFact)
    preferences: PreferenceFact = field(default_factory=PreferenceFact)
    track_record: TrackRecordFact | None = None
    quote_days: float | None = None
    material_days: float | None = None
    inspection_days: float | None = None
    last_offered_on: date | None = None
    source: Source = Source.STATED
    evidence: Evidence = Evidence.STATED
    as_of: date | None = None


# ---------------------------------------------------------------- what a need asks


@dataclass(frozen=True, slots=True)
class RegionRuleFact:
    """`region` is a code or a word of the region table ("US", "Kenya", "Bay Area", "within a day of driving").

    `processes` limits the rule to steps at or below these processes; empty = the whole need.
    """

    strength: RegionStrength
    region: str
    processes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldFact:
    """Hours that this very need already holds on a resource; the ranking gives them back before it counts."""

    facility_id: str
    resource_id: str
    monday: date
    hours: float


@dataclass(frozen=True, slots=True)
class StepFact:
    """One process in the need's sequence.

    `materials` are slugs at any level, any-of or all-of; empty = no material asked. `equivalents_allowed` lets a
    sibling material ask instead of fail. `tooling_exists`: no tooling time is needed. `envelope_mm`: the size of
    this step's own part; blank leaves the product's size to the steps from the joining step on.
    """

    sequence: int
    process: str
    role: Role
    pieces_per_unit: int = 1
    materials: tuple[str, ...] = ()
    material_mode: MaterialMode = MaterialMode.ANY
    substitutes_allowed: bool = True
    equivalents_allowed: bool = False
    tooling_exists: bool = False
    tolerance_mm: float | None = None
    envelope_mm: Millimetres3 | None = None


@dataclass(frozen=True, slots=True)
class NeedFact:
    """One revision of a need: one order release. Money is in `currency`.

    `budget` is for the whole order; it gates only with `budget_is_ceiling`. `target_price` is per unit of the
    product. `network_ids` empty = every facility is considered. `lithium`: the goods carry lithium cells.
    """

    id: str
    revision: int
    steps: tuple[StepFact, ...]
    order_quantity: int
    annual_quantity: int | None = None
    stage: str | None = None
    industry: str | None = None
    customer_kind: str | None = None
    due_on: date | None = None
    ship_to: Place = field(default_factory=Place)
    region_rules: tuple[RegionRuleFact, ...] = ()
    required_certificates: tuple[str, ...] = ()
    preferred_certificates: tuple[str, ...] = ()
    workmanship_class: int | None = None
    envelope_mm: Millimetres3 | None = None
    weight_kg: float | None = None
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    export_controlled: bool = False
    self_service: bool = False
    visits: bool | None = None
    lithium: bool = False
    budget: float | None = None
    budget_is_ceiling: bool = False
    tooling_budget: float | None = None
    target_price: float | None = None
    currency: str = "USD"
    network_ids: tuple[str, ...] = ()
    holds: tuple[HoldFact, ...] = ()
