"""How a watched table gets its triggers."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.base import ModelBase

APP = "matching"
OPERATIONS: dict[str, tuple[Any, dict[str, str]]] = {
    "insert": (pgtrigger.Insert, {"new": "new_rows"}),
    "update": (pgtrigger.Update, {"old": "old_rows", "new": "new_rows"}),
    "delete": (pgtrigger.Delete, {"old": "old_rows"}),
}


def after(operation: str, sql: str) -> pgtrigger.Trigger:
    """A trigger after each statement of that kind; `sql` reads the tables old_rows and new_rows."""
    kind, tables = OPERATIONS[operation]
    return pgtrigger.Trigger(
        name=f"watch_{operation}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=kind,
        referencing=pgtrigger.Referencing(**tables),  # type: ignore[no-untyped-call]
        func=f"{sql.strip().rstrip(';')}; RETURN NULL;",
    )


def watch(name: str, table: type[models.Model], triggers: list[pgtrigger.Trigger]) -> None:
    """Register the proxy `name` of that table in this app, with its triggers."""
    meta = {"proxy": True, "app_label": APP, "default_permissions": (), "triggers": triggers}
    attributes: dict[str, Any] = {"__module__": __name__, "Meta": type("Meta", (), meta)}
    ModelBase(name, (table,), attributes)
