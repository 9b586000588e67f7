"""Plain data there and back, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from matchmaker.canonical import digest
from matchmaker.documents import (
    DocumentError,
    catalogue_document,
    catalogue_from_document,
    facility_document,
    facility_from_document,
    need_document,
    need_from_document,
    ranking_document,
    ranking_from_document,
)
from matchmaker.domain import FacilityFact, NeedFact
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from matchmaker.taxonomy import Taxonomy
from tests.engine import sample
from tests.engine.catalogue_files import catalogue, taxonomy
from tests.engine.worlds import AS_OF, a_facility, a_need, worlds


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(document))
    return copy


@given(a_need())
def test_a_need_survives(need: NeedFact) -> None:
    assert need_from_document(through_json(need_document(need))) == need


@given(a_facility("f0"))
def test_a_facility_survives(facility: FacilityFact) -> None:
    assert facility_from_document(through_json(facility_document(facility))) == facility


def test_the_catalogue_survives() -> None:
    assert catalogue_from_document(through_json(catalogue_document(catalogue()))) == catalogue()


def test_a_ranking_survives() -> None:
    ranking = rank(sample.needs()["N06"], sample.supply(), Policy.default(), sample.AS_OF)
    document = through_json(ranking_document(ranking))
    assert ranking_document(ranking_from_document(document)) == document


@settings(max_examples=150)
@given(worlds())
def test_a_ranking_is_always_json(world: tuple[NeedFact, tuple[FacilityFact, ...]]) -> None:
    ranking = rank(world[0], Supply.build(world[1], taxonomy()), Policy.default(), AS_OF)
    document = json.loads(json.dumps(ranking_document(ranking), allow_nan=False))
    assert ranking_document(ranking_from_document(document)) == document


NEED = need_document(sample.needs()["N01"])


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"colour": "red"}, "colour", "is not an entry here"),
        ({"order_quantity": "many"}, "order_quantity", "a whole number"),
        ({"order_quantity": 1.5}, "order_quantity", "a whole number"),
        ({"order_quantity": True}, "order_quantity", "a whole number"),
        ({"due_on": "soon"}, "due_on", "a date"),
        ({"due_on": 5}, "due_on", "a date"),
        ({"confidentiality": "secret"}, "confidentiality", "one of public"),
        ({"confidentiality": ["nda"]}, "confidentiality", "one of public"),
        ({"steps": {}}, "steps", "a list"),
        ({"steps": [{"sequence": 1, "process": "fff"}]}, "steps[0].role", "is missing"),
        ({"envelope_mm": [1, 2]}, "envelope_mm", "a list of 3"),
        ({"envelope_mm": [1, 2, "x"]}, "envelope_mm[2]", "a number"),
        ({"weight_kg": float("nan")}, "weight_kg", "a finite number"),
        ({"order_quantity": float("inf")}, "order_quantity", "a finite number"),
        ({"ship_to": "Nairobi"}, "ship_to", "an object"),
        ({"self_service": 1}, "self_service", "true or false"),
    ],
)
def test_a_bad_entry_is_named(change: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(DocumentError) as refused:
        need_from_document({**NEED, **change})
    assert refused.value.field == field
    assert rule in refused.value.rule


def test_the_supply_digest_ignores_order_and_sees_every_fact() -> None:
    facilities = sample.facilities()
    same = Supply.build(facilities[::-1], taxonomy())
    assert same.digest() == sample.supply().digest()
    assert Supply.build(facilities[1:], taxonomy()).digest() != same.digest()
    changed = facility_from_document({**facility_document(facilities[0]), "quote_days": 2.0})
    assert Supply.build((changed, *facilities[1:]), taxonomy()).digest() != same.digest()


def test_the_digest_of_the_catalogue_is_part_of_the_supplys() -> None:
    document = catalogue_document(catalogue())
    document["stages"] = document["stages"][:-1]
    other = Taxonomy.build(catalogue_from_document(document))
    assert Supply.build(sample.facilities(), other).digest() != sample.supply().digest()
    assert digest(catalogue()) == digest(catalogue_from_document(catalogue_document(catalogue())))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"capabilities": [{"id": "c", "process": "alchemy"}]}, "alchemy"),
        ({"figures": {"materials": ["unobtainium"]}}, "unobtainium"),
        ({"certificates": [{"certificate": "iso-1"}]}, "iso-1"),
        ({"machines": [{"machine": "hal-9000"}]}, "hal-9000"),
        ({"resources": [{"id": "r", "kind": "time-machine"}]}, "time-machine"),
        ({"capabilities": [{"id": "c", "process": "fff", "resource_ids": ["r9"]}]}, "r9"),
        ({"certificates": [{"certificate": "iso-9001", "scope_processes": ["alchemy"]}]}, "alchemy"),
    ],
)
def test_an_unknown_slug_is_refused(change: dict[str, Any], problem: str) -> None:
    facility = facility_from_document({"id": "f", "kind": "jobshop", **change})
    with pytest.raises(KeyError, match=problem):
        Supply.build([facility], taxonomy())


def test_an_id_twice_is_refused() -> None:
    facility = sample.facilities()[0]
    with pytest.raises(ValueError, match="twice"):
        Supply.build([facility, facility], taxonomy())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"order_quantity": 0}, "order_quantity"),
        ({"steps": []}, "lead"),
        ({"steps": [NEED["steps"][0], NEED["steps"][0] | {"role": "required"}]}, "sequence"),
        ({"steps": [NEED["steps"][0] | {"pieces_per_unit": 0}]}, "pieces_per_unit"),
    ],
)
def test_a_need_that_cannot_be_ranked_is_refused(change: dict[str, Any], problem: str) -> None:
    need = need_from_document({**NEED, **change})
    with pytest.raises(ValueError, match=problem):
        rank(need, sample.supply(), Policy.default(), sample.AS_OF)


def test_an_empty_network_ranks_nobody() -> None:
    ranking = rank(sample.needs()["N01"], Supply.build([], taxonomy()), Policy.default(), sample.AS_OF)
    assert ranking.considered == 0
    assert ranking.matches == ()
    assert ranking.excluded == ()
