"""Which listings look like one place, why, and what a coordinator's no is worth."""

import json
from typing import Any

import pytest

from apps.facilities import services
from apps.facilities.models import Facility, TwinPair
from apps.facilities.selectors.twin_search import likely_twins
from apps.facilities.tasks import find_twins
from apps.networks.models import Network
from tests import builders
from tests.cast import Cast
from tests.exchange.formats.conftest import DATA, needs_data

pytestmark = pytest.mark.django_db
LABS = "preliminary_iop_okw_fac_source_01.json"


@pytest.fixture
def network() -> Network:
    return builders.network()


def place(network: Network, name: str, *, contact: dict[str, Any] | None = None, **fields: Any) -> Facility:
    made = builders.facility(name=name, networks=(network,), operator=None, claim_state="unclaimed", **fields)
    if contact:
        builders.contact(facility=made, **contact)
    return made


def found(network: Network) -> dict[tuple[str, str], dict[str, float]]:
    names = dict(Facility.objects.values_list("pk", "name"))
    return {
        (names[one.first], names[one.second]): {reason["code"]: reason["weight"] for reason in one.reasons}
        for one in likely_twins(network.pk)
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fab Lab Köln", "FabLab Koln"),
        ("The Workshop GmbH", "workshop"),
        ("Hafen-Werk e.V.", "Hafen Werk"),
        ("Acme Tooling, Inc.", "ACME TOOLING LTD"),
        ("Maker Space Nord", "makerspace nord"),
        ("Цех №1", "цех №1"),
    ],
)
def test_spelling_says_nothing(network: Network, one: str, other: str) -> None:
    place(network, one)
    place(network, other)
    assert list(found(network).values()) == [{"name": 0.5}]


def test_the_weights_add_up(network: Network) -> None:
    site = {"website": "https://www.heron.example/about", "phone": "+1 (216) 555-0101"}
    near = {"city": "Cleveland", "country": "US"}
    place(network, "Quiet Heron", contact=site, lat=41.4993, lon=-81.6944, **near)
    place(
        network,
        "Quiet Heron Ltd",
        contact={"website": "http://heron.example", "phone": "2165550101"},
        lat=41.4994,
        lon=-81.6945,
        **near,
    )
    [pair] = likely_twins(network.pk)
    weights = {reason["code"]: reason["weight"] for reason in pair.reasons}
    assert weights == {"name": 0.5, "site": 0.35, "phone": 0.3, "near": 0.25, "city": 0.1}
    assert pair.score == 1.0  # cut


def test_what_speaks_against(network: Network) -> None:
    place(network, "Fab Lab", country="US", lat=41.4993, lon=-81.6944)
    place(network, "FabLab", country="NL", lat=51.9, lon=4.4)
    assert found(network) == {}


def test_a_place_alone_is_no_reason(network: Network) -> None:
    for name in ("Blue Whale Machining", "Zebra Prints"):
        place(network, name, city="Akron", country="US", lat=41.08, lon=-81.51)
    assert found(network) == {}


def test_the_middle_of_a_country_is_no_place(network: Network) -> None:
    builders.region("GH", kind="country", countries=["GH"], centre_lat=7.9465, centre_lon=-1.0232)
    for name in ("Kumasi Hive", "Kumasi Hive"):
        place(network, name, country="GH", lat=7.9465, lon=-1.0232)
    assert list(found(network).values()) == [{"name": 0.5}]


def test_what_many_share_tells_nothing(network: Network) -> None:
    for number in range(5):
        place(network, f"Unlike{number * 7919}", contact={"website": "https://portal.example/x"}, lat=1, lon=1)
    for number in range(2):
        place(network, f"Other{number * 7919}", contact={"website": f"https://facebook.com/{number}"}, lat=2, lon=2)
    assert found(network) == {}


def test_other_networks_are_none_of_its_business(network: Network) -> None:
    place(network, "Quiet Heron")
    place(builders.network(), "Quiet Heron")
    assert found(network) == {}


def test_a_dismissed_pair_stays_so_until_facts_change(cast: Cast) -> None:
    heron = cast.quiet_heron
    other = place(cast.lakeside, "Quiet Heron Circuits", city="Cleveland", country="US")
    find_twins(cast.lakeside.pk)
    pair = TwinPair.objects.get()
    assert (pair.first, pair.second) == (heron, other)
    services.dismiss_twins(pair, acting_user=cast.carla, reason="A shop next door")
    find_twins()
    assert TwinPair.objects.dismissed().get() == pair
    Facility.objects.filter(pk=other.pk).update(description="facts that are not compared")
    find_twins()
    assert not TwinPair.objects.open().exists()
    builders.contact(facility=other, phone="+1 216 555 0101")
    find_twins()
    assert TwinPair.objects.open().get() == pair


def test_pairs_that_are_none_any_more_go(cast: Cast) -> None:
    other = place(cast.lakeside, "Quiet Heron Circuits")
    find_twins()
    Facility.objects.filter(pk=other.pk).update(name="Something else")
    find_twins()
    assert not TwinPair.objects.exists()


@needs_data
def test_two_spellings_of_one_lab_in_a_published_list(network: Network) -> None:
    """2,237 labs, of which everybody has a page at one host: names and cities alone tell."""
    rows = json.loads((DATA / "iop-okw-fablabs" / LABS).read_bytes())
    for row in rows:
        region = row["region"] or {}
        country = region.get("country") or ""
        city = (region.get("city_town") or "").strip()[:100]
        place(network, row["facility"]["name"].strip()[:200], city=city, country=country if len(country) == 2 else "")
    pairs = found(network)
    for spellings in (("IROKO FabLab", "Iroko FabLab"), ("FabLab Qingdao", "Fab Lab Qingdao")):
        reasons = pairs.get(spellings) or pairs[spellings[::-1]]
        assert reasons == {"name": 0.5, "city": 0.1}
    assert ("Fablab Songpa", "Fablab Winam") not in pairs
