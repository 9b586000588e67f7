"""The engine, its peers and its floor, over the same needs; and whether engine and SQL say the same."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks import aims
from benchmarks.harness import growth, memory
from benchmarks.harness.report import Report
from benchmarks.harness.sweeps import Row, ratio, side_by_side
from benchmarks.limits import Limits
from benchmarks.peers.floor import plain_pass, touched_bytes
from benchmarks.peers.orm_loop import rank_by_loop
from benchmarks.peers.sql.building import build, table_bytes
from benchmarks.peers.sql.compare import disagreements
from benchmarks.peers.sql.query import SqlRanker, prepare_session
from benchmarks.store.growing import benchmark_policy
from matchmaker.domain import NeedFact
from matchmaker.ranking import rank
from matchmaker.supply import Supply

PROFILED = 20


@dataclass(frozen=True)
class Rows:
    engine: Row
    sql: Row
    loop: Row
    floor: Row


def measure(
    supply: Supply, needs: Sequence[NeedFact], today: date, limits: Limits, report: Report
) -> list[growth.Timed]:
    """Prints the rows; returns the engine's times for the table of growth."""
    policy = benchmark_policy()
    took = build(today, policy)
    report.line("SQL peer: tables built", f"{took:.1f} s, {table_bytes() / report.size:,.0f} B/facility")
    prepare_session(limits.sql)
    rows = _rows(supply, today, limits)
    running = [rows.engine, rows.sql, *([rows.loop] if limits.loop else []), rows.floor]
    side_by_side(running, needs, limits.rounds, swept=lambda row: _first(row, report))
    for row in running:
        if row.best:
            report.row(row.name, row.needs or 0, row.percentile(0.5), row.percentile(0.95), ratio(row, rows.engine))
    _ratios(rows, report)
    touched = sum(touched_bytes(need, supply, policy, today) for need in needs) / len(needs)
    report.line("bytes that the plain pass reads, mean", f"{touched:,.0f}")
    report.line("PostgreSQL's buffers in use", f"{memory.buffers_used() / 2**20:,.0f} MiB")
    report.line("this process with all peers, at its peak", f"{memory.peak_memory() / 2**20:,.0f} MiB")
    compared, different = disagreements(
        supply, needs, policy, today, seconds=limits.compared, most=limits.most, tell=report.text
    )
    report.line("engine and SQL compared", f"{compared} needs, {_which(limits.most)}")
    report.aim(aims.DIFFERENT, different)
    by_id = {need.id: need for need in needs}
    return [growth.timed(by_id[key], supply, policy, today, seconds) for key, seconds in rows.engine.best.items()]


def _first(row: Row, report: Report) -> None:
    """A run may be ended before all rounds are over."""
    found = f"{len(row.best)} needs, p50 {row.percentile(0.5) * 1e3:,.2f} ms" if row.best else "no need in its time"
    report.line(f"  first sweep: {row.name}", found)


def _which(most: int | None) -> str:
    return "every facility" if most is None else f"all counts and the first {most:,} facilities of each"


def _rows(supply: Supply, today: date, limits: Limits) -> Rows:
    policy, tree = benchmark_policy(), supply.taxonomy
    return Rows(
        engine=Row("engine", lambda need: rank(need, supply, policy, today), limits.engine),
        sql=Row("PostgreSQL, tuned", SqlRanker(tree, policy, today).rank, limits.sql),
        loop=Row("ORM loop", lambda need: rank_by_loop(need, tree, policy, today), limits.loop),
        floor=Row("plain pass", lambda need: plain_pass(need, supply, policy, today), limits.engine),
    )


def _ratios(rows: Rows, report: Report) -> None:
    for aim, above, below in (
        (aims.SQL, rows.sql, rows.engine),
        (aims.LOOP, rows.loop, rows.engine),
        (aims.FLOOR, rows.engine, rows.floor),
    ):
        if above.best and below.best:
            report.aim(aim, ratio(above, below))


def profile(supply: Supply, needs: Sequence[NeedFact], today: date) -> None:
    policy, profiler = benchmark_policy(), cProfile.Profile()
    profiler.enable()
    for need in needs[:PROFILED]:
        rank(need, supply, policy, today)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats("matchmaker", 40)
