"""One process owns a state directory at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StateInUseError(RuntimeError):
    """Another process holds this state directory."""


@contextmanager
def exclusive(state: Path) -> Iterator[None]:
    """Hold the directory (made if missing); without the lock a second start would adopt the first one's servers.

    The kernel frees the lock however the process ends, and children do not inherit it.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise StateInUseError(f"{state} is in use by another process") from error
    try:
        yield
    finally:
        os.close(descriptor)
