"""A second worker, for its memory: tells its share before it loads the supply, and after rankings."""

from __future__ import annotations

import ctypes
import json
import sys
from datetime import date
from importlib import import_module

import django

from benchmarks.harness.memory import peak_memory, share_of_memory


def main() -> None:
    django.setup()
    supplies = import_module("benchmarks.harness.supplies")  # its models need Django set up
    reading, ranking = import_module("apps.matching.snapshots.needs"), import_module("matchmaker.ranking")
    as_of, keys = date.fromisoformat(sys.argv[1]), [int(word) for word in sys.argv[2:]]
    questions = reading.read_questions(keys)
    _tell()
    sys.stdin.readline()
    supply = supplies.load(as_of).supply
    for question in questions:
        ranking.rank(question.need, supply, question.policy, as_of)
    _tell()
    _return_memory()
    _tell()
    sys.stdin.readline()


def _return_memory() -> None:
    """What rankings took and the allocator keeps for the next; that of glibc gives it back when asked."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _tell() -> None:
    print(json.dumps({"share": share_of_memory(), "peak": peak_memory()}), flush=True)


if __name__ == "__main__":
    main()
