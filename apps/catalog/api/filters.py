"""Filters of the catalogue's lists; `search` takes the words that founders use."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from apps.catalog import selectors
from apps.catalog.models import (
    Certification,
    CertificationScope,
    FacilityKind,
    MachineModel,
    Material,
    MaterialLevel,
    Process,
    ProcessKind,
    Region,
    RegionKind,
    ResourceKind,
    ResourceRowKind,
    Skill,
    SkillLevel,
    Stage,
    WorkContent,
)
from apps.core.api.filters import StrictFilterSet, YesNoFilter


class FoundInFilter(filters.ChoiceFilter):  # type: ignore[misc]  # django-filter is untyped
    def __init__(self) -> None:
        super().__init__(field_name="found_in", lookup_expr="contains", choices=FacilityKind.choices)

    def filter(self, rows: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        return rows.filter(found_in__contains=[value]) if value else rows


class SearchFilter(filters.CharFilter):  # type: ignore[misc]  # django-filter is untyped
    """Rows whose words are like the given ones, typing errors and spelling forgiven."""

    def __init__(self, kind: str) -> None:
        super().__init__(label="Words as founders use them", max_length=200)
        self.kind = kind

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(slug__in=selectors.slugs_found(value, self.kind)) if value else rows


class NameFilter(filters.CharFilter):  # type: ignore[misc]  # django-filter is untyped
    """Rows whose name holds the given text."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(label="Part of a name", max_length=200)
        self.names = names

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        condition = Q()
        for name in self.names:
            condition |= Q(**{f"{name}__icontains": value})
        return rows.filter(condition) if value else rows


class ProcessFilterSet(StrictFilterSet):
    search = SearchFilter("process")
    kind = filters.ChoiceFilter(choices=ProcessKind.choices)
    parent = filters.CharFilter(field_name="parent__slug")
    tooling_needed = YesNoFilter()
    found_in = FoundInFilter()

    class Meta:
        model = Process
        fields: list[str] = []


class MaterialFilterSet(StrictFilterSet):
    search = SearchFilter("material")
    level = filters.ChoiceFilter(choices=MaterialLevel.choices)
    parent = filters.CharFilter(field_name="parent__slug")

    class Meta:
        model = Material
        fields: list[str] = []


class CertificationFilterSet(StrictFilterSet):
    search = SearchFilter("certification")
    scope = filters.ChoiceFilter(choices=CertificationScope.choices)

    class Meta:
        model = Certification
        fields: list[str] = []


class MachineFilterSet(StrictFilterSet):
    search = SearchFilter("machine")
    maker = filters.CharFilter(lookup_expr="iexact")
    process = filters.CharFilter(field_name="processes__slug")
    found_in = FoundInFilter()

    class Meta:
        model = MachineModel
        fields: list[str] = []


class ResourceKindFilterSet(StrictFilterSet):
    search = NameFilter(["name"])
    row_kind = filters.ChoiceFilter(choices=ResourceRowKind.choices)
    process = filters.CharFilter(field_name="processes__slug")

    class Meta:
        model = ResourceKind
        fields: list[str] = []


class RegionFilterSet(StrictFilterSet):
    search = NameFilter(["name", "code"])
    kind = filters.ChoiceFilter(choices=RegionKind.choices)

    class Meta:
        model = Region
        fields: list[str] = []


class StageFilterSet(StrictFilterSet):
    search = SearchFilter("stage")

    class Meta:
        model = Stage
        fields: list[str] = []


class SkillFilterSet(StrictFilterSet):
    search = NameFilter(["name", "soc_title"])
    level = filters.ChoiceFilter(choices=SkillLevel.choices)
    process = filters.CharFilter(field_name="processes__slug")

    class Meta:
        model = Skill
        fields: list[str] = []


class WorkContentFilterSet(StrictFilterSet):
    search = NameFilter(["process__name"])
    resource_kind = filters.CharFilter(field_name="resource_kind__slug")

    class Meta:
        model = WorkContent
        fields: list[str] = []
