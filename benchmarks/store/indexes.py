"""Indexes set aside while very many rows are loaded: made once at the end, they cost a fraction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Those of the facilities' tables that enforce nothing.
_PLAIN = """
SELECT index.relname, pg_get_indexdef(index.oid)
FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_class AS rel ON rel.oid = indrelid
WHERE rel.relname LIKE 'facilities\\_%' AND rel.relnamespace = 'public'::regnamespace
    AND NOT indisunique AND NOT indisexclusion
ORDER BY 1
"""


@contextmanager
def indexes_set_aside() -> Iterator[None]:
    """Dropped in the block, there again after it, whatever happened in it."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN)
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _, definition in found:
                cursor.execute(definition)
