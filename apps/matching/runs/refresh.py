"""Time changes rankings too: needs whose ranking rests on facts that went stale or expired since become due."""

from datetime import date

from django.db import connection, transaction

from apps.matching.models.bump import RANKED, bump

NEEDS_AT_ONCE = 500

# Between the day of the current ranking (`made`) and today
# * the due date passed, or a tenth of the days that were left has gone,
# * a facility among its matches has a fact that was fresh then and is not now, or a certificate that expired,
# * a facility of its networks ended its pause.
# A job that is due already will see today's facts.
_STALE = """
SELECT need.id
FROM matching_matchjob AS job
JOIN needs_need AS need ON need.id = job.need_id
JOIN needs_needrevision AS revision ON revision.id = need.current_id
JOIN matching_ranking AS ranking ON ranking.need_id = job.need_id AND ranking.rev = job.done
JOIN matching_policy AS policy ON policy.id = ranking.policy_id
WHERE job.done = job.wanted AND need.state IN {ranked} AND ranking.as_of < %(today)s AND (
    revision.due_on >= ranking.as_of
        AND (revision.due_on < %(today)s OR 10 * (%(today)s - ranking.as_of) >= revision.due_on - ranking.as_of)
    OR EXISTS (
        SELECT FROM matching_match AS match
        CROSS JOIN LATERAL (
            SELECT confirmed_on FROM facilities_facility WHERE id = match.facility_id
            UNION ALL SELECT confirmed_on FROM facilities_capability WHERE facility_id = match.facility_id
            UNION ALL SELECT confirmed_on FROM facilities_resource WHERE facility_id = match.facility_id
            UNION ALL SELECT week.as_of FROM facilities_capacityweek AS week
                JOIN facilities_resource AS resource ON resource.id = week.resource_id
                WHERE resource.facility_id = match.facility_id
        ) AS fact (stated_on)
        CROSS JOIN LATERAL unnest(ARRAY[
            coalesce((policy.body ->> 'capacity_fresh_days')::numeric::int, 14),
            coalesce((policy.body ->> 'record_stale_days')::numeric::int, 365)
        ]) AS days
        WHERE match.ranking_id = ranking.id
            AND fact.stated_on + days >= ranking.as_of AND fact.stated_on + days < %(today)s)
    OR EXISTS (
        SELECT FROM matching_match AS match
        JOIN facilities_heldcertificate AS held ON held.facility_id = match.facility_id
        WHERE match.ranking_id = ranking.id AND held.expires_on >= ranking.as_of AND held.expires_on < %(today)s)
    OR EXISTS (
        SELECT FROM facilities_facility AS facility
        JOIN facilities_facilitynetwork AS link ON link.facility_id = facility.id
        WHERE facility.paused_until >= ranking.as_of AND facility.paused_until < %(today)s
            AND (link.network_id = need.home_network_id OR link.network_id IN (
                SELECT partner.network_id FROM needs_needpartnernetwork AS partner WHERE partner.need_id = need.id))))
ORDER BY need.id LIMIT %(limit)s
"""
_BUMP = bump(_STALE.format(ranked=RANKED))


def refresh_stale(today: date) -> int:
    """Bump those needs, a batch a transaction; returns how many. A second call finds nothing new."""
    bumped = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BUMP, {"today": today, "limit": NEEDS_AT_ONCE})
            found = int(cursor.rowcount)
        bumped += found
        if found < NEEDS_AT_ONCE:
            return bumped
