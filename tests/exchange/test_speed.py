"""Thousands of rows a minute, and queries that do not grow with the file."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.exchange.models import ImportBatch
from apps.exchange.services import apply_import, undo_import, upload_for_network
from apps.facilities.models import Capability, Facility
from tests.cast import Cast
from tests.exchange.archives import zipped
from tests.exchange.world import carried, imported, make_catalogue, place, table

pytestmark = pytest.mark.django_db
FACILITIES = 500
ROWS_A_MINUTE = 1_000  # far below what an idle machine does, so that a busy one does not fail


def files(count: int) -> bytes:
    """A facility, two capabilities and a machine for each."""
    sites = table(
        *(place(n, city="Accra", lat="5.6", lon="-0.2", materials="abs; pla", min_run=5) for n in range(count))
    )
    lines = table(
        *({"facility": f"p{n}", "process": process, "lead_days_low": 3, "materials": "abs"}
          for n in range(count) for process in ("milling", "turning"))
    )  # fmt: skip
    machines = table(*({"facility": f"p{n}", "machine": "haas-vf2", "count": 2} for n in range(count)))
    return zipped({"facilities.csv": sites, "capabilities.csv": lines, "machines.csv": machines})


def test_thousands_of_rows_a_minute(cast: Cast) -> None:
    make_catalogue()
    batch = upload_for_network(cast.lakeside, "all.zip", files(FACILITIES), source="s", acting_user=cast.carla)
    seconds = {}
    for name, command in (("read", None), ("apply", apply_import), ("undo", undo_import)):
        began = time.perf_counter()
        if command is not None:
            command(batch, acting_user=cast.carla)
        batch = carried(batch)
        seconds[name] = time.perf_counter() - began
        if name == "apply":
            assert Facility.objects.filter(source="imported").count() == FACILITIES
            assert Capability.objects.filter(source="imported").count() == 2 * FACILITIES
    rows = 4 * FACILITIES
    rates = {name: round(60 * rows / taken) for name, taken in seconds.items()}
    print(f"\n{rows} rows of {FACILITIES} facilities, rows a minute: {rates}")
    assert not Facility.objects.filter(source="imported").exists()
    assert min(rates.values()) >= ROWS_A_MINUTE


def queries(cast: Cast, count: int, source: str) -> int:
    batch = upload_for_network(cast.lakeside, "all.zip", files(count), source=source, acting_user=cast.carla)
    with CaptureQueriesContext(connection) as captured:
        carried(batch)
    return len(captured)


def test_reading_asks_the_database_no_more_for_many_rows_of_a_chunk_than_for_few(cast: Cast) -> None:
    make_catalogue()
    imported(cast.lakeside, files(40), cast.carla, name="all.zip", source="known")
    assert queries(cast, 40, "known") == queries(cast, 5, "known")
    assert ImportBatch.objects.count() == 3
