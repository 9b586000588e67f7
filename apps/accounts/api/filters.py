"""Filters of the lists of organisations."""

from django_filters import rest_framework as filters

from apps.accounts.models import Organisation, OrganisationKind
from apps.core.api.filters import StrictFilterSet


class OrganisationFilterSet(StrictFilterSet):
    kind = filters.ChoiceFilter(choices=OrganisationKind.choices)

    class Meta:
        model = Organisation
        fields: list[str] = []
