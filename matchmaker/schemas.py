"""JSON Schemas of the documents, drawn from the dataclasses that read them and the bounds that hold for them."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from matchmaker.bounds import BOUNDS, Bound
from matchmaker.domain import FacilityFact, NeedFact

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def need_schema() -> Schema:
    """Of a need. Slugs are words of the catalogue, which no schema can know."""
    found: dict[str, Schema] = {}
    return {"$schema": DIALECT, "title": "Need", **_model(NeedFact, found), "$defs": found}


def supply_schema() -> Schema:
    """Of a supply: facilities, and if wanted their names and the day that the facts are of."""
    found: dict[str, Schema] = {}
    entries = {
        "facilities": {"type": "array", "items": _shared(FacilityFact, found)},
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
        "as_of": {"type": ["string", "null"], "format": "date"},
    }
    document: Schema = {"type": "object", "properties": entries, "required": ["facilities"]}
    return {"$schema": DIALECT, "title": "Supply", **document, "additionalProperties": False, "$defs": found}


SCHEMAS: dict[str, Callable[[], Schema]] = {"need": need_schema, "supply": supply_schema}


def _model(model: type[Any], found: dict[str, Schema]) -> Schema:
    hints = get_type_hints(model)
    entries = fields(model)
    required = [e.name for e in entries if e.default is MISSING and e.default_factory is MISSING]
    return {
        "type": "object",
        "properties": {entry.name: _value(hints[entry.name], BOUNDS.get(entry.name), found) for entry in entries},
        "required": required,
        "additionalProperties": False,
    }


def _shared(model: type[Any], found: dict[str, Schema]) -> Schema:
    if model.__name__ not in found:
        found[model.__name__] = _model(model, found)
    return {"$ref": f"#/$defs/{model.__name__}"}


def _value(hint: Any, bound: Bound | None, found: dict[str, Schema]) -> Schema:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_value(option, bound, found) for option in args]}
    if origin is tuple:
        items = {"type": "array", "items": _value(args[0], bound, found)}
        return items if args[1] is Ellipsis else {**items, "minItems": len(args), "maxItems": len(args)}
    if hint is type(None):
        return {"type": "null"}
    if is_dataclass(hint) and isinstance(hint, type):
        return _shared(hint, found)
    if issubclass(hint, Enum):
        return {"enum": [item.value for item in hint]}
    if hint is date:
        return {"type": "string", "format": "date"}
    kind = {bool: "boolean", str: "string", int: "integer", float: "number"}[hint]
    return {"type": kind, **(_limits(bound) if hint in (int, float) and bound else {})}


def _limits(bound: Bound) -> Schema:
    return {("exclusiveMinimum" if bound.above else "minimum"): bound.low, "maximum": bound.high}
