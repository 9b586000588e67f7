"""What a merge moves and takes over, written down so that a split can put it back.

A journal holds, as JSON:
`moved`       rows that were pointed elsewhere: table, id, column, from, to (keys)
`holds`       holds that went over to another resource: id, from, to
`fields`      columns of the survivor that were taken over: field, column, before, after
`statements`  whose word these are: field, before, after (None: nobody had said it apart)
`networks`    keys of the networks that the survivor joined
`state`       of the one that was merged, as it was before
"""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from apps.catalog.models import Material
from apps.core.errors import DomainError, InvalidInputError
from apps.facilities import ledger
from apps.facilities.models import (
    Capability,
    CapacityException,
    Contact,
    Facility,
    FacilityNetwork,
    HeldMachine,
    Hold,
    Resource,
    Statement,
)
from apps.facilities.selectors.twins import FIELD_COLUMNS, PART_KEYS, part_id, part_words, value_of
from apps.facilities.services.writing import save_checked

Journal = dict[str, Any]
STAMPS = ("source", "said_by_id", "batch_id", "confirmed_on", "evidence_level")
TABLES: dict[str, type[models.Model]] = {
    **{kind: model for kind, (model, _) in PART_KEYS.items()},
    "exception": CapacityException,
    "statement": Statement,
    "contact": Contact,
}


