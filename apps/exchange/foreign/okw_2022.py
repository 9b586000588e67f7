"""Open Know-Where as specified in 2022: one object a facility, with its location, contact, equipment and processes.

Nothing in it is mandatory but the name. Processes, equipment and materials are named by Wikipedia addresses or words.
Members are spelt openingHours, opening_hours or opening-hours.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from apps.catalog.models import FacilityKind
from apps.exchange import repairs_figures
from apps.exchange.foreign.drafts import Machine, Place, Sides, draft, facility_values, identity, machine_parts
from apps.exchange.foreign.json_sniffing import json_keys
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.okw_map import process_parts
from apps.exchange.foreign.okw_v1 import KINDS
from apps.exchange.foreign.structures import Plain, first, listed, load_json, mapping, text, texts
from apps.exchange.foreign.twins import with_twins
from apps.exchange.formats.base import (
    Format,
    Makes,
    ParsedRow,
    PartDraft,
    PartKind,
    SourceFile,
    TermKind,
    UnreadableError,
    Value,
    Vocabulary,
)

KIND_MEMBER = "x-kind"  # ours: the specification has no word for it
BATCH_SIZES: dict[str, dict[str, Value]] = {
    "0 -- 50 units": {"economic_run_high": 50},
    "50 -- 500 units": {"economic_run_low": 50, "economic_run_high": 500},
    "500 -- 5000 units": {"economic_run_low": 500, "economic_run_high": 5000},
    "5000 + units": {"economic_run_low": 5000},
}
STATES = {"planned": "It is planned, not there yet.", "closed": "It is closed."}
_WIKIPEDIA = re.compile(r"https?://[a-z-]{2,12}(?:\.m)?\.wikipedia\.org/wiki/([^?#\s]{1,200})", re.IGNORECASE)
Row = Mapping[str, Any]


def read(file: SourceFile) -> Iterator[ParsedRow]:
    found = _facilities(load_json(file.data))
    yield from with_twins(_facility(number, row, file.words) for number, row in enumerate(found, start=1))


def _facilities(found: Plain) -> list[Row]:
    """A list, an object that holds one, or one facility by itself."""
    if isinstance(found, dict):
        inside = first(found, "facilities", "manufacturing-facilities", "manufacturingFacilities")
        found = listed(inside) if inside else [found]
    rows: list[Row] = [mapping(row) for row in found] if isinstance(found, list) else []
    if not any("name" in row for row in rows):
        raise UnreadableError("not_okw_2022", "There are no facilities of Open Know-Where in this file.")
    return rows


def _facility(number: int, row: Row, words: Vocabulary) -> ParsedRow:
    notes = Notes(words, number)
    name = notes.text("name", text(row.get("name")))
    if not name:
        return notes.refused_row("name_missing", "It names no facility.", number=number, column="name")
    state = text(first(row, "facility-status")).strip().casefold()
    if state in STATES:
        return notes.refused_row("not_running", STATES[state], number=number, column="facilityStatus")
    place = _place(notes, row, name)
    values = facility_values(notes, place, name) | _area(notes, row) | _figures(notes, row)
    values |= _materials(notes, "typicalMaterials", first(row, "typical-materials"))
    processes = [_word(one) for one in texts(first(row, "manufacturing-processes"))]
    parts = [*process_parts(notes, "manufacturingProcesses", processes)]
    machines = machine_parts(notes, [_machine(notes, mapping(one)) for one in listed(row.get("equipment"))])
    parts = [*_without_sized(parts, machines), *machines, *_certificates(notes, row)]
    external_id = text(row.get("id")).strip() or identity(name, place.city, place.country)
    return notes.row(external_id, draft(values, parts, _contact(notes, row, place)), number=number)


def _without_sized(parts: list[PartDraft], machines: tuple[PartDraft, ...]) -> list[PartDraft]:
    """A process that equipment tells more exactly need not be listed again without a size."""
    told = {part.of for part in machines if part.kind == PartKind.CAPABILITY}
    return [part for part in parts if part.of not in told]


def _place(notes: Notes, row: Row, name: str) -> Place:
    location = mapping(row.get("location"))
    address = mapping(location.get("address"))
    lat, lon = _position(first(location, "gps-coordinates"))
    said = text(row.get(KIND_MEMBER)).strip()
    if said not in KINDS:
        notes.remark("The file does not say which kind of place it is; it is listed as a maker space.")
    return Place(
        name,
        kind=KINDS.get(said, FacilityKind.MAKERSPACE),
        country=text(address.get("country")),
        city=text(address.get("city")),
        lat=lat,
        lon=lon,
        street=text(address.get("street")),
        description=text(row.get("description")),
        country_column="location.address.country",
        city_column="location.address.city",
    )


def _position(stated: Any) -> tuple[str, str]:
    """Of `5.65, -0.16`, of two numbers, or of an object with both."""
    if isinstance(stated, dict):
        return text(first(stated, "latitude", "lat")), text(first(stated, "longitude", "lon", "lng"))
    pair = texts(stated) if isinstance(stated, list) else re.split(r"[,;\s]+", text(stated).strip())
    return (pair[0], pair[1]) if len(pair) == 2 else ("", "")


def _contact(notes: Notes, row: Row, place: Place) -> dict[str, str]:
    """The facility's own contact. Its contact person and owner are persons or other organisations: left alone."""
    agent = mapping(row.get("contact"))
    reach = mapping(agent.get("contact"))
    address = mapping(mapping(row.get("location")).get("address"))
    street = " ".join(filter(None, (place.street.strip(), text(address.get("number")).strip())))
    region = "" if notes.area(_region(row)) else _region(row)
    whole = [street, text(address.get("district")).strip(), region]
    if first(agent, "contact-person"):
        notes.repaired(
            "contactPerson", "(left out)", "", "personal_data", "Personal data are not taken over from lists."
        )
    return notes.contact(
        website=text(agent.get("website")),
        email=text(reach.get("email")) or text(agent.get("email")),
        phone=text(reach.get("landline")),
        address=", ".join(filter(None, whole)),
        postal_code=text(address.get("postcode")),
    )


