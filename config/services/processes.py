"""Child processes that end with their parent, and in the order it wants."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15


@dataclass
class Child:
    """A program that can be started, stopped, and started again when it died.

    It gets its own session, so that Ctrl-C reaches only the parent, which then stops its children one by one.
    `options` go to subprocess.Popen.
    """

    command: list[str]
    log: Path
    stop_signal: int = signal.SIGTERM
    options: Mapping[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _kill_at: float | None = None

    def start(self) -> None:
        self._kill_at = None
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - the command is ours
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent(self.stop_signal),
                **self.options,
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Several that are asked at once end beside each other."""
        if self.alive and self._kill_at is None and self.process is not None:
            self._kill_at = time.monotonic() + STOP_SECONDS
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Ask it to end, if nobody has, and wait; when it does not end in time, kill its whole session."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        self.ask_to_stop()
        try:
            process.wait(max(0.0, (self._kill_at or 0.0) - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


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
