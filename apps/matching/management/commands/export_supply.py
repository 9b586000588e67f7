"""All facilities as the documents that `python -m matchmaker rank` reads: the service's answer without the service."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.matching.snapshots.catalogue import read_catalogue
from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.view import consistent_view
from matchmaker.documents import catalogue_document, facility_document

STATEMENT_TIMEOUT = "600s"


class Command(BaseCommand):
    help = "Write supply.json and catalogue.json, for `python -m matchmaker rank --supply ... --catalogue ...`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="where the files go; made if it is not there")
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day that they are for; today if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        directory, as_of = options["directory"], options["as_of"] or datetime.now(UTC).date()
        directory.mkdir(parents=True, exist_ok=True)
        with consistent_view(STATEMENT_TIMEOUT):
            catalogue, facilities = read_catalogue(), read_facilities(as_of)
        (directory / "catalogue.json").write_text(json.dumps(catalogue_document(catalogue)))
        with (directory / "supply.json").open("w") as file:
            file.writelines(_supply(as_of, (facility_document(facility) for facility in facilities.values())))
        self.stdout.write(f"{len(facilities)} facilities as of {as_of} in {directory}")


def _supply(as_of: date, facilities: Iterator[dict[str, Any]]) -> Iterator[str]:
    """A document a line: a network's file is read by people too, and by programs that read lines."""
    yield f'{{"as_of": "{as_of}", "facilities": ['
    for number, facility in enumerate(facilities):
        yield ("\n" if number == 0 else ",\n") + json.dumps(facility)
    yield "\n]}\n"
