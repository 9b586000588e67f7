"""A table's own rules, asked before the row is written: Django would ask the database once for each of them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CheckConstraint, F, Model, Q
from django.db.models.expressions import Combinable


def broken_rule(row: Model) -> CheckConstraint | None:
    """The first rule that the row breaks. What cannot be told without the database is left to the database."""
    for constraint in row._meta.constraints:
        if isinstance(constraint, CheckConstraint) and _holds(row, constraint.condition) is False:
            return constraint
    return None


def field_of(row: Model, constraint: CheckConstraint) -> str:
    """The field at fault: the one in the rule's name, else the first that its condition speaks of."""
    names = [field.name for field in row._meta.get_fields() if f"_{field.name}_" in f"{constraint.name}_"]
    return max(names, key=len) if names else next(_fields_in(constraint.condition), "")


def _fields_in(condition: Any) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _fields_in(child)
        else:
            yield child[0].split("__")[0]


def _holds(row: Model, condition: Any) -> bool | None:
    """As SQL has it: true, false, or None for unknown."""
    told = [_holds(row, child) if isinstance(child, Q) else _leaf(row, *child) for child in condition.children]
    match condition.connector:
        case Q.AND:
            result = False if False in told else None if None in told else True
        case Q.OR:
            result = True if True in told else None if None in told else False
        case _:
            result = None if None in told else sum(map(bool, told)) % 2 == 1
    if condition.negated and result is not None:
        return not result
    return result


def _leaf(row: Model, lookup: str, bound: Any) -> bool | None:
    name, _, operator = lookup.partition("__")
    value = getattr(row, name)
    value = getattr(value, "code", value) if name == "country" else value
    if operator == "isnull":
        return (value is None) is bool(bound)
    if isinstance(bound, F):
        bound = getattr(row, bound.deconstruct()[1][0])
    if isinstance(bound, Combinable) or (bound is None) or value is None:
        return None
    match operator:
        case "gte":
            return bool(value >= bound)
        case "lte":
            return bool(value <= bound)
        case "gt":
            return bool(value > bound)
        case "lt":
            return bool(value < bound)
        case "in":
            return value in bound
        case "" | "exact":
            return bool(value == bound)
    return None
