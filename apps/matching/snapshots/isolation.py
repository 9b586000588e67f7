"""One consistent view of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

STATEMENT_TIMEOUT = "10s"


@contextmanager
def consistent_view(statement_timeout: str = STATEMENT_TIMEOUT) -> Iterator[None]:
    """Everything that the block reads is of one moment, and the block cannot write.

    Inside somebody's transaction, as in tests, that transaction's view is all there is.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [statement_timeout])
        yield
