"""Records of many rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.needs import read_questions
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = builders.today()


def queries_of(count: int) -> int:
    for _ in range(count):
        resource = builders.resource()
        builders.capacity_week(resource=resource)
        line = builders.capability(facility=resource.facility, resource=resource)
        line.materials.add(builders.material())
        builders.held_certificate(facility=resource.facility).scope_processes.add(builders.process())
    with CaptureQueriesContext(
        connection,
    ) as seen:
        read_facilities(TODAY)
    return len(seen)


def test_reading_takes_the_same_queries_for_many_facilities() -> None:
    assert queries_of(2) == queries_of(10) <= 15


def test_reading_takes_the_same_queries_for_many_needs() -> None:
    needs = [builders.need() for _ in range(10)]
    counts = []
    for keys in ([need.pk for need in needs[:2]], [need.pk for need in needs]):
        with CaptureQueriesContext(connection) as seen:
            assert len(read_questions(keys)) == len(keys)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10
