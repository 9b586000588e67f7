"""Rows put together by numpy arrive in PostgreSQL as they were meant, blanks included."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection

from benchmarks.store import binary_copy as pg
from benchmarks.world.columns import NO_DAY

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 4)


def through_the_database(kind: str, field: pg.Field) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE copied (place int, value {kind}) ON COMMIT DROP")
        rows = np.arange(len(field.lengths()))
        with cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(pg.HEADER + pg.encode([pg.integers(rows, 4), field]) + pg.TRAILER)
        cursor.execute("SELECT value FROM copied ORDER BY place")
        return [value for (value,) in cursor.fetchall()]


CASES = [
    ("bigint", pg.integers(np.array([1.0, np.nan, -(2.0**40)]), 8), [1, None, -(2**40)]),
    ("smallint", pg.integers(np.array([3, -1, 2]), 2, blank=np.array([False, True, False])), [3, None, 2]),
    ("float8", pg.floats(np.array([0.1, np.nan, -1e300])), [0.1, None, -1e300]),
    ("boolean", pg.flags(np.array([1, 0, -1])), [True, False, None]),
    ("date", pg.days(np.array([0, -4, NO_DAY]), TODAY.toordinal()), [TODAY, date(2026, 2, 28), None]),
    (
        "timestamptz",
        pg.moments(np.array([0, NO_DAY]), TODAY.toordinal()),
        [datetime(2026, 3, 4, tzinfo=UTC), None],
    ),
    ("varchar(9)", pg.texts(np.array([1, -1, 0]), ["", "größer"]), ["größer", None, ""]),
    (
        "numeric(12, 2)",
        pg.numerics(np.array([0.0, 1234567.25, np.nan, 0.1]), 2),
        [Decimal("0.00"), Decimal("1234567.25"), None, Decimal("0.10")],
    ),
    (
        "varchar(9)[]",
        pg.word_lists(np.array([0b101, 0, -1]), ["one", "two", "three"]),
        [["one", "three"], [], None],
    ),
]


@pytest.mark.parametrize(("kind", "field", "expected"), CASES, ids=[kind for kind, _, _ in CASES])
def test_every_kind_of_column(kind: str, field: pg.Field, expected: list[object]) -> None:
    assert through_the_database(kind, field) == expected


def test_drawn_public_ids_are_version_four_and_differ() -> None:
    found = through_the_database("uuid", pg.uuids(np.random.default_rng(1), 50))
    assert len(set(found)) == 50
    assert {getattr(value, "version", None) for value in found} == {4}
