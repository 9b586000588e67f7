"""A whole service on this machine: private servers, web, worker and beat. `make demo` and `make run` start it."""

import os
import secrets
import shlex
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.services import Child, ServiceError, local_services

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "var" / "local"
USUAL_PORT = 8000
WEB_START_SECONDS = 60
RESTART_PAUSE_SECONDS = 2.0
TOO_MANY_RESTARTS = 5  # in a row; what lives for a minute is forgiven
FORGIVEN_SECONDS = 60.0

Report = Callable[[str], None]
LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names


class LocalService:
    """Its parts by name; what dies is started again, as a service manager would do in production."""

    def __init__(self, state: Path, port: int, servers: dict[str, Child], report: Report) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.report = report
        self.web = _python(state, "web", *_web_arguments(port))
        self.worker = _python(state, "worker", *WORKER)
        self.beat = _python(state, "beat", *BEAT, f"--schedule={state / 'beat-schedule'}")
        self.started = dict(servers)
        self._last_restart = -RESTART_PAUSE_SECONDS
        self._restarts = 0

    def start(self, name: str) -> None:
        child: Child = getattr(self, name)
        child.start()
        self.started[name] = child

    def tend(self) -> None:
        """Start again what died; call it now and then. ServiceError when that does not help."""
        now = time.monotonic()
        dead = [name for name, child in self.started.items() if not child.alive]
        if not dead or now - self._last_restart < RESTART_PAUSE_SECONDS:
            return
        self._restarts = self._restarts + 1 if now - self._last_restart < FORGIVEN_SECONDS else 1
        self._last_restart = now
        for name in dead:
            log = self.started[name].log
            if self._restarts > TOO_MANY_RESTARTS:
                raise ServiceError(f"{name} does not stay up; the end of {log}:\n{_tail(log)}")
            self.report(f"{name} ended unexpectedly (see {log}); starting it again")
            self.started[name].start()

    def wait_for_web(self) -> None:
        """Until /health/ready says that it serves; ServiceError with the end of its log when it does not."""
        deadline = time.monotonic() + WEB_START_SECONDS
        while not _answers(f"{self.url}/health/ready"):
            if not self.web.alive or time.monotonic() > deadline:
                raise ServiceError(f"the web server did not start; the end of {self.web.log}:\n{_tail(self.web.log)}")
            time.sleep(0.1)


WORKER = ("celery", "-A", "config", "worker", "--concurrency=2", "--without-gossip", "--without-mingle")
BEAT = ("celery", "-A", "config", "beat", "--pidfile=", "--max-interval=5")


@contextmanager
def local_service(report: Report, state: Path = STATE) -> Iterator[LocalService]:
    """Start the servers and put their addresses into the environment; stop all that runs, in order, at the end.

    Web, worker and beat are the caller's to start, between its own steps. StateInUseError where another owns `state`.
    """
    with local_services(state) as services, ExitStack() as stack:
        os.environ.update(services.addresses)
        service = LocalService(state, _port(), services.children, report)
        os.environ.update({**_settings(state), "SITE_URL": service.url})
        for child in (service.beat, service.worker, service.web):  # stopped in the opposite order
            stack.callback(child.stop)
        stack.callback(_begin_stopping, report, (service.web, service.worker, service.beat))
        _write_environment(state / "environment")
        yield service


def stop_on_signals() -> None:
    """SIGTERM and a closed terminal end the program as Ctrl-C does: through its `finally` blocks.

    SIGINT is named too, as a shell starts what it puts into the background with that signal ignored.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _begin_stopping(report: Report, children: Iterable[Child]) -> None:
    """From here on nothing interrupts: a second Ctrl-C must not leave a server behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    report("Stopping web, worker, beat and servers")
    for child in children:  # a slow one costs its own time only; each is waited for before the servers are stopped
        child.ask_to_stop()


def _settings(state: Path) -> dict[str, str]:
    """Plain HTTP on the loopback interface, static files from where they lie, and a secret of its own."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO": "1",
        "WHITENOISE_USE_FINDERS": "1",
        "SECRET_KEY": os.environ.get("SECRET_KEY") or _secret(state / "secret-key"),
    }


def _secret(path: Path) -> str:
    """Made once, so that sessions and tokens outlive a restart."""
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _write_environment(path: Path) -> None:
    """For other terminals: `set -a; . var/local/environment; set +a`, then manage.py reaches these servers."""
    names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEMO", "SITE_URL", "WHITENOISE_USE_FINDERS")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={shlex.quote(os.environ[name])}\n" for name in names)


def _port() -> int:
    """The usual one, or any that is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind(("127.0.0.1", USUAL_PORT))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _web_arguments(port: int) -> tuple[str, ...]:
    serving = ("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--preload")
    return ("gunicorn", "config.wsgi", *serving, "--no-control-socket", "--log-level", "warning")


def _python(state: Path, name: str, *arguments: str) -> Child:
    return Child([sys.executable, "-m", *arguments], log=state / f"{name}.log", options={"cwd": ROOT})


def _answers(url: str) -> bool:
    try:
        with LOOPBACK.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
