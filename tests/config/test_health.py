"""What load balancers and alarms read."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.core.models import Heartbeat
from apps.core.tasks import BACKGROUND, note_heartbeat

pytestmark = pytest.mark.django_db


def test_live_asks_no_other_service(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with django_assert_num_queries(0):
        response = client.get("/health/live")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_needs_database_and_migrations_only(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json()["checks"] == {
        "database": {"ok": True, "detail": "answers"},
        "migrations": {"ok": True, "detail": "0 pending"},
    }
    assert response["Cache-Control"].startswith("max-age=0")


def test_a_migration_that_is_not_applied_makes_it_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions' AND name = '0001_initial'")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == {"ok": False, "detail": "1 pending"}


def test_work_is_well_while_the_heartbeat_is_young(client: Client) -> None:
    note_heartbeat()
    response = client.get("/health/work")
    assert response.status_code == 200
    assert response.json()["checks"]["heartbeat"]["ok"]


@pytest.mark.parametrize(("age", "detail"), [(None, "never seen"), (timedelta(minutes=5), "300 s old")])
def test_work_is_unwell_without_a_worker(client: Client, age: timedelta | None, detail: str) -> None:
    if age is not None:
        Heartbeat.objects.create(name=BACKGROUND, at=timezone.now() - age)
    response = client.get("/health/work")
    assert response.status_code == 503
    assert response.json()["checks"]["heartbeat"] == {"ok": False, "detail": detail}


def test_work_is_unwell_without_a_broker(client: Client, settings: Settings) -> None:
    note_heartbeat()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/health/work")
    assert response.status_code == 503
    assert response.json()["checks"]["broker"] == {"ok": False, "detail": "ConnectionError"}


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_health_is_read_only(client: Client, method: str) -> None:
    assert getattr(client, method)("/health/ready").status_code == 405


def test_every_answer_names_its_request_and_believes_no_id_from_outside(client: Client) -> None:
    answers = [client.get("/health/live", headers={"X-Request-ID": "forged"}) for _ in range(2)]
    ids = [answer["X-Request-ID"] for answer in answers]
    assert "forged" not in ids
    assert len(set(ids)) == 2


def test_the_checks_pass_before_migrating() -> None:
    call_command("check", databases=["default"])
