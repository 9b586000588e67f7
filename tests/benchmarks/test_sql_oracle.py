"""Engine and SQL agree on every site; and where one of them is told something else, the comparison says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.facilities.models import Resource
from benchmarks.harness.sweeps import TooSlowError
from benchmarks.peers.sql.compare import differences, disagreements
from benchmarks.peers.sql.query import SqlRanker
from matchmaker.asked import Asked
from matchmaker.domain import HoldFact, NeedFact
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from tests.benchmarks.conftest import FACILITIES, Town

pytestmark = pytest.mark.django_db

COMPARED = range(12)
ONE_STEP, TWO_STEPS, FOUR_STEPS = 2, 1, 3


def everybody(town: Town) -> Policy:
    return Policy.from_document({"top_k": FACILITIES})


def compare(town: Town, need: NeedFact, policy: Policy, other: Policy | None = None) -> list[str]:
    ranking = rank(need, town.supply, other or policy, town.today)
    answer = SqlRanker(town.supply.taxonomy, policy, town.today).rank(need, top=None)
    return list(differences(Asked.build(need, policy, town.supply.taxonomy, town.today), ranking, answer))


@pytest.mark.parametrize("number", COMPARED)
def test_no_difference(town: Town, number: int) -> None:
    need = town.needs[number]
    ranking = rank(need, town.supply, everybody(town), town.today)
    assert ranking.considered == FACILITIES
    assert len(ranking.matches) > 5
    assert compare(town, need, everybody(town)) == []


def test_no_difference_where_assignments_are_limited(town: Town) -> None:
    """A limit so low that steps keep only their first choices, and some sites only one of each."""
    few = Policy.from_document({"top_k": FACILITIES, "max_assignments": 3})
    assert compare(town, town.needs[FOUR_STEPS], few) == []


def test_no_difference_without_due_date_and_place(town: Town) -> None:
    need = replace(town.needs[ONE_STEP], due_on=None, ship_to=type(town.needs[ONE_STEP].ship_to)())
    assert compare(town, need, everybody(town)) == []


# Each takes from the SQL's tables a fact that the engine keeps.
CHANGED_FACTS = [
    "UPDATE peer.site SET running = NOT running",
    "UPDATE peer.site SET lat = lat / 2",
    "UPDATE peer.site SET quote_days = 9",
    "UPDATE peer.site SET accepts_startups = false",
    "UPDATE peer.line SET min_run = 3",
    "UPDATE peer.line SET eco_low = NULL, eco_high = NULL",
    "UPDATE peer.line SET lead_low = 1, lead_high = 90",
    "UPDATE peer.line SET partner = true",
    "UPDATE peer.resource SET most_rate = most_rate / 2, least_rate = least_rate / 2",
    "UPDATE peer.resource SET gross = gross * 3",
    "UPDATE peer.resource SET most = array_fill(0.0::float8, ARRAY[54]), least = NULL",
    "UPDATE peer.site SET record = 0.1",
    "DELETE FROM peer.serving",
    "DELETE FROM peer.line WHERE site = 7 OR suggested",
]


@pytest.mark.parametrize("statement", CHANGED_FACTS)
def test_another_fact_is_noticed(town: Town, statement: str) -> None:
    """In one of two needs at least: not every need reads every fact."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        found = [compare(town, town.needs[number], everybody(town)) for number in (ONE_STEP, TWO_STEPS)]
        transaction.set_rollback(True)
    assert any(found)


@pytest.mark.parametrize(
    "entry",
    [{"alpha": 0.4}, {"floor": 0.06}, {"near_run_share": 0.9}, {"quote_days": [2.0, 5.0]}, {"border_factor": 0.8}],
    ids=lambda entry: next(iter(entry)),
)
def test_another_policy_is_noticed(town: Town, entry: dict[str, object]) -> None:
    other = Policy.from_document({"top_k": FACILITIES, **entry})
    assert any(compare(town, town.needs[number], everybody(town), other) for number in (0, ONE_STEP, TWO_STEPS, 6))


def test_a_need_that_differs_is_counted(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert disagreements(town.supply, town.needs[4:6], town.policy, town.today, seconds=60) == (2, 0)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE peer.site SET claimed = false")
        assert disagreements(town.supply, town.needs[4:5], town.policy, town.today, seconds=60) == (1, 1)
        transaction.set_rollback(True)
    assert "need 5" in capsys.readouterr().out


def test_the_first_twenty_are_those_of_the_engine_with_their_facts(town: Town) -> None:
    need = town.needs[ONE_STEP]
    answer = SqlRanker(town.supply.taxonomy, town.policy, town.today).rank(need)
    ranking = rank(need, town.supply, town.policy, town.today)
    assert [str(row["site"]) for row in answer.matches] == [match.facility_id for match in ranking.matches]
    assert len(answer.matches) == town.policy.top_k
    assert all(row["step0"]["quality"] > 0 and "gate0" in row["facts"] for row in answer.matches)


def test_no_difference_where_needs_hold_hours(town: Town) -> None:
    held = [need for need in town.needs if need.holds]
    assert len(held) > 3
    for need in held[:6]:
        assert compare(town, need, everybody(town)) == []


def test_own_holds_are_given_back(town: Town) -> None:
    """Whoever is told of no hold finds less capacity than who is: here as if the need held hours everywhere."""
    monday = town.today - timedelta(days=town.today.weekday())
    resources = Resource.objects.values_list("facility_id", "pk")[:400]
    holds = tuple(
        HoldFact(str(facility), str(resource), monday + timedelta(weeks=week), 7.5 + week)
        for facility, resource in resources
        for week in range(5)
    )
    need = replace(town.needs[ONE_STEP], holds=holds)
    assert compare(town, need, everybody(town)) == []
    asked = Asked.build(need, everybody(town), town.supply.taxonomy, town.today)
    without = rank(town.needs[ONE_STEP], town.supply, everybody(town), town.today)
    answer = SqlRanker(town.supply.taxonomy, everybody(town), town.today).rank(need, top=None)
    assert any("capacity" in text for text in differences(asked, without, answer))


def test_only_as_many_as_wanted_are_compared(town: Town) -> None:
    """In a large network only the first ones of each need are, and all counts."""
    assert disagreements(town.supply, town.needs[:3], town.policy, town.today, seconds=60, most=50) == (3, 0)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE peer.site SET running = false WHERE site % 3 = 0")
        assert disagreements(town.supply, town.needs[:1], town.policy, town.today, seconds=60, most=50) == (1, 1)
        transaction.set_rollback(True)


def test_a_statement_that_takes_too_long_is_given_up(town: Town) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1ms'")
        with pytest.raises(TooSlowError):
            SqlRanker(town.supply.taxonomy, town.policy, town.today).rank(town.needs[FOUR_STEPS])
        transaction.set_rollback(True)
