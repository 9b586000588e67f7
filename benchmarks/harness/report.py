"""The table, printed and kept in a file as it grows, so that a run that is ended leaves what it had."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.aims import EVERY, Aim

KEPT = Path(__file__).resolve().parents[2] / "var"


@dataclass
class Report:
    """Times in ms, least of the rounds of each need, then p50 and p95 over the needs; ratios over the same needs."""

    folder: Path = KEPT
    size: int = 0
    began: float = field(default_factory=time.perf_counter)
    found: list[tuple[Aim, int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / f"bench-{now:%Y%m%d-%H%M%S}.txt"
        self.text(f"{now:%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")

    def text(self, line: str) -> None:
        print(line, flush=True)
        with self.path.open("a") as kept:
            kept.write(f"{line}\n")

    def begin(self, size: int) -> None:
        self.size = size
        self.text(f"\n{size:,} facilities (load of the machine {os.getloadavg()[0]:.1f}, {self._since():.0f} s in)")
        self.text(f"  {'':46}{'needs':>7}{'p50 ms':>11}{'p95 ms':>11}{'/ engine':>10}")

    def row(self, name: str, needs: int, p50: float, p95: float, ratio: float) -> None:
        self.text(f"  {name:46}{needs:7}{p50 * 1e3:11.2f}{p95 * 1e3:11.2f}{ratio:10.3g}")

    def line(self, name: str, text: str) -> None:
        self.text(f"  {name:46}  {text}")

    def aim(self, aim: Aim, value: float, size: int | None = None) -> None:
        """A ratio beside what is aimed at, if anything is at this size."""
        size = self.size if size is None else size
        self.found.append((aim, size, value))
        self.text(f"  {aim.name:46}  {value:.4g}  {aim.verdict(size, value)}".rstrip())

    def end(self) -> None:
        """All aims once more; those that no part of this run has measured as well."""
        self.text(f"\n{'to reach':58}{'facilities':>12}{'found':>12}")
        for aim in EVERY:
            rows = [(size, value) for other, size, value in self.found if other is aim]
            for size, value in rows:
                self.text(f"{aim.name:58}{size:>12,}{value:>12.4g}  {aim.verdict(size, value)}".rstrip())
            for size in sorted(aim.bounds.keys() - {size for size, _ in rows} - {0}):
                self.text(f"{aim.name:58}{size:>12,}{'-':>12}  not measured in this run")
        self.text(f"\n{self._since():.0f} s in all; kept in {self.path}")

    def _since(self) -> float:
        return time.perf_counter() - self.began


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
