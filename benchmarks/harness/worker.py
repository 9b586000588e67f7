"""A second worker, for its memory: says its share before it loads the supply, and again after some rankings."""

from __future__ import annotations

import sys
from datetime import date
from importlib import import_module

import django

from benchmarks.harness.memory import share_of_memory


def main() -> None:
    django.setup()
    supplies = import_module("benchmarks.harness.supplies")  # its models need Django set up
    drawing, ranking = import_module("benchmarks.world.needs"), import_module("matchmaker.ranking")
    policy = import_module("benchmarks.store.growing").benchmark_policy()
    as_of, count = date.fromisoformat(sys.argv[1]), int(sys.argv[2])
    print(share_of_memory(), flush=True)
    sys.stdin.readline()
    supply = supplies.load(as_of).supply
    for need in drawing.draw_needs(count, as_of):
        ranking.rank(need, supply, policy, as_of)
    print(share_of_memory(), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
