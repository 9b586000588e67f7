"""Published limits of board makers: a YAML of design rules for one maker, or a JSON of profiles of several.

Only what can be listed is read: which boards and which assembly are offered, and the largest board. Trace widths have
no place in a listing; lead times are left out, as neither form says whether they are calendar or working days.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from apps.catalog.models import FacilityKind
from apps.exchange.foreign.drafts import Place, Sides, capability, draft, facility_values, identity
from apps.exchange.foreign.json_sniffing import beginning, json_keys, top_keys
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.structures import load_json, load_yaml, mapping, text, texts
from apps.exchange.formats.base import (
    Format,
    Makes,
    ParsedRow,
    PartDraft,
    SourceFile,
    TermKind,
    UnreadableError,
    Vocabulary,
)

# What a maker with so many layers offers, in words of the trade.
FEW_LAYERS, MANY_LAYERS = "double-sided PCB", "multilayer"
ASSEMBLY = (
    ("assembly_offered", "PCB assembly"),
    ("assembly.supports_bga", "BGA"),
    ("assembly.supports_fine_pitch", "SMT fine pitch"),
)
_TITLE = re.compile(r"^#\s*(.{1,80}?)\s+Design Rules", re.MULTILINE)
_SOURCE = re.compile(r"^#\s*Source:\s*(\S+)", re.MULTILINE)
_LAYERS = re.compile(r"^(\d{1,2})layer", re.IGNORECASE)
Row = Mapping[str, Any]


# --- design rules of one maker ----------------------------------------------------------------------------------------


def read_rules(file: SourceFile) -> Iterator[ParsedRow]:
    """The maker's name and address stand in the comments above the rules."""
    rules = mapping(load_yaml(file.data).get("design_rules"))
    if not rules:
        raise UnreadableError("not_design_rules", "There are no design rules in this file.")
    comments, notes = beginning(file.data)[:4096], Notes(file.words)
    title, source = _TITLE.search(comments), _SOURCE.search(comments)
    name = notes.text("title", title[1]) if title else ""
    if not name:
        yield notes.refused_row("name_missing", "Its first line does not say whose rules they are.", number=1)
        return
    layers = [int(found[1]) for key in rules if (found := _LAYERS.match(key))]
    sizes = [_board(notes, mapping(rule)) for rule in rules.values()]
    largest = max(filter(None, sizes), key=lambda sides: sides[0] * sides[1], default=None)
    yield _maker(notes, name, source[1] if source else "", _boards(notes, layers, largest))


def _board(notes: Notes, rule: Row) -> Sides | None:
    """The largest board of a rule with its thickness; the members say that they are mm."""
    names = ("max_board_width_mm", "max_board_height_mm", "board_thickness_mm")
    if not all(text(rule.get(name)) for name in names):
        return None
    sides = [notes.length(name, text(rule.get(name)), column_unit="mm") for name in names]
    width, height, thickness = sides
    if width is None or height is None or thickness is None:
        return None
    return width, height, thickness


# --- profiles of several ----------------------------------------------------------------------------------------------


def read_profiles(file: SourceFile) -> Iterator[ParsedRow]:
    profiles = mapping(load_json(file.data))
    for number, profile in enumerate(profiles.values(), start=1):
        yield _profile(number, mapping(profile), file.words)


def _profile(number: int, profile: Row, words: Vocabulary) -> ParsedRow:
    notes = Notes(words, number)
    name = notes.text("name", text(profile.get("name")))
    if not name:
        return notes.refused_row("name_missing", "The profile names no maker.", number=number, column="name")
    layers = [int(layer) for layer in texts(profile.get("supported_layers")) if re.fullmatch(r"\d{1,3}", layer)]
    if mapping(profile.get("lead_times")):
        detail = "Neither calendar nor working days are said."
        notes.repaired("lead_times", ", ".join(mapping(profile.get("lead_times"))), "", "unit_not_stated", detail)
    parts = [*_boards(notes, layers, None), *_assembly(notes, profile)]
    return _maker(notes, name, text(profile.get("website")), parts)


def _assembly(notes: Notes, profile: Row) -> Iterator[PartDraft]:
    if text(profile.get("assembly_offered")) != "true":
        return
    for member, words in ASSEMBLY:
        slug = notes.term(TermKind.PROCESS, member, words) if text(profile.get(member)) == "true" else None
        if slug:
            yield capability(notes.number, slug)


# --- both -------------------------------------------------------------------------------------------------------------


def _boards(notes: Notes, layers: list[int], largest: Sides | None) -> Iterator[PartDraft]:
    said = [FEW_LAYERS] if any(count <= 2 for count in layers) else []
    said += [MANY_LAYERS] if any(count > 2 for count in layers) else []
    for words in said:
        slug = notes.term(TermKind.PROCESS, "layers", words)
        if slug:
            yield capability(notes.number, slug, envelope_mm=largest)


def _maker(notes: Notes, name: str, website: str, parts: Iterable[PartDraft]) -> ParsedRow:
    values = facility_values(notes, Place(name, kind=FacilityKind.CONTRACT_MANUFACTURER), name)
    listed = list(parts)
    contact = notes.contact(website=website)
    return notes.row(identity(name), draft(values, listed, contact), number=notes.number)


RULES = Format(
    "pcb-rules",
    "Design rules of a board maker (YAML)",
    Makes.FACILITIES,
    lambda name, head: "design_rules" in top_keys(head),
    read_rules,
)
PROFILES = Format(
    "pcb-profiles",
    "Profiles of board makers (JSON)",
    Makes.FACILITIES,
    lambda name, head: json_keys(head) >= {"supported_layers", "assembly_offered", "name"},
    read_profiles,
)
