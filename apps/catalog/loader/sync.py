"""Brings one table in line with its file, field by field, and leaves alone what was edited here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.catalog.loader.cells import Value
from apps.catalog.loader.files import FileRow, Key
from apps.catalog.loader.report import Difference, LoadReport
from apps.catalog.loader.tables import SYNONYMS, Table
from apps.catalog.models import CatalogueRow

Values = dict[str, Value]


class Names:
    """Short names and primary keys of the rows seen so far, both ways."""

    def __init__(self) -> None:
        self.ids: dict[type[CatalogueRow], dict[Value, int]] = defaultdict(dict)
        self.slugs: dict[type[CatalogueRow], dict[int | None, Value]] = defaultdict(dict)

    def learn(self, model: type[CatalogueRow], pairs: Iterable[tuple[Value, int]]) -> None:
        for slug, pk in pairs:
            self.ids[model][slug] = pk
            self.slugs[model][pk] = slug


@dataclass
class Merged:
    """A row of the database after the file was laid over it. `before` is what was loaded the time before."""

    instance: CatalogueRow
    row: FileRow
    before: Values = field(default_factory=dict)
    created: bool = False
    changed: set[str] = field(default_factory=set)


def sync_table(table: Table, rows: Sequence[FileRow], names: Names, now: datetime, report: LoadReport) -> list[Merged]:
    """Two passes: new rows first, then whatever points from one row to another."""
    found = {_key_of(table, instance, names): instance for instance in table.model._default_manager.all()}
    if table.has_short_names:
        names.learn(table.model, ((key[0], instance.pk) for key, instance in found.items()))
    listed = {name: _read_list(table, name, names) for name in table.lists}
    fresh = _create(table, [row for row in rows if row.key not in found], names)
    known = [Merged(found[row.key], row, before=dict(found[row.key].loaded)) for row in rows if row.key in found]
    merged = known + fresh
    for one in merged:
        _lay_over(table, one, names, listed, report)
    _save(table, merged, now)
    for name in table.lists:
        _write_list(table, name, merged, names, listed[name])
    _count(table, rows, merged, found, report)
    return merged


def _key_of(table: Table, instance: CatalogueRow, names: Names) -> Key:
    return tuple(_plain_value(table, instance, name, names) for name in table.key)


def _plain_value(table: Table, instance: CatalogueRow, name: str, names: Names) -> Value:
    """A field as the file would write it; a link by the short name of the other row."""
    if name in table.links:
        return names.slugs[table.links[name]].get(getattr(instance, f"{name}_id"))
    value: Value = getattr(instance, name)
    return value


def _set_plain_value(table: Table, instance: CatalogueRow, name: str, value: Value, names: Names) -> None:
    if name in table.links:
        setattr(instance, f"{name}_id", names.ids[table.links[name]][value] if value is not None else None)
    else:
        setattr(instance, name, value)


def _create(table: Table, rows: Sequence[FileRow], names: Names) -> list[Merged]:
    """First pass. Links to rows of the same table wait, since the other row may not be there yet."""
    fresh = []
    for row in rows:
        instance = table.model()
        for name in _plain_fields(table, row.values):
            if table.links.get(name) is not table.model:
                _set_plain_value(table, instance, name, row.values[name], names)
        fresh.append(Merged(instance, row, created=True))
    table.model._default_manager.bulk_create([one.instance for one in fresh])
    if table.has_short_names:
        names.learn(table.model, ((one.row.key[0], one.instance.pk) for one in fresh))
    return fresh


def _plain_fields(table: Table, values: Values) -> list[str]:
    return [name for name in values if name not in table.lists and name != SYNONYMS]


def _lay_over(table: Table, one: Merged, names: Names, listed: dict[str, Any], report: LoadReport) -> None:
    """Second pass: takes each field from the file unless it was edited here, and notes the difference."""
    instance, values = one.instance, one.row.values
    for name, theirs in values.items():
        if name == SYNONYMS:
            continue
        ours = _current(table, instance, name, names, listed)
        if ours == theirs:
            continue
        if _edited(table, one, name, ours):
            row = " to ".join(str(part) for part in one.row.key)
            report.differences.append(Difference(table.file, row, table.heading_of(name), ours, theirs))
            continue
        one.changed.add(name)
        if name not in table.lists:
            _set_plain_value(table, instance, name, theirs, names)
    if instance.loaded != values:
        instance.loaded = values
        one.changed.add("loaded")


def _current(table: Table, instance: CatalogueRow, name: str, names: Names, listed: dict[str, Any]) -> Value:
    if name in table.lists:
        value: Value = listed[name].get(instance.pk, [])
        return value
    return _plain_value(table, instance, name, names)


def _edited(table: Table, one: Merged, name: str, ours: Value) -> bool:
    """Whether the value was put here by hand.

    A row that no file ever held is somebody's own: nothing in it is overwritten. A field that is new in the files has
    never been loaded; until somebody fills it, it holds the model's default.
    """
    if one.created:
        return False
    if not one.before:
        return True
    if name in one.before:
        return ours != one.before[name]
    if name in table.lists:
        return ours != []
    default: Value = _plain_value(table, table.model(), name, Names())
    return ours != default


def _save(table: Table, merged: Sequence[Merged], now: datetime) -> None:
    changed = [one for one in merged if one.changed - set(table.lists)]
    fields = set().union(*(one.changed for one in changed)) - set(table.lists)
    if not changed:
        return
    for one in changed:
        one.instance.updated_at = now
    table.model._default_manager.bulk_update([one.instance for one in changed], [*fields, "updated_at"], batch_size=500)


def _through(table: Table, name: str) -> tuple[Any, str, str]:
    """The table behind a many-to-many field and its two columns."""
    many: Any = table.model._meta.get_field(name)
    return many.remote_field.through, f"{many.m2m_field_name()}_id", f"{many.m2m_reverse_field_name()}_id"


def _read_list(table: Table, name: str, names: Names) -> dict[int, list[Value]]:
    through, source, target = _through(table, name)
    slugs = names.slugs[table.lists[name]]
    found: dict[int, list[Value]] = defaultdict(list)
    for pk, other in through._default_manager.values_list(source, target):
        found[pk].append(slugs[other])
    return {pk: sorted(listed, key=str) for pk, listed in found.items()}


def _write_list(
    table: Table, name: str, merged: Sequence[Merged], names: Names, before: dict[int, list[Value]]
) -> None:
    through, source, target = _through(table, name)
    ids, new = names.ids[table.lists[name]], []
    for one in merged:
        if name not in one.changed:
            continue
        listed, pk = one.row.values[name], one.instance.pk
        wanted = {ids[slug] for slug in (listed if isinstance(listed, list) else [])}
        present = {ids[slug] for slug in before.get(pk, [])}
        if present - wanted:
            through._default_manager.filter(**{source: pk, f"{target}__in": present - wanted}).delete()
        new += [through(**{source: pk, target: other}) for other in sorted(wanted - present)]
    through._default_manager.bulk_create(new)


def _count(
    table: Table, rows: Sequence[FileRow], merged: Sequence[Merged], found: dict[Key, CatalogueRow], report: LoadReport
) -> None:
    report.read[table.file] = len(rows)
    report.created[table.file] = sum(one.created for one in merged)
    report.updated[table.file] = sum(bool(one.changed - {"loaded"}) and not one.created for one in merged)
    in_file = {row.key for row in rows}
    report.gone += [
        (table.file, " to ".join(map(str, key)))
        for key, instance in found.items()
        if instance.loaded and key not in in_file
    ]
