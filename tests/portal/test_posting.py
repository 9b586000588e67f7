"""Posting a need: what is kept, what is refused and where that is said, and that nothing happens twice."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.needs.models import Need, NeedRevision, NeedState
from tests import builders
from tests.cast import Cast
from tests.portal.conftest import As

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
ADDRESS = "/needs/new/"
DUE = (builders.today() + timedelta(days=90)).isoformat()


def form(cast: Cast, **changes: Any) -> dict[str, Any]:
    """What a browser sends of a page on which only the essentials are filled in; None leaves a field out."""
    steps = {f"steps-{row}-{name}": value for row in range(3) for name, value in _step(row).items()}
    essentials = {
        "token": str(uuid4()),
        "organisation": str(cast.bright_beetle.public_id),
        "home_network": "lakeside",
        "title": "Lamp shades",
        "order_quantity": "500",
        "due_on": DUE,
        "currency": "USD",
        "region_rule": "none",
        "confidentiality": "public",
        "step_rows": "3",
        "steps-0-process": "Injection moulding",
        "post": "1",
    }
    sent = {**steps, **essentials, **changes}
    return {name: value for name, value in sent.items() if value is not None}


def _step(row: int) -> dict[str, str]:
    blank = {"process": "", "material": "", "other_material": "", "pieces_per_unit": "1", "tolerance_mm": ""}
    return {**blank, "substitutes_allowed": "on", **({} if row == 0 else {"role": "required"})}


def test_the_essentials_make_a_submitted_need(cast: Cast, as_: As) -> None:
    response = as_("mo").post(ADDRESS, form(cast))
    need = Need.objects.get()
    assert response["Location"] == f"/needs/{need.public_id}/"
    assert (need.state, need.organisation, need.home_network) == (
        NeedState.SUBMITTED,
        cast.bright_beetle,
        cast.lakeside,
    )
    assert need.created_by == cast.mo
    assert need.current is not None
    assert [(step.process.slug, step.role) for step in need.current.steps.all()] == [("moulding", "lead")]


def test_everything_that_is_filled_in_is_kept(cast: Cast, as_: As) -> None:
    told = {
        "product": "lamp",
        "description": "A lamp shade.\nIn white.",
        "stage": "pilot",
        "industry": "consumer",
        "annual_quantity": "2000",
        "ship_to_city": "Cleveland",
        "ship_to_country": "US",
        "ship_to_admin_area": "US-OH",
        "ship_to_lat": "41.5",
        "ship_to_lon": "-81.69",
        "region_rule": "must",
        "region": "US",
        "required_certificates": ["iso-9001"],
        "partner_networks": ["harbour"],
        "confidentiality": "nda",
        "export_controlled": "on",
        "self_service": "on",
        "wants_visits": "on",
        "contains_lithium": "on",
        "length_mm": "120.5",
        "width_mm": "80",
        "height_mm": "12",
        "weight_kg": "0.4",
        "workmanship_class": "2",
        "currency": "EUR",
        "budget_amount": "9000",
        "budget_is_ceiling": "on",
        "tooling_budget_amount": "3000",
        "target_unit_price": "12.5",
        "steps-0-material": "ABS",
        "steps-0-other_material": "steel",
        "steps-0-tolerance_mm": "0.1",
        "steps-0-pieces_per_unit": "2",
        "steps-0-equivalents_allowed": "on",
        "steps-0-substitutes_allowed": None,
        "steps-0-tooling_exists": "on",
        "steps-2-process": "assembly",
        "steps-2-role": "preferred",
    }
    assert as_("fay").post(ADDRESS, form(cast, **told)).status_code == 302
    revision = NeedRevision.objects.get()
    for name in ("product", "ship_to_city", "ship_to_country", "ship_to_admin_area", "region_rule", "currency"):
        assert str(getattr(revision, name)) == told[name]
    assert revision.description.splitlines() == ["A lamp shade.", "In white."]
    assert (revision.stage.slug, revision.region.code, revision.industry) == ("pilot", "US", "consumer")  # type: ignore[union-attr]
    assert (revision.annual_quantity, revision.ship_to_lat, revision.ship_to_lon) == (2000, 41.5, -81.69)
    assert (revision.envelope_mm, revision.weight_kg, revision.workmanship_class) == ((120.5, 80, 12), 0.4, 2)
    flags = ("export_controlled", "self_service", "wants_visits", "contains_lithium", "budget_is_ceiling")
    assert all(getattr(revision, name) for name in flags)
    money = (revision.budget_amount, revision.tooling_budget_amount, revision.target_unit_price)
    assert [float(amount or 0) for amount in money] == [9000, 3000, 12.5]
    assert revision.confidentiality == "nda"
    assert [asked.certification.slug for asked in revision.certificates.all()] == ["iso-9001"]
    assert [partner.network for partner in revision.need.partner_networks.all()] == [cast.harbour]
    lead, other = revision.steps.all()
    assert sorted(material.slug for material in lead.materials.all()) == ["abs", "steel"]
    assert (lead.tolerance_mm, lead.pieces_per_unit) == (0.1, 2)
    assert (lead.equivalents_allowed, lead.substitutes_allowed, lead.tooling_exists) == (True, False, True)
    assert (other.sequence, other.process.slug, other.role) == (2, "assembly", "preferred")


YESTERDAY = (builders.today() - timedelta(days=1)).isoformat()
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "id_title", "Say it in one line"),
    ({"title": "x" * 201}, "id_title", "at most 200 characters"),
    ({"title": "nul\x00"}, "id_title", "Null characters"),
    ({"order_quantity": "0"}, "id_order_quantity", "at least one piece"),
    ({"order_quantity": "-4"}, "id_order_quantity", "at least one piece"),
    ({"order_quantity": "many"}, "id_order_quantity", "whole number"),
    ({"order_quantity": "1000000000"}, "id_order_quantity", "less than or equal to"),
    ({"due_on": YESTERDAY}, "id_due_on", "still to come"),
    ({"due_on": "2999-01-01"}, "id_due_on", "next ten years"),
    ({"due_on": "2026-02-30"}, "id_due_on", "a day of the calendar"),
    ({"home_network": ""}, "id_home_network", "Choose the network"),
    ({"home_network": "nowhere"}, "id_home_network", "not one of the available choices"),
    ({"partner_networks": ["lakeside"]}, "id_partner_networks", "is in already"),
    ({"steps-0-process": ""}, "id_steps-0-process", "Name the process"),
    ({"steps-0-process": "telepathy"}, "id_steps-0-process", "does not know “telepathy”"),
    ({"steps-0-process": "injecton mouldng"}, "id_steps-0-process", "Did you mean “Injection moulding”"),
    ({"steps-0-process": "plastic parts"}, "id_steps-0-process", "is a group. Choose one of its kinds"),
    ({"steps-0-material": "unobtainium"}, "id_steps-0-material", "does not know"),
    ({"steps-0-other_material": "abs"}, "id_steps-0-material", "Name the first material"),
    ({"steps-1-tolerance_mm": "0.1"}, "id_steps-1-process", "Name the process"),
    ({"steps-0-tolerance_mm": "-1"}, "id_steps-0-tolerance_mm", "greater than or equal to"),
    ({"steps-0-tolerance_mm": "nan"}, "id_steps-0-tolerance_mm", "number"),
    ({"steps-0-pieces_per_unit": "0"}, "id_steps-0-pieces_per_unit", "greater than or equal to"),
    ({"annual_quantity": "10"}, "id_annual_quantity", "A year cannot bring less than this order (500 pieces)"),
    ({"ship_to_lat": "91"}, "id_ship_to_lat", "less than or equal to 90"),
    ({"ship_to_lat": "41"}, "id_ship_to_lon", "both latitude and longitude"),
    ({"ship_to_country": "XX"}, "id_ship_to_country", "not one of the available choices"),
    ({"ship_to_admin_area": "Ohio"}, "id_ship_to_admin_area", "Write it as US-CA"),
    ({"region_rule": "must"}, "id_region", "Choose the region"),
    ({"region": "US"}, "id_region_rule", "a wish or a must"),
    ({"length_mm": "10"}, "id_width_mm", "all three sides"),
    ({"weight_kg": "0"}, "id_weight_kg", "greater than or equal to"),
    ({"required_certificates": ["iso-1"]}, "id_required_certificates", "not one of the available choices"),
    ({"budget_amount": "-1"}, "id_budget_amount", "greater than or equal to 0"),
    ({"budget_is_ceiling": "on"}, "id_budget_amount", "how high the ceiling"),
    ({"budget_amount": "10", "tooling_budget_amount": "11"}, "id_tooling_budget_amount", "part of the budget"),
    ({"currency": "XXX"}, "id_currency", "not one of the available choices"),
    ({"token": "no uuid"}, "id_token", "valid UUID"),
]


@pytest.mark.parametrize(("changes", "anchor", "words"), REFUSED, ids=[str(row[0]) for row in REFUSED])
def test_what_is_wrong_is_said_at_its_field_and_in_the_summary(
    cast: Cast, as_: As, changes: dict[str, Any], anchor: str, words: str
) -> None:
    response = as_("fay").post(ADDRESS, form(cast, **changes))
    text = response.content.decode()
    assert response.status_code == 422
    assert f'href="#{anchor}"' in text
    assert text.count(words) >= (1 if anchor == "id_token" else 2)
    assert "Error: Post a need" in text
    assert not Need.objects.exists()


def test_all_broken_rules_are_told_at_once(cast: Cast, as_: As) -> None:
    broken = {"due_on": YESTERDAY, "ship_to_lat": "41", "region": "US", "budget_is_ceiling": "on"}
    text = as_("fay").post(ADDRESS, form(cast, **broken)).content.decode()
    assert "4 things need your attention" in text


def test_what_was_typed_is_kept(cast: Cast, as_: As) -> None:
    typed = {"title": "Odd <title>", "order_quantity": "0", "steps-1-process": "assembly", "ship_to_city": "Brno"}
    text = as_("fay").post(ADDRESS, form(cast, **typed)).content.decode()
    for value in ("Odd &lt;title&gt;", 'value="0"', 'value="assembly"', 'value="Brno"'):
        assert value in text


def test_the_same_page_sent_twice_makes_one_need(cast: Cast, as_: As) -> None:
    client, sent = as_("fay"), form(cast)
    first, second = client.post(ADDRESS, sent), client.post(ADDRESS, sent)
    assert first["Location"] == second["Location"]
    assert Need.objects.count() == 1


def test_a_page_sent_again_with_changes_asks_before_it_makes_another(cast: Cast, as_: As) -> None:
    client, sent = as_("fay"), form(cast)
    first = client.post(ADDRESS, sent)
    again = client.post(ADDRESS, {**sent, "title": "Other shades"})
    text = again.content.decode()
    assert again.status_code == 409
    assert "This page was sent before" in text
    assert first["Location"] in text
    assert 'value="Other shades"' in text
    assert sent["token"] not in text
    assert Need.objects.count() == 1


def test_a_row_is_added_and_nothing_checked_yet(cast: Cast, as_: As) -> None:
    response = as_("fay").post(ADDRESS, form(cast, post=None, add_step="1", title="", due_on=YESTERDAY))
    text = response.content.decode()
    assert response.status_code == 200
    assert 'name="steps-3-process"' in text
    assert 'name="step_rows" value="4"' in text
    assert f'value="{YESTERDAY}"' in text
    assert 'role="alert"' not in text


def test_rows_end_somewhere(as_: As) -> None:
    client = as_("fay")
    assert 'name="steps-7-process"' in client.get("/needs/new/step/?step_rows=7").content.decode()
    assert client.get("/needs/new/step/?step_rows=30").status_code == 404
    assert client.get("/needs/new/step/?step_rows=9999999").status_code == 200


@pytest.mark.parametrize(
    ("name", "words"), [("vera", "Your role at Bright Beetle is viewer"), ("hank", "Only members")]
)
def test_who_may_not_post_is_told_so(cast: Cast, as_: As, name: str, words: str) -> None:
    client = as_(name)
    for response in (client.get(ADDRESS), client.post(ADDRESS, form(cast))):
        assert response.status_code == 403
        assert words in response.content.decode()
    assert not Need.objects.exists()


def test_nobody_posts_for_another_start_up(cast: Cast, as_: As) -> None:
    response = as_("rita").post(ADDRESS, form(cast))
    assert response.status_code == 422
    assert "Bright Beetle" not in response.content.decode()
    assert not Need.objects.exists()


def test_who_acts_for_two_start_ups_chooses(cast: Cast, as_: As) -> None:
    builders.membership(user=cast.fay, organisation=cast.rival_rocket)
    client = as_("fay")
    assert "For which start-up" in client.get(ADDRESS).content.decode()
    client.post(ADDRESS, form(cast, organisation=str(cast.rival_rocket.public_id)))
    assert Need.objects.get().organisation == cast.rival_rocket


def test_suggestions_forgive_spelling_and_leave_groups_out(as_: As) -> None:
    client = as_("fay")
    text = client.get("/catalogue/process/?text=injecton").content.decode()
    assert 'data-name="Injection moulding"' in text
    assert "Plastics" not in client.get("/catalogue/process/?text=plastic parts").content.decode()
    assert client.get("/catalogue/material/?text=abs").content.decode().count('role="option"') == 1
    assert client.get("/catalogue/process/?text=").content.decode().strip() == ""


def test_suggestions_answer_the_field_that_asks(as_: As) -> None:
    field = {"HX-Request": "true", "HX-Trigger-Name": "steps-2-process"}
    asked = as_("fay").get("/catalogue/process/?steps-2-process=assem", headers=field)
    assert 'id="steps-2-process-option-1"' in asked.content.decode()


def test_suggestions_refuse_what_they_do_not_know(as_: As) -> None:
    client = as_("fay")
    assert client.get("/catalogue/users/?text=a").status_code == 404
    odd = {"HX-Request": "true", "HX-Trigger-Name": '"><script>'}
    assert client.get("/catalogue/process/?text=a", headers=odd).status_code == 404


def test_the_page_takes_few_queries(as_: As) -> None:
    for _row in range(10):
        builders.certification()
        builders.material()
        builders.network()
    client = as_("fay")
    with CaptureQueriesContext(connection) as queries:
        client.get(ADDRESS)
    assert len(queries) <= 25
