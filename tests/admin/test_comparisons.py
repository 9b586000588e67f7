"""What another policy would change, at the desk: asked for, watched, read."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.models import AuditEntry
from apps.facilities.models import Facility
from apps.matching.models import ComparedNeed, Match, Policy, PolicyComparison, PolicyState, Ranking
from apps.matching.runs import compare_needs, drain
from apps.matching.services import create_policy_version
from apps.needs.models import Need
from tests import builders
from tests.admin.conftest import SignIn
from tests.admin.forms import errors_of, form_data
from tests.cast import Cast
from tests.matching.world import let_time_pass, settle, turned_part, turning, turning_shop

ADD = "/admin/matching/policycomparison/add/"
LIST = "/admin/matching/policycomparison/"
NEEDS = "/admin/matching/comparedneed/"


@pytest.fixture
def draft(cast: Cast) -> Policy:
    """Two needs of Lakeside and one of Harbour are ranked over shops near and far; a draft weighs distance alone."""
    process = turning()
    for network in (cast.lakeside, cast.harbour):
        for at, lon in enumerate((-81.7, -122.0)):
            turning_shop(process, network, name=f"{network.slug} shop {at}", lon=lon, accepts_startups=at == 1)
    settle()
    place = {"ship_to_country": "US", "ship_to_lat": 41.5, "ship_to_lon": -81.7}
    for network, title in ((cast.lakeside, "First"), (cast.lakeside, "Second"), (cast.harbour, "Theirs")):
        turned_part(process, network, title=title, **place)
    let_time_pass()
    drain(builders.today())
    body = {"weights": {"distance": 1.0, "mutual_fit": 0.0}, "alpha": 0.5}
    return create_policy_version("near", body, network=cast.lakeside, acting_user=cast.carla)


def asked(client: Client, draft: Policy, **changes: Any) -> PolicyComparison:
    url = f"{ADD}?after={draft.pk}"
    response = client.post(url, form_data(client, url, **changes))
    assert response.status_code == 302, errors_of(response)
    made = PolicyComparison.objects.latest("pk")
    assert response["Location"] == page(made)
    return made


def page(row: Any) -> str:
    return reverse(f"admin:matching_{row._meta.model_name}_change", args=[row.pk])


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def test_from_the_policy_to_who_moves_and_why(cast: Cast, desk: SignIn, draft: Policy) -> None:
    client = desk(cast.carla)
    rankings = list(Ranking.objects.values())
    assert f"{ADD}?after={draft.pk}" in text_of(client, page(draft))
    made = asked(client, draft)
    in_force = Policy.objects.get(network=None, state=PolicyState.PUBLISHED)
    assert (made.before, made.after, made.network, made.asked_by) == (in_force, draft, cast.lakeside, cast.carla)
    waiting = client.get(page(made))
    assert "0 of 2 needs compared" in waiting.content.decode()
    assert waiting["Refresh"] == "3"
    compare_needs(builders.today())
    done = client.get(page(made))
    assert "Refresh" not in done
    assert "Done: 2 of 2 needs compared." in done.content.decode()
    row = ComparedNeed.objects.get(comparison=made, need__current__title="First")
    assert page(row) in done.content.decode()
    text = text_of(client, page(row))
    assert "lakeside shop 0" in text
    assert "harbour shop" not in text
    for words in ("Distance", "where in its interval the score lies", "of the change"):
        assert words in text
    assert AuditEntry.objects.get(verb="request_comparison").actor == cast.carla
    assert list(Ranking.objects.values()) == rankings
    assert "2 / 2" in text_of(client, LIST)
    assert "First" in text_of(client, NEEDS)


def test_chosen_needs_and_no_others(cast: Cast, desk: SignIn, draft: Policy) -> None:
    client = desk(cast.carla)
    second = Need.objects.get(current__title="Second")
    made = asked(client, draft, needs=[second.pk], first_k=3)
    assert [row.need for row in made.needs.all()] == [second]
    assert made.first_k == 3
    theirs = Need.objects.get(current__title="Theirs")
    url = f"{ADD}?after={draft.pk}"
    refused = client.post(url, form_data(client, url, needs=[theirs.pk]))
    assert "needs" in errors_of(refused)


def test_a_coordinator_compares_over_her_own_network_only(cast: Cast, desk: SignIn, draft: Policy) -> None:
    client = desk(cast.carla)
    url = f"{ADD}?after={draft.pk}"
    for network in (cast.harbour.pk, ""):
        assert "network" in errors_of(client.post(url, form_data(client, url, network=network)))
    theirs = builders.policy(network=cast.harbour)
    assert "before" in errors_of(client.post(url, form_data(client, url, before=theirs.pk)))
    assert not PolicyComparison.objects.exists()


def test_what_the_rules_refuse_is_said_on_the_page(cast: Cast, desk: SignIn, draft: Policy) -> None:
    client = desk(cast.ada)
    url = f"{ADD}?after={draft.pk}"
    response = client.post(url, form_data(client, url, before=draft.pk))
    assert errors_of(response)
    theirs = builders.policy(network=cast.harbour, state=PolicyState.RETIRED)
    said = client.post(url, form_data(client, url, before=theirs.pk), follow=True).content.decode()
    assert "No policy of this network" in said
    assert not PolicyComparison.objects.exists()


def test_an_administrator_compares_over_all_networks(cast: Cast, desk: SignIn, draft: Policy) -> None:
    made = asked(desk(cast.ada), draft, network="")
    assert made.needs.count() == 3


def test_the_other_networks_coordinator_finds_nothing(cast: Cast, desk: SignIn, draft: Policy) -> None:
    made = asked(desk(cast.carla), draft)
    compare_needs(builders.today())
    omar = desk(cast.omar)
    row = made.needs.all()[0]
    for url in (page(made), page(row)):
        assert omar.get(url).status_code == 302
    assert omar.get(LIST).context["cl"].result_count == 0
    assert omar.get(NEEDS).context["cl"].result_count == 0
    assert omar.get(f"{ADD}?after={draft.pk}").context["adminform"].form["after"].value() is None


def test_nothing_of_it_is_edited(cast: Cast, desk: SignIn, draft: Policy) -> None:
    made = asked(desk(cast.carla), draft)
    for user in (cast.carla, cast.ada):
        for row in (made, made.needs.all()[0]):
            assert desk(user).post(page(row), {"first_k": 1}).status_code == 403


def test_an_error_and_a_facility_that_went_are_shown(cast: Cast, desk: SignIn, draft: Policy) -> None:
    client = desk(cast.carla)
    made = asked(client, draft)
    failed = made.needs.all()[1]
    ComparedNeed.objects.filter(pk=failed.pk).update(given_up=True, last_error="Traceback: it broke")
    compare_needs(builders.today())
    text = text_of(client, page(made))
    assert "Done: 1 of 2 needs compared. 1 need was given up after errors." in text
    assert "it broke" in text_of(client, page(failed))
    done = made.needs.all()[0]
    document = json.loads(json.dumps(done.document))
    gone = document["moves"][0]["facility"]
    Match.objects.all().delete()
    Facility.objects.filter(pk=gone).delete()
    assert "a facility that is gone" in text_of(client, page(done))