def as_json(value: Any) -> Any:
    """As it comes back out of a journal."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


# --- there ----------------------------------------------------------------------------------------------------------


def move_parts(survivor: Facility, merged: Facility, stay: Collection[str], journal: Journal) -> None:
    """Parts of which the survivor has none go over to it, but for those whose ids are in `stay`.

    Errors: InvalidInputError `unknown_part`, DomainError `holds_follow` for a resource that is to stay although hours
    of it are held, `capacity_taken` and `already_held` where holds do not fit on the survivor's resource.
    """
    stays: dict[str, list[Any]] = {}
    known: set[str] = set()
    for kind, (model, key) in PART_KEYS.items():
        taken = set(model._default_manager.filter(facility=survivor).values_list(*key))
        rows = list(model._default_manager.filter(facility=merged).order_by("pk"))
        known |= {part_id(row) for row in rows}
        stays[kind] = [row for row in rows if part_id(row) in stay or tuple(getattr(row, k) for k in key) in taken]
        kept = {row.pk for row in stays[kind]}
        point(kind, [row.pk for row in rows if row.pk not in kept], "facility", merged.pk, survivor.pk, journal)
    if unknown := sorted(set(stay) - known):
        raise InvalidInputError("unknown_part", "It has no such part.", field="stay", facts={"parts": unknown})
    _move_what_hangs_on_parts(survivor, merged, journal)
    for resource in stays["resource"]:
        _hand_over_holds(resource, survivor, journal)


def point(table: str, keys: Iterable[int], column: str, before: Any, after: Any, journal: Journal) -> None:
    """Rows of a table from one row to another, in one statement."""
    keys = list(keys)
    if not keys:
        return
    TABLES[table]._default_manager.filter(pk__in=keys).update(**{f"{column}_id": after, "updated_at": timezone.now()})
    journal["moved"] += [{"table": table, "id": key, "column": column, "from": before, "to": after} for key in keys]


def _move_what_hangs_on_parts(survivor: Facility, merged: Facility, journal: Journal) -> None:
    ours, theirs = survivor.pk, merged.pk
    statements = Statement.objects.filter(facility=merged, capability__facility=survivor)
    point("statement", statements.values_list("pk", flat=True), "facility", theirs, ours, journal)
    # A holiday of the place is one, whichever of its listings says so.
    exceptions = CapacityException.objects.filter(facility=merged).exclude(resource__facility=merged)
    point("exception", exceptions.values_list("pk", flat=True), "facility", theirs, ours, journal)
    if not Contact.objects.filter(facility=survivor).exists():
        contact = Contact.objects.filter(facility=merged).values_list("pk", flat=True)
        point("contact", contact, "facility", theirs, ours, journal)
    _point_within("resource", Resource, lambda row: (row.kind_id, row.name), survivor, merged, journal)
    _point_within("suggested_by", HeldMachine, lambda row: row.machine_id, survivor, merged, journal)


def _point_within(
    column: str, model: Any, name: Callable[[Any], Any], survivor: Facility, merged: Facility, journal: Journal
) -> None:
    """A line names a resource and a machine of its own facility: the one of the same name there, or none."""
    for home in (survivor, merged):
        there = {name(row): row.pk for row in model.objects.filter(facility=home)}
        astray = Capability.objects.filter(facility=home, **{f"{column}__isnull": False})
        for line in astray.exclude(**{f"{column}__facility": home}).select_related(column).order_by("pk"):
            other = getattr(line, column)
            point("capability", [line.pk], column, other.pk, there.get(name(other)), journal)


def _hand_over_holds(resource: Resource, survivor: Facility, journal: Journal) -> None:
    holds = list(Hold.objects.live().filter(resource=resource))
    if not holds:
        return
    twin = Resource.objects.filter(facility=survivor, kind=resource.kind_id, name=resource.name).first()
    if twin is None:
        facts = {"resource": str(resource.public_id)}
        detail = f"Hours of {part_words(resource)} are held; it goes over, or its holds are released first."
        raise DomainError("holds_follow", detail, field="stay", facts=facts)
    for hold in ledger.move_holds(holds, twin):
        journal["holds"].append({"id": hold.pk, "from": resource.pk, "to": twin.pk})


def take_fields(survivor: Facility, merged: Facility, fields: Iterable[str], journal: Journal) -> None:
    """The survivor says of these fields what the other said, and whose word that is.

    Errors: InvalidInputError `unknown_field`, or `rule_broken` where the values do not go together.
    """
    changes: dict[str, Any] = {}
    for field in fields:
        if field not in FIELD_COLUMNS:
            raise InvalidInputError("unknown_field", "There is no such field.", field="take", facts={"name": field})
        for column in FIELD_COLUMNS[field]:
            before, after = (as_json(value_of(one, column)) for one in (survivor, merged))
            if before != after:
                journal["fields"].append({"field": field, "column": column, "before": before, "after": after})
                changes[column] = _value(column, after)
                _take_statement(survivor, merged, "envelope_mm" if field == "envelope" else column, journal)
    if changes:
        save_checked(survivor, changes, taken="take")


def _take_statement(survivor: Facility, merged: Facility, name: str, journal: Journal) -> None:
    if any(one["field"] == name for one in journal["statements"]):
        return
    here, there = (_statement(one, name) for one in (survivor, merged))
    after = stamps(there or merged)
    journal["statements"].append(
        {"field": name, "before": None if here is None else as_json(stamps(here)), "after": as_json(after)}
    )
    _write_statement(survivor, name, after)


def _statement(facility: Facility, name: str) -> Statement | None:
    return Statement.objects.filter(facility=facility, capability=None, field=name).first()


def stamps(row: Any) -> dict[str, Any]:
    """Who said it, when, by what way, how sure."""
    return {name: getattr(row, name) for name in STAMPS}


def _write_statement(facility: Facility, name: str, told: dict[str, Any]) -> None:
    Statement.objects.update_or_create(facility=facility, capability=None, field=name, defaults=told)


def join_networks(survivor: Facility, merged: Facility, journal: Journal) -> None:
    """The survivor is in every network that one of both is in."""
    known = set(survivor.network_links.values_list("network_id", flat=True))
    missing = sorted(set(merged.network_links.values_list("network_id", flat=True)) - known)
    FacilityNetwork.objects.bulk_create(FacilityNetwork(facility=survivor, network_id=key) for key in missing)
    journal["networks"] = missing


def note_last_offered(survivor: Facility, merged: Facility, journal: Journal) -> None:
    """The place was last offered something when one of its listings was."""
    before, after = survivor.last_offered_at, merged.last_offered_at
    if after is not None and (before is None or after > before):
        told = {"field": "last_offered_at", "column": "last_offered_at"}
        journal["fields"].append({**told, "before": as_json(before), "after": as_json(after)})
        Facility.objects.filter(pk=survivor.pk).update(last_offered_at=after)
        survivor.last_offered_at = after


# --- and back -------------------------------------------------------------------------------------------------------


def move_back(journal: Journal, since: datetime) -> list[dict[str, Any]]:
    """What still is where the merge put it goes back. Returns what stays, since somebody moved or removed it or took
    its place, and what goes back with edits made `since` then."""
    left = _edited(journal, since)
    for entry in reversed(journal["moved"]):
        model = TABLES[entry["table"]]
        column = f"{entry['column']}_id"
        here = model._default_manager.filter(pk=entry["id"], **{column: entry["to"]})
        try:
            with transaction.atomic():
                there = _is_there(model, entry)
                moved = there and here.update(**{column: entry["from"], "updated_at": timezone.now()})
        except IntegrityError:  # another has its place
            moved = False
        if not moved:
            left.append({"what": entry["table"], "name": str(entry["id"]), "why": "changed"})
    return left


def _is_there(model: type[models.Model], entry: dict[str, Any]) -> bool:
    """The row that it is to point to again."""
    target: Any = model._meta.get_field(entry["column"]).related_model
    return bool(target._default_manager.filter(pk=entry["from"]).exists())


def _edited(journal: Journal, since: datetime) -> list[dict[str, Any]]:
    left = []
    for table, model in TABLES.items():
        keys = {entry["id"] for entry in journal["moved"] if entry["table"] == table}
        rows = model._default_manager.filter(pk__in=keys, updated_at__gt=since).order_by("pk")
        left += [{"what": table, "name": str(row), "why": "edited"} for row in rows]
    return left


def holds_back(journal: Journal) -> list[dict[str, Any]]:
    """Holds that were handed over and still are there; those that were placed since stay on their resource."""
    left = []
    for entry in journal["holds"]:
        hold = Hold.objects.live().filter(pk=entry["id"], resource=entry["to"]).first()
        resource = Resource.objects.filter(pk=entry["from"]).first()
        if hold is None or resource is None:
            left.append({"what": "hold", "name": str(entry["id"]), "why": "changed"})
            continue
        try:
            ledger.move_holds([hold], resource)
        except DomainError as refused:
            left.append({"what": "hold", "name": str(hold.public_id), "why": refused.code})
    return left


def fields_back(survivor: Facility, journal: Journal) -> list[dict[str, Any]]:
    """Fields that still say what the merge wrote say again what they said before, and whose word that was."""
    left = []
    for field in dict.fromkeys(entry["field"] for entry in journal["fields"]):
        entries = [entry for entry in journal["fields"] if entry["field"] == field]
        if any(as_json(value_of(survivor, one["column"])) != one["after"] for one in entries):
            left.append({"what": "field", "name": field, "why": "changed"})
            continue
        try:
            save_checked(survivor, {one["column"]: _value(one["column"], one["before"]) for one in entries}, taken="")
        except DomainError as refused:
            survivor.refresh_from_db()
            left.append({"what": "field", "name": field, "why": refused.code})
            continue
        _statements_back(survivor, {one["column"] for one in entries} | {f"{field}_mm"}, journal)
    return left


def _statements_back(survivor: Facility, names: set[str], journal: Journal) -> None:
    for entry in journal["statements"]:
        here = _statement(survivor, entry["field"]) if entry["field"] in names else None
        if here is None or as_json(stamps(here)) != entry["after"]:
            continue
        if entry["before"] is None:
            here.delete()
        else:
            _write_statement(survivor, entry["field"], entry["before"])


def leave_networks(survivor: Facility, journal: Journal) -> None:
    survivor.network_links.filter(network_id__in=journal["networks"]).delete()


def _value(column: str, told: Any) -> Any:
    """What a journal tells, as the column takes it."""
    if column == "materials":
        return list(Material.objects.filter(slug__in=told))
    return Facility._meta.get_field(column).to_python(told)  # type: ignore[union-attr]  # a column, no relation
