"""The supply as documents for the command line, and files built on demand."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.facilities.models import Facility
from apps.matching.models import Ranking
from apps.matching.runs import drain
from apps.matching.runs.changes import number_changes
from apps.matching.snapshots import view
from apps.matching.snapshots.loading import read_supply
from apps.matching.snapshots.store import kept_bases, supply_of
from matchmaker.documents import catalogue_from_document
from matchmaker.inputs import read_supply as read_document
from matchmaker.supply import Supply
from matchmaker.taxonomy import Taxonomy
from tests import builders
from tests.matching.world import let_time_pass, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db
TODAY = builders.today()


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(view._Kept, "loaded", None)
    settings.SUPPLY_DIR = str(tmp_path / "supply")


def test_the_exported_documents_are_the_supply(tmp_path: Path) -> None:
    process, network = turning(), builders.network()
    for number in range(3):
        turning_shop(process, network, lat=41.5 + number)
    builders.capacity_week(free_hours=15)  # a quarter of its 60: documents round to nine decimals
    paused = builders.facility(operating_state="paused", paused_until=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    call_command("export_supply", tmp_path / "out", "--as-of", tomorrow.isoformat())
    taxonomy = Taxonomy.build(catalogue_from_document(json.loads((tmp_path / "out" / "catalogue.json").read_text())))
    document = read_document("supply.json", (tmp_path / "out" / "supply.json").read_text(), taxonomy)
    assert document.as_of == tomorrow
    assert str(paused.pk) in {facility.id for facility in document.facilities}
    assert Supply.build(document.facilities, taxonomy).digest() == read_supply(tomorrow).digest()


def test_no_facility_is_an_empty_list(tmp_path: Path) -> None:
    builders.process()
    call_command("export_supply", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "supply.json").read_text()) == {"as_of": str(TODAY), "facilities": []}


def test_the_command_builds_a_file_where_none_serves(capsys: pytest.CaptureFixture[str]) -> None:
    builders.facility()
    builders.process()
    number_changes()
    for _ in range(2):
        call_command("build_supply")
    assert capsys.readouterr().out.splitlines() == ["written", "nothing to do"]
    [base] = kept_bases()
    assert (base.state.number, base.state.as_of) == (1, TODAY)


def rankings_over(days: list[date]) -> list[Ranking]:
    """What is due on each of the days, ranked as a worker does, with an edit of the supply before each."""
    process, network = turning(), builders.network()
    shop = turning_shop(process, network)
    need = turned_part(process, network)
    for number, day in enumerate(days):
        Facility.objects.filter(pk=shop.pk).update(max_run=500 + number)
        let_time_pass()
        drain(day)
        let_time_pass()
        drain(day)
    return list(need.rankings.order_by("rev"))


def test_each_ranking_is_over_the_supply_of_its_moment_and_that_is_kept() -> None:
    """Through edits and a midnight; each ranking shows the change that asked for it."""
    rankings = rankings_over([TODAY, TODAY, TODAY + timedelta(days=1)])
    assert [ranking.as_of for ranking in rankings] == [TODAY, TODAY, TODAY + timedelta(days=1)]
    assert len({ranking.supply_digest for ranking in rankings}) == 3
    for ranking in rankings:
        kept = supply_of(ranking.supply_version, ranking.as_of, ranking.supply_digest)
        assert kept.digest() == ranking.supply_digest
    assert rankings[-1].supply_digest == read_supply(TODAY + timedelta(days=1)).digest()
