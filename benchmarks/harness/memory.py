"""What a process takes of the machine's memory: its proportional share of every page, from /proc."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def share_of_memory(pid: str = "self") -> int:
    """PSS in bytes: pages that n processes share count a n-th for each."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError("the kernel tells no PSS")


def second_worker(as_of: date, needs: int) -> int:
    """Bytes that another process adds to what the machine holds once it has loaded the supply and ranked some needs.

    Pages that both map count a half for each, so what this process gives up is taken off.
    """
    command = [sys.executable, "-m", "benchmarks.harness.worker", as_of.isoformat(), str(needs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        if child.stdout is None or child.stdin is None:
            raise ValueError("the worker has no pipes")
        before = int(child.stdout.readline()) + share_of_memory()
        child.stdin.write("go\n")
        child.stdin.flush()
        after = int(child.stdout.readline()) + share_of_memory()
        child.stdin.close()
    return after - before
