"""What a network's facilities are written as, and that our own reader gets back all that the formats can hold."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.models import Certification, CertificationScope, MachineModel, Material, Process, ProcessKind
from apps.exchange.facts import CONTACT_LABEL, SITE, Facts, facts_of_draft
from apps.exchange.files import export_file
from apps.exchange.foreign import okw_2022, okw_v1
from apps.exchange.formats.base import Format, SourceFile, TermKind
from apps.exchange.okw_writing import Listed, Wording, write_2022, write_v1
from apps.exchange.repairs_text import clean_text, is_nothing
from apps.exchange.terms import CatalogueWords
from apps.facilities.models import Facility
from tests import builders
from tests.cast import Cast
from tests.exchange.formats.conftest import DATA, TODAY, needs_data

pytestmark = pytest.mark.django_db

ID = "0b5e3f0c-6c55-4a86-8b5e-1f2a3b4c5d6e"


@pytest.fixture(scope="module")
def wording(words: CatalogueWords, django_db_blocker: Any) -> Iterator[Wording]:
    with django_db_blocker.unblock():
        yield Wording.load(words)


def read_back(form: Format, data: bytes, words: CatalogueWords) -> list[Facts]:
    rows = list(form.read(SourceFile("x.json", data, words, TODAY)))
    assert [row.external_id for row in rows if row.facility] == [ID] * len(rows)
    assert [row.refusals for row in rows] == [()] * len(rows)
    assert [row.unmapped for row in rows] == [()] * len(rows)
    return [facts_of_draft(row.facility) for row in rows if row.facility]


# --- every word comes back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [TermKind.PROCESS, TermKind.MATERIAL, TermKind.CERTIFICATION])
def test_every_entry_of_the_catalogue_is_written_in_words_that_are_found_again(
    words: CatalogueWords, wording: Wording, kind: TermKind
) -> None:
    table = {TermKind.PROCESS: Process, TermKind.MATERIAL: Material, TermKind.CERTIFICATION: Certification}[kind]
    rows: Any = table._default_manager.all()
    if kind == TermKind.PROCESS:
        rows = rows.exclude(kind=ProcessKind.CATEGORY)
    slugs = list(rows.values_list("slug", flat=True))
    assert slugs
    lost = {slug: wording.of(kind, slug) for slug in slugs if words.find(kind, wording.of(kind, slug)) != slug}
    assert lost == {}


def test_every_machine_of_the_catalogue_is_found_again_by_make_and_model(
    words: CatalogueWords, wording: Wording
) -> None:
    for slug in MachineModel.objects.values_list("slug", flat=True):
        maker, model = wording.machines[slug]
        found = words.find(TermKind.MACHINE, model) or words.find(TermKind.MACHINE, f"{maker} {model}")
        assert found == slug


# --- any facility that the format can hold comes back -----------------------------------------------------------------


def sound(text: str) -> bool:
    return clean_text(text).text == text and not is_nothing(text) and text[0].isalnum() and "?" not in text


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn"]), min_size=1, max_size=40
).filter(sound)
SIDES = st.floats(0.01, 9999).map(lambda side: round(side, 3))
POSITIONS = st.none() | st.tuples(st.floats(5.0, 9.0), st.floats(-2.5, -1.5))  # in Ghana, a street away from its middle
CONTACTS = st.fixed_dictionaries(
    {"address": TEXTS},
    optional={
        "website": st.sampled_from(["https://works.test/", "http://a.test/b?c=d"]),
        "email": st.sampled_from(["office@works.test"]),
        "phone": st.sampled_from(["+233 30 123 4567"]),
    },
)
LINES = st.fixed_dictionaries(
    {},
    optional={
        "envelope_mm": st.lists(SIDES, min_size=3, max_size=3),
        "materials": st.lists(st.sampled_from(["abs", "aluminium", "petg", "pla"]), min_size=1, unique=True).map(
            sorted
        ),
        "tolerance_class": st.sampled_from(["ISO 2768-m", "IT7"]),
    },
)
PROCESSES = ["cnc-milling-3axis", "fff", "laser-cutting-nonmetal", "pcb-fab", "powder-coating", "sewing"]


@st.composite
def facilities(draw: st.DrawFn) -> Facts:
    site: dict[str, Any] = {
        "name": draw(TEXTS),
        "kind": draw(st.sampled_from(["makerspace", "jobshop", "contract_manufacturer"])),
        "country": "GH",
    }
    position = draw(POSITIONS)
    site |= {} if position is None else {"lat": position[0], "lon": position[1]}
    more = {
        "description": TEXTS,
        "city": TEXTS,
        "admin_area": st.just("GH-AA"),
        "materials": st.just(["abs", "pla"]),
    }
    site |= draw(st.fixed_dictionaries({}, optional=more))
    site |= draw(st.sampled_from([{}, *okw_2022.BATCH_SIZES.values()]))
    facts: Facts = {SITE: site, CONTACT_LABEL: draw(CONTACTS)}
    for process in draw(st.lists(st.sampled_from(PROCESSES), unique=True)):
        facts[f"capability:{process}:core"] = {"offer": "core", **draw(LINES)}
    for machine in draw(st.lists(st.sampled_from(["haas-vf2", "prusa-mk4", "wazer"]), unique=True)):
        facts[f"machine:{machine}"] = {"count": draw(st.integers(1, 20))}
    for certificate in draw(st.lists(st.sampled_from(["iso-9001", "iso-13485"]), unique=True)):
        facts[f"certificate:{certificate}"] = {}
    return facts


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=facilities())
def test_2022_loses_nothing_that_it_can_hold(words: CatalogueWords, wording: Wording, facts: Facts) -> None:
    data = write_2022([Listed(ID, facts)], wording)
    assert okw_2022.OKW_2022.sniff("x.json", data)
    assert read_back(okw_2022.OKW_2022, data, words) == [facts]


def held_by_v1(facts: Facts) -> Facts:
    """Names, places, contact without telephone, processes, and machines; no sizes, materials or certificates."""
    site_fields = ("name", "kind", "country", "city", "admin_area", "description", "lat", "lon")
    held: Facts = {SITE: {name: value for name, value in facts[SITE].items() if name in site_fields}}
    held[CONTACT_LABEL] = {name: value for name, value in facts[CONTACT_LABEL].items() if name != "phone"}
    for label, fields in facts.items():
        if label.startswith("capability:"):
            held[label] = {"offer": "core"}
        if label.startswith("machine:"):
            held[label] = fields
    return held


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=facilities())
def test_version_1_loses_nothing_that_it_can_hold(words: CatalogueWords, wording: Wording, facts: Facts) -> None:
    data = write_v1([Listed(ID, facts)], wording)
    assert okw_v1.OKW_V1.sniff("x.json", data)
    assert read_back(okw_v1.OKW_V1, data, words) == [held_by_v1(facts)]


# --- what is left out, and for whom -----------------------------------------------------------------------------------


def test_two_lines_of_one_process_stay_two_and_partners_are_not_told(words: CatalogueWords, wording: Wording) -> None:
    facts: Facts = {
        SITE: {"name": "Works", "kind": "jobshop"},
        "capability:fff:core": {"offer": "core", "envelope_mm": [200.0, 200.0, 200.0]},
        "capability:fff:supplementary": {"offer": "supplementary"},
        "capability:sewing:partner": {"offer": "partner"},
    }
    [back] = read_back(okw_2022.OKW_2022, write_2022([Listed(ID, facts)], wording), words)
    assert {label for label in back if label} == {"capability:fff:core", "capability:fff:supplementary"}


def test_certificates_of_products_are_not_the_sites(words: CatalogueWords, wording: Wording) -> None:
    product = Certification.objects.filter(scope=CertificationScope.PRODUCT).first()
    assert product is not None
    facts: Facts = {
        SITE: {"name": "Works", "kind": "jobshop"},
        f"certificate:{product.slug}": {"shown_for": "a lamp"},
    }
    [document] = json.loads(write_2022([Listed(ID, facts)], wording))
    assert "certifications" not in document


@pytest.fixture
def listed_works(cast: Cast) -> Facility:
    milling = builders.process("milling")
    builders.synonym("milling", process=milling)
    works = builders.facility(
        name="Open Works",
        networks=(cast.lakeside,),
        profile_public=True,
        city="Cleveland",
        country="US",
        lat=41.5,
        lon=-81.7,
    )
    builders.capability(facility=works, process=milling)
    builders.facility(name="Hidden Works", networks=(cast.lakeside,))
    return works


@pytest.mark.parametrize("name", ["open-know-where-1.json", "open-know-where-2022.json"])
def test_outsiders_get_the_public_profile_and_coordinators_what_they_read(
    cast: Cast, listed_works: Facility, name: str
) -> None:
    """A capability and a position are unpublished facts; a profile that is not public is not there at all."""
    for_fay = export_file(cast.lakeside, name, cast.fay).data.decode()
    for_carla = export_file(cast.lakeside, name, cast.carla).data.decode()
    for text in (for_fay, for_carla):
        assert "Open Works" in text
        assert "Cleveland" in text
        assert "Hidden Works" not in text
    assert "milling" not in for_fay
    assert "41.5" not in for_fay
    assert "milling" in for_carla
    assert "41.5" in for_carla
    assert "Hidden Works" in export_file(cast.lakeside, name, cast.carla, everything=True).data.decode()


@needs_data
def test_both_follow_the_published_schemas(wording: Wording) -> None:
    facts: Facts = {
        SITE: {"name": "Works", "kind": "jobshop", "lat": 5.5, "lon": -0.2, "country": "GH"},
        "capability:fff:core": {"offer": "core"},
        "machine:haas-vf2": {"count": 2},
    }
    fields = json.loads((DATA / "standards" / "okw" / "okw-2022-fields.json").read_text())
    [document] = json.loads(write_2022([Listed(ID, facts)], wording))
    ours = {"id", okw_2022.KIND_MEMBER}
    assert set(document) - ours <= set(fields["ManufacturingFacility"])
    assert {key for one in document["equipment"] for key in one} <= set(fields["Equipment"])
    schema = json.loads((DATA / "standards" / "okw" / "okw_v1_schema.json").read_text())["definitions"]
    tables = json.loads(write_v1([Listed(ID, facts)], wording))
    assert set(tables) <= set(schema)
    for table, rows in tables.items():
        assert rows
        for row in rows:
            assert set(row) <= set(schema[table]["properties"])
            # Ids are texts here, as in the lists that were published; the schema's whole numbers name rows of one file.
            plain = {key: value for key, value in row.items() if not key.endswith("_id")}
            jsonschema.validate(plain, {**schema[table], "additionalProperties": False})
