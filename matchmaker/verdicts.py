"""Columns of codes and of the facts behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.codes import Gate
from matchmaker.columns import BoolArray, IntArray
from matchmaker.results import FactValue

CodeArray = NDArray[np.int8]


class Origin(IntEnum):
    """Whose fact a value is; source, as-of date and evidence follow from the record."""

    NEED = 0
    SITE = 1
    LINE = 2
    RESOURCE = 3
    CATALOGUE = 4
    POLICY = 5
    DERIVED = 6


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A named value for each row, or one for all. NaN and None read as "not stated"."""

    name: str
    values: NDArray[Any] | FactValue
    unit: str = ""
    origin: IntArray | Origin = Origin.DERIVED

    def value(self, row: int) -> Any:
        """The value of one row in Python's own types; the row itself where there are several to a row."""
        if not isinstance(self.values, np.ndarray):
            return self.values
        return self.values.item(row) if self.values.ndim == 1 else self.values[row].tolist()


Facts = Callable[[], tuple[FactColumn, ...]]


def no_facts() -> tuple[FactColumn, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Column:
    """One gate's codes for each row of options, of sites or of assignments. `step` is a sequence.

    `facts` makes the columns of facts: they are wanted for the few that are shown, the codes for everybody.
    """

    gate: Gate
    codes: CodeArray
    step: int | None = None
    subject: str | None = None
    facts: Facts = no_facts


def first_that_holds(size: int, cases: Sequence[BoolArray | bool], codes: Sequence[int], otherwise: int) -> CodeArray:
    """For each of `size` rows the code of the first case that holds there."""
    out = np.full(size, otherwise, dtype=np.int8)
    for case, code in zip(reversed(cases), reversed(codes), strict=True):
        np.copyto(out, np.int8(code), where=np.asarray(case, dtype=np.bool_))
    return out


def figure_origin(from_site: BoolArray) -> IntArray:
    return np.where(from_site, Origin.SITE, Origin.LINE).astype(np.int64)
