"""Limits that hold exactly, with and without Redis."""

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from apps.core.api import throttling
from apps.core.api.throttling import Counter
from tests.api.client import Api
from tests.api.world import World
from tests.builders import PASSWORD

GONE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has been counted, and a window is not about to end."""
    monkeypatch.setattr("apps.core.api.throttling.time.time", lambda: 1_900_000_000.0)
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        for key in client.scan_iter("*throttle:*"):
            client.delete(key)
    monkeypatch.setattr(throttling, "COUNTER", Counter(django_settings.REDIS_URL))


@pytest.mark.parametrize("url", [django_settings.REDIS_URL, GONE], ids=["with Redis", "without Redis"])
def test_a_hundred_at_once_are_counted_to_the_one(url: str) -> None:
    counter = Counter(url)
    with ThreadPoolExecutor(16) as pool:
        counts = list(pool.map(lambda _: counter.add("parallel", 60), range(100)))
    assert sorted(counts) == list(range(1, 101))


def test_the_next_window_begins_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for counter in (Counter(django_settings.REDIS_URL), Counter(GONE)):
        now = 1_900_000_000.0
        monkeypatch.setattr("apps.core.api.throttling.time.time", lambda: now)  # noqa: B023 - read in the same turn
        assert [counter.add("window", 60) for _ in range(2)] == [1, 2]
        now += 60
        assert counter.add("window", 60) == 1


def test_what_a_process_counts_by_itself_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "MAX_OWN", 10)
    counter = Counter(GONE)
    for number in range(50):
        monkeypatch.setattr("apps.core.api.throttling.time.time", lambda at=1_900_000_000.0 + 100 * number: at)
        counter.add(f"name {number}", 60)
    assert len(counter._own) <= 12


def test_who_asks_too_often_is_told_when_to_come_back(world: World, settings: Any) -> None:
    settings.API_THROTTLES = {**settings.API_THROTTLES, "caller": (3, 60)}
    fay = world.as_("fay")
    answers = [fay.get("me/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0]["RateLimit-Limit"] == "3"
    refused = answers[-1]
    assert refused.json()["code"] == "throttled"
    assert refused["Retry-After"] == refused["RateLimit-Reset"] == str(60 - 1_900_000_000 % 60)
    assert world.as_("rita").get("me/").status_code == HTTPStatus.OK


def test_guesses_at_one_account_end_soon_and_the_others_sign_in(world: World, settings: Any) -> None:
    settings.API_THROTTLES = {**settings.API_THROTTLES, "sign_in": (100, 60), "sign_in_account": (5, 300)}

    def sign_in(email: str, password: str) -> int:
        answer = Api().post("sign-in/", {"email": email, "password": password})
        return int(answer.status_code)

    assert [sign_in("fay@example.org", "guess") for _ in range(6)] == [401] * 5 + [429]
    assert sign_in("FAY@example.org ", PASSWORD) == HTTPStatus.TOO_MANY_REQUESTS
    assert sign_in("rita@example.org", PASSWORD) == HTTPStatus.OK


def test_guesses_from_one_address_end_whoever_they_are_for(world: World, settings: Any) -> None:
    settings.API_THROTTLES = {**settings.API_THROTTLES, "sign_in": (3, 60)}
    guesses = [Api().post("sign-in/", {"email": f"{name}@example.org", "password": "x"}) for name in "abcd"]
    assert [guess.status_code for guess in guesses] == [401, 401, 401, 429]


def test_without_redis_everything_answers(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "COUNTER", Counter(GONE))
    settings.API_THROTTLES = {**settings.API_THROTTLES, "caller": (2, 60)}
    fay = world.as_("fay")
    assert [fay.get("me/").status_code for _ in range(3)] == [200, 200, 429]
