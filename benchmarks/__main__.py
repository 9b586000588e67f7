"""`python -m benchmarks`: see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from importlib import import_module

from benchmarks.store.place import private_servers

# Tuning of one linear algebra library, which the engine does not use; numpy reads it when it is loaded.
FOREIGN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}


def main() -> None:
    arguments = _parse()
    if any(name in os.environ for name in FOREIGN):
        clean = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], clean)
    with private_servers():
        session = import_module("benchmarks.session")  # its models need Django set up, and Django the servers
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.alarm(60 * arguments.minutes)
        session.run(session.Wanted(arguments.sizes, arguments.quick, arguments.profile, arguments.only))


def _out_of_time(*_: object) -> None:
    """Whatever hangs, the servers are ended and their data goes; the file keeps what was measured."""
    raise TimeoutError("the run has taken longer than --minutes allows")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the ranking against its peers.")
    parser.add_argument("--sizes", type=_sizes, help="facilities, such as 1k,10k,100k; 1m takes 40 minutes")
    parser.add_argument("--quick", action="store_true", help="1k and 10k, fewer needs, under two minutes")
    parser.add_argument("--profile", action="store_true", help="where the engine's time goes, at each size")
    parser.add_argument("--only", choices=("engines", "loads", "tasks"), help="one part of the table")
    parser.add_argument("--minutes", type=int, default=90, help="the run is ended after so many, if it is not before")
    arguments = parser.parse_args()
    arguments.sizes = arguments.sizes or _sizes("1k,10k" if arguments.quick else "1k,10k,100k")
    return arguments


def _sizes(text: str) -> list[int]:
    try:
        return sorted(SIZES[word.strip().lower()] for word in text.split(","))
    except KeyError as error:
        raise argparse.ArgumentTypeError(f"{error.args[0]} is none of {', '.join(SIZES)}") from error


if __name__ == "__main__":
    main()
