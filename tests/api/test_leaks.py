"""Nothing confidential leaves by any route: every caller, every address, every object, every byte of the answer.

`MAY_READ` is the table of who may read what. The instrument itself is tried too: with a rule of visibility taken out,
it must find the leak.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django_filters import rest_framework as filters
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from pytest_django import DjangoDbBlocker

from apps.facilities.models.facility import FacilityQuerySet
from apps.matching import founder_view, selectors
from apps.matching.models.comparison import PolicyComparisonQuerySet
from apps.needs.models.need import NeedQuerySet
from tests.api.canaries import MAY_READ, Canaries, canary_world
from tests.api.client import Api
from tests.api.routes import PARAMETER, SKIPPED, Route, api_routes, walked_routes
from tests.api.test_bad_input import snapshot
from tests.api.world import make_world

pytestmark = pytest.mark.django_db
OUTSIDERS = ("nobody", "sam", "rita", "ines", "omar")


@pytest.fixture(scope="module")
def canaries(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Canaries]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield canary_world(make_world())
        transaction.set_rollback(True)


def leaks(canaries: Canaries, name: str, answer: Any) -> set[str]:
    headers = "\n".join(f"{header}: {value}" for header, value in answer.items())
    return canaries.seen_in(headers + answer.content.decode()) - MAY_READ[name]


def read_all(canaries: Canaries, name: str) -> Iterator[tuple[str, Any]]:
    """Every GET, and of every list each order and each filter by text with each secret."""
    api = canaries.world.as_(name)
    for route in walked_routes():
        if "GET" not in route.methods:
            continue
        for url in route.urls(canaries.objects):
            yield url, api.get(url)
            for query in queries(route, canaries):
                yield query, api.get(f"{url}?{query}")


def queries(route: Route, canaries: Canaries) -> Iterator[str]:
    for ordering in getattr(route.view, "orderings", ()) if "catalogue" not in route.template else ():
        yield f"ordering=-{ordering}"
    declared = getattr(getattr(route.view, "filterset_class", None), "base_filters", {})
    secrets = sorted(min(tokens) for group, tokens in canaries.tokens.items() if group in ("need", "heron", "draft"))
    for name, declared_filter in declared.items():
        if type(declared_filter) is filters.CharFilter:
            yield from (f"{name}={secret}" for secret in secrets)


def test_every_route_is_walked_or_has_a_reason() -> None:
    assert {route.template for route in api_routes()} - {route.template for route in walked_routes()} == set(SKIPPED)
    assert len(walked_routes()) >= 50


@pytest.mark.parametrize("name", MAY_READ)
def test_everybody_reads_all_that_is_for_him_and_nothing_else(canaries: Canaries, name: str) -> None:
    """All of it, else the table would hold for a service that answers nothing."""
    leaked: dict[str, set[str]] = {}
    seen: set[str] = set()
    for url, answer in read_all(canaries, name):
        assert answer.status_code < 500, url
        if found := leaks(canaries, name, answer):
            leaked[url] = found
        seen |= canaries.seen_in(answer.content.decode())
    assert leaked == {}
    assert seen == MAY_READ[name]


@pytest.mark.parametrize("name", ["fay", "carla", "hank", "ada"])
def test_what_is_read_is_what_the_description_promises(canaries: Canaries, name: str) -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    api, checked = canaries.world.as_(name), set()
    for route in walked_routes():
        described = document["paths"]["/" + PARAMETER.sub(in_braces, route.template)].get("get")
        for url in route.urls(canaries.objects) if described else ():
            answer = api.get(url)
            if answer.status_code in (400, 404):  # a search without words; what is not his
                continue
            contents = described["responses"][str(answer.status_code)]["content"]
            if "application/json" not in contents:  # a file
                continue
            content = contents["application/json"]
            schema = {**content["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(answer.json())
            checked.add(route.template)
    assert len(checked) >= 30


def in_braces(parameter: "re.Match[str]") -> str:
    return "{" + parameter.group().strip("<>").split(":")[-1] + "}"


@pytest.mark.parametrize("name", OUTSIDERS)
def test_no_write_by_an_outsider_leaks_or_changes_anything(canaries: Canaries, name: str) -> None:
    api = canaries.world.as_(name)
    before = snapshot()
    found: dict[str, Any] = {}
    for route in walked_routes():
        for method in {*route.methods, "OPTIONS"} - {"GET"}:
            for url in route.urls(canaries.objects):
                if own(canaries, name, url):
                    continue
                answer = api.call(method, url, {}, if_match='"1"')
                if leaked := leaks(canaries, name, answer) or answer.status_code not in range(400, 500):
                    found[f"{method} {url}"] = (answer.status_code, leaked)
    assert found == {}
    assert snapshot() == before


def own(canaries: Canaries, name: str, url: str) -> bool:
    """Rita's own need and organisation, Ines's and Omar's facility: theirs to write."""
    cast = canaries.world.cast
    mine = {
        "rita": [cast.rival_rocket.public_id, *cast.rival_rocket.needs.values_list("public_id", flat=True)],
        "ines": [cast.iron_finch.public_id, *cast.iron_finch.resources.values_list("public_id", flat=True)],
        "omar": [
            cast.iron_finch.public_id,
            *cast.iron_finch.resources.values_list("public_id", flat=True),
            *cast.iron_finch.inquiries.values_list("public_id", flat=True),
            *cast.rival_rocket.needs.values_list("public_id", flat=True),
            *cast.harbour.imports.values_list("public_id", flat=True),
        ],
    }
    return any(str(public_id) in url for public_id in mine.get(name, []))


