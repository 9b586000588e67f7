"""The queue at work: supply changes become due needs, due needs become rankings."""

from apps.matching.runs.comparisons import compare_needs
from apps.matching.runs.refresh import refresh_stale
from apps.matching.runs.rounds import drain

__all__ = ["compare_needs", "drain", "refresh_stale"]
