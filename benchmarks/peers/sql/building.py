"""Building the peer's tables: once for a network and a day."""

from __future__ import annotations

import time
from datetime import date, timedelta

from django.db import connection

from benchmarks.peers.sql import capacity_tables, site_tables
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
        for script in (
            site_tables.DIMENSIONS,
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


def table_bytes() -> int:
    """Of the peer's tables and indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c"
            " JOIN pg_namespace AS n ON n.oid = relnamespace WHERE n.nspname = 'peer' AND c.relkind = 'r'"
        )
        return int(cursor.fetchone()[0])
