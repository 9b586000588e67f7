"""Who says that a place is theirs, who believes it, and what becomes of it: over HTTP, and against the tables."""

from http import HTTPStatus
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from apps.accounts.models import Role
from apps.core.models import AuditEntry
from apps.facilities.models import (
    CLAIM_EDGES,
    DECISION_EDGES,
    OPERATING_EDGES,
    Claim,
    ClaimDecision,
    ClaimState,
    Contact,
    Facility,
    ListingRequest,
    OperatingState,
)
from apps.facilities.selectors import invitation_to, may_be_offered
from apps.notices.models import Delivery
from tests import builders
from tests.api.client import Api, results
from tests.api.world import World, make_world
from tests.builders import today

pytestmark = pytest.mark.django_db
CONFLICT, FORBIDDEN, NOT_FOUND = HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def old_mill(world: World) -> Facility:
    """Listed by an import in Lakeside, with a public profile; nobody runs it here."""
    return builders.facility(
        name="Old Mill",
        operator=None,
        claim_state="unclaimed",
        source="imported",
        profile_public=True,
        networks=(world.cast.lakeside,),
    )


def heron_operator(world: World) -> str:
    return str(world.cast.quiet_heron.operator.public_id)  # type: ignore[union-attr]


def below(facility: Facility, path: str) -> str:
    return f"facilities/{facility.public_id}/{path}/"


def claimed(world: World, facility: Facility, **fields: Any) -> Any:
    sent = {"organisation": heron_operator(world), "words": "I am the foreman", **fields}
    return world.as_("hank").post(below(facility, "claims"), sent)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_claim_is_approved_and_its_claimer_hears_of_it(world: World, old_mill: Facility) -> None:
    made = claimed(world, old_mill)
    assert made.status_code == HTTPStatus.CREATED, made.content
    assert made.json()["state"] == "pending"
    hank, carla = world.as_("hank"), world.as_("carla")
    assert hank.get(f"facilities/{old_mill.public_id}/").json()["view"] == "profile"  # not believed yet
    assert hank.get(below(old_mill, "capabilities")).status_code == NOT_FOUND
    shown = carla.post(below(old_mill, "claim-decisions"), {"approve": True, "reason": "I know him"}).json()
    assert (shown["claim_state"], shown["operator"]["id"]) == ("claimed", heron_operator(world))
    assert hank.get(below(old_mill, "capabilities")).status_code == HTTPStatus.OK
    claim = Claim.objects.get(facility=old_mill)
    assert (claim.state, claim.claimed_by, claim.decided_by, claim.reason) == (
        "approved",
        world.cast.hank,
        world.cast.carla,
        "I know him",
    )
    assert [(one.kind, one.user) for one in Delivery.objects.order_by("pk")] == [
        ("claim-made", world.cast.carla),
        ("claim-approved", world.cast.hank),
    ]
    trail = AuditEntry.objects.filter(subject_id=old_mill.public_id).order_by("pk")
    assert [entry.verb for entry in trail] == ["claim", "decide_claim"]


def test_who_was_denied_reads_why_and_claims_again(world: World, old_mill: Facility) -> None:
    claimed(world, old_mill)
    carla, hank = world.as_("carla"), world.as_("hank")
    refused = carla.post(below(old_mill, "claim-decisions"), {"approve": False, "reason": " "})
    assert code_of(refused) == (HTTPStatus.BAD_REQUEST, "reason_missing")
    denied = carla.post(below(old_mill, "claim-decisions"), {"approve": False, "reason": "Who are you?"})
    assert denied.json()["claim_state"] == "denied"
    assert [(row["state"], row["reason"]) for row in results(hank.get("claims/"))] == [("denied", "Who are you?")]
    mail = Delivery.objects.get(kind="claim-denied")
    assert (mail.user, "Who are you?" in mail.text) == (world.cast.hank, True)
    assert claimed(world, old_mill).status_code == HTTPStatus.CREATED
    carla.post(below(old_mill, "claim-decisions"), {"approve": True})
    assert [row["state"] for row in results(hank.get("claims/?ordering=created_at"))] == ["denied", "approved"]


