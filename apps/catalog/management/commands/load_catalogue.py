"""manage.py load_catalogue"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.catalog.loader import CatalogueFileError, load_catalogue
from apps.catalog.loader.load import DATA


def silently(line: str) -> None:
    """Says nothing, as `--verbosity 0` asks."""


class Command(BaseCommand):
    help = "Loads the catalogue from its data files; fields edited here are kept and listed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA, help="where the files are")

    def handle(self, *args: Any, **options: Any) -> None:
        say = self.stdout.write if options["verbosity"] else silently
        try:
            result = load_catalogue(report=say, folder=options["folder"])
        except CatalogueFileError as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"The catalogue was left as it was:\n{problems}") from error
        for difference in result.differences:
            say(f"  kept: {difference}")
        for file, row in result.gone:
            say(f"  kept, no longer in {file}: {row}")
