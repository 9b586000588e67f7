"""A network's facilities as Open Know-Where: the tables of version 1, or the objects of 2022.

Either holds less than our templates: no run sizes in pieces, prices, hours or partners. What it holds comes back by our
own reader as it was. Words of the catalogue are written as names where the reader knows the name, else as short names.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.catalog.models import Certification, MachineModel, Material, Process
from apps.exchange.exporting import CHUNK, PROFILE, exported_facilities
from apps.exchange.facts import CONTACT_LABEL, SITE, Facts, Fields
from apps.exchange.foreign.okw_2022 import BATCH_SIZES, KIND_MEMBER
from apps.exchange.formats.base import PartKind, TermKind, Vocabulary
from apps.exchange.standing import Standing, read_standings
from apps.facilities.models import CapabilityOffer, Source
from apps.networks.models import Network

TABLES: dict[TermKind, type[Any]] = {
    TermKind.PROCESS: Process,
    TermKind.MATERIAL: Material,
    TermKind.CERTIFICATION: Certification,
}
TRAVELS = ("xTravel", "yTravel", "zTravel")
Json = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """What the reader of an export may know of one facility."""

    public_id: str
    facts: Facts

    def parts(self, kind: PartKind) -> list[tuple[str, str, Fields]]:
        """(short name, what tells it apart, fields) in the order of their labels."""
        found = sorted((label, fields) for label, fields in self.facts.items() if label.startswith(f"{kind}:"))
        split = [(label.split(":", 2), fields) for label, fields in found]
        return [(names[1], names[2] if len(names) > 2 else "", fields) for names, fields in split]


@dataclass(frozen=True)
class Wording:
    """Names for short names, such that the reader finds the short name again."""

    names: Mapping[TermKind, Mapping[str, str]]
    machines: Mapping[str, tuple[str, str]]

    @classmethod
    def load(cls, words: Vocabulary) -> "Wording":
        names = {kind: _names(table._default_manager.all(), kind, words) for kind, table in TABLES.items()}
        machines = {row.slug: _maker_and_model(row, words) for row in MachineModel.objects.all()}
        return cls(names, machines)

    def of(self, kind: TermKind, slug: str) -> str:
        return self.names[kind].get(slug, slug)


def _names(rows: "QuerySet[Any]", kind: TermKind, words: Vocabulary) -> dict[str, str]:
    return {row.slug: row.name if words.find(kind, row.name) == row.slug else row.slug for row in rows}


def _maker_and_model(row: MachineModel, words: Vocabulary) -> tuple[str, str]:
    known = words.find(TermKind.MACHINE, row.model) or words.find(TermKind.MACHINE, str(row))
    return (row.maker, row.model) if known == row.slug else ("", row.slug)


def listed_facilities(network: Network, user: Any, *, everything: bool = False) -> Iterable[Listed]:
    """Those of the network's export, of each what the user may read."""
    rows = exported_facilities(network, user, everything=everything)
    insider = set(rows.model.objects.fully_visible_to(user).filter(networks=network).values_list("pk", flat=True))
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        standings = read_standings(keys[start : start + CHUNK])
        for key in keys[start : start + CHUNK]:
            yield _listed(standings[key], in_full=key in insider)


def _listed(standing: Standing, *, in_full: bool) -> Listed:
    """Suggestions are nobody's word, so they are not told."""
    facts = {label: dict(fields) for label, fields in standing.facts.items()}
    public_id = str(standing.facility.public_id) if standing.facility else ""
    if not in_full:
        return Listed(public_id, {SITE: {name: facts[SITE].get(name) for name in PROFILE}})
    told = {label: fields for label, fields in facts.items() if _told(standing, label)}
    return Listed(public_id, told)


def _told(standing: Standing, label: str) -> bool:
    return label in (SITE, CONTACT_LABEL) or getattr(standing.row(label), "source", "") != Source.SUGGESTED


# --- 2022 -------------------------------------------------------------------------------------------------------------


def write_2022(facilities: Iterable[Listed], wording: Wording) -> bytes:
    return _bytes([_object(one, wording) for one in facilities])


def _object(listed: Listed, wording: Wording) -> Json:
    site = listed.facts[SITE]
    lines = [line for line in listed.parts(PartKind.CAPABILITY) if line[1] != CapabilityOffer.PARTNER]
    plain = [slug for slug, _, fields in lines if _plain(slug, fields, lines)]
    equipment = [_line(slug, fields, wording) for slug, _, fields in lines if slug not in plain]
    equipment += [_machine(slug, fields, wording) for slug, _, fields in listed.parts(PartKind.MACHINE)]
    certificates = [slug for slug, _, fields in listed.parts(PartKind.CERTIFICATE) if not fields.get("shown_for")]
    return _without_blanks(
        {
            "id": listed.public_id,
            "name": site.get("name"),
            KIND_MEMBER: site.get("kind"),
            "description": site.get("description"),
            "facilityStatus": "Active",
            "location": _location(listed),
            "contact": _agent(listed),
            "typicalBatchSize": _batch_size(site),
            "manufacturingProcesses": [wording.of(TermKind.PROCESS, slug) for slug in plain],
            "equipment": equipment,
            "typicalMaterials": _materials(site, wording),
            "certifications": [wording.of(TermKind.CERTIFICATION, slug) for slug in certificates],
        }
    )


