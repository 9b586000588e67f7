"""How a watched table gets its triggers."""

from typing import Any

import pgtrigger
from django.db import models

APP = "matching"
OPERATIONS = {
    "insert": (pgtrigger.Insert, pgtrigger.Referencing(new="new_rows")),
    "update": (pgtrigger.Update, pgtrigger.Referencing(old="old_rows", new="new_rows")),
    "delete": (pgtrigger.Delete, pgtrigger.Referencing(old="old_rows")),
}


def after(operation: str, sql: str) -> pgtrigger.Trigger:
    """A trigger after each statement of that kind; `sql` reads the tables old_rows and new_rows."""
    kind, referencing = OPERATIONS[operation]
    return pgtrigger.Trigger(
        name=f"watch_{operation}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=kind,
        referencing=referencing,
        func=f"{sql.strip().rstrip(';')}; RETURN NULL;",
    )


def watch(name: str, table: type[models.Model], triggers: list[pgtrigger.Trigger]) -> None:
    """Register the proxy `name` of that table in this app, with its triggers."""
    meta = {"proxy": True, "app_label": APP, "default_permissions": (), "triggers": triggers}
    attributes: dict[str, Any] = {"__module__": __name__, "Meta": type("Meta", (), meta)}
    type(table)(name, (table,), attributes)
