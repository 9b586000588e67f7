"""Imported by the worker under test (`celery worker --include`): its engine is slow, broken or deadly for chosen needs.

The queue keeps its rules, but not its patience: leases and pauses are short, so that a test need not wait for them.
"""

import json
import os
import signal
import time
from datetime import date

from django.conf import settings

from apps.matching.runs import comparisons, jobs, rounds
from matchmaker.domain import NeedFact
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.results import Ranking
from matchmaker.supply import Supply

PLAN = json.loads(os.environ["SABOTAGE"])


def sabotaged(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> Ranking:
    time.sleep(PLAN.get("delay", 0))
    if int(need.id) in PLAN.get("deadly", ()):
        os.kill(os.getpid(), signal.SIGKILL)
    if int(need.id) in PLAN.get("broken", ()):
        raise RuntimeError(f"sabotaged need {need.id}")
    return rank(need, supply, policy, as_of)


rounds.rank = sabotaged  # type: ignore[attr-defined]  # the name that the rounds call
comparisons.rank = sabotaged  # type: ignore[attr-defined]  # the name that the comparisons call
comparisons.LEASE_SECONDS = PLAN.get("lease", 1.0)
comparisons.PAUSE_SECONDS = 0.1
rounds.PUBLISH_SECONDS = 0.3
jobs.LEASE_SECONDS = PLAN.get("lease", 1.0)
jobs.PAUSE_SECONDS = 0.1
settings.SUPPLY_BUILT_IN_PLACE = PLAN.get("built_in_place", settings.SUPPLY_BUILT_IN_PLACE)
