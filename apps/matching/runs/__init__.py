"""The queue at work: supply changes become due needs, due needs become rankings."""

from apps.matching.runs.comparisons import compare_needs
from apps.matching.runs.refresh import refresh_stale
from apps.matching.runs.rounds import drain
from apps.matching.snapshots.building import build_where_needed as build_supply
from apps.matching.snapshots.store import remove_old as clean_supply

__all__ = ["build_supply", "clean_supply", "compare_needs", "drain", "refresh_stale"]
