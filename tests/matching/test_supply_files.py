"""Supply files among processes: one writes, all map; whoever is killed, and whatever is damaged, nobody reads it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.facilities.models import Facility
from apps.matching.runs.changes import number_changes
from apps.matching.snapshots import store, view
from apps.matching.snapshots.building import alone
from apps.matching.snapshots.delta_files import DamagedDeltaError, read_delta
from apps.matching.snapshots.loading import read_supply
from apps.matching.snapshots.store import NotKeptError, kept_bases, remove_old, supply_of
from apps.matching.snapshots.view import SupplyNotBuiltError, consistent_view, current_supply
from tests import builders
from tests.faults.conftest import _address_of_test_database

ROOT = Path(__file__).resolve().parents[2]
TODAY = builders.today()
DAY = 86_400


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    """A host without files; this process has loaded nothing."""
    monkeypatch.setattr(view._Kept, "loaded", None)
    settings.SUPPLY_DIR = str(tmp_path / "supply")
    return tmp_path / "supply"


def supply_now() -> view.Loaded:
    while number_changes():
        pass
    with consistent_view():
        return current_supply(TODAY)


def forget() -> None:
    view._Kept.loaded = None


def changed(facility: Facility, **figures: Any) -> view.Loaded:
    Facility.objects.filter(pk=facility.pk).update(**figures)
    return supply_now()


# ---------------------------------------------------------------- among processes

Start = Callable[[str], "subprocess.Popen[str]"]
PREAMBLE = """
import django, os, signal, sys, time
from datetime import date
django.setup()
from apps.matching.snapshots import store, view
from apps.matching.snapshots.view import consistent_view, current_supply
TODAY = date.fromisoformat(sys.argv[1])
def load():
    with consistent_view():
        return current_supply(TODAY)
"""
SHARES = """
loaded = load()
for array in (loaded.supply.sites.ids.blob, loaded.supply.columns.digests):
    array.sum()
print("loaded", flush=True)
sys.stdin.readline()
sizes = {}
mine = False
for line in open("/proc/self/smaps"):
    first, *rest = line.split()
    if "-" in first and not first.endswith(":"):
        mine = line.rstrip().endswith("base.supply")
    elif mine and rest[0].isdigit():
        sizes[first] = sizes.get(first, 0) + int(rest[0])
print(sizes["Rss:"], sizes["Pss:"], sizes["Private_Dirty:"], sizes.get("Anonymous:", 0), flush=True)
sys.stdin.readline()
"""
DIES_WRITING = """
whole = store.write_supply
def half(supply, path):
    whole(supply, path)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)
