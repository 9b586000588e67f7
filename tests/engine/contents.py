"""All that the columns of a supply say, as plain data: two supplies that read alike give the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from matchmaker.row_lists import Named, Ragged, Shared, Words
from matchmaker.storage import Bits, Coded, Flag, Texts
from matchmaker.supply import Supply

READ_WHOLE = (np.ndarray, Coded, Bits)


def said(value: Any) -> Any:
    if isinstance(value, READ_WHOLE):
        return repr(value[:].tolist())  # as text, in which a blank equals a blank
    if isinstance(value, Flag):
        return value[np.arange(len(value))].tolist()
    if isinstance(value, Texts | Named):
        return list(value)
    if isinstance(value, Words):
        return {word: value.rows_of([word]).tolist() for word in value.words}
    if isinstance(value, Ragged):
        return [value.row(at) for at in range(len(value.start) - 1)]
    if isinstance(value, Shared):
        return [value.lists.row(int(of)) for of in value.of]
    if isinstance(value, Mapping):
        return {name: said(item) for name, item in value.items()}
    if is_dataclass(value):
        return {entry.name: said(getattr(value, entry.name)) for entry in fields(value)}
    return value


def content(supply: Supply) -> Any:
    """Of a plain supply."""
    assert supply.columns is not None
    return said(supply.columns)
