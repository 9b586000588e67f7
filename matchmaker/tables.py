"""What facilities state, as plain arrays: the form in which a supply is loaded, changed and digested.

One table a kind of fact, one array a field, one entry a row; rows may stand in any order. A key is the number of a row
of another table of the same `SupplyTables` (0 = its first row). Codes of the catalogue are those of `CatalogueCodes`;
a word that the catalogue does not hold is its place in `SupplyTables.words`, whose order means nothing.

Blanks (never stated): NaN for a figure, -1 for a code, word, answer, class or number of machines, 0 for a day; a list
is blank by its own flag. Days are proleptic Gregorian ordinals (`date.toordinal()`). Any integer dtype will do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Texts = NDArray[np.bytes_]

Table = TypeVar("Table")


class WordList(IntEnum):
    """The lists of words that a facility may state. A wished list is blank by the site's flag, the others never."""

    NETWORKS = 0
    NO_GO_INDUSTRIES = 1
    NO_GO_STAGES = 2
    NO_GO_CUSTOMERS = 3
    WISHED_INDUSTRIES = 4
    WISHED_STAGES = 5


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The figures of each row of the sites or of the lines, as `domain.Figures`: pieces, days, mm, money a piece."""

    min_run: Numbers
    min_order_money: Numbers
    economic_low: Numbers
    economic_high: Numbers
    max_run: Numbers
    lead_days_low: Numbers
    lead_days_high: Numbers
    tooling_days_low: Numbers
    tooling_days_high: Numbers
    tolerance_mm: Numbers
    price_low: Numbers
    price_high: Numbers
    envelope_mm: Numbers  # rows x 3: all three sides or none
    currency: Array  # word


@dataclass(frozen=True, slots=True)
class SiteTable:
    """One row a facility."""

    ids: Texts  # UTF-8 without NUL, each once
    kind: Array  # place in columns.KINDS
    running: Flags  # active and accepting
    claimed: Flags
    members_only: Flags
    country: Array  # word
    admin_area: Array  # word
    lat: Numbers
    lon: Numbers
    figures: FigureTable
    materials_blank: Flags
    certificates_blank: Flags
    industries_blank: Flags  # of the wished industries
    stages_blank: Flags  # of the wished stages
    workmanship: Array  # 1 to 3
    signs_nda: Array  # 0, 1
    accepts_startups: Array  # 0, 1
    good_lots: Array  # without a track record both are 0
    bad_lots: Array
    quote_days: Numbers
    material_days: Numbers
    inspection_days: Numbers
    last_offered: Array  # day
    source: Array  # place in columns.SOURCES
    evidence: Array  # place in columns.EVIDENCES
    as_of: Array  # day


@dataclass(frozen=True, slots=True)
class LineTable:
    """One row a capability. What a machine alone suggests is no row: it follows from the machines."""

    site: Array  # key
    ids: Texts  # UTF-8 without NUL, each once for a site and process
    process: Array  # code
    partner: Flags
    figures: FigureTable
    materials_blank: Flags
    setup_hours: Numbers
    cycle_seconds: Numbers
    parts_per_cycle: Numbers
    yield_share: Numbers
    source: Array
    evidence: Array
    as_of: Array  # day


@dataclass(frozen=True, slots=True)
class ResourceTable:
    """One row a stated bottleneck, in the units of `domain.ResourceFact`."""

    site: Array  # key
    ids: Texts  # UTF-8 without NUL, each once for a site
    kind: Array  # code
    gross_hours: Numbers  # a week, all machines
    hours_per_machine: Numbers
    machines: Array
    units_per_week: Numbers
    availability: Numbers
    booked_share: Numbers
    source: Array
    as_of: Array  # day


@dataclass(frozen=True, slots=True)
class WeekTable:
    """One row a week that differs from its resource's pattern or carries holds. No resource has a week twice."""

    resource: Array  # key
    monday: Array  # day, never blank
    gross_hours: Numbers
    booked_share: Numbers
    firm_hours: Numbers  # never blank
    soft_hours: Numbers  # never blank


@dataclass(frozen=True, slots=True)
class MachineTable:
    """Machines on the floor."""

    site: Array  # key
    machine: Array  # code
    count: Array


@dataclass(frozen=True, slots=True)
class CertificateTable:
    site: Array  # key
    certificate: Array  # code
    evidence: Array
    issued: Array  # day
    expires: Array  # day
    scope_blank: Flags  # its scope is not known: it has no rows in `scopes` then
    as_of: Array  # day


@dataclass(frozen=True, slots=True)
class PairTable:
    """A many-to-many table: `owner` is a key, `value` a code or key. A pair that stands twice counts once."""

    owner: Array
    value: Array


@dataclass(frozen=True, slots=True)
class WordTable:
    site: Array  # key
    list: Array  # WordList
    word: Array  # word


@dataclass(frozen=True, slots=True)
class SupplyTables:
    sites: SiteTable
    lines: LineTable
    resources: ResourceTable
    weeks: WeekTable
    machines: MachineTable
    certificates: CertificateTable
    scopes: PairTable  # certificate key, process code
    site_materials: PairTable  # site key, material code
    line_materials: PairTable  # line key, material code
    named_resources: PairTable  # line key, resource key
    listed: WordTable
    words: tuple[str, ...]


def arrays_of(table: Any) -> Iterator[tuple[str, Array]]:
    """The fields of a table in order, those of its figures among them."""
    for entry in fields(table):
        value = getattr(table, entry.name)
        if isinstance(value, np.ndarray):
            yield entry.name, value
        else:
            yield from arrays_of(value)


def length(table: Any) -> int:
    return len(next(arrays_of(table))[1])


def rows_of(table: Table, rows: Array) -> Table:
    """Those rows of a table, in that order; `rows` are numbers or a mask."""
    values = {entry.name: getattr(table, entry.name) for entry in fields(table)}  # type: ignore[arg-type]
    return type(table)(
        **{
            name: value[rows] if isinstance(value, np.ndarray) else rows_of(value, rows)
            for name, value in values.items()
        }
    )
