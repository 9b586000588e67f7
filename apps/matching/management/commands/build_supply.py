"""For an installation without Celery, and before a large network's first day: the file that rankings go over."""

from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.matching import runs


class Command(BaseCommand):
    help = "Read all facilities into a supply file of this host, unless there is one that serves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day that the file is for; today if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        written = runs.build_supply(options["as_of"] or datetime.now(UTC).date())
        self.stdout.write("written" if written else "nothing to do")
