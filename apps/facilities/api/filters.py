"""Filters of the list of facilities, only of what a public profile shows; and of the holds of one."""

from django_filters import rest_framework as filters

from apps.catalog.models import FacilityKind
from apps.core.api.filters import StrictFilterSet
from apps.facilities.models import AccessKind, Facility, Hold, HoldState


class FacilityFilterSet(StrictFilterSet):
    kind = filters.ChoiceFilter(choices=FacilityKind.choices)
    access = filters.ChoiceFilter(choices=AccessKind.choices)
    country = filters.CharFilter(max_length=2)
    search = filters.CharFilter(field_name="name", lookup_expr="icontains", label="Part of the name", max_length=200)

    class Meta:
        model = Facility
        fields: list[str] = []


class HoldFilterSet(StrictFilterSet):
    state = filters.ChoiceFilter(choices=HoldState.choices)

    class Meta:
        model = Hold
        fields: list[str] = []
