"""A need's page: whose it is, how its ranking comes, and how much of a facility it tells."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from apps.facilities.models import Facility
from apps.matching.models import MatchJob
from apps.needs.models import Need, NeedState
from matchmaker import results
from matchmaker.canonical import plain
from matchmaker.domain import Tier, Verdict
from tests import builders
from tests.admin.answers import match_result, ranked
from tests.cast import Cast
from tests.portal.conftest import As

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
WAITING = "Next to be ranked."


@pytest.fixture
def need(cast: Cast) -> Need:
    builders.process("cnc-milling", name="Milling by numbers")
    builders.certification("iso-9001", name="ISO 9001 quality")
    return builders.need(
        content=builders.need_content(title="Lamp shades"),
        organisation=cast.bright_beetle,
        acting_user=cast.fay,
        home_network=cast.lakeside,
    )


def page(as_: As, name: str, need: Need, query: str = "") -> str:
    response = as_(name).get(f"/needs/{need.public_id}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def poll(as_: As, name: str, need: Need, **shown: str) -> Any:
    return as_(name).get(f"/needs/{need.public_id}/ranking/?{urlencode(shown)}", HTTP_HX_REQUEST="true")


@pytest.mark.parametrize("name", ["fay", "mo", "vera", "carla", "ada"])
def test_its_founders_and_coordinators_read_it(as_: As, need: Need, name: str) -> None:
    assert "Lamp shades" in page(as_, name, need)


@pytest.mark.parametrize("name", ["rita", "hank", "ines", "omar", "sam"])
@pytest.mark.parametrize("part", ["", "ranking/"])
def test_to_everybody_else_it_is_not_there(as_: As, need: Need, name: str, part: str) -> None:
    there = as_(name).get(f"/needs/{need.public_id}/{part}")
    absent = as_(name).get(f"/needs/00000000-0000-4000-8000-000000000000/{part}")
    assert there.status_code == absent.status_code == 404
    assert TOKEN.sub(b"", there.content) == TOKEN.sub(b"", absent.content)


@pytest.mark.parametrize("part", ["submit/", "rank-again/"])
@pytest.mark.parametrize("name", ["rita", "hank", "sam"])
def test_nor_does_anybody_else_change_it(as_: As, need: Need, name: str, part: str) -> None:
    assert as_(name).post(f"/needs/{need.public_id}/{part}").status_code == 404


def test_coordinators_do_not_see_drafts(cast: Cast, as_: As) -> None:
    draft = builders.need(
        submit=False, organisation=cast.bright_beetle, acting_user=cast.fay, home_network=cast.lakeside
    )
    assert as_("carla").get(f"/needs/{draft.public_id}/").status_code == 404


def test_a_draft_is_handed_in_by_who_may_write(cast: Cast, as_: As) -> None:
    draft = builders.need(
        submit=False, organisation=cast.bright_beetle, acting_user=cast.fay, home_network=cast.lakeside
    )
    assert "Hand it in" in page(as_, "fay", draft)
    assert "Hand it in" not in page(as_, "vera", draft)
    refused = as_("vera").post(f"/needs/{draft.public_id}/submit/", follow=True)
    assert "Your role there lets you read, not write." in refused.content.decode()
    as_("fay").post(f"/needs/{draft.public_id}/submit/")
    draft.refresh_from_db()
    assert draft.state == NeedState.SUBMITTED
    assert "It is with the coordinator of Lakeside Makers" in page(as_, "fay", draft)


def test_while_it_waits_the_page_asks_again_by_itself(as_: As, need: Need) -> None:
    text = page(as_, "fay", need)
    assert WAITING in text
    assert 'hx-trigger="every 1s"' in text
    assert '<noscript><meta http-equiv="refresh"' in text


def test_nothing_new_is_answered_with_nothing(as_: As, need: Need) -> None:
    response = poll(as_, "fay", need, said=WAITING, shown="")
    assert (response.status_code, response.content) == (204, b"")


def test_news_replace_the_sentence_and_polling_goes_on(as_: As, need: Need) -> None:
    text = poll(as_, "fay", need, said="Being ranked now.", shown="").content.decode()
    assert WAITING in text
    assert 'hx-trigger="every 1s"' in text


def test_the_ranking_arrives_and_polling_ends(cast: Cast, as_: As, need: Need) -> None:
    ranked(need, cast.quiet_heron)
    text = poll(as_, "fay", need, said=WAITING, shown="").content.decode()
    assert "1 to confirm" in text
    assert 'class="match"' in text
    assert "hx-trigger" not in text


def test_a_newer_ranking_is_offered_not_forced(cast: Cast, as_: As, need: Need) -> None:
    first = ranked(need, cast.quiet_heron)
    MatchJob.objects.filter(need=need).update(wanted=2)
    ranked(need, cast.quiet_heron)
    text = poll(as_, "fay", need, said="", shown=str(first.public_id)).content.decode()
    assert "A newer ranking is ready" in text
    assert 'class="match"' not in text
    assert "hx-trigger" not in text


def test_who_signed_out_meanwhile_is_asked_to_sign_in(client: Any, need: Need) -> None:
    response = client.get(f"/needs/{need.public_id}/ranking/", HTTP_HX_REQUEST="true")
    assert response["HX-Refresh"] == "true"


def test_a_failed_ranking_can_be_asked_for_again(as_: As, need: Need) -> None:
    MatchJob.objects.filter(need=need).update(dead=True, last_error="ValueError: secret place", attempts=4)
    text = page(as_, "fay", need)
    assert "The ranking failed" in text
    assert "secret place" not in text
    assert "Rank it again" in text
    assert "Rank it again" not in page(as_, "vera", need)
    as_("vera").post(f"/needs/{need.public_id}/rank-again/")
    assert MatchJob.objects.get(need=need).dead
    as_("fay").post(f"/needs/{need.public_id}/rank-again/")
    assert not MatchJob.objects.get(need=need).dead


def test_the_reasons_are_read_in_words(cast: Cast, as_: As, need: Need) -> None:
    ranked(need, cast.quiet_heron, tier=Tier.NEAR_MISS)
    text = page(as_, "fay", need)
    for words in (
        "1 near miss",
        "3 of 4 confirmed, 1 to ask",
        "When could you deliver?",
        "Order more at once: its smallest run is between 500 and 1,000 pieces.",
        "Offers exactly this process",
        "Milling by numbers",
        "Holds the certificate",
        "ISO 9001 quality",
        "outside the region that was wished for",
        "2 facilities considered: 1 near miss.",
        "Policy",
    ):
        assert words.lower() in text.lower(), words


def test_who_coordinates_is_shown_the_way_to_the_full_ranking(as_: As, need: Need) -> None:
    link = f"/admin/needs/need/{need.pk}/change/"
    assert link in page(as_, "carla", need)
    assert link not in page(as_, "fay", need)


def _confidential() -> dict[str, Any]:
    """Every kind of exact fact that the engine may write, with values that stand nowhere else."""
    names = ("distance_km", "min_order_money", "envelope_mm", "price_low", "free_hours_next_weeks_low", "expires_on")
    facts = tuple(results.Fact(name, 77123.5) for name in (*names, "admin_area", "load_low", "production_days_low"))
    facts += (results.Fact("min_run", 77123), results.Fact("total_days_low", 77123))
    gate = results.GateResult("due_date", None, None, Verdict.PASS, "due_met", facts)
    criterion = results.CriterionResult(
        "distance", 0.77123, 0.77123, 0.77123, 0.177123, 0.97712, 0.97712, "known", facts
    )
    return {"gates": (gate,), "criteria": (criterion,), "slack_days": 77123.0}


def test_exact_figures_of_a_facility_do_not_reach_its_founder(cast: Cast, as_: As, need: Need) -> None:
    Facility.objects.filter(pk=cast.quiet_heron.pk).update(admin_area="US-OH", description="Knows 77123 secrets")
    made = ranked(need, cast.quiet_heron, tier=Tier.READY)
    told = plain(match_result(cast.quiet_heron, 1, Tier.READY, **_confidential()))
    made.matches.all().delete()
    builders.match(ranking=made, facility=cast.quiet_heron, document=told)
    for name in ("fay", "vera"):
        text = page(as_, name, need)
        assert 'class="match"' in text
        for secret in ("77123", "0.77", "97712", "41.4993", "81.6944", "Cleveland", "US-OH", "Quiet Heron"):
            assert secret not in text, secret


def test_a_name_is_told_only_where_the_profile_is_public(cast: Cast, as_: As, need: Need) -> None:
    ranked(need, cast.quiet_heron)
    assert "name after an introduction" in page(as_, "fay", need)
    Facility.objects.filter(pk=cast.quiet_heron.pk).update(profile_public=True)
    text = page(as_, "fay", need)
    assert "Quiet Heron Circuits" in text
    assert "name after an introduction" not in text


def test_the_first_of_a_tier_are_shown_and_the_others_reachable(as_: As, need: Need) -> None:
    ranked(need, *(builders.facility() for _number in range(13)))
    assert page(as_, "fay", need).count('class="match"') == 10
    assert "3 more" in page(as_, "fay", need)
    assert page(as_, "fay", need, "?all=1").count('class="match"') == 13


@pytest.mark.parametrize("name", ["fay", "carla"])
def test_queries_do_not_grow_with_matches(as_: As, need: Need, name: str) -> None:
    client, counts = as_(name), []
    for wanted, found in ((1, 3), (2, 13)):
        MatchJob.objects.filter(need=need).update(wanted=wanted)
        ranked(need, *(builders.facility() for _number in range(found)))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/needs/{need.public_id}/?all=1").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES
