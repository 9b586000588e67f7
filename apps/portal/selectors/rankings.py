"""A ranking as its founder may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.catalog.models import Certification, Material, Process, Region
from apps.facilities.selectors import ends_of
from apps.matching.founder_view import FounderMatch, founder_match, with_facilities
from apps.matching.models import Ranking, Tier

SHOWN_PER_TIER = 10


@dataclass(frozen=True)
class TierReading:
    """`count` is of everybody in the tier, `matches` the first of them."""

    tier: int
    count: int
    matches: tuple[FounderMatch, ...]


@dataclass(frozen=True)
class FunnelStep:
    gate: str
    failed: int
    remaining: int


@dataclass(frozen=True)
class RankingReading:
    ranking: Ranking
    tiers: tuple[TierReading, ...]
    funnel: tuple[FunnelStep, ...]
    excluded: int
    distance_mode: str
    distance_rule: str
    distance_confident: bool

    def count(self, tier: int) -> int:
        return next((reading.count for reading in self.tiers if reading.tier == tier), 0)


def read_ranking(ranking: Ranking, *, everything: bool = False) -> RankingReading:
    """The first matches of each tier, or all that the ranking kept."""
    document: dict[str, Any] = ranking.document
    counts = tier_counts(document["tier_counts"])
    ranked = [tier for tier in Tier.values if counts.get(tier)]
    return RankingReading(
        ranking=ranking,
        tiers=tuple(TierReading(tier, counts[tier], _first(ranking, tier, everything)) for tier in ranked),
        funnel=tuple(FunnelStep(row["gate"], row["failed"], row["remaining"]) for row in document["funnel"]),
        excluded=ranking.considered - sum(counts[tier] for tier in ranked),
        distance_mode=document["distance_mode"],
        distance_rule=document["distance_rule"],
        distance_confident=document["distance_confident"],
    )


def tier_counts(rows: Iterable[tuple[str, int]]) -> dict[int, int]:
    """How many facilities are in each of the tiers 1 to 4, from the engine's names for them."""
    return {Tier[name.upper()]: count for name, count in rows if name.upper() in Tier.names}


def catalogue_names() -> dict[str, str]:
    """Short name -> name, of everything that a reason may speak of."""
    names = dict(Region.objects.values_list("code", "name"))
    for model in (Certification, Material, Process):
        names |= dict(model._default_manager.values_list("slug", "name"))
    return names


def _first(ranking: Ranking, tier: int, everything: bool) -> tuple[FounderMatch, ...]:
    matches = with_facilities(ranking.matches.filter(tier=tier)).order_by("position")
    shown = list(matches if everything else matches[:SHOWN_PER_TIER])
    survivors = ends_of(match.facility_id for match in shown)
    return tuple(founder_match(match, survivors) for match in shown)
