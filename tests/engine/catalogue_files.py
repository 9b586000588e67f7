"""The project's catalogue files as the engine's Catalogue."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from matchmaker.catalogue import Catalogue
from matchmaker.catalogue_tables import TABLES, catalogue_from_tables
from matchmaker.taxonomy import Taxonomy

DATA = Path(__file__).resolve().parents[2] / "apps" / "catalog" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@cache
def catalogue() -> Catalogue:
    return catalogue_from_tables({name: (DATA / f"{name}.csv").read_text(encoding="utf-8") for name in TABLES})


@cache
def taxonomy() -> Taxonomy:
    return Taxonomy.build(catalogue())
