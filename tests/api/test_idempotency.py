"""A post that is sent again does its work once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from apps.core.models import AuditEntry, IdempotentResponse
from apps.needs.models import Need
from tests.api.client import Api
from tests.api.world import World, make_world, new_need


def test_a_repeat_gets_the_first_answer_to_the_byte(world: World) -> None:
    fay, sent = world.as_("fay"), new_need(submit=True)
    first = fay.post("needs/", sent, idempotency_key="k-1")
    fay.post(f"needs/{first.json()['id']}/withdraw/", {})
    again = fay.post("needs/", dict(reversed(sent.items())), idempotency_key="k-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert [again[name] for name in ("Location", "ETag", "Idempotency-Replayed")] == [
        first["Location"],
        first["ETag"],
        "true",
    ]
    assert Need.objects.count() == 1


def test_another_body_or_another_address_under_the_key_is_refused(world: World) -> None:
    fay = world.as_("fay")
    fay.post("needs/", new_need(), idempotency_key="k-1")
    for answer in (
        fay.post("needs/", new_need(title="another"), idempotency_key="k-1"),
        fay.post("organisations/", new_need(), idempotency_key="k-1"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_two_people_may_choose_one_key(world: World) -> None:
    world.as_("fay").post("needs/", new_need(), idempotency_key="k-1")
    answer = world.as_("rita").post("needs/", new_need(home_network="harbour"), idempotency_key="k-1")
    assert answer.status_code == HTTPStatus.CREATED
    assert answer.json()["organisation"]["name"] == "Rival Rocket"


def test_a_refusal_is_not_kept(world: World) -> None:
    fay = world.as_("fay")
    assert fay.post("needs/", new_need(order_quantity=0), idempotency_key="k-1").status_code == 400
    assert not IdempotentResponse.objects.exists()
    assert fay.post("needs/", new_need(), idempotency_key="k-1").status_code == HTTPStatus.CREATED


def test_a_key_is_free_again_after_a_day_and_old_answers_go(world: World) -> None:
    fay = world.as_("fay")
    first = fay.post("needs/", new_need(title="first"), idempotency_key="k-1").json()
    fay.post("needs/", new_need(title="other"), idempotency_key="k-2")
    IdempotentResponse.objects.update(created_at=timezone.now() - timedelta(hours=25))
    second = fay.post("needs/", new_need(title="second"), idempotency_key="k-1")
    assert second.status_code == HTTPStatus.CREATED
    assert second.json()["id"] != first["id"]
    assert [row.key for row in IdempotentResponse.objects.all()] == ["k-1"]


@pytest.fixture
def shared_world(transactional_db: None) -> World:
    """Committed, so that other connections see it."""
    return make_world()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_key_make_one_need(shared_world: World) -> None:
    callers = [shared_world.as_("fay") for _ in range(4)]
    sent = [new_need(title="one"), new_need(title="two")]

    def post(number: int) -> tuple[int, bytes]:
        try:
            answer = callers[number % 4].post("needs/", sent[number % 2], idempotency_key="k-1")
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(40)))
    made = [content for status, content in answers if status == HTTPStatus.CREATED]
    assert Need.objects.count() == AuditEntry.objects.filter(verb="create").count() == 1
    assert len(made) == 20
    assert len(set(made)) == 1
    refused = [json.loads(content)["code"] for status, content in answers if status != HTTPStatus.CREATED]
    assert refused == ["idempotency_key_reused"] * 20


@pytest.mark.django_db(transaction=True)
def test_many_edits_from_one_version_leave_one_winner(shared_world: World) -> None:
    fay = shared_world.as_("fay")
    need = fay.post("needs/", new_need()).json()
    heron = f"facilities/{shared_world.cast.quiet_heron.public_id}/"
    hank = shared_world.as_("hank")
    tag = hank.get(heron)["ETag"]

    def edit(number: int) -> list[int]:
        try:
            return [
                edited(fay, f"needs/{need['id']}/", {"order_quantity": number + 1}, f'"{need["version"]}"'),
                edited(hank, heron, {"min_run": number + 1}, tag),
            ]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers: list[list[int]] = list(pool.map(edit, range(16)))
    for statuses in zip(*answers, strict=True):
        assert sorted(statuses) == [HTTPStatus.OK] + [HTTPStatus.PRECONDITION_FAILED] * 15


def edited(api: Api, path: str, changes: dict[str, Any], tag: str) -> int:
    return int(api.patch(path, changes, if_match=tag).status_code)
