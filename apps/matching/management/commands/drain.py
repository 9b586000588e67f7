"""The same work without Celery and Redis: for a quiet installation, or while the broker is away."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from apps.matching import runs

PAUSE_SECONDS = 1.0
BUILD_SECONDS = 60.0


class Command(BaseCommand):
    help = "Rank the needs that are due, and compare policies where that was asked for. It may run beside workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true", help="look again every second until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        build_at = 0.0
        while True:
            today = datetime.now(UTC).date()
            if options["forever"] and time.monotonic() >= build_at:
                runs.build_supply(today)
                build_at = time.monotonic() + BUILD_SECONDS
            more = runs.drain(today)
            more = runs.compare_needs(today) or more
            if not more and not options["forever"]:
                return
            if not more:
                time.sleep(PAUSE_SECONDS)
