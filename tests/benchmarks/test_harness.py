"""Times, ratios and sizes as the table means them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from apps.matching.models import Match, Ranking
from benchmarks.__main__ import _sizes
from benchmarks.harness import memory, tasks
from benchmarks.harness.supplies import change_one, column_bytes, load, write_and_map
from benchmarks.harness.sweeps import Row, TooSlowError, ratio, side_by_side
from matchmaker.domain import NeedFact, Role, StepFact
from tests.benchmarks.conftest import FACILITIES, Town

NEEDS = [NeedFact(str(n), 1, (StepFact(1, "fff", Role.LEAD),), 1) for n in range(6)]


def scripted(seconds: list[float]) -> Row:
    """A row whose answers take what the script says, one after the other."""
    script = iter(seconds)
    return Row("scripted", lambda _: time.sleep(next(script)), seconds=10.0)


def test_the_least_time_of_each_need_counts() -> None:
    row = scripted([0.02, 0.001, 0.001, 0.02])
    side_by_side([row], NEEDS[:2], rounds=2)
    assert max(row.best.values()) < 0.015


def test_rows_take_turns_over_all_needs() -> None:
    order: list[str] = []
    rows = [Row(name, lambda need, name=name: order.append(name + need.id), 10.0) for name in "ab"]  # type: ignore[misc]
    swept: list[str] = []
    side_by_side(rows, NEEDS[:2], rounds=2, swept=lambda row: swept.append(row.name))
    assert order == ["a0", "a1", "b0", "b1", "b0", "b1", "a0", "a1"]
    assert swept == ["a", "b"]


def test_a_row_that_runs_out_of_time_keeps_to_its_first_needs() -> None:
    row = Row("slow", lambda _: time.sleep(0.03), seconds=0.1)
    side_by_side([row], NEEDS, rounds=1)
    assert 1 <= (row.needs or 0) < len(NEEDS)
    assert set(row.best) == {need.id for need in NEEDS[: row.needs]}


def test_a_row_ends_where_one_answer_takes_too_long() -> None:
    def answer(need: NeedFact) -> None:
        if need.id == "2":
            raise TooSlowError

    row = Row("slow", answer, seconds=10.0)
    side_by_side([row], NEEDS, rounds=3)
    assert set(row.best) == {"0", "1"}


def test_a_ratio_is_over_the_needs_that_both_answered() -> None:
    one, other = Row("one", print, 1.0), Row("other", print, 1.0)
    one.best, other.best = {"1": 4.0, "2": 8.0}, {"1": 1.0, "2": 2.0, "3": 100.0}
    assert ratio(one, other) == 4.0


def test_percentiles_are_over_needs() -> None:
    row = Row("row", print, 1.0)
    row.best = {str(n): float(n) for n in range(100)}
    assert (row.percentile(0.5), row.percentile(0.95)) == (50.0, 95.0)


@dataclass(frozen=True)
class Inner:
    numbers: object
    names: tuple[str, ...]


@dataclass(frozen=True)
class Outer:
    inner: Inner
    by_name: dict[str, object]


def test_bytes_of_nested_arrays_count_once() -> None:
    shared = np.zeros(100, dtype=np.float64)
    record = Outer(Inner(shared, ("a",)), {"same": shared[:50], "other": np.zeros(10, dtype=np.int8)})
    assert column_bytes(record) == 810


def test_sizes_are_read_as_people_write_them() -> None:
    assert _sizes("10k,1K") == [1_000, 10_000]
    with pytest.raises(Exception, match="2k is none of"):
        _sizes("2k")


def test_memory_is_told_in_bytes() -> None:
    before = memory.share_of_memory()
    held = np.ones(4_000_000)
    assert memory.share_of_memory() - before > 0.8 * held.nbytes


def test_a_worker_that_does_not_answer_is_not_waited_for() -> None:
    with pytest.raises(ValueError, match="ran out of time"):
        memory.second_worker(date(2026, 1, 5), [], seconds=0.0)


@pytest.mark.django_db
def test_the_file_that_workers_share_is_measured(town: Town) -> None:
    kept = write_and_map(load(town.today).supply)
    assert kept.size > 100 * FACILITIES
    assert min(kept.written, kept.mapped, kept.checked) > 0
    assert memory.table_bytes() > kept.size


@pytest.mark.django_db
def test_a_task_ends_with_committed_matches(town: Town) -> None:
    tasks.park_all()
    keys = [int(town.needs[number].id) for number in (1, 4)]
    task = tasks.measure(keys, town.today, seconds=60)
    assert task.needs == 2
    assert 0 < task.engine < task.whole
    assert 0 < task.outside < 1
    for key in keys:
        ranking = Ranking.objects.get(need_id=key)
        assert 0 < Match.objects.filter(ranking=ranking).count() <= town.policy.top_k
    assert Ranking.objects.count() == 2


@pytest.mark.django_db
def test_a_changed_facility_is_seen_by_the_next_ranking(town: Town) -> None:
    before = load(town.today).supply.digest()
    change = change_one(500, town.today, town.needs[2])
    assert 0 < change.visible < change.ranked
    assert load(town.today).supply.digest() != before
