"""manage.py import_report <folder>"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.exchange.file_reports import report_on_folder, table_of
from apps.exchange.terms import CatalogueWords


class Command(BaseCommand):
    help = "Says what each file of a folder would give if it were imported; writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        reports = report_on_folder(folder, words=CatalogueWords(), today=timezone.now().date())
        for line in table_of(reports):
            self.stdout.write(line)
