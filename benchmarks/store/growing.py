"""The network in the database, which grows from size to size: what is there is the beginning of every larger one."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

import psycopg
from django.db import connection, transaction

from apps.catalog.loader import load_catalogue
from apps.facilities.models import Capability, Facility, HeldCertificate, Hold, Resource
from apps.matching.models import Policy, PolicyState, SupplyChange, SupplyVersion
from apps.matching.models.watched.supply import CATALOGUE
from apps.matching.runs.changes import number_changes
from benchmarks.store.indexes import indexes_set_aside
from benchmarks.store.needs import People
from benchmarks.store.network import Keys, copy_block
from benchmarks.world.draw import BLOCK, blocks
from matchmaker.policy import Policy as EnginePolicy

TOP = 20
MANY = 50_000  # from so many new facilities on indexes are made at the end
KEYED = (Facility, Capability, Resource, HeldCertificate, Hold)  # whose keys the world gives


@dataclass(frozen=True)
class Grown:
    """`seconds`: of encoding and copying, without the drawing."""

    added: int
    seconds: float


def allow_loading() -> None:
    """Let this role load rows past the triggers."""
    _as_superuser(f"GRANT SET ON PARAMETER session_replication_role TO {connection.settings_dict['USER']}")


def allow_looking() -> None:
    """Let this role look into the server's buffers."""
    _as_superuser(
        "CREATE EXTENSION IF NOT EXISTS pg_buffercache", f"GRANT pg_monitor TO {connection.settings_dict['USER']}"
    )


def _as_superuser(*statements: str) -> None:
    """Only the cluster's superuser may; the private server trusts whoever reaches its socket."""
    settings = connection.settings_dict
    url = f"postgresql://postgres@/{settings['NAME']}?host={quote(str(settings['HOST']))}"
    with psycopg.connect(url, autocommit=True) as superuser:
        for statement in statements:
            superuser.execute(statement)


def benchmark_policy() -> EnginePolicy:
    """The standard policy, but for how many matches are explained and kept."""
    return EnginePolicy.from_document({"name": "benchmark", "top_k": TOP})


def settle() -> People:
    """Catalogue, people, networks and a policy: all that facilities and needs refer to."""
    load_catalogue(report=lambda _: None)
    policy = benchmark_policy()
    Policy.objects.filter(state=PolicyState.PUBLISHED, network=None).update(state=PolicyState.RETIRED)
    Policy.objects.create(
        name=policy.name,
        version=policy.version,
        state=PolicyState.PUBLISHED,
        body=policy.to_document(),
        digest=policy.digest,
    )
    return People.settle()


def grow(first: int, last: int, people: People, today: date) -> Grown:
    """Facilities `first` to `last` - 1, block by block; constraints hold and are checked, triggers are passed over."""
    since, drawing = time.perf_counter(), 0.0
    with indexes_set_aside() if last - first >= MANY else nullcontext():
        drawing = _copy_blocks(first, last, people.producer.pk, today)
    _finish()
    seconds = time.perf_counter() - since - drawing
    SupplyChange.objects.create(facility_id=CATALOGUE)  # what came past the triggers: read all of it again
    number_changes_alone()
    return Grown(last - first, seconds)


def _copy_blocks(first: int, last: int, operator: int, today: date) -> float:
    """Returns the seconds that drawing took."""
    keys, drawing, since = Keys.read(), 0.0, time.perf_counter()
    for world in blocks(first, last):
        drawing += time.perf_counter() - since
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            copy_block(cursor, world, keys, operator, today)
            cursor.execute("SET LOCAL session_replication_role = origin")  # for a caller's transaction around this one
        since = time.perf_counter()
    return drawing


def number_changes_alone() -> None:
    """Number what waits, as a worker does, but make no need due for it: what is due is the measurements' to say."""
    while number_changes():
        pass
    SupplyVersion.objects.filter(bump_from__isnull=False).update(bump_from=None)


def _finish() -> None:
    """Sequences behind the last key; statistics for the planner."""
    with connection.cursor() as cursor:
        for model in KEYED:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1)) FROM {table}")
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


__all__ = ["BLOCK", "TOP", "Grown", "allow_loading", "benchmark_policy", "grow", "number_changes_alone", "settle"]
