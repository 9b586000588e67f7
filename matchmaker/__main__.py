"""`python -m matchmaker`: rank a need from files, or print the schema of a document. See docs/library.md.

Exit code 0 after an answer, 2 where the arguments or a document do not fit.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from matchmaker.catalogue import Catalogue
from matchmaker.catalogue_tables import TABLES, TableError, catalogue_from_tables
from matchmaker.documents import ranking_document
from matchmaker.inputs import InputError, read_catalogue, read_need, read_policy, read_supply
from matchmaker.policy import Policy
from matchmaker.printing import ranking_table
from matchmaker.ranking import rank
from matchmaker.schemas import SCHEMAS
from matchmaker.supply import Supply
from matchmaker.supply_files import DamagedSupplyError, OtherCatalogueError, open_supply
from matchmaker.taxonomy import Taxonomy

OF_THIS_CHECKOUT = Path(__file__).resolve().parent.parent / "apps" / "catalog" / "data"
BAD_INPUT = 2
MAPPED = ".supply"


@dataclass(frozen=True, slots=True)
class _Given:
    """What is ranked; `names` for the table, `as_of` where the document says it."""

    supply: Supply
    names: Mapping[str, str]
    as_of: date | None


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        answer = _ranked(options) if options.command == "rank" else _text(SCHEMAS[options.document]())
    except InputError as error:
        sys.stderr.write(f"error: {error}\n")
        return BAD_INPUT
    sys.stdout.write(f"{answer}\n")
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m matchmaker", description="Rank facilities for a need.")
    commands = parser.add_subparsers(dest="command", required=True)
    ranking = commands.add_parser("rank", help="rank the facilities of a supply for a need")
    ranking.add_argument("--need", required=True, type=Path, help="JSON file of the need")
    ranking.add_argument("--supply", required=True, type=Path, help="JSON file of the facilities, or a .supply file")
    ranking.add_argument(
        "--catalogue",
        type=Path,
        help="directory of CSV tables or one JSON file (default: that of the .supply file, else of this checkout)",
    )
    ranking.add_argument("--policy", type=Path, help="JSON file of a policy (default: the standard policy)")
    ranking.add_argument("--as-of", type=_day, help="day of the ranking (default: as_of of the supply, else today)")
    ranking.add_argument("--json", action="store_true", help="print the ranking as a JSON document")
    ranking.add_argument("--top", type=_count, help="show or write so many matches at most")
    schema = commands.add_parser("schema", help="print the JSON Schema of a document")
    schema.add_argument("document", choices=sorted(SCHEMAS))
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("must be a date like 2026-03-31") from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError("must be a whole number above 0")
    return int(text)


def _ranked(options: Namespace) -> str:
    given = _mapped(options) if options.supply.suffix == MAPPED else _read(options)
    policy = read_policy(str(options.policy), _content(options.policy)) if options.policy else Policy.default()
    need = read_need(str(options.need), _content(options.need), given.supply.taxonomy)
    as_of = options.as_of or given.as_of or datetime.now(UTC).date()
    ranking = rank(need, given.supply, policy, as_of)
    if not options.json:
        return ranking_table(ranking, given.names, options.top)
    return _text(ranking_document(replace(ranking, matches=ranking.matches[: options.top])))


def _read(options: Namespace) -> _Given:
    """Facilities from a document. Raises InputError."""
    taxonomy = _taxonomy(options.catalogue or OF_THIS_CHECKOUT)
    document = read_supply(str(options.supply), _content(options.supply), taxonomy)
    return _Given(Supply.build(document.facilities, taxonomy), document.names, document.as_of)


def _mapped(options: Namespace) -> _Given:
    """A supply that was built before. Raises InputError."""
    taxonomy = _taxonomy(options.catalogue) if options.catalogue else None
    try:
        return _Given(open_supply(options.supply, taxonomy), {}, None)
    except DamagedSupplyError as error:
        raise InputError(str(options.supply), error.part, error.what) from None
    except OtherCatalogueError:
        raise InputError(str(options.supply), "", "was written with another catalogue") from None
    except OSError as error:
        raise InputError(str(options.supply), "", f"cannot be read: {error.strerror}") from None


def _text(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _taxonomy(path: Path) -> Taxonomy:
    """Raises InputError."""
    catalogue = _tables(path) if path.is_dir() else read_catalogue(str(path), _content(path))
    try:
        return Taxonomy.build(catalogue)
    except KeyError as error:
        raise InputError(str(path), "", f"names {error.args[0]}, which it does not hold") from None
    except ValueError as error:
        raise InputError(str(path), "", str(error)) from None


def _tables(directory: Path) -> Catalogue:
    try:
        return catalogue_from_tables({name: _content(directory / f"{name}.csv") for name in TABLES})
    except TableError as error:
        where = f"line {error.line}, column {error.column}"
        raise InputError(str(directory / f"{error.table}.csv"), where, error.rule) from None


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(str(path), "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(str(path), "", "must be UTF-8 text") from None


if __name__ == "__main__":
    sys.exit(main())
