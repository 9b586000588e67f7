"""SpaceAPI: the JSON that a hacker space publishes about itself. Only its place and its contact are read."""

from collections.abc import Iterator

from apps.exchange.foreign.drafts import Place, draft, facility_values, identity
from apps.exchange.foreign.json_sniffing import json_keys
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.structures import load_json, mapping, text
from apps.exchange.formats.base import Format, Makes, ParsedRow, SourceFile, UnreadableError


def read(file: SourceFile) -> Iterator[ParsedRow]:
    """Key holders are persons and are not read, nor is whatever changes by the hour."""
    space = mapping(load_json(file.data))
    if not text(space.get("space")).strip():
        raise UnreadableError("not_space_api", "The file names no space.")
    notes = Notes(file.words)
    name = notes.text("space", text(space.get("space")))
    if not name:
        yield notes.refused_row("name_missing", "It names no space.", number=1, column="space")
        return
    location, contact = mapping(space.get("location")), mapping(space.get("contact"))
    place = Place(
        name,
        country=text(location.get("country_code")),
        lat=text(location.get("lat")),
        lon=text(location.get("lon")),
        street=text(location.get("address")),
        country_column="location.country_code",
    )
    values = facility_values(notes, place, name)
    if contact.get("keymasters"):
        notes.repaired("contact.keymasters", "(left out)", "", "personal_data", "Personal data are not taken over.")
    reach = notes.contact(
        website=text(space.get("url")),
        email=text(contact.get("email")),
        phone=text(contact.get("phone")),
        address=text(location.get("address")),
    )
    yield notes.row(identity(name, text(space.get("url"))), draft(values, (), reach), number=1)


def _sniff(name: str, head: bytes) -> bool:
    keys = json_keys(head)
    return "space" in keys and bool(keys & {"api", "api_compatibility"}) and "properties" not in keys


SPACE_API = Format("space-api", "SpaceAPI (JSON)", Makes.FACILITIES, _sniff, read)
