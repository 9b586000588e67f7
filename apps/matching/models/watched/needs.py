"""What makes one need due: itself, the networks it is open to, and what its organisation is to a facility."""

import pgtrigger

from apps.accounts.models import Organisation
from apps.matching.models.bump import PARKED, RANKED, bump
from apps.matching.models.watched.proxies import after, watch
from apps.needs.models import Need, NeedPartnerNetwork

_SUBMITTED_ALREADY = "SELECT id FROM new_rows WHERE state IN {ranked}"
# A step from one ranked state to the next changes nothing that the engine reads.
_REVISED_OR_SUBMITTED = """
SELECT now.id FROM new_rows AS now JOIN old_rows AS was ON was.id = now.id
WHERE now.state IN {ranked} AND (was.state NOT IN {ranked}
    OR (now.current_id, now.home_network_id, now.organisation_id)
        IS DISTINCT FROM (was.current_id, was.home_network_id, was.organisation_id))
"""
# A need that is no longer ranked keeps its job, out of the queue's sight; `wanted` never falls, so that no late
# worker can answer a question that is asked again under the same number.
_PARK = """
UPDATE matching_matchjob AS job SET run_after = {parked}, dirty_since = NULL
FROM (
    SELECT need_id FROM matching_matchjob WHERE need_id IN (
        SELECT now.id FROM new_rows AS now JOIN old_rows AS was ON was.id = now.id
        WHERE was.state IN {ranked} AND now.state NOT IN {ranked})
    ORDER BY need_id FOR NO KEY UPDATE
) AS ended
WHERE job.need_id = ended.need_id
"""
_CUSTOMER_KIND_CHANGED = """
SELECT need.id FROM needs_need AS need
JOIN new_rows AS now ON now.id = need.organisation_id JOIN old_rows AS was ON was.id = now.id
WHERE need.state IN {ranked} AND now.customer_kind <> was.customer_kind
"""
_RANKED_AMONG = "SELECT id FROM needs_need WHERE state IN {ranked} AND id IN ({needs})"


def _bump(needs: str, /, **names: str) -> str:
    return bump(needs.format(ranked=RANKED, **names))


def _need_triggers() -> list[pgtrigger.Trigger]:
    park = _PARK.format(ranked=RANKED, parked=PARKED)
    return [
        after("insert", _bump(_SUBMITTED_ALREADY)),
        after("update", f"{_bump(_REVISED_OR_SUBMITTED)}; {park}"),
    ]


def _partner_triggers() -> list[pgtrigger.Trigger]:
    came, went = "SELECT need_id FROM new_rows", "SELECT need_id FROM old_rows"
    return [
        after("insert", _bump(_RANKED_AMONG, needs=came)),
        after("update", _bump(_RANKED_AMONG, needs=f"{came} UNION {went}")),
        after("delete", _bump(_RANKED_AMONG, needs=went)),
    ]


watch("WatchedNeed", Need, _need_triggers())
watch("WatchedNeedPartnerNetwork", NeedPartnerNetwork, _partner_triggers())
watch("WatchedOrganisation", Organisation, [after("update", _bump(_CUSTOMER_KIND_CHANGED))])
