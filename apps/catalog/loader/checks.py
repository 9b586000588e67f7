"""What only whole tables can show: names that lead nowhere, parents that run in a circle, ends in the wrong order."""

from collections.abc import Iterable, Mapping

from apps.catalog.loader.cells import Value
from apps.catalog.loader.files import FileRow, Reading
from apps.catalog.loader.tables import REGIONS, RELATIONS, RESOURCE_KINDS, TRANSPORT, Table
from apps.catalog.models import CatalogueRow, RelationKind, ResourceRowKind

ENDS_WITHOUT_REGION = {"same-country", "same-region"}
SlugsByModel = Mapping[type[CatalogueRow], set[Value]]


def check_tables(readings: Mapping[str, Reading]) -> None:
    """Adds to each reading the problems that a cell alone does not show."""
    slugs = {
        reading.table.model: {row.key[0] for row in reading.rows}
        for reading in readings.values()
        if reading.table.has_short_names
    }
    for reading in readings.values():
        for row in reading.rows:
            _check_names(reading, row, slugs)
            _check_order(reading, row)
        if "parent" in reading.table.links:
            _check_parents(reading)
    _check_relations(readings[RELATIONS.file])
    _check_groups(readings[RESOURCE_KINDS.file])
    _check_ends(readings[TRANSPORT.file], {row.key[0] for row in readings[REGIONS.file].rows})


def _named(table: Table, row: FileRow) -> Iterable[tuple[str, type[CatalogueRow], Value]]:
    for name, model in table.links.items():
        yield name, model, row.values.get(name)
    for name, model in table.lists.items():
        listed = row.values.get(name)
        for slug in listed if isinstance(listed, list) else []:
            yield name, model, slug


def _check_names(reading: Reading, row: FileRow, slugs: SlugsByModel) -> None:
    for name, model, slug in _named(reading.table, row):
        if slug is not None and slug not in slugs.get(model, set()):
            reason = f"names no {model._meta.verbose_name}"
            reading.refuse(row.number, reading.table.heading_of(name), slug, reason)


def _check_order(reading: Reading, row: FileRow) -> None:
    for low, high in reading.table.ordered:
        first, second = row.values.get(low), row.values.get(high)
        if isinstance(first, int | float) and isinstance(second, int | float) and first > second:
            heading = reading.table.heading_of(low)
            reading.refuse(row.number, heading, first, f"is more than {reading.table.heading_of(high)}")


def _check_parents(reading: Reading) -> None:
    parents = {row.key[0]: row.values.get("parent") for row in reading.rows}
    for row in reading.rows:
        above, steps = row.values.get("parent"), 0
        while above is not None and above != row.key[0] and steps <= len(parents):
            above, steps = parents.get(above), steps + 1
        if above == row.key[0]:
            heading = reading.table.heading_of("parent")
            reading.refuse(row.number, heading, row.values.get("parent"), "leads back to the row itself")


def _check_relations(reading: Reading) -> None:
    for row in reading.rows:
        if row.values.get("provided") == row.values.get("needed"):
            reading.refuse(row.number, "needed_process", row.values.get("needed"), "is the provided process itself")
        if row.values.get("quality") is None and row.values.get("relation") != RelationKind.PRECEDES:
            reading.refuse(row.number, "quality", None, "is needed for this relation")


def _check_groups(reading: Reading) -> None:
    for row in reading.rows:
        is_group = row.values.get("row_kind") == ResourceRowKind.GROUP
        if is_group != bool(row.values.get("members")):
            reading.refuse(row.number, "member_kinds", None, "a group has members, a resource has none")


def _check_ends(reading: Reading, regions: set[Value]) -> None:
    for row in reading.rows:
        for name in ("from_region", "to_region"):
            if row.values.get(name) not in regions | ENDS_WITHOUT_REGION:
                reading.refuse(row.number, name, row.values.get(name), "is no region")