def test_not_yours_and_not_there_read_the_same(canaries: Canaries) -> None:
    api = Api(canaries.world.cast.sam)
    nothing = "00000000-0000-4000-8000-000000000000"
    known = {one for ids in canaries.objects.values() for one in ids if len(one) == len(nothing)}
    compared = 0
    for route in walked_routes():
        for url in route.urls(canaries.objects) if "GET" in route.methods else ():
            answer = api.get(url)
            if answer.status_code != 404:
                continue
            elsewhere = url
            for one in known:
                elsewhere = elsewhere.replace(one, nothing)
            other = api.get(elsewhere)
            assert without_instance(other) == without_instance(answer)
            assert lasting(other) == lasting(answer)
            compared += 1
    assert compared >= 40


def lasting(answer: Any) -> dict[str, str]:
    """The headers that do not change from one request to the next."""
    passing = ("Content-Length", "X-Request-ID", "RateLimit-Remaining", "RateLimit-Reset")
    return {name: value for name, value in answer.headers.items() if name not in passing}


def without_instance(answer: Any) -> dict[str, Any]:
    return {**json.loads(answer.content), "instance": ""}


def everything(self: Any, user: Any) -> Any:
    return self.all()


MUTANTS: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "needs of everybody": ("sam", lambda patch: patch.setattr(NeedQuerySet, "visible_to", everything)),
    "drafts for coordinators": (
        "carla",
        lambda patch: patch.setattr(NeedQuerySet, "visible_to", NeedQuerySet.coordinated_by),
    ),
    "facilities of everybody": ("sam", lambda patch: patch.setattr(FacilityQuerySet, "visible_to", everything)),
    "unpublished facts of everybody": (
        "sam",
        lambda patch: patch.setattr(FacilityQuerySet, "fully_visible_to", everything),
    ),
    "founders read in full": ("fay", lambda patch: patch.setattr(selectors, "reads_in_full", lambda user, need: True)),
    "comparisons of everybody": (
        "sam",
        lambda patch: patch.setattr(PolicyComparisonQuerySet, "visible_to", everything),
    ),
    "a tolerance is not banded": (
        "fay",
        lambda patch: patch.setitem(founder_view.FACTS, "best_mm", founder_view.as_it_is),
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_instrument_finds_a_rule_that_was_taken_out(
    canaries: Canaries, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    name, break_it = MUTANTS[mutant]
    break_it(monkeypatch)
    assert any(leaks(canaries, name, answer) for _, answer in read_all(canaries, name))
