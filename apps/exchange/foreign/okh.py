"""Open Know-How manifests (TOML and YAML, several dialects) as needs: somebody wants this thing made.

Dialects: v1 YAML (title, description, license with parts of its own), OKH-LOSH 1.0 and 2.x TOML (name, function, tsdc,
parts), the early LOSH YAML (TsDC, sBoM), and members joined by underscores. What a manifest says of how a thing is made
is proposed as steps for the founder to tick; what it does not say stays open. Names of persons are not taken over.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from apps.exchange import repairs_figures
from apps.exchange.foreign.drafts import identity
from apps.exchange.foreign.json_sniffing import top_keys
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.structures import first, listed, load_toml, load_yaml, mapping, text, texts
from apps.exchange.formats.base import (
    Format,
    Makes,
    NeedDraft,
    ParsedRow,
    SourceFile,
    StepDraft,
    TermKind,
    UnreadableError,
)

# Codes of the technology-specific documentation criteria whose meaning is one way of making, in words of the trade.
TSDC_WORDS = {"3DP": "3D printing", "ASM-PCB": "PCB assembly", "CNC": "CNC"}
# Codes that say what to document, not how to make: mechanics, assembly, electronics.
NOT_A_PROCESS = frozenset({"MEC", "ASM", "ASM-MEC", "ELE", "HYD"})
# Members that lead to documents or to the state of the design, and how they are called in a note.
NOTES = (
    (("version",), "Version"),
    (("repo", "project-link"), "Project"),
    (("release",), "Release"),
    (("documentation-home", "readme"), "Documentation"),
    (("bom", "sBoM", "sbom"), "Bill of materials"),
    (("manufacturing-instructions", "making-instructions"), "Instructions for making"),
    (("user-manual", "operating-instructions"), "Manual"),
    (("source", "source-2d", "source-3d"), "Design files"),
    (("export", "export-2d", "export-3d"), "Files for production"),
    (("standard-compliance", "standard"), "Standards"),
    (("technology-readiness-level", "development-stage", "status"), "State"),
)
MAX_NOTES = 60
MAX_FILES = 10
MAX_STEPS = 30
MAX_DESCRIPTION = 10_000
_CUBE = re.compile(r"cube\s*\(\s*(?:size\s*=\s*)?\[\s*([\d.]{1,12})\s*,\s*([\d.]{1,12})\s*,\s*([\d.]{1,12})\s*\]", re.I)
_CYLINDER = re.compile(r"cylinder\s*\(([^)]{1,100})\)?", re.I)
_ARGUMENT = re.compile(r"\b(h|r|d)\s*=\s*([\d.]{1,12})")
_PERSON = re.compile(r"\s*<[^>]{0,200}@[^>]{0,200}>")
Row = Mapping[str, Any]
Sides = tuple[float, float, float]


def read(file: SourceFile) -> Iterator[ParsedRow]:
    """One need. Errors: UnreadableError for what is neither TOML nor YAML or names no thing."""
    manifest = _manifest(file)
    notes = Notes(file.words)
    title = notes.text("name", text(first(manifest, "title", "name")), limit=200)
    if not title:
        raise UnreadableError("not_okh", "The manifest names no thing.", field="name")
    steps = _steps(notes, manifest)
    materials = _material_slugs(notes, manifest)
    need = NeedDraft(
        title=title,
        description=_description(notes, manifest),
        envelope_mm=_envelope(notes, "outer-dimensions", first(manifest, "outer-dimensions")),
        steps=tuple(steps[:MAX_STEPS]),
        materials=materials,
        notes=tuple([*_notes(notes, manifest), *_parts(notes, manifest)][:MAX_NOTES]),
    )
    address = text(first(manifest, "repo", "project-link", "documentation-home"))
    told = notes.told()
    yield ParsedRow(1, identity(title, re.sub(r"^https?://", "", address)), None, need, 1, *told)


def _manifest(file: SourceFile) -> Row:
    """By its look, as the name may lie: TOML has equals signs where YAML has colons."""
    loaders = [load_toml, load_yaml] if _looks_like_toml(file.data) else [load_yaml, load_toml]
    try:
        return loaders[0](file.data)
    except UnreadableError as error:
        if error.code not in ("not_toml", "not_yaml"):
            raise
        with suppress(UnreadableError):
            if other := loaders[1](file.data):
                return other
        raise


def _looks_like_toml(data: bytes) -> bool:
    return re.search(rb"^[\w-]{1,60}[ \t]*=", data[:65536], re.MULTILINE) is not None


def _description(notes: Notes, manifest: Row) -> str:
    said = [text(first(manifest, "description")), text(manifest.get("function")), text(first(manifest, "intended-use"))]
    whole = "\n\n".join(dict.fromkeys(one.strip() for one in said if one.strip()))
    return notes.text("description", whole, limit=MAX_DESCRIPTION, lines=True)


# --- how it is made ---------------------------------------------------------------------------------------------------


def _steps(notes: Notes, manifest: Row) -> list[StepDraft]:
    """Each process once, in the order in which it is told first, with the materials of the parts that name it."""
    told: dict[str, tuple[list[str], dict[str, None]]] = {}
    for where, row in _makings(manifest):
        material = _material(notes, f"{where}material", text(row.get("material")))
        for said in _ways(row):
            slug = _process(notes, where, said)
            if slug:
                texts_told, materials = told.setdefault(slug, ([], {}))
                label = f"{text(row.get('name')).strip()}: {said}" if where else said
                texts_told.append(label)
                materials |= dict.fromkeys([material] if material else [])
    return [
        StepDraft(slug, "; ".join(dict.fromkeys(said))[:2000], tuple(materials))
        for slug, (said, materials) in told.items()
    ]


def _makings(manifest: Row) -> Iterator[tuple[str, Row]]:
    """The thing itself, its parts, and what is asked of its making; with where that stands."""
    yield "", manifest
    for part in listed(manifest.get("part")) + listed(manifest.get("parts")):
        yield "part.", mapping(part)
    specs = mapping(first(manifest, "manufacturing-specs", "manufacturing-spec"))
    for asked in listed(first(specs, "process-requirements")):
        yield "process.", {"process": text(first(mapping(asked), "process-name"))}
    yield "joining.", {"process": texts(first(specs, "joining-processes"))}


def _ways(row: Row) -> list[str]:
    """What is said of how it is made: named processes; else the criteria for its documents, where they say as much."""
    named = [
        said
        for member in ("manufacturing-process", "manufacturing-processes", "printing-process", "process", "processes")
        for said in texts(first(row, member))
    ]
    codes = [re.sub(r"^tsdc[-:]", "", said.strip(), flags=re.IGNORECASE) for said in texts(first(row, "tsdc", "TsDC"))]
    words = [TSDC_WORDS.get(code.upper(), code) for code in codes if code.upper() not in NOT_A_PROCESS]
    if any(text(first(row, member)) for member in ("printing-process",)):
        words = [word for word in words if word != TSDC_WORDS["3DP"]]  # the printing process says it more exactly
    return list(dict.fromkeys(said.strip() for said in (*named, *words)))


def _process(notes: Notes, where: str, said: str) -> str | None:
    clean = notes.text(f"{where}process", said)
    return notes.term(TermKind.PROCESS, f"{where}process", clean) if clean else None


def _material_slugs(notes: Notes, manifest: Row) -> tuple[str, ...]:
    """Of the whole thing: what it names itself, and what its parts are of."""
    said = [*texts(first(manifest, "material", "materials"))]
    said += [text(mapping(one).get("name")) for one in listed(manifest.get("materials")) if isinstance(one, dict)]
    said += [
        text(mapping(part).get("material")) for part in listed(manifest.get("part")) + listed(manifest.get("parts"))
    ]
    found = [_material(notes, "material", one) for one in said]
    return tuple(dict.fromkeys(slug for slug in found if slug))


def _material(notes: Notes, column: str, said: str) -> str | None:
    clean = notes.text(column, said)
    return notes.term(TermKind.MATERIAL, column, clean) if clean else None


# --- how large it is --------------------------------------------------------------------------------------------------


def _envelope(notes: Notes, column: str, stated: Any) -> Sides | None:
    """Of an OpenSCAD cube or cylinder with its unit, or of width, depth and height that carry a unit.

    Figures without a unit are refused: the standard asks for one, and the files that leave it out differ.
    """
    if isinstance(stated, str) and stated.strip():
        return _of_shape(notes, column, stated, "")
    row = mapping(stated)
    unit = text(row.get("unit")).strip().casefold()
    shape = text(first(row, "openSCAD", "openscad"))
    if shape:
        return _of_shape(notes, column, shape, repairs_figures.UNIT_WORDS.get(unit, ""))
    named = [next((text(row.get(word)) for word in words if text(row.get(word))), "") for words in _SIDE_WORDS]
    if not any(named):
        return None
    return _three(notes, column, named, repairs_figures.UNIT_WORDS.get(unit, ""))


_SIDE_WORDS = (("width", "x"), ("depth", "length", "y"), ("height", "z"))


def _of_shape(notes: Notes, column: str, shape: str, unit: str) -> Sides | None:
    cube = _CUBE.search(shape)
    if cube:
        return _three(notes, column, [cube[1], cube[2], cube[3]], unit)
    cylinder = _CYLINDER.search(shape)
    arguments = dict(_ARGUMENT.findall(cylinder[1])) if cylinder else {}
    across = arguments.get("d") or _doubled(arguments.get("r", ""))
    if across and arguments.get("h"):
        return _three(notes, column, [across, across, arguments["h"]], unit)
    notes.refused(column, shape, "not_a_size", "A size such as cube(size = [400,350,150]) with a unit is expected.")
    return None


def _doubled(radius: str) -> str:
    value = repairs_figures.plain_number(radius) if radius else None
    return f"{2 * value:g}" if value is not None else ""


def _three(notes: Notes, column: str, stated: list[str], unit: str) -> Sides | None:
    shown = " x ".join(one.strip() or "-" for one in stated)
    if not all(one.strip() for one in stated):
        notes.refused(column, shown, "size_incomplete", "A size has three sides; one is not stated.")
        return None
    lengths = [repairs_figures.length_mm(one, column_unit=unit) for one in stated]
    wrong = next((length for length in lengths if length.mm is None), None)
    if wrong is not None:
        notes.refused(column, shown, wrong.reason, wrong.detail)
        return None
    x, y, z = (length.mm for length in lengths if length.mm is not None)
    return x, y, z


# --- notes ------------------------------------------------------------------------------------------------------------


def _notes(notes: Notes, manifest: Row) -> Iterator[str]:
    yield from _licence(notes, manifest)
    for members, label in NOTES:
        for member in members:
            said = texts(first(manifest, member))
            shown = [notes.text(member, one, limit=300) for one in said[:MAX_FILES]]
            more = f" and {len(said) - MAX_FILES} more" if len(said) > MAX_FILES else ""
            if any(shown):
                yield f"{label}: {', '.join(filter(None, shown))}{more}"


def _licence(notes: Notes, manifest: Row) -> Iterator[str]:
    stated = first(manifest, "license", "licence")
    if isinstance(stated, dict):
        for subject, said in stated.items():
            shown = notes.text(f"license.{subject}", text(said))
            if shown:
                yield f"Licence ({subject}): {shown}"
    elif text(stated).strip():
        yield f"Licence: {notes.text('license', text(stated))}"
    organisation = text(first(manifest, "organisation", "organization"))
    if organisation:
        yield f"Organisation: {notes.text('organisation', _PERSON.sub('', organisation))}"


def _parts(notes: Notes, manifest: Row) -> Iterator[str]:
    """A line a part: what it is of, how large, how it is made."""
    for part in map(mapping, listed(manifest.get("part")) + listed(manifest.get("parts"))):
        name = notes.text("part.name", text(part.get("name")), limit=120)
        size = _envelope(notes, "part.outer-dimensions", first(part, "outer-dimensions"))
        facts = [
            *_ways(part),
            notes.text("part.material", text(part.get("material"))),
            " x ".join(f"{side:g}" for side in size) + " mm" if size else "",
        ]
        if name:
            yield f"Part: {name}" + "".join(f", {fact}" for fact in facts if fact)


def _sniff(name: str, head: bytes) -> bool:
    keys = top_keys(head)
    names = bool(keys & {"name", "title"})
    marks = {"okhv", "tsdc", "licensor", "manifest-author", "documentation-home", "documentation-language", "sbom"}
    return names and bool(keys & {"license", "licence"}) and bool(keys & marks)


OKH = Format("okh", "Open Know-How manifest (TOML, YAML)", Makes.NEED, _sniff, read)
