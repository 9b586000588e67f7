"""The page of a need: its latest ranking with reasons in words, its history, where the work stands, the button."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from apps.core.models import AuditEntry
from apps.matching import runs
from apps.matching.models import Match, MatchJob
from apps.needs.models import Need
from apps.needs.services import withdraw_need
from matchmaker.domain import Tier
from tests import builders
from tests.admin.answers import ranked
from tests.admin.conftest import SignIn
from tests.cast import Cast


def page(client: Client, need: Need) -> str:
    return client.get(reverse("admin:needs_need_change", args=[need.pk])).content.decode()


def again(need: Need) -> str:
    return reverse("admin:needs_need_rank_again", args=[need.pk])


@pytest.fixture
def need(cast: Cast) -> Need:
    return builders.need(
        organisation=cast.bright_beetle,
        home_network=cast.lakeside,
        content=builders.need_content(title="Soil probe", description="It sits in the <ground>"),
    )


def test_it_shows_what_is_wanted_in_the_founders_words(cast: Cast, desk: SignIn, need: Need) -> None:
    text = page(desk(cast.carla), need)
    for words in ("Soil probe", "100 pieces", "It sits in the &lt;ground&gt;", "Bright Beetle", "Lakeside Makers"):
        assert words in text


def test_it_shows_the_latest_ranking_with_reasons_in_words(cast: Cast, desk: SignIn, need: Need) -> None:
    builders.certification("iso-9001", name="ISO 9001")
    builders.process("cnc-milling", name="CNC milling")
    ranked(need, cast.quiet_heron, cast.iron_finch, tier=Tier.NEAR_MISS)
    text = page(desk(cast.carla), need)
    for words in (
        "Up to date: the ranking below answers everything known so far.",
        "3: 0 ready, 0 to confirm, 2 near miss, 0 component, 1 excluded",
        "One or two points fail, each by little.",
        "Quiet Heron Circuits",
        "Iron Finch Works",
        "0.62",
        "(0.55 - 0.75)",
        "3 of 4 confirmed, 1 to ask",
        "by a substitute process",
        "When could you deliver?",
        "Below its minimum, but by less than half",
        "minimum run: 500 pieces (as of March 2, 2026)",
        "Certificates: ISO 9001",
        "certificate held: ISO 9001 (documented)",
        "1. CNC milling",
        "Fit of the run size",
        "outside the region that was wished for",
        "Where they dropped out",
        "parcels",
    ):
        assert words in text, words
    assert "run_below_near" not in text


def test_facilities_stand_in_the_engines_order_under_their_tier(cast: Cast, desk: SignIn, need: Need) -> None:
    ranked(need, cast.iron_finch, cast.quiet_heron)
    text = page(desk(cast.carla), need)
    assert 0 < text.index("To confirm") < text.index("Iron Finch Works") < text.index("Quiet Heron Circuits")


def test_it_keeps_and_links_the_earlier_rankings(cast: Cast, desk: SignIn, need: Need) -> None:
    first = ranked(need, cast.quiet_heron)
    MatchJob.objects.filter(need=need).update(wanted=9)
    second = ranked(need, cast.iron_finch)
    client = desk(cast.carla)
    text = page(client, need)
    history = text[text.index("Earlier and later rankings") :]
    for ranking in (first, second):
        assert reverse("admin:matching_ranking_change", args=[ranking.pk]) in history
    assert history.count("(current)") == 1
    assert "Iron Finch Works" in text
    assert "Quiet Heron Circuits" not in text
    old = client.get(reverse("admin:matching_ranking_change", args=[first.pk])).content.decode()
    assert "Quiet Heron Circuits" in old


def test_a_long_ranking_is_read_in_full_on_its_own_page(cast: Cast, desk: SignIn, need: Need) -> None:
    places = [builders.facility(name=f"Place {number:02}") for number in range(1, 28)]
    ranking = ranked(need, *places)
    client = desk(cast.carla)
    text = page(client, need)
    assert "17 more matches in the whole ranking" in text
    assert "Place 10" in text
    assert "Place 11" not in text
    whole = reverse("admin:matching_ranking_change", args=[ranking.pk])
    first, second = (client.get(whole, {"matches": number}).content.decode() for number in (1, 2))
    assert "Place 25" in first
    assert "Place 26" not in first
    assert "Place 26" in second
    assert "Place 27" in second


def test_a_match_is_read_by_itself(cast: Cast, desk: SignIn, need: Need) -> None:
    ranked(need, cast.quiet_heron)
    match = Match.objects.get()
    text = desk(cast.carla).get(reverse("admin:matching_match_change", args=[match.pk])).content.decode()
    assert "Below its minimum, but by less than half" in text
    assert "&quot;code&quot;: &quot;run_below_near&quot;" in text  # as the engine wrote it


def test_a_code_that_has_gone_from_the_engine_is_shown_as_it_stands(cast: Cast, desk: SignIn, need: Need) -> None:
    ranking = ranked(need)
    gate = {"gate": "moon_phase", "step": None, "subject": None, "verdict": "fail", "near_miss": False}
    document = {"gates": [gate | {"code": "moon_waning", "facts": []}], "flags": ["blue_moon"]}
    builders.match(ranking=ranking, facility=cast.quiet_heron, document=document)
    text = page(desk(cast.carla), need)
    for words in ("moon phase", "moon waning", "blue moon"):
        assert words in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Queued since"),
        ({"attempts": 1, "later": True}, "Running now (attempt 1), due since"),
        ({"attempts": 4, "dead": True, "last_error": "ZeroDivisionError: <oops>"}, "Given up after 4 attempts"),
    ],
)
def test_it_says_where_the_work_stands(
    cast: Cast, desk: SignIn, need: Need, changes: dict[str, Any], words: str
) -> None:
    if changes.pop("later", False):
        changes = {**changes, "run_after": timezone.now() + timedelta(minutes=1)}
    MatchJob.objects.filter(need=need).update(**changes)
    text = page(desk(cast.carla), need)
    assert words in text
    assert ("ZeroDivisionError: &lt;oops&gt;" in text) == bool(changes.get("dead"))


def test_a_draft_and_an_ended_need_have_no_button(cast: Cast, desk: SignIn, need: Need) -> None:
    client = desk(cast.ada)
    draft = builders.need(submit=False)
    assert "Not ranked yet" in page(client, draft)
    assert again(draft) not in page(client, draft)
    assert again(need) in page(client, need)
    ranked(need)
    withdraw_need(need, acting_user=cast.fay)
    assert again(need) not in page(client, need)
    answer = client.post(again(need), follow=True).content.decode()
    assert "A need in this state is not ranked." in answer


def test_the_button_asks_for_a_new_ranking(cast: Cast, desk: SignIn, need: Need) -> None:
    ranked(need)
    client = desk(cast.carla)
    before = MatchJob.objects.get(need=need)
    answer = client.post(again(need), follow=True)
    assert "A new ranking has been asked for." in answer.content.decode()
    assert "Queued since" in answer.content.decode()
    after = MatchJob.objects.get(need=need)
    assert after.wanted == before.wanted + 1
    entry = AuditEntry.objects.filter(subject_id=need.public_id).first()
    assert entry is not None
    assert (entry.verb, entry.actor) == ("request_ranking", cast.carla)


def test_the_button_is_for_posts_with_a_token_by_those_who_see_the_need(cast: Cast, desk: SignIn, need: Need) -> None:
    ranked(need)
    wanted = MatchJob.objects.get(need=need).wanted
    assert desk(cast.carla).get(again(need)).status_code == 405
    assert desk(cast.omar).post(again(need)).status_code == 404
    assert desk(cast.fay).post(again(need)).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.carla)
    assert strict.post(again(need)).status_code == 403
    assert MatchJob.objects.get(need=need).wanted == wanted


def test_dead_jobs_run_again_and_others_are_left_alone(cast: Cast, desk: SignIn, need: Need) -> None:
    MatchJob.objects.filter(need=need).update(dead=True, attempts=4, last_error="no")
    healthy = builders.need(organisation=cast.bright_beetle, home_network=cast.lakeside)
    ranked(healthy)
    done = MatchJob.objects.get(need=healthy).wanted
    data = {"action": "run_again", "_selected_action": [need.pk, healthy.pk]}
    text = desk(cast.carla).post(reverse("admin:matching_matchjob_changelist"), data, follow=True).content.decode()
    assert "1 dead job will run again." in text
    assert "1 is not dead and was left alone." in text
    revived = MatchJob.objects.get(need=need)
    assert (revived.dead, revived.wanted) == (False, 2)
    assert MatchJob.objects.get(need=healthy).wanted == done


def test_a_coordinator_revives_no_job_of_others(cast: Cast, desk: SignIn, need: Need) -> None:
    MatchJob.objects.filter(need=need).update(dead=True)
    data = {"action": "run_again", "_selected_action": [need.pk]}
    desk(cast.omar).post(reverse("admin:matching_matchjob_changelist"), data, follow=True)
    assert MatchJob.objects.get(need=need).dead


@pytest.mark.django_db(transaction=True)
def test_a_ranking_of_the_engine_itself_leaves_no_code_without_words(cast: Cast, desk: SignIn) -> None:
    process, material, iso = builders.process("turning"), builders.material("brass"), builders.certification("iso-1")
    for site, figures in ((cast.quiet_heron, {"min_run": 10, "max_run": 5_000}), (cast.iron_finch, {"min_run": 150})):
        builders.capability(facility=site, process=process, **figures)
        builders.resource(facility=site)
    builders.held_certificate(facility=cast.quiet_heron, certification=iso)
    content = builders.need_content(
        steps=(builders.step_content(process=process, materials=(material,), tolerance_mm=0.1),),
        required_certificates=(iso,),
        confidentiality="nda",
        envelope_mm=(20.0, 20.0, 40.0),
    )
    need = builders.need(organisation=cast.bright_beetle, home_network=cast.lakeside, content=content)
    builders.need_partner_network(need=need, network=cast.harbour)
    runs.drain(builders.today())
    text = page(desk(cast.ada), need)
    panel = strip_tags(text[text.index('id="ranking"') : text.index("Earlier and later rankings")])
    assert "Quiet Heron Circuits" in panel
    assert "Iron Finch Works" in panel
    assert "Below its minimum, but by less than half" in panel
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", panel) == []
