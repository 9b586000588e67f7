"""What the portal says to its readers."""

from apps.portal.wording.needs import ball_in_words
from apps.portal.wording.rankings import RankingInWords, ranking_in_words, tier_name

__all__ = ["RankingInWords", "ball_in_words", "ranking_in_words", "tier_name"]
