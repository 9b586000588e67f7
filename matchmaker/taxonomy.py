"""Process, material, certificate and region relations, compiled from the catalogue."""

from __future__ import annotations

from matchmaker.catalogue import Catalogue


class Taxonomy:
    """Read-only. Unknown slugs raise KeyError with the slug."""

    @classmethod
    def build(cls, catalogue: Catalogue) -> Taxonomy:
        raise NotImplementedError
