"""Holds: what they take, what they refuse, how they end."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.errors import DomainError, InvalidInputError
from apps.core.models import AuditEntry
from apps.facilities import tasks
from apps.facilities.ledger import (
    Difference,
    Holder,
    HoldRequest,
    consume_holds,
    count_again,
    expire_holds,
    firm_holds,
    ledger_differences,
    place_holds,
    release_holds,
)
from apps.facilities.models import CapacityWeek, Hold, HolderKind, HoldState, HoldWeek, Resource
from apps.facilities.services import remove_part, state_weeks
from apps.matching.models import SupplyChange
from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.needs import read_questions
from matchmaker.domain import HoldFact, WeekFact
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = builders.today()
THIS_WEEK = TODAY - timedelta(days=TODAY.weekday())
NEXT, AFTER, LATER = (THIS_WEEK + timedelta(weeks=number) for number in (1, 2, 3))


@pytest.fixture
def resource() -> Resource:
    """80 gross hours x 0.75 available x half of it booked: 30 hours a week."""
    return builders.resource()


def hold(resource: Resource, hours: float | str, *, monday: date = NEXT, **fields: Any) -> Hold:
    return builders.hold(resource=resource, hours={monday: Decimal(str(hours))}, **fields)


def firmed(resource: Resource, hours: float | str, **fields: Any) -> Hold:
    made = hold(resource, hours, **fields)
    firm_holds([made], acting_user=None)
    made.refresh_from_db()
    return made


def week(resource: Resource, monday: date = NEXT) -> CapacityWeek:
    return CapacityWeek.objects.get(resource=resource, monday=monday)


def figures(resource: Resource, monday: date = NEXT) -> tuple[float, float, float]:
    """Firm hours, soft hours, limit. Decimals of a thousandth are the same as floats up to a billion."""
    found = week(resource, monday)
    return float(found.firm_hours), float(found.soft_hours), float(found.limit_hours)


def refusal(hold: Hold, *others: Hold) -> DomainError:
    with pytest.raises(DomainError) as refused, transaction.atomic():
        firm_holds([hold, *others], acting_user=None)
    return refused.value


def test_a_soft_hold_makes_the_row_of_its_week_and_takes_nothing_firm(resource: Resource) -> None:
    made = hold(resource, 12.5)
    assert (made.state, figures(resource)) == (HoldState.SOFT, (0, 12.5, 30))
    assert (week(resource).free_hours, week(resource).as_of) == (None, None)


def test_soft_holds_may_be_more_than_there_is_and_only_firm_ones_are_counted(resource: Resource) -> None:
    first, second = hold(resource, 20), hold(resource, 20)
    firm_holds([first], acting_user=None)
    assert figures(resource) == (20, 20, 30)
    error = refusal(second)
    assert (error.code, error.status) == ("capacity_taken", 409)
    assert error.facts == {
        "resource": str(resource.public_id),
        "monday": NEXT.isoformat(),
        "left_hours": 10.0,
        "asked_hours": 20.0,
    }
    assert "10.000 hours left" in error.detail
    assert figures(resource) == (20, 20, 30)
    second.refresh_from_db()
    assert second.state == HoldState.SOFT


def test_the_very_last_hour_fits(resource: Resource) -> None:
    for hours in ("29.999", "0.001"):
        firmed(resource, hours)
    assert figures(resource) == (30, 0, 30)
    assert refusal(hold(resource, "0.001")).facts["left_hours"] == 0


def test_tenths_add_up_exactly(resource: Resource) -> None:
    made = [firmed(resource, "0.1") for _ in range(10)]
    release_holds(made[:3], acting_user=None)
    assert figures(resource) == (0.7, 0, 30)


def test_all_holds_of_a_command_become_firm_or_none(resource: Resource) -> None:
    other = builders.resource()
    firmed(other, 25)
    mine = [hold(resource, 5), hold(other, 6)]
    assert refusal(*mine).facts["left_hours"] == 5
    assert figures(resource) == (0, 5, 30)
    assert not Hold.objects.filter(pk__in=[one.pk for one in mine], state=HoldState.FIRM).exists()


def test_two_holds_on_one_week_are_counted_together(resource: Resource) -> None:
    assert refusal(hold(resource, 16), hold(resource, 16)).facts["asked_hours"] == 32


def test_a_hold_over_several_weeks_fails_for_the_first_that_is_short(resource: Resource) -> None:
    builders.capacity_week(resource=resource, monday=AFTER, free_hours=3)
    made = builders.hold(resource=resource, hours={NEXT: Decimal(10), AFTER: Decimal(4), LATER: Decimal(99)})
    assert refusal(made).facts["monday"] == AFTER.isoformat()


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({"booked_share": None}, 60),
        ({"availability": None}, 20),
        ({"booked_share": 1}, 0),
        ({"units_per_week": 400, "availability": None}, 20),
    ],
    ids=["booked share unknown takes nothing away", "the kind's availability", "fully booked", "units: 40 hours"],
)
def test_what_the_pattern_opens_to_holds(fields: dict[str, Any], limit: int) -> None:
    made = builders.resource(kind=builders.resource_kind(availability=0.5), **fields)
    hold(made, 1)
    assert week(made).limit_hours == limit


def test_what_is_stated_of_a_week_wins_over_the_pattern(resource: Resource) -> None:
    builders.capacity_week(resource=resource, monday=NEXT, free_hours=50)
    firmed(resource, 45)
    assert figures(resource) == (45, 0, 50)


def test_a_cut_below_what_is_promised_is_stored_and_flagged(resource: Resource) -> None:
    user = builders.membership(organisation=resource.facility.operator).user
    promised = firmed(resource, 25)
    state_weeks(resource, {NEXT: 10.0}, acting_user=user)
    cut = week(resource)
    assert (cut.free_hours, cut.overbooked, cut.left_hours) == (10.0, True, Decimal(0))
    assert figures(resource) == (25, 0, 25)
    assert list(CapacityWeek.objects.overbooked()) == [cut]
    assert AuditEntry.objects.filter(verb="state_weeks").latest("pk").new["overbooked"] == [NEXT.isoformat()]
    assert refusal(hold(resource, 1)).facts["left_hours"] == 0
    release_holds([promised], acting_user=None)
    assert (week(resource).overbooked, figures(resource)) == (False, (0, 1, 10))


def test_part_of_an_overbooked_week_given_back_opens_nothing(resource: Resource) -> None:
    promised, other = firmed(resource, 20), firmed(resource, 5)
    CapacityWeek.objects.filter(resource=resource).update(free_hours=10, as_of=TODAY)
    release_holds([other], acting_user=None)
    assert figures(resource) == (20, 0, 20)
    assert refusal(hold(resource, 1)).facts["left_hours"] == 0
    release_holds([promised], acting_user=None)
    assert figures(resource)[2] == 10


def test_a_changed_pattern_overbooks_the_weeks_that_follow_it(resource: Resource) -> None:
    builders.capacity_week(resource=resource, monday=AFTER, free_hours=30)
    firmed(resource, 25)
    firmed(resource, 25, monday=AFTER)
    Resource.objects.filter(pk=resource.pk).update(gross_hours_per_week=40)
    assert [found.monday for found in CapacityWeek.objects.overbooked()] == [NEXT]


def test_a_changed_kind_is_counted_by_the_nightly_task_and_in_a_refusal() -> None:
    made = builders.resource(availability=None, kind=builders.resource_kind(availability=0.75))
    firmed(made, 25)
    type(made.kind).objects.filter(pk=made.kind.pk).update(availability=0.5)
    assert refusal(hold(made, 1)).facts["left_hours"] == 0

    count_again(THIS_WEEK)
    assert week(made).overbooked


def test_a_week_left_out_keeps_its_holds_and_follows_the_pattern(resource: Resource) -> None:
    user = builders.membership(organisation=resource.facility.operator).user
    state_weeks(resource, {NEXT: 12.0, AFTER: 9.0}, acting_user=user)
    firmed(resource, 8)
    state_weeks(resource, {}, acting_user=user)
    [kept] = CapacityWeek.objects.all()
    assert (kept.monday, kept.free_hours, kept.as_of, figures(resource)) == (NEXT, None, None, (8, 0, 30))


def test_saving_a_week_that_was_read_before_a_hold_loses_no_hold(resource: Resource) -> None:
    read = builders.capacity_week(resource=resource, monday=NEXT, free_hours=20)
    firmed(resource, 5)
    read.free_hours = 15
    read.save()
    assert (week(resource).free_hours, figures(resource)) == (15.0, (5, 0, 15))


@pytest.mark.parametrize("end", ["release", "expire"])
def test_an_ended_soft_hold_leaves_no_row_behind(resource: Resource, end: str) -> None:
    made = hold(resource, 5)
    if end == "release":
        release_holds([made], acting_user=None, reason="declined")
    else:
        assert made.expires_at is not None
        expire_holds(made.expires_at)
    assert not CapacityWeek.objects.exists()
    entry = AuditEntry.objects.filter(subject_id=made.public_id).latest("pk")
    assert (entry.verb, entry.reason) == (f"{end}_hold", "declined" if end == "release" else "")


def test_expired_soft_holds_no_longer_count(resource: Resource) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    hold(resource, 5, expires_at=soon)
    kept = hold(resource, 7, expires_at=soon + timedelta(hours=1))
    held = firmed(resource, 9, expires_at=soon)
    assert expire_holds(soon - timedelta(seconds=1)) == 0
    assert expire_holds(soon) == 1
    assert expire_holds(soon) == 0
    assert figures(resource) == (9, 7, 30)
    assert set(Hold.objects.live()) == {kept, held}


def test_the_task_expires_what_is_over(resource: Resource) -> None:
    made = hold(resource, 5)
    tasks.expire_holds()
    assert figures(resource)[1] == 5
    Hold.objects.filter(pk=made.pk).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refusal(made).code == "hold_expired"
    tasks.expire_holds()
    made.refresh_from_db()
    assert (made.state, CapacityWeek.objects.count()) == (HoldState.EXPIRED, 0)


def test_many_holds_expire_in_portions(resource: Resource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.facilities.ledger.holds.EXPIRED_AT_ONCE", 2)
    for _ in range(5):
        hold(resource, 1)
    assert expire_holds(datetime.now(UTC) + timedelta(days=9)) == 5


def test_consumed_hours_stay_taken_where_the_week_has_begun_and_the_rest_comes_free(resource: Resource) -> None:
    made = builders.hold(resource=resource, hours={THIS_WEEK: Decimal(10), NEXT: Decimal(4)})
    firm_holds([made], acting_user=None)
    consume_holds([made], today=TODAY, acting_user=None)
    consume_holds([made], today=TODAY, acting_user=None)
    assert figures(resource, THIS_WEEK) == (10, 0, 30)
    assert not CapacityWeek.objects.filter(monday=NEXT).exists()
    entry = AuditEntry.objects.get(verb="consume_hold")
    assert entry.new["given_back"] == {NEXT.isoformat(): "4.000"}
    assert ledger_differences() == []


def test_repeated_commands_change_nothing(resource: Resource) -> None:
    made = firmed(resource, 5)
    firm_holds([made], acting_user=None)
    assert figures(resource) == (5, 0, 30)
    release_holds([made], acting_user=None)
    release_holds([made], acting_user=None)
    assert AuditEntry.objects.filter(subject_id=made.public_id).count() == 3
    assert refusal(made).code == "hold_ended"
    with pytest.raises(DomainError, match="released"):
        consume_holds([made], today=TODAY, acting_user=None)


def test_a_holder_holds_a_resource_once_at_a_time(resource: Resource) -> None:
    holder = Holder(HolderKind.AWARD, uuid4())
    first = hold(resource, 1, holder=holder)
    with pytest.raises(DomainError) as refused, transaction.atomic():
        hold(resource, 1, holder=holder)
    assert refused.value.code == "already_held"
    release_holds([first], acting_user=None)
    hold(resource, 2, holder=holder)
    assert figures(resource)[1] == 2


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ({}, "no_hours"),
        ({NEXT + timedelta(days=1): Decimal(1)}, "not_a_monday"),
        ({THIS_WEEK - timedelta(weeks=1): Decimal(1)}, "week_over"),
        ({NEXT: Decimal(0)}, "hours_out_of_range"),
        ({NEXT: Decimal(-1)}, "hours_out_of_range"),
        ({NEXT: Decimal("NaN")}, "hours_out_of_range"),
        ({NEXT: Decimal("Infinity")}, "hours_out_of_range"),
        ({NEXT: Decimal(100_001)}, "hours_out_of_range"),
    ],
)
def test_impossible_hours_are_refused(resource: Resource, hours: dict[date, Decimal], code: str) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    request = HoldRequest(resource, hours, Holder(HolderKind.OFFER, uuid4()), None, later)
    with pytest.raises(InvalidInputError) as refused:
        place_holds([request], acting_user=None)
    assert refused.value.code == code
    assert not Hold.objects.exists()


def test_a_hold_that_is_over_before_it_begins_is_refused(resource: Resource) -> None:
    with pytest.raises(InvalidInputError, match="future"):
        hold(resource, 1, expires_at=datetime.now(UTC))


def test_less_than_the_smallest_unit_is_rounded_up(resource: Resource) -> None:
    hold(resource, "0.0001")
    assert figures(resource)[1] == 0.001


def test_the_database_keeps_the_states_and_the_hours() -> None:
    made = builders.hold()
    breaks: tuple[Callable[[], object], ...] = (
        lambda: Hold.objects.filter(pk=made.pk).update(state=HoldState.CONSUMED),
        lambda: HoldWeek.objects.filter(hold=made).update(hours=1),
        lambda: CapacityWeek.objects.filter(resource=made.resource).update(firm_hours=31),
        lambda: CapacityWeek.objects.filter(resource=made.resource).update(firm_hours=31, limit_hours=31),
    )
    for broken in breaks:
        with pytest.raises(DatabaseError), transaction.atomic():
            broken()


def test_a_resource_with_holds_stays(resource: Resource) -> None:
    user = builders.membership(organisation=resource.facility.operator).user
    release_holds([hold(resource, 1)], acting_user=None)
    with pytest.raises(DomainError) as refused, transaction.atomic():
        remove_part(resource, acting_user=user)
    assert refused.value.code == "still_held"
    with pytest.raises(ProtectedError):
        resource.delete()


def test_every_step_of_a_hold_is_news_for_the_ranking(resource: Resource) -> None:
    SupplyChange.objects.all().delete()
    made = hold(resource, 5)
    steps: tuple[Callable[[], None], ...] = (
        lambda: firm_holds([made], acting_user=None),
        lambda: release_holds([made], acting_user=None),
    )
    for step in steps:
        assert set(SupplyChange.objects.values_list("facility_id", flat=True)) == {resource.facility_id}
        SupplyChange.objects.all().delete()
        step()
    assert SupplyChange.objects.filter(facility_id=resource.facility_id).exists()


def test_the_snapshot_takes_holds_from_what_is_stated_or_from_the_pattern(resource: Resource) -> None:
    builders.capacity_week(resource=resource, monday=AFTER, free_hours=15)
    hold(resource, 3)
    firmed(resource, 4)
    firmed(resource, 5, monday=AFTER)
    [found] = read_facilities(TODAY)[resource.facility_id].resources
    assert found.weeks == (
        WeekFact(NEXT, firm_hours=4, soft_hours=3),
        WeekFact(AFTER, booked_share=0.75, firm_hours=5),
    )


def test_a_need_is_told_of_its_own_live_holds(resource: Resource) -> None:
    need = builders.need()
    mine: dict[str, Any] = {"need": need.public_id}
    hold(resource, 3, **mine)
    firmed(resource, 4, monday=AFTER, **mine)
    release_holds([hold(resource, 5, **mine)], acting_user=None)
    hold(resource, 6)
    site, place = str(resource.facility_id), str(resource.pk)
    assert read_questions([need.pk])[0].need.holds == (
        HoldFact(site, place, NEXT, 3.0),
        HoldFact(site, place, AFTER, 4.0),
    )


def test_the_nightly_check_finds_each_kind_of_difference(resource: Resource, caplog: pytest.LogCaptureFixture) -> None:
    firmed(resource, 4)
    hold(resource, 2, monday=AFTER)
    assert ledger_differences() == []
    CapacityWeek.objects.filter(monday=NEXT).update(firm_hours=3)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE facilities_capacityweek SET soft_hours = 0 WHERE monday = %s", [AFTER])
    CapacityWeek.objects.filter(monday=AFTER).delete()
    assert ledger_differences() == [
        Difference(resource.pk, NEXT, Decimal(3), Decimal(4), Decimal(0), Decimal(0)),
        Difference(resource.pk, AFTER, Decimal(0), Decimal(0), Decimal(0), Decimal(2)),
    ]
    tasks.check_ledger()
    assert caplog.text.count("does not add up") == 2


# --- any sequence of operations -----------------------------------------------------------------------------------

hours = st.decimals("0.001", 40, places=3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.integers(0, 1), st.integers(1, 2), hours),
        st.tuples(st.sampled_from(["firm", "release", "consume", "expire"]), st.integers(0, 9)),
        st.tuples(st.just("state"), st.integers(0, 1), st.integers(1, 2), st.none() | st.floats(0, 60)),
        st.tuples(st.just("pattern"), st.integers(0, 1), st.floats(0, 100)),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_after_any_sequence_the_ledger_adds_up(db: None, plan: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        resources, holds = [builders.resource(), builders.resource()], list[Hold]()
        for step in plan:
            before = {week.pk: week for week in CapacityWeek.objects.all()}
            _do(step, resources, holds)
            _invariants(before)
        transaction.set_rollback(True)


def _do(step: tuple[Any, ...], resources: list[Resource], holds: list[Hold]) -> None:
    match step:
        case ("place", number, weeks, amount):
            mondays = [NEXT + timedelta(weeks=week) for week in range(weeks)]
            holds.append(builders.hold(resource=resources[number], hours=dict.fromkeys(mondays, amount)))
        case ("state", number, weeks, free):
            rows = CapacityWeek.objects.filter(resource=resources[number], monday=NEXT + timedelta(weeks=weeks - 1))
            rows.update(free_hours=free, as_of=None if free is None else TODAY)
        case ("pattern", number, gross):
            Resource.objects.filter(pk=resources[number].pk).update(gross_hours_per_week=gross)
        case (verb, number) if holds:
            _command(verb, holds[number % len(holds)])


def _command(verb: str, made: Hold) -> None:
    commands: dict[str, Callable[[], object]] = {
        "firm": lambda: firm_holds([made], acting_user=None),
        "release": lambda: release_holds([made], acting_user=None),
        "consume": lambda: consume_holds([made], today=NEXT, acting_user=None),
        "expire": lambda: expire_holds(datetime.now(UTC) + timedelta(days=9)),
    }
    with suppress(DomainError), transaction.atomic():  # a refusal is an answer; the invariants hold after it too
        commands[verb]()


def _invariants(before: dict[int, CapacityWeek]) -> None:
    """0 <= firm <= limit; the sums are those of the holds; more is promised than stated only where it was before."""
    assert ledger_differences() == []
    for found in CapacityWeek.objects.all():
        assert 0 <= found.firm_hours <= found.limit_hours
        assert found.limit_hours == max(found.stated_hours, found.firm_hours)
        was = before.get(found.pk)
        if was is None or found.firm_hours > was.firm_hours:
            assert found.firm_hours <= found.stated_hours


def test_a_row_written_with_the_triggers_off_is_counted_at_its_next_write(resource: Resource) -> None:
    with pgtrigger.ignore("facilities.CapacityWeek:count_limit"):
        CapacityWeek.objects.bulk_create([CapacityWeek(resource=resource, monday=NEXT, free_hours=12, as_of=TODAY)])
    assert (week(resource).stated_hours, week(resource).limit_hours) == (Decimal(0), Decimal(0))
    assert firmed(resource, 12).state == HoldState.FIRM
    assert refusal(hold(resource, 1)).facts["left_hours"] == 0
    assert figures(resource)[2] == 12


def test_a_row_written_with_the_triggers_off_is_counted_at_night(resource: Resource) -> None:
    with pgtrigger.ignore("facilities.CapacityWeek:count_limit"):
        CapacityWeek.objects.bulk_create(
            [
                CapacityWeek(resource=resource, monday=NEXT, free_hours=12, as_of=TODAY),
                CapacityWeek(resource=resource, monday=AFTER),
                CapacityWeek(
                    resource=resource, monday=LATER, free_hours=0, as_of=TODAY, pattern_share=1, fixed_hours=3
                ),
            ]
        )
    tasks.check_ledger()
    assert [week(resource, monday).stated_hours for monday in (NEXT, AFTER, LATER)] == [12, 30, 33]
    assert [week(resource, monday).limit_hours for monday in (NEXT, AFTER, LATER)] == [12, 30, 33]
    assert count_again(THIS_WEEK) == 0


def test_what_is_counted_right_is_left_alone(resource: Resource) -> None:
    firmed(resource, 30)
    state_weeks(resource, {NEXT: 10.0}, acting_user=builders.user(is_superuser=True))
    before = week(resource).updated_at
    assert count_again(THIS_WEEK) == 0
    assert week(resource).updated_at == before
