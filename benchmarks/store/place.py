"""Private servers for one run. Nothing here needs Django's models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from config.services import local_services

STATE = Path(__file__).resolve().parents[2] / "var" / f"benchmark-{os.getpid()}"


# As much memory as a server of its own would be given for a large network, so that the SQL peer is not held back;
# pages are taken when they are first used. Many rows at once shall not wait for checkpoints.
POSTGRESQL = {
    "shared_buffers": "4GB",
    "effective_cache_size": "8GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@contextmanager
def private_servers() -> Iterator[None]:
    """Servers of this run alone, tables made, Django set up to use them. The data is removed at the end."""
    with local_services(STATE, durable=False, environment={}, settings=POSTGRESQL) as services:
        os.environ.update(services.addresses)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["LOG_LEVEL"] = "WARNING"
        os.environ["SUPPLY_DIR"] = str(STATE / "supply")
        django.setup()
        call_command("migrate", verbosity=0)
        yield
