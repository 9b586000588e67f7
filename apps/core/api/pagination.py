"""One pagination everywhere: by cursor, on orderings that are never null and end in a unique key."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.core.api.exceptions import BadParameterError

DEFAULT_SIZE = 25
MAX_SIZE = 100
CURSOR, SIZE, ORDERING = "cursor", "page_size", "ordering"
SALT = "api.cursor"


@dataclass(frozen=True)
class Key:
    """One column of the order; `path` may cross relations (`current__due_on`)."""

    path: str
    descending: bool = False

    def expression(self, *, backwards: bool) -> str:
        return f"-{self.path}" if self.descending != backwards else self.path

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        operator = "lt" if self.descending != backwards else "gt"
        return Q(**{f"{self.path}__{operator}": value})


@dataclass(frozen=True)
class Cursor:
    values: list[Any]
    backwards: bool


class StablePagination(BasePagination):
    """The view says what may be ordered by: `orderings` (public name -> column paths), `default_ordering` and `key`.

    A cursor holds the order's values of the row at the page's edge, so that rows that come or go meanwhile neither
    repeat nor hide others. It is signed: only what this service handed out for this very list is taken back.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.size = _page_size(request)
        self.ordering = _ordering(request, view)
        self.keys = _keys(view, self.ordering)
        cursor = self._decoded(queryset.model)
        backwards = cursor is not None and cursor.backwards
        ordered = queryset.order_by(*(key.expression(backwards=backwards) for key in self.keys))
        if cursor is not None:
            ordered = ordered.filter(_after(self.keys, cursor))
        rows = list(ordered[: self.size + 1])
        more = len(rows) > self.size
        rows = rows[: self.size]
        if backwards:
            rows.reverse()
        self.has_next = bool(rows) and (more or backwards)
        self.has_previous = bool(rows) and (more if backwards else cursor is not None)
        self.rows = rows
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._link(forwards=True), "previous": self._link(forwards=False), "results": data})

    def _link(self, *, forwards: bool) -> str | None:
        if not (self.has_next if forwards else self.has_previous):
            return None
        edge = self.rows[-1] if forwards else self.rows[0]
        values = [_plain(_value(edge, key.path)) for key in self.keys]
        content = {"l": self.request.path, "o": self.ordering, "b": not forwards, "v": values}
        url = self.request.build_absolute_uri()
        return replace_query_param(url, CURSOR, signing.dumps(content, salt=SALT, compress=True))

    def _decoded(self, model: type[Model]) -> Cursor | None:
        raw = self.request.query_params.get(CURSOR)
        if raw is None:
            return None
        fault = BadParameterError.single(CURSOR, "Not a cursor that this list gave out in this ordering.", "bad_cursor")
        try:
            content = signing.loads(raw, salt=SALT)
        except signing.BadSignature as error:
            raise fault from error
        if content["l"] != self.request.path or content["o"] != self.ordering:
            raise fault
        try:
            pairs = zip(self.keys, content["v"], strict=True)
            return Cursor([_field(model, key.path).to_python(value) for key, value in pairs], content["b"])
        except (ValueError, ValidationError, FieldDoesNotExist) as error:  # given out before the columns changed
            raise fault from error

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        choices = ordering_choices(view)
        default = getattr(view, "default_ordering", "")
        return [
            _parameter(CURSOR, "Where to go on: taken from `next` or `previous`.", {"type": "string"}),
            _parameter(
                SIZE, "Rows in a page.", {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
            ),
            _parameter(ORDERING, "Order of the rows.", {"type": "string", "enum": choices, "default": default}),
        ]


def ordering_choices(view: Any) -> list[str]:
    return sorted(sign + name for name in view.orderings for sign in ("", "-"))


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _page_size(request: Request) -> int:
    raw = request.query_params.get(SIZE)
    if raw is None:
        return DEFAULT_SIZE
    if not raw.isascii() or not raw.isdigit() or len(raw) > 3 or not 1 <= int(raw) <= MAX_SIZE:
        raise BadParameterError.single(SIZE, f"A whole number from 1 to {MAX_SIZE}.", "bad_page_size")
    return int(raw)


def _ordering(request: Request, view: Any) -> str:
    chosen = request.query_params.get(ORDERING)
    if chosen is None:
        return str(view.default_ordering)
    if chosen not in ordering_choices(view):
        known = ", ".join(ordering_choices(view))
        raise BadParameterError.single(ORDERING, f"This list is ordered by one of: {known}.", "bad_ordering")
    return chosen


def _keys(view: Any, ordering: str) -> tuple[Key, ...]:
    descending = ordering.startswith("-")
    paths = (*view.orderings[ordering.removeprefix("-")], view.key)
    return tuple(Key(path, descending) for path in dict.fromkeys(paths))


def _after(keys: tuple[Key, ...], cursor: Cursor) -> Q:
    """Lexicographic: equal in the first i columns and beyond in the next."""
    condition, equal = Q(), Q()
    for key, value in zip(keys, cursor.values, strict=True):
        condition |= equal & key.beyond(value, backwards=cursor.backwards)
        equal &= Q(**{key.path: value})
    return condition


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _field(model: Any, path: str) -> "Field[Any, Any]":
    *relations, last = path.split("__")
    for name in relations:
        model = model._meta.get_field(name).related_model
    field: Field[Any, Any] = model._meta.get_field(last)
    return field


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value if isinstance(value, int | float) else str(value)
