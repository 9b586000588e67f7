"""A coordinator recomputes every match from what she reads over HTTP and nothing else: need, policy, matches.

The sums are those of tests/engine/test_recompute.py, plain arithmetic without a line of the engine's; here they are fed
with the API's answers about the sample network.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, inf, isclose, prod
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from apps.catalog.loader import load_catalogue
from apps.matching.runs import drain
from apps.networks.models import Coordinator
from config.sample_world import load_sample_world
from tests import builders
from tests.api.client import Api, results
from tests.engine.test_recompute import BY_HAND, CLOSE, FACTORS, POLICY, coverage, facts
from tests.matching.world import let_time_pass, settle

pytestmark = pytest.mark.django_db
VERDICTS = {1: "pass", 0: "unknown", -1: "fail"}


@dataclass(frozen=True)
class Read:
    """One ranking as its coordinator has read it: the matches of the list, each held against its own page."""

    need: Any
    policy: dict[str, Any]
    tiers: dict[str, int]
    matches: list[dict[str, Any]]


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Read]]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_catalogue(report=lambda line: None)
        load_sample_world(today=builders.today(), report=lambda line: None, outside_demo=True)
        settle()
        let_time_pass()
        while drain(builders.today()):
            pass
        yield list(read_all())
        transaction.set_rollback(True)


def read_all() -> Iterator[Read]:
    seen = set()
    for row in Coordinator.objects.select_related("user").order_by("pk"):
        api = Api(row.user)
        for need in results(api.get("needs/?page_size=100")):
            if need["id"] not in seen:
                seen.add(need["id"])
                yield read(api, need)


def read(api: Api, need: dict[str, Any]) -> Read:
    current = api.read(need["ranking"])
    ranking = current["ranking"]
    listed = results(api.get(f"{current['matches']}?page_size=100"))
    for match in listed:
        assert api.read(f"{current['matches']}{match['position']}/") == match
    return Read(
        SimpleNamespace(stage=need["stage"] or None, industry=need["industry"] or None),
        api.read(f"policies/{ranking['policy']['id']}/")["body"],
        {row["tier"]: row["facilities"] for row in ranking["tiers"]},
        [as_the_sums_take_it(match) for match in listed],
    )


def as_the_sums_take_it(match: dict[str, Any]) -> dict[str, Any]:
    """The API writes verdicts as numbers."""
    gates = [{**gate, "verdict": VERDICTS[gate["verdict"]]} for gate in match["gates"]]
    return {**match, "gates": gates}


def matches(answers: list[Read]) -> list[tuple[Read, dict[str, Any]]]:
    return [(read, match) for read in answers for match in read.matches]


def test_there_is_something_to_recompute(answers: list[Read]) -> None:
    assert len(answers) == 6
    found = [match for _, match in matches(answers)]
    assert len(found) > 60
    assert {match["view"] for match in found} == {"coordinator"}
    assert len({match["tier"] for match in found}) >= 3
    assert {row["criterion"] for match in found for row in match["criteria"]} == set(BY_HAND)


def test_the_policy_that_she_reads_is_the_one_of_the_sums(answers: list[Read]) -> None:
    for read in answers:
        assert {**read.policy, "name": "", "version": 0} == {**POLICY, "name": "", "version": 0}


def test_every_criterion_weight_and_contribution(answers: list[Read]) -> None:
    wrong = []
    for read, match in matches(answers):
        whole = sum(read.policy["weights"][row["criterion"]] for row in match["criteria"])
        for row in match["criteria"]:
            ends = BY_HAND[row["criterion"]](match, row, read.need)
            weight = read.policy["weights"][row["criterion"]] / whole
            told = [row["weight"], row["low"], row["high"], row["contribution_low"], row["contribution_high"]]
            sums = [weight, *ends, *(max(end, read.policy["floor"]) ** weight for end in ends)]
            if not all(isclose(one, other, abs_tol=CLOSE) for one, other in zip(told, sums, strict=True)):
                wrong.append((match["facility"]["name"], row["criterion"], told, sums))
    assert wrong == []


def test_coverage_low_high_and_score(answers: list[Read]) -> None:
    for read, match in matches(answers):
        covered = coverage(match)
        alpha = read.policy["alpha"]
        assert isclose(match["coverage"], covered[0] + alpha * (covered[1] - covered[0]), abs_tol=CLOSE)
        ends = []
        for at, end in enumerate(("low", "high")):
            assert isclose(match[f"coverage_{end}"], covered[at], abs_tol=CLOSE)
            parts = [covered[at]]
            whole = sum(read.policy["weights"][row["criterion"]] for row in match["criteria"])
            for row in match["criteria"]:
                value = BY_HAND[row["criterion"]](match, row, read.need)[at]
                parts.append(max(value, read.policy["floor"]) ** (read.policy["weights"][row["criterion"]] / whole))
            for row in match["adjustments"]:
                certain = end == "low" or "country" in facts(row)
                parts.append(FACTORS[row["code"]] if certain else 1.0)
            ends.append(prod(parts))
            assert isclose(match[end], ends[at], abs_tol=CLOSE)
        assert isclose(match["score"], ends[0] + alpha * (ends[1] - ends[0]), abs_tol=CLOSE)


def test_the_order_and_the_printed_ranks(answers: list[Read]) -> None:
    """Tier, score in hundredths, fewer unknowns, more slack; what is equal in all of these is drawn by lot."""
    for read in answers:
        keys = [order_of(match) for match in read.matches]
        assert keys == sorted(keys)
        assert [match["position"] for match in read.matches] == list(range(1, len(keys) + 1))
        groups = [key[:2] for key in keys]
        shared = Counter(groups)
        for group, match in zip(groups, read.matches, strict=True):
            listed_whole = len(groups) == sum(count for tier, count in read.tiers.items() if tier != "excluded")
            if listed_whole or group != groups[-1]:  # the last group may go on beyond the list
                assert match["rank_label"] == f"{groups.index(group) + 1}{'=' if shared[group] > 1 else ''}"


def order_of(match: dict[str, Any]) -> tuple[int, int, int, float]:
    unknown = sum(gate["verdict"] == "unknown" for gate in match["gates"])
    slack = match["slack_days"] if match["slack_days"] is not None else -inf
    return match["tier"], -floor(round(match["score"] * 1e9) / 1e7 + 0.5), unknown, -slack


def test_confirmed_of_asked(answers: list[Read]) -> None:
    for _, match in matches(answers):
        assert match["asked"] == len(match["gates"])
        assert match["confirmed"] == sum(gate["verdict"] == "pass" for gate in match["gates"])
