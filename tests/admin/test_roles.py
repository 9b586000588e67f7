"""Who gets in, and what of whose they see and may change."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Organisation, User
from apps.catalog.models import CatalogueRow, Process
from apps.core.models import AuditEntry
from apps.exchange.models import ImportBatch, ImportRow, SourceListing, UnmappedTerm
from apps.facilities.models import Capability, Facility, HeldCertificate, HeldMachine, Resource
from apps.matching.models import Match, MatchJob, Policy, PolicyState, Ranking
from apps.needs.models import Need, NeedRevision
from apps.networks.models import Network
from tests import builders
from tests.admin.answers import ranked
from tests.admin.conftest import SignIn
from tests.admin.forms import errors_of, form_data
from tests.cast import Cast

ADMINISTRATORS_ONLY = {
    "AuthToken",
    "CalendarLink",
    "Delivery",
    "Heartbeat",
    "IdempotentResponse",
    "SupplyChange",
    "SupplyVersion",
    "User",
}
OF_A_NETWORK: dict[type[Model], str] = {
    Need: "home_network",
    NeedRevision: "need__home_network",
    Ranking: "need__home_network",
    Match: "ranking__need__home_network",
    MatchJob: "need__home_network",
    Facility: "networks",
    Capability: "facility__networks",
    Resource: "facility__networks",
    HeldCertificate: "facility__networks",
    HeldMachine: "facility__networks",
    ImportBatch: "network",
    ImportRow: "batch__network",
    UnmappedTerm: "batch__network",
    SourceListing: "network",
}


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def listed(client: Client, model: type[Model], **filters: Any) -> set[Any]:
    response = client.get(address(model, "changelist"), filters)
    assert response.status_code == 200, model
    return {row.pk for row in response.context["cl"].queryset}


@pytest.fixture
def world(cast: Cast) -> Cast:
    """The same in both networks."""
    for facility, organisation, network in (
        (cast.quiet_heron, cast.bright_beetle, cast.lakeside),
        (cast.iron_finch, cast.rival_rocket, cast.harbour),
    ):
        builders.capability(facility=facility)
        builders.resource(facility=facility)
        builders.held_certificate(facility=facility)
        builders.held_machine(facility=facility)
        ranked(builders.need(organisation=organisation, home_network=network), facility)
        builders.policy(network=network)
        batch = builders.import_batch(network=network)
        builders.import_row(batch=batch)
        builders.unmapped_term(batch=batch, facility=facility)
        builders.source_listing(network=network, facility=facility)
    return cast


def test_only_coordinators_and_administrators_get_in(cast: Cast, desk: SignIn) -> None:
    answers = {user.name: desk(user).get(reverse("admin:index")) for user in cast.everybody}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == {"Carla", "Omar", "Ada"}
    turned_away = [answer for answer in answers.values() if answer.status_code != 200]
    assert all(answer["Location"].startswith(reverse("admin:login")) for answer in turned_away)


def test_a_coordinator_who_was_switched_off_stays_out(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.carla)
    User.objects.filter(pk=cast.carla.pk).update(is_active=False)
    assert client.get(reverse("admin:index")).status_code == 302


def test_which_lists_a_coordinator_may_open(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.carla)
    answers = {model.__name__: client.get(address(model, "changelist")).status_code for model in admin.site._registry}
    assert {name for name, status in answers.items() if status == 403} == ADMINISTRATORS_ONLY
    assert set(answers.values()) == {200, 403}


def test_a_coordinator_sees_her_networks_rows_and_no_others(world: Cast, desk: SignIn) -> None:
    for user, network in ((world.carla, world.lakeside), (world.omar, world.harbour)):
        client = desk(user)
        for model, path in OF_A_NETWORK.items():
            hers = set(model._default_manager.filter(**{path: network}).values_list("pk", flat=True))
            assert hers, model
            assert listed(client, model) == hers, model
    client = desk(world.ada)
    for model in OF_A_NETWORK:
        assert listed(client, model) == set(model._default_manager.values_list("pk", flat=True))


def test_anothers_row_reads_like_one_that_is_not_there(world: Cast, desk: SignIn) -> None:
    client = desk(world.omar)
    for model, path in OF_A_NETWORK.items():
        hidden = model._default_manager.filter(**{path: world.lakeside}).values_list("pk", flat=True)[0]
        said = []
        for pk in (hidden, 987_654):
            answer = client.get(address(model, "change", pk), follow=True)
            assert answer.redirect_chain == [(reverse("admin:index"), 302)]
            said.append([str(message).replace(str(pk), "#") for message in answer.context["messages"]])
        assert said[0] == said[1], model


def test_drafts_are_the_founders_until_they_submit(world: Cast, desk: SignIn) -> None:
    draft = builders.need(organisation=world.bright_beetle, home_network=world.lakeside, submit=False)
    assert draft.pk not in listed(desk(world.carla), Need)
    assert not {draft.current_id} & listed(desk(world.carla), NeedRevision)
    assert draft.pk in listed(desk(world.ada), Need)


def test_a_partner_network_reads_the_needs_opened_to_it(world: Cast, desk: SignIn) -> None:
    need = Need.objects.get(home_network=world.lakeside)
    assert need.pk not in listed(desk(world.omar), Need)
    builders.need_partner_network(need=need, network=world.harbour)
    assert need.pk in listed(desk(world.omar), Need)


def test_a_partner_reads_names_but_is_led_to_no_page_that_is_closed_to_her(world: Cast, desk: SignIn) -> None:
    need = Need.objects.get(home_network=world.lakeside)
    builders.need_partner_network(need=need, network=world.harbour)
    MatchJob.objects.filter(need=need).update(wanted=9)
    ranking = ranked(need, world.quiet_heron, world.iron_finch)
    client = desk(world.omar)
    match = Match.objects.get(ranking=ranking, facility=world.quiet_heron)
    pages = [
        address(Need, "changelist"),
        address(Need, "change", need.pk),
        address(Ranking, "change", ranking.pk),
        address(Match, "changelist"),
        address(Match, "change", match.pk),
    ]
    texts = {url: client.get(url).content.decode() for url in pages}
    everything = "".join(texts.values())
    for row in (world.quiet_heron, world.bright_beetle, world.lakeside):
        assert address(type(row), "change", row.pk) not in everything
        assert str(row) in everything
    for url in pages[1:4]:
        assert address(Facility, "change", world.iron_finch.pk) in texts[url]
    full = desk(world.ada).get(address(Need, "change", need.pk)).content.decode()
    assert address(Facility, "change", world.quiet_heron.pk) in full


def test_public_profiles_of_other_networks_stay_off_the_desk(world: Cast, desk: SignIn) -> None:
    """The desk shows what a public profile does not."""
    Facility.objects.filter(pk=world.iron_finch.pk).update(profile_public=True)
    assert world.iron_finch.pk not in listed(desk(world.carla), Facility)


def test_the_trail_of_what_one_sees(world: Cast, desk: SignIn) -> None:
    about = {
        name: builders.audit_entry(subject=row, subject_kind=kind).pk
        for name, row, kind in (
            ("her facility", world.quiet_heron, "facility"),
            ("his facility", world.iron_finch, "facility"),
            ("her network", world.lakeside, "network"),
            ("his network", world.harbour, "network"),
            ("a person", world.fay, "user"),
        )
    }
    seen = listed(desk(world.carla), AuditEntry)
    assert {name for name, pk in about.items() if pk in seen} == {"her facility", "her network"}
    assert set(about.values()) <= listed(desk(world.ada), AuditEntry)


def test_networks_and_policies(world: Cast, desk: SignIn) -> None:
    client = desk(world.carla)
    assert listed(client, Network) == {world.lakeside.pk}
    hers = Policy.objects.get(network=world.lakeside, state=PolicyState.DRAFT).pk
    his = Policy.objects.get(network=world.harbour, state=PolicyState.DRAFT).pk
    assert hers in listed(client, Policy)
    assert his not in listed(client, Policy)


def test_organisations_of_her_networks(world: Cast, desk: SignIn) -> None:
    seen = listed(desk(world.carla), Organisation)
    assert {world.bright_beetle.pk, world.quiet_heron.operator_id} <= seen
    assert not {world.rival_rocket.pk, world.iron_finch.operator_id} & seen


@pytest.mark.parametrize("name", ["carla", "ada"])
def test_what_is_history_is_read_only_for_everybody(world: Cast, desk: SignIn, name: str) -> None:
    client = desk(getattr(world, name))
    builders.audit_entry(subject=world.quiet_heron, subject_kind="facility")
    for model in (Need, NeedRevision, Ranking, Match, MatchJob, AuditEntry):
        pk = min(listed(client, model))
        assert client.get(address(model, "change", pk)).status_code == 200, model
        assert client.post(address(model, "change", pk), {}).status_code == 403, model
        assert client.post(address(model, "delete", pk), {"post": "yes"}).status_code == 403, model
        assert client.get(address(model, "add")).status_code == 403, model


def test_what_history_names_is_never_deleted(world: Cast, desk: SignIn) -> None:
    client = desk(world.ada)
    for model in (User, Organisation, Facility, Network, Policy):
        pk = min(listed(client, model))
        assert client.post(address(model, "delete", pk), {"post": "yes"}).status_code == 403, model
        data = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        client.post(address(model, "changelist"), data)
        assert model._default_manager.filter(pk=pk).exists(), model


def test_coordinators_read_the_catalogue_and_add_nothing_to_it(cast: Cast, desk: SignIn) -> None:
    client = desk(cast.carla)
    for model in [model for model in admin.site._registry if issubclass(model, CatalogueRow)]:
        assert client.get(address(model, "changelist")).status_code == 200, model
        assert client.get(address(model, "add")).status_code == 403, model


def test_a_coordinator_cannot_edit_a_process(cast: Cast, desk: SignIn) -> None:
    process = builders.process(name="Casting")
    url = address(Process, "change", process.pk)
    assert desk(cast.carla).get(url).status_code == 200
    assert desk(cast.carla).post(url, {"name": "Fishing"}).status_code == 403
    process.refresh_from_db()
    assert process.name == "Casting"


def test_a_coordinator_edits_a_facility_of_hers_but_not_its_states(world: Cast, desk: SignIn) -> None:
    client, url = desk(world.carla), address(Facility, "change", world.quiet_heron.pk)
    data = form_data(
        client, url, city="Akron", claim_state="revoked", operating_state="closed", paused_until="2030-01-01"
    )
    response = client.post(url, data)
    assert response.status_code == 302, errors_of(response)
    world.quiet_heron.refresh_from_db()
    assert world.quiet_heron.city == "Akron"
    assert (world.quiet_heron.claim_state, world.quiet_heron.operating_state) == ("claimed", "active")
    assert world.quiet_heron.paused_until is None


def test_a_coordinator_puts_no_facility_into_a_network_of_others(world: Cast, desk: SignIn) -> None:
    client, url = desk(world.carla), address(Facility, "change", world.quiet_heron.pk)
    data = form_data(client, url, **{"network_links-TOTAL_FORMS": 2, "network_links-1-network": world.harbour.pk})
    response = client.post(url, data | {"network_links-1-facility": world.quiet_heron.pk, "network_links-1-id": ""})
    assert "network_links-1-network" in errors_of(response)
    assert list(world.quiet_heron.networks.all()) == [world.lakeside]


def test_a_coordinator_does_not_lose_a_facility_by_taking_it_out_of_her_last_network(world: Cast, desk: SignIn) -> None:
    client, url = desk(world.carla), address(Facility, "change", world.quiet_heron.pk)
    response = client.post(url, form_data(client, url, **{"network_links-0-DELETE": "on"}))
    assert "network_links" in errors_of(response)
    assert list(world.quiet_heron.networks.all()) == [world.lakeside]


def test_membership_in_other_networks_is_neither_shown_nor_touched(world: Cast, desk: SignIn) -> None:
    builders.facility_network(facility=world.quiet_heron, network=world.harbour)
    client, url = desk(world.carla), address(Facility, "change", world.quiet_heron.pk)
    assert "Harbour Industry" not in client.get(url).content.decode()
    assert client.post(url, form_data(client, url, city="Akron")).status_code == 302
    assert set(world.quiet_heron.networks.all()) == {world.lakeside, world.harbour}


def test_a_coordinator_gives_a_facility_to_no_organisation_that_she_does_not_see(world: Cast, desk: SignIn) -> None:
    client, url = desk(world.carla), address(Facility, "change", world.quiet_heron.pk)
    response = client.post(url, form_data(client, url, operator=world.rival_rocket.pk))
    assert "operator" in errors_of(response)


@pytest.mark.parametrize(
    ("model", "field", "theirs"),
    [("facilitynetwork", "network", "harbour"), ("facility", "operator", "rival_rocket")],
)
def test_search_boxes_offer_only_what_she_sees(world: Cast, desk: SignIn, model: str, field: str, theirs: str) -> None:
    query = {"app_label": "facilities", "model_name": model, "field_name": field, "term": ""}
    offered = desk(world.carla).get(reverse("admin:autocomplete"), query).json()["results"]
    assert offered
    assert str(getattr(world, theirs).pk) not in {row["id"] for row in offered}


def test_search_boxes_of_people_are_for_administrators(world: Cast, desk: SignIn) -> None:
    query = {"app_label": "accounts", "model_name": "membership", "field_name": "user", "term": ""}
    assert desk(world.carla).get(reverse("admin:autocomplete"), query).status_code == 403
    assert desk(world.ada).get(reverse("admin:autocomplete"), query).status_code == 200


def test_lists_cannot_be_filtered_by_what_they_do_not_show(world: Cast, desk: SignIn) -> None:
    """A filter by a hidden relation would tell letter by letter what is behind it."""
    url = address(Facility, "changelist")
    answer = desk(world.carla).get(url, {"operator__memberships__user__password__startswith": "md5"})
    assert answer.status_code == 400
