"""Supplies, and tables of facilities, as files: see `array_files`.

A supply's file holds its catalogue, so that it can be ranked against by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker import ENGINE_VERSION, columns, row_lists, storage, tables
from matchmaker.array_files import DamagedSupplyError, open_record, write_record
from matchmaker.documents import catalogue_document, catalogue_from_document
from matchmaker.places import Positions
from matchmaker.supply import Columns, SegmentedError, Supply
from matchmaker.tables import SupplyTables
from matchmaker.taxonomy import Taxonomy

__all__ = ["DamagedSupplyError", "OtherCatalogueError", "open_supply", "open_tables", "write_supply", "write_tables"]

SUPPLY, TABLES = "supply", "tables"


class OtherCatalogueError(ValueError):
    """A file was written with another catalogue than the one it is to be read with."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: was written with another catalogue")


@dataclass(frozen=True, slots=True)
class _Kept:
    columns: Columns
    catalogue: NDArray[np.uint8]  # its document, JSON


MODELS: dict[str, type[Any]] = {
    model.__name__: model
    for model in (
        _Kept,
        Columns,
        Positions,
        columns.SiteColumns,
        columns.LineColumns,
        columns.ResourceColumns,
        columns.HoldingColumns,
        storage.Coded,
        storage.Bits,
        storage.Flag,
        storage.Texts,
        row_lists.Named,
        row_lists.Words,
        row_lists.Ragged,
        row_lists.Shared,
        tables.SupplyTables,
        tables.SiteTable,
        tables.FigureTable,
        tables.LineTable,
        tables.ResourceTable,
        tables.WeekTable,
        tables.MachineTable,
        tables.CertificateTable,
        tables.PairTable,
        tables.WordTable,
    )
}


def write_supply(supply: Supply, path: Path) -> None:
    """Atomically, on the disk when this returns. Raises SegmentedError for a supply with changes on top."""
    if supply.columns is None:
        raise SegmentedError
    document = json.dumps(catalogue_document(supply.taxonomy.catalogue)).encode()
    kept = _Kept(supply.columns, np.frombuffer(document, dtype=np.uint8))
    write_record(path, SUPPLY, _about(supply.taxonomy) | {"digest": supply.digest()}, kept)


def open_supply(path: Path, taxonomy: Taxonomy | None = None, *, verify: bool = True) -> Supply:
    """The supply of a file, its columns mapped: processes that open it share one copy.

    Without `taxonomy` the catalogue of the file is compiled. `verify` reads all of it to compare checksums; once that
    was done after writing, opening may do without. Raises DamagedSupplyError, OtherCatalogueError where `taxonomy` is
    of another catalogue, OSError where the file cannot be read.
    """
    opened = open_record(path, SUPPLY, MODELS, verify=verify)
    _check_engine(path, opened.about)
    if taxonomy is None:
        taxonomy = Taxonomy.build(catalogue_from_document(json.loads(opened.record.catalogue.tobytes())))
    if taxonomy.digest != opened.about["catalogue"]:
        raise OtherCatalogueError(path)
    supply = Supply(taxonomy, opened.record.columns)
    if verify and supply.digest() != opened.about["digest"]:
        raise DamagedSupplyError(path, "digests", "do not add up to the supply's digest")
    return supply


def write_tables(tables: SupplyTables, taxonomy: Taxonomy, path: Path) -> None:
    """What some facilities state, for a change to be made again later. Atomically, on the disk when this returns."""
    write_record(path, TABLES, _about(taxonomy), tables)


def open_tables(path: Path, taxonomy: Taxonomy, *, verify: bool = True) -> SupplyTables:
    """Raises as `open_supply`."""
    opened = open_record(path, TABLES, MODELS, verify=verify)
    _check_engine(path, opened.about)
    if taxonomy.digest != opened.about["catalogue"]:
        raise OtherCatalogueError(path)
    found: SupplyTables = opened.record
    return found


def _about(taxonomy: Taxonomy) -> dict[str, Any]:
    return {"engine": ENGINE_VERSION, "catalogue": taxonomy.digest}


def _check_engine(path: Path, about: Mapping[str, Any]) -> None:
    """Columns are what one version of the engine makes of facts."""
    if about["engine"] != ENGINE_VERSION:
        raise DamagedSupplyError(path, "header", f"is of engine {about['engine']}, not {ENGINE_VERSION}")
