"""The network in the database, which grows from size to size: what is there is the beginning of every larger one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

import psycopg
from django.db import connection, transaction

from apps.catalog.loader import load_catalogue
from apps.facilities.models import Capability, Facility, HeldCertificate, Resource
from apps.matching.models import Policy, PolicyState, SupplyChange, SupplyVersion
from apps.matching.models.watched.supply import CATALOGUE
from apps.matching.runs.changes import number_changes
from benchmarks.store.needs import People
from benchmarks.store.network import Keys, copy_block
from benchmarks.world.draw import BLOCK, blocks
from matchmaker.policy import Policy as EnginePolicy

TOP = 20
KEYED = (Facility, Capability, Resource, HeldCertificate)  # whose keys the world gives


@dataclass(frozen=True)
class Grown:
    """`seconds`: of copying alone, without the drawing."""

    added: int
    seconds: float


def allow_loading() -> None:
    """Let this role load rows past the triggers. Only the cluster's superuser may say so; the private server trusts
    whoever reaches its socket."""
    settings = connection.settings_dict
    url = f"postgresql://postgres@/{settings['NAME']}?host={quote(str(settings['HOST']))}"
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute(f"GRANT SET ON PARAMETER session_replication_role TO {settings['USER']}")


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
    keys, seconds = Keys.read(), 0.0
    for world in blocks(first, last):
        since = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            copy_block(cursor, world, keys, people.producer.pk, today)
            cursor.execute("SET LOCAL session_replication_role = origin")  # for a caller's transaction around this one
        seconds += time.perf_counter() - since
    since = time.perf_counter()
    _finish()
    seconds += time.perf_counter() - since
    SupplyChange.objects.create(facility_id=CATALOGUE)  # what came past the triggers: read all of it again
    number_changes_alone()
    return Grown(last - first, seconds)


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
        cursor.execute("ANALYZE")


__all__ = ["BLOCK", "TOP", "Grown", "allow_loading", "benchmark_policy", "grow", "number_changes_alone", "settle"]
