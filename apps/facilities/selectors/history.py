"""The history of rows, read: who changed what of a facility, when, from which value to which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model, OuterRef, QuerySet, Subquery

from apps.accounts.models import User
from apps.facilities.models import (
    CapabilityEvent,
    CapacityExceptionEvent,
    CapacityWeekEvent,
    Facility,
    FacilityEvent,
    HeldCertificateEvent,
    HeldMachineEvent,
    HoldEvent,
    HoldWeekEvent,
    ResourceEvent,
)

KINDS: dict[str, Any] = {
    "facility": FacilityEvent,
    "capabilities": CapabilityEvent,
    "resources": ResourceEvent,
    "weeks": CapacityWeekEvent,
    "exceptions": CapacityExceptionEvent,
    "holds": HoldEvent,
    "hold-weeks": HoldWeekEvent,
    "certificates": HeldCertificateEvent,
    "machines": HeldMachineEvent,
}
# What a facility is not told of its holds before an introduction.
COORDINATORS_ONLY = frozenset({"need_public_id", "holder_id"})
UNSAID = frozenset({"id", "public_id"})
NAMES = ("slug", "public_id", "name")  # what a referenced row is called by, the first that it has
Changes = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Entry:
    """`by` is a person's name, or what acted; `object_id` is the row's public id where it has one, else its key.

    `changes`: column -> (before, after). All columns of a new row, and of one that is gone.
    """

    id: int
    at: datetime
    what: str
    object_id: str
    by: str
    changes: Changes


def events_of(facility: Facility, kind: str) -> QuerySet[Any]:
    """Newest first. Of rows that are gone meanwhile, too."""
    model = KINDS[kind]
    if model is FacilityEvent:
        rows = model.objects.filter(pgh_obj_id=facility.pk)
    elif model in (CapacityWeekEvent, HoldEvent):
        rows = model.objects.filter(resource_id__in=_resources(facility))
    elif model is HoldWeekEvent:
        held = HoldEvent.objects.filter(resource_id__in=_resources(facility))
        rows = model.objects.filter(hold_id__in=held.values("pgh_obj_id"))
    else:
        rows = model.objects.filter(facility_id=facility.pk)
    ordered: QuerySet[Any] = rows.order_by("-pgh_id")
    return ordered


def events_coordinated_by(user: Any, model: Any) -> QuerySet[Any]:
    """Those of facilities whose coordinators read them."""
    mine = Facility.objects.filter(networks__coordinators__user=user).values("pk")
    resources = ResourceEvent.objects.filter(facility_id__in=mine).values("pgh_obj_id")
    if model is FacilityEvent:
        return model.objects.filter(pgh_obj_id__in=mine)  # type: ignore[no-any-return]
    if model in (CapacityWeekEvent, HoldEvent):
        return model.objects.filter(resource_id__in=resources)  # type: ignore[no-any-return]
    if model is HoldWeekEvent:
        held = HoldEvent.objects.filter(resource_id__in=resources).values("pgh_obj_id")
        return model.objects.filter(hold_id__in=held)  # type: ignore[no-any-return]
    return model.objects.filter(facility_id__in=mine)  # type: ignore[no-any-return]


def entries(events: Sequence[Any], *, in_full: bool) -> list[Entry]:
    """With what each event changed. A few queries for the whole page. `in_full`: for coordinators."""
    if not events:
        return []
    model = type(events[0])
    before = _before(model, events)
    columns = [field for field in _columns(model) if in_full or field.name not in COORDINATORS_ONLY]
    changed = {event.pk: _changed(event, before.get(event.pk), columns) for event in events}
    names = _names_of_rows(columns, changed.values())
    people = _people(events)
    return [
        Entry(
            event.pk,
            event.pgh_created_at,
            event.pgh_label,
            str(getattr(event, "public_id", event.pgh_obj_id)),
            _who(event, people),
            {
                name: (_told(name, old, names), _told(name, new, names))
                for name, (old, new) in changed[event.pk].items()
            },
        )
        for event in events
    ]


def _resources(facility: Facility) -> Any:
    return ResourceEvent.objects.filter(facility_id=facility.pk).values("pgh_obj_id")


def _before(model: Any, events: Iterable[Any]) -> dict[int, Any]:
    """The event before each, of the same row."""
    keys = [event.pk for event in events]
    earlier = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    last = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
    links = dict(model.objects.filter(pgh_id__in=keys).annotate(last=last).values_list("pgh_id", "last"))
    rows = model.objects.in_bulk([key for key in links.values() if key is not None])
    return {key: rows[last] for key, last in links.items() if last in rows}


def _columns(model: Any) -> list[Any]:
    fields = model._meta.local_fields
    return [field for field in fields if not field.name.startswith("pgh_") and field.name not in UNSAID]


def _changed(event: Any, before: Any, columns: Sequence[Any]) -> dict[str, tuple[Any, Any]]:
    gone = event.pgh_label == "delete"
    found = {}
    for field in columns:
        now = getattr(event, field.attname)
        old, new = (now, None) if gone else (getattr(before, field.attname) if before else None, now)
        if old != new:
            found[field.name] = (old, new)
    return found


def _names_of_rows(columns: Sequence[Any], changes: Iterable[Changes]) -> dict[str, dict[Any, str]]:
    """For each reference that changed, what the rows are called that it pointed and points to."""
    wanted: dict[str, set[Any]] = {field.name: set() for field in columns if isinstance(field, ForeignKey)}
    for change in changes:
        for name, values in change.items():
            if name in wanted:
                wanted[name] |= {value for value in values if value is not None}
    models = {field.name: field.related_model for field in columns if field.name in wanted}
    return {name: _called(models[name], keys) if keys else {} for name, keys in wanted.items()}


def _called(model: type[Model], keys: set[Any]) -> dict[Any, str]:
    column = next(name for name in NAMES if _has(model, name))
    rows = model._default_manager.filter(pk__in=keys).values_list("pk", column)
    return {key: str(value) for key, value in rows}


def _has(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _told(name: str, value: Any, names: Mapping[str, Mapping[Any, str]]) -> Any:
    """As JSON can hold it; a reference by what it is called, if the row is still there."""
    if value is None:
        return None
    if name in names:
        return names[name].get(value, "gone")
    if isinstance(value, list):
        return [str(one) for one in value]
    return value if isinstance(value, bool | int | float) else str(value)


def _people(events: Iterable[Any]) -> dict[int, str]:
    keys = {event.pgh_context["user"] for event in events if event.pgh_context and event.pgh_context.get("user")}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def _who(event: Any, people: Mapping[int, str]) -> str:
    context = event.pgh_context or {}
    if context.get("user"):
        return people.get(context["user"], "gone")
    if context.get("inquiry"):
        return f"inquiry {context['inquiry']}"
    if context.get("task"):
        return f"service: {context['task']}"
    return "service" if context else "database"
