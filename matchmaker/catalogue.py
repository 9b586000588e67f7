"""The trade's reference tables as the engine reads them: one record a row of the catalogue's data files."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.domain import Millimetres3


@dataclass(frozen=True, slots=True)
class ProcessFact:
    """`kind` "category" groups; it is a claim, not a capability. Tooling days are blank where no tool is needed."""

    slug: str
    parent: str | None
    kind: str
    typical_min_run: float | None = None
    economic_low: float | None = None
    economic_high: float | None = None
    lead_days_low: float | None = None
    lead_days_high: float | None = None
    tooling_needed: bool = False
    tooling_days: float | None = None
    tolerance_mm: float | None = None
    envelope_mm: Millimetres3 | None = None
    common_materials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessRelationFact:
    """`provided` covers, substitutes for or precedes `needed`. A blank window end is open."""

    provided: str
    needed: str
    relation: str
    quality: float | None = None
    quantity_low: float | None = None
    quantity_high: float | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class MaterialFact:
    """`level` is family, class or grade; `parent` the node above."""

    slug: str
    parent: str | None
    level: str


@dataclass(frozen=True, slots=True)
class CertificationFact:
    """`scope`: facility, process, person or product. `implies` are the direct implications only."""

    slug: str
    scope: str
    expires: bool = True
    validity_months: int | None = None
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineFact:
    slug: str
    machine_type: str
    processes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceKindFact:
    """`row_kind` "group": a word that does not say which of its `members` is meant; all share its hours."""

    slug: str
    gross_hours_one_shift: float
    availability: float
    machine_types: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    row_kind: str = "resource"
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkContentFact:
    process: str
    resource_kind: str
    setup_hours_low: float
    setup_hours_high: float
    cycle_seconds_low: float
    cycle_seconds_typical: float
    cycle_seconds_high: float
    parts_per_cycle: float = 1.0
    yield_share: float = 1.0


@dataclass(frozen=True, slots=True)
class RegionFact:
    """`row_kind`: transport_region, combination, country, sub_area, relative, any or rule.

    A sub-area holds for the admin areas if the place's is known, else for the circle. A relative region is a circle
    around the ship-to place. A rule only names how strict a wish is.
    """

    code: str
    row_kind: str
    countries: tuple[str, ...] = ()
    customs_union_or_bloc: str | None = None
    transport_region: str | None = None
    words: tuple[str, ...] = ()
    admin_areas: tuple[str, ...] = ()
    centre_lat: float | None = None
    centre_lon: float | None = None
    radius_km: float | None = None
    processes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransportFact:
    """Door-to-door days between two transport regions, customs apart."""

    from_region: str
    to_region: str
    mode: str
    days_low: float
    days_high: float
    customs_days_low: float
    customs_days_high: float


@dataclass(frozen=True, slots=True)
class StageFact:
    slug: str
    order: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All reference tables. Row order carries no meaning."""

    processes: tuple[ProcessFact, ...] = ()
    process_relations: tuple[ProcessRelationFact, ...] = ()
    materials: tuple[MaterialFact, ...] = ()
    certifications: tuple[CertificationFact, ...] = ()
    machines: tuple[MachineFact, ...] = ()
    resource_kinds: tuple[ResourceKindFact, ...] = ()
    work_contents: tuple[WorkContentFact, ...] = ()
    regions: tuple[RegionFact, ...] = ()
    transports: tuple[TransportFact, ...] = ()
    stages: tuple[StageFact, ...] = ()
