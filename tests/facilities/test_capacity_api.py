"""Capacity over HTTP: the grid, "still true", exceptions, tables of hours, holds by hand, the overbooked list."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.db import connection

from apps.core.models import AuditEntry
from apps.facilities.ledger import ledger_differences
from apps.facilities.models import CapacityException, CapacityWeek, Hold, HoldState, Resource
from tests import builders
from tests.api.client import Api, results
from tests.cast import Cast
from tests.facilities.test_ledger_concurrency import at_once

pytestmark = pytest.mark.django_db
TODAY = builders.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday())
NEXT, AFTER, LATER = (MONDAY + timedelta(weeks=number) for number in (1, 2, 3))
As = Callable[[str], Api]


@pytest.fixture
def as_(cast: Cast) -> As:
    return lambda name: Api(getattr(cast, name))


@pytest.fixture
def resource(cast: Cast) -> Resource:
    """80 gross hours x 0.75 available x half of it booked: 30 hours a week."""
    return builders.resource(facility=cast.quiet_heron, name="Line 1")


@pytest.fixture
def site(cast: Cast) -> str:
    return f"facilities/{cast.quiet_heron.public_id}"


def grid_of(api: Api, site: str, query: str = "weeks=4") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.read(f"{site}/capacity/?{query}")["resources"]
    return rows


def free(row: dict[str, Any]) -> list[float]:
    return [week["free_hours"] for week in row["weeks"]]


def closed(**fields: Any) -> dict[str, Any]:
    return {"first_on": str(NEXT), "last_on": str(NEXT + timedelta(days=6)), "reason": "holiday", "share": 0, **fields}


def test_a_years_grid_shows_pattern_statements_exceptions_and_holds(as_: As, site: str, resource: Resource) -> None:
    builders.capacity_week(resource=resource, monday=NEXT, free_hours=12.5)
    builders.hold(resource=resource)
    hank = as_("hank")
    assert hank.post(f"{site}/capacity-exceptions/", closed(first_on=str(AFTER), last_on=str(AFTER))).status_code == 201
    [row] = grid_of(hank, site, "weeks=53")
    assert (row["pattern_hours"], row["stale"], len(row["weeks"])) == (30, False, 53)
    assert free(row)[:4] == [30, 12.5, 24, 30]
    assert [week["basis"] for week in row["weeks"][:4]] == ["pattern", "stated", "exception", "pattern"]
    assert (row["weeks"][1]["soft_hours"], row["weeks"][1]["left_hours"]) == (2, 12.5)
    assert row["weeks"][0]["monday"] == str(MONDAY)
    [other] = grid_of(hank, site, f"since={AFTER + timedelta(days=3)}&weeks=1")
    assert [week["monday"] for week in other["weeks"]] == [str(AFTER)]


@pytest.mark.parametrize(
    ("query", "at"), [("weeks=0", "weeks"), ("weeks=106", "weeks"), ("since=1.1.2030", "since"), ("until=x", "until")]
)
def test_a_grid_of_nonsense_is_refused(as_: As, site: str, query: str, at: str) -> None:
    refused = as_("hank").get(f"{site}/capacity/?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, at)


def test_the_grid_takes_as_many_queries_for_many_resources(
    as_: As, site: str, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        builders.capacity_week(resource=builders.resource(facility=cast.quiet_heron), monday=NEXT)
    hank = as_("hank")
    with django_assert_max_num_queries(8):
        grid_of(hank, site, "weeks=53")


@pytest.mark.parametrize("name", ["ines", "omar", "fay", "sam"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "capacity/"),
        ("POST", "capacity/confirmations/"),
        ("POST", "capacity/tables/"),
        ("GET", "capacity-exceptions/"),
        ("POST", "capacity-exceptions/"),
        ("GET", "holds/"),
        ("POST", "holds/"),
        ("GET", "history/resources/"),
        ("POST", "calendar-link/"),
        ("DELETE", "calendar-link/"),
    ],
)
def test_outsiders_find_nothing(as_: As, site: str, name: str, method: str, path: str) -> None:
    assert as_(name).call(method, f"{site}/{path}", {}).status_code == HTTPStatus.NOT_FOUND


# --- still true -----------------------------------------------------------------------------------------------------


def test_still_true_in_one_click_for_all_resources(as_: As, site: str, resource: Resource, cast: Cast) -> None:
    other = builders.resource(facility=cast.quiet_heron, confirmed_on=None)
    week = builders.capacity_week(resource=other, monday=NEXT, as_of=TODAY - timedelta(days=40))
    past = builders.capacity_week(resource=other, monday=MONDAY - timedelta(weeks=1), as_of=TODAY - timedelta(days=40))
    Resource.objects.filter(pk=resource.pk).update(confirmed_on=TODAY - timedelta(days=15), source="imported")
    hank = as_("hank")
    assert [row["stale"] for row in grid_of(hank, site)] == [True, True]
    said = hank.post(f"{site}/capacity/confirmations/")
    assert said.json() == {"resources": 2, "confirmed_on": str(TODAY)}
    assert [row["stale"] for row in grid_of(hank, site)] == [False, False]
    week.refresh_from_db()
    past.refresh_from_db()
    assert (week.as_of, past.as_of) == (TODAY, TODAY - timedelta(days=40))
    resource.refresh_from_db()
    assert (resource.source, resource.said_by) == ("stated", cast.hank)
    assert AuditEntry.objects.get(verb="confirm_capacity").actor == cast.hank


def test_a_coordinators_still_true_is_marked_as_hers(as_: As, site: str, resource: Resource, cast: Cast) -> None:
    assert as_("carla").post(f"{site}/capacity/confirmations/").status_code == HTTPStatus.OK
    resource.refresh_from_db()
    assert (resource.source, resource.said_by) == ("coordinator", cast.carla)


def test_nothing_to_confirm_is_said(as_: As, site: str) -> None:
    refused = as_("hank").post(f"{site}/capacity/confirmations/")
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.CONFLICT, "no_resources")


def test_capacity_goes_stale_after_fourteen_days_and_not_before(as_: As, site: str, resource: Resource) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=14), tick=True):
        assert [row["stale"] for row in grid_of(as_("hank"), site)] == [False]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15), tick=True):
        hank = as_("hank")
        assert [row["stale"] for row in grid_of(hank, site)] == [True]
        hank.post(f"{site}/capacity/confirmations/")
        assert [row["stale"] for row in grid_of(hank, site)] == [False]


# --- exceptions -----------------------------------------------------------------------------------------------------


def test_a_holiday_becomes_weeks_and_clearing_it_gives_the_pattern_back(as_: As, site: str, resource: Resource) -> None:
    hank = as_("hank")
    sent = closed(first_on=str(NEXT + timedelta(days=3)), last_on=str(AFTER + timedelta(days=2)), note="Fair")
    made = hank.post(f"{site}/capacity-exceptions/", sent)
    assert made.status_code == HTTPStatus.CREATED, made.content
    # Thursday to Wednesday: two fifths of the first week and three of the second are gone.
    assert free(grid_of(hank, site)[0]) == [30, pytest.approx(18), pytest.approx(12), 30]
    one = made["Location"]
    assert hank.read(one)["note"] == "Fair"
    assert hank.delete(one).status_code == HTTPStatus.PRECONDITION_REQUIRED
    assert hank.delete(one, if_match=hank.get(one)["ETag"]).status_code == HTTPStatus.NO_CONTENT
    assert free(grid_of(hank, site)[0]) == [30, 30, 30, 30]
    assert not CapacityWeek.objects.exists()
    assert list(
        AuditEntry.objects.filter(verb__contains="exception").order_by("pk").values_list("verb", flat=True)
    ) == [
        "add_exception",
        "clear_exception",
    ]


def test_an_exception_follows_the_pattern_when_that_changes(as_: As, site: str, resource: Resource) -> None:
    hank = as_("hank")
    hank.post(f"{site}/capacity-exceptions/", closed(share=0.5))
    assert free(grid_of(hank, site)[0])[1] == 15
    Resource.objects.filter(pk=resource.pk).update(booked_share=0)
    assert free(grid_of(hank, site)[0])[1] == 30


def test_hours_of_one_resource_in_a_week_of_which_half_is_covered(as_: As, site: str, resource: Resource) -> None:
    hank = as_("hank")
    stretch = closed(share=None, hours=10, resource=str(resource.public_id), last_on=str(NEXT))
    assert hank.post(f"{site}/capacity-exceptions/", stretch).status_code == HTTPStatus.CREATED
    assert free(grid_of(hank, site)[0])[1] == pytest.approx(30 * 4 / 5 + 10 / 5)


def test_of_two_exceptions_the_last_holds_and_the_first_comes_back(as_: As, site: str, resource: Resource) -> None:
    hank = as_("hank")
    hank.post(f"{site}/capacity-exceptions/", closed())
    second = hank.post(f"{site}/capacity-exceptions/", closed(share=0.5))["Location"]
    assert free(grid_of(hank, site)[0])[1] == 15
    hank.delete(second, if_match=hank.get(second)["ETag"])
    assert free(grid_of(hank, site)[0])[1] == 0


def test_a_resource_that_comes_later_is_closed_with_the_others(as_: As, site: str, cast: Cast) -> None:
    hank = as_("hank")
    hank.post(f"{site}/capacity-exceptions/", closed())
    kind = builders.resource_kind("press")
    sent = {"kind": kind.slug, "gross_hours_per_week": 40.0}
    assert hank.post(f"{site}/resources/", sent).status_code == HTTPStatus.CREATED
    assert free(grid_of(hank, site)[0])[:3] == [30, 0, 30]


def test_a_figure_stated_afterwards_wins_and_stays_when_the_exception_is_cleared(
    as_: As, site: str, resource: Resource
) -> None:
    hank = as_("hank")
    one = hank.post(f"{site}/capacity-exceptions/", closed())["Location"]
    path = f"resources/{resource.public_id}/weeks/"
    changed = hank.patch(path, {"weeks": [{"monday": str(NEXT), "free_hours": 8.0}]}, if_match=hank.get(path)["ETag"])
    assert changed.json() == {"changed": [str(NEXT)]}
    assert free(grid_of(hank, site)[0])[1] == 8
    hank.delete(one, if_match=hank.get(one)["ETag"])
    assert free(grid_of(hank, site)[0])[1] == 8


def test_a_cut_below_a_promise_is_kept_listed_as_overbooked_and_leaves_the_list_by_itself(
    as_: As, site: str, resource: Resource
) -> None:
    carla, hank = as_("carla"), as_("hank")
    kept = carla.post(f"{site}/holds/", hours(resource, 20))
    assert carla.post(f"holds/{kept.json()['id']}/firm/").status_code == HTTPStatus.OK
    assert results(carla.get("overbooked-weeks/")) == []
    one = hank.post(f"{site}/capacity-exceptions/", closed())["Location"]
    [task] = results(carla.get("overbooked-weeks/"))
    assert (task["monday"], task["too_many_hours"], task["facility_name"]) == (str(NEXT), 20, "Quiet Heron Circuits")
    assert grid_of(hank, site)[0]["weeks"][1]["overbooked"]
    for outsider in ("omar", "hank", "fay"):
        assert results(as_(outsider).get("overbooked-weeks/")) == []
    hank.delete(one, if_match=hank.get(one)["ETag"])
    assert results(carla.get("overbooked-weeks/")) == []


@pytest.mark.parametrize(
    ("fields", "code", "at"),
    [
        ({"share": 0, "hours": 1.0}, "one_measure", "/share"),
        ({"share": None}, "one_measure", "/share"),
        ({"share": 1.5}, "max_value", "/share"),
        ({"share": None, "hours": 1.0}, "resource_missing", "/resource"),
        ({"last_on": str(MONDAY)}, "ends_before_it_begins", "/last_on"),
        ({"first_on": "2020-01-01", "last_on": "2020-01-05"}, "stretch_over", "/last_on"),
        ({"last_on": str(TODAY + timedelta(days=3000))}, "week_out_of_range", "/last_on"),
        ({"first_on": str(NEXT + timedelta(days=5))}, "no_working_day", "/first_on"),
        ({"reason": "whim"}, "invalid_choice", "/reason"),
        ({"resource": "00000000-0000-4000-8000-000000000000"}, "unknown_resource", "/resource"),
        ({"first_on": "tomorrow"}, "invalid", "/first_on"),
    ],
)
def test_an_exception_that_cannot_be_is_refused_where_it_is_wrong(
    as_: As, site: str, resource: Resource, fields: dict[str, Any], code: str, at: str
) -> None:
    refused = as_("hank").post(f"{site}/capacity-exceptions/", closed(**fields))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    fault = refused.json()["errors"][0]
    assert (fault["code"], fault["pointer"]) == (code, at)
    assert not CapacityException.objects.exists()


def test_a_resource_of_another_place_is_unknown(as_: As, site: str, cast: Cast) -> None:
    foreign = builders.resource(facility=cast.iron_finch)
    refused = as_("hank").post(f"{site}/capacity-exceptions/", closed(resource=str(foreign.public_id)))
    assert refused.json()["errors"][0]["code"] == "unknown_resource"


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_table_is_previewed_taken_once_and_changes_nothing_the_second_time(
    as_: As, site: str, resource: Resource
) -> None:
    hank = as_("hank")
    week = f"{NEXT.isocalendar().year}-W{NEXT.isocalendar().week:02}"
    text = f"resource,week,free_hours\nLine 1,{week},7.5\nLine 1,{AFTER},pattern\nLine 2,{week},1\nLine 1,{LATER},x\n"
    preview = hank.post(f"{site}/capacity/tables/", {"csv": text}).json()
    assert (preview["applied"], preview["rows"], preview["unchanged"]) == (False, 4, 1)
    assert [(row["row"], row["before"], row["after"]) for row in preview["changes"]] == [(2, None, 7.5)]
    assert [(row["row"], row["column"], row["value"], row["code"]) for row in preview["refused"]] == [
        (4, "resource", "Line 2", "unknown_resource"),
        (5, "free_hours", "x", "not_hours"),
    ]
    assert not CapacityWeek.objects.exists()
    taken = hank.post(f"{site}/capacity/tables/", {"csv": text, "apply": True}).json()
    assert taken["applied"]
    assert free(grid_of(hank, site)[0]) == [30, 7.5, 30, 30]
    entries = AuditEntry.objects.count()
    again = hank.post(f"{site}/capacity/tables/", {"csv": text, "apply": True}).json()
    assert (again["changes"], again["unchanged"]) == ([], 2)
    assert AuditEntry.objects.count() == entries


def test_a_table_without_its_columns_is_refused(as_: As, site: str) -> None:
    refused = as_("hank").post(f"{site}/capacity/tables/", {"csv": "a,b\n1,2\n"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "columns_missing")


def test_a_viewer_reads_and_writes_nothing(as_: As, site: str, resource: Resource, cast: Cast) -> None:
    operator = cast.quiet_heron.operator
    builders.membership(user=cast.sam, organisation=operator, role="viewer")
    sam = as_("sam")
    assert len(grid_of(sam, site)) == 1
    for path, body in (
        ("capacity/confirmations/", None),
        ("capacity-exceptions/", closed()),
        ("capacity/tables/", {"csv": f"resource,week,free_hours\nLine 1,{NEXT},1\n", "apply": True}),
    ):
        assert sam.post(f"{site}/{path}", body).status_code == HTTPStatus.FORBIDDEN, path
    assert not CapacityWeek.objects.exists()


# --- holds ----------------------------------------------------------------------------------------------------------


def hours(of: Resource, count: float, **fields: Any) -> dict[str, Any]:
    return {
        "resource": str(of.public_id),
        "weeks": [{"monday": str(NEXT), "hours": count}],
        "expires_at": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
        **fields,
    }


def test_a_coordinator_keeps_hours_and_the_facility_is_told_no_need(as_: As, site: str, resource: Resource) -> None:
    carla, hank = as_("carla"), as_("hank")
    need = builders.need()
    made = carla.post(f"{site}/holds/", hours(resource, 4, need=str(need.public_id)))
    assert made.status_code == HTTPStatus.CREATED, made.content
    assert made.json()["need"] == str(need.public_id)
    [shown] = results(hank.get(f"{site}/holds/?state=soft"))
    assert (shown["weeks"], shown["need"]) == ([{"monday": str(NEXT), "hours": 4}], None)
    assert str(need.public_id) not in hank.get(f"{site}/history/holds/").content.decode()
    assert str(need.public_id) in carla.get(f"{site}/history/holds/").content.decode()
    assert results(hank.get(f"{site}/holds/?state=firm")) == []


def test_a_hold_goes_its_way_and_no_other(as_: As, site: str, resource: Resource) -> None:
    carla = as_("carla")
    one = f"holds/{carla.post(f'{site}/holds/', hours(resource, 4)).json()['id']}"
    assert carla.post(f"{one}/consume/").json()["code"] == "hold_ended"
    assert carla.post(f"{one}/firm/").json()["state"] == "firm"
    assert carla.post(f"{one}/firm/").json()["state"] == "firm"  # said twice
    assert carla.post(f"{one}/release/", {"reason": "called off"}).json()["state"] == "released"
    assert carla.post(f"{one}/firm/").status_code == HTTPStatus.CONFLICT
    assert AuditEntry.objects.get(verb="release_hold").reason == "called off"
    assert ledger_differences() == []


def test_only_coordinators_hold_and_only_by_hand(as_: As, site: str, resource: Resource) -> None:
    hank, carla = as_("hank"), as_("carla")
    assert hank.post(f"{site}/holds/", hours(resource, 4)).status_code == HTTPStatus.FORBIDDEN
    offered = builders.hold(resource=resource)
    for step, body in (("firm", None), ("release", {}), ("consume", None)):
        path = f"holds/{offered.public_id}/{step}/"
        assert hank.post(path, body).status_code == HTTPStatus.FORBIDDEN
        assert carla.post(path, body).json()["code"] == "not_by_hand"
        assert as_("omar").post(path, body).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("fields", "code", "at"),
    [
        ({"weeks": []}, "no_hours", "/hours"),
        ({"weeks": [{"monday": str(NEXT + timedelta(days=1)), "hours": 1.0}]}, "not_a_monday", ""),
        ({"weeks": [{"monday": str(NEXT), "hours": 0}]}, "min_value", "/weeks/0/hours"),
        ({"weeks": [{"monday": str(NEXT), "hours": 1.0}] * 2}, "repeated", "/weeks"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "already_over", "/expires_at"),
        ({"resource": "00000000-0000-4000-8000-000000000000"}, "unknown_resource", "/resource"),
    ],
)
def test_a_hold_that_cannot_be_is_refused(
    as_: As, site: str, resource: Resource, fields: dict[str, Any], code: str, at: str
) -> None:
    refused = as_("carla").post(f"{site}/holds/", hours(resource, 1, **fields))
    fault = refused.json()["errors"][0]
    assert (refused.status_code, fault["code"]) == (HTTPStatus.BAD_REQUEST, code)
    assert not at or fault["pointer"] == at
    assert not Hold.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_over_http_get_exactly_what_fits_and_the_rest_a_clear_refusal(
    as_: As, site: str, resource: Resource
) -> None:
    """The last 30 hours of a week, 4 at a time: seven are promised, 43 are told which week and what is left."""

    carla = as_("carla")
    made = [carla.post(f"{site}/holds/", hours(resource, 4)).json()["id"] for _ in range(50)]

    def firm(hold: str) -> Callable[[], str]:
        def call() -> str:
            api = Api.__new__(Api)
            api.client, api.headers = type(carla.client)(raise_request_exception=False), carla.headers
            answer = api.post(f"holds/{hold}/firm/")
            body = answer.json()
            if answer.status_code == HTTPStatus.OK:
                return str(body["state"])
            assert answer.status_code == HTTPStatus.CONFLICT, answer.content
            assert body["facts"] == {
                "resource": str(resource.public_id),
                "monday": str(NEXT),
                "left_hours": 2.0,
                "asked_hours": 4.0,
            }
            return str(body["code"])

        return call

    outcomes = at_once([firm(hold) for hold in made])
    assert (outcomes.count("firm"), outcomes.count("capacity_taken")) == (7, 43)
    assert CapacityWeek.objects.get().firm_hours == 28
    assert Hold.objects.filter(state=HoldState.FIRM).count() == 7
    assert ledger_differences() == []
    connection.close()
