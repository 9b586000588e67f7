"""The engine's supply as the service loads it: from the database, with what it costs in time and memory."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import models

from apps.facilities.models import Capability, CapacityWeek, Facility, HeldCertificate, HeldMachine, Resource
from apps.matching.snapshots.building import LONG_STATEMENT, build_where_needed
from apps.matching.snapshots.loading import read_supply
from apps.matching.snapshots.view import consistent_view, current_supply
from benchmarks.store.growing import number_changes_alone
from matchmaker.supply import Supply


@dataclass(frozen=True)
class Loaded:
    supply: Supply
    seconds: float


def read_all(as_of: date) -> float:
    """Seconds to read all rows and to make columns of them."""
    since = time.perf_counter()
    with consistent_view(LONG_STATEMENT):
        read_supply(as_of)
    return time.perf_counter() - since


def load(as_of: date) -> Loaded:
    """From the host's file, or from what the process has kept, to the newest version, as a worker does it.

    The file is written first where there is none that serves, as a task of its own does it: that is not counted.
    """
    build_where_needed(as_of)
    return _go_on(as_of)


def _go_on(as_of: date) -> Loaded:
    since = time.perf_counter()
    with consistent_view():
        supply = current_supply(as_of).supply
    return Loaded(supply, time.perf_counter() - since)


def change_one(facility_id: int, as_of: date) -> float:
    """Seconds from a facility's committed edit to a supply that shows it."""
    facility = Facility.objects.get(pk=facility_id)
    facility.quote_days = (facility.quote_days or 0) % 7 + 1
    facility.save()
    since = time.perf_counter()
    number_changes_alone()
    _go_on(as_of)
    return time.perf_counter() - since


def read_through_orm() -> float:
    """Seconds to fetch the same rows with values_list(): what any loader in Python would begin with."""
    tables: tuple[type[models.Model], ...] = (
        Facility,
        Capability,
        Resource,
        CapacityWeek,
        HeldMachine,
        HeldCertificate,
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
