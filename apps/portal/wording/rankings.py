"""A whole ranking for its founder."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.matching.wording import DISTANCE_MODES, GATES, TIER_MEANINGS, TIERS
from apps.portal.selectors.rankings import RankingReading, TierReading
from apps.portal.wording.matches import MatchInWords, Names, match_in_words


@dataclass(frozen=True)
class TierInWords:
    tier: int
    name: str
    meaning: str
    count: int
    matches: tuple[MatchInWords, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.matches)


@dataclass(frozen=True)
class FunnelRow:
    gate: str
    failed: int
    remaining: int


@dataclass(frozen=True)
class RankingInWords:
    """`funnel` holds the questions at which somebody failed, `passed_by_all` the others."""

    reading: RankingReading
    line: str
    tiers: tuple[TierInWords, ...]
    funnel: tuple[FunnelRow, ...]
    passed_by_all: tuple[str, ...]
    distance: str


def ranking_in_words(reading: RankingReading, names: Names) -> RankingInWords:
    return RankingInWords(
        reading=reading,
        line=ranking_in_a_line(reading),
        tiers=tuple(_tier(one, names) for one in reading.tiers),
        funnel=tuple(FunnelRow(_gate(row.gate), row.failed, row.remaining) for row in reading.funnel if row.failed),
        passed_by_all=tuple(_gate(row.gate) for row in reading.funnel if not row.failed),
        distance=_distance(reading),
    )


def ranking_in_a_line(reading: RankingReading) -> str:
    """What a screen reader is told when the ranking arrives, and everybody reads above it."""
    number = reading.ranking.considered
    considered = ngettext("%(n)s facility considered", "%(n)s facilities considered", number) % {"n": number}
    found = ", ".join(f"{one.count} {tier_name(one.tier)}" for one in reading.tiers)
    return _("%(considered)s: %(found)s.") % {
        "considered": considered,
        "found": found or _("none fits"),
    }


def tier_name(tier: int) -> str:
    return str(TIERS[tier])


def _tier(reading: TierReading, names: Names) -> TierInWords:
    matches = tuple(match_in_words(match, names) for match in reading.matches)
    return TierInWords(reading.tier, tier_name(reading.tier), str(TIER_MEANINGS[reading.tier]), reading.count, matches)


def _gate(code: str) -> str:
    return str(GATES[code])


def _distance(reading: RankingReading) -> str:
    mode: Any = DISTANCE_MODES[reading.distance_mode]
    said = _("Distance counts as for %(mode)s (rule %(rule)s)") % {"mode": mode, "rule": reading.distance_rule}
    return said if reading.distance_confident else _("%(said)s, which is an assumption") % {"said": said}
