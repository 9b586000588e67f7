"""Filters of the lists of matches, policies and comparisons."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django_filters import rest_framework as filters

from apps.core.api.filters import StrictFilterSet
from apps.matching.models import Match, Policy, PolicyComparison, PolicyState, Tier


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


class ComparisonFilterSet(StrictFilterSet):
    network = filters.CharFilter(field_name="network__slug")
    policy = filters.UUIDFilter(method="of_policy")

    class Meta:
        model = PolicyComparison
        fields: list[str] = []

    def of_policy(self, comparisons: Any, name: str, value: UUID) -> Any:
        return comparisons.filter(Q(before__public_id=value) | Q(after__public_id=value))
