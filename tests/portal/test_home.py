"""The first page after signing in: to everybody what is theirs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.facilities.models import HeldCertificate
from apps.needs.models import Need
from tests import builders
from tests.admin.answers import ranked
from tests.cast import Cast
from tests.portal.conftest import As

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


def beetle_need(cast: Cast, title: str = "Lamp shades", *, submit: bool = True) -> Need:
    return builders.need(
        content=builders.need_content(title=title),
        organisation=cast.bright_beetle,
        acting_user=cast.fay,
        home_network=cast.lakeside,
        submit=submit,
    )


def page(as_: As, name: str, address: str = "/") -> str:
    response = as_(name).get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_founder_sees_her_needs_and_can_post_one(cast: Cast, as_: As) -> None:
    need = beetle_need(cast)
    for name in ("fay", "mo"):
        text = page(as_, name)
        assert "Lamp shades" in text
        assert f"/needs/{need.public_id}/" in text
        assert "/needs/new/" in text
        assert "being ranked" in text


def test_a_viewer_sees_them_and_is_told_who_posts(cast: Cast, as_: As) -> None:
    beetle_need(cast)
    text = page(as_, "vera")
    assert "Lamp shades" in text
    assert "/needs/new/" not in text
    assert "You read along as a viewer" in text


@pytest.mark.parametrize("name", ["rita", "hank", "ines", "omar", "sam"])
def test_who_has_nothing_to_do_with_a_need_does_not_see_it(cast: Cast, as_: As, name: str) -> None:
    beetle_need(cast)
    assert "Lamp shades" not in page(as_, name)


def test_a_coordinator_sees_what_was_handed_in_and_the_way_to_the_admin(cast: Cast, as_: As) -> None:
    beetle_need(cast)
    beetle_need(cast, "Secret draft", submit=False)
    text = page(as_, "carla")
    assert "You coordinate Lakeside Makers" in text
    assert "Lamp shades" in text
    assert "Secret draft" not in text
    assert 'href="/admin/"' in text


def test_a_facility_contact_sees_what_is_listed_and_nothing_of_needs(cast: Cast, as_: As) -> None:
    beetle_need(cast)
    builders.capability(facility=cast.quiet_heron, process=builders.process("smt", name="SMT assembly"))
    HeldCertificate.objects.create(
        facility=cast.quiet_heron, certification=builders.certification("iso-9001", name="ISO 9001")
    )
    text = page(as_, "hank")
    for listed in ("Quiet Heron Circuits", "SMT assembly", "ISO 9001", "Lakeside Makers"):
        assert listed in text
    for foreign in ("Lamp shades", "Iron Finch Works", "/needs/"):
        assert foreign not in text


def test_who_belongs_nowhere_is_told_whom_to_ask(as_: As) -> None:
    assert "belong to no organisation yet" in page(as_, "sam")


def test_the_standing_of_a_ranking_is_shown(cast: Cast, as_: As) -> None:
    ranked(beetle_need(cast), cast.quiet_heron, cast.iron_finch)
    assert "2 to confirm" in page(as_, "fay")
    assert page(as_, "fay").count("being ranked") == 0


def test_the_second_page_holds_the_older_needs(cast: Cast, as_: As) -> None:
    for number in range(21):
        beetle_need(cast, f"Need number {number:02}")
    assert "Need number 00" not in page(as_, "fay")
    assert "Need number 00" in page(as_, "fay", "/?page=2")
    assert "Need number 00" in page(as_, "fay", "/?page=999")
    assert "Need number 20" in page(as_, "fay", "/?page=nonsense")


@pytest.mark.parametrize("name", ["fay", "carla", "ada"])
def test_queries_do_not_grow_with_needs(cast: Cast, as_: As, name: str) -> None:
    client, counts = as_(name), []
    for more in (3, 10):
        for _need in range(more):
            ranked(beetle_need(cast), cast.quiet_heron)
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_queries_do_not_grow_with_facilities(cast: Cast, as_: As) -> None:
    client, counts = as_("hank"), []
    for more in (3, 10):
        for _facility in range(more):
            site = builders.facility(operator=cast.quiet_heron.operator, networks=(cast.lakeside,))
            builders.capability(facility=site)
            builders.held_certificate(facility=site)
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES
