"""`make demo` as a person meets it: its own servers, web, worker and beat, from nothing to a ranking and back."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.demo.__main__ import refuse_foreign_database
from config.sample_cast import CAST
from config.services import ServiceError, remove_state
from tests import builders

ROOT = Path(__file__).resolve().parent.parent.parent
UP = "Ctrl-C stops."


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("demo") / "state"
    yield place
    remove_state(place)


def command(state: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "config.demo", "--state", str(state), *arguments]


def environment() -> dict[str, str]:
    """As in a shell: without the servers and settings of this test run."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def start(state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(command(state), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)


def read_until(process: subprocess.Popen[str], sign: str) -> str:
    assert process.stdout
    seen: list[str] = []
    for line in process.stdout:
        seen.append(line)
        if sign in line:
            return "".join(seen)
    raise AssertionError(f"ended without saying {sign!r}:\n{''.join(seen)}")


def family_of(pid: int) -> dict[int, str]:
    """The process and all that it started, with their command lines."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended meanwhile
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return {member: command_line(member) for member in family}


def command_line(pid: int) -> str:
    """Empty for one that is gone, or dead and not yet waited for."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def left_of(family: dict[int, str], seconds: float = 20) -> dict[int, str]:
    """Those that still run after so many seconds; a number that was given to a stranger has another command line."""
    deadline = time.monotonic() + seconds
    while (left := {pid: line for pid, line in family.items() if line and command_line(pid) == line}) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    return left


@pytest.mark.django_db
def test_a_database_of_others_is_left_alone() -> None:
    emails = [person.email for person in CAST]
    refuse_foreign_database(emails)  # nobody there yet
    builders.user("somebody@company.org")
    with pytest.raises(ServiceError, match="other people's data"):
        refuse_foreign_database(emails)
    builders.user(emails[0])
    refuse_foreign_database(emails)  # the sample's people are here already


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_demo_from_its_first_start_to_its_last_process(state: Path) -> None:
    first = subprocess.run(command(state, "--once"), cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Posting a need: 200 soil-moisture probes" in first.stdout
    assert re.search(
        r"^ +1 +\S.* \d\.\d\d \(\d\.\d\d to \d\.\d\d\) +\d+ of +\d+ confirmed$", first.stdout, re.MULTILINE
    )
    for part in ("TO CONFIRM", "        + ", "        ? ", "        ask: ", "How the field narrowed", "founder (KE)"):
        assert part in first.stdout

    second = start(state)
    shown = read_until(second, UP)
    assert "Asking for a new ranking of the need of an earlier start" in shown
    assert "nothing new" in shown
    (url,) = set(re.findall(r"http://127\.0\.0\.1:\d+", shown))

    refused = subprocess.run(command(state), cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stdout.count("\n") == 1
    assert "A demo runs already" in refused.stdout

    worker = min(pid for pid, line in family_of(second.pid).items() if "config worker" in line)
    os.kill(worker, signal.SIGKILL)
    assert "worker ended unexpectedly" in read_until(second, "starting it again")
    with urllib.request.urlopen(f"{url}/health/ready", timeout=5) as answer:
        assert answer.status == 200

    family = family_of(second.pid)
    assert all(any(word in line for line in family.values()) for word in ("postgres", "valkey", "gunicorn", "beat"))
    second.send_signal(signal.SIGINT)
    assert second.wait(30) == 0
    assert left_of(family) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children of a killed parent on Linux only")
def test_a_killed_demo_leaves_no_process_behind(state: Path) -> None:
    demo = start(state)
    read_until(demo, "Migrating")
    family = family_of(demo.pid)
    assert len(family) > 3
    demo.kill()
    demo.wait()
    assert left_of(family) == {}


def test_stopped_before_the_ranking_is_no_success(state: Path) -> None:
    demo = start(state)
    read_until(demo, "Migrating")
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(30) == 1
