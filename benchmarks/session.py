"""One run: the network grows from size to size; at each, rows side by side, loads, tasks."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from benchmarks.harness import memory, supplies, tasks, workers
from benchmarks.harness.report import Report
from benchmarks.harness.sweeps import Row, ratio, side_by_side
from benchmarks.peers.floor import plain_pass
from benchmarks.peers.orm_loop import rank_by_loop
from benchmarks.peers.sql.building import build, table_bytes
from benchmarks.peers.sql.compare import disagreements
from benchmarks.peers.sql.query import SqlRanker, prepare_session
from benchmarks.store.growing import allow_loading, benchmark_policy, grow, settle
from benchmarks.store.needs import store_needs
from benchmarks.world.needs import draw_needs
from matchmaker.domain import NeedFact
from matchmaker.merging import merged
from matchmaker.ranking import rank
from matchmaker.supply import Supply

NEEDS = 200
STORED = 1_000


@dataclass(frozen=True)
class Limits:
    """Seconds that each part may take at one size, and how many needs it begins with."""

    needs: int
    rounds: int
    row: float
    loop: float
    compared: float
    task: float
    tasks_up_to: int  # facilities


QUICK = Limits(needs=40, rounds=2, row=4.0, loop=3.0, compared=4.0, task=3.0, tasks_up_to=1_000)
FULL = Limits(needs=NEEDS, rounds=3, row=60.0, loop=40.0, compared=40.0, task=15.0, tasks_up_to=1_000_000)


def run(sizes: Sequence[int], *, quick: bool, profile: bool, only: str | None) -> None:
    limits, today, report = QUICK if quick else FULL, datetime.now(UTC).date(), Report()
    allow_loading()
    people = settle()
    stored = draw_needs(STORED, today)
    store_needs(stored, people, datetime.now(UTC))
    tasks.park_all()
    before = 0
    for size in sizes:
        report.begin(size)
        grown = grow(before, size, people, today)
        before = size
        if grown.seconds:
            report.line("rows copied into the project's tables", f"{grown.added / grown.seconds:,.0f} facilities/s")
        _measure(size, stored, today, limits, report, profile=profile, only=only)
    report.end()


def _measure(
    size: int,
    needs: Sequence[NeedFact],
    today: date,
    limits: Limits,
    report: Report,
    *,
    profile: bool,
    only: str | None,
) -> None:
    loaded = supplies.load(today)
    if only in (None, "loads"):
        _loads(size, loaded, today, report)
        loaded = supplies.load(today)
    if only in (None, "engines"):
        supply = merged(loaded.supply)  # the other rows read the columns of one
        _engines(supply, needs[: limits.needs], today, limits, report)
        if profile:
            _profile(supply, needs[:20], today)
    if only in (None, "tasks") and size <= limits.tasks_up_to:
        _tasks(needs, today, limits, report)


def _engines(supply: Supply, needs: Sequence[NeedFact], today: date, limits: Limits, report: Report) -> None:
    policy = benchmark_policy()
    report.line(
        "SQL peer: tables built",
        f"{build(today, policy):.1f} s, {table_bytes() / len(supply.sites.ids):,.0f} B/facility",
    )
    prepare_session()
    sql = SqlRanker(supply.taxonomy, policy, today)
    engine = Row("engine", lambda need: rank(need, supply, policy, today), limits.row)
    rows = [
        engine,
        Row("PostgreSQL, tuned", sql.rank, limits.row),
        Row("ORM loop", lambda need: rank_by_loop(need, supply.taxonomy, policy, today), limits.loop),
        Row("plain pass", lambda need: plain_pass(need, supply, policy, today), limits.row),
    ]
    side_by_side(rows, needs, limits.rounds)
    for row in rows:
        report.row(row.name, row.needs or 0, row.percentile(0.5), row.percentile(0.95), ratio(row, engine))
    compared, different = disagreements(supply, needs, policy, today, seconds=limits.compared)
    report.line("engine and SQL compared", f"{different} of {compared} needs differ")


def _loads(size: int, loaded: supplies.Loaded, today: date, report: Report) -> None:
    read, through_orm = supplies.read_all(today), supplies.read_through_orm()
    delta = supplies.change_one(size // 2, today)
    columns = supplies.column_bytes(loaded.supply)
    report.line("supply: load from the database", f"{read:.2f} s")
    report.line("  values_list() of the same rows", f"{through_orm:.2f} s, ratio {through_orm / read:.2f}")
    report.line("  mapping the host's file", f"{loaded.seconds:.3f} s")
    report.line("  one changed facility visible", f"{delta:.3f} s, {delta / read:.4f} of the load")
    report.line("  columns", f"{columns / size:,.0f} B/facility")
    extra = memory.second_worker(today, 3)
    report.line("  a second worker's memory", f"{extra / 2**20:,.0f} MiB, {extra / size:,.0f} B/facility")


def _tasks(needs: Sequence[NeedFact], today: date, limits: Limits, report: Report) -> None:
    keys = [int(need.id) for need in needs]
    tasks.park_all()
    single = [tasks.measure([key], today, seconds=limits.task) for key in keys[:5]]
    one = min(single, key=lambda task: task.whole)
    report.line("task of one need, no broker", f"{one.whole * 1e3:.1f} ms, {one.outside:.0%} outside the engine")
    batch = tasks.measure(keys[:100], today, seconds=limits.task)
    tasks.park_all()
    report.line(f"batch of {batch.needs} needs", f"{batch.whole * 1e3:.1f} ms a need, {batch.outside:.0%} outside")
    for count in (1, 2):
        with workers.celery_workers(count):
            trips = [took for key in keys[:6] if (took := workers.round_trip(key, limits.task)) is not None]
            if count == 1 and trips:
                best = min(trips[1:] or trips)
                report.line("Celery round trip of one need", f"{best * 1e3:.1f} ms, {best / batch.whole:.1f} x batched")
            tasks.park_all()
            done, took = workers.rank_all(keys, limits.task)
            tasks.park_all()
        report.line(
            f"all {len(keys)} open needs, {count} worker(s)", f"{done} in {took:.1f} s, {done / took:.1f} needs/s"
        )


def _profile(supply: Supply, needs: Sequence[NeedFact], today: date) -> None:
    policy, profiler = benchmark_policy(), cProfile.Profile()
    profiler.enable()
    for need in needs:
        rank(need, supply, policy, today)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats("matchmaker", 40)
