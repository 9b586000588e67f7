"""The whole task, alone, in a batch, through the broker; and all open needs ranked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from benchmarks import aims
from benchmarks.harness import tasks, workers
from benchmarks.harness.report import Report
from benchmarks.limits import Limits
from matchmaker.domain import NeedFact

SINGLE, BATCH, TRIPS = 5, 100, 8


def measure(needs: Sequence[NeedFact], today: date, limits: Limits, report: Report) -> None:
    keys = [int(need.id) for need in needs]
    tasks.park_all()
    tasks.measure(keys[:1], today, seconds=limits.task)  # the first also maps the supply
    single = [tasks.measure([key], today, seconds=limits.task) for key in keys[:SINGLE]]
    whole = sum(task.whole for task in single) / len(single)
    outside = 1 - sum(task.engine for task in single) / sum(task.whole for task in single)
    report.line("task of one need, claimed to committed", f"{whole * 1e3:.1f} ms, {outside:.0%} outside the engine")
    batch = tasks.measure(keys[:BATCH], today, seconds=limits.task)
    tasks.park_all()
    report.line(f"batch of {batch.needs} needs", f"{batch.whole * 1e3:.1f} ms a need, {batch.outside:.0%} outside")
    for count in (1, 2):
        with workers.celery_workers(count) as group:
            _through_broker(keys, count, batch, limits, report)
            report.line(f"memory of {count} worker(s) and their parent", f"{group.memory() / 2**20:,.0f} MiB")
        tasks.park_all()


def _through_broker(keys: Sequence[int], count: int, batch: tasks.Task, limits: Limits, report: Report) -> None:
    started = workers.round_trip(keys[0], workers.START_SECONDS)  # until the workers listen
    if started is None:
        report.line(f"{count} worker(s)", f"did not answer in {workers.START_SECONDS} s")
        return
    if count == 1:
        trips = [took for key in keys[:TRIPS] if (took := workers.round_trip(key, limits.task)) is not None]
        if trips:
            mean = sum(trips) / len(trips)
            report.line("Celery round trip of one need", f"{mean * 1e3:.1f} ms, mean of {len(trips)}")
            report.aim(aims.ROUND_TRIP, mean / batch.whole)
    for wanted in limits.open_needs:
        done, took = workers.rank_all(list(keys[:wanted]), limits.reranked)
        tasks.park_all()
        rate = f"{done:,} in {took:.1f} s, {done / took:,.1f} needs/s"
        report.line(f"all of {min(wanted, len(keys)):,} open needs, {count} worker(s)", rate)
