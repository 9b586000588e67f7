"""Filters as closed choices: what is not understood is refused, never ignored."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django_filters import rest_framework as filters
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from apps.core.api.exceptions import BadParameterError
from apps.core.api.pagination import CURSOR, ORDERING, SIZE

PAGING = (CURSOR, SIZE, ORDERING)


class StrictFilterSet(filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """Refuses parameters that it does not declare; the view has done so for those of the paging."""

    def is_valid(self) -> bool:
        for name in self.data:
            if name not in self.base_filters and name not in PAGING:
                raise unknown_parameter(name)
        valid: bool = super().is_valid()
        return valid


class StrictFilterBackend(filters.DjangoFilterBackend):  # type: ignore[misc]  # django-filter is untyped
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise BadParameterError(_details(filterset.errors.as_data()))
        filtered: QuerySet[Any] = filterset.qs
        return filtered


def _details(errors: dict[str, list[ValidationError]]) -> dict[str, list[ErrorDetail]]:
    return {
        name: [ErrorDetail(text, error.code or "invalid") for error in found for text in error.messages]
        for name, found in errors.items()
    }


class YesNoFilter(filters.TypedChoiceFilter):  # type: ignore[misc]  # django-filter is untyped
    """true or false; django-filter's own BooleanFilter takes anything else for "no filter"."""

    def __init__(self, **kwargs: Any) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(choices=choices, coerce=_yes, **kwargs)


def _yes(text: str) -> bool:
    return text == "true"


class IsoDateField(forms.DateField):
    input_formats = ("%Y-%m-%d",)


class IsoDateFilter(filters.DateFilter):  # type: ignore[misc]  # django-filter is untyped
    field_class = IsoDateField


def unknown_parameter(name: str) -> BadParameterError:
    return BadParameterError.single(name[:100], "There is no such parameter here.", "unknown_parameter")


def check_parameters(parameters: QueryDict, known: frozenset[str], *, repeatable: frozenset[str]) -> None:
    """Every parameter is known, stands once, and says something."""
    for name, values in parameters.lists():
        if name not in known:
            raise unknown_parameter(name)
        if len(values) > 1 and name not in repeatable:
            raise BadParameterError.single(name, "Give this parameter once.", "repeated_parameter")
        for value in values:
            if not value:
                raise BadParameterError.single(name, "This parameter says nothing.", "empty_parameter")
            if "\x00" in value or len(value) > 1000:
                raise BadParameterError.single(name, "This value is not possible.", "invalid")
