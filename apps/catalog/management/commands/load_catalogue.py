"""manage.py load_catalogue"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.catalog.loader import CatalogueFileError, load_catalogue
from apps.catalog.loader.load import DATA


class Command(BaseCommand):
    help = "Loads the catalogue from its data files; fields edited here are kept and listed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA, help="where the files are")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = load_catalogue(report=self.stdout.write, folder=options["folder"])
        except CatalogueFileError as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"The catalogue was left as it was:\n{problems}") from error
        for difference in result.differences:
            self.stdout.write(f"  kept: {difference}")
        for file, row in result.gone:
            self.stdout.write(f"  kept, no longer in {file}: {row}")
