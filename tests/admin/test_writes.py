"""What is written at the desk: kept as meant, refused in words, and in the trail."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from apps.accounts.models import Membership, Organisation, User
from apps.catalog.models import Material, Process, Synonym
from apps.core.models import AuditEntry, Identified
from apps.facilities.ledger import firm_holds
from apps.facilities.models import (
    Capability,
    CapacityWeek,
    Facility,
    HeldMachine,
    Hold,
    NoGo,
    Resource,
)
from apps.networks.models import Network
from tests import builders
from tests.admin.conftest import SignIn
from tests.admin.forms import errors_of, form_data
from tests.cast import Cast


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def trail_of(row: Identified) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(subject_id=row.public_id).order_by("pk"))


def test_an_edit_leaves_one_entry_with_before_and_after(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.carla), address(Facility, "change", cast.quiet_heron.pk)
    known = len(trail_of(cast.quiet_heron))
    assert client.post(url, form_data(client, url, city="Akron", min_run=25)).status_code == 302
    (entry,) = trail_of(cast.quiet_heron)[known:]
    assert (entry.verb, entry.actor, entry.subject_kind) == ("change", cast.carla, "facility")
    assert entry.old == {"city": "Cleveland", "min_run": None}
    assert entry.new == {"city": "Akron", "min_run": 25}


def test_saving_without_a_change_leaves_none(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.carla), address(Facility, "change", cast.quiet_heron.pk)
    stamp = cast.quiet_heron.confirmed_on
    assert client.post(url, form_data(client, url)).status_code == 302
    assert trail_of(cast.quiet_heron) == []
    cast.quiet_heron.refresh_from_db()
    assert cast.quiet_heron.confirmed_on == stamp


def test_what_a_coordinator_writes_is_hers_and_dates_nothing_else(cast: Cast, desk: SignIn) -> None:
    Facility.objects.filter(pk=cast.quiet_heron.pk).update(confirmed_on=date(2020, 1, 1))
    client, url = desk(cast.carla), address(Facility, "change", cast.quiet_heron.pk)
    client.post(url, form_data(client, url, city="Akron"))
    cast.quiet_heron.refresh_from_db()
    assert (cast.quiet_heron.source, cast.quiet_heron.confirmed_on) == ("stated", date(2020, 1, 1))
    fact = cast.quiet_heron.statements.get()
    assert (fact.field, fact.source, fact.said_by) == ("city", "coordinator", cast.carla)
    assert fact.confirmed_on == builders.today()


def test_a_new_place_without_operator_waits_for_its_claim(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.carla), address(Facility, "add")
    rows = {"network_links-TOTAL_FORMS": 1, "network_links-0-network": cast.lakeside.pk}
    response = client.post(url, form_data(client, url, name="Old Mill", kind="jobshop", **rows))
    assert response.status_code == 302, errors_of(response)
    made = Facility.objects.get(name="Old Mill")
    assert (made.claim_state, made.source, list(made.networks.all())) == ("unclaimed", "coordinator", [cast.lakeside])
    (entry,) = trail_of(made)
    assert (entry.verb, entry.new["name"]) == ("create", "Old Mill")


def test_a_new_place_needs_a_network_of_the_coordinators(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.carla), address(Facility, "add")
    rows = {"network_links-TOTAL_FORMS": 1, "network_links-0-network": ""}
    response = client.post(url, form_data(client, url, name="Old Mill", kind="jobshop", **rows))
    assert response.status_code == 200
    assert "network_links" in errors_of(response)
    assert not Facility.objects.filter(name="Old Mill").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lat": "91"}, "lat"),
        ({"lon": ""}, "lat"),
        ({"economic_run_low": "100", "economic_run_high": "10"}, "economic_run_low"),
        ({"envelope_length_mm": "10"}, "envelope_length_mm"),
        ({"currency": "dollars"}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"unit_price_low": "-1"}, "unit_price_low"),
        ({"operator": ""}, "operator"),
        ({"name": ""}, "name"),
        ({"workmanship_class": "4"}, "workmanship_class"),
        ({"wished_stages": ["-", "prototype"]}, "wished_stages"),
    ],
)
def test_a_broken_rule_is_said_at_the_field(cast: Cast, desk: SignIn, changes: dict[str, Any], field: str) -> None:
    builders.stage("prototype")
    client, url = desk(cast.carla), address(Facility, "change", cast.quiet_heron.pk)
    response = client.post(url, form_data(client, url, **changes))
    assert response.status_code == 200
    (said,) = errors_of(response)[field]
    assert "onstraint" not in said
    assert trail_of(cast.quiet_heron) == []


def test_the_second_of_its_kind_is_refused_in_words(cast: Cast, desk: SignIn) -> None:
    capability = builders.capability(facility=cast.quiet_heron)
    client, url = desk(cast.carla), address(Capability, "add")
    twice = {"facility": cast.quiet_heron.pk, "process": capability.process_id, "offer": capability.offer}
    response = client.post(url, form_data(client, url, **twice))
    assert response.status_code == 200
    assert "already" in str(errors_of(response))
    assert Capability.objects.filter(facility=cast.quiet_heron).count() == 1


@pytest.mark.parametrize("field", ["wished_stages", "wished_industries"])
def test_not_stated_and_no_wish_stay_apart(cast: Cast, desk: SignIn, field: str) -> None:
    builders.stage("prototype")
    some = "prototype" if field == "wished_stages" else "medical"
    client, url = desk(cast.carla), address(Facility, "change", cast.quiet_heron.pk)
    for sent, stored in (([some], [some]), (["-"], []), ([], None)):
        assert client.post(url, form_data(client, url, **{field: sent})).status_code == 302
        assert getattr(Facility.objects.get(pk=cast.quiet_heron.pk), field) == stored
        assert client.post(url, form_data(client, url, city=f"City of {some}")).status_code == 302
        assert getattr(Facility.objects.get(pk=cast.quiet_heron.pk), field) == stored


def test_parts_are_in_the_trail_of_their_facility(cast: Cast, desk: SignIn) -> None:
    machine = builders.held_machine(facility=cast.quiet_heron)
    client = desk(cast.carla)
    url = address(HeldMachine, "change", machine.pk)
    assert client.post(url, form_data(client, url, count=3)).status_code == 302
    assert client.post(address(HeldMachine, "delete", machine.pk), {"post": "yes"}).status_code == 302
    changed, removed = trail_of(cast.quiet_heron)
    assert (changed.verb, changed.old, changed.new) == ("change_heldmachine", {"count": 1}, {"count": 3})
    assert (removed.verb, removed.actor) == ("remove_heldmachine", cast.carla)
    assert not HeldMachine.objects.filter(pk=machine.pk).exists()


def test_parts_deleted_from_the_list_are_in_the_trail_one_by_one(cast: Cast, desk: SignIn) -> None:
    rows = [builders.capability(facility=cast.quiet_heron) for _ in range(2)]
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    desk(cast.carla).post(address(Capability, "changelist"), data)
    assert not Capability.objects.filter(facility=cast.quiet_heron).exists()
    assert [entry.verb for entry in trail_of(cast.quiet_heron)] == ["remove_capability"] * 2


def test_rows_below_a_facility_are_told_with_their_figures(cast: Cast, desk: SignIn) -> None:
    capability = builders.capability(facility=cast.quiet_heron, min_run=10)
    client, url = desk(cast.carla), address(Facility, "change", cast.quiet_heron.pk)
    assert client.post(url, form_data(client, url, **{"capabilities-0-min_run": 20})).status_code == 302
    (entry,) = trail_of(cast.quiet_heron)
    assert entry.old == {f"capability {capability}": {"min_run": 10}}
    assert entry.new == {f"capability {capability}": {"min_run": 20}}
    capability.refresh_from_db()
    assert (capability.min_run, capability.source) == (20, "stated")
    assert capability.statements.get().source == "coordinator"


def test_a_part_does_not_move_to_another_facility(cast: Cast, desk: SignIn) -> None:
    capability = builders.capability(facility=cast.quiet_heron)
    client, url = desk(cast.ada), address(Capability, "change", capability.pk)
    assert client.post(url, form_data(client, url, facility=cast.iron_finch.pk)).status_code == 302
    capability.refresh_from_db()
    assert capability.facility == cast.quiet_heron


def test_a_line_uses_a_bottleneck_of_its_own_facility(cast: Cast, desk: SignIn) -> None:
    capability = builders.capability(facility=cast.quiet_heron)
    client, url = desk(cast.ada), address(Capability, "change", capability.pk)
    elsewhere = builders.resource(facility=cast.iron_finch)
    assert "resource" in errors_of(client.post(url, form_data(client, url, resource=elsewhere.pk)))
    here = builders.resource(facility=cast.quiet_heron)
    assert client.post(url, form_data(client, url, resource=here.pk)).status_code == 302


def test_weeks_start_on_mondays_and_are_as_of_today(cast: Cast, desk: SignIn) -> None:
    resource = builders.resource(facility=cast.quiet_heron)
    client, url = desk(cast.carla), address(Resource, "change", resource.pk)
    monday = builders.today() - timedelta(days=builders.today().weekday())
    rows = {"weeks-TOTAL_FORMS": 1, "weeks-0-free_hours": 12, "weeks-0-resource": resource.pk, "weeks-0-id": ""}
    tuesday = rows | {"weeks-0-monday": monday + timedelta(days=1)}
    assert "weeks-0-monday" in errors_of(client.post(url, form_data(client, url) | tuesday))
    assert client.post(url, form_data(client, url) | rows | {"weeks-0-monday": monday}).status_code == 302
    week = CapacityWeek.objects.get(resource=resource)
    assert (week.monday, week.free_hours, week.as_of) == (monday, 12, builders.today())
    assert trail_of(cast.quiet_heron)[-1].verb == "change_resource"


def test_the_desk_shows_holds_and_cannot_take_them_away(cast: Cast, desk: SignIn) -> None:
    resource = builders.resource(facility=cast.quiet_heron)
    held = builders.hold(resource=resource)
    firm_holds([held], acting_user=None)
    week = CapacityWeek.objects.get(resource=resource)
    client, url = desk(cast.carla), address(Resource, "change", resource.pk)
    cut = {"weeks-0-free_hours": 1, "weeks-0-firm_hours": 0}
    assert client.post(url, form_data(client, url) | cut).status_code == 302
    week.refresh_from_db()
    assert (week.free_hours, week.as_of, week.overbooked) == (1.0, builders.today(), True)
    assert week.firm_hours == 2
    listed = client.get(address(Resource, "changelist"), {"promises": "overbooked"}).content.decode()
    assert str(resource.name or resource.kind) in listed
    for back in ({"weeks-0-free_hours": ""}, {"weeks-0-DELETE": "on"}):
        CapacityWeek.objects.update(free_hours=1, as_of=builders.today())
        assert client.post(url, form_data(client, url) | back).status_code == 302
        week.refresh_from_db()
        assert (week.free_hours, week.as_of, week.overbooked) == (None, None, False)
        assert week.firm_hours == 2
    page = client.get(address(Hold, "change", held.pk)).content.decode()
    assert str(held.holder_id) in page
    assert client.post(address(Hold, "change", held.pk), {"state": "released"}).status_code == 403
    assert desk(cast.omar).get(address(Hold, "change", held.pk)).status_code == 302


def test_a_week_without_hours_and_holds_is_no_statement(cast: Cast, desk: SignIn) -> None:
    resource = builders.resource(facility=cast.quiet_heron)
    client, url = desk(cast.carla), address(Resource, "change", resource.pk)
    monday = builders.today() - timedelta(days=builders.today().weekday())
    row = {"weeks-TOTAL_FORMS": 1, "weeks-0-resource": resource.pk, "weeks-0-id": "", "weeks-0-monday": monday}
    blank = row | {"weeks-0-free_hours": ""}
    assert "weeks-0-free_hours" in errors_of(client.post(url, form_data(client, url) | blank))
    assert not CapacityWeek.objects.exists()


def test_nobody_vouches_for_a_machine_of_a_place_of_their_own(cast: Cast, desk: SignIn) -> None:
    held = builders.held_machine(facility=cast.quiet_heron)
    client, url = desk(cast.carla), address(HeldMachine, "change", held.pk)
    for count, evidence in ((2, "documented"), (3, "stated")):
        if evidence == "stated":
            builders.membership(user=cast.carla, organisation=cast.quiet_heron.operator)
        sent = form_data(client, url, evidence_level="documented", count=count)
        assert client.post(url, sent).status_code == 302
        held.refresh_from_db()
        assert held.evidence_level == evidence


def test_a_no_go_of_a_stage_names_one_that_there_is(cast: Cast, desk: SignIn) -> None:
    builders.stage("prototype")
    client, url = desk(cast.carla), address(Facility, "change", cast.quiet_heron.pk)
    row = {"no_gos-TOTAL_FORMS": 1, "no_gos-0-kind": "stage", "no_gos-0-id": "", "no_gos-0-value": "dream"}
    row["no_gos-0-facility"] = str(cast.quiet_heron.pk)
    assert "no_gos-0-value" in errors_of(client.post(url, form_data(client, url) | row))
    assert client.post(url, form_data(client, url) | row | {"no_gos-0-value": "prototype"}).status_code == 302
    assert NoGo.objects.get(facility=cast.quiet_heron).value == "prototype"


@pytest.mark.parametrize(("answer", "state"), [("approve", "claimed"), ("deny", "denied")])
def test_a_claim_is_decided_with_a_reason(cast: Cast, desk: SignIn, answer: str, state: str) -> None:
    place = builders.facility(networks=(cast.lakeside,), claim_state="claim_pending")
    client = desk(cast.carla)
    assert "says that it runs this place" in client.get(address(Facility, "change", place.pk)).content.decode()
    decide = reverse("admin:facilities_facility_claim", args=[place.pk, answer])
    assert desk(cast.omar).post(decide).status_code == 404
    assert client.get(decide).status_code == 405
    client.post(decide, {"reason": "I was there"})
    place.refresh_from_db()
    assert place.claim_state == state
    assert trail_of(place)[-1].reason == "I was there"
    assert "no claim to decide" in client.post(decide, follow=True).content.decode()


def test_users_are_made_with_a_password_that_no_trail_shows(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.ada), address(User, "add")
    secret = "a wholly unguessable phrase"
    data = form_data(client, url, email="New@Example.org", name="New", password1=secret, password2=secret)
    response = client.post(url, data)
    assert response.status_code == 302, errors_of(response)
    made = User.objects.get(email="new@example.org")
    assert made.check_password(secret)
    (entry,) = trail_of(made)
    assert (entry.verb, entry.new) == ("create", {"email": "new@example.org", "name": "New"})


def test_a_password_is_changed_and_the_trail_says_so(cast: Cast, desk: SignIn) -> None:
    secret = "a wholly unguessable phrase"
    client, url = desk(cast.ada), reverse("admin:auth_user_password_change", args=[cast.fay.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"password1": secret, "password2": "another"})
    assert trail_of(cast.fay) == []
    client.post(url, {"password1": secret, "password2": secret})
    cast.fay.refresh_from_db()
    assert cast.fay.check_password(secret)
    assert [(entry.verb, entry.old, entry.new) for entry in trail_of(cast.fay)] == [("change_password", {}, {})]


def test_membership_below_an_organisation(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.ada), address(Organisation, "change", cast.bright_beetle.pk)
    number = Membership.objects.filter(organisation=cast.bright_beetle).count()
    new = f"memberships-{number}"
    row = {f"{new}-user": cast.sam.pk, f"{new}-role": "viewer", f"{new}-id": "", "memberships-TOTAL_FORMS": number + 1}
    response = client.post(url, form_data(client, url) | row | {f"{new}-organisation": cast.bright_beetle.pk})
    assert response.status_code == 302, errors_of(response)
    assert Membership.objects.get(user=cast.sam).role == "viewer"
    (entry,) = trail_of(cast.bright_beetle)
    assert list(entry.new.values()) == [{"user": str(cast.sam.public_id), "role": "viewer"}]


def test_coordinators_below_a_network(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.ada), address(Network, "change", cast.lakeside.pk)
    row = {"coordinators-TOTAL_FORMS": 2, "coordinators-1-user": cast.sam.pk, "coordinators-1-id": ""}
    response = client.post(url, form_data(client, url) | row | {"coordinators-1-network": cast.lakeside.pk})
    assert response.status_code == 302, errors_of(response)
    assert cast.lakeside.coordinators.filter(user=cast.sam).exists()
    assert len(trail_of(cast.lakeside)) == 1


def test_phrases_are_kept_in_the_spelling_that_is_searched(cast: Cast, desk: SignIn) -> None:
    process = builders.process(name="Forming")
    client, url = desk(cast.ada), address(Process, "change", process.pk)
    row = {"synonyms-TOTAL_FORMS": 1, "synonyms-0-text": "Injection MOLDING!", "synonyms-0-id": ""}
    assert client.post(url, form_data(client, url) | row | {"synonyms-0-process": process.pk}).status_code == 302
    assert Synonym.objects.get(process=process).text == "injection moulding"
    found = client.get(address(Process, "changelist"), {"q": "Injection molding"}).context["cl"]
    assert list(found.queryset) == [process]


def test_a_row_of_the_catalogue_says_what_was_edited_here(cast: Cast, desk: SignIn) -> None:
    material = builders.material(
        "pa66", name="Nylon", density_g_cm3=1.1, loaded={"name": "PA 66", "density_g_cm3": 1.1, "parent": None}
    )
    text = desk(cast.ada).get(address(Material, "change", material.pk)).content.decode()
    assert "<td>name</td><td>Nylon</td><td>PA 66</td>" in text
    assert "<td>1.1</td>" not in text


def test_a_row_in_use_stays_in_the_catalogue(cast: Cast, desk: SignIn) -> None:
    capability = builders.capability(facility=cast.quiet_heron)
    client = desk(cast.ada)
    client.post(address(Process, "delete", capability.process_id), {"post": "yes"})
    assert Process.objects.filter(pk=capability.process_id).exists()
    unused = builders.process()
    assert client.post(address(Process, "delete", unused.pk), {"post": "yes"}).status_code == 302
    assert not Process.objects.filter(pk=unused.pk).exists()
