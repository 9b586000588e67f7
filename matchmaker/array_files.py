"""Records of arrays as one file that is mapped, not read: a header that says what stands where, then the arrays.

    8 bytes   magic
    4 + 4     format version, checksum of the header (crc32)
    8         length of the header
    ...       the header, JSON, UTF-8
    ...       each array at a multiple of 64 bytes, little-endian, with its own checksum in the header

A file is written under a temporary name, flushed to the disk and renamed, so that its name never stands for half a
file; a reader that maps the old file keeps it whatever happens to the name.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matchmaker.storage import Array

MAGIC = b"MMARRAYS"
FORMAT = 1
ALIGNED = 64
FIXED = struct.Struct("<8sIIQ")
READABLE = 0o644
TEMPORARY = ".part"  # how temporary names end; one that a killed writer left behind may be removed


class DamagedSupplyError(ValueError):
    """A file is not what was written. `part`: the array, or "header", that shows it; `what`: how."""

    def __init__(self, path: Path, part: str, what: str) -> None:
        super().__init__(f"{path}: {part}: {what}")
        self.part = part
        self.what = what


@dataclass(frozen=True, slots=True)
class Opened:
    about: Mapping[str, Any]
    record: Any


def write_record(path: Path, kind: str, about: Mapping[str, Any], record: Any) -> None:
    """A dataclass of arrays, words, numbers, mappings and such dataclasses. `kind` and `about` go into the header."""
    arrays: list[tuple[str, Array]] = []
    tree = _described(record, "", arrays)
    table, offset = [], 0
    for name, array in arrays:
        table.append([name, array.dtype.str, list(array.shape), offset, zlib.crc32(_bytes(array))])
        offset += -(-array.nbytes // ALIGNED) * ALIGNED
    header = json.dumps({"kind": kind, "about": about, "arrays": table, "size": offset, "tree": tree}).encode()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(FIXED.pack(MAGIC, FORMAT, zlib.crc32(header), len(header)) + header)
            file.write(bytes(_start(len(header)) - FIXED.size - len(header)))
            for _, array in arrays:
                file.write(_bytes(array))
                file.write(bytes(-array.nbytes % ALIGNED))
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(READABLE)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)  # there is none any more once it has its name
    _flush_directory(path.parent)


def _bytes(array: Array) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _flush_directory(directory: Path) -> None:
    """So that the new name outlives a crash as well."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _start(header: int) -> int:
    return -(-(FIXED.size + header) // ALIGNED) * ALIGNED


def _described(value: Any, name: str, arrays: list[tuple[str, Array]]) -> Any:
    """What a record is made of, as JSON; its arrays are put into `arrays`, each once."""
    if isinstance(value, np.ndarray):
        for place, (_, known) in enumerate(arrays):
            if known is value:
                return {"array": place}
        arrays.append((name, np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<"), copy=False)))
        return {"array": len(arrays) - 1}
    if isinstance(value, Mapping):
        return {"map": {key: _described(item, f"{name}.{key}", arrays) for key, item in value.items()}}
    if is_dataclass(value) and not isinstance(value, type):
        entries = {
            entry.name: _described(getattr(value, entry.name), f"{name}.{entry.name}".lstrip("."), arrays)
            for entry in fields(value)
        }
        return {"record": type(value).__name__, "entries": entries}
    return {"plain": list(value) if isinstance(value, tuple) else value}


def open_record(path: Path, kind: str, models: Mapping[str, type[Any]], *, verify: bool = True) -> Opened:
    """What was written, its arrays read-only views of the mapped file. `models`: its dataclasses by name.

    `verify` compares all checksums, which reads the whole file; the header and the size are always checked. Raises
    DamagedSupplyError, or OSError where there is no such file.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < FIXED.size:
            raise DamagedSupplyError(path, "header", "is cut off")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header, start = _header(path, mapped)
    if header["kind"] != kind:
        raise DamagedSupplyError(path, "header", f"holds {header['kind']}, not {kind}")
    arrays = [_array(path, mapped, start, entry, verify=verify) for entry in header["arrays"]]
    if size != start + header["size"]:
        raise DamagedSupplyError(path, "header", "does not give the size of the file")
    return Opened(header["about"], _restored(header["tree"], arrays, models))


def _header(path: Path, mapped: mmap.mmap) -> tuple[dict[str, Any], int]:
    magic, version, checksum, length = FIXED.unpack(mapped[: FIXED.size])
    if magic != MAGIC:
        raise DamagedSupplyError(path, "header", "is of another kind of file")
    if version != FORMAT:
        raise DamagedSupplyError(path, "header", f"is of format {version}, not {FORMAT}")
    content = mapped[FIXED.size : FIXED.size + length]
    if len(content) < length or zlib.crc32(content) != checksum:
        raise DamagedSupplyError(path, "header", "does not fit its checksum")
    header: dict[str, Any] = json.loads(content)
    return header, _start(length)


def _array(path: Path, mapped: mmap.mmap, start: int, entry: list[Any], *, verify: bool) -> Array:
    name, dtype, shape, offset, checksum = entry
    count = int(np.prod(shape, dtype=np.int64))
    if count == 0:
        return np.zeros(shape, dtype=dtype)
    size = count * np.dtype(dtype).itemsize
    if start + offset + size > len(mapped):
        raise DamagedSupplyError(path, name, "is cut off")
    array = np.frombuffer(mapped, dtype=dtype, count=count, offset=start + offset)
    if verify and zlib.crc32(_bytes(array)) != checksum:
        raise DamagedSupplyError(path, name, "does not fit its checksum")
    return array.reshape(shape)


def _restored(tree: Any, arrays: list[Array], models: Mapping[str, type[Any]]) -> Any:
    if "array" in tree:
        return arrays[tree["array"]]
    if "map" in tree:
        return {key: _restored(item, arrays, models) for key, item in tree["map"].items()}
    if "record" in tree:
        entries = {name: _restored(item, arrays, models) for name, item in tree["entries"].items()}
        return models[tree["record"]](**entries)
    return tuple(tree["plain"]) if isinstance(tree["plain"], list) else tree["plain"]
