"""Policies at the desk: written as the next version, put in force, taken out of it."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.matching.models import Policy, PolicyState
from matchmaker.policy import Policy as EnginePolicy
from tests import builders
from tests.admin.conftest import SignIn
from tests.admin.forms import errors_of, form_data
from tests.cast import Cast

ADD = "/admin/matching/policy/add/"
LIST = "/admin/matching/policy/"


def step(policy: Policy, verb: str) -> str:
    return reverse("admin:matching_policy_step", args=[policy.pk, verb])


def written(client: Client, **changes: Any) -> Policy:
    response = client.post(ADD, form_data(client, ADD, **changes))
    assert response.status_code == 302, errors_of(response)
    return Policy.objects.latest("pk")


def test_a_new_version_starts_from_the_engines_defaults(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.ada)
    body = json.loads(form_data(client, ADD)["body"])
    assert body["alpha"] == EnginePolicy.default().alpha
    made = written(client, name="cautious", body=json.dumps({"alpha": 0.2}))
    assert (made.version, made.state, made.network) == (1, PolicyState.DRAFT, None)
    assert made.body["alpha"] == 0.2
    assert made.body["floor"] == EnginePolicy.default().floor
    assert made.digest == EnginePolicy.from_document(made.body).digest


def test_the_next_version_starts_from_another(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.carla)
    first = written(client, name="ours", network=cast.lakeside.pk, body=json.dumps({"alpha": 0.2}))
    copy = f"{ADD}?copy={first.pk}"
    assert copy in client.get(reverse("admin:matching_policy_change", args=[first.pk])).content.decode()
    data = form_data(client, copy)
    assert json.loads(data["body"])["alpha"] == 0.2
    assert client.post(copy, data).status_code == 302
    assert Policy.objects.latest("pk").version == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "valid JSON"),
        ("[1]", "A policy is an object"),
        ('{"alpha": 2}', "alpha"),
        ('{"alpha": "much"}', "alpha"),
        ('{"weights": {"charm": 1}}', "weights"),
        ('{"luck": 1}', "luck"),
    ],
)
def test_nonsense_is_refused_at_the_field(cast: Cast, desk: SignIn, body: str, said: str) -> None:
    client = desk(cast.ada)
    before = Policy.objects.count()
    response = client.post(ADD, form_data(client, ADD, name="odd", body=body))
    assert response.status_code == 200
    assert said in errors_of(response)["body"][0]
    assert Policy.objects.count() == before


def test_a_coordinator_writes_for_her_own_network_only(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.carla)
    for network in (cast.harbour.pk, ""):
        response = client.post(ADD, form_data(client, ADD, name="mine", network=network))
        assert "network" in errors_of(response)
    assert not Policy.objects.filter(name="mine").exists()


def test_publishing_replaces_what_was_in_force(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.carla)
    first, second = (written(client, name="ours", network=cast.lakeside.pk) for _ in range(2))
    for policy in (first, second):
        assert "done" in client.post(step(policy, "publish"), follow=True).content.decode()
    states = dict(Policy.objects.filter(network=cast.lakeside).values_list("version", "state"))
    assert states == {1: PolicyState.RETIRED, 2: PolicyState.PUBLISHED}
    assert "done" in client.post(step(second, "retire"), follow=True).content.decode()
    assert not Policy.objects.filter(network=cast.lakeside, state=PolicyState.PUBLISHED).exists()


def test_steps_that_are_not_possible_are_refused_in_words(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.ada)
    common = Policy.objects.get(network=None, state=PolicyState.PUBLISHED)
    assert "must hold for everybody" in client.post(step(common, "retire"), follow=True).content.decode()
    assert "not possible from here" in client.post(step(common, "publish"), follow=True).content.decode()
    assert client.get(step(common, "publish")).status_code == 405
    assert client.post(step(common, "burn")).status_code == 404
    common.refresh_from_db()
    assert common.state == PolicyState.PUBLISHED


def test_steps_of_other_networks_are_not_hers(cast: Cast, desk: SignIn) -> None:
    draft = builders.policy(network=cast.harbour)
    common = builders.policy(network=None, state=PolicyState.RETIRED)
    client = desk(cast.carla)
    assert client.post(step(draft, "publish")).status_code == 404
    assert "Only its coordinators" in client.post(step(common, "publish"), follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.state == PolicyState.DRAFT


def test_the_actions_of_the_list_do_the_same(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.carla)
    draft = written(client, name="ours", network=cast.lakeside.pk)
    for action, state in (("publish", PolicyState.PUBLISHED), ("retire", PolicyState.RETIRED)):
        client.post(LIST, {"action": action, "_selected_action": [draft.pk]})
        draft.refresh_from_db()
        assert draft.state == state


def test_a_version_is_never_edited(cast: Cast, desk: SignIn) -> None:
    draft = builders.policy(network=cast.lakeside)
    url = reverse("admin:matching_policy_change", args=[draft.pk])
    assert desk(cast.ada).post(url, {"body": "{}"}).status_code == 403
    text = desk(cast.ada).get(url).content.decode()
    assert "&quot;alpha&quot;: 0.35" in text
