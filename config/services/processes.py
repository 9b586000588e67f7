"""Child processes that end with their parent, and in the order it wants."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def end_with_parent(signal_number: int) -> Callable[[], None] | None:
    """A preexec_fn: on Linux the kernel sends the child this signal when its parent dies, even by kill -9.

    subprocess calls it after changing the user, which would otherwise clear the setting. The signal follows the
    *thread* that started the child, so start children from the main thread.
    """
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None, use_errno=True)  # loaded here: loading between fork and exec could deadlock
    parent = os.getpid()

    def set_death_signal() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os.kill(os.getpid(), signal_number)

    return set_death_signal


def spawn(
    command: Sequence[str], *, log: Path, death_signal: int = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a child in its own session, so that Ctrl-C reaches only the parent, which then stops children in order."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the command is ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(death_signal),
            **options,
        )


def stop(process: subprocess.Popen[bytes], signal_number: int = signal.SIGTERM, *, patience: float = 15) -> None:
    """Ask the child to end and wait; past `patience` seconds kill its whole session."""
    if process.poll() is None:
        process.send_signal(signal_number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
