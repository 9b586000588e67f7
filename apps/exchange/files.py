"""Files to be downloaded by name: templates, and exports of a network's facilities."""

from dataclasses import dataclass
from typing import Any

from apps.core.errors import NotFoundError
from apps.exchange import exporting
from apps.exchange import templates_writing as writing
from apps.exchange.columns import SHEETS
from apps.exchange.okw_writing import Wording, listed_facilities, write_2022, write_v1
from apps.exchange.terms import CatalogueWords
from apps.networks.models import Network

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"json": "application/json", "xlsx": XLSX, "zip": "application/zip", "csv": "text/csv; charset=utf-8"}
SHEET_FILES = {f"{sheet.name}.csv": sheet for sheet in SHEETS}
TEMPLATE_NAMES = ("matchmaker-template.xlsx", "matchmaker-template.zip", *SHEET_FILES)
OKW_FILES = {"open-know-where-1.json": write_v1, "open-know-where-2022.json": write_2022}
EXPORT_NAMES = ("facilities.xlsx", "facilities.zip", *OKW_FILES, *SHEET_FILES)


@dataclass(frozen=True)
class Download:
    name: str
    kind: str
    data: bytes


def template_file(name: str) -> Download:
    """Errors: NotFoundError for a name that is none of TEMPLATE_NAMES."""
    if name in SHEET_FILES:
        return _download(name, writing.template_csv(SHEET_FILES[name]))
    if name not in TEMPLATE_NAMES:
        raise NotFoundError("file_not_found", "There is no such file.")
    return _download(name, writing.template_xlsx() if name.endswith(".xlsx") else writing.template_zip())


def export_file(network: Network, name: str, user: Any, *, everything: bool = False) -> Download:
    """What the user may read of the network's facilities. Errors: NotFoundError for none of EXPORT_NAMES."""
    if name not in EXPORT_NAMES:
        raise NotFoundError("file_not_found", "There is no such file.")
    if name in OKW_FILES:
        listed = listed_facilities(network, user, everything=everything)
        return _download(name, OKW_FILES[name](listed, Wording.load(CatalogueWords())))
    rows = exporting.exported_rows(network, user, everything=everything)
    if name in SHEET_FILES:
        sheet = SHEET_FILES[name]
        return _download(name, writing.csv_of(sheet, rows.get(sheet.name, ())))
    return _download(name, writing.xlsx(rows) if name.endswith(".xlsx") else writing.csv_zip(rows))


def _download(name: str, data: bytes) -> Download:
    return Download(name, KINDS[name.rsplit(".", 1)[1]], data)
