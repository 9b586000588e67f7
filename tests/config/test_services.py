"""The private servers: kept data, one owner, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from config.services import LocalServices, StateInUseError, local_services, remove_state
from config.services.places import SOCKET_PATH_LIMIT
from config.services.predecessor import end_predecessor

HOLD = """
import sys, time
from pathlib import Path
from config.services import local_services
with local_services(Path(sys.argv[1]), environment={}) as services:
    print(*services.addresses.values(), flush=True)
    time.sleep(60)
"""


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    remove_state(tmp_path / "state")


def database(services: LocalServices) -> psycopg.Connection:
    return psycopg.connect(services.addresses["DATABASE_URL"])


def broker(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, retry=None)


def refuses(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=1).close()
    except psycopg.OperationalError:
        return True
    return False


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_second_start_keeps_the_data_and_a_stop_leaves_no_server(state: Path) -> None:
    with local_services(state, environment={}) as services, database(services) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert refuses(services.addresses["DATABASE_URL"])
    with pytest.raises(redis.ConnectionError):
        broker(services.addresses["REDIS_URL"]).ping()
    with local_services(state, environment={}) as services, database(services) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_the_role_is_no_superuser_yet_may_create_what_migrations_create(state: Path) -> None:
    with local_services(state, environment={}) as services, database(services) as connection:
        superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        for extension in ("btree_gist", "pg_trgm", "unaccent"):
            connection.execute(f"CREATE EXTENSION {extension}")
    assert superuser == (False,)


def test_the_broker_asks_for_a_password_that_no_command_line_shows(state: Path) -> None:
    with local_services(state, environment={}) as services:
        address = urlsplit(services.addresses["REDIS_URL"])
        with pytest.raises(redis.AuthenticationError):
            broker(f"redis://127.0.0.1:{address.port}/0").ping()
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    assert lines
    assert not [line for line in lines if str(address.password).encode() in line]


def test_a_second_owner_of_the_same_state_is_refused(state: Path) -> None:
    with local_services(state, environment={}), pytest.raises(StateInUseError), local_services(state, environment={}):
        pytest.fail("two owners")


def test_servers_that_the_environment_names_are_not_started(state: Path) -> None:
    named = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere/0"}
    with local_services(state, environment=named) as services:
        assert (services.addresses, services.children) == ({}, {})
    with local_services(state, environment={"DATABASE_URL": "postgresql://elsewhere/x"}) as services:
        assert list(services.addresses) == ["REDIS_URL"]


def test_a_throw_away_state_is_removed_even_when_the_block_fails(state: Path) -> None:
    with pytest.raises(KeyboardInterrupt), local_services(state, durable=False, environment={}):
        raise KeyboardInterrupt
    assert not state.exists()


def test_a_state_with_blanks_and_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    state = tmp_path / ("a b " + "x" * SOCKET_PATH_LIMIT) / "state"
    with local_services(state, durable=False, environment={}) as services:
        database(services).close()
        assert broker(services.addresses["REDIS_URL"]).ping()


def test_servers_end_with_a_killed_owner_and_the_next_start_is_clean(state: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(state)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        database_url, redis_url = owner.stdout.readline().split()
        owner.send_signal(signal.SIGKILL)
    with local_services(state, environment={}) as services:  # at once: the old server may still be stopping
        assert services.addresses["DATABASE_URL"] == database_url
        database(services).close()
    assert wait_until(lambda: refuses(database_url))
    with pytest.raises(redis.ConnectionError):
        broker(redis_url).ping()


def test_a_pid_file_that_names_a_stranger_harms_nobody(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n{tmp_path}\n")
    end_predecessor(tmp_path)
    assert stranger.poll() is None
    assert not pid_file.exists()
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("name", ["PostgreSQL", "Valkey"])
def test_a_killed_server_comes_back_on_its_old_address(state: Path, name: str) -> None:
    with local_services(state, environment={}) as services:
        child = services.children[name]
        assert child.process is not None
        child.process.kill()
        child.process.wait()
        assert not child.alive
        child.start()
        assert wait_until(lambda: not refuses(services.addresses["DATABASE_URL"]))
        assert wait_until(lambda: answers(services.addresses["REDIS_URL"]))


def answers(url: str) -> bool:
    try:
        return bool(broker(url).ping())
    except redis.ConnectionError:
        return False