def _figures(notes: Notes, row: Row) -> dict[str, Value]:
    said = text(first(row, "typical-batch-size")).strip()
    if said and said not in BATCH_SIZES:
        notes.refused("typicalBatchSize", said, "unknown_batch_size", f"One of {', '.join(BATCH_SIZES)} is expected.")
    return dict(BATCH_SIZES.get(said, {}))


def _area(notes: Notes, row: Row) -> dict[str, Value]:
    code = notes.area(_region(row))
    return {"admin_area": code} if code else {}


def _region(row: Row) -> str:
    return text(mapping(mapping(row.get("location")).get("address")).get("region")).strip()


def _materials(notes: Notes, column: str, stated: Any) -> dict[str, Value]:
    found: dict[str, None] = {}
    for one in listed(stated):
        said = one if isinstance(one, str) else text(first(mapping(one), "material-type", "name"))
        slug = notes.term(TermKind.MATERIAL, column, _word(notes.text(column, said)))
        if slug:
            found.setdefault(slug)
    return {"materials": tuple(found)} if found else {}


def _certificates(notes: Notes, row: Row) -> list[PartDraft]:
    found: dict[str, None] = {}
    for said in texts(row.get("certifications")):
        slug = notes.term(TermKind.CERTIFICATION, "certifications", notes.text("certifications", said))
        if slug:
            found.setdefault(slug)
    return [PartDraft(notes.number, PartKind.CERTIFICATE, slug) for slug in found]


def _word(said: str) -> str:
    """The title of a Wikipedia page as people say it; other texts as they are."""
    found = _WIKIPEDIA.match(said.strip())
    if not found:
        return said.strip()
    return re.sub(r"\s*\([^)]*\)$", "", unquote(found[1]).replace("_", " ")).strip()


def _machine(notes: Notes, row: Row) -> Machine:
    make, model = (notes.text(f"equipment.{key}", text(row.get(key))) for key in ("make", "model"))
    whole = " ".join(filter(None, (make, model)))
    said = [_word(text(first(row, name))) for name in ("manufacturing-process", "equipment-type")]
    process = notes.term(TermKind.PROCESS, "equipment.manufacturingProcess", *filter(None, said))
    count = repairs_figures.whole_number(text(row.get("quantity")), low=1, high=10_000) or 1
    return Machine(
        notes.number,
        whole or next(filter(None, said), ""),
        process=process,
        model=notes.term(TermKind.MACHINE, "equipment.model", *filter(None, (model, whole))) if model else None,
        count=count,
        envelope_mm=_travel(notes, row),
        more=_line(notes, row),
    )


def _line(notes: Notes, row: Row) -> dict[str, Value]:
    """What the equipment works and how exactly."""
    tolerance = notes.text("equipment.toleranceClass", text(first(row, "tolerance-class")), limit=10)
    more = _materials(notes, "equipment.materialsWorked", first(row, "materials-worked"))
    return {**more, "tolerance_class": tolerance} if tolerance else more


def _travel(notes: Notes, row: Row) -> Sides | None:
    """Its travels; the specification says that they are mm. A volume alone (mm3) tells no sides."""
    inner = {**row, **mapping(first(row, "sub-properties"))}
    names = ("x-travel", "y-travel", "z-travel")
    sides = [
        notes.length(f"equipment.{name}", text(first(inner, name)), column_unit="mm")
        for name in names
        if first(inner, name)
    ]
    if len(sides) == 3 and all(side is not None for side in sides):
        x, y, z = (side for side in sides if side is not None)
        return x, y, z
    if sides:
        notes.repaired(
            "equipment", ", ".join(names), "", "size_incomplete", "A size has three sides; one is not stated."
        )
    return None


def _sniff(name: str, head: bytes) -> bool:
    keys = json_keys(head)
    marks = {
        "manufacturingProcesses",
        "manufacturing_processes",
        "facilityStatus",
        "facility_status",
        "typicalBatchSize",
        "gpsCoordinates",
        "gps_coordinates",
        KIND_MEMBER,
    }
    return "name" in keys and "location" in keys and bool(keys & marks) and "properties" not in keys


OKW_2022 = Format("okw-2022", "Open Know-Where, 2022 (JSON)", Makes.FACILITIES, _sniff, read)
