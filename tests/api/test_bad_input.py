"""Whatever is wrong with a request: the right status, a problem that names the fault, and nothing half-written."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from apps.core.api.conditional import version_of
from apps.needs.models import Need
from tests import builders
from tests.api.cases import CASES, Case
from tests.api.world import World, make_world, new_need


def snapshot() -> dict[str, Any]:
    """Every table's rows, as a count and a sum of hashes."""
    tables = [name for name in connection.introspection.table_names() if name != "django_migrations"]
    parts = [f"SELECT '{name}', count(*), sum(hashtext(t::text)) FROM \"{name}\" t" for name in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {name: (rows, digest) for name, rows, digest in cursor.fetchall()}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once: every test here leaves it as it found it, and says so."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def scene(world: World) -> dict[str, str]:
    """What the cases name in braces."""
    cast, fay = world.cast, world.as_("fay")
    builders.resource_kind("press")
    builders.machine_model("arburg")
    draft = fay.post("needs/", new_need(external_id="taken"), idempotency_key="used").json()
    submitted = fay.post("needs/", new_need(submit=True)).json()
    ended = fay.post("needs/", new_need()).json()
    fay.post(f"needs/{ended['id']}/withdraw/", {})
    rival = world.as_("rita").post("needs/", new_need(home_network="harbour", submit=True)).json()
    ranking = builders.ranking(need=Need.objects.get(public_id=draft["id"]))
    needs = {"draft": draft["id"], "submitted": submitted["id"], "ended": ended["id"], "rival_need": rival["id"]}
    resource = builders.resource(facility=cast.quiet_heron)
    builders.no_go(facility=cast.quiet_heron)
    named = {
        "rival_rocket": cast.rival_rocket,
        "bright_beetle": cast.bright_beetle,
        "heron": cast.quiet_heron,
        "heron_operator": cast.quiet_heron.operator,
        "finch_operator": cast.iron_finch.operator,
        "resource": resource,
        "finch_resource": builders.resource(facility=cast.iron_finch),
        "ranking": ranking,
        "sam": cast.sam,
    }
    ids = {name: str(row.public_id) for name, row in named.items() if row is not None}
    return {**needs, **ids, "resource_version": version_of(resource), "nothing": str(uuid4())}


def filled(value: Any, scene: dict[str, str]) -> Any:
    text = json.dumps(value)
    for name, told in scene.items():
        text = text.replace("{" + name + "}", told)
    return json.loads(text)


def faults(problem: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for error in problem.get("errors", []):
        yield error["code"], error["pointer"] if error["in"] == "body" else error["field"]


def test_there_are_enough_cases_and_no_two_have_one_name() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused_by_name_and_nothing_written(world: World, scene: dict[str, str], case: Case) -> None:
    api = world.as_(case.who)
    body = None if case.body is None else filled(case.body, scene)
    before = snapshot()
    path = filled(case.path, scene)
    answer = api.call(case.method, path, body, raw=case.raw, **filled(case.headers, scene))
    assert answer.status_code == case.status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == case.status
    assert problem["instance"] == f"/api/v1/{path}".split("?")[0]
    if case.at:
        assert (case.code, case.at) in faults(problem), problem
    else:
        assert case.code in {problem["code"], *(code for code, _ in faults(problem))}, problem
    assert snapshot() == before
