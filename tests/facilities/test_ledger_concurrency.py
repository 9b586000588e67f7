"""Many at once, each with a connection of its own: exactly what fits is granted, and nobody waits in a circle."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction

from apps.core.errors import DomainError
from apps.facilities.ledger import expire_holds, firm_holds, ledger_differences, release_holds
from apps.facilities.models import CapacityWeek, Hold, HoldState, Resource
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 50
NEXT = builders.today() + timedelta(days=7 - builders.today().weekday())
AFTER = NEXT + timedelta(weeks=1)


def at_once(calls: list[Callable[[], str]]) -> list[str]:
    """All start together; what each comes to."""
    start = threading.Barrier(len(calls), timeout=60)

    def run(call: Callable[[], str]) -> str:
        try:
            connection.ensure_connection()
            start.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(120) for future in [pool.submit(run, call) for call in calls]]


def firming(*holds: Hold) -> Callable[[], str]:
    def call() -> str:
        try:
            firm_holds(holds, acting_user=None)
        except DomainError as refused:
            return refused.code
        return "granted"

    return call


def hold(resource: Resource, hours: int) -> Hold:
    return builders.hold(resource=resource, hours={NEXT: Decimal(hours), AFTER: Decimal(hours)})


def test_fifty_at_once_get_exactly_the_last_hours() -> None:
    resource = builders.resource()  # 30 hours a week
    holds = [hold(resource, 4) for _ in range(THREADS)]
    outcomes = at_once([firming(one) for one in holds])
    assert sorted(set(outcomes)) == ["capacity_taken", "granted"]
    assert outcomes.count("granted") == 7
    assert Hold.objects.filter(state=HoldState.FIRM).count() == 7
    assert {week.firm_hours for week in CapacityWeek.objects.all()} == {28}
    assert ledger_differences() == []


def test_the_first_rows_of_a_week_may_be_made_by_many() -> None:
    """Nothing is there before: each makes the missing rows, and the rows are made once."""
    resource = builders.resource()

    def place() -> str:
        builders.hold(resource=resource, hours={NEXT: Decimal(1), AFTER: Decimal(1)})
        return "placed"

    assert at_once([place] * 20) == ["placed"] * 20
    assert [week.soft_hours for week in CapacityWeek.objects.order_by("monday")] == [20, 20]
    assert ledger_differences() == []


def test_several_resources_in_any_order_neither_deadlock_nor_grant_too_much() -> None:
    chance = random.Random(7)
    resources = [builders.resource() for _ in range(4)]
    commands = []
    for _ in range(THREADS):
        mine = [hold(resource, 5) for resource in chance.sample(resources, 3)]
        commands.append(firming(*mine))
    outcomes = at_once(commands)
    assert set(outcomes) == {"granted", "capacity_taken"}
    for week in CapacityWeek.objects.all():
        assert week.firm_hours <= 30
    firm = Hold.objects.filter(state=HoldState.FIRM).count()
    assert firm == 3 * outcomes.count("granted")
    assert ledger_differences() == []


def test_taken_one_by_one_in_two_orders_they_do_deadlock() -> None:
    """The control: what the one call with its one order of locks is there to prevent."""
    first, second = builders.resource(), builders.resource()
    both = threading.Barrier(2, timeout=30)

    def one_by_one(*holds: Hold) -> Callable[[], str]:
        def call() -> str:
            try:
                with transaction.atomic():
                    firm_holds([holds[0]], acting_user=None)
                    both.wait()
                    firm_holds([holds[1]], acting_user=None)
            except OperationalError as error:
                return "deadlock" if "deadlock" in str(error) else str(error)
            return "granted"

        return call

    there = one_by_one(hold(first, 1), hold(second, 1))
    back = one_by_one(hold(second, 1), hold(first, 1))
    assert sorted(at_once([there, back])) == ["deadlock", "granted"]


def test_firming_releasing_and_expiring_at_once_end_each_hold_once() -> None:
    resource = builders.resource()
    holds = [hold(resource, 3) for _ in range(12)]

    def releasing(one: Hold) -> Callable[[], str]:
        def call() -> str:
            release_holds([one], acting_user=None)
            return "released"

        return call

    def expiring() -> str:
        return str(expire_holds(datetime.now(UTC) + timedelta(days=9)))

    calls: list[Callable[[], str]] = [expiring, expiring]
    for one in holds:
        calls += [firming(one), releasing(one)]
    random.Random(3).shuffle(calls)
    outcomes = at_once(calls)
    assert set(outcomes) - {str(number) for number in range(13)} <= {
        "granted",
        "released",
        "hold_ended",
        "capacity_taken",
    }
    assert ledger_differences() == []
    assert not Hold.objects.filter(state=HoldState.SOFT).exists()