def test_a_revoked_operator_reads_and_writes_nothing_more(world: World) -> None:
    heron = world.cast.quiet_heron
    hank, carla = world.as_("hank"), world.as_("carla")
    tag = {"if_match": hank.get(f"facilities/{heron.public_id}/")["ETag"]}
    assert code_of(hank.post(below(heron, "claim-revocations"), {"reason": "x"})) == (FORBIDDEN, "not_a_coordinator")
    assert world.as_("omar").post(below(heron, "claim-revocations"), {"reason": "x"}).status_code == NOT_FOUND
    assert carla.post(below(heron, "claim-revocations"), {}).status_code == HTTPStatus.BAD_REQUEST
    shown = carla.post(below(heron, "claim-revocations"), {"reason": "Sold"}).json()
    assert (shown["claim_state"], shown["operator"]) == ("revoked", None)
    assert hank.patch(f"facilities/{heron.public_id}/", {"city": "x"}, **tag).status_code == NOT_FOUND
    assert hank.get(below(heron, "certificates")).status_code == NOT_FOUND
    [claim] = results(hank.get("claims/"))
    assert (claim["state"], claim["revoked_reason"]) == ("revoked", "Sold")
    assert code_of(carla.post(below(heron, "claim-revocations"), {"reason": "x"})) == (CONFLICT, "not_claimed")
    again = claimed(world, heron)  # known to them from before, so it can be claimed though it is not public
    assert again.status_code == HTTPStatus.CREATED, again.content


def test_a_place_that_is_not_seen_takes_an_invitation(world: World, old_mill: Facility) -> None:
    Facility.objects.filter(pk=old_mill.pk).update(profile_public=False)
    assert claimed(world, old_mill).status_code == NOT_FOUND
    assert world.as_("hank").post(below(old_mill, "invitations")).status_code == NOT_FOUND
    invited = world.as_("carla").post(below(old_mill, "invitations")).json()
    assert invited["address"].endswith(f"/facilities/invited/{invited['invitation']}/")
    for wrong in (invited["invitation"][:-2], invitation_to(world.cast.iron_finch), "x"):
        assert claimed(world, old_mill, invitation=wrong).status_code == NOT_FOUND
    assert claimed(world, old_mill, invitation=invited["invitation"]).status_code == HTTPStatus.CREATED


def test_who_may_not_claim(world: World, old_mill: Facility) -> None:
    cast = world.cast
    builders.membership(user=cast.sam, organisation=cast.quiet_heron.operator, role=Role.VIEWER)
    sent = {"organisation": heron_operator(world)}
    for name in ("sam", "fay", "ines"):
        answer = world.as_(name).post(below(old_mill, "claims"), sent)
        assert code_of(answer) == (HTTPStatus.BAD_REQUEST, "unknown_organisation"), name
    assert claimed(world, old_mill).status_code == HTTPStatus.CREATED
    rival = {"organisation": str(cast.iron_finch.operator.public_id)}  # type: ignore[union-attr]
    ines = world.as_("ines")
    assert code_of(ines.post(below(old_mill, "claims"), rival)) == (CONFLICT, "claim_pending")
    world.as_("carla").post(below(old_mill, "claim-decisions"), {"approve": True})
    assert code_of(ines.post(below(old_mill, "claims"), rival)) == (CONFLICT, "claimed_already")


def test_claims_are_seen_by_both_sides_and_nobody_else(world: World, old_mill: Facility) -> None:
    path = claimed(world, old_mill)["Location"]
    seen = {name: world.as_(name).get(path).status_code for name in ("hank", "carla", "ada", "ines", "omar", "fay")}
    assert seen == {"hank": 200, "carla": 200, "ada": 200, "ines": 404, "omar": 404, "fay": 404}
    assert results(world.as_("ines").get("claims/")) == results(world.as_("ines").get(below(old_mill, "claims"))) == []


# --- offers go to claimed places at work ----------------------------------------------------------------------------


@pytest.mark.parametrize("claim", ClaimState.values)
@pytest.mark.parametrize("state", OperatingState.values)
def test_only_a_claimed_place_at_work_may_be_offered_to(claim: str, state: str) -> None:
    place = builders.facility(claim_state=claim, operating_state=state)
    assert may_be_offered(place, today()) == (claim == "claimed" and state == "active")


