"""What a folder of files would give if it were imported: a dry run that writes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from apps.exchange.foreign.twins import TWIN
from apps.exchange.formats.base import ParsedRow, SourceFile, UnreadableError, Vocabulary
from apps.exchange.registry import format_for

MAX_BYTES = 50_000_000


@dataclass
class FileReport:
    """Rows are those of the file; of the places (or needs) drawn from them, `accepted` would be taken.

    `repaired` and `unmapped` count places with at least one of those; `values_refused` counts values that were left out
    of accepted places. `reasons` count every repair (`+code`), every refusal (`-code`) and unknown words (`?kind`).
    """

    path: str
    format: str = ""
    unreadable: str = ""
    rows: int = 0
    accepted: int = 0
    repaired: int = 0
    refused: int = 0
    values_refused: int = 0
    unmapped: int = 0
    twins: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def report_on_folder(folder: Path, *, words: Vocabulary, today: date) -> Iterator[FileReport]:
    """One report for each file below the folder, in the order of their paths; hidden ones are passed over."""
    for path in sorted(folder.rglob("*")):
        shown = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in shown.parts):
            yield report_on_file(path, str(shown), words=words, today=today)


def report_on_file(path: Path, shown: str, *, words: Vocabulary, today: date) -> FileReport:
    report = FileReport(shown)
    if path.stat().st_size > MAX_BYTES:
        report.unreadable = "file_too_big"
        return report
    source = SourceFile(path.name, path.read_bytes(), words, today)
    try:
        found = format_for(source)
        report.format = found.name
        for row in found.read(source):
            _count(report, row)
    except UnreadableError as error:
        report.unreadable = error.code
    return report


def _count(report: FileReport, row: ParsedRow) -> None:
    taken = row.facility is not None or row.need is not None
    report.rows += row.rows
    report.accepted += taken
    report.refused += not taken
    report.repaired += bool(row.repairs)
    report.unmapped += bool(row.unmapped)
    report.values_refused += len(row.refusals) if taken else 0
    report.twins += any(remark.startswith(TWIN) for remark in row.remarks)
    report.reasons.update(f"+{repair.reason}" for repair in row.repairs)
    report.reasons.update(f"-{refusal.reason}" for refusal in row.refusals)
    report.reasons.update(f"?{term.kind.value}" for term in row.unmapped)


COLUMNS = ("file", "format", "rows", "accepted", "repaired", "refused", "values refused", "unmapped", "twins", "why")


def table_of(reports: Iterable[FileReport]) -> Iterator[str]:
    """The reports as lines of a table, with a sum below."""
    lines = [list(COLUMNS), *(_cells(report) for report in reports)]
    numbers = range(2, len(COLUMNS) - 1)
    total = ["sum", "", *(str(sum(int(line[column] or 0) for line in lines[1:])) for column in numbers), ""]
    widths = [max(len(line[column]) for line in (*lines, total)) for column in range(len(COLUMNS) - 1)]
    for line in (*lines, total):
        cells = [
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=False))
        ]
        yield "  ".join((*cells, line[-1])).rstrip()


def _cells(report: FileReport) -> list[str]:
    if report.unreadable:
        return [report.path, report.format or "-", *[""] * (len(COLUMNS) - 3), report.unreadable]
    figures = (
        report.rows,
        report.accepted,
        report.repaired,
        report.refused,
        report.values_refused,
        report.unmapped,
        report.twins,
    )
    why = ", ".join(f"{reason} {count}" for reason, count in sorted(report.reasons.items()))
    return [report.path, report.format, *map(str, figures), why]
