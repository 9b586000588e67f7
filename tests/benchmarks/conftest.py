"""A drawn network of a thousand facilities in the database, with the tables of the SQL peer; gone after these tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from apps.matching.snapshots.needs import read_questions
from benchmarks.harness.records import with_records
from benchmarks.harness.supplies import load
from benchmarks.peers.sql.building import build
from benchmarks.peers.sql.query import prepare_session
from benchmarks.store.growing import allow_loading, benchmark_policy, grow, settle
from benchmarks.store.needs import store_needs
from benchmarks.world.needs import draw_needs
from matchmaker.domain import NeedFact
from matchmaker.policy import Policy
from matchmaker.supply import Supply

FACILITIES = 1_000
NEEDS = 40


@dataclass(frozen=True)
class Town:
    today: date
    needs: tuple[NeedFact, ...]
    supply: Supply
    policy: Policy


@pytest.fixture(scope="package")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    today = datetime.now(UTC).date()
    needs = draw_needs(NEEDS, today)
    with django_db_blocker.unblock():
        try:
            allow_loading()
        except psycopg.OperationalError:
            pytest.skip("only the superuser of the private server may load past the triggers")
        with transaction.atomic():
            people = settle()
            grow(0, FACILITIES, people, today)
            store_needs(needs, people, datetime.now(UTC))
            build(today, benchmark_policy())
            prepare_session()
            asked = tuple(question.need for question in read_questions([int(need.id) for need in needs]))
            yield Town(today, asked, with_records(load(today).supply), benchmark_policy())
            transaction.set_rollback(True)
