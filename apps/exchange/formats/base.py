"""What every format gives: plain rows that say what a file states, what was repaired in it and what was refused.

Reading knows no database and no clock: the words of the catalogue come in as a `Vocabulary`, the day as a date. Who
may, what is there already and what changes is decided later (planning, applying), so a reader never asks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from apps.core.errors import InvalidInputError

# What a cell may become. References are short names of the catalogue; several of them a tuple; an envelope three sides.
Value = str | bool | int | float | Decimal | date | tuple[str, ...] | tuple[float, float, float]


class UnreadableError(InvalidInputError):
    """The whole file is refused: the only error that `Format.read` and `Format.sniff` raise, on whatever bytes."""


class Makes(StrEnum):
    FACILITIES = "facilities"
    NEED = "need"


class PartKind(StrEnum):
    """What belongs to a facility, named by a process, a machine, a kind of resource, a certification."""

    CAPABILITY = "capability"
    MACHINE = "machine"
    RESOURCE = "resource"
    CERTIFICATE = "certificate"


class TermKind(StrEnum):
    PROCESS = "process"
    MATERIAL = "material"
    MACHINE = "machine"
    CERTIFICATION = "certification"


@dataclass(frozen=True)
class Repair:
    """A value was used that does not stand in the file like this. `number` is the row of the file, from 1.

    `used` is empty where the value was left out although it says something (a country's centroid, a lost letter).
    `reason` is a short stable code (`swapped_position`, `unit_read_from_cell`); `detail` says it to a person.
    """

    number: int
    column: str
    found: str
    used: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Refusal:
    """A value, or with `column` empty the whole row, was not taken. Fields as in `Repair`."""

    number: int
    column: str
    value: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Unmapped:
    """Words that no synonym names: kept as text for a coordinator, never guessed. `suggestions` are short names."""

    number: int
    column: str
    text: str
    kind: TermKind
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartDraft:
    """`values` has the names of the part's API fields except the reference, which is `of` (a short name).

    It is the same part as one in the database by `of`; a capability also by its `offer`, a resource by its `name`.
    """

    number: int
    kind: PartKind
    of: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class FacilityDraft:
    """`values` has the names of the facility's API fields (`envelope_mm`, `lat`, `materials` ...), `name` among them.

    A name that is absent says nothing: what is stored stays. There is no value for "unknown", nothing is ever blanked.
    `contact` is the organisation's own: website, email, phone, address, postal_code; never a private person's.
    `public_id` is our own id where the file states it (our templates do), so that an export comes home.
    """

    values: Mapping[str, Value]
    parts: tuple[PartDraft, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    public_id: str = ""


@dataclass(frozen=True)
class StepDraft:
    """A step that is proposed for the founder to tick. `text` is what the manifest says."""

    process: str
    text: str
    materials: tuple[str, ...] = ()


@dataclass(frozen=True)
class NeedDraft:
    """A draft for a founder: never posted by itself. `notes` are lines (licence, version, links to documents)."""

    title: str
    description: str = ""
    quantity: int | None = None
    envelope_mm: tuple[float, float, float] | None = None
    steps: tuple[StepDraft, ...] = ()
    materials: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParsedRow:
    """One facility or one need as the file tells of it.

    Where a file has a row for each machine, all rows of one place are one ParsedRow: `number` is the first of them and
    `rows` how many there are. `external_id` is the identity within the source, stable from file to file: the source's
    own id where it has one, else made of what names the place there. It is never empty while `facility` is there.
    With neither facility nor need the row is refused, and `refusals` says why; a refusal beside a facility is about one
    value. `remarks` are sentences about rows that are probably twins and other things nothing was done about.
    """

    number: int
    external_id: str
    facility: FacilityDraft | None = None
    need: NeedDraft | None = None
    rows: int = 1
    repairs: tuple[Repair, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    remarks: tuple[str, ...] = ()


class Vocabulary(Protocol):
    """The synonym table. `find` is exact after normalising; `suggest` may be fuzzy and is only ever shown."""

    def find(self, kind: TermKind, text: str) -> str | None: ...

    def suggest(self, kind: TermKind, text: str) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class SourceFile:
    """What was uploaded. `name` is only a hint: what it says about the content may be a lie."""

    name: str
    data: bytes
    words: Vocabulary
    today: date


@dataclass(frozen=True)
class Format:
    """`sniff` gets the file's name and its first 64 kB (`HEAD`) and says whether `read` would understand it. Of a zip
    archive, such as an XLSX, it gets all, since the table of contents stands at the end; `workbooks` opens it safely.

    `read` yields lazily, so that memory stays small, and raises nothing but UnreadableError; blank rows are passed
    over. `name` is kept with each batch, so it stays what it is for ever.
    """

    name: str
    label: str
    makes: Makes
    sniff: Callable[[str, bytes], bool]
    read: Callable[[SourceFile], Iterator[ParsedRow]]


HEAD = 64 * 1024
