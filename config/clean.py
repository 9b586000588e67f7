"""Removes what local servers kept under var/, and what root keeps of it outside the checkout."""

import sys
from pathlib import Path

from config.services import StateInUseError, remove_state
from config.services.state import exclusive

VAR = Path(__file__).resolve().parent.parent / "var"


def main() -> int:
    for lock in sorted(VAR.glob("*/lock")):
        try:
            with exclusive(lock.parent):
                remove_state(lock.parent)
        except StateInUseError as error:
            print(f"{error}; stop it first", file=sys.stderr)  # noqa: T201 - this is a command
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