def test_a_pause_that_is_over_hinders_no_offer() -> None:
    place = builders.facility(operating_state="paused", paused_until=today())
    assert not may_be_offered(place, today())
    assert may_be_offered(place, today().replace(year=today().year + 1))


# --- requests of owners ---------------------------------------------------------------------------------------------


def test_a_removal_closes_hides_and_erases_but_old_matches_stay(world: World, old_mill: Facility) -> None:
    builders.contact(facility=old_mill, person="Otto Miller", phone="555 0100")
    match = builders.match(facility=old_mill)
    hank, carla = world.as_("hank"), world.as_("carla")
    sent = {"kind": "removal", "words": "We do not want to be listed."}
    asked = hank.post(below(old_mill, "listing-requests"), sent)
    assert asked.status_code == HTTPStatus.CREATED, asked.content
    assert code_of(hank.post(below(old_mill, "listing-requests"), sent)) == (CONFLICT, "removal_asked")
    decision = f"{asked['Location']}decisions/"
    assert code_of(hank.post(decision, {"grant": True})) == (FORBIDDEN, "not_a_coordinator")
    assert world.as_("omar").post(decision, {"grant": True}).status_code == NOT_FOUND
    assert code_of(carla.post(decision, {"grant": False})) == (HTTPStatus.BAD_REQUEST, "reason_missing")
    assert carla.post(decision, {"grant": True}).json()["state"] == "granted"
    assert code_of(carla.post(decision, {"grant": True})) == (CONFLICT, "decided_already")
    old_mill.refresh_from_db()
    assert (old_mill.operating_state, old_mill.profile_public) == ("closed", False)
    assert old_mill.removed_at is not None
    assert not Contact.objects.exists()
    assert "Otto" not in str(list(AuditEntry.objects.values_list("old", "new", "reason")))
    match.refresh_from_db()
    assert match.facility == old_mill
    assert hank.get(f"facilities/{old_mill.public_id}/").status_code == NOT_FOUND
    assert claimed(world, old_mill).status_code == NOT_FOUND
    tag = {"if_match": carla.get(f"facilities/{old_mill.public_id}/")["ETag"]}
    changed = carla.patch(f"facilities/{old_mill.public_id}/", {"operating_state": "active"}, **tag)
    assert code_of(changed) == (CONFLICT, "listing_removed")
    assert Delivery.objects.filter(kind="listing-answer", user=world.cast.hank).count() == 1


def test_a_coordinator_removes_what_an_owner_asked_her_to_on_the_telephone(world: World, old_mill: Facility) -> None:
    claimed(world, old_mill)
    shown = world.as_("carla").post(below(old_mill, "removals"), {"reason": "He rang."})
    assert (shown.json()["operating_state"], shown.json()["claim_state"]) == ("closed", "denied")
    assert Claim.objects.get(facility=old_mill).state == ClaimDecision.DENIED


