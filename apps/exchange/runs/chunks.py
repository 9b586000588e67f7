"""A chunk of rows is one transaction: what a killed worker had not finished is as if it had never begun."""

from contextlib import AbstractContextManager
from typing import Any

import pghistory
from django.db import connection

from apps.accounts.models import User
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


def acting(batch: ImportBatch, user: User | None) -> AbstractContextManager[Any]:
    """The history of rows names who applied or undid the import, although a worker writes."""
    return pghistory.context(user=None if user is None else user.pk, imported=str(batch.public_id))
