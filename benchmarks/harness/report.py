"""The table, printed as it grows."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path


class Report:
    """Times in ms, least of the rounds of each need, then p50 and p95 over the needs; ratios over the same needs."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        print(
            f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )

    def begin(self, size: int) -> None:
        load = os.getloadavg()[0]
        print(f"\n{size:,} facilities (load of the machine {load:.1f}, {time.perf_counter() - self.began:.0f} s in)")
        print(f"  {'':38}{'needs':>7}{'p50 ms':>11}{'p95 ms':>11}{'/ engine':>10}")

    def row(self, name: str, needs: int, p50: float, p95: float, ratio: float) -> None:
        print(f"  {name:38}{needs:7}{p50 * 1e3:11.2f}{p95 * 1e3:11.2f}{ratio:10.3g}", flush=True)

    def line(self, name: str, text: str) -> None:
        print(f"  {name:38}  {text}", flush=True)

    def end(self) -> None:
        print(f"\n{time.perf_counter() - self.began:.0f} s in all")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
