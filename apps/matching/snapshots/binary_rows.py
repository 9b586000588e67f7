"""Rows of a table as numpy columns, by binary COPY: no Python runs for a row.

The server gathers each selected value of some ten thousand rows into an array, so that a message is a block of rows
and not a row. Every value has a fixed width and none is blank (the query says COALESCE): in an array each element then
takes the same place, its length word and its bytes, in network order. All length words are compared: an element that
differs is an error, never a shifted reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]

BLOCK = 32_768  # keys
HEADER = np.dtype([("dimensions", ">i4"), ("blanks", ">i4"), ("type", ">i4"), ("length", ">i4"), ("first", ">i4")])


class UnevenRowsError(ValueError):
    """The server sent something else than elements of one width."""


@dataclass(frozen=True)
class Field:
    """One selected value. `code` is its type in the row, network order; `native` its type in numpy."""

    name: str
    sql: str
    code: str
    native: str


def number(name: str, sql: str = "") -> Field:
    """A float; a blank is NaN."""
    return Field(name, f"coalesce(({sql or name})::float8, 'NaN')", ">f8", "f8")


def key(name: str, sql: str = "") -> Field:
    """A row's key; 0 where there is none."""
    return Field(name, f"coalesce({sql or name}, 0)::int8", ">i8", "i8")


def code(name: str, sql: str = "") -> Field:
    """A small whole number; a blank is -1. A boolean is 0 or 1."""
    return Field(name, f"coalesce(({sql or name})::int4, -1)", ">i4", "i4")


def word(name: str, words: Sequence[str]) -> Field:
    """One of a closed list of words, as its place there."""
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(words))
    return code(name, f"CASE {name} {cases} END")


def day(name: str, sql: str = "") -> Field:
    """A date as Python's ordinal; a blank is 0."""
    return Field(name, f"coalesce({sql or name} - DATE '0001-01-01' + 1, 0)::int4", ">i4", "i4")


def text(name: str, characters: int, sql: str = "") -> Field:
    """UTF-8, filled up with zeros; a blank is empty."""
    width = 4 * characters
    filled = f"convert_to(coalesce({sql or name}, ''), 'UTF8') || decode('{'00' * width}', 'hex')"
    return Field(name, f"substr({filled}, 1, {width})", f"S{width}", f"S{width}")


def read_table(fields: Sequence[Field], table: str, source: str = "", where: str = "") -> Columns:
    """SELECT the fields of a whole table. One array a field, all of one length.

    `source` is what stands behind FROM where that is more than the table. The blocks are ranges of keys, so that the
    server neither sorts nor holds more than one.
    """
    within = f"{table}.id >= block * {BLOCK} AND {table}.id < (block + 1) * {BLOCK}"
    gathered = _gathered(fields, source or table, f"{within} AND {where}" if where else within)
    query = f"""
        SELECT gathered.* FROM generate_series(0, (SELECT max(id) FROM {table}) / {BLOCK}) AS block
        CROSS JOIN LATERAL ({gathered}) AS gathered
    """  # noqa: S608 - names, expressions and numbers are the code's own
    return _read(fields, query)


def read_some(fields: Sequence[Field], source: str, where: str) -> Columns:
    """SELECT the fields of some rows, as many as one block may hold. One array a field, all of one length."""
    return _read(fields, _gathered(fields, source, where))


def _gathered(fields: Sequence[Field], source: str, where: str) -> str:
    values = ", ".join(f"array_agg({field.sql})" for field in fields)
    return f"SELECT {values} FROM {source} WHERE {where} HAVING count(*) > 0"  # noqa: S608 - as above


def _read(fields: Sequence[Field], query: str) -> Columns:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        blocks = [[_values(field, raw) for field, raw in zip(fields, row, strict=True)] for row in copy.rows()]
    return {
        field.name: np.concatenate([np.empty(0, field.native), *(block[place] for block in blocks)])
        for place, field in enumerate(fields)
    }


def _values(field: Field, raw: bytes) -> NDArray[Any]:
    """One array of the wire format: its header, then length and bytes of each element."""
    element = np.dtype([("width", ">i4"), ("value", field.code)])
    header = np.frombuffer(raw, HEADER, 1)[0]
    size = HEADER.itemsize + header["length"] * element.itemsize
    if (header["dimensions"], header["blanks"], len(raw)) != (1, 0, size):
        raise UnevenRowsError(f"{field.name} is no array of {header['length']} values without blanks")
    elements = np.frombuffer(raw, element, offset=HEADER.itemsize)
    if not np.all(elements["width"] == element["value"].itemsize):
        raise UnevenRowsError(f"not every {field.name} is {element['value'].itemsize} bytes wide")
    return elements["value"].astype(field.native)
