"""What leads from one supply to the next, as a small file: the facilities that changed, whole, and those that went.

The file is written under another name and then renamed, and carries a checksum: whoever reads it finds all of it, or
learns that it is damaged.
"""

import json
import os
import zlib
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self, get_type_hints

import numpy as np
from numpy.typing import NDArray

from matchmaker.tables import SupplyTables

MAGIC = b"matchmaker delta 1\n"


class DamagedDeltaError(ValueError):
    """The file is not what was written."""


@dataclass(frozen=True)
class State:
    """What names a supply. `at` is when the version was made: after a restore of the database numbers come again."""

    number: int
    at: datetime | None
    as_of: date
    digest: str

    def to_document(self) -> dict[str, Any]:
        at = None if self.at is None else self.at.isoformat()
        return {**asdict(self), "at": at, "as_of": self.as_of.isoformat()}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        at = None if document["at"] is None else datetime.fromisoformat(document["at"])
        return cls(document["number"], at, date.fromisoformat(document["as_of"]), document["digest"])


@dataclass(frozen=True)
class Delta:
    before: State
    after: State
    changed: SupplyTables
    removed: tuple[str, ...]


def write_delta(delta: Delta, path: Path) -> None:
    arrays = list(_arrays(delta.changed))
    head = {
        "before": delta.before.to_document(),
        "after": delta.after.to_document(),
        "removed": delta.removed,
        "words": delta.changed.words,
        "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays],
    }
    line = json.dumps(head).encode() + b"\n"
    packed = zlib.compress(line + b"".join(array.tobytes() for _, array in arrays), level=1)
    waiting = path.with_name(f".{path.name}-{os.getpid()}")
    waiting.write_bytes(MAGIC + zlib.crc32(packed).to_bytes(4, "big") + packed)
    waiting.rename(path)


def read_delta(path: Path) -> Delta:
    """Raises DamagedDeltaError, or FileNotFoundError."""
    raw = path.read_bytes()
    packed = raw[len(MAGIC) + 4 :]
    if raw[: len(MAGIC) + 4] != MAGIC + zlib.crc32(packed).to_bytes(4, "big"):
        raise DamagedDeltaError(f"{path.name} is damaged")
    line, _, content = zlib.decompress(packed).partition(b"\n")
    head = json.loads(line)
    arrays: dict[str, NDArray[Any]] = {}
    at = 0
    for name, code, shape in head["arrays"]:
        array = np.frombuffer(content, code, int(np.prod(shape)), at).reshape(shape)
        arrays[name], at = array, at + array.nbytes
    if arrays.keys() != _names(SupplyTables):
        raise DamagedDeltaError(f"{path.name} is of another version")
    return Delta(
        before=State.from_document(head["before"]),
        after=State.from_document(head["after"]),
        changed=_table(SupplyTables, arrays, "", {"words": tuple(head["words"])}),
        removed=tuple(head["removed"]),
    )


def _arrays(table: Any, path: str = "") -> Any:
    """Dotted names and arrays of a table and of the tables in it."""
    for entry in fields(table):
        value = getattr(table, entry.name)
        if is_dataclass(value):
            yield from _arrays(value, f"{path}{entry.name}.")
        elif isinstance(value, np.ndarray):
            yield f"{path}{entry.name}", value


def _names(kind: Any, path: str = "") -> set[str]:
    """Dotted names of the arrays that a table has."""
    found: set[str] = set()
    for name, hint in get_type_hints(kind).items():
        if is_dataclass(hint):
            found |= _names(hint, f"{path}{name}.")
        elif name != "words":
            found.add(f"{path}{name}")
    return found


def _table(kind: Any, arrays: dict[str, NDArray[Any]], path: str, given: dict[str, Any]) -> Any:
    values = dict(given)
    for name, hint in get_type_hints(kind).items():
        if is_dataclass(hint):
            values[name] = _table(hint, arrays, f"{path}{name}.", {})
        elif name not in values:
            values[name] = arrays[f"{path}{name}"]
    return kind(**values)
