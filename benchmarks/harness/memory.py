"""What processes take of the machine's memory, from /proc, and PostgreSQL of its buffers and of the disk."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Timer

from django.db import connection

from matchmaker.domain import NeedFact

ROOT = Path(__file__).resolve().parents[2]


def share_of_memory(pid: str = "self") -> int:
    """PSS in bytes: pages that n processes share count a n-th for each."""
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") * 1024


def peak_memory(pid: str = "self") -> int:
    """The most bytes that were resident at once."""
    return _kilobytes(Path(f"/proc/{pid}/status"), "VmHWM:") * 1024


def _kilobytes(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise ValueError(f"the kernel tells no {name}")


@dataclass(frozen=True)
class Worker:
    """Bytes: what another worker adds to what the machine holds; that without what its rankings worked in, which the
    allocator keeps for the next; and the most that it had resident."""

    extra: int
    lasting: int
    peak: int


def second_worker(as_of: date, needs: Sequence[NeedFact], *, seconds: float) -> Worker:
    """Another process that maps the supply and ranks some needs. Raises ValueError where it does not in that time.

    Pages that both map count a half for each, so what this process gives up is taken off.
    """
    command = [sys.executable, "-m", "benchmarks.harness.worker", as_of.isoformat(), *(need.id for need in needs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        if child.stdout is None or child.stdin is None:
            raise ValueError("the worker has no pipes")
        limit = Timer(seconds, child.kill)
        limit.start()
        try:
            before = _told(child.stdout.readline())["share"] + share_of_memory()
            child.stdin.write("go\n")
            child.stdin.flush()
            told = _told(child.stdout.readline())
            after = told["share"] + share_of_memory()
            lasting = _told(child.stdout.readline())["share"] + share_of_memory()
            child.stdin.close()
        finally:
            limit.cancel()
            child.kill()
    return Worker(after - before, lasting - before, told["peak"])


def _told(line: str) -> dict[str, int]:
    if not line:
        raise ValueError("the worker ended or ran out of time")
    found: dict[str, int] = json.loads(line)
    return found


def buffers_used() -> int:
    """Bytes of PostgreSQL's shared buffers that hold pages."""
    return _one("SELECT count(relfilenode) * current_setting('block_size')::int FROM pg_buffercache")


def table_bytes() -> int:
    """Of the project's tables of facilities, with their indexes."""
    return _one(
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
        " WHERE relkind = 'r' AND relname LIKE 'facilities\\_%' AND relnamespace = 'public'::regnamespace"
    )


def _one(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])
