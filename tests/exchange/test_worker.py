"""A worker that is killed in the middle: the next one goes on, and nothing is there twice."""

from collections.abc import Callable

import pytest

from apps.core.models import AuditEntry
from apps.exchange.models import ImportBatch, ImportRow, SourceListing
from apps.exchange.services import apply_import, undo_import, upload_for_network
from apps.facilities.models import Facility
from tests import builders
from tests.exchange.world import make_catalogue, place, table
from tests.faults.conftest import Worker, broker, start_worker, wait_until

__all__ = ["broker", "start_worker"]
pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 600


def state() -> str:
    return ImportBatch.objects.get().state


def test_killed_while_reading_applying_and_undoing(start_worker: Callable[..., Worker]) -> None:
    make_catalogue()
    serving = builders.coordinator()
    data = table(*(place(number, materials="abs", city="Accra") for number in range(ROWS)))
    batch = upload_for_network(serving.network, "places.csv", data, source="survey", acting_user=serving.user)
    killed = []

    def kill_when(some: Callable[[], bool], doing: str) -> None:
        worker = start_worker()
        wait_until(some)
        worker.kill()
        killed.append(state() == doing)
        start_worker_again.append(start_worker())

    start_worker_again: list[Worker] = []
    kill_when(lambda: ImportRow.objects.count() >= 100, "uploaded")
    wait_until(lambda: state() == "read")
    start_worker_again.pop().kill()
    assert ImportRow.objects.count() == ROWS
    assert sorted(ImportRow.objects.values_list("position", flat=True)) == list(range(1, ROWS + 1))

    apply_import(ImportBatch.objects.get(), acting_user=serving.user)
    kill_when(lambda: ImportRow.objects.filter(state="applied").count() >= 100, "applying")
    wait_until(lambda: state() == "applied")
    start_worker_again.pop().kill()
    assert Facility.objects.count() == SourceListing.objects.count() == ROWS
    assert Facility.objects.values("name").distinct().count() == ROWS
    assert AuditEntry.objects.filter(verb="import").count() == ROWS

    undo_import(ImportBatch.objects.get(), acting_user=serving.user)
    kill_when(lambda: ImportRow.objects.filter(state="undone").count() >= 100, "undoing")
    wait_until(lambda: state() == "undone")
    assert Facility.objects.count() == SourceListing.objects.count() == 0
    assert any(killed), "every worker was done before it was killed"
    assert batch.pk == ImportBatch.objects.get().pk
