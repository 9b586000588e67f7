"""What is to be ranked, under which policy, over which supply, and what came out."""

from apps.matching.models import watched
from apps.matching.models.comparison import ComparedNeed, PolicyComparison
from apps.matching.models.job import MatchJob, SupplyChange, SupplyVersion
from apps.matching.models.policy import Policy, PolicyState
from apps.matching.models.ranking import Match, Ranking, Tier

__all__ = [
    "ComparedNeed",
    "Match",
    "MatchJob",
    "Policy",
    "PolicyComparison",
    "PolicyState",
    "Ranking",
    "SupplyChange",
    "SupplyVersion",
    "Tier",
    "watched",
]
