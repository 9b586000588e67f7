"""Supply: facilities as read-only columns."""

from __future__ import annotations

from collections.abc import Iterable

from matchmaker.domain import FacilityFact
from matchmaker.taxonomy import Taxonomy


class Supply:
    @classmethod
    def build(cls, facilities: Iterable[FacilityFact], taxonomy: Taxonomy) -> Supply:
        raise NotImplementedError

    def digest(self) -> str:
        """sha256 (hex) over the canonical content, independent of row order."""
        raise NotImplementedError