store.write_supply = half
load()
"""


@pytest.fixture
def start(host: Path, transactional_db: None) -> Any:
    """Starts a process that runs some lines on the test's database and directory; what is still there is killed."""
    builders.process()
    running: list[subprocess.Popen[str]] = []

    def begin(lines: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", PREAMBLE + lines, TODAY.isoformat()],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": _address_of_test_database(),
                "DJANGO_SETTINGS_MODULE": "config.settings_test",
                "SUPPLY_DIR": str(host),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def said_by(worker: "subprocess.Popen[str]") -> str:
    return worker.stdout.readline() if worker.stdout else ""


def tell(worker: "subprocess.Popen[str]") -> None:
    if worker.stdin:
        worker.stdin.write("\n")
        worker.stdin.flush()


def many_facilities(count: int) -> None:
    operator = builders.facility().operator
    Facility.objects.bulk_create(
        Facility(
            name=f"F{number}", operator=operator, kind="jobshop", lat=number % 90, lon=number % 180, quote_days=number
        )
        for number in range(count)
    )
    while number_changes():
        pass


def test_processes_share_the_pages_of_one_file(start: Start) -> None:
    many_facilities(3_000)
    workers = [start(SHARES) for _ in range(2)]
    for worker in workers:
        assert said_by(worker) == "loaded\n"
    [base] = kept_bases()
    size = (base.directory / store.BASE).stat().st_size / 1024
    for worker in workers:
        tell(worker)
        resident, share, dirty, anonymous = map(int, said_by(worker).split())
        assert resident > 0.9 * size  # the columns are what is mapped
        assert share < 0.7 * resident  # each process accounts for half
        assert dirty == anonymous == 0


def test_many_processes_that_start_at_once_read_all_but_once(start: Start) -> None:
    many_facilities(300)
    workers = [start("print(load().base.kept.directory.name)") for _ in range(4)]
    said = [worker.communicate(timeout=60) for worker in workers]
    assert len({out for out, _ in said}) == 1, said
    assert sum(err.count("supply_built") for _, err in said) == 1


def test_a_process_that_is_killed_while_it_writes_leaves_nothing_to_be_read(start: Start) -> None:
    many_facilities(50)
    victim = start(DIES_WRITING)
    victim.communicate(timeout=60)
    assert victim.returncode == -signal.SIGKILL
    assert [path.name[: len(store.WAITING)] for path in store.root().iterdir() if path.is_dir()] == [store.WAITING]
    assert kept_bases() == []
    found = supply_now()
    assert found.supply.digest() == read_supply(TODAY).digest()
    assert [path for path in store.root().iterdir() if path.is_dir()] == [found.base.kept.directory]


def test_a_mapped_file_may_be_removed_and_written_anew(start: Start) -> None:
    many_facilities(50)
    before = supply_now()
    digest = before.supply.digest()
    store.forget(before.base.kept)
    forget()
    again = supply_now()
    assert again.base.kept.directory.exists()
    assert before.supply.digest() == digest == again.supply.digest()
    assert list(before.supply.sites.ids) == list(again.supply.sites.ids)


# ---------------------------------------------------------------- in one process


@pytest.fixture
def facility(db: None) -> Facility:
    return builders.capability().facility


def flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize("place", [0.0, 0.1, 0.5, 0.9])
def test_a_damaged_base_is_removed_and_written_anew(facility: Facility, place: float) -> None:
    first = supply_now()
    path = first.base.kept.directory / store.BASE
    flip(path, int(place * path.stat().st_size))
    forget()
    second = supply_now()
    assert second.supply.digest() == read_supply(TODAY).digest()
    assert second.base.kept == first.base.kept  # the same state, written again


def test_a_base_that_is_cut_off_is_written_anew(facility: Facility) -> None:
    path = supply_now().base.kept.directory / store.BASE
    path.write_bytes(path.read_bytes()[:-100])
    forget()
    assert supply_now().supply.digest() == read_supply(TODAY).digest()


def test_a_damaged_base_of_a_large_network_calls_for_the_task(facility: Facility, settings: Any) -> None:
    path = supply_now().base.kept.directory / store.BASE
    flip(path, path.stat().st_size // 2)
    forget()
    settings.SUPPLY_BUILT_IN_PLACE = 0
    with pytest.raises(SupplyNotBuiltError):
        supply_now()
    assert kept_bases() == []


def test_who_waits_for_another_builder_in_vain_does_not_build(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "WAIT_SECONDS", 0.1)
    with alone(0) as mine:
        assert mine
        with pytest.raises(SupplyNotBuiltError):
            supply_now()
    assert supply_now().number == 1


def test_each_supply_that_was_used_is_found_again(facility: Facility) -> None:
    used = [supply_now(), *(changed(facility, max_run=number) for number in (3, 4, 5))]
    builders.facility()
    used.append(supply_now())
    facility.delete()
    used.append(supply_now())
    with consistent_view():
        used.append(current_supply(TODAY + timedelta(days=1)))
    builders.process()
    used.append(supply_now())
    forget()
    assert len({loaded.supply.digest() for loaded in used}) == len(used) - 1  # the next day brings nothing new
    for loaded in used:
        kept = supply_of(loaded.number, loaded.as_of, loaded.supply.digest())
        assert kept.digest() == loaded.supply.digest()
        assert kept.taxonomy.digest == loaded.supply.taxonomy.digest


@pytest.mark.parametrize("other", [{"number": 9}, {"as_of": TODAY + timedelta(days=5)}, {"digest": "0" * 64}])
def test_what_was_never_used_is_not_kept(facility: Facility, other: dict[str, Any]) -> None:
    supply_now()
    loaded = changed(facility, max_run=3)
    name: dict[str, Any] = {"number": loaded.number, "as_of": loaded.as_of, "digest": loaded.supply.digest()}
    assert supply_of(**name).digest() == loaded.supply.digest()
    with pytest.raises(NotKeptError):
        supply_of(**(name | other))


def test_a_supply_is_not_kept_whose_base_or_delta_is_damaged_or_gone(facility: Facility) -> None:
    first, second, third = supply_now(), changed(facility, max_run=3), changed(facility, max_run=4)
    deltas = sorted(first.base.kept.directory.glob("*.delta"))
    flip(deltas[0], 100)
    with pytest.raises(DamagedDeltaError):
        read_delta(deltas[0])
    for loaded in (second, third):
        with pytest.raises(NotKeptError):
            supply_of(loaded.number, TODAY, loaded.supply.digest())
    assert supply_of(first.number, TODAY, first.supply.digest()).digest() == first.supply.digest()
    flip(first.base.kept.directory / store.BASE, 10_000)
    with pytest.raises(NotKeptError):
        supply_of(first.number, TODAY, first.supply.digest())


def test_deltas_are_small_and_exact(facility: Facility) -> None:
    first = supply_now()
    gone = builders.facility()
    supply_now()
    number = str(gone.pk)
    gone.delete()
    last = changed(facility, min_run=3)
    *_, path = sorted(first.base.kept.directory.glob("*.delta"))
    delta = read_delta(path)
    assert path.stat().st_size < 8_000
    assert (delta.after, delta.removed) == (last.state, (number,))
    assert delta.changed.sites.ids.tolist() == [str(facility.pk).encode()]
    assert delta.changed.sites.figures.min_run.tolist() == [3.0]


def age(directory: Path, days: float) -> None:
    at = time.time() - days * DAY
    for path in directory.iterdir():
        os.utime(path, (at, at))


def test_bases_are_removed_30_days_after_their_last_use(facility: Facility) -> None:
    old = supply_now()
    changed(facility, max_run=3)
    builders.process()
    used = supply_now()
    builders.process()
    newest = supply_now()
    assert len(kept_bases()) == 3
    age(old.base.kept.directory, 32)
    assert remove_old() == 1
    age(used.base.kept.directory, 32)
    age(newest.base.kept.directory, 32)
    (used.base.kept.directory / store.BASE).touch()
    assert remove_old() == 0  # one was used, the other is the newest
    age(used.base.kept.directory, 30)
    assert remove_old() == 0
    age(used.base.kept.directory, 32)
    assert remove_old() == 1
    assert [base.directory for base in kept_bases()] == [newest.base.kept.directory]


def test_files_of_another_engine_are_left_alone_until_they_are_old(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = supply_now()
    monkeypatch.setattr(store, "FORMAT", 99)
    forget()
    own = supply_now()
    assert kept_bases() == [own.base.kept]
    assert remove_old() == 0
    age(other.base.kept.directory, 32)
    assert remove_old() == 1
    assert not other.base.kept.directory.exists()


def test_strange_directories_are_nobodys_bases(facility: Facility) -> None:
    found = supply_now()
    for name in ("1", "000000000001_20260101_abc_never", "notes", f"{found.base.kept.directory.name}.old"):
        (store.root() / name).mkdir()
    assert kept_bases() == [found.base.kept]
