"""The catalogue over HTTP."""

from http import HTTPStatus

import pytest

from tests import builders
from tests.api.client import results
from tests.api.world import World


@pytest.fixture
def catalogue(world: World) -> World:
    plastics = builders.process("polymers", name="Polymers", kind="category")
    moulding = builders.process("injection-moulding", name="Injection moulding", parent=plastics, found_in=["jobshop"])
    milling = builders.process("milling", name="Milling", tooling_needed=True)
    builders.process_relation(provided=milling, needed=moulding)
    builders.synonym("injection moulding", process=moulding)
    builders.synonym("plastic injection", process=moulding)
    builders.machine_model("arburg-320", maker="Arburg", model="320").processes.add(moulding)
    builders.resource_kind("press", name="Press").processes.add(moulding)
    builders.skill("setter", name="Setter").processes.add(moulding)
    builders.work_content(process=moulding)
    return world


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("processes", "injection-moulding"),
        ("materials", "abs"),
        ("certifications", "iso-9001"),
        ("machines", "arburg-320"),
        ("resource-kinds", "press"),
        ("regions", "US"),
        ("stages", "pilot"),
        ("skills", "setter"),
        ("work-content", "injection-moulding"),
    ],
)
def test_every_kind_is_listed_and_read(catalogue: World, kind: str, key: str) -> None:
    sam = catalogue.as_("sam")
    one = sam.read(f"catalogue/{kind}/{key}/")
    assert key in (one.get("slug"), one.get("code"), one.get("process"))
    listed = results(sam.get(f"catalogue/{kind}/?page_size=100"))
    assert any(row.items() <= one.items() for row in listed)
    assert sam.get(f"catalogue/{kind}/none-such/").status_code == HTTPStatus.NOT_FOUND


def test_a_process_says_how_it_stands_to_others(catalogue: World) -> None:
    one = catalogue.as_("sam").read("catalogue/processes/injection-moulding/")
    assert one["parent"] == "polymers"
    assert [(row["provided"], row["relation"]) for row in one["relations"]] == [("milling", "covers")]
    assert catalogue.as_("sam").read("catalogue/processes/polymers/")["children"] == ["injection-moulding"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("processes/?search=injecton+molding", ["injection-moulding"]),
        ("processes/?parent=polymers", ["injection-moulding"]),
        ("processes/?tooling_needed=true", ["milling"]),
        ("processes/?found_in=jobshop", ["injection-moulding"]),
        ("processes/?kind=category", ["plastics", "polymers"]),
        ("machines/?maker=arburg", ["arburg-320"]),
        ("machines/?process=injection-moulding", ["arburg-320"]),
        ("resource-kinds/?search=pres", ["press"]),
        ("skills/?process=injection-moulding", ["setter"]),
    ],
)
def test_filters_narrow_the_lists(catalogue: World, query: str, found: list[str]) -> None:
    assert sorted(row["slug"] for row in results(catalogue.as_("sam").get(f"catalogue/{query}"))) == found


def test_search_forgives_spelling(catalogue: World) -> None:
    hits = results(catalogue.as_("sam").get("catalogue/search/?q=plastik+injection&kind=process"))
    assert (hits[0]["kind"], hits[0]["slug"]) == ("process", "injection-moulding")
    assert results(catalogue.as_("sam").get("catalogue/search/?q=injection+moulding&limit=1"))[0]["score"] == 1


def test_the_catalogue_is_for_those_who_signed_in(catalogue: World) -> None:
    assert catalogue.as_("nobody").get("catalogue/processes/").status_code == HTTPStatus.UNAUTHORIZED
