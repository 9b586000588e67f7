"""What makes one need due: itself, the networks it is open to, and what its organisation is to a facility."""

import pgtrigger

from apps.accounts.models import Organisation
from apps.matching.models.bump import PARKED, RANKED, bump
from apps.matching.models.watched.proxies import after, watch
from apps.needs.models import Need, NeedPartnerNetwork

SUBMITTED_ALREADY = f"SELECT id FROM new_rows WHERE state IN {RANKED}"
# A step from one ranked state to the next changes nothing that the engine reads.
REVISED_OR_SUBMITTED = f"""
SELECT now.id FROM new_rows AS now JOIN old_rows AS was ON was.id = now.id
WHERE now.state IN {RANKED} AND (was.state NOT IN {RANKED}
    OR (now.current_id, now.home_network_id, now.organisation_id)
        IS DISTINCT FROM (was.current_id, was.home_network_id, was.organisation_id))
"""
# A need that is no longer ranked keeps its job, out of the queue's sight; `wanted` never falls, so that no late
# worker can answer a question that is asked again under the same number.
PARK = f"""
UPDATE matching_matchjob AS job SET run_after = {PARKED}, dirty_since = NULL
FROM new_rows AS now JOIN old_rows AS was ON was.id = now.id
WHERE job.need_id = now.id AND was.state IN {RANKED} AND now.state NOT IN {RANKED}
"""


def _needs_of(rows: str) -> str:
    return f"SELECT id FROM needs_need WHERE state IN {RANKED} AND id IN ({rows})"


CUSTOMER_KIND_CHANGED = _needs_of("""
SELECT need.id FROM needs_need AS need
JOIN new_rows AS now ON now.id = need.organisation_id JOIN old_rows AS was ON was.id = now.id
WHERE now.customer_kind <> was.customer_kind
""")


def _partner_triggers() -> list[pgtrigger.Trigger]:
    both = "SELECT need_id FROM new_rows UNION SELECT need_id FROM old_rows"
    return [
        after("insert", bump(_needs_of("SELECT need_id FROM new_rows"))),
        after("update", bump(_needs_of(both))),
        after("delete", bump(_needs_of("SELECT need_id FROM old_rows"))),
    ]


watch(
    "WatchedNeed",
    Need,
    [after("insert", bump(SUBMITTED_ALREADY)), after("update", f"{bump(REVISED_OR_SUBMITTED)}; {PARK}")],
)
watch("WatchedNeedPartnerNetwork", NeedPartnerNetwork, _partner_triggers())
watch("WatchedOrganisation", Organisation, [after("update", bump(CUSTOMER_KIND_CHANGED))])
