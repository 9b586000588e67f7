"""What every write to a facility shares: who may, who says so, which columns, which rule was broken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.catalog.rules import half_width_mm, tolerance_class
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import Capability, Facility, Source, Statement

ENVELOPE = ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm")


@dataclass(frozen=True)
class Voice:
    """Who says it, by what way it came, and with which import: what stands beside every fact that is written."""

    source: str
    user: User
    batch_id: UUID | None = None

    def marks(self) -> dict[str, Any]:
        """The columns of `Stated`, but for evidence, which is nothing that one says of oneself."""
        return {
            "source": self.source,
            "said_by": self.user,
            "batch_id": self.batch_id,
            "confirmed_on": today(),
        }


def locked_for_writing(facility: Facility, user: User) -> Facility:
    """The row, locked, so that what is checked about it still holds when the transaction commits.

    Errors: NotAllowedError where the user may read, but not write; DomainError `listing_removed`, `facility_merged`.
    """
    if not Facility.objects.editable_by(user).filter(pk=facility.pk).exists():
        raise NotAllowedError("not_a_writer", "Your role there may read, not write.")
    found = Facility.objects.select_for_update().get(pk=facility.pk)
    if found.removed_at is not None:
        raise DomainError("listing_removed", "The listing was removed at its owner's request.")
    require_unmerged(found)
    return found


def require_unmerged(facility: Facility) -> None:
    """Errors: DomainError `facility_merged`."""
    if facility.merged_into_id is not None:
        raise DomainError(
            "facility_merged", "It was merged into another listing of the same place, which stands for both."
        )


def source_for(facility: Facility, user: User) -> str:
    """Who says so, where this user writes it."""
    operator = facility.operator
    if operator is not None and operator.memberships.filter(user=user).exists():
        return Source.STATED
    return Source.COORDINATOR


def voice_for(facility: Facility, user: User, batch: UUID | None = None) -> Voice:
    """`batch`: the user has not said it, but taken it over from somewhere."""
    return Voice(Source.IMPORTED if batch else source_for(facility, user), user, batch)


def note_said(facility: Facility, fields: Iterable[str], voice: Voice, *, capability: Capability | None = None) -> None:
    """These fields are this voice's word of today; all others keep whose and how old they are."""
    now = timezone.now()
    Statement.objects.bulk_create(
        [
            Statement(facility=facility, capability=capability, field=field, updated_at=now, **voice.marks())
            for field in sorted(fields)
        ],
        update_conflicts=True,
        unique_fields=["facility", "capability", "field"],
        update_fields=["source", "said_by", "batch_id", "confirmed_on", "evidence_level", "updated_at"],
    )


def differing(row: models.Model, values: Mapping[str, Any]) -> set[str]:
    """The fields that the values would change: what is sent as it was before is no statement."""
    links = {field.name for field in row._meta.many_to_many}
    changed = set()
    for name, value in values.items():
        if name in links:
            before = set(getattr(row, name).values_list("pk", flat=True)) if row.pk else set()
            if before != {one.pk for one in value}:
                changed.add(name)
        elif getattr(row, name, None) != value:
            changed.add(name)
    return changed


def save_checked(row: models.Model, values: Mapping[str, Any], *, taken: str) -> None:
    """Set and save, holding every rule that the table has.

    `values` may hold `envelope_mm` (three sides or None), a `tolerance_class` in anybody's spelling, which also gives
    the number where none is sent, and lists for many-to-many fields.
    Errors: DomainError `already_listed` for a second row of its kind, at the field `taken`; InvalidInputError with the
    field at fault for any other rule.
    """
    links = {field.name for field in row._meta.many_to_many}
    for name, value in _columns(values).items():
        if name not in links:
            setattr(row, name, value)
    try:
        row.validate_constraints()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise _refusal(row, error, taken) from error
    except IntegrityError as error:  # somebody added the same one this very moment
        raise _already(taken) from error
    for name in links & values.keys():
        getattr(row, name).set(values[name])


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    if "envelope_mm" in columns:
        columns |= dict(zip(ENVELOPE, columns.pop("envelope_mm") or (None, None, None), strict=True))
    if columns.get("tolerance_class"):
        return _with_tolerance(columns)
    if "best_tolerance_mm" in columns:
        columns["tolerance_class"] = ""  # a number by itself: the class that stood there said another
    return columns


def _with_tolerance(columns: dict[str, Any]) -> dict[str, Any]:
    name = tolerance_class(columns["tolerance_class"])
    if name is None:
        detail = "A class of ISO 2768-1 (f, m, c, v) or a grade of ISO 286 (IT5 to IT13)."
        raise InvalidInputError("unknown_tolerance_class", detail, field="tolerance_class")
    number = columns.get("best_tolerance_mm")
    return {**columns, "tolerance_class": name, "best_tolerance_mm": half_width_mm(name) if number is None else number}


def _refusal(row: models.Model, error: ValidationError, taken: str) -> DomainError:
    for found in error.error_dict.get(NON_FIELD_ERRORS, []):
        if found.code in ("unique_together", "unique"):
            return _already(taken)
    broken = [
        constraint
        for constraint in row._meta.constraints
        if isinstance(constraint, models.CheckConstraint) and f"“{constraint.name}”" in str(error)
    ]
    if not broken:  # no rule of ours, so no fault of the caller's
        raise error
    name = broken[0].name
    return InvalidInputError("rule_broken", _rule(name), field=_field(row, broken[0]), facts={"rule": name})


def _already(taken: str) -> DomainError:
    return DomainError("already_listed", "It is on the list already.", field=taken)


def _field(row: models.Model, constraint: models.CheckConstraint) -> str:
    """Constraints are named `<table>_<field>_<rule>`; where no field stands there, the first of the condition."""
    named = [field.name for field in row._meta.get_fields() if f"_{field.name}_" in f"{constraint.name}_"]
    return max(named, key=len) if named else next(_columns_in(constraint.condition), "")


def _columns_in(condition: Any) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, models.Q):
            yield from _columns_in(child)
        else:
            yield child[0].split("__")[0]


def _rule(constraint: str) -> str:
    if constraint.endswith("_first"):
        return "The lower figure cannot be above the upper one."
    if constraint.endswith("_one_measure"):
        return "State either hours or units a week."
    return "These values do not go together."


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the audit trail keeps them."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def today() -> date:
    return datetime.now(UTC).date()
