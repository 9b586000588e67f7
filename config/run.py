"""`make run`: the whole service on this machine for working on the code, on the data that `make demo` keeps."""

import sys
import time

import django
from django.core.management import call_command

from config.local import STATE, local_service, stop_on_signals
from config.services import ServiceError, StateInUseError


def main() -> int:
    stop_on_signals()
    try:
        _run()
    except KeyboardInterrupt:
        say("Stopped.")
    except (StateInUseError, ServiceError) as error:
        say(str(error))
        return 1
    return 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command


def _run() -> None:
    say("Starting PostgreSQL and Valkey")
    with local_service(say) as service:
        django.setup()
        say("Migrating and loading the catalogue")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_catalogue", verbosity=0)
        for name in ("web", "worker", "beat"):
            service.start(name)
        service.wait_for_web()
        say(f"{service.url}/ answers; logs are in {STATE}. Ctrl-C stops.")
        say(f"Elsewhere: set -a; . {STATE / 'environment'}; set +a; .venv/bin/python manage.py createsuperuser")
        while True:
            time.sleep(0.5)
            service.tend()


if __name__ == "__main__":
    sys.exit(main())
