"""One run: the network grows from size to size; at each, rows side by side, loads, tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from apps.matching.snapshots.needs import read_questions
from benchmarks import aims
from benchmarks.harness import growth, supplies
from benchmarks.harness.records import with_records
from benchmarks.harness.report import Report
from benchmarks.harness.tasks import park_all
from benchmarks.limits import limits_of
from benchmarks.parts import engines, loads, tasks
from benchmarks.store.growing import allow_loading, allow_looking, grow, settle
from benchmarks.store.needs import store_needs
from benchmarks.world.needs import draw_needs
from matchmaker.domain import NeedFact
from matchmaker.merging import merged

STORED, STORED_QUICK = 10_000, 200


@dataclass(frozen=True)
class Wanted:
    """`only`: one part of the table."""

    sizes: Sequence[int]
    quick: bool
    profile: bool
    only: str | None

    def has(self, part: str) -> bool:
        return self.only in (None, part)


def run(wanted: Wanted) -> None:
    today, report = datetime.now(UTC).date(), Report()
    allow_loading()
    allow_looking()
    people = settle()
    many = STORED if wanted.has("tasks") and not wanted.quick else STORED_QUICK
    stored = draw_needs(many, today)
    store_needs(stored, people, datetime.now(UTC))
    park_all()
    before, times = 0, list[growth.Timed]()
    for size in wanted.sizes:
        report.begin(size)
        grown = grow(before, size, people, today)
        before = size
        if grown.seconds:
            report.line("rows copied into the project's tables", f"{grown.added / grown.seconds:,.0f} facilities/s")
        times += _measure(wanted, stored, today, report)
    _grown(times, report)
    report.end()


def _measure(wanted: Wanted, stored: Sequence[NeedFact], today: date, report: Report) -> list[growth.Timed]:
    limits, times = limits_of(report.size, quick=wanted.quick), list[growth.Timed]()
    if wanted.has("loads"):
        loads.measure(stored, today, limits, report)
    if wanted.has("engines"):
        needs = [question.need for question in read_questions([int(need.id) for need in stored[: limits.needs]])]
        supply = with_records(merged(supplies.load(today).supply))  # the other rows read the columns of one
        times = engines.measure(supply, needs, today, limits, report)
        if wanted.profile:
            engines.profile(supply, needs, today)
    if wanted.has("tasks"):
        tasks.measure(stored, today, limits, report)
    return times


def _grown(times: Sequence[growth.Timed], report: Report) -> None:
    if not times:
        return
    for line in growth.tables(times):
        report.text(line)
    found = growth.exponent(times)
    if found is not None:
        report.aim(aims.GROWTH, found, max(row.size for row in times))
