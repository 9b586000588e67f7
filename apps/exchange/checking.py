"""Holds what a draft says against the table of columns and the catalogue, whichever format it came from.

A value that does not hold is refused and left out; the rest of the row goes on. What must be there for the row to mean
anything refuses the row.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django_countries import countries

from apps.catalog.models import Certification, CertificationScope, Process, ProcessKind
from apps.catalog.rules import half_width_mm, tolerance_class
from apps.exchange.cells import written
from apps.exchange.columns import PART_SHEETS, Column, Kind, tables_named
from apps.exchange.facts import CONTACT_FIELDS, SITE_FIELDS, label_of
from apps.exchange.formats.base import FacilityDraft, ParsedRow, PartDraft, PartKind, Refusal, Value

ADMIN_AREA = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}", re.ASCII)
NUMBERS = (Kind.NUMBER, Kind.WHOLE, Kind.MONEY)
_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.WHOLE: (int,),
    Kind.NUMBER: (int, float, Decimal),
    Kind.MONEY: (int, float, Decimal),
    Kind.DATE: (date,),
    Kind.ONE_OF: (str,),
    Kind.SOME_OF: (tuple, list),
    Kind.ENVELOPE: (tuple, list),
}


class ValueFault(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Catalogue:
    """Short names to keys, table by table; `groups` are processes that are words, `others` certificates of products
    and people."""

    keys: Mapping[type[Any], Mapping[str, int]]
    groups: frozenset[str]
    others: frozenset[str]

    @classmethod
    def load(cls) -> "Catalogue":
        keys = {table: dict(table._default_manager.values_list("slug", "pk")) for table in tables_named()}
        groups = Process.objects.filter(kind=ProcessKind.CATEGORY).values_list("slug", flat=True)
        apart = (CertificationScope.PRODUCT, CertificationScope.PERSON)
        others = Certification.objects.filter(scope__in=apart).values_list("slug", flat=True)
        return cls(keys, frozenset(groups), frozenset(others))


def checked_row(row: ParsedRow, catalogue: Catalogue) -> ParsedRow:
    """The same row without the values that do not hold, each of which stands among its refusals."""
    if row.facility is None:
        return row
    refusals: list[Refusal] = []
    draft = row.facility
    values = _checked(SITE_FIELDS, draft.values, catalogue, row.number, refusals)
    _check_place(values, row.number, refusals)
    parts = list(_parts(draft.parts, catalogue, refusals))
    contact = _checked(CONTACT_FIELDS, _contact(draft.contact), catalogue, row.number, refusals)
    made = FacilityDraft(values, tuple(parts), {name: str(value) for name, value in contact.items()}, draft.public_id)
    return replace(row, facility=made, refusals=(*row.refusals, *refusals))


def _contact(contact: Mapping[str, str]) -> dict[str, Value]:
    """The postal code stands behind the street."""
    told: dict[str, Value] = {name: value for name, value in contact.items() if value and name != "postal_code"}
    if contact.get("postal_code"):
        told["address"] = ", ".join(filter(None, (contact.get("address", ""), contact["postal_code"])))
    return told


def _parts(parts: tuple[PartDraft, ...], catalogue: Catalogue, refusals: list[Refusal]) -> Iterator[PartDraft]:
    seen: set[str] = set()
    for part in parts:
        sheet = PART_SHEETS[part.kind]
        try:
            _check_word(sheet.by_name[sheet.key], part.of, catalogue)
            _check_part(part, catalogue)
        except ValueFault as fault:
            refusals.append(Refusal(part.number, sheet.key, part.of[:200], fault.reason, fault.detail))
            continue
        made = replace(part, values=_checked(sheet.fields, part.values, catalogue, part.number, refusals))
        missing = _missing(made)
        if missing or label_of(made) in seen:
            reason, detail = missing or ("repeated", "The same one stands above.")
            refusals.append(Refusal(part.number, sheet.key, part.of[:200], reason, detail))
            continue
        seen.add(label_of(made))
        yield made


def _check_part(part: PartDraft, catalogue: Catalogue) -> None:
    if part.kind == PartKind.CAPABILITY and part.of in catalogue.groups:
        raise ValueFault("process_is_category", "A group of processes; name the one that is offered.")
    if part.kind == PartKind.CERTIFICATE and (part.of in catalogue.others) != bool(part.values.get("shown_for")):
        if part.of in catalogue.others:
            raise ValueFault("not_a_sites_certificate", "A product or a person has it; say in shown_for which.")
        raise ValueFault("a_sites_certificate", "A site holds this one, so shown_for stays blank.")


def _missing(part: PartDraft) -> tuple[str, str] | None:
    """What a part cannot be without."""
    if part.kind != PartKind.RESOURCE:
        return None
    stated = [name for name in ("gross_hours_per_week", "units_per_week") if name in part.values]
    if len(stated) == 2:
        return "two_measures", "State hours or units a week, not both."
    return None


def _checked(
    columns: Mapping[str, Column],
    values: Mapping[str, Value],
    catalogue: Catalogue,
    number: int,
    refusals: list[Refusal],
) -> dict[str, Value]:
    kept: dict[str, Value] = {}
    for name, value in values.items():
        column = columns.get(name)
        try:
            if column is None:
                raise ValueFault("unknown_field", "There is no such field.")
            kept[name] = _value(column, value, catalogue)
        except ValueFault as fault:
            refusals.append(Refusal(number, name, written(value)[:200], fault.reason, fault.detail))
    return _with_tolerance(kept, number, refusals)


def _value(column: Column, value: Value, catalogue: Catalogue) -> Value:
    _check_type(column, value)
    if column.kind in NUMBERS:
        _check_range(column, value)
        if column.kind == Kind.MONEY:
            return round(Decimal(str(value)), column.digits)
        return float(value) if column.kind == Kind.NUMBER else value  # type: ignore[arg-type]  # checked above
    if column.kind == Kind.ENVELOPE:
        return _sides(column, value)
    if column.kind == Kind.ONE_OF:
        _check_word(column, str(value), catalogue)
    elif column.kind == Kind.SOME_OF:
        for word in value:  # type: ignore[union-attr]  # checked above
            _check_word(column, str(word), catalogue)
        return tuple(sorted({str(word) for word in value}))  # type: ignore[union-attr]
    elif column.kind == Kind.TEXT:
        return _text(column, str(value) if isinstance(value, str) else value)
    return value


def _check_type(column: Column, value: Value) -> None:
    if column.name == "resource":  # its kind and its name
        if not (isinstance(value, tuple | list) and len(value) == 2):
            raise ValueFault("not_a_resource", "Name the kind, or kind/name.")
        return
    expected = _TYPES.get(column.kind, (bool,))
    if not isinstance(value, expected) or (isinstance(value, bool) and column.kind != Kind.YES_NO):
        raise ValueFault("invalid", f"Expected: {column.kind}.")


def _check_range(column: Column, value: Any) -> None:
    inside = (column.low is None or value >= column.low) and (column.high is None or value <= column.high)
    if not inside:  # which NaN is not either
        raise ValueFault("out_of_range", f"From {column.low:g} to {column.high:g}.")


def _sides(column: Column, value: Any) -> tuple[float, float, float]:
    if len(value) != 3:
        raise ValueFault("three_sides", "Three sides: length, width and height in mm.")
    for side in value:
        if isinstance(side, bool) or not isinstance(side, int | float):
            raise ValueFault("invalid", "Three sides: length, width and height in mm.")
        _check_range(column, side)
    length, width, height = (float(side) for side in value)
    return length, width, height


def _check_word(column: Column, word: str, catalogue: Catalogue) -> None:
    allowed = column.words if column.table is None else catalogue.keys[column.table]
    if word not in allowed:
        raise ValueFault("does_not_exist", f"There is no such entry: {word[:60]}.")


def _text(column: Column, value: Value) -> Value:
    if not isinstance(value, str):
        return tuple(str(one) for one in value)  # type: ignore[union-attr]  # a resource's kind and name
    if len(value) > column.length:
        raise ValueFault("too_long", f"At most {column.length} letters.")
    if "\x00" in value:
        raise ValueFault("nul_character", "The text holds a NUL character.")
    try:
        match column.name:
            case "email":
                EmailValidator()(value)
            case "website":
                URLValidator(schemes=("http", "https"))(value)
    except ValidationError as error:
        raise ValueFault("invalid", " ".join(error.messages)) from error
    return value


def _with_tolerance(values: dict[str, Value], number: int, refusals: list[Refusal]) -> dict[str, Value]:
    """A class in anybody's spelling as the catalogue writes it; it gives the number where none is stated."""
    told = values.get("tolerance_class")
    if not isinstance(told, str):
        return values
    name = tolerance_class(told)
    if name is None:
        detail = "A class of ISO 2768-1 (f, m, c, v) or a grade of ISO 286 (IT5 to IT13)."
        refusals.append(Refusal(number, "tolerance_class", told, "unknown_tolerance_class", detail))
        return {one: value for one, value in values.items() if one != "tolerance_class"}
    width = half_width_mm(name)
    derived: dict[str, Value] = {} if width is None else {"best_tolerance_mm": width}
    return {**derived, **values, "tolerance_class": name}


def _check_place(values: dict[str, Value], number: int, refusals: list[Refusal]) -> None:
    """Countries and states by their codes; a position is both or none."""
    country, area = values.get("country"), values.get("admin_area")
    if country is not None and country not in countries:
        _refuse(values, "country", number, refusals, "unknown_country", "Not a country, such as US.")
    elsewhere = country is not None and not str(area).startswith(f"{country}-")
    if area is not None and (elsewhere or not ADMIN_AREA.fullmatch(str(area))):
        _refuse(values, "admin_area", number, refusals, "invalid", "An ISO 3166-2 code of that country, such as US-CA.")
    if ("lat" in values) != ("lon" in values):
        alone = "lat" if "lat" in values else "lon"
        _refuse(values, alone, number, refusals, "position_incomplete", "State both or none.")


def _refuse(
    values: dict[str, Value], name: str, number: int, refusals: list[Refusal], reason: str, detail: str
) -> None:
    refusals.append(Refusal(number, name, written(values.pop(name))[:200], reason, detail))
