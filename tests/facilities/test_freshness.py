"""The freshness board, the mail that asks, and the answers that come in by its link."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.facilities.models import (
    Capability,
    Facility,
    HeldCertificate,
    Inquiry,
    Resource,
    Source,
)
from apps.facilities.selectors import link_token
from apps.facilities.services import FactAnswer, answer_inquiry
from apps.matching.freshness import FIELD_OF, freshness_board, needs_waiting
from apps.matching.models import Match, SupplyChange
from apps.notices.mail import send_due
from apps.notices.models import Delivery
from matchmaker.codes import CODE_ROWS
from tests import builders
from tests.api.client import Api, results
from tests.cast import Cast
from tests.facilities.test_ledger_concurrency import at_once

pytestmark = pytest.mark.django_db
TODAY = builders.today()
OLD = TODAY - timedelta(days=400)
As = Callable[[str], Api]


@pytest.fixture
def as_(cast: Cast) -> As:
    return lambda name: Api(getattr(cast, name))


@pytest.fixture
def site(cast: Cast) -> str:
    return f"facilities/{cast.quiet_heron.public_id}"


@pytest.fixture
def resource(cast: Cast) -> Resource:
    return builders.resource(facility=cast.quiet_heron, name="Line 1", confirmed_on=TODAY - timedelta(days=20))


def board(api: Api, query: str = "") -> list[tuple[str, str, int]]:
    found = api.read(f"freshness/?{query}")
    assert found["count"] == len(found["results"])
    return [(row["facility_name"], row["field"], row["needs"]) for row in found["results"]]


def link_of(inquiry: Inquiry) -> str:
    return reverse("portal:answers", args=[link_token(inquiry)])


def asked(api: Api, site: str) -> Inquiry:
    made = api.post(f"{site}/inquiries/")
    assert made.status_code == HTTPStatus.CREATED, made.content
    return Inquiry.objects.get(public_id=made.json()["id"])


# --- the board ------------------------------------------------------------------------------------------------------


def test_the_board_lists_what_is_stale_by_facility_and_field(as_: As, cast: Cast, resource: Resource) -> None:
    heron = cast.quiet_heron
    assert board(as_("carla")) == [("Quiet Heron Circuits", "capacity", 0)]
    builders.capability(facility=heron, confirmed_on=OLD)
    builders.capability(facility=heron, confirmed_on=None)
    builders.held_certificate(facility=heron, confirmed_on=TODAY, expires_on=TODAY + timedelta(days=59))
    Facility.objects.filter(pk=heron.pk).update(confirmed_on=OLD)
    rows = as_("carla").read("freshness/?ordering=facility")["results"]
    assert [(row["field"], row["rows"], row["never"]) for row in rows] == [
        ("capabilities", 2, 1),
        ("capacity", 1, 0),
        ("certificates", 1, 0),
        ("site", 1, 0),
    ]
    assert board(as_("carla"), "field=site") == [("Quiet Heron Circuits", "site", 0)]
    assert board(as_("carla"), "network=harbour") == []
    assert board(as_("ada"), "network=lakeside&field=capacity") == [("Quiet Heron Circuits", "capacity", 0)]
    for outsider in ("omar", "hank", "fay", "sam"):
        assert board(as_(outsider)) == []


def test_fresh_facts_and_closed_places_are_not_on_the_board(as_: As, cast: Cast, resource: Resource) -> None:
    Resource.objects.update(confirmed_on=TODAY - timedelta(days=14))
    assert board(as_("carla")) == []
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True):
        assert board(as_("carla")) == [("Quiet Heron Circuits", "capacity", 0)]
    Resource.objects.update(confirmed_on=OLD)
    Facility.objects.filter(pk=cast.quiet_heron.pk).update(operating_state="closed")
    assert board(as_("carla")) == []


def test_imports_that_nobody_answered_are_on_it(as_: As, cast: Cast) -> None:
    builders.facility(
        name="Listed Lab", operator=None, claim_state="unclaimed", source=Source.IMPORTED, networks=(cast.lakeside,)
    )
    assert board(as_("carla")) == [("Listed Lab", "import", 0)]


def ranked_with(cast: Cast, fields: list[str], **need: Any) -> Match:
    """A need whose current ranking asks Quiet Heron about these fields."""
    made = builders.need(organisation=cast.bright_beetle, home_network=cast.lakeside, **need)
    ranking = builders.ranking(need=made, rev=1)
    builders.match_job(need=made, done=1, wanted=1)
    questions = [{"code": "x", "gate": "y", "field": field} for field in fields]
    return builders.match(ranking=ranking, facility=cast.quiet_heron, document={"questions": questions})


def test_it_counts_the_open_needs_that_wait_and_the_list_is_as_long(as_: As, cast: Cast, resource: Resource) -> None:
    first = ranked_with(cast, ["capacity", "capacity", "lead_days"])
    ranked_with(cast, ["capacity"])
    ranked_with(cast, ["materials"])
    outdated = builders.ranking(need=first.ranking.need, rev=0)
    builders.match(ranking=outdated, facility=cast.quiet_heron, document={"questions": [{"field": "certificates"}]})
    assert board(as_("carla"), "field=capacity") == [("Quiet Heron Circuits", "capacity", 2)]
    path = f"facilities/{cast.quiet_heron.public_id}/needs-waiting/capacity/"
    assert len(results(as_("carla").get(path))) == 2
    for outsider in ("omar", "hank", "fay"):
        assert as_(outsider).get(path).status_code == HTTPStatus.NOT_FOUND
    for row in freshness_board(cast.carla, TODAY):
        assert needs_waiting(cast.carla, row.facility, row.field).count() == len(row.needs)
    need = first.ranking.need
    need.state = "withdrawn"
    need.save(update_fields=["state"])
    assert board(as_("carla"), "field=capacity") == [("Quiet Heron Circuits", "capacity", 1)]


def test_those_that_most_needs_wait_for_come_first(as_: As, cast: Cast, resource: Resource) -> None:
    builders.resource(facility=builders.facility(name="Aaa", networks=(cast.lakeside,)), confirmed_on=None)
    ranked_with(cast, ["capacity"])
    assert [row[0] for row in board(as_("carla"))] == ["Quiet Heron Circuits", "Aaa"]
    assert [row[0] for row in board(as_("carla"), "ordering=oldest")] == ["Aaa", "Quiet Heron Circuits"]
    refused = as_("carla").get("freshness/?ordering=luck")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "ordering")


def test_every_question_of_the_engine_has_its_place_on_the_board() -> None:
    asked_by_gates = {row.asks for row in CODE_ROWS.values() if row.asks}
    assert asked_by_gates | {"accepts_startups", "place", "capacity"} <= set(FIELD_OF)


def test_the_desk_shows_the_board_and_asks_with_one_click(cast: Cast, resource: Resource) -> None:
    ranked_with(cast, ["capacity"])
    client = Client()
    client.force_login(cast.carla)
    page = client.get(reverse("freshness"), {"field": "capacity", "network": "lakeside"}).content.decode()
    assert "Quiet Heron Circuits" in page
    waiting = client.get(reverse("freshness-waiting", args=[cast.quiet_heron.pk, "capacity"])).content.decode()
    assert "1 open need asks" in waiting
    assert client.post(reverse("freshness-ask", args=[cast.quiet_heron.pk])).status_code == 302
    assert Inquiry.objects.count() == 1
    assert client.get(reverse("freshness-ask", args=[cast.quiet_heron.pk])).status_code == 405
    client.force_login(cast.omar)
    assert "Quiet Heron" not in client.get(reverse("freshness")).content.decode()
    assert client.post(reverse("freshness-ask", args=[cast.quiet_heron.pk])).status_code == 404
    assert client.get(reverse("freshness-waiting", args=[cast.quiet_heron.pk, "capacity"])).status_code == 404
    client.force_login(cast.hank)
    assert client.get(reverse("freshness")).status_code == 302


# --- asking ---------------------------------------------------------------------------------------------------------


def test_one_click_asks_whoever_runs_the_place_by_mail(as_: As, site: str, cast: Cast, resource: Resource) -> None:
    inquiry = asked(as_("carla"), site)
    assert (inquiry.address, inquiry.user) == ("hank@example.org", cast.hank)
    assert [(fact.kind, fact.target_id) for fact in inquiry.facts.all()] == [("resource", resource.public_id)]
    send_due(timezone.now())
    [sent] = mail.outbox
    assert sent.to == ["hank@example.org"]
    assert link_of(inquiry) in sent.body
    assert AuditEntry.objects.get(verb="ask_facility").actor == cast.carla
    assert "link" not in as_("carla").get(f"{site}/inquiries/").content.decode()


def test_a_place_without_people_is_asked_at_the_address_of_its_listing(as_: As, cast: Cast) -> None:
    lab = builders.facility(operator=None, claim_state="unclaimed", source=Source.IMPORTED, networks=(cast.lakeside,))
    path = f"facilities/{lab.public_id}"
    assert as_("carla").post(f"{path}/inquiries/").json()["code"] == "nobody_to_ask"
    builders.contact(facility=lab, email="lab@example.org")
    inquiry = asked(as_("carla"), path)
    assert (inquiry.address, inquiry.user) == ("lab@example.org", None)
    assert [fact.kind for fact in inquiry.facts.all()] == ["site"]


def test_nobody_is_asked_twice_in_a_week(as_: As, site: str, resource: Resource) -> None:
    first = asked(as_("carla"), site)
    refused = as_("carla").post(f"{site}/inquiries/")
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.CONFLICT, "asked_lately")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1), tick=True):
        asked(as_("carla"), site)
        assert Client().get(link_of(first)).status_code == 404  # replaced by the newer one
    assert Delivery.objects.filter(kind="inquiry").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_ask_once(cast: Cast, site: str, resource: Resource) -> None:
    apis = [Api(cast.carla) for _ in range(6)]
    outcomes = at_once([lambda api=api: str(api.post(f"{site}/inquiries/").status_code) for api in apis])  # type: ignore[misc]
    assert sorted(outcomes) == ["201", *["409"] * 5]
    assert Delivery.objects.filter(kind="inquiry").count() == 1


def test_only_coordinators_ask_and_only_about_what_is_stale(as_: As, site: str, resource: Resource) -> None:
    assert as_("hank").post(f"{site}/inquiries/").status_code == HTTPStatus.FORBIDDEN
    assert as_("omar").post(f"{site}/inquiries/").status_code == HTTPStatus.NOT_FOUND
    assert results(as_("hank").get(f"{site}/inquiries/")) == []
    Resource.objects.update(confirmed_on=TODAY)
    assert as_("carla").post(f"{site}/inquiries/").json()["code"] == "nothing_stale"


# --- answering ------------------------------------------------------------------------------------------------------


@pytest.fixture
def inquiry(as_: As, site: str, resource: Resource) -> Inquiry:
    return asked(as_("carla"), site)


def test_opening_the_link_answers_nothing(inquiry: Inquiry, resource: Resource) -> None:
    for method in ("get", "head"):
        page = getattr(Client(), method)(link_of(inquiry))
        assert page.status_code == 200
        assert page["Referrer-Policy"] == "no-referrer"
    assert "Line 1" in Client().get(link_of(inquiry)).content.decode()
    resource.refresh_from_db()
    assert resource.confirmed_on == TODAY - timedelta(days=20)


def test_still_true_by_the_link_counts_as_the_facilitys_word_of_today(
    inquiry: Inquiry, resource: Resource, cast: Cast
) -> None:
    fact = inquiry.facts.get()
    SupplyChange.objects.all().delete()
    answered = Client().post(link_of(inquiry), {f"fact-{fact.pk}-answer": "true"})
    assert answered["Location"] == reverse("portal:answers-done")
    resource.refresh_from_db()
    assert (resource.confirmed_on, resource.source, resource.said_by) == (TODAY, "stated", cast.hank)
    told = AuditEntry.objects.get(verb="answer_inquiry")
    assert (told.actor, told.new["inquiry"]) == (cast.hank, str(inquiry.public_id))
    assert SupplyChange.objects.filter(facility_id=cast.quiet_heron.pk).exists()  # so it is ranked again
    assert Client().get(link_of(inquiry)).status_code == 404
    fact.refresh_from_db()
    assert fact.answer == "confirmed"


def test_new_values_are_written_and_kept_in_the_history(
    inquiry: Inquiry, resource: Resource, as_: As, site: str
) -> None:
    fact = inquiry.facts.get()
    sent = {"answer": "other", "gross_hours_per_week": "60", "booked_share": "25"}
    Client().post(link_of(inquiry), {f"fact-{fact.pk}-{name}": value for name, value in sent.items()})
    resource.refresh_from_db()
    assert (resource.gross_hours_per_week, resource.booked_share) == (60, 0.25)
    [entry, *_] = results(as_("hank").get(f"{site}/history/resources/"))
    changes = [
        row["changes"] for row in results(as_("hank").get(f"{site}/history/resources/")) if row["what"] == "update"
    ]
    assert {"before": 80, "after": 60} in [change.get("gross_hours_per_week") for change in changes]
    assert entry["by"] == f"inquiry {inquiry.public_id}"


def test_what_is_left_for_later_keeps_the_link_alive(as_: As, site: str, cast: Cast, resource: Resource) -> None:
    line = builders.capability(facility=cast.quiet_heron, confirmed_on=OLD, min_run=5)
    held = builders.held_certificate(facility=cast.quiet_heron, confirmed_on=OLD, expires_on=TODAY - timedelta(days=1))
    Facility.objects.filter(pk=cast.quiet_heron.pk).update(confirmed_on=None)
    inquiry = asked(as_("carla"), site)
    keys = {fact.kind: fact.pk for fact in inquiry.facts.all()}
    assert set(keys) == {"resource", "capability", "certificate", "site"}
    client, link = Client(), link_of(inquiry)
    first = client.post(link, {f"fact-{keys['capability']}-answer": "true", f"fact-{keys['site']}-answer": "true"})
    assert first["Location"] == link
    line.refresh_from_db()
    assert (line.confirmed_on, line.source, line.min_run) == (TODAY, "stated", 5)
    page = client.get(link).content.decode()
    assert f"fact-{keys['capability']}-answer" not in page
    assert f"fact-{keys['resource']}-answer" in page
    expired = client.post(link, {f"fact-{keys['certificate']}-answer": "true"})
    assert expired.status_code == 200
    assert "It has expired" in expired.content.decode()
    until = TODAY + timedelta(days=300)
    sent = {f"fact-{keys['certificate']}-answer": "other", f"fact-{keys['certificate']}-expires_on": str(until)}
    client.post(link, {**sent, f"fact-{keys['resource']}-answer": "true"})
    held.refresh_from_db()
    assert (held.expires_on, held.confirmed_on, held.evidence_level) == (until, TODAY, "stated")
    assert client.get(link).status_code == 404
    assert Facility.objects.get(pk=cast.quiet_heron.pk).confirmed_on == TODAY


def test_wrong_values_are_said_at_their_field_and_nothing_is_written(inquiry: Inquiry, resource: Resource) -> None:
    fact = inquiry.facts.get()
    sent = {"answer": "other", "gross_hours_per_week": "many", "booked_share": "120"}
    page = Client().post(link_of(inquiry), {f"fact-{fact.pk}-{name}": value for name, value in sent.items()})
    assert page.status_code == 200
    assert page.content.decode().count('class="error"') == 2
    resource.refresh_from_db()
    assert resource.gross_hours_per_week == 80


def test_columns_that_were_not_asked_for_cannot_be_written(inquiry: Inquiry) -> None:
    fact = inquiry.facts.get()
    with pytest.raises(Exception, match="not asked about"):
        answer_inquiry(inquiry, {fact.pk: FactAnswer({"machines": 9})})


def test_a_link_that_was_tampered_with_is_dead(inquiry: Inquiry) -> None:
    token = link_token(inquiry)
    other = builders.inquiry()
    forged = [
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        token.split(":", 1)[0] + ":" + link_token(other).split(":", 1)[1],
        str(inquiry.public_id),
        signing.dumps(str(inquiry.public_id), salt="api.cursor"),
        "x" * 3000,
    ]
    for one in forged:
        address = reverse("portal:answers", args=[one])
        assert Client().get(address).status_code == 404
        assert Client().post(address, {}).status_code == 404


def test_a_revoked_or_old_link_is_dead_and_reads_like_one_that_never_was(as_: As, inquiry: Inquiry) -> None:
    never = Client().get(reverse("portal:answers", args=["x"])).content
    with time_machine.travel(datetime.now(UTC) + timedelta(days=22), tick=True):
        old = Client().get(link_of(inquiry))
    assert as_("omar").post(f"inquiries/{inquiry.public_id}/revoke/").status_code == HTTPStatus.NOT_FOUND
    assert as_("carla").post(f"inquiries/{inquiry.public_id}/revoke/").status_code == HTTPStatus.OK
    revoked = Client().get(link_of(inquiry))
    assert (old.status_code, revoked.status_code) == (404, 404)
    assert old.content == revoked.content == never


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_count_once(cast: Cast, as_: As, site: str, resource: Resource) -> None:
    inquiry = asked(as_("carla"), site)
    fact = inquiry.facts.get()

    def answer(hours: int) -> Callable[[], str]:
        sent = {"answer": "other", "gross_hours_per_week": str(hours), "booked_share": "50"}
        named = {f"fact-{fact.pk}-{name}": value for name, value in sent.items()}
        return lambda: str(Client().post(link_of(inquiry), named).status_code)

    outcomes = at_once([answer(hours) for hours in range(41, 49)])
    assert outcomes.count("302") == 1
    assert AuditEntry.objects.filter(verb="answer_inquiry").count() == 1


def test_a_post_without_the_pages_token_is_refused(inquiry: Inquiry) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link_of(inquiry), {f"fact-{inquiry.facts.get().pk}-answer": "true"}).status_code == 403


def test_a_row_that_is_gone_is_not_asked_about_any_more(as_: As, site: str, cast: Cast, resource: Resource) -> None:
    line = builders.capability(facility=cast.quiet_heron, confirmed_on=OLD)
    inquiry = asked(as_("carla"), site)
    Capability.objects.filter(pk=line.pk).delete()
    page = Client().get(link_of(inquiry)).content.decode()
    assert page.count("<fieldset") == 1
    assert not HeldCertificate.objects.exists()