def test_an_owner_without_an_account_asks_by_invitation(old_mill: Facility, world: World) -> None:
    page = f"/facilities/invited/{invitation_to(old_mill)}/"
    browser = Client()
    text = browser.get(page).content.decode()
    assert "Old Mill" in text
    sent = {"kind": "correction", "words": "We moved.", "email": "owner@example.org"}
    assert browser.post(page, {**sent, "email": "nonsense"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert browser.post(page, sent).status_code == HTTPStatus.OK
    asked = ListingRequest.objects.get()
    assert (asked.kind, asked.asked_by, asked.email) == ("correction", None, "owner@example.org")
    assert browser.get("/facilities/invited/nonsense/").status_code == NOT_FOUND
    world.as_("carla").post(f"listing-requests/{asked.public_id}/decisions/", {"grant": True, "reason": "Done."})
    assert Delivery.objects.get(kind="listing-answer").address == "owner@example.org"


def test_not_more_is_asked_at_once_than_somebody_can_answer(world: World, old_mill: Facility) -> None:
    hank, sent = world.as_("hank"), {"kind": "correction", "words": "The name is wrong."}
    answers = [hank.post(below(old_mill, "listing-requests"), sent) for _ in range(11)]
    assert [answer.status_code for answer in answers[:10]] == [HTTPStatus.CREATED] * 10
    assert code_of(answers[10]) == (CONFLICT, "requests_wait")


def test_a_coordinator_hears_of_a_place_that_asks_to_be_let_in(world: World) -> None:
    sent = {"operator": heron_operator(world), "name": "Second", "kind": "jobshop", "networks": ["lakeside"]}
    assert world.as_("hank").post("facilities/", sent).status_code == HTTPStatus.CREATED
    assert Delivery.objects.get(kind="claim-made").user == world.cast.carla
    assert world.as_("carla").post("facilities/", {**sent, "name": "Third"}).json()["claim_state"] == "claimed"
    assert Claim.objects.get(facility__name="Third").decided_by == world.cast.carla
    assert Delivery.objects.count() == 1


# --- the tables by themselves ---------------------------------------------------------------------------------------


def backed(facility: Facility, state: str) -> None:
    """The claim that a step to this state rests on."""
    Claim.objects.filter(facility=facility, state="pending").update(
        state="denied", decided_at=facility.created_at, reason="x"
    )
    Claim.objects.filter(facility=facility, state="approved").update(
        state="revoked", revoked_at=facility.created_at, revoked_reason="x"
    )
    if state == ClaimState.CLAIM_PENDING:
        builders.claim(facility=facility, organisation=facility.operator)
    if state == ClaimState.CLAIMED:
        builders.claim(
            facility=facility, organisation=facility.operator, state="approved", decided_at=facility.created_at
        )


@pytest.mark.parametrize(("before", "after"), product(ClaimState.values, repeat=2))
def test_every_step_of_a_listings_claim_is_listed_or_refused(before: str, after: str) -> None:
    place = builders.facility(claim_state=before)
    backed(place, after)
    allowed = before == after or (before, after) in CLAIM_EDGES
    _updates(Facility, place.pk, allowed, claim_state=after)


@pytest.mark.parametrize(("before", "after"), CLAIM_EDGES)
def test_no_step_without_the_claim_that_it_rests_on(before: str, after: str) -> None:
    place = builders.facility(claim_state=before)
    if after in (ClaimState.DENIED, ClaimState.REVOKED):
        builders.claim(facility=place, organisation=place.operator)  # still waiting
    _updates(Facility, place.pk, allowed=False, claim_state=after)


def test_a_claim_of_somebody_else_makes_nobody_the_operator() -> None:
    place = builders.facility(claim_state="claim_pending")
    builders.claim(facility=place, state="approved", decided_at=place.created_at)
    _updates(Facility, place.pk, allowed=False, claim_state="claimed")


DATES: dict[str, dict[str, Any]] = {
    "pending": {"decided_at": None},
    "approved": {"revoked_at": None},
    "denied": {"reason": "x", "revoked_at": None},
    "revoked": {"revoked_reason": "x"},
}


@pytest.mark.parametrize(("before", "after"), product(ClaimDecision.values, repeat=2))
def test_every_step_of_a_claim_is_listed_or_refused(before: str, after: str) -> None:
    at = builders.facility().created_at

    def columns(state: str) -> dict[str, Any]:
        dated = {"decided_at": None if state == "pending" else at, "revoked_at": at if state == "revoked" else None}
        return {"state": state, **dated, **DATES[state]}

    claim = builders.claim(**columns(before))
    _updates(Claim, claim.pk, before == after or (before, after) in DECISION_EDGES, **columns(after))


@pytest.mark.parametrize(("before", "after"), product(OperatingState.values, repeat=2))
def test_every_step_of_working_is_listed_or_refused(before: str, after: str) -> None:
    place = builders.facility(operating_state=before)
    _updates(Facility, place.pk, before == after or (before, after) in OPERATING_EDGES, operating_state=after)


def _updates(model: Any, pk: int, allowed: bool, **columns: Any) -> None:
    def write() -> None:
        with transaction.atomic():
            model.objects.filter(pk=pk).update(**columns)

    if allowed:
        write()
        return
    with pytest.raises(DatabaseError):
        write()


def test_the_table_keeps_one_live_claim() -> None:
    claim = builders.claim()
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.claim(facility=claim.facility)


def test_api_of_nobody(old_mill: Facility) -> None:
    nobody = Api()
    for path in (below(old_mill, "claims"), "claims/", "listing-requests/"):
        assert nobody.get(path).status_code == HTTPStatus.UNAUTHORIZED
