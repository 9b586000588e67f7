"""A bell that nobody hears: the writer must not notice."""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.core.management import call_command
from django.db import transaction

from apps.matching import doorbells, runs, tasks
from apps.needs.services import submit_need, withdraw_need
from tests import builders
from tests.matching.world import job, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def working_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbells._Breaker, "silent_until", 0.0)
    monkeypatch.setattr(doorbells._Minute, "asked_at", time.monotonic())


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: heard.append(name))
    return heard


@pytest.fixture
def port() -> Iterator[int]:
    """Where connections are taken and nothing is ever answered, as by a broker that hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield listener.getsockname()[1]


def seconds_to_ring() -> float:
    started = time.monotonic()
    doorbells.ring()
    return time.monotonic() - started


def waiting_messages() -> int:
    with current_app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        return int(channel.client.llen(current_app.conf.task_default_queue))


def test_a_saved_need_rings_once_it_is_committed(rings: list[str]) -> None:
    with transaction.atomic():
        builders.need()
        assert rings == []
    assert set(rings) == {doorbells.DRAIN}


def test_a_draft_that_is_handed_in_rings(rings: list[str]) -> None:
    draft = builders.need(submit=False)
    rings.clear()
    submit_need(draft, acting_user=draft.created_by)
    assert set(rings) == {doorbells.DRAIN}


def test_a_need_that_is_rolled_back_does_not_ring(rings: list[str]) -> None:
    need = builders.need()
    rings.clear()

    def fail() -> None:
        with transaction.atomic():
            withdraw_need(need, acting_user=need.created_by)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rings == []


def test_a_ring_is_a_message_to_the_workers() -> None:
    before = waiting_messages()
    doorbells.ring()
    assert waiting_messages() == before + 1
    assert doorbells.DRAIN in current_app.tasks


def test_a_broker_that_is_down_is_not_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    assert seconds_to_ring() < 0.5


def test_only_the_first_waits_for_a_broker_that_hangs(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis://:secret@127.0.0.1:{port}/0")
    first, second = seconds_to_ring(), seconds_to_ring()
    assert 0.4 < first < 1
    assert second < 0.05


def test_after_a_while_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = waiting_messages()
    with monkeypatch.context() as away:
        away.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
        doorbells.ring()
    doorbells.ring()
    assert waiting_messages() == before
    doorbells._Breaker.silent_until -= doorbells.SILENT_SECONDS
    doorbells.ring()
    assert waiting_messages() == before + 1


def test_the_task_ranks_and_rings_again_while_there_is_more(rings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    process, network = turning(), builders.network()
    turning_shop(process, network)
    need = turned_part(process, network)
    rings.clear()
    tasks.drain()
    assert job(need).done == job(need).wanted
    assert rings == []
    monkeypatch.setattr(runs, "drain", lambda as_of: True)
    tasks.drain()
    assert rings == [doorbells.DRAIN]


def test_the_tasks_have_the_limits_that_leases_rely_on() -> None:
    limits = (tasks.drain.soft_time_limit, tasks.drain.time_limit, tasks.drain.acks_late)
    assert limits == (15, 20, False)


def test_the_command_does_the_same_without_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    process, network = turning(), builders.network()
    turning_shop(process, network)
    need = turned_part(process, network)
    call_command("drain")
    assert job(need).done == job(need).wanted


def test_the_command_goes_on_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[Any] = []

    def work(as_of: Any) -> bool:
        rounds.append(as_of)
        return len(rounds) == 1

    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "drain", work)
    monkeypatch.setattr("apps.matching.management.commands.drain.time.sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        call_command("drain", forever=True)
    assert len(rounds) == 2


def test_a_worker_asks_each_minute_for_a_look_at_the_supply_files(
    rings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbells._Minute, "asked_at", time.monotonic() - 61)
    for _ in range(3):
        tasks.drain()
    assert rings == [doorbells.BUILD]


def test_the_supply_task_builds_for_today_and_before_midnight_for_tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[date] = []
    monkeypatch.setattr(runs, "build_supply", built.append)
    for hour, minute in ((12, 0), (23, 44), (23, 46)):
        with time_machine.travel(datetime(2026, 3, 4, hour, minute, tzinfo=UTC), tick=False):
            tasks.build_supply()
    assert [day.day for day in built] == [4, 4, 4, 5]


@pytest.mark.parametrize("written", [False, True])
def test_whoever_wrote_a_supply_file_removes_old_ones(monkeypatch: pytest.MonkeyPatch, *, written: bool) -> None:
    cleaned: list[str] = []
    monkeypatch.setattr(runs, "build_supply", lambda day: written)
    monkeypatch.setattr(runs, "clean_supply", lambda: cleaned.append("cleaned"))
    with time_machine.travel(datetime(2026, 3, 4, 12, tzinfo=UTC), tick=False):
        tasks.build_supply()
    assert cleaned == ["cleaned"] * written
