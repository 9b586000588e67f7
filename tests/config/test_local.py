"""The parts of a service on one machine, apart from what it serves; tests/config/test_demo.py runs the whole."""

import shlex
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest

from config import local
from config.services import Child, ServiceError, StateInUseError


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers as this run has them: none is started. What is set meanwhile is taken back."""
    for name in ("SECRET_KEY", "DEMO", "SITE_URL", "WHITENOISE_USE_FINDERS", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # _begin_stopping would make this run deaf


def test_the_usual_port_is_left_to_whoever_has_it() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", local.USUAL_PORT))
        except OSError:
            pass  # somebody else has it, which serves as well
        else:
            other.listen()
        port = local._port()
    assert port not in {0, local.USUAL_PORT}


@pytest.mark.usefixtures("environment")
def test_the_secret_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with local.local_service(lambda _: None, tmp_path) as service:
            assert not service.web.alive
        seen.append((tmp_path / "secret-key").read_text())
    assert seen[0] == seen[1]
    assert len(seen[0]) >= 50
    for name in ("secret-key", "environment"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.usefixtures("environment")
def test_other_terminals_can_read_the_addresses(tmp_path: Path) -> None:
    with local.local_service(lambda _: None, tmp_path):
        pass
    lines = dict(shlex.split(line)[0].split("=", 1) for line in (tmp_path / "environment").read_text().splitlines())
    assert lines["DATABASE_URL"].startswith("postgresql://")
    assert lines["REDIS_URL"].startswith("redis://")
    assert lines["SECRET_KEY"] == (tmp_path / "secret-key").read_text()


@pytest.mark.usefixtures("environment")
def test_a_second_service_on_the_same_state_is_refused(tmp_path: Path) -> None:
    with (
        local.local_service(lambda _: None, tmp_path),
        pytest.raises(StateInUseError),
        local.local_service(lambda _: None, tmp_path),
    ):
        pytest.fail("two owners")


@pytest.mark.usefixtures("environment")
def test_what_died_is_started_again_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    with local.local_service(said.append, tmp_path) as service:
        service.worker = Child([sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "worker.log")
        service.start("worker")
        service.tend()
        assert said == []
        first = service.worker.process
        assert first is not None
        first.kill()
        first.wait()
        service.tend()
        assert service.worker.alive
        assert service.worker.process is not first
        assert "worker ended unexpectedly" in said[0]
        service.tend()
        assert len(said) == 1
        service.worker.stop()
    assert said[-1].startswith("Stopping")


def wait_for_death(child: Child) -> None:
    assert child.process is not None
    child.process.wait()


@pytest.mark.usefixtures("environment")
def test_what_will_not_stay_up_is_given_up_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "RESTART_PAUSE_SECONDS", 0.0)
    said: list[str] = []
    with local.local_service(said.append, tmp_path) as service:
        service.worker = Child([sys.executable, "-c", "print('why it died')"], log=tmp_path / "worker.log")
        service.start("worker")
        for _ in range(local.TOO_MANY_RESTARTS):
            wait_for_death(service.worker)
            service.tend()
        wait_for_death(service.worker)
        with pytest.raises(ServiceError, match=r"worker does not stay up(.|\n)*why it died"):
            service.tend()
    assert sum("starting it again" in line for line in said) == local.TOO_MANY_RESTARTS
