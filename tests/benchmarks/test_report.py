"""The table says what was found, beside what is to be reached, and is kept whatever becomes of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import aims
from benchmarks.harness.report import Report
from benchmarks.limits import BY_SIZE, FULL, QUICK, limits_of


@pytest.mark.parametrize(
    ("aim", "size", "value", "verdict"),
    [
        (aims.SQL, 100_000, 10.0, "aim >= 10: reached"),
        (aims.SQL, 100_000, 9.9, "aim >= 10: NOT REACHED"),
        (aims.SQL, 1_000_000, 19.0, "aim >= 20: NOT REACHED"),
        (aims.FLOOR, 1_000_000, 6.0, "aim <= 6: reached"),
        (aims.BYTES, 100_000, 1_332.0, "aim <= 1331: NOT REACHED"),
        (aims.DIFFERENT, 1_000, 1, "aim <= 0: NOT REACHED"),
        (aims.SQL, 10_000, 3.0, ""),
    ],
)
def test_a_figure_is_held_against_its_aim(aim: aims.Aim, size: int, value: float, verdict: str) -> None:
    assert aim.verdict(size, value) == verdict


def test_what_is_printed_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(tmp_path)
    report.begin(100_000)
    report.row("engine", 200, 0.012, 0.05, 1.0)
    report.aim(aims.SQL, 12.5)
    kept = report.path.read_text()
    assert kept == capsys.readouterr().out
    assert "12.00" in kept
    assert "12.5  aim >= 10: reached" in kept


def test_the_end_names_every_aim_and_those_not_measured(tmp_path: Path) -> None:
    report = Report(tmp_path)
    report.begin(100_000)
    report.aim(aims.FLOOR, 20.0)
    report.end()
    last = report.path.read_text().partition("to reach")[2]
    assert all(aim.name in last for aim in aims.EVERY if aim.bounds.keys() - {0})
    floor = [line for line in last.splitlines() if line.startswith(aims.FLOOR.name)]
    assert [line.split()[-2:] for line in floor] == [["NOT", "REACHED"], ["this", "run"]]


def test_every_part_is_bounded_at_every_size() -> None:
    """A million within about 40 minutes; the loop over rows is left out there."""
    for limits in (FULL, QUICK, *BY_SIZE.values()):
        assert 0 < limits.reranked * 2 * len(limits.open_needs) <= 300
        assert limits.engine + limits.sql + limits.loop + limits.compared < 900
    assert limits_of(1_000_000, quick=False).loop == 0
    assert limits_of(1_000, quick=False) == FULL
    assert limits_of(100_000, quick=True) == QUICK
