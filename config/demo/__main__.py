"""Starts everything, loads the sample network, has a need ranked and prints what came out; then stays up.

Not a management command, so that Django starts once here and at the same time in the web server and the worker.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string

from config.demo.client import Client
from config.demo.printing import cast_lines, ranking_lines
from config.demo.story import rank_demo_need
from config.local import STATE, LocalService, local_service, stop_on_signals
from config.services import ServiceError, StateInUseError

TEND_SECONDS = 0.5


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after printing; exit 0 only if the ranking is there")
    parser.add_argument("--state", type=Path, default=STATE, help="where data and logs are kept")
    options = parser.parse_args(arguments)
    stop_on_signals()
    return _run(Progress(), options.state, once=options.once)


def _run(progress: "Progress", state: Path, *, once: bool) -> int:
    shown = False
    try:
        with local_service(progress.say, state) as service:
            _show(service, progress)
            shown = True
            if not once:
                progress.say(f"Up; logs are in {state}. Ctrl-C stops.")
                _stay_up(service)
    except StateInUseError:
        progress.say(f"A demo runs already ({state} is in use). Stop it with Ctrl-C where it was started.")
    except ServiceError as error:
        progress.say(str(error))
    except KeyboardInterrupt:
        progress.say("Stopped.")
    return 0 if shown else 1


class Progress:
    """Lines that say how long the command has been at it."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.start:5.1f} s] {text}", flush=True)  # noqa: T201 - this is a command


def _show(service: LocalService, progress: Progress) -> None:
    today = datetime.now(UTC).date()
    progress.say("PostgreSQL and Valkey run; starting web and worker")
    service.start("web")
    service.start("worker")
    cast, payload = _load(progress, today)
    service.start("beat")
    service.wait_for_web()
    progress.say(f"The web server answers at {service.url}/")
    client = Client(service.url)
    founder = next(person for person in cast if person.role.startswith("founder"))
    client.sign_in(founder.email, founder.password)
    ranked = rank_demo_need(client, payload, report=progress.say, tend=service.tend)
    progress.say("Ranked.")
    for line in (*ranking_lines(ranked), *cast_lines(service.url, cast), ""):
        print(line)  # noqa: T201 - what the command is for


def _load(progress: Progress, today: date) -> tuple[list[Any], dict[str, Any]]:
    """Migrate and load in this process. Models can be imported only now that the servers have addresses."""
    django.setup()
    cast = list(import_string("config.sample_world.CAST"))
    refuse_foreign_database([person.email for person in cast])
    progress.say("Migrating the database")
    call_command("migrate", verbosity=0, interactive=False)
    progress.say("Loading the catalogue")
    call_command("load_catalogue", verbosity=0)
    progress.say("Loading the sample network")
    import_string("config.sample_world.load_sample_world")(today=today, report=lambda text: progress.say(f"  {text}"))
    payload = import_string("config.sample_world.sample_need_payloads")(today)[0]
    return cast, payload


def refuse_foreign_database(emails: Sequence[str]) -> None:
    """DATABASE_URL may name anything. People whose password is printed do not belong where others keep their data."""
    users = get_user_model()
    if users._meta.db_table not in connection.introspection.table_names():
        return
    if users.objects.exists() and not users.objects.filter(email__in=emails).exists():
        raise ServiceError("The database that DATABASE_URL names holds other people's data; the demo leaves it alone.")


def _stay_up(service: LocalService) -> None:
    while True:
        time.sleep(TEND_SECONDS)
        service.tend()


if __name__ == "__main__":
    sys.exit(main())
