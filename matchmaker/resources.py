"""Resources of a supply as columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from matchmaker.columns import SOURCES, IntArray, Ragged, ResourceColumns, day, lock, number
from matchmaker.domain import FacilityFact, ResourceFact, Source, WeekFact
from matchmaker.taxonomy import Taxonomy

UNITS_HOURS = 40.0  # the net hours of a resource of which only units per week are known


def build_resources(
    ordered: tuple[FacilityFact, ...], taxonomy: Taxonomy
) -> tuple[ResourceColumns, Mapping[tuple[int, str], int]]:
    """The columns, and the row of each (site row, resource id). Raises ValueError for an id twice at one site."""
    rows = [
        (site, item)
        for site, facility in enumerate(ordered)
        for item in sorted((*facility.resources, *_counted(facility, taxonomy)), key=lambda item: item.id)
    ]
    index = {(site, item.id): row for row, (site, item) in enumerate(rows)}
    if len(index) != len(rows):
        raise ValueError("a resource id stands twice at one facility")
    weeks = [(row, week) for row, (_, item) in enumerate(rows) for week in sorted(item.weeks, key=_monday)]
    keys, members = _by_kind(rows, taxonomy)
    hours = [_gross(item, taxonomy) for _, item in rows]
    columns = ResourceColumns(
        site=np.array([site for site, _ in rows], dtype=np.int64),
        ids=tuple(item.id for _, item in rows),
        gross=np.array([gross for gross, _ in hours], dtype=np.float64),
        hours_stated=np.array([stated for _, stated in hours], dtype=np.bool_),
        availability=np.array([_availability(item, taxonomy) for _, item in rows], dtype=np.float64),
        booked=np.array([number(item.booked_share) for _, item in rows], dtype=np.float64),
        units_per_week=np.array([number(item.units_per_week if by_units(item) else None) for _, item in rows]),
        as_of=np.array([day(item.as_of) for _, item in rows], dtype=np.int64),
        source=np.array([SOURCES.index(item.source) for _, item in rows], dtype=np.int64),
        kind_key=keys,
        kind_members=members,
        week_start=np.searchsorted([row for row, _ in weeks], np.arange(len(rows) + 1)),
        week_resource=np.array([row for row, _ in weeks], dtype=np.int64),
        week_monday=np.array([week.monday.toordinal() for _, week in weeks], dtype=np.int64),
        week_gross=np.array([number(week.gross_hours) for _, week in weeks], dtype=np.float64),
        week_booked=np.array([number(week.booked_share) for _, week in weeks], dtype=np.float64),
        week_held=np.array([week.firm_hours + week.soft_hours for _, week in weeks], dtype=np.float64),
    )
    return lock(columns), index


def _counted(facility: FacilityFact, taxonomy: Taxonomy) -> list[ResourceFact]:
    """Machines on the floor of a kind of which no resource is stated: as many, for one shift. Never firm."""
    stated = {item.kind for item in facility.resources}
    stated |= {member for kind in stated for member in taxonomy.kind_groups.get(kind, ())}
    counts: dict[str, int] = {}
    for held in facility.machines or ():
        kind = taxonomy.machine_kinds.get(held.machine)
        if kind is not None and kind not in stated and held.count > 0:
            counts[kind] = counts.get(kind, 0) + held.count
    return [
        ResourceFact(id=f"machines:{kind}", kind=kind, machines=count, source=Source.DERIVED)
        for kind, count in sorted(counts.items())
    ]


def _monday(week: WeekFact) -> int:
    return week.monday.toordinal()


def by_units(item: ResourceFact) -> bool:
    """Only units per week are known of it."""
    return item.gross_hours is None and item.hours_per_machine is None and bool(item.units_per_week)


def _gross(item: ResourceFact, taxonomy: Taxonomy) -> tuple[float, bool]:
    machines = 1 if item.machines is None else item.machines
    if item.gross_hours is not None:
        return item.gross_hours, True
    if item.hours_per_machine is not None:
        return item.hours_per_machine * machines, True
    if item.units_per_week:
        return UNITS_HOURS, True
    return float(taxonomy.kind_hours[taxonomy.kind_index[item.kind]]) * machines, False


def _availability(item: ResourceFact, taxonomy: Taxonomy) -> float:
    if by_units(item):
        return 1.0
    if item.availability is not None:
        return item.availability
    return float(taxonomy.kind_availability[taxonomy.kind_index[item.kind]])


def _by_kind(rows: list[tuple[int, ResourceFact]], taxonomy: Taxonomy) -> tuple[IntArray, Ragged]:
    """For each (site, kind) the resources of that very kind, else those of a group word that contains it."""
    exact: dict[int, list[int]] = {}
    grouped: dict[int, list[int]] = {}
    count = len(taxonomy.kind_index)
    for row, (site, item) in enumerate(rows):
        exact.setdefault(site * count + taxonomy.kind_index[item.kind], []).append(row)
        for member in taxonomy.kind_groups.get(item.kind, ()):
            grouped.setdefault(site * count + taxonomy.kind_index[member], []).append(row)
    merged = {**grouped, **exact}
    keys = sorted(merged)
    return np.array(keys, dtype=np.int64), Ragged.build([merged[key] for key in keys])
