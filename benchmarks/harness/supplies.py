"""The engine's supply as the service loads it: from the database, with what it costs in time and memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from django.conf import settings
from django.db import models

from apps.facilities.models import (
    Capability,
    CapacityWeek,
    Facility,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    NoGo,
    Resource,
)
from apps.matching.snapshots.building import LONG_STATEMENT, build_where_needed
from apps.matching.snapshots.loading import read_supply
from apps.matching.snapshots.view import consistent_view, current_supply
from benchmarks.store.growing import benchmark_policy, number_changes_alone
from matchmaker.domain import NeedFact
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from matchmaker.supply_files import open_supply, write_supply


@dataclass(frozen=True)
class Loaded:
    supply: Supply
    seconds: float


@dataclass(frozen=True)
class Kept:
    """A file of a supply: its bytes, the seconds to write it, to map it, and to map it and read it through once."""

    size: int
    written: float
    mapped: float
    checked: float


@dataclass(frozen=True)
class Change:
    """Seconds from a facility's committed edit to a supply that shows it, and to a ranking over that."""

    visible: float
    ranked: float


def read_all(as_of: date) -> float:
    """Seconds to read all rows and to make columns of them."""
    since = time.perf_counter()
    with consistent_view(LONG_STATEMENT):
        read_supply(as_of)
    return time.perf_counter() - since


def build(as_of: date) -> float:
    """Seconds to read all, write the host's file and map it, as a task of its own does it; where none serves yet."""
    since = time.perf_counter()
    if not build_where_needed(as_of):
        raise ValueError("a file that serves is there already")
    return time.perf_counter() - since


def load(as_of: date) -> Loaded:
    """From the host's file, or from what the process has kept, to the newest version, as a worker does it.

    The file is written first where there is none that serves: that is not counted.
    """
    build_where_needed(as_of)
    return _go_on(as_of)


def _go_on(as_of: date) -> Loaded:
    since = time.perf_counter()
    with consistent_view():
        supply = current_supply(as_of).supply
    return Loaded(supply, time.perf_counter() - since)


def write_and_map(supply: Supply) -> Kept:
    """Of a plain supply, in a file that is taken away again."""
    with TemporaryDirectory(dir=settings.SUPPLY_DIR) as folder:
        path = Path(folder) / "measured.supply"
        times = [time.perf_counter()]
        write_supply(supply, path)
        times.append(time.perf_counter())
        open_supply(path, verify=False)
        times.append(time.perf_counter())
        open_supply(path, verify=True)
        times.append(time.perf_counter())
        written, mapped, checked = (after - before for before, after in pairwise(times))
        return Kept(path.stat().st_size, written, mapped, checked)


def change_one(facility_id: int, as_of: date, need: NeedFact) -> Change:
    """An edit, and then the way of the next ranking."""
    facility = Facility.objects.get(pk=facility_id)
    facility.quote_days = (facility.quote_days or 0) % 7 + 1
    facility.save()
    since = time.perf_counter()
    number_changes_alone()
    supply = _go_on(as_of).supply
    visible = time.perf_counter() - since
    rank(need, supply, benchmark_policy(), as_of)
    return Change(visible, time.perf_counter() - since)


def rank_some(needs: Sequence[NeedFact], as_of: date) -> None:
    """Over the supply that this process has kept, so that its pages are those that a worker would map."""
    supply = _go_on(as_of).supply
    for need in needs:
        rank(need, supply, benchmark_policy(), as_of)


def read_through_orm() -> float:
    """Seconds to fetch the same rows with values_list(): what any loader in Python would begin with."""
    tables: tuple[type[models.Model], ...] = (
        Facility,
        Capability,
        Resource,
        CapacityWeek,
        HeldMachine,
        HeldCertificate,
        NoGo,
        FacilityNetwork,
        Facility.materials.through,
        Capability.materials.through,
        HeldCertificate.scope_processes.through,
    )
    since = time.perf_counter()
    for model in tables:
        for _ in model._default_manager.values_list().iterator(chunk_size=10_000):
            pass
    return time.perf_counter() - since


def column_bytes(record: Any, seen: set[int] | None = None) -> int:
    """Of all arrays that a record holds, in whatever it is nested; an array that two share counts once."""
    seen = set() if seen is None else seen
    if isinstance(record, np.ndarray):
        place = int(record.__array_interface__["data"][0])
        if place in seen:
            return 0
        seen.add(place)
        return record.nbytes
    if is_dataclass(record) and not isinstance(record, type):
        return sum(column_bytes(getattr(record, entry.name), seen) for entry in fields(record))
    if isinstance(record, dict):
        return sum(column_bytes(item, seen) for item in record.values())
    return 0
