"""Reading twins: pairs that look like one place, what was merged, and which facility stands for a merged one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet

from apps.core.errors import NotFoundError
from apps.facilities.models import (
    Capability,
    Facility,
    HeldCertificate,
    HeldMachine,
    Merge,
    NoGo,
    Resource,
    Source,
    TwinPair,
)

# A field that is chosen as one: its columns, which say nothing by themselves.
FIELD_COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "kind": ("kind",),
    "description": ("description",),
    "access": ("access",),
    "city": ("city",),
    "country": ("country",),
    "admin_area": ("admin_area",),
    "position": ("lat", "lon"),
    "materials": ("materials", "materials_listed"),
    "certificates_listed": ("certificates_listed",),
    "workmanship_class": ("workmanship_class",),
    "signs_nda": ("signs_nda",),
    "accepts_startups": ("accepts_startups",),
    "wished_stages": ("wished_stages",),
    "wished_industries": ("wished_industries",),
    "quote_days": ("quote_days",),
    "material_days": ("material_days",),
    "inspection_days": ("inspection_days",),
    "run": ("min_run", "max_run", "economic_run_low", "economic_run_high", "min_order_pieces"),
    "money": ("min_order_amount", "unit_price_low", "unit_price_high", "currency"),
    "lead_days": ("lead_days_low", "lead_days_high"),
    "tooling_lead_days": ("tooling_lead_days_low", "tooling_lead_days_high"),
    "tolerance": ("best_tolerance_mm", "tolerance_class"),
    "envelope": ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm"),
}
# Columns that have a value although nobody has stated one.
NEVER_BLANK = {"currency", "access", "kind", "name", "certificates_listed", "materials_listed"}
# By the columns that a facility has no second row of the same values in.
PART_KEYS: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "capability": (Capability, ("process_id", "offer")),
    "resource": (Resource, ("kind_id", "name")),
    "certificate": (HeldCertificate, ("certification_id",)),
    "machine": (HeldMachine, ("machine_id",)),
    "no_go": (NoGo, ("kind", "value")),
}
_JOINED: dict[str, tuple[str, ...]] = {
    "capability": ("process",),
    "resource": ("kind",),
    "certificate": ("certification",),
    "machine": ("machine",),
    "no_go": (),
}
# Walks each chain to its end. There are no circles, which the table sees to.
_ENDS = """
WITH RECURSIVE chain (start, id, next) AS (
    SELECT id, id, merged_into_id FROM facilities_facility WHERE id = ANY(%s) AND merged_into_id IS NOT NULL
    UNION ALL
    SELECT chain.start, facility.id, facility.merged_into_id
    FROM chain JOIN facilities_facility AS facility ON facility.id = chain.next
)
SELECT start, id FROM chain WHERE next IS NULL
"""


@dataclass(frozen=True)
class FieldSide:
    """One field of both places, as text; `taken`: what is proposed is the value of the one to be merged."""

    field: str
    survivor: str
    merged: str
    taken: bool


@dataclass(frozen=True)
class PartSide:
    """A part of the one to be merged. `twin`: the survivor has one of that kind, so it can only stay behind."""

    kind: str
    id: str
    words: str
    twin: bool
    suggested: bool


@dataclass(frozen=True)
class Comparison:
    survivor: Facility
    merged: Facility
    fields: tuple[FieldSide, ...]
    parts: tuple[PartSide, ...]
    networks: tuple[str, ...]


def pairs_visible_to(user: Any) -> QuerySet[TwinPair]:
    """Those to be decided and those that were dismissed; not of listings that were merged since."""
    rows = TwinPair.objects.visible_to(user).filter(first__merged_into=None, second__merged_into=None)
    return rows.select_related("first", "second", "network", "dismissed_by")


def merges_visible_to(user: Any) -> QuerySet[Merge]:
    return Merge.objects.visible_to(user).select_related("survivor", "merged", "merged_by", "split_by")


def access_coordinated(user: Any, public_id: UUID, *, field: str) -> Facility:
    """Errors: NotFoundError for a facility that is not there, or not one that the user coordinates."""
    rows = Facility.objects.filter(public_id=public_id)
    if not user.is_superuser:
        rows = rows.filter(networks__coordinators__user=user)
    facility = rows.distinct().first()
    if facility is None:
        raise NotFoundError("facility_not_found", "There is no such facility.", field=field)
    return facility


def ends_of(keys: Iterable[int]) -> dict[int, Facility]:
    """Of those that are merged: the facility at the end of the chain, by key. All others are missing."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, [list(keys)])
        ends = dict(cursor.fetchall())
    found = Facility.objects.in_bulk(set(ends.values())) if ends else {}
    return {start: found[end] for start, end in ends.items()}


def compare_twins(survivor: Facility, merged: Facility) -> Comparison:
    """What a merge of the second into the first would do, where nobody chooses otherwise: blanks are filled, parts that
    the survivor has none of move."""
    fields = tuple(_field(name, survivor, merged) for name in FIELD_COLUMNS)
    networks = {*survivor.networks.all(), *merged.networks.all()}
    return Comparison(
        survivor, merged, fields, tuple(_parts(survivor, merged)), tuple(sorted(one.slug for one in networks))
    )


def _field(name: str, survivor: Facility, merged: Facility) -> FieldSide:
    here, there = (stated(one, name) for one in (survivor, merged))
    return FieldSide(name, _words(here), _words(there), taken=there is not None and here is None)


def stated(facility: Facility, field: str) -> tuple[Any, ...] | None:
    """The values of a field's columns; None where nothing is stated."""
    values = tuple(value_of(facility, column) for column in FIELD_COLUMNS[field])
    columns = zip(FIELD_COLUMNS[field], values, strict=True)
    blank = all(value in (None, "", []) for column, value in columns if column not in NEVER_BLANK)
    only = set(FIELD_COLUMNS[field]) <= NEVER_BLANK
    return None if blank and not only else values


def value_of(facility: Facility, column: str) -> Any:
    """A column as JSON has it; of materials their short names."""
    if column == "materials":
        return sorted(facility.materials.values_list("slug", flat=True))
    value = getattr(facility, column)
    return str(value) if column == "country" else value


def _words(values: tuple[Any, ...] | None) -> str:
    if values is None:
        return ""
    told = [", ".join(value) if isinstance(value, list) else str(value) for value in values if value not in (None, "")]
    return " · ".join(told)


def _parts(survivor: Facility, merged: Facility) -> Iterable[PartSide]:
    for kind, (model, key) in PART_KEYS.items():
        taken = set(model._default_manager.filter(facility=survivor).values_list(*key))
        rows = model._default_manager.filter(facility=merged).select_related(*_JOINED[kind]).order_by("pk")
        for row in rows:
            twin = tuple(getattr(row, name) for name in key) in taken
            yield PartSide(kind, part_id(row), part_words(row), twin, getattr(row, "source", "") == Source.SUGGESTED)


def part_id(row: Any) -> str:
    """By which a part is chosen: its public id, or its number where it has none."""
    return str(getattr(row, "public_id", row.pk))


def part_words(row: Any) -> str:
    """Without the facility, which stands beside it."""
    if isinstance(row, Capability):
        return f"{row.process} ({row.get_offer_display()})"
    if isinstance(row, Resource):
        return row.name or str(row.kind)
    return str(row.certification) if isinstance(row, HeldCertificate) else str(row)
