"""The one table of our templates: which sheets there are, what stands in which column, in which unit, within which
bounds.

Templates and exports are written from it, files are read by it, drafts of every format are held against it, so none
of them can drift. Names are those of the API, except that an envelope has a column for each side.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Model, TextChoices

from apps.catalog.models import Certification, FacilityKind, MachineModel, Material, Process, ResourceKind, Stage
from apps.core import constraints
from apps.core.currencies import CURRENCIES
from apps.core.industries import Industry
from apps.exchange.formats.base import PartKind, TermKind
from apps.facilities.models import AccessKind, CapabilityOffer

ENVELOPE = "envelope_mm"
SIDES = ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm")


class Kind(StrEnum):
    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    MONEY = "amount of money"
    YES_NO = "yes or no"
    DATE = "date"
    ONE_OF = "one of the allowed words"
    SOME_OF = "any of the allowed words, separated by ;"
    ENVELOPE = "three sides"


class Unit(StrEnum):
    """What a figure is counted in; a cell may say another unit of the same thing."""

    NONE = ""
    MM = "mm"
    DAYS = "days"
    HOURS = "hours"
    SECONDS = "s"
    SHARE = "0-1"
    PIECES = "pieces"
    DEGREES = "degrees"


@dataclass(frozen=True)
class Column:
    """`words` are the allowed ones, or the catalogue's table whose short names are. `digits` are those of money."""

    name: str
    kind: Kind
    meaning: str
    example: str = ""
    unit: Unit = Unit.NONE
    required: bool = False
    low: float | None = None
    high: float | None = None
    length: int = 0
    digits: int = 0
    words: tuple[str, ...] = ()
    table: type[Model] | None = None

    @property
    def label(self) -> str:
        """Without the unit, which stands in brackets behind it."""
        return self.name.removesuffix("_mm").removesuffix("_seconds")

    @property
    def header(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class Sheet:
    """`part` is what a row of it is; None for the facility itself. `key` is the column that names the part."""

    name: str
    title: str
    columns: tuple[Column, ...]
    part: PartKind | None = None
    key: str = ""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """By the header's words in lower case, and by the API's name as well."""
        return {column.label: column for column in self.columns} | self.by_name

    @cached_property
    def fields(self) -> dict[str, Column]:
        """What a draft of it may hold: without the columns that only name the row, with the sides made one."""
        named = {column.name: column for column in self.columns if column.name not in (*NAMING, *SIDES, self.key)}
        return named | ({ENVELOPE: WHOLE_ENVELOPE} if SIDES[0] in self.by_name else {})


CONTACT = ("person", "email", "phone", "website", "address")  # how the site is reached; kept apart from its facts
NAMING = ("id", "external_id", "facility")  # which facility a row speaks of
WHOLE_ENVELOPE = Column(ENVELOPE, Kind.ENVELOPE, "", unit=Unit.MM, low=0.001, high=constraints.MAX_LENGTH_MM)


def _words(choices: type[TextChoices]) -> tuple[str, ...]:
    return tuple(choices.values)


def _text(name: str, meaning: str, length: int, example: str = "", *, required: bool = False) -> Column:
    return Column(name, Kind.TEXT, meaning, example, length=length, required=required)


def _pieces(name: str, meaning: str, example: str = "") -> Column:
    return Column(name, Kind.WHOLE, meaning, example, Unit.PIECES, low=1, high=constraints.MAX_QUANTITY)


def _days(name: str, meaning: str, example: str = "", kind: Kind = Kind.WHOLE) -> Column:
    return Column(name, kind, meaning, example, Unit.DAYS, low=0, high=constraints.MAX_DAYS)


def _yes_no(name: str, meaning: str, example: str = "") -> Column:
    return Column(name, Kind.YES_NO, meaning, example, words=("yes", "no"))


def _share(name: str, meaning: str, example: str = "", low: float = 0.0) -> Column:
    return Column(name, Kind.NUMBER, meaning, example, Unit.SHARE, low=low, high=1)


def _side(name: str, meaning: str, example: str) -> Column:
    return Column(name, Kind.NUMBER, meaning, example, Unit.MM, low=0.001, high=constraints.MAX_LENGTH_MM)


FIGURES = (
    _pieces("min_run", "Smallest run of one part.", "10"),
    _pieces("min_order_pieces", "Smallest order over all its parts."),
    _pieces("economic_run_low", "From how many pieces on a run pays."),
    _pieces("economic_run_high", "Up to how many pieces a run pays."),
    _pieces("max_run", "Largest run.", "5000"),
    Column("min_order_amount", Kind.MONEY, "Smallest order in money; 0: no minimum.", low=0, high=10**9, digits=2),
    Column("currency", Kind.ONE_OF, "Of all amounts in the row (ISO 4217).", "EUR", words=tuple(sorted(CURRENCIES))),
    Column("unit_price_low", Kind.MONEY, "Usual price of a piece, from.", low=0, high=10**7, digits=4),
    Column("unit_price_high", Kind.MONEY, "Usual price of a piece, up to.", low=0, high=10**7, digits=4),
    _days("lead_days_low", "Calendar days after a complete order, from.", "5"),
    _days("lead_days_high", "Calendar days after a complete order, up to.", "15"),
    _days("tooling_lead_days_low", "Calendar days for tooling, from."),
    _days("tooling_lead_days_high", "Calendar days for tooling, up to."),
    Column(
        "best_tolerance_mm", Kind.NUMBER, "Best tolerance kept at about 100 mm, as plus/minus half-width.", "0.05",
        Unit.MM, low=0.0001, high=constraints.MAX_LENGTH_MM,
    ),
    _text("tolerance_class", "As stated: ISO 2768-f, -m, -c or -v, or IT5 to IT13.", 10),
    _side(SIDES[0], "Largest part: length. All three sides or none.", "500"),
    _side(SIDES[1], "Largest part: width.", "400"),
    _side(SIDES[2], "Largest part: height.", "300"),
    Column("materials", Kind.SOME_OF, "Materials worked with.", "abs; pla", table=Material),
    _yes_no("materials_listed", "yes: materials that are not named here are not worked with.", "no"),
)  # fmt: skip

OF_FACILITY = _text(
    "facility", "Which facility: its external_id, or its id from an export.", 80, "heron-1", required=True
)

FACILITIES = Sheet(
    "facilities",
    "One row for each site.",
    (
        _text("id", "Matchmaker's own id, as exported; blank for a new facility.", 36),
        _text("external_id", "Your own id of the site; the same one next time.", 80, "heron-1"),
        _text("name", "Name of the site; needed for a new facility.", 200, "Quiet Heron Circuits"),
        Column("kind", Kind.ONE_OF, "Needed for a new facility.", "jobshop", words=_words(FacilityKind)),
        _text("description", "What the site does, in a few sentences.", 4_000),
        _yes_no("profile_public", "yes: founders see the name before an introduction.", "no"),
        Column("access", Kind.ONE_OF, "Who does the work there.", "staff", words=_words(AccessKind)),
        _text("city", "City.", 100, "Cleveland"),
        _text("country", "Two letters (ISO 3166-1).", 2, "US"),
        _text("admin_area", "State or province (ISO 3166-2).", 6, "US-OH"),
        Column("lat", Kind.NUMBER, "Degrees north.", "41.4993", Unit.DEGREES, low=-90, high=90),
        Column("lon", Kind.NUMBER, "Degrees east.", "-81.6944", Unit.DEGREES, low=-180, high=180),
        *FIGURES,
        _yes_no("certificates_listed", "yes: certificates that are not listed are not held.", "no"),
        Column("workmanship_class", Kind.WHOLE, "IPC class of workmanship.", "2", low=1, high=3),
        _yes_no("signs_nda", "Whether it signs an NDA.", "yes"),
        _yes_no("accepts_startups", "Whether start-ups are welcome.", "yes"),
        Column("wished_stages", Kind.SOME_OF, "Stages of products it wishes for.", table=Stage),
        Column("wished_industries", Kind.SOME_OF, "Industries it wishes for.", words=_words(Industry)),
        _days("quote_days", "Days to a quote.", "2", Kind.NUMBER),
        _days("material_days", "Days to get material.", "3", Kind.NUMBER),
        _days("inspection_days", "Days of inspection.", "1", Kind.NUMBER),
        _text("person", "Whom to ask for.", 150),
        _text("email", "E-mail address of the site.", 254, "hello@example.org"),
        _text("phone", "Phone of the site.", 40, "+1 216 5550100"),
        _text("website", "Web address of the site.", 200, "https://example.org"),
        _text("address", "Street address.", 300),
    ),
)
CAPABILITIES = Sheet(
    "capabilities",
    "One row for each process that a site offers; figures here overrule those of the site.",
    (
        OF_FACILITY,
        Column("process", Kind.ONE_OF, "What is done.", "cnc-milling-3axis", required=True, table=Process),
        Column("offer", Kind.ONE_OF, "How it is offered.", "core", words=_words(CapabilityOffer)),
        _text("resource", "The resource that limits it: its kind, or kind/name.", 181),
        Column("setup_hours", Kind.NUMBER, "Set-up of a run.", "1", Unit.HOURS, low=0, high=10_000),
        Column("cycle_seconds", Kind.NUMBER, "Time of one cycle.", "60", Unit.SECONDS, low=0.001, high=10**8),
        Column(
            "parts_per_cycle",
            Kind.NUMBER,
            "Parts that come out of one cycle.",
            low=0.001,
            high=constraints.MAX_QUANTITY,
        ),
        _share("yield_share", "Share of good parts.", low=0.001),
        *FIGURES,
    ),
    PartKind.CAPABILITY,
    "process",
)
RESOURCES = Sheet(
    "resources",
    "One row for each bottleneck: a group of machines or people that capabilities share.",
    (
        OF_FACILITY,
        Column("kind", Kind.ONE_OF, "Kind of bottleneck.", "cnc-mill", required=True, table=ResourceKind),
        _text("name", "To tell two of one kind apart.", 120),
        Column("machines", Kind.WHOLE, "How many machines.", "2", low=1, high=10_000),
        Column(
            "gross_hours_per_week", Kind.NUMBER, "Of all its machines together; this or units_per_week.", "80",
            Unit.HOURS, low=0, high=constraints.MAX_HOURS_PER_WEEK,
        ),
        Column(
            "units_per_week", Kind.NUMBER, "For sites that count in pieces.", unit=Unit.PIECES,
            low=0.001, high=constraints.MAX_QUANTITY,
        ),
        _share("availability", "Share of the gross hours in which it runs.", "0.75"),
        _share("booked_share", "Share that is booked already in a usual week.", "0.5"),
    ),
    PartKind.RESOURCE,
    "kind",
)  # fmt: skip
CERTIFICATES = Sheet(
    "certificates",
    "One row for each certificate that a site states it holds. Coordinators check evidence later.",
    (
        OF_FACILITY,
        Column(
            "certification", Kind.ONE_OF, "Which certificate.", "iso-9001", required=True, table=Certification
        ),
        _text("number", "Number of the certificate.", 80),
        _text("shown_for", "Only for a product's or a person's certificate: which product, or whose.", 200),
        _text("site", "Site named on it; blank: this one.", 200),
        _text("scope", "Scope as the certificate words it.", 300),
        Column("scope_processes", Kind.SOME_OF, "Processes in its scope.", table=Process),
        Column("issued_on", Kind.DATE, "Day of issue.", "2025-03-01"),
        Column("expires_on", Kind.DATE, "Last day.", "2028-02-29"),
    ),
    PartKind.CERTIFICATE,
    "certification",
)  # fmt: skip
MACHINES = Sheet(
    "machines",
    "One row for each machine model on the floor.",
    (
        OF_FACILITY,
        Column("machine", Kind.ONE_OF, "Which model.", "haas-vf2", required=True, table=MachineModel),
        Column("count", Kind.WHOLE, "How many of it.", "1", low=1, high=10_000),
    ),
    PartKind.MACHINE,
    "machine",
)
SHEETS = (FACILITIES, CAPABILITIES, RESOURCES, CERTIFICATES, MACHINES)
PART_SHEETS = {sheet.part: sheet for sheet in SHEETS if sheet.part is not None}


def tables_named(sheets: tuple[Sheet, ...] = SHEETS) -> Iterator[type[Model]]:
    """Each table of the catalogue that some column names, once."""
    tables = [column.table for sheet in sheets for column in sheet.columns if column.table is not None]
    yield from dict.fromkeys(tables)


# Tables of which people use other words than the short names.
TERM_KINDS: dict[type[Model], TermKind] = {
    Process: TermKind.PROCESS,
    Material: TermKind.MATERIAL,
    MachineModel: TermKind.MACHINE,
    Certification: TermKind.CERTIFICATION,
}
TERM_TABLES: dict[str, type[Any]] = {kind.value: table for table, kind in TERM_KINDS.items()}
