"""Which policy holds is a fact of a ranking: a change of it makes every need due that it may hold for."""

import pgtrigger

from apps.matching.models.bump import RANKED, bump
from apps.matching.models.policy import Policy
from apps.matching.models.watched.proxies import after, watch

# A policy without a network may hold for every need.
_CONCERNED = """
SELECT need.id FROM needs_need AS need WHERE need.state IN {ranked} AND EXISTS (
    SELECT FROM ({policies}) AS policy WHERE coalesce(policy.network_id, need.home_network_id) = need.home_network_id)
"""
_PUBLISHED = "SELECT network_id FROM new_rows WHERE state = 'published'"
_PUBLISHED_OR_RETIRED = """
SELECT now.network_id FROM new_rows AS now JOIN old_rows AS was ON was.id = now.id
WHERE now.state <> was.state AND 'published' IN (now.state, was.state)
"""


def _triggers() -> list[pgtrigger.Trigger]:
    return [
        after("insert", bump(_CONCERNED.format(ranked=RANKED, policies=_PUBLISHED))),
        after("update", bump(_CONCERNED.format(ranked=RANKED, policies=_PUBLISHED_OR_RETIRED))),
    ]


watch("WatchedPolicy", Policy, _triggers())
