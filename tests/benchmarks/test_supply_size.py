"""What a facility takes in the copy that all workers map, in the drawn network."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.harness.supplies import column_bytes
from matchmaker.supply_files import write_supply
from tests.benchmarks.conftest import FACILITIES, Town

pytestmark = pytest.mark.django_db

MOST = 1.3 * 1024  # bytes


def test_a_facility_takes_little_in_the_mapped_copy(town: Town, tmp_path: Path) -> None:
    """The tables of distinct figures weigh most in a small network: in a larger one a facility takes less."""
    path = tmp_path / "town.supply"
    write_supply(town.supply, path)
    columns = column_bytes(town.supply.columns)
    assert columns <= MOST * FACILITIES
    beside = path.stat().st_size - columns  # the catalogue, the header and gaps, however many facilities there are
    assert 0 < beside < 500_000
