"""Paging, ordering, and how many queries a list takes."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Process
from apps.matching.models import PolicyComparison
from apps.matching.runs import drain
from tests import builders
from tests.api.client import Api, results
from tests.api.routes import api_routes
from tests.api.world import World, new_need
from tests.matching.world import let_time_pass, settle


def pages(api: Api, path: str) -> list[list[str]]:
    """Forwards to the end, then backwards to the start again: both ways show the same rows."""
    forwards, url = [], path
    while True:
        body = api.read(url)
        forwards.append([row["title"] for row in body["results"]])
        if body["next"] is None:
            break
        url = body["next"].removeprefix("http://testserver")
    backwards = [[row["title"] for row in body["results"]]]
    while body["previous"] is not None:
        body = api.read(body["previous"].removeprefix("http://testserver"))
        backwards.append([row["title"] for row in body["results"]])
    assert backwards == forwards[::-1]
    return forwards


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("title", [["a", "b"], ["b", "c"], ["d"]]),
        ("-title", [["d", "c"], ["b", "b"], ["a"]]),
        ("created_at", [["d", "b"], ["a", "b"], ["c"]]),
        ("-created_at", [["c", "b"], ["a", "b"], ["d"]]),
    ],
)
def test_pages_join_without_a_gap_or_a_double(world: World, ordering: str, expected: list[list[str]]) -> None:
    fay = world.as_("fay")
    for title in "dbabc":
        fay.post("needs/", new_need(title=title))
    assert pages(fay, f"needs/?page_size=2&ordering={ordering}") == expected


def test_rows_that_come_and_go_meanwhile_neither_repeat_nor_hide_others(world: World) -> None:
    fay = world.as_("fay")
    made = [fay.post("needs/", new_need(title=title)).json() for title in "ace"]
    first = fay.read("needs/?page_size=2&ordering=title")
    fay.post("needs/", new_need(title="b"))
    fay.patch(f"needs/{made[0]['id']}/", {"title": "z"}, if_match=f'"{made[0]["version"]}"')
    second = fay.read(first["next"].removeprefix("http://testserver"))
    assert [row["title"] for row in first["results"]] == ["a", "c"]
    assert [row["title"] for row in second["results"]] == ["e", "z"]


def test_a_cursor_serves_only_the_list_and_order_that_gave_it_out(world: World) -> None:
    fay = world.as_("fay")
    for title in "abc":
        fay.post("needs/", new_need(title=title))
    url = fay.read("needs/?page_size=1&ordering=title")["next"]
    cursor = url.split("cursor=")[1].split("&")[0]
    assert results(fay.get(f"needs/?cursor={cursor}&ordering=title&page_size=1"))[0]["title"] == "b"
    for query in (
        f"needs/?cursor={cursor}&ordering=-title",
        f"needs/?cursor={cursor}",
        f"organisations/?cursor={cursor}&ordering=name",
        f"needs/?cursor={cursor[:-1]}&ordering=title",
    ):
        refused = fay.get(query)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (HTTPStatus.BAD_REQUEST, "bad_cursor")


def test_every_list_has_an_order_of_its_own() -> None:
    lists = [route.view for route in api_routes() if "list" in dir(route.view)]
    assert len(lists) >= 20
    for view in lists:
        assert view.default_ordering.removeprefix("-") in view.orderings, view


# --- queries ----------------------------------------------------------------------------------------------------------


def count(api: Api, path: str, rows: int) -> int:
    """Queries of a list that holds at least so many rows."""
    with CaptureQueriesContext(connection) as queries:
        assert len(results(api.get(path))) >= rows
    return len(queries)


def more_needs(world: World) -> str:
    world.as_("fay").post("needs/", new_need(required_certificates=["iso-9001"], partner_networks=["harbour"]))
    return "needs/"


def more_revisions(world: World) -> str:
    fay = world.as_("fay")
    need = next(iter(results(fay.get("needs/"))), None) or fay.post("needs/", new_need()).json()
    for quantity in (1, 2, 3):
        current = fay.read(f"needs/{need['id']}/")
        fay.patch(f"needs/{need['id']}/", {"order_quantity": quantity}, if_match=f'"{current["version"]}"')
    return f"needs/{need['id']}/revisions/"


def more_facilities(world: World) -> str:
    operator = world.cast.quiet_heron.operator
    made = builders.facility(operator=operator, networks=(world.cast.lakeside,))
    made.materials.add(builders.material())
    return "facilities/"


def more_capabilities(world: World) -> str:
    resource = builders.resource(facility=world.cast.quiet_heron)
    made = builders.capability(facility=world.cast.quiet_heron, resource=resource)
    made.materials.add(builders.material())
    return f"facilities/{world.cast.quiet_heron.public_id}/capabilities/"


def more_certificates(world: World) -> str:
    held = builders.held_certificate(facility=world.cast.quiet_heron)
    held.scope_processes.add(builders.process())
    return f"facilities/{world.cast.quiet_heron.public_id}/certificates/"


def more_resources(world: World) -> str:
    builders.resource(facility=world.cast.quiet_heron)
    return f"facilities/{world.cast.quiet_heron.public_id}/resources/"


def more_machines(world: World) -> str:
    builders.held_machine(facility=world.cast.quiet_heron)
    return f"facilities/{world.cast.quiet_heron.public_id}/machines/"


def more_members(world: World) -> str:
    builders.membership(organisation=world.cast.bright_beetle)
    return f"organisations/{world.cast.bright_beetle.public_id}/members/"


def more_networks(world: World) -> str:
    builders.coordinator(network=builders.network())
    return "networks/"


def more_processes(world: World) -> str:
    made = builders.process(parent=Process.objects.get(slug="plastics"))
    made.common_materials.add(builders.material())
    return "catalogue/processes/"


def more_policies(world: World) -> str:
    builders.policy(network=builders.network(), state="retired")
    return "policies/"


def more_comparisons(world: World) -> str:
    comparison = builders.policy_comparison(network=world.cast.lakeside)
    builders.compared_need(comparison=comparison)
    return "policy-comparisons/"


def more_compared_needs(world: World) -> str:
    comparison = PolicyComparison.objects.first() or builders.policy_comparison(network=world.cast.lakeside)
    builders.compared_need(comparison=comparison)
    return f"policy-comparisons/{comparison.public_id}/needs/"


GROW: dict[str, tuple[str, Callable[[World], str]]] = {
    "needs": ("fay", more_needs),
    "revisions": ("fay", more_revisions),
    "facilities": ("hank", more_facilities),
    "capabilities": ("hank", more_capabilities),
    "certificates": ("hank", more_certificates),
    "resources": ("hank", more_resources),
    "machines": ("hank", more_machines),
    "members": ("fay", more_members),
    "networks": ("ada", more_networks),
    "processes": ("sam", more_processes),
    "policies": ("sam", more_policies),
    "comparisons": ("carla", more_comparisons),
    "compared needs": ("carla", more_compared_needs),
}


@pytest.mark.parametrize("name", GROW)
def test_a_list_takes_as_many_queries_for_thirteen_rows_as_for_three(world: World, name: str) -> None:
    who, grow = GROW[name]
    for _ in range(3):
        path = grow(world)
    api = world.as_(who)
    few = count(api, path, 3)
    for _ in range(10):
        grow(world)
    assert (count(api, path, 13), few <= 12) == (few, True)


@pytest.mark.parametrize("who", ["fay", "carla"])
def test_matches_take_as_many_queries_for_thirteen_as_for_three(world: World, who: str) -> None:
    process = Process.objects.get(slug="moulding")

    def rank(facilities: int) -> str:
        for _ in range(facilities):
            made = builders.facility(networks=(world.cast.lakeside,), country="US")
            builders.capability(facility=made, process=process, resource=builders.resource(facility=made))
        settle()
        let_time_pass()
        drain(builders.today())
        fay = world.as_("fay")
        ranking: Any = fay.read(f"needs/{need['id']}/ranking/")
        return str(ranking["matches"])

    need = world.as_("fay").post("needs/", new_need(submit=True)).json()
    api = world.as_(who)
    few = count(api, rank(3), 3)
    many = count(api, rank(10), 13)
    assert (many, few <= 9) == (few, True)
