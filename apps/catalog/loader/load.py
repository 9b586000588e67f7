"""Loads the data files into the catalogue; may be called again at any time."""

from collections.abc import Callable
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from apps.catalog.loader.checks import check_tables
from apps.catalog.loader.files import Reading, read_table
from apps.catalog.loader.phrases import add_phrases, sync_phrases
from apps.catalog.loader.problems import CatalogueFileError
from apps.catalog.loader.report import LoadReport
from apps.catalog.loader.sync import Names, sync_table
from apps.catalog.loader.tables import TABLES

DATA = Path(__file__).resolve().parent.parent / "data"
LOAD_LOCK = 0x6361_7461  # "cata": two loads at once take turns


def load_catalogue(*, report: Callable[[str], None], folder: Path = DATA) -> LoadReport:
    """Lays the files over the catalogue, field by field, in one transaction.

    A field that was edited here is kept and listed as a difference. Rows and phrases that are missing from the files
    stay; a row that was deleted here comes back, a phrase does not. Raises CatalogueFileError with every problem, and
    writes nothing, where the files do not hold together.
    """
    report("Reading the catalogue files")
    readings = _read_all(folder)
    result, names, now, searched = LoadReport(), Names(), timezone.now(), []
    with transaction.atomic():
        _take_turns()
        for table in TABLES:
            merged = sync_table(table, readings[table.file].rows, names, now, result)
            if table.named:
                searched.append((table, merged))
        sync_phrases(searched, result)
    report(result.summary())
    return result


def _read_all(folder: Path) -> dict[str, Reading]:
    readings = {table.file: read_table(table, folder) for table in TABLES}
    check_tables(readings)
    problems = [problem for reading in readings.values() for problem in reading.problems]
    if problems:
        raise CatalogueFileError(problems)
    for table in TABLES:
        if table.named:
            add_phrases(table, readings[table.file].rows)
    return readings


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
