"""Two coordinators at once, each with a connection of her own."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.core.errors import DomainError
from apps.facilities import services
from apps.facilities.ledger import firm_holds, ledger_differences
from apps.facilities.models import Facility, Hold, Merge, Resource
from tests import builders
from tests.facilities.test_ledger_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = builders.today() + timedelta(days=7 - builders.today().weekday())


def merging(survivor: Facility, merged: Facility) -> Callable[[], str]:
    user = builders.user(is_staff=True, is_superuser=True)

    def call() -> str:
        try:
            services.merge_facilities(survivor, merged, acting_user=user)
        except DomainError as refused:
            return refused.code
        return "merged"

    return call


def listed() -> Facility:
    return builders.facility(operator=None, claim_state="unclaimed", networks=(builders.network(),))


@pytest.mark.parametrize("turn", range(5))
def test_crosswise_merges_at_once_make_one(turn: int) -> None:
    one, other = listed(), listed()
    assert sorted(at_once([merging(one, other), merging(other, one)])) == ["facility_merged", "merged"]
    assert Facility.objects.filter(merged_into__isnull=False).count() == Merge.objects.live().count() == 1


def test_merges_in_a_circle_leave_one_that_stands() -> None:
    places = [listed() for _ in range(3)]
    outcomes = at_once([merging(places[number], places[number - 1]) for number in range(3)])
    assert outcomes.count("merged") == 2
    assert Facility.objects.filter(merged_into__isnull=True, pk__in=[one.pk for one in places]).count() == 1


def test_holds_that_are_placed_meanwhile_follow_or_are_refused() -> None:
    survivor, merged = listed(), listed()
    kind = builders.resource_kind()
    here = builders.resource(facility=survivor, kind=kind, name="line")
    there = builders.resource(facility=merged, kind=kind, name="line")

    def holding(resource: Resource) -> Callable[[], str]:
        def call() -> str:
            try:
                firm_holds([builders.hold(resource=resource, hours={NEXT: Decimal(2)})], acting_user=None)
            except DomainError as refused:
                return refused.code
            return "held"

        return call

    outcomes = at_once([merging(survivor, merged), *(holding(there) for _ in range(6)), holding(here)])
    assert set(outcomes) <= {"merged", "held", "facility_merged"}
    assert outcomes[0] == "merged"
    assert set(Hold.objects.values_list("resource", flat=True)) <= {here.pk}
    assert Hold.objects.count() >= outcomes.count("held")
    assert ledger_differences() == []
