"""Filters of the list of facilities, only of what a public profile shows; and of the holds of one."""

from django.db.models import F, QuerySet
from django_filters import rest_framework as filters

from apps.catalog.models import FacilityKind
from apps.core.api.filters import StrictFilterSet, YesNoFilter
from apps.facilities.models import AccessKind, Facility, Hold, HoldState, TwinPair


class FacilityFilterSet(StrictFilterSet):
    kind = filters.ChoiceFilter(choices=FacilityKind.choices)
    access = filters.ChoiceFilter(choices=AccessKind.choices)
    country = filters.CharFilter(max_length=2)
    search = filters.CharFilter(field_name="name", lookup_expr="icontains", label="Part of the name", max_length=200)

    class Meta:
        model = Facility
        fields: list[str] = []


class TwinPairFilterSet(StrictFilterSet):
    network = filters.CharFilter(field_name="network__slug", label="Short name of the network", max_length=60)
    dismissed = YesNoFilter(method="filter_dismissed", label="Dismissed, and nothing changed since")

    class Meta:
        model = TwinPair
        fields: list[str] = []

    def filter_dismissed(self, rows: QuerySet[TwinPair], name: str, value: bool) -> QuerySet[TwinPair]:
        dismissed = {"dismissed_facts": F("facts")}
        return rows.filter(**dismissed) if value else rows.exclude(**dismissed)


class HoldFilterSet(StrictFilterSet):
    state = filters.ChoiceFilter(choices=HoldState.choices)

    class Meta:
        model = Hold
        fields: list[str] = []
