"""Filters of imports, their rows and unknown words."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.core.api.filters import StrictFilterSet, YesNoFilter
from apps.exchange.models import BatchState, ImportBatch, ImportRow, Outcome, RowState, Target, TermState, UnmappedTerm
from apps.exchange.selectors import MARKS, rows_marked


class ImportFilterSet(StrictFilterSet):
    state = filters.ChoiceFilter(choices=BatchState.choices)
    network = filters.CharFilter(field_name="network__slug", max_length=60, label="Short name of the network")
    facility = filters.UUIDFilter(field_name="facility__public_id", label="Id of the facility")

    class Meta:
        model = ImportBatch
        fields: list[str] = []


class MarkFilter(YesNoFilter):
    """Rows that have something on that list, or have nothing."""

    def __init__(self, mark: str, **kwargs: Any) -> None:
        super().__init__(label=f"Rows with something in that list: {mark}", **kwargs)
        self.mark = mark

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value in (None, ""):
            return rows
        return rows_marked(rows, self.mark) if value else rows.exclude(MARKS[self.mark])


class RowFilterSet(StrictFilterSet):
    outcome = filters.ChoiceFilter(choices=Outcome.choices)
    state = filters.ChoiceFilter(choices=RowState.choices)
    repaired = MarkFilter("repaired", field_name="repairs")
    with_refusals = MarkFilter("with_refusals", field_name="refusals")
    kept = MarkFilter("kept")
    unmapped = MarkFilter("unmapped")
    left = MarkFilter("left")

    class Meta:
        model = ImportRow
        fields: list[str] = []


class TermFilterSet(StrictFilterSet):
    kind = filters.ChoiceFilter(choices=Target.choices)
    state = filters.ChoiceFilter(choices=TermState.choices)

    class Meta:
        model = UnmappedTerm
        fields: list[str] = []
