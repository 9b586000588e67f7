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


@contextmanager
def private_servers() -> Iterator[None]:
    """Servers of this run alone, tables made, Django set up to use them. The data is removed at the end."""
    with local_services(STATE, durable=False, environment={}) as services:
        os.environ.update(services.addresses)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["LOG_LEVEL"] = "WARNING"
        os.environ["SUPPLY_DIR"] = str(STATE / "supply")
        django.setup()
        call_command("migrate", verbosity=0)
        yield
