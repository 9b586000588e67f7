"""Which file fills which model, column by column, in the order in which the tables need one another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.catalog.loader import cells
from apps.catalog.models import (
    CatalogueRow,
    Certification,
    MachineModel,
    Material,
    Process,
    ProcessRelation,
    Region,
    ResourceKind,
    Skill,
    Stage,
    TransportTime,
    WorkContent,
)

SYNONYMS = "synonyms"  # not a field: phrases live in rows of their own
SIDES = ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm")


@dataclass(frozen=True)
class Column:
    """`read` gives one value for one field, or a tuple for several."""

    heading: str
    fields: tuple[str, ...]
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Table:
    """`links` are foreign keys and `lists` many-to-many fields; both are written as short names of the other table.

    `ordered` are pairs of fields, low before high. A table with `named` is searched by words: its name, short name and
    synonyms.
    """

    file: str
    model: type[CatalogueRow]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    links: dict[str, type[CatalogueRow]] = field(default_factory=dict)
    lists: dict[str, type[CatalogueRow]] = field(default_factory=dict)
    ordered: tuple[tuple[str, str], ...] = ()
    named: tuple[str, ...] = ()

    @property
    def has_short_names(self) -> bool:
        """Whether other tables may name its rows."""
        return self.key in (("slug",), ("code",))

    def heading_of(self, name: str) -> str:
        return next(column.heading for column in self.columns if name in column.fields)


def _c(heading: str, read: Callable[[str], Any] = cells.text, *fields: str) -> Column:
    return Column(heading, fields or (heading,), read)


def every_or_some(cell: str) -> tuple[bool, list[str]]:
    """A list of short names, or a star for all there are and will be."""
    return (True, []) if cell.strip() == "*" else (False, cells.slugs(cell))


SLUG, NAME, BASIS = _c("slug"), _c("name"), _c("basis")
LISTED = _c("synonyms", cells.words)
FOUND_IN = _c("found_in", cells.words)

MATERIALS = Table(
    file="materials.csv",
    model=Material,
    key=("slug",),
    columns=(
        SLUG,
        _c("parent_slug", cells.link, "parent"),
        _c("level"),
        NAME,
        LISTED,
        _c("density_g_cm3", cells.positive),
        _c("watch_out"),
        BASIS,
    ),
    links={"parent": Material},
    named=("name",),
)
PROCESSES = Table(
    file="processes.csv",
    model=Process,
    key=("slug",),
    columns=(
        SLUG,
        _c("parent_slug", cells.link, "parent"),
        NAME,
        LISTED,
        _c("kind"),
        _c("din8580_group", cells.whole),
        _c("iso52900_family"),
        _c("wikidata_id"),
        _c("typical_min_run", cells.whole),
        _c("typical_economic_run_low", cells.whole, "economic_run_low"),
        _c("typical_economic_run_high", cells.whole, "economic_run_high"),
        _c("typical_lead_days_low", cells.whole, "lead_days_low"),
        _c("typical_lead_days_high", cells.whole, "lead_days_high"),
        _c("tooling_needed", cells.yes_no),
        _c("tooling_lead_days", cells.whole),
        _c("typical_tolerance_mm", cells.positive),
        _c("typical_max_envelope_mm", cells.envelope, *SIDES),
        _c("common_materials", cells.slugs),
        FOUND_IN,
        BASIS,
    ),
    links={"parent": Process},
    lists={"common_materials": Material},
    ordered=(("economic_run_low", "economic_run_high"), ("lead_days_low", "lead_days_high")),
    named=("name",),
)
RELATIONS = Table(
    file="process_relations.csv",
    model=ProcessRelation,
    key=("provided", "needed", "relation"),
    columns=(
        _c("provided_process", cells.link, "provided"),
        _c("needed_process", cells.link, "needed"),
        _c("relation"),
        _c("quality", cells.share),
        _c("qty_low", cells.whole, "quantity_low"),
        _c("qty_high", cells.whole, "quantity_high"),
        _c("condition"),
        BASIS,
    ),
    links={"provided": Process, "needed": Process},
    ordered=(("quantity_low", "quantity_high"),),
)
CERTIFICATIONS = Table(
    file="certifications.csv",
    model=Certification,
    key=("slug",),
    columns=(
        SLUG,
        NAME,
        _c("scope"),
        _c("demanded_by"),
        _c("expires", cells.yes_no),
        _c("typical_validity_months", cells.whole),
        _c("implies", cells.slugs),
        _c("notes"),
        _c("verify_how"),
        BASIS,
    ),
    lists={"implies": Certification},
    named=("name",),
)
STAGES = Table(
    file="stages.csv",
    model=Stage,
    key=("slug",),
    columns=(
        SLUG,
        _c("order", cells.whole),
        NAME,
        LISTED,
        _c("typical_qty_low", cells.whole, "quantity_low"),
        _c("typical_qty_high", cells.whole, "quantity_high"),
        _c("what_is_proved"),
        _c("exit_criteria"),
        _c("facility_kinds", cells.words),
        _c("tooling_state"),
        _c("typical_weeks_low", cells.whole, "weeks_low"),
        _c("typical_weeks_high", cells.whole, "weeks_high"),
        _c("relative_cost_of_a_design_change", cells.positive),
        BASIS,
    ),
    ordered=(("quantity_low", "quantity_high"), ("weeks_low", "weeks_high")),
    named=("name",),
)
RESOURCE_KINDS = Table(
    file="resource_kinds.csv",
    model=ResourceKind,
    key=("slug",),
    columns=(
        SLUG,
        NAME,
        _c("gross_hours_one_shift", cells.positive),
        _c("availability", cells.share),
        _c("machine_types", cells.words),
        _c("processes", cells.slugs),
        _c("scopes", cells.words),
        _c("row_kind"),
        _c("member_kinds", cells.slugs, "members"),
        _c("notes"),
        BASIS,
    ),
    lists={"processes": Process, "members": ResourceKind},
)
MACHINES = Table(
    file="machines.csv",
    model=MachineModel,
    key=("slug",),
    columns=(
        SLUG,
        _c("maker"),
        _c("model"),
        _c("machine_type"),
        _c("processes", cells.slugs),
        _c("work_envelope_mm", cells.envelope, *SIDES),
        FOUND_IN,
        _c("notes"),
        BASIS,
    ),
    lists={"processes": Process},
    named=("maker", "model"),
)
WORK_CONTENT = Table(
    file="work_content.csv",
    model=WorkContent,
    key=("process",),
    columns=(
        _c("process", cells.link),
        _c("resource_kind", cells.link),
        _c("setup_h_low", cells.not_negative, "setup_hours_low"),
        _c("setup_h_high", cells.not_negative, "setup_hours_high"),
        _c("cycle_s_low", cells.not_negative, "cycle_seconds_low"),
        _c("cycle_s_typical", cells.not_negative, "cycle_seconds_typical"),
        _c("cycle_s_high", cells.not_negative, "cycle_seconds_high"),
        _c("parts_per_cycle_typical", cells.positive, "parts_per_cycle"),
        _c("yield_typical", cells.share, "yield_share"),
        _c("notes"),
        BASIS,
    ),
    links={"process": Process, "resource_kind": ResourceKind},
    ordered=(
        ("setup_hours_low", "setup_hours_high"),
        ("cycle_seconds_low", "cycle_seconds_typical"),
        ("cycle_seconds_typical", "cycle_seconds_high"),
    ),
)
REGIONS = Table(
    file="regions.csv",
    model=Region,
    key=("code",),
    columns=(
        _c("code"),
        NAME,
        _c("row_kind", cells.text, "kind"),
        _c("countries", cells.words),
        _c("customs_union_or_bloc", cells.text, "bloc"),
        _c("transport_region"),
        _c("words", cells.words),
        _c("admin_areas", cells.words),
        _c("centre_lat", cells.number),
        _c("centre_lon", cells.number),
        _c("radius_km", cells.positive),
        _c("applies_to_processes", every_or_some, "every_process", "applies_to"),
        _c("notes"),
        BASIS,
    ),
    lists={"applies_to": Process},
)
TRANSPORT = Table(
    file="transport_days.csv",
    model=TransportTime,
    key=("from_region", "to_region", "mode"),
    columns=(
        _c("from_region"),
        _c("to_region"),
        _c("mode"),
        _c("days_low", cells.not_negative),
        _c("days_high", cells.not_negative),
        _c("customs_days_low", cells.not_negative),
        _c("customs_days_high", cells.not_negative),
        _c("notes"),
        BASIS,
    ),
    ordered=(("days_low", "days_high"), ("customs_days_low", "customs_days_high")),
)
SKILLS = Table(
    file="skills.csv",
    model=Skill,
    key=("slug",),
    columns=(
        SLUG,
        NAME,
        _c("level"),
        _c("related_processes", cells.slugs, "processes"),
        _c("usual_training_route"),
        _c("typical_months_to_competence", cells.whole, "months_to_competence"),
        _c("soc_onet_code"),
        _c("soc_title"),
        BASIS,
    ),
    lists={"processes": Process},
)
TABLES = (
    MATERIALS,
    PROCESSES,
    RELATIONS,
    CERTIFICATIONS,
    STAGES,
    RESOURCE_KINDS,
    MACHINES,
    WORK_CONTENT,
    REGIONS,
    TRANSPORT,
    SKILLS,
)
