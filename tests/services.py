"""Pytest plugin: a private PostgreSQL and Valkey for this run, unless DATABASE_URL and REDIS_URL name some.

It must act before pytest-django reads the settings, which it does before any conftest.py; hence a plugin named in
pyproject.toml, and `python -m pytest`, which puts the project on the path in time. Workers of pytest-xdist inherit the
addresses and start nothing.
"""

import atexit
import os
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.services import StateInUseError, local_services, remove_state
from config.services.state import exclusive

VAR = Path(__file__).resolve().parent.parent / "var"
running = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # a wrapper, as those run before every other plugin's hook
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _remove_leftovers()
        services = running.enter_context(local_services(VAR / f"test-{os.getpid()}", durable=False))
        os.environ.update(services.addresses)
        os.environ["SUPPLY_DIR"] = str(VAR / f"test-{os.getpid()}" / "supply")
    return (yield)


def pytest_unconfigure() -> None:
    running.close()


atexit.register(running.close)  # for a start that fails before pytest_configure; closing twice does nothing


def _remove_leftovers() -> None:
    """Delete the data of runs that could not: no process has their number, nobody holds their lock."""
    for state in VAR.glob("test-*"):
        if _alive(int(state.name.removeprefix("test-"))):
            continue
        try:
            with exclusive(state):
                remove_state(state)
        except StateInUseError:
            continue


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
