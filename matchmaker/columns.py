"""The columns of a supply: what facilities state, as read-only arrays, and what follows from it at once.

NaN is a blank number, -1 a blank code, BLANK_DAY a blank date (days are proleptic Gregorian ordinals). Facilities
stand in order of id, lines in order of (process, facility, id), so that the order of the input never shows. Columns
are read by `column[rows]`: see `storage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

import numpy as np

from matchmaker.places import Positions
from matchmaker.row_lists import Named, Ragged, Shared, Words
from matchmaker.storage import Array, Bits, BoolArray, Coded, Flag, FloatArray, IntArray, Texts

__all__ = [
    "BLANK_DAY",
    "DOCUMENTED",
    "EVIDENCES",
    "KINDS",
    "SOURCES",
    "VERIFIED",
    "BoolArray",
    "FloatArray",
    "HoldingColumns",
    "IntArray",
    "LineColumns",
    "ResourceColumns",
    "SiteColumns",
    "day",
    "lock",
    "number",
]

Record = TypeVar("Record")

BLANK_DAY = 0
SOURCES = ("stated", "imported", "derived", "default")
EVIDENCES = ("stated", "documented", "coordinator_verified", "registry_verified")
KINDS = ("makerspace", "jobshop", "contract_manufacturer")
DOCUMENTED = EVIDENCES.index("documented")
VERIFIED = EVIDENCES.index("coordinator_verified")


def number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def day(value: date | None) -> int:
    return BLANK_DAY if value is None else value.toordinal()


def lock(record: Record) -> Record:
    """Make every array of a dataclass read-only."""
    for entry in fields(record):  # type: ignore[arg-type]
        value = getattr(record, entry.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return record


@dataclass(frozen=True, slots=True)
class SiteColumns:
    ids: Texts
    kind: Array
    running: BoolArray  # active and accepting
    claimed: BoolArray
    members_only: BoolArray
    where: Positions
    networks: Words
    families: Bits  # process families that the site itself offers
    certificates_blank: BoolArray
    workmanship: FloatArray
    signs_nda: Array
    accepts_startups: Array
    no_go_industries: Words
    no_go_stages: Words
    no_go_customers: Words
    wished_industries: Words
    wished_stages: Words
    has_industry_wishes: Array  # -1 blank, 0 none, 1 some
    has_stage_wishes: Array
    good_lots: Array
    bad_lots: Array
    quote_days: Coded
    material_days: Coded
    inspection_days: Coded
    last_offered: Array
    source: Array
    evidence: Array
    as_of: Array


@dataclass(frozen=True, slots=True)
class LineColumns:
    """Capabilities, and lines that a machine alone suggests, process by process.

    `from_site` marks figures that were given once for the whole site.
    """

    ids: Texts
    site: Array
    process: Array
    partner: BoolArray
    suggested: BoolArray
    materials: Shared
    materials_blank: BoolArray
    figures: Mapping[str, Coded]
    from_site: Mapping[str, Flag]
    envelope: Coded  # rows x 3
    currencies: tuple[str, ...]
    money_currency: Array  # index into currencies, -1 blank
    price_currency: Array
    setup_hours: Coded
    cycle_seconds: Coded
    parts_per_cycle: Coded
    yield_share: Coded
    named_resources: Ragged
    source: Array
    evidence: Array
    as_of: Array
    process_start: IntArray  # lines of process p are process_start[p]:process_start[p + 1]


@dataclass(frozen=True, slots=True)
class ResourceColumns:
    """Resources with their weekly pattern, and the weeks that differ from it; in order of site and id."""

    site: Array
    ids: Texts
    gross: Coded  # hours a week; 40 where only units are stated; the kind's one shift where nothing is
    hours_stated: BoolArray
    availability: Coded
    booked: Coded
    units_per_week: Coded  # NaN where hours are stated
    as_of: Array
    source: Array
    kind_key: Array  # sorted: site x number of kinds + kind
    kind_members: Ragged  # the resources that serve each key
    week_start: Array  # weeks of resource r are week_start[r]:week_start[r + 1], in order of day
    week_resource: Array
    week_monday: Array
    week_gross: Coded
    week_booked: Coded
    week_held: Coded


@dataclass(frozen=True, slots=True)
class HoldingColumns:
    """Certificates held, one row each, in order of site."""

    site: Array
    slugs: Named
    evidence: Array
    issued: Array
    expires: Array
    expires_usually: Array  # issued plus the usual validity, where no expiry is stated
    scope_known: BoolArray
    scope: Words
    as_of: Array
    of_certificate: Words  # asked certificate -> rows whose closure contains it
