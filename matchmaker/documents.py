"""Facts and rankings as plain JSON-able data and back."""

from __future__ import annotations

from typing import Any

from matchmaker.catalogue import Catalogue
from matchmaker.domain import FacilityFact, NeedFact
from matchmaker.results import Ranking


def ranking_document(ranking: Ranking) -> dict[str, Any]:
    raise NotImplementedError


def need_document(need: NeedFact) -> dict[str, Any]:
    raise NotImplementedError


def need_from_document(document: dict[str, Any]) -> NeedFact:
    raise NotImplementedError


def facility_document(facility: FacilityFact) -> dict[str, Any]:
    raise NotImplementedError


def facility_from_document(document: dict[str, Any]) -> FacilityFact:
    raise NotImplementedError


def catalogue_from_document(document: dict[str, Any]) -> Catalogue:
    raise NotImplementedError
