"""From the database to a supply that workers share, what it takes, and how a change comes to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from benchmarks import aims
from benchmarks.harness import memory, supplies
from benchmarks.harness.report import Report
from benchmarks.limits import Limits
from matchmaker.domain import NeedFact

CHANGES, SOME = 5, 10


def measure(needs: Sequence[NeedFact], today: date, limits: Limits, report: Report) -> None:
    built = supplies.build(today)
    loaded = supplies.load(today)
    report.line("supply: full build (read, write, map)", f"{built:.2f} s")
    if limits.through_orm:
        read, through_orm = supplies.read_all(today), supplies.read_through_orm()
        report.line("  load: all rows by COPY, made into columns", f"{read:.2f} s")
        report.line("  values_list() of the same rows", f"{through_orm:.2f} s")
        report.aim(aims.LOAD, through_orm / read)
    kept = supplies.write_and_map(loaded.supply)
    report.line("  writing the file", f"{kept.written:.2f} s")
    report.line("  mapping it; and checking it", f"{kept.mapped * 1e3:.0f} ms; {kept.checked * 1e3:.0f} ms")
    report.line("  columns", f"{supplies.column_bytes(loaded.supply) / report.size:,.0f} B/facility")
    report.aim(aims.BYTES, kept.size / report.size)
    changes = [supplies.change_one(report.size // 2 + at, today, needs[0]) for at in range(CHANGES)]
    best = min(changes, key=lambda change: change.ranked)
    report.line(
        "  one changed facility visible; and ranked", f"{best.visible * 1e3:.1f} ms; {best.ranked * 1e3:.1f} ms"
    )
    report.aim(aims.CHANGE, best.ranked / built)
    supplies.rank_some(needs[:SOME], today)
    worker = memory.second_worker(today, needs[:SOME], seconds=limits.task * 4)
    extra, lasting, peak = (part / 2**20 for part in (worker.extra, worker.lasting, worker.peak))
    report.line("  a second worker's memory", f"{extra:,.1f} MiB, {lasting:,.1f} without what it ranked in")
    report.line("  its peak, shared pages included", f"{peak:,.0f} MiB")
    report.aim(aims.SECOND, worker.extra / kept.size)
    report.line("project's tables of facilities", f"{memory.table_bytes() / report.size:,.0f} B/facility")
