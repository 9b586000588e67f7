"""From what a list says of a place and its machines to the draft of a facility."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from apps.catalog.models import FacilityKind
from apps.catalog.models.phrases import normalised
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.sheets import Record
from apps.exchange.formats.base import FacilityDraft, ParsedRow, PartDraft, PartKind, Value, Vocabulary
from apps.facilities.models import CapabilityOffer

Sides = tuple[float, float, float]
MAX_DESCRIPTION = 4000


def identity(*parts: str) -> str:
    """An id made of what names a place in its source: stable, readable, at most 80 letters."""
    return "-".join(filter(None, (normalised(part).replace(" ", "-") for part in parts)))[:80].strip("-")


@dataclass(frozen=True)
class Place:
    """What a source says of a place, as it stands there."""

    name: str
    kind: str = FacilityKind.MAKERSPACE
    country: str = ""
    city: str = ""
    lat: str = ""
    lon: str = ""
    street: str = ""
    description: str = ""
    country_column: str = "country"
    city_column: str = "city"


def begun(record: Record, words: Vocabulary, column: str) -> "tuple[Notes, str] | ParsedRow":
    """Notes for a row of a table and the name that stands in the column; the refused row where there is none."""
    notes = Notes(words, record.number)
    if record.too_long:
        return notes.refused_row("too_many_cells", number=record.number)
    name = notes.text(column, record[column])
    return (notes, name) if name else notes.refused_row("name_missing", number=record.number, column=column)


def facility_values(notes: Notes, place: Place, name: str, *, position: bool = True) -> dict[str, Value]:
    """Values of the draft: what the source says nothing about is left out. `name` is the cleaned name."""
    values: dict[str, Value] = {"name": name, "kind": place.kind}
    country = notes.country(place.country_column, place.country)
    city = notes.text(place.city_column, place.city, limit=100)
    description = notes.text("description", place.description, limit=MAX_DESCRIPTION, lines=True)
    values |= {key: text for key, text in (("country", country), ("city", city), ("description", description)) if text}
    if position:
        values |= notes.position(place.lat, place.lon, country=country, precise=bool(place.street.strip() or city))
    return values


@dataclass(frozen=True)
class Machine:
    """One line about machines: what they do (a process) and are (a model), as short names or None, and their size.

    `more` are other fields of the capability that the line tells of.
    """

    number: int
    text: str
    process: str | None = None
    model: str | None = None
    count: int = 1
    envelope_mm: Sides | None = None
    more: Mapping[str, Value] = field(default_factory=dict)


def machine_parts(notes: Notes, machines: Sequence[Machine]) -> tuple[PartDraft, ...]:
    """Capabilities, one line or two for each process, and the machines that the catalogue knows."""
    by_process: defaultdict[str, list[Machine]] = defaultdict(list)
    by_model: defaultdict[str, list[Machine]] = defaultdict(list)
    for machine in machines:
        if machine.process:
            by_process[machine.process].append(machine)
        if machine.model:
            by_model[machine.model].append(machine)
    parts = [part for process, found in by_process.items() for part in _capabilities(notes, process, found)]
    for model, found in by_model.items():
        count = min(sum(machine.count for machine in found), 10_000)
        parts.append(PartDraft(found[0].number, PartKind.MACHINE, model, {"count": count}))
    return tuple(parts)


def _capabilities(notes: Notes, process: str, machines: list[Machine]) -> Iterable[PartDraft]:
    """A core line with the largest stated size. Machines without one may be larger or smaller: where both are there,
    they are a supplementary line of its own without a size, so that neither hides the other."""
    sized = [machine for machine in machines if machine.envelope_mm]
    blank = [machine for machine in machines if not machine.envelope_mm]
    if sized:
        largest = max(sized, key=lambda machine: prod(machine.envelope_mm or (0,)))
        _tell_others(notes, largest, sized)
        yield capability(largest.number, process, envelope_mm=largest.envelope_mm, more=largest.more)
    if blank:
        offer = CapabilityOffer.SUPPLEMENTARY if sized else CapabilityOffer.CORE
        yield capability(blank[0].number, process, offer=offer, more=blank[0].more)


def _tell_others(notes: Notes, largest: Machine, sized: list[Machine]) -> None:
    """One line holds one size; a longer but thinner machine beside the largest is told."""
    most = sorted(largest.envelope_mm or ())
    for machine in sized:
        sides = sorted(machine.envelope_mm or ())
        if any(side > limit for side, limit in zip(sides, most, strict=True)):
            shown = " x ".join(f"{side:g}" for side in machine.envelope_mm or ())
            notes.remark(f"“{machine.text}” ({shown} mm) takes longer parts than the size of its line says.")


def capability(
    number: int,
    process: str,
    *,
    offer: str = CapabilityOffer.CORE,
    envelope_mm: Sides | None = None,
    more: Mapping[str, Value] | None = None,
) -> PartDraft:
    values: dict[str, Value] = {"offer": str(offer), **(more or {})}
    if envelope_mm:
        values["envelope_mm"] = envelope_mm
    return PartDraft(number, PartKind.CAPABILITY, process, values)


def draft(
    values: dict[str, Value], parts: Iterable[PartDraft] = (), contact: Mapping[str, str] | None = None
) -> FacilityDraft:
    return FacilityDraft(values, tuple(parts), dict(contact or {}))


def listed_texts(cell: str) -> list[str]:
    """The texts of a cell that holds a list as a programming language writes it, or with commas."""
    inner = (
        re.findall(r"'((?:[^'\\]|\\.){0,200})'|\"((?:[^\"\\]|\\.){0,200})\"", cell)
        if cell.strip().startswith("[")
        else []
    )
    if inner or cell.strip().startswith("["):
        return [one or other for one, other in inner if one or other]
    return [part.strip() for part in cell.split(",") if part.strip()]
