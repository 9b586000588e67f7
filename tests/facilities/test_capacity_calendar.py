"""The calendar that programs subscribe to, and the portal's pages of capacity."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from apps.facilities.ledger import firm_holds, release_holds
from apps.facilities.models import CalendarLink, CapacityException, CapacityWeek, Resource
from tests import builders
from tests.api.client import Api
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TODAY = builders.today()
NEXT = TODAY + timedelta(days=7 - TODAY.weekday())


@pytest.fixture
def resource(cast: Cast) -> Resource:
    return builders.resource(facility=cast.quiet_heron, name="Line 1")


def link(api: Api, cast: Cast) -> str:
    made = api.post(f"facilities/{cast.quiet_heron.public_id}/calendar-link/")
    assert made.status_code == HTTPStatus.CREATED, made.content
    address: str = made.json()["address"]
    return address.removeprefix("http://localhost:8000")


def events(address: str) -> dict[str, Any]:
    answer = Client().get(address)
    assert answer.status_code == HTTPStatus.OK
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    assert isinstance(calendar, Calendar)
    assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
    found: dict[str, Any] = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    assert all(event["UID"] and event["DTSTAMP"] for event in found.values())
    assert not any(event.errors for event in calendar.walk())
    return found


def test_holds_and_exceptions_are_events_and_no_need_is_named(cast: Cast, resource: Resource) -> None:
    need = builders.need()
    held = builders.hold(resource=resource, hours={NEXT: Decimal("12.5")}, need=need.public_id)
    builders.capacity_exception(facility=cast.quiet_heron, note="Fair")
    address = link(Api(cast.hank), cast)
    found = events(address)
    hold, closed = found["Held: 12.5 h, Line 1"], found["holiday: all, 0% free"]
    assert (hold["DTSTART"].dt, hold["DTEND"].dt, hold["STATUS"]) == (NEXT, NEXT + timedelta(days=7), "TENTATIVE")
    assert (closed["DTSTART"].dt, closed["DTEND"].dt) == (NEXT, NEXT + timedelta(days=7))
    assert closed["DESCRIPTION"] == "Fair"
    text = Client().get(address).content.decode()
    assert str(need.public_id) not in text
    assert need.current is not None
    assert need.current.title not in text
    firm_holds([held], acting_user=None)
    assert events(address)["Held: 12.5 h, Line 1"]["STATUS"] == "CONFIRMED"
    release_holds([held], acting_user=None)
    assert list(events(address)) == ["holiday: all, 0% free"]


def test_what_did_not_change_is_not_sent_again(cast: Cast, resource: Resource) -> None:
    address = link(Api(cast.hank), cast)
    first = Client().get(address)
    again = Client().get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
    builders.hold(resource=resource)
    assert Client().get(address, headers={"if-none-match": first["ETag"]}).status_code == HTTPStatus.OK


def test_a_new_address_makes_the_old_one_dead_and_only_a_digest_is_kept(cast: Cast) -> None:
    first, second = (link(Api(cast.hank), cast) for _ in range(2))
    assert Client().get(first).status_code == HTTPStatus.NOT_FOUND
    assert Client().get(second).status_code == HTTPStatus.OK
    token = second.removeprefix("/calendar/").removesuffix(".ics")
    assert not CalendarLink.objects.filter(token_digest__contains=token).exists()
    api = Api(cast.hank)
    assert api.delete(f"facilities/{cast.quiet_heron.public_id}/calendar-link/").status_code == HTTPStatus.NO_CONTENT
    assert api.delete(f"facilities/{cast.quiet_heron.public_id}/calendar-link/").status_code == HTTPStatus.NO_CONTENT
    dead, never = Client().get(second), Client().get("/calendar/never.ics")
    assert (dead.status_code, dead.content) == (HTTPStatus.NOT_FOUND, never.content)


def test_an_address_dies_with_its_owners_right_to_read(cast: Cast) -> None:
    hanks, carlas = link(Api(cast.hank), cast), link(Api(cast.carla), cast)
    cast.hank.memberships.all().delete()
    assert Client().get(hanks).status_code == HTTPStatus.NOT_FOUND
    cast.carla.is_active = False
    cast.carla.save()
    assert Client().get(carlas).status_code == HTTPStatus.NOT_FOUND


# --- the portal -----------------------------------------------------------------------------------------------------


@pytest.fixture
def hank(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.hank)
    return client


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """Not while a Monday begins."""
    with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC), tick=True):
        yield


def page(cast: Cast, name: str = "capacity", *args: object) -> str:
    return reverse(f"portal:{name}", args=[cast.quiet_heron.public_id, *args])


def test_the_page_shows_the_year_and_still_true_is_one_click(cast: Cast, hank: Client, resource: Resource) -> None:
    Resource.objects.update(confirmed_on=TODAY - timedelta(days=20))
    builders.capacity_week(resource=resource, monday=NEXT, free_hours=7)
    text = hank.get(page(cast)).content.decode()
    assert text.count('<th scope="col">') == 54
    assert "out of date" in text
    assert '<td class="stated">7<' in text
    assert hank.get(page(cast, "capacity-still-true")).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    said = hank.post(page(cast, "capacity-still-true"), follow=True).content.decode()
    assert "confirmed today" in said
    assert "out of date" not in said


def test_an_exception_is_entered_and_cleared_on_the_page(cast: Cast, hank: Client, resource: Resource) -> None:
    sent = {"reason": "holiday", "first_on": NEXT, "last_on": NEXT + timedelta(days=6), "percent": "0", "resource": ""}
    assert hank.post(page(cast, "capacity-exceptions"), sent).status_code == HTTPStatus.FOUND
    assert CapacityWeek.objects.get().free_hours == 0
    wrong = hank.post(page(cast, "capacity-exceptions"), {**sent, "last_on": TODAY - timedelta(days=9)})
    assert (wrong.status_code, 'class="error"' in wrong.content.decode()) == (HTTPStatus.OK, True)
    row = CapacityException.objects.get()
    assert hank.post(page(cast, "capacity-exception-clear", row.public_id)).status_code == HTTPStatus.FOUND
    assert not CapacityWeek.objects.exists()


def test_one_week_is_stated_on_the_page_and_given_back(cast: Cast, hank: Client, resource: Resource) -> None:
    sent = {"resource": str(resource.public_id), "day": NEXT + timedelta(days=2), "hours": "6"}
    hank.post(page(cast, "capacity-week"), sent)
    assert CapacityWeek.objects.get().free_hours == 6
    hank.post(page(cast, "capacity-week"), {**sent, "hours": ""})
    assert not CapacityWeek.objects.exists()


def test_the_table_goes_out_and_comes_back_with_a_look_in_between(cast: Cast, hank: Client, resource: Resource) -> None:
    text = hank.get(page(cast, "capacity-table-file")).content.decode()
    week = f"{NEXT.isocalendar().year}-W{NEXT.isocalendar().week:02}"
    line = f"{resource.public_id},{week},pattern"
    assert line in text
    changed = text.replace(line, f"{resource.public_id},{week},4") + "Line 9,2030-W01,1\n"
    file = SimpleUploadedFile("hours.csv", changed.encode("utf-16"))
    look = hank.post(page(cast, "capacity-table"), {"file": file, "apply": "1"}).content.decode()
    assert "54 rows: 1 change something, 52 say what is stored already, 1 cannot be taken." in look
    assert "no resource of this name" in look
    assert not CapacityWeek.objects.exists()
    hank.post(page(cast, "capacity-table"), {"csv": changed, "apply": "1"})
    assert [(row.monday, row.free_hours) for row in CapacityWeek.objects.all()] == [(NEXT, 4)]


def test_the_calendar_address_is_shown_once(cast: Cast, hank: Client) -> None:
    shown = hank.post(page(cast, "capacity-calendar")).content.decode()
    assert shown.count("http://localhost:8000/calendar/") == 1
    assert "http://localhost:8000/calendar/" not in hank.get(page(cast)).content.decode()
    hank.post(page(cast, "capacity-calendar"), {"revoke": "1"})
    assert not CalendarLink.objects.live().exists()


@pytest.mark.parametrize("name", ["ines", "omar", "fay", "sam"])
def test_outsiders_find_no_page(cast: Cast, name: str) -> None:
    client = Client()
    client.force_login(getattr(cast, name))
    assert client.get(page(cast)).status_code == HTTPStatus.NOT_FOUND
    assert client.get(page(cast, "capacity-table-file")).status_code == HTTPStatus.NOT_FOUND
    for verb in ("still-true", "exceptions", "week", "table", "calendar"):
        assert client.post(page(cast, f"capacity-{verb}")).status_code == HTTPStatus.NOT_FOUND


def test_a_viewer_sees_no_buttons(cast: Cast, resource: Resource) -> None:
    builders.membership(user=cast.sam, organisation=cast.quiet_heron.operator, role="viewer")
    client = Client()
    client.force_login(cast.sam)
    text = client.get(page(cast)).content.decode()
    assert "Line 1" in text
    assert "still-true" not in text
    client.post(page(cast, "capacity-still-true"))
    assert Resource.objects.get().said_by is None


def test_weeks_of_the_page_begin_on_mondays(cast: Cast, hank: Client, resource: Resource) -> None:
    monday: date = NEXT - timedelta(weeks=1)
    assert f"{monday:%-d %b}" in hank.get(page(cast)).content.decode()
