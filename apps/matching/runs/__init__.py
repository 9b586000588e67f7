"""The queue at work: supply changes become due needs, due needs become rankings."""

from apps.matching.runs.drain import drain
from apps.matching.runs.refresh import refresh_stale

__all__ = ["drain", "refresh_stale"]
