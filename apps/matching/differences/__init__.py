"""What differs between two rankings of one need over one supply: who moves, into or out of what, and why. Pure."""

from apps.matching.differences.correlation import kendall_tau
from apps.matching.differences.effects import Reason, reasons
from apps.matching.differences.moves import Answer, Difference, compare

__all__ = ["Answer", "Difference", "Reason", "compare", "kendall_tau", "reasons"]
