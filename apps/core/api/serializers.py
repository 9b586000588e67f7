"""What comes in: closed lists of fields, each of exactly one JSON type."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model
from django.db.models.manager import BaseManager
from django_countries import countries
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.core.constraints import MAX_LENGTH_MM
from apps.core.currencies import CURRENCIES

T = TypeVar("T")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class StrictSerializer(serializers.Serializer[T]):
    """Refuses what it does not know: a field that is accepted and ignored is a lie."""

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            errors = dict(self._refused(data))
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            if isinstance(error.detail, dict):
                errors |= error.detail
        if errors:
            raise ValidationError(errors)
        return value

    def _refused(self, data: Mapping[str, Any]) -> "list[tuple[str, list[ErrorDetail]]]":
        refused = []
        for name in data:
            field = self.fields.get(name)
            if field is None:
                refused.append((name, [ErrorDetail("There is no such field.", "unknown_field")]))
            elif field.read_only:
                refused.append((name, [ErrorDetail("This field is not yours to set.", "read_only")]))
        return refused


class StrictChar(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    """A JSON integer: neither "5" nor 5.0 nor true."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class StrictFloat(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data)


class StrictBoolean(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:60])
        return data


class StrictDecimal(serializers.DecimalField):
    """Money. A string such as "12.50" keeps its cents; a JSON number is taken too."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictDate(serializers.DateField):
    """YYYY-MM-DD and nothing else that Python would read."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class StrictUUID(serializers.UUIDField):
    """As text; Python would make an id of any integer."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=str(data)[:60])
        return super().to_internal_value(data)


class CurrencyField(StrictChar):
    default_error_messages = {"unknown_currency": "Not a currency in use (ISO 4217, such as USD)."}

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in CURRENCIES:
            self.fail("unknown_currency")
        return code


class CountryField(StrictChar):
    default_error_messages = {"unknown_country": "Not a country (ISO 3166-1, such as US)."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in countries:
            self.fail("unknown_country")
        return code


class EnvelopeField(serializers.ListField):
    """Length, width and height in mm."""

    child = StrictFloat(min_value=0.001, max_value=MAX_LENGTH_MM)
    default_error_messages = {"three_sides": "Three sides: length, width and height in mm."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=3, max_length=3, **kwargs)

    def to_internal_value(self, data: Any) -> tuple[float, float, float]:  # type: ignore[override]
        sides = super().to_internal_value(data)
        if len(sides) != 3:
            self.fail("three_sides")
        length, width, height = sides
        return length, width, height


class UniqueList(serializers.ListField):
    """A set of things. Shows a many-to-many field by the short names of its rows."""

    default_error_messages = {"repeated": "An entry stands twice."}

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if len(set(values)) != len(values):
            self.fail("repeated")
        return values

    def to_representation(self, data: Any) -> list[Any]:
        if isinstance(data, BaseManager):
            return sorted(super().to_representation(list(data.all())))
        return super().to_representation(data)


@extend_schema_field(OpenApiTypes.STR)
class CatalogueReference(serializers.Field[Any, str, str, Any]):
    """A row of the catalogue by its short name.

    Catalogue tables are small, so the first reference of a request reads the whole table and the rest look it up.
    """

    default_error_messages = {
        "invalid": "A short name from the catalogue, as text.",
        "does_not_exist": "The catalogue has no such entry: {name}.",
    }

    def __init__(self, model: type[Model], *, slug: str = "slug", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.slug = slug

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        row = self._rows().get(data)
        if row is None:
            self.fail("does_not_exist", name=data[:60])
        return row

    def to_representation(self, value: Any) -> str:
        return str(getattr(value, self.slug))

    def _rows(self) -> dict[str, Any]:
        cache: dict[Any, Any] = self.context.setdefault("catalogue", {})  # type: ignore[attr-defined]  # a dict
        if self.model not in cache:
            rows = self.model._default_manager.all()
            cache[self.model] = {getattr(row, self.slug): row for row in rows}
        found: dict[str, Any] = cache[self.model]
        return found