def _plain(slug: str, fields: Fields, lines: list[tuple[str, str, Fields]]) -> bool:
    """A line of which nothing is known but its process, and no other line of that process tells more."""
    alone = [line[0] for line in lines].count(slug) == 1
    return alone and not any(fields.get(name) for name in ("envelope_mm", "materials", "tolerance_class"))


def _line(slug: str, fields: Fields, wording: Wording) -> Json:
    sides = dict(zip(TRAVELS, fields.get("envelope_mm") or (), strict=False))
    return _without_blanks(
        {
            "manufacturingProcess": wording.of(TermKind.PROCESS, slug),
            **sides,
            "materialsWorked": _materials(fields, wording),
            "toleranceClass": fields.get("tolerance_class"),
        }
    )


def _machine(slug: str, fields: Fields, wording: Wording) -> Json:
    maker, model = wording.machines.get(slug, ("", slug))
    return _without_blanks({"make": maker, "model": model, "quantity": fields.get("count") or 1})


def _materials(fields: Fields, wording: Wording) -> list[Json]:
    return [{"materialType": wording.of(TermKind.MATERIAL, slug)} for slug in fields.get("materials") or ()]


def _location(listed: Listed) -> Json:
    site, contact = listed.facts[SITE], listed.facts.get(CONTACT_LABEL, {})
    address = {
        "street": contact.get("address"),
        "city": site.get("city"),
        "region": site.get("admin_area"),
        "country": site.get("country"),
    }
    lat, lon = site.get("lat"), site.get("lon")
    position = f"{lat!r}, {lon!r}" if lat is not None and lon is not None else None
    return _without_blanks({"address": _without_blanks(address), "gpsCoordinates": position})


def _agent(listed: Listed) -> Json:
    contact = listed.facts.get(CONTACT_LABEL, {})
    reach = _without_blanks({"email": contact.get("email"), "landline": contact.get("phone")})
    return _without_blanks({"website": contact.get("website"), "contact": reach})


def _batch_size(site: Fields) -> str | None:
    runs = {name: site[name] for name in ("economic_run_low", "economic_run_high") if site.get(name) is not None}
    return next((words for words, values in BATCH_SIZES.items() if values == runs), None)


# --- version 1 --------------------------------------------------------------------------------------------------------


def write_v1(facilities: Iterable[Listed], wording: Wording) -> bytes:
    """The tables of the schema; every row carries the facility's own id, so that it is found again."""
    tables: dict[str, list[Json]] = {
        name: []
        for name in (
            "ManufacturingFacility",
            "DistributedResource",
            "Address",
            "Contact",
            "ManufacturingEquipment",
            "ManufacturingService",
        )
    }
    for listed in facilities:
        for name, rows in _rows(listed, wording).items():
            tables[name] += rows
    return _bytes(tables)


def _rows(listed: Listed, wording: Wording) -> dict[str, list[Json]]:
    site, contact, key = listed.facts[SITE], listed.facts.get(CONTACT_LABEL, {}), listed.public_id
    machines = [
        {"brand": wording.machines.get(slug, ("", slug))[0], "model": wording.machines.get(slug, ("", slug))[1]}
        for slug, _, fields in listed.parts(PartKind.MACHINE)
        for _ in range(fields.get("count") or 1)
    ]
    services = [slug for slug, offer, _ in listed.parts(PartKind.CAPABILITY) if offer != CapabilityOffer.PARTNER]
    return {
        "ManufacturingFacility": [
            _without_blanks({"facility_id": key, "resource_id": key, "name": site.get("name"), "type": site.get("kind"),
                             "description": site.get("description")})
        ],
        "DistributedResource": [{"resource_id": key, "address_id": key, "contact_id": key}],
        "Address": [
            _without_blanks({"address_id": key, "street": contact.get("address"), "locality": site.get("city"),
                             "region": site.get("admin_area"), "country": site.get("country"),
                             "latitude": site.get("lat"), "longitude": site.get("lon")})
        ],
        "Contact": [
            _without_blanks({"contact_id": key, "email": contact.get("email"), "website": contact.get("website")})
        ],
        "ManufacturingEquipment": [
            _without_blanks({"equipment_id": f"{key}-{number}", "resource_id": key, **machine})
            for number, machine in enumerate(machines, start=1)
        ],
        "ManufacturingService": [
            {"service_id": f"{key}-{number}", "resource_id": key, "type": wording.of(TermKind.PROCESS, slug)}
            for number, slug in enumerate(dict.fromkeys(services), start=1)
        ],
    }  # fmt: skip


def _without_blanks(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value is not None and value not in ("", [], {})}


def _bytes(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
