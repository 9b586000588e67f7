"""Filters of the lists of matches and policies."""

from django_filters import rest_framework as filters

from apps.core.api.filters import StrictFilterSet
from apps.matching.models import Match, Policy, PolicyState, Tier


class MatchFilterSet(StrictFilterSet):
    tier = filters.TypedChoiceFilter(choices=[(str(tier.value), tier.label) for tier in Tier], coerce=int)

    class Meta:
        model = Match
        fields: list[str] = []


class PolicyFilterSet(StrictFilterSet):
    name = filters.CharFilter()
    network = filters.CharFilter(field_name="network__slug")
    state = filters.ChoiceFilter(choices=PolicyState.choices)

    class Meta:
        model = Policy
        fields: list[str] = []
