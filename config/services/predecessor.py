"""What a start that ended badly left behind: a server still stopping, or a pid file that names a stranger."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 15


def end_predecessor(data: Path) -> None:
    """Wait for an old PostgreSQL on this data directory to end, and drop its pid file if its process is gone.

    Only for the holder of the state's lock. PostgreSQL itself refuses to start while *any* process has the number in
    the file, which after a reboot or in a container may be anybody.
    """
    pid_file = data / "postmaster.pid"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (pid := _read_pid(pid_file)) and _is_server(pid, data):
        os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _read_pid(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_server(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL started on this directory, by its command line."""
    return str(data) in _command_line(pid)


def _command_line(pid: int) -> str:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return shown.stdout
