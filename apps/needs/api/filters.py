"""Filters of the list of needs."""

from django_filters import rest_framework as filters

from apps.core.api.filters import IsoDateFilter, StrictFilterSet
from apps.core.industries import Industry
from apps.needs.models import Need, NeedState


class NeedFilterSet(StrictFilterSet):
    state = filters.ChoiceFilter(choices=NeedState.choices)
    organisation = filters.UUIDFilter(field_name="organisation__public_id")
    network = filters.CharFilter(field_name="home_network__slug")
    external_id = filters.CharFilter()
    stage = filters.CharFilter(field_name="current__stage__slug")
    industry = filters.ChoiceFilter(field_name="current__industry", choices=Industry.choices)
    due_after = IsoDateFilter(field_name="current__due_on", lookup_expr="gte")
    due_before = IsoDateFilter(field_name="current__due_on", lookup_expr="lte")

    class Meta:
        model = Need
        fields: list[str] = []
