"""What a process keeps of the supply, and how it goes on with the changes."""

from datetime import date, timedelta
from typing import Any

import pytest

from apps.facilities.models import Facility, OperatingState
from apps.matching import doorbells
from apps.matching.models import SupplyVersion
from apps.matching.runs.changes import number_changes
from apps.matching.snapshots import loaded, view
from apps.matching.snapshots.building import build_base, build_where_needed
from apps.matching.snapshots.changes import Version
from apps.matching.snapshots.loading import load_tables, read_supply
from apps.matching.snapshots.view import SupplyNotBuiltError, consistent_view, current_supply
from tests import builders
from tests.matching.drawn import Draw

pytestmark = pytest.mark.django_db
TODAY = builders.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday())


@pytest.fixture(autouse=True)
def nothing_kept(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    """A process that has loaded nothing yet, on a host without files; a catalogue is never empty."""
    builders.process()
    monkeypatch.setattr(view._Kept, "loaded", None)
    settings.SUPPLY_DIR = str(tmp_path / "supply")


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(doorbells, "ring", heard.append)
    return heard


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The keys of each reading that goes on from something; None would be all."""
    seen: list[Any] = []

    def spying(day: date, catalogue: Any, keys: Any = None) -> Any:
        seen.append(keys)
        return load_tables(day, catalogue, keys)

    monkeypatch.setattr(loaded, "load_tables", spying)
    return seen


def supply_now(day: date = TODAY) -> view.Loaded:
    while number_changes():
        pass
    with consistent_view():
        return current_supply(day)


def forget() -> None:
    """As a process that has just started."""
    view._Kept.loaded = None


def assert_as_read_anew(found: view.Loaded) -> None:
    assert found.supply.digest() == read_supply(found.as_of).digest()


def test_a_process_reads_only_what_changed(reads: list[Any]) -> None:
    first, second = builders.capability().facility, builders.facility()
    before = supply_now()
    assert supply_now() is before
    gone = second.pk
    second.delete()
    Facility.objects.filter(pk=first.pk).update(min_run=7)
    third = builders.facility()
    after = supply_now()
    assert reads == [[first.pk, gone, third.pk]]
    assert after.number == before.number + 1
    assert after.supply.digest() != before.supply.digest()
    assert_as_read_anew(after)


def test_another_process_goes_on_from_the_file(reads: list[Any]) -> None:
    facility = builders.capability().facility
    first = supply_now()
    forget()
    second = supply_now()
    assert not reads
    assert (second.state, second.base.kept) == (first.state, first.base.kept)
    Facility.objects.filter(pk=facility.pk).update(max_run=70)
    assert_as_read_anew(supply_now())
    assert reads == [[facility.pk]]


def test_a_facility_that_leaves_its_network_is_not_ranked_there_any_more() -> None:
    network, other = builders.network(), builders.network()
    facility = builders.facility(networks=(network, other))
    supply_now()
    facility.network_links.get(network=network).delete()
    found = supply_now()
    assert_as_read_anew(found)
    [(_, _), (delta, _)] = found.supply.segments
    assert list(delta.sites.networks.words) == [str(other.pk)]


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_one_after_another_come_to_what_reading_all_anew_gives(seed: int) -> None:
    draw = Draw(seed, TODAY)
    facilities = [draw.facility() for _ in range(12)]
    supply_now()
    for turn in range(6):
        for facility in draw.some(facilities, 3):
            if Facility.objects.filter(pk=facility.pk).exists():
                draw.change(facility)
        facilities.append(draw.facility())
        found = supply_now(TODAY + timedelta(days=2 * turn))
        assert_as_read_anew(found)
        assert found.deltas == turn + 1
    forget()
    again = supply_now(found.as_of)
    assert (again.state, again.deltas) == (found.state, 1)


def test_a_new_catalogue_is_read_anew() -> None:
    builders.capability()
    before = supply_now()
    builders.process("welding")
    after = supply_now()
    assert after.base.kept != before.base.kept
    assert "welding" in after.supply.taxonomy.process_index
    assert_as_read_anew(after)


def test_a_line_of_a_process_that_nobody_numbered_yet() -> None:
    """The view shows both, the newest version only knows of the facility."""
    facility = builders.facility()
    supply_now()
    Facility.objects.filter(pk=facility.pk).update(max_run=70)
    number_changes()
    builders.capability(facility=facility)
    with consistent_view():
        found = current_supply(TODAY)
    assert_as_read_anew(found)


@pytest.mark.parametrize("days", [1, 3, 8])
def test_a_new_day(days: int) -> None:
    then = TODAY + timedelta(days=days)
    paused = builders.facility(operating_state=OperatingState.PAUSED, paused_until=TODAY)
    builders.facility(operating_state=OperatingState.PAUSED, paused_until=then)
    builders.facility(operating_state=OperatingState.PAUSED)
    builders.capability()
    resource = builders.resource()
    for week in range(-1, 3):
        builders.capacity_week(resource=resource, monday=MONDAY + timedelta(weeks=week), free_hours=week + 5)
    today = supply_now()
    found = supply_now(then)
    assert found.as_of == then
    assert found.supply.digest() != today.supply.digest()
    assert paused.pk in found.changed
    assert (resource.facility_id in found.changed) == (TODAY.weekday() + days >= 7)
    assert_as_read_anew(found)
    assert_as_read_anew(supply_now(TODAY))  # whoever asks for the day before gets it


def test_a_day_on_which_nothing_is_different_reads_nothing(reads: list[Any]) -> None:
    builders.capability()
    today = supply_now()
    tomorrow = supply_now(TODAY + timedelta(days=1))
    assert tomorrow.supply.digest() == today.supply.digest()
    assert (tomorrow.as_of, reads) == (TODAY + timedelta(days=1), [[]])


def test_versions_of_another_database_are_not_mistaken_for_ones_own() -> None:
    """After a restore the numbers may come again, for other contents."""
    facility = builders.capability().facility
    number_changes()
    builders.facility()
    supply_now()
    newest = SupplyVersion.objects.latest("number")
    Facility.objects.filter(pk=facility.pk).update(min_run=9)
    SupplyVersion.objects.filter(pk=newest.pk).update(at=newest.at + timedelta(hours=1))
    with consistent_view():
        assert_as_read_anew(current_supply(TODAY))
    SupplyVersion.objects.filter(number__gt=1).delete()
    Facility.objects.filter(pk=facility.pk).update(min_run=8)
    with consistent_view():
        older = current_supply(TODAY)
    assert older.number == 1
    assert_as_read_anew(older)


def test_before_the_first_version_all_is_read_each_time() -> None:
    assert not SupplyVersion.objects.exists()
    for _ in range(2):
        builders.facility()
        with consistent_view():
            found = current_supply(TODAY)
        assert found.number == 0
        assert_as_read_anew(found)


def test_much_behind_a_base_calls_for_a_new_one(monkeypatch: pytest.MonkeyPatch, rings: list[str]) -> None:
    monkeypatch.setattr(loaded, "LEAST_CHANGED", 2)
    builders.facility()
    old = supply_now()
    for _ in range(3):
        assert not rings
        builders.facility()
        worn = supply_now()
    assert rings == [doorbells.BUILD]
    assert worn.base == old.base  # rankings go on meanwhile
    assert build_where_needed(TODAY)
    assert not build_where_needed(TODAY)
    found = supply_now()
    assert found.base != old.base
    assert not found.changed
    assert_as_read_anew(found)


def test_many_deltas_are_made_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded, "MOST_DELTAS", 3)
    facility = builders.facility()
    deltas = []
    for number in range(1, 9):
        Facility.objects.filter(pk=facility.pk).update(max_run=number)
        deltas.append(supply_now().deltas)
    assert deltas == [0, 1, 2, 3, 1, 2, 3, 1]
    assert_as_read_anew(supply_now())


def test_a_base_is_not_gone_on_from_for_ever() -> None:
    builders.facility()
    supply_now()
    assert not build_where_needed(TODAY + timedelta(days=loaded.MOST_DAYS - 1))
    assert build_where_needed(TODAY + timedelta(days=loaded.MOST_DAYS))


def test_a_file_for_the_day_to_come_serves_that_day() -> None:
    tomorrow = TODAY + timedelta(days=1)
    facility = builders.facility(operating_state=OperatingState.PAUSED, paused_until=TODAY)
    today = supply_now()
    with consistent_view():
        build_base(Version.newest(), tomorrow)
    assert_as_read_anew(supply_now())
    assert supply_now().base == today.base
    Facility.objects.filter(pk=facility.pk).update(max_run=9)
    forget()
    found = supply_now(tomorrow)
    assert found.base.kept.state.as_of == tomorrow
    assert_as_read_anew(found)


@pytest.fixture
def large(settings: Any) -> None:
    settings.SUPPLY_BUILT_IN_PLACE = 0


@pytest.mark.usefixtures("large")
def test_a_large_network_is_read_by_a_task_of_its_own(rings: list[str]) -> None:
    builders.facility()
    with pytest.raises(SupplyNotBuiltError):
        supply_now()
    assert rings == [doorbells.BUILD]
    assert build_where_needed(TODAY)
    assert_as_read_anew(supply_now())


@pytest.mark.usefixtures("large")
def test_a_large_network_is_ranked_as_of_yesterday_until_today_is_read(
    monkeypatch: pytest.MonkeyPatch, rings: list[str]
) -> None:
    monkeypatch.setattr(loaded, "MOST_CHANGED", 1)
    facilities = [builders.facility(operating_state=OperatingState.PAUSED, paused_until=TODAY) for _ in range(3)]
    number_changes()
    build_where_needed(TODAY)
    tomorrow = TODAY + timedelta(days=1)
    Facility.objects.filter(pk=facilities[0].pk).update(max_run=9)
    found = supply_now(tomorrow)
    assert (found.as_of, rings) == (TODAY, [doorbells.BUILD])
    assert_as_read_anew(found)
    with pytest.raises(SupplyNotBuiltError):
        supply_now(TODAY + timedelta(days=2))
    assert build_where_needed(tomorrow)
    assert supply_now(tomorrow).as_of == tomorrow
    assert_as_read_anew(supply_now(tomorrow))
