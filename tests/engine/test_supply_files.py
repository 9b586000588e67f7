"""A supply's file reads like the supply, is mapped and not read, and any damage is found and named."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from matchmaker import array_files, supply_files
from matchmaker.array_files import ALIGNED, FIXED
from matchmaker.documents import ranking_document
from matchmaker.fact_tables import tables_of
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import SegmentedError, Supply
from matchmaker.supply_files import (
    DamagedSupplyError,
    OtherCatalogueError,
    open_supply,
    open_tables,
    write_supply,
    write_tables,
)
from matchmaker.taxonomy import Taxonomy
from tests.engine import sample
from tests.engine.catalogue_files import catalogue, taxonomy
from tests.engine.contents import content, said
from tests.engine.seeded import made_facility

Header = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "of_the_day.supply"
    write_supply(sample.supply(), path)
    return path


def header_of(path: Path) -> tuple[Header, int]:
    """The header, and where the arrays begin."""
    raw = path.read_bytes()
    _, _, _, length = FIXED.unpack(raw[: FIXED.size])
    return json.loads(raw[FIXED.size : FIXED.size + length]), -(-(FIXED.size + length) // ALIGNED) * ALIGNED


def other_taxonomy() -> Taxonomy:
    return Taxonomy.build(replace(catalogue(), stages=catalogue().stages[:-1]))


def flip(path: Path, place: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 0x10
    path.write_bytes(bytes(raw))


def arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from arrays(item)
    elif is_dataclass(value):
        for entry in fields(value):
            yield from arrays(getattr(value, entry.name))


def test_a_file_reads_like_the_supply(path: Path) -> None:
    for verify in (True, False):
        opened = open_supply(path, taxonomy(), verify=verify)
        assert opened.digest() == sample.supply().digest()
        assert content(opened) == content(sample.supply())


@pytest.mark.parametrize("seed", range(10))
def test_made_supplies_read_the_same(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    crowd = [made_facility(f"f{at}", random) for at in range(seed)]
    supply = Supply.build(crowd, taxonomy())
    write_supply(supply, tmp_path / "s")
    assert content(open_supply(tmp_path / "s", taxonomy())) == content(supply)


def test_a_need_is_ranked_over_the_file_alone(path: Path) -> None:
    """The catalogue stands in the file."""
    need, policy = sample.needs()["N01"], Policy.default()
    over_file = rank(need, open_supply(path), policy, sample.AS_OF)
    assert ranking_document(over_file) == ranking_document(rank(need, sample.supply(), policy, sample.AS_OF))


def test_its_columns_are_views_that_cannot_be_written(path: Path) -> None:
    found = [array for array in arrays(open_supply(path, taxonomy()).columns) if array.size]
    assert len(found) > 50
    for array in found:
        assert not array.flags.writeable
        assert not array.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array


def test_what_is_built_cannot_be_written_either() -> None:
    columns = Supply.build(sample.facilities(), taxonomy()).columns
    assert [array for array in arrays(columns) if array.flags.writeable] == []


def test_arrays_stand_at_multiples_of_64_bytes(path: Path) -> None:
    header, start = header_of(path)
    assert start % ALIGNED == 0
    assert {offset % ALIGNED for _, _, _, offset, _ in header["arrays"]} == {0}
    assert path.stat().st_size == start + header["size"]


def test_changes_go_on_top_of_a_file(path: Path) -> None:
    crowd = {item.id: item for item in sample.facilities()}
    new = made_facility("new", Random(1))
    removed = sorted(crowd)[0]
    supply = open_supply(path, taxonomy()).apply(tables_of([new], taxonomy()), [removed])
    kept = [item for name, item in crowd.items() if name != removed]
    assert supply.digest() == Supply.build([*kept, new], taxonomy()).digest()
    with pytest.raises(SegmentedError):
        write_supply(supply, path)


def test_a_flipped_byte_is_found_in_every_array(path: Path) -> None:
    header, start = header_of(path)
    whole = path.read_bytes()
    for name, dtype, shape, offset, _ in header["arrays"]:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if size:
            flip(path, start + offset + size // 2)
            with pytest.raises(DamagedSupplyError) as damage:
                open_supply(path, taxonomy())
            assert damage.value.part == name
            assert name in str(damage.value)
            path.write_bytes(whole)
    assert open_supply(path, taxonomy()).digest() == sample.supply().digest()


@pytest.mark.parametrize("place", [0, 9, 13, 17, 40, 400])
@pytest.mark.parametrize("verify", [True, False])
def test_a_damaged_header_is_found_even_without_verifying(path: Path, place: int, *, verify: bool) -> None:
    flip(path, place)
    with pytest.raises(DamagedSupplyError) as damage:
        open_supply(path, taxonomy(), verify=verify)
    assert damage.value.part == "header"


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("verify", [True, False])
def test_a_file_that_is_cut_off_is_found_even_without_verifying(path: Path, share: float, *, verify: bool) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DamagedSupplyError):
        open_supply(path, taxonomy(), verify=verify)


def test_a_file_that_goes_on_too_long_is_found(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(64))
    with pytest.raises(DamagedSupplyError, match="size of the file"):
        open_supply(path, taxonomy())


def test_another_version_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supply_files, "ENGINE_VERSION", "0.0.1")
    with pytest.raises(DamagedSupplyError, match="engine"):
        open_supply(path, taxonomy())
    monkeypatch.setattr(array_files, "FORMAT", 99)
    with pytest.raises(DamagedSupplyError, match="format"):
        open_supply(path, taxonomy())


def test_another_catalogue_is_refused(path: Path) -> None:
    with pytest.raises(OtherCatalogueError):
        open_supply(path, other_taxonomy())


def test_another_kind_of_file_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(DamagedSupplyError, match="holds supply, not tables"):
        open_tables(path, taxonomy())
    other = tmp_path / "other"
    other.write_bytes(b"#!/bin/sh\n" * 20)
    with pytest.raises(DamagedSupplyError, match="another kind"):
        open_supply(other, taxonomy())
    with pytest.raises(FileNotFoundError):
        open_supply(tmp_path / "nothing", taxonomy())


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_supply(Supply.build([], taxonomy()), path)
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_who_has_mapped_an_old_file_keeps_it(path: Path) -> None:
    old = open_supply(path, taxonomy())
    write_supply(Supply.build([], taxonomy()), path)
    assert not len(open_supply(path, taxonomy()).sites.ids)
    assert content(old) == content(sample.supply())


def test_the_same_supply_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write_supply(Supply.build(sample.facilities()[::-1], taxonomy()), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_tables_read_the_same(tmp_path: Path) -> None:
    random = Random(5)
    tables = tables_of([made_facility(f"f{at}", random) for at in range(4)], taxonomy())
    write_tables(tables, taxonomy(), tmp_path / "t")
    opened = open_tables(tmp_path / "t", taxonomy())
    assert said(opened) == said(tables)
    assert Supply.from_tables(opened, taxonomy()).digest() == Supply.from_tables(tables, taxonomy()).digest()
    flip(tmp_path / "t", (tmp_path / "t").stat().st_size - ALIGNED)
    with pytest.raises(DamagedSupplyError):
        open_tables(tmp_path / "t", taxonomy())
    with pytest.raises(OtherCatalogueError):
        open_tables(tmp_path / "t", other_taxonomy(), verify=False)
