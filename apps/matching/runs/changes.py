"""From "this facility changed" to needs that are due.

1. `number_changes` turns the rows that triggers appended into the next numbered SupplyVersion. It takes what it finds,
   never "all ids above the last one seen": a row that commits late would be lost. One at a time, so numbers have no
   gaps and every worker can catch up from its own last one.
2. `fan_out` bumps the needs that a version concerns, a batch a transaction, and notes in the same transaction how far
   it came: each need once, whenever a worker dies.
"""

from django.db import connection, transaction

from apps.matching.models.bump import RANKED, bump
from apps.matching.models.watched.supply import CATALOGUE

NUMBERING_LOCK = 0x5C4A9E  # any number that no other advisory lock here has
CHANGES_AT_ONCE = 20_000
NEEDS_AT_ONCE = 500

# The networks that are concerned: those of the changed facilities now, and those that one of them joined or left.
_NUMBER = """
WITH taken AS (
    DELETE FROM matching_supplychange WHERE id IN (SELECT id FROM matching_supplychange ORDER BY id LIMIT %(limit)s)
    RETURNING facility_id, network_id, rerank
), concerned AS (
    SELECT network_id FROM taken WHERE network_id IS NOT NULL
    UNION
    SELECT link.network_id FROM facilities_facilitynetwork AS link
    WHERE link.facility_id IN (SELECT facility_id FROM taken WHERE rerank)
    UNION
    SELECT id FROM networks_network WHERE %(catalogue)s IN (SELECT facility_id FROM taken)
)
INSERT INTO matching_supplyversion (number, facility_ids, network_ids, bump_from)
SELECT (SELECT coalesce(max(number), 0) + 1 FROM matching_supplyversion),
    ARRAY(SELECT DISTINCT facility_id FROM taken ORDER BY 1),
    ARRAY(SELECT network_id FROM concerned ORDER BY 1),
    CASE WHEN EXISTS (SELECT FROM concerned) THEN 0 END
WHERE EXISTS (SELECT FROM taken)
"""
_PENDING = """
SELECT number, network_ids, bump_from FROM matching_supplyversion
WHERE bump_from IS NOT NULL ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_CONCERNED = """
SELECT need.id FROM needs_need AS need
WHERE need.state IN {ranked} AND need.id >= %(bump_from)s AND (need.home_network_id = ANY(%(networks)s)
    OR EXISTS (SELECT FROM needs_needpartnernetwork AS partner
               WHERE partner.need_id = need.id AND partner.network_id = ANY(%(networks)s)))
ORDER BY need.id LIMIT %(limit)s
"""
_BUMP = bump(_CONCERNED.format(ranked=RANKED), supply_version="%(number)s::bigint") + " RETURNING need_id"


@transaction.atomic
def number_changes() -> bool:
    """Number the changes that wait. False where there are none, or where somebody else is numbering them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [NUMBERING_LOCK])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_NUMBER, {"limit": CHANGES_AT_ONCE, "catalogue": CATALOGUE})
        return bool(cursor.rowcount)


@transaction.atomic
def fan_out() -> bool:
    """Bump the next needs of the oldest version that has some left. False where none has."""
    with connection.cursor() as cursor:
        cursor.execute(_PENDING)
        pending = cursor.fetchone()
        if pending is None:
            return False
        number, networks, bump_from = pending
        place = {"number": number, "networks": networks, "bump_from": bump_from, "limit": NEEDS_AT_ONCE}
        cursor.execute(_BUMP, place)
        bumped = [need_id for (need_id,) in cursor.fetchall()]
        rest = max(bumped) + 1 if len(bumped) == NEEDS_AT_ONCE else None
        cursor.execute("UPDATE matching_supplyversion SET bump_from = %s WHERE number = %s", [rest, number])
        return True
