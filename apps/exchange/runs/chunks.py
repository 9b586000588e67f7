"""A chunk of rows is one transaction: what a killed worker had not finished is as if it had never begun."""

from django.db import connection

from apps.exchange.models import ImportBatch

CHUNK = 100
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def locked_batch(batch_id: int, state: str) -> ImportBatch | None:
    """The batch, locked until the transaction ends; None where it is not in this state any more."""
    return ImportBatch.objects.select_for_update().filter(pk=batch_id, state=state).first()


def lock_source(batch: ImportBatch) -> None:
    """Two imports of one source write its listings one after the other, so that neither makes a second of one id."""
    of = f"{batch.network_id}:{batch.source}" if batch.network_id else f"facility {batch.facility_id}"
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"exchange:{of}"])
