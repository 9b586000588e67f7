"""Founders' words find what they mean."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from apps.catalog.loader import LoadReport
from apps.catalog.models import Synonym
from apps.catalog.models.synonyms import TARGETS
from apps.catalog.selectors import _SEARCH, _SETTINGS, FILLERS, _pieces, _values, search_catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

FOUNDERS_SAY = [
    # Electronics
    ("PCB stuff", "electronics"),
    ("populate boards", "pcb-assembly"),
    ("someone to stuff my boards", "pcb-assembly"),
    ("circuit board assembly", "pcb-assembly"),
    ("get my PCBs made", "pcb-fab"),
    ("flex pcb", "pcb-fab-flex"),
    ("4 layer board", "pcb-fab-multilayer"),
    ("BGA", "bga-assembly"),
    ("surface mount", "smt-assembly"),
    ("through hole soldering", "tht-assembly"),
    ("cable harnes", "cable-harness"),
    ("lithium battery pack", "battery-pack-assembly"),
    ("flashing firmware", "firmware-programming"),
    ("X ray", "xray-inspection"),
    # Plastics
    ("injecton molding", "injection-moulding"),
    ("injection moulded ABS housing", "injection-moulding"),
    ("plastic enclosure mold", "injection-moulding"),
    ("silicone keypad", "silicone-compression-moulding"),
    ("urethane casting prototypes", "vacuum-casting"),
    ("thermoformed tray", "thermoforming"),
    ("blow molded bottle", "blow-moulding"),
    ("mold maker", "mould-making"),
    ("plexiglas", "pmma"),
    # Printing
    ("3d printing", "additive"),
    ("3-D printed parts", "additive"),
    ("metal 3D printing", "dmls"),
    ("SLS nylon", "sls"),
    ("resin prints", "sla"),
    ("prusa", "fff"),
    ("vapor smoothing", "am-polymer-finishing"),
    # Metal and sheet
    ("laser cutter", "laser-cutting"),
    ("glowforge", "laser-cutting-nonmetal"),
    ("water jet", "waterjet-cutting"),
    ("sheet metal enclosure", "sheet-metal"),
    ("bent metal brackets", "press-brake-bending"),
    ("stamped brackets", "stamping"),
    ("five-axis machining", "cnc-milling-5axis"),
    ("turned parts", "cnc-turning"),
    ("bike frame welding", "tig-welding"),
    ("anodizing", "anodising"),
    ("powdercoated", "powder-coating"),
    ("gold plating", "electroplating"),
    ("cast zinc housing", "die-casting"),
    # Everything else
    ("backpack sewing", "sewing"),
    ("speaker cabinet", "wood-joinery"),
    ("gift box", "packaging"),
    ("final assembly", "box-build"),
    ("ship to backers", "fulfilment"),
    ("waterproof test", "ip-testing"),
    ("drop testing", "environmental-testing"),
    ("hackerspace", "maker-access"),
    # Materials
    ("aluminum", "aluminium"),
    ("aluminium", "aluminium"),
    ("6061 aluminum", "al-6061"),
    ("stainles steel", "stainless"),
    ("carbon fiber", "cfrp"),
    ("Delrin", "pom"),
    ("fr-4", "fr4"),
    ("nylon 12", "pa12"),
    # Certificates, machines, stages
    ("ISO9001", "iso-9001"),
    ("iso 13485", "iso-13485"),
    ("medical device QMS", "iso-13485"),
    ("ITAR", "itar-registered"),
    ("fcc certification", "fcc"),
    ("UN38.3", "un38-3"),
    ("haas vf2", "haas-vf2"),
    ("pilot run", "pvt"),
    ("mass production", "mass-production"),
]


@pytest.mark.parametrize(("words", "slug"), FOUNDERS_SAY)
def test_founders_words_are_among_the_first_three(words: str, slug: str) -> None:
    hits = search_catalogue(words, limit=3)

    assert slug in [hit.slug for hit in hits], hits


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("molding", "moulding"),
        ("aluminum sheet", "aluminium sheet"),
        ("carbon fiber", "carbon fibre"),
        ("anodized", "anodised"),
        ("fulfillment", "fulfilment"),
        ("vapor smoothing", "vapour smoothing"),
        ("galvanized", "galvanised"),
        ("sterilization", "sterilisation"),
        ("color", "colour"),
    ],
)
def test_american_and_british_spelling_find_the_same(american: str, british: str) -> None:
    assert search_catalogue(american) == search_catalogue(british)


def test_an_exact_phrase_scores_one_and_says_what_matched() -> None:
    first = search_catalogue("Laser Cutter", limit=1)[0]

    assert (first.kind, first.slug, first.name) == ("process", "laser-cutting", "Laser cutting")
    assert (first.phrase, first.score) == ("laser cutter", 1.0)


def test_a_row_is_listed_once_by_its_best_phrase() -> None:
    hits = search_catalogue("injection moulding", limit=50)

    assert len({(hit.kind, hit.slug) for hit in hits}) == len(hits)
    assert hits[0].phrase == "injection moulding"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_kinds_narrow_the_search() -> None:
    both = {hit.kind for hit in search_catalogue("carbon fibre", limit=20)}
    materials = {hit.kind for hit in search_catalogue("carbon fibre", kinds=["material"], limit=20)}

    assert {"process", "material"} <= both
    assert materials == {"material"}


def test_the_limit_holds() -> None:
    assert len(search_catalogue("plastic", limit=4)) == 4


@pytest.mark.parametrize("nothing", ["", "   ", "!?%_", "\0", "…", "qwertyuiop zzz"])
def test_nothing_is_found_for_nothing(nothing: str) -> None:
    assert search_catalogue(nothing) == []


@pytest.mark.parametrize("nasty", ["'; DROP TABLE catalog_synonym; --", "%%%", "x" * 5_000, "laser\0cutter", "ß" * 300])
def test_whatever_is_typed_is_only_text(nasty: str) -> None:
    search_catalogue(nasty)

    assert Synonym.objects.exists()


def test_a_query_of_fillers_only_is_taken_as_it_stands() -> None:
    assert {"make", "it"} <= FILLERS
    assert [piece.phrase for piece in _pieces("make it")][:2] == ["make", "it"]


def test_local_phrases_are_found_whatever_their_spelling() -> None:
    target = Synonym.objects.get(text="laser cutter", process__slug="laser-cutting").process
    Synonym.objects.create(text="  Burny-Thing (Aluminum) ", process=target)

    assert search_catalogue("burny thing aluminium", limit=1)[0].slug == "laser-cutting"


@pytest.mark.parametrize("text", ["LASER-Cutter", "!!!"])
def test_a_form_refuses_a_phrase_that_is_there_or_says_nothing(text: str) -> None:
    target = Synonym.objects.get(text="laser cutter", process__slug="laser-cutting").process

    with pytest.raises(ValidationError):
        Synonym(text=text, process=target).full_clean()


def test_the_trigram_index_is_used() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute("EXPLAIN " + _SEARCH, _values(_pieces("laser cutter"), TARGETS, 10))
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Bitmap Index Scan on catalog_synonym_trigrams" in plan


def test_the_settings_of_the_search_end_with_it(catalogue: LoadReport) -> None:
    assert catalogue.changed_anything
    search_catalogue("laser cutter")

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_seqscan')")
        assert cursor.fetchone() == ("on",)


def test_a_search_is_one_query_and_its_frame(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(5):  # savepoint, settings, search, rollback, release
        search_catalogue("we need 200 plastic enclosures injection molded in ABS")
