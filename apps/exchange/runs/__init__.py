"""What workers do with an import: read it, apply it, undo it; `work` finds which are due."""

from apps.exchange.runs.work import carry_on

__all__ = ["carry_on"]
