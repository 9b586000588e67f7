"""BUMP: the one statement that makes needs due. Triggers, the fan-out of supply changes and services all use it."""

RANKED = (
    "('submitted', 'in_review', 'need_info', 'open', 'matched')"  # needs.models.need.RANKED_STATES; a test compares
)
DEBOUNCE = "statement_timestamp() + interval '2 seconds'"
AT_ONCE = "statement_timestamp()"
PARKED = "'9000-01-01 00:00:00+00'"  # not infinity, which Python cannot read

_BUMP = """
INSERT INTO matching_matchjob AS job (need_id, supply_version)
SELECT concerned.id, {supply_version} FROM ({needs}) AS concerned ORDER BY concerned.id
ON CONFLICT (need_id) DO UPDATE SET
    wanted = job.wanted + 1,
    attempts = least(job.attempts, 1),
    dead = false,
    supply_version = greatest(job.supply_version, excluded.supply_version),
    dirty_since = CASE WHEN coalesce(job.done, 0) < job.wanted
        THEN coalesce(job.dirty_since, statement_timestamp()) ELSE statement_timestamp() END,
    run_after = CASE WHEN job.done IS NULL THEN least(job.run_after, {soon})
        WHEN job.done < job.wanted THEN least({soon}, coalesce(job.dirty_since + interval '10 seconds', {soon}))
        ELSE {soon} END
"""


def bump(needs: str, *, supply_version: str = "0", soon: str = DEBOUNCE) -> str:
    """SQL that makes each need due that `needs`, a query with one column `id`, yields; in order of need.

    A need that was never ranked keeps its place and is not debounced; the others wait two seconds for the next edit,
    ten at most. An edit does not put a job back among those that run in batches: it may be the one that failed there,
    and only a ranking proves it healthy.
    """
    return _BUMP.format(needs=needs, supply_version=supply_version, soon=soon)
