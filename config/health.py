"""Whether the service works, for load balancers and alarms (docs/operations.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.models import Heartbeat
from apps.core.tasks import BACKGROUND
from apps.matching.selectors import queue_health

HEARTBEAT_MAX_AGE = timedelta(seconds=60)


@dataclass(frozen=True)
class Finding:
    ok: bool
    detail: str


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """This process answers. Asks nobody else, so that a broken database does not get every web process restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """503 when this web process cannot serve; a dead worker alone does not take the pages down."""
    return _answer(SERVING)


@require_safe
@never_cache
def work(request: HttpRequest) -> JsonResponse:
    """503 when rankings are not being made as they should: what an alarm watches."""
    return _answer(SERVING | BACKGROUND_WORK)


def database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(ok=True, detail="answers")


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Finding(ok=not pending, detail=f"{len(pending)} pending")


def broker() -> Finding:
    """The broker may be away for a while without loss: beat finds due jobs by itself once it is back."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=None) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            return Finding(ok=False, detail=type(error).__name__)
    return Finding(ok=True, detail="answers")


def heartbeat() -> Finding:
    """Beat sends it, a worker writes it: its age covers beat, broker and worker at once."""
    last = Heartbeat.objects.filter(name=BACKGROUND).values_list("at", flat=True).first()
    if last is None:
        return Finding(ok=False, detail="never seen")
    age = timezone.now() - last
    return Finding(ok=age <= HEARTBEAT_MAX_AGE, detail=f"{age.total_seconds():.0f} s old")


def due_jobs() -> Finding:
    health = queue_health()
    return Finding(ok=not health.late, detail=f"{health.due} due, {health.late} of them for more than a minute")


def dead_jobs() -> Finding:
    dead = queue_health().dead
    return Finding(ok=dead == 0, detail=f"{dead} given up")


def missing_jobs() -> Finding:
    """A trigger makes the job of each submitted need; a need without one would never be ranked."""
    missing = queue_health().without_job
    return Finding(ok=missing == 0, detail=f"{missing} needs without a job")


SERVING: dict[str, Callable[[], Finding]] = {"database": database, "migrations": migrations}
BACKGROUND_WORK: dict[str, Callable[[], Finding]] = {
    "broker": broker,
    "heartbeat": heartbeat,
    "due_jobs": due_jobs,
    "dead_jobs": dead_jobs,
    "missing_jobs": missing_jobs,
}


def _answer(checks: dict[str, Callable[[], Finding]]) -> JsonResponse:
    findings = {name: _find(check) for name, check in checks.items()}
    ok = all(finding.ok for finding in findings.values())
    body = {"ok": ok, "checks": {name: {"ok": f.ok, "detail": f.detail} for name, f in findings.items()}}
    return JsonResponse(body, status=HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE)


def _find(check: Callable[[], Finding]) -> Finding:
    """A database that is away fails every check that asks it. Its error may name hosts, so only its kind is told."""
    try:
        return check()
    except DatabaseError as error:
        return Finding(ok=False, detail=type(error).__name__)
