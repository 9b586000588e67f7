"""Open Know-Where version 1: facilities, addresses and equipment in tables that name each other by id.

Two forms of it are about: the tables of the published schema in one JSON object, and a list of objects that hold one
row of each table for a facility (facility, address, region, geocoding).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from apps.catalog.models import FacilityKind
from apps.exchange.foreign.drafts import Machine, Place, draft, facility_values, machine_parts
from apps.exchange.foreign.json_sniffing import beginning, json_keys
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.okw_map import process_parts
from apps.exchange.foreign.structures import Plain, listed, load_json, mapping, text
from apps.exchange.foreign.twins import with_twins
from apps.exchange.formats.base import Format, Makes, ParsedRow, SourceFile, TermKind, UnreadableError, Vocabulary

# What lists write where they have no words of their own.
NO_DESCRIPTION = frozenset({"fablab", "fab lab"})
KINDS = {str(kind): str(kind) for kind in FacilityKind}
_TABLE = re.compile(r'"ManufacturingFacility"\s*:\s*\[')
Row = Mapping[str, Any]
Tables = dict[str, list[Row]]


def read(file: SourceFile) -> Iterator[ParsedRow]:
    yield from with_twins(_rows(load_json(file.data), file.words))


def _rows(found: Plain, words: Vocabulary) -> Iterator[ParsedRow]:
    if isinstance(found, list):
        for number, item in enumerate(found, start=1):
            yield _bundle(number, mapping(item), words)
    elif isinstance(found, dict) and "ManufacturingFacility" in found:
        yield from _relational(found, words)
    else:
        raise UnreadableError("not_okw_v1", "There are no facilities of Open Know-Where 1 in this file.")


# --- one object for each facility -------------------------------------------------------------------------------------


def _bundle(number: int, item: Row, words: Vocabulary) -> ParsedRow:
    facility, address, region, geocoding = (
        mapping(item.get(table)) for table in ("facility", "address", "region", "geocoding")
    )
    notes = Notes(words, number)
    name, identity = notes.text("facility.name", text(facility.get("name"))), text(facility.get("facility_id")).strip()
    if not name or not identity:
        missing = "name" if not name else "facility_id"
        return notes.refused_row(f"{missing}_missing", "", number=number, column=f"facility.{missing}")
    description = text(facility.get("description"))
    street = text(address.get("extended"))
    place = Place(
        name,
        country=text(region.get("country")),
        city=text(region.get("city_town")),
        lat=text(geocoding.get("latitude")),
        lon=text(geocoding.get("longitude")),
        street=street,
        description="" if description.strip().casefold() in NO_DESCRIPTION else description,
        country_column="region.country",
        city_column="region.city_town",
    )
    values = facility_values(notes, place, name)
    whole = ", ".join(filter(None, (street.strip(), text(region.get("state_region")).strip())))
    contact = notes.contact(website=text(facility.get("url")), address=whole, postal_code=text(address.get("zip_code")))
    return notes.row(identity, draft(values, (), contact), number=number)


# --- tables of the schema ---------------------------------------------------------------------------------------------


def _relational(found: Row, words: Vocabulary) -> Iterator[ParsedRow]:
    tables: Tables = {name: [mapping(row) for row in listed(rows)] for name, rows in found.items()}
    resources = _by_id(tables, "DistributedResource", "resource_id")
    addresses, contacts = _by_id(tables, "Address", "address_id"), _by_id(tables, "Contact", "contact_id")
    equipment, services = _of_resource(tables, "ManufacturingEquipment"), _of_resource(tables, "ManufacturingService")
    for number, facility in enumerate(tables["ManufacturingFacility"], start=1):
        resource = resources.get(text(facility.get("resource_id")), {})
        owner = text(facility.get("resource_id"))
        yield _facility(
            Notes(words, number),
            facility,
            addresses.get(text(resource.get("address_id")), {}),
            contacts.get(text(resource.get("contact_id")), {}),
            equipment.get(owner, []),
            services.get(owner, []),
        )


def _by_id(tables: Tables, table: str, key: str) -> dict[str, Row]:
    return {text(row.get(key)): row for row in tables.get(table, [])}


def _of_resource(tables: Tables, table: str) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in tables.get(table, []):
        found[text(row.get("resource_id"))].append(row)
    return found


def _facility(
    notes: Notes, facility: Row, address: Row, contact: Row, equipment: list[Row], services: list[Row]
) -> ParsedRow:
    name, identity = notes.text("name", text(facility.get("name"))), text(facility.get("facility_id")).strip()
    if not name or not identity:
        missing = "name" if not name else "facility_id"
        return notes.refused_row(f"{missing}_missing", "", number=notes.number, column=missing)
    street = " ".join(filter(None, (text(address.get("street")).strip(), text(address.get("number")).strip())))
    place = Place(
        name,
        kind=_kind(notes, text(facility.get("type"))),
        country=text(address.get("country")),
        city=text(address.get("locality")),
        lat=text(address.get("latitude")),
        lon=text(address.get("longitude")),
        street=street,
        description=text(facility.get("description")),
        country_column="Address.country",
        city_column="Address.locality",
    )
    values = facility_values(notes, place, name)
    region = text(address.get("region")).strip()
    code = notes.area(region)
    values |= {"admin_area": code} if code else {}
    reach = notes.contact(
        website=text(contact.get("website")),
        email=text(contact.get("email")),
        address=", ".join(filter(None, (street, "" if code else region))),
        postal_code=text(address.get("postcode")),
    )
    named = [one.strip() for one in text(facility.get("capabilities")).split(",")]
    parts = process_parts(notes, "capabilities", [*named, *(text(row.get("type")) for row in services)])
    machines = machine_parts(notes, [_machine(notes, row) for row in equipment])
    return notes.row(identity, draft(values, _each_once(parts, machines), reach), number=notes.number)


def _each_once(parts: "tuple[Any, ...]", more: "tuple[Any, ...]") -> "list[Any]":
    """What equipment tells again of a process that is listed already is the same capability."""
    seen = {(part.kind, part.of) for part in parts}
    return [*parts, *(part for part in more if (part.kind, part.of) not in seen)]


def _kind(notes: Notes, said: str) -> str:
    kind = KINDS.get(said.strip().casefold().replace(" ", "_"))
    if kind is None and said.strip():
        notes.remark(f"The kind of place “{said.strip()[:60]}” is not one of ours; it is listed as a maker space.")
    return kind or FacilityKind.MAKERSPACE


def _machine(notes: Notes, row: Row) -> Machine:
    brand, model = notes.text("brand", text(row.get("brand"))), notes.text("model", text(row.get("model")))
    kind = notes.text("type", text(row.get("type"))).replace("_", " ")
    whole = " ".join(filter(None, (brand, model)))
    return Machine(
        notes.number,
        whole or kind,
        process=notes.term(TermKind.PROCESS, "type", kind) if kind else None,
        model=notes.term(TermKind.MACHINE, "model", *filter(None, (model, whole))) if model else None,
    )


def _sniff(name: str, head: bytes) -> bool:
    return {"facility", "facility_id", "location_id"} <= json_keys(head) or bool(_TABLE.search(beginning(head)))


OKW_V1 = Format("okw-v1", "Open Know-Where 1 (JSON)", Makes.FACILITIES, _sniff, read)
