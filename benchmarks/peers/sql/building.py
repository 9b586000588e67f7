"""Building the peer's tables: once for a network and a day."""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
from django.db import connection

from apps.facilities.models import Facility
from benchmarks.peers.sql import capacity_tables, site_tables
from benchmarks.peers.sql.fragments import lit
from benchmarks.world.records import draw_records
from matchmaker.beta import beta_quantile
from matchmaker.policy import Policy


def build(today: date, policy: Policy) -> float:
    """Drop what there is, build all anew, gather statistics; returns seconds."""
    monday = today - timedelta(days=today.weekday())
    values = {
        "today": f"DATE '{today}'",
        "monday": f"DATE '{monday}'",
        "left": 7 - today.weekday(),
        "weeks": capacity_tables.WEEKS,
        "fresh_days": policy.capacity_fresh_days,
        "booked_low": policy.booked_share[0],
        "booked_high": policy.booked_share[1],
    }
    since = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS peer CASCADE")
        cursor.execute("CREATE SCHEMA peer")
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET statement_timeout = 0")
        for script in (
            site_tables.DIMENSIONS,
            *_records(policy),
            site_tables.SITES.format(**values),
            site_tables.CERTIFICATES,
            site_tables.SITE_FIGURES,
            site_tables.STATED_LINES,
            site_tables.LINES,
            capacity_tables.CAPACITY.format(**values),
            capacity_tables.FUNCTIONS.format(**values),
        ):
            cursor.execute(script)
        cursor.execute("ANALYZE")
    return time.perf_counter() - since


def _records(policy: Policy) -> list[str]:
    """Track records, which the project's tables lack, as the quantiles that they come to: few distinct ones."""
    keys = np.array(Facility.objects.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    good, bad = draw_records(keys)
    told = np.flatnonzero(good + bad)
    lots, place = np.unique(np.stack([good[told], bad[told]]), axis=1, return_inverse=True)
    a, b = policy.track_prior
    values = [beta_quantile(policy.track_quantile, a + g, b + s) for g, s in lots.T.tolist()]
    rows = zip(keys[told].tolist(), place.ravel().tolist(), strict=True)
    table = "CREATE TABLE peer.record (site bigint, value float8)"
    listed = ", ".join(f"({key}, {lit(values[at])})" for key, at in rows)
    return [table, f"INSERT INTO peer.record VALUES {listed}"] if listed else [table]


def table_bytes() -> int:
    """Of the peer's tables and indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c"
            " JOIN pg_namespace AS n ON n.oid = relnamespace WHERE n.nspname = 'peer' AND c.relkind = 'r'"
        )
        return int(cursor.fetchone()[0])
