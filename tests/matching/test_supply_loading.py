"""Tables straight from the database: the same supply as from the records, and no shifted reading."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.errors import DivisionByZero

from apps.catalog.loader import load_catalogue
from apps.facilities.models import Facility
from apps.matching.snapshots import binary_rows
from apps.matching.snapshots.binary_rows import Field, UnevenRowsError, code, key, number, read_some, read_table
from apps.matching.snapshots.catalogue import read_catalogue
from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.keys import CatalogueKeys, NewerCatalogueError, Places, looked_up, translated
from apps.matching.snapshots.loading import load_tables, read_supply
from config.sample_world import load_sample_world
from matchmaker.catalogue_codes import CatalogueCodes
from matchmaker.supply import Supply
from matchmaker.tables import length
from matchmaker.taxonomy import Taxonomy
from tests import builders
from tests.matching.drawn import Draw

pytestmark = pytest.mark.django_db
TODAY = builders.today()


def from_records(as_of: date = TODAY, keys: Any = None) -> Supply:
    return Supply.build(read_facilities(as_of, keys).values(), Taxonomy.build(read_catalogue()))


def from_tables(as_of: date = TODAY, keys: Any = None) -> Supply:
    taxonomy = Taxonomy.build(read_catalogue())
    catalogue = CatalogueKeys.read(CatalogueCodes.of(taxonomy))
    return Supply.from_tables(load_tables(as_of, catalogue, keys), taxonomy)


def by_facility(supply: Supply) -> dict[str, Any]:
    assert supply.columns is not None
    return dict(zip(supply.sites.ids, supply.columns.digests.tolist(), strict=True))


def assert_equal(one: Supply, other: Supply) -> None:
    """Facility by facility, so that a failure names them."""
    digests = [by_facility(supply) for supply in (one, other)]
    assert [name for name in digests[0] if digests[0][name] != digests[1].get(name)] == []
    assert one.digest() == other.digest()


@pytest.mark.parametrize("seed", range(6))
def test_tables_say_what_the_records_say(seed: int) -> None:
    draw = Draw(seed, TODAY)
    facilities = [draw.facility() for _ in range(20)]
    assert_equal(from_tables(), from_records())
    for days in (1, 7):
        then = TODAY + timedelta(days=days)
        assert_equal(from_tables(then), from_records(then))
    some = [facility.pk for facility in facilities[::3]]
    assert_equal(from_tables(keys=some), from_records(keys=some))


def test_the_sample_network_reads_the_same_both_ways() -> None:
    load_catalogue(report=lambda _: None)
    load_sample_world(today=TODAY, report=lambda _: None, outside_demo=True)
    assert Facility.objects.count() > 20
    assert_equal(read_supply(TODAY), from_records())


def test_no_facility_at_all() -> None:
    builders.process()
    assert_equal(from_tables(), from_records())
    assert_equal(from_tables(keys=[]), from_records(keys=[]))
    assert_equal(from_tables(keys=[7]), from_records(keys=[7]))


def test_rows_come_in_as_many_blocks_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Draw(1, TODAY)
    for _ in range(12):
        draw.facility()
    monkeypatch.setattr(binary_rows, "BLOCK", 5)
    assert_equal(from_tables(), from_records())


def test_reading_takes_the_same_queries_for_many_facilities() -> None:
    counts = []
    for _ in range(2):
        builders.capacity_week()
        builders.capability().materials.add(builders.material())
        with CaptureQueriesContext(connection) as seen:
            read_supply(TODAY)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_blank_that_nobody_foresaw_is_an_error() -> None:
    builders.facility()
    unguarded = Field("min_run", "min_run::int4", ">i4", "i4")
    with pytest.raises(UnevenRowsError):
        read_table([key("id"), unguarded], "facilities_facility")


def test_another_width_is_an_error() -> None:
    builders.facility()
    with pytest.raises(UnevenRowsError):
        read_table([Field("id", "id::int8", ">i4", "i4")], "facilities_facility")
    with pytest.raises(UnevenRowsError):
        read_some([Field("name", "convert_to(name, 'UTF8')", "S3", "S3")], "facilities_facility", "id > 0")


def test_texts_of_several_lengths_are_an_error_where_one_is_expected() -> None:
    for name in ("abc", "abcd"):
        builders.facility(name=name)
    with pytest.raises(UnevenRowsError):
        read_table([Field("name", "convert_to(name, 'UTF8')", "S3", "S3")], "facilities_facility")


def test_a_query_that_fails_says_so() -> None:
    builders.facility()
    with pytest.raises(DivisionByZero):
        read_table([number("broken", "1 / (id - id)")], "facilities_facility")


def test_values_and_blanks_as_numbers() -> None:
    builders.facility(lat=1 / 3, lon=0, signs_nda=True)
    builders.facility(signs_nda=None)
    found = read_table([number("lat"), code("signs_nda")], "facilities_facility")
    assert found["lat"].tolist()[0] == 1 / 3
    assert np.isnan(found["lat"][1])
    assert found["signs_nda"].tolist() == [1, -1]


def test_keys_and_words_that_nobody_knows_are_errors() -> None:
    places = Places.of(np.array([5, 3, 9]))
    assert places.find(np.array([9, 3, 3])).tolist() == [2, 1, 1]
    for strange in (1, 4, 10):
        with pytest.raises(KeyError):
            places.find(np.array([3, strange]))
    assert looked_up(np.array([2, 1]), {1: 0.5, 2: 0.75}).tolist() == [0.75, 0.5]
    for strange in (0, 3, 9):
        with pytest.raises(NewerCatalogueError):
            looked_up(np.array([strange]), {1: 0, 2: 1, 4: 2})
    with pytest.raises(ValueError, match="none of the lists"):
        translated(np.array([0, -1]), [1, 2])


def test_a_network_of_one() -> None:
    facility = Draw(3, TODAY).facility()
    taxonomy = Taxonomy.build(read_catalogue())
    tables = load_tables(TODAY, CatalogueKeys.read(CatalogueCodes.of(taxonomy)))
    assert length(tables.sites) == 1
    assert tables.sites.ids.tolist() == [str(facility.pk).encode()]
