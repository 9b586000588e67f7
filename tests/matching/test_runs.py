"""From due to published, with the real engine."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from apps.facilities.models import Facility
from apps.matching.models import Match, MatchJob, Policy, PolicyState, Ranking, SupplyVersion
from apps.matching.runs import drain as run_round
from apps.matching.runs.jobs import claims
from apps.matching.runs.publishing import publish
from apps.matching.runs.rounds import SupplyTooOldError, run
from apps.matching.selectors import current_ranking, matches_of, queue_health, ranking_as_published
from apps.matching.snapshots.catalogue import read_catalogue
from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.loading import read_supply
from apps.matching.snapshots.needs import NoPolicyError, NoRevisionError, read_questions
from apps.needs.models import Need
from apps.needs.services import revise_need
from matchmaker.documents import ranking_document
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from matchmaker.taxonomy import Taxonomy
from tests import builders
from tests.matching.world import job, let_time_pass, settle, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db
TODAY = builders.today()


@pytest.fixture
def network() -> Any:
    return builders.network()


@pytest.fixture
def process() -> Any:
    return turning()


def published(need: Need) -> Ranking:
    ranking = current_ranking(need)
    assert ranking is not None
    return ranking


def test_a_submitted_need_gets_the_engines_ranking(process: Any, network: Any) -> None:
    shop = turning_shop(process, network)
    turning_shop(process, builders.network())
    turning_shop(process, network, operating_state="paused")
    settle()
    need = turned_part(process, network)
    assert run_round(TODAY) is False
    ranking = published(need)
    assert (ranking.rev, ranking.revision, ranking.considered, ranking.as_of) == (1, need.current, 2, TODAY)
    [match] = matches_of(ranking)
    assert (match.facility, match.position, match.rank_label) == (shop, 1, "1")
    assert match.tier in (1, 2)
    assert ranking.supply_version == SupplyVersion.objects.latest("number").number
    assert queue_health().sound


def test_what_is_published_is_what_the_engine_said(process: Any, network: Any) -> None:
    for number in range(1, 5):
        turning_shop(process, network, min_run=number * 40)
    need = turned_part(process, network)
    run_round(TODAY)
    ranking = published(need)
    [question] = read_questions([need.pk])
    supply = run_supply()
    said = rank(question.need, supply, question.policy, TODAY)
    assert ranking_as_published(ranking) == ranking_document(said)
    assert (ranking.engine_version, ranking.supply_digest) == (said.engine_version, supply.digest())
    for match, result in zip(matches_of(ranking), said.matches, strict=True):
        stored = (match.facility_id, match.position, match.rank_label, match.tier, match.score, match.low, match.high)
        assert stored == (
            int(result.facility_id),
            result.position,
            result.rank_label,
            result.tier,
            result.score,
            result.low,
            result.high,
        )
        assert (match.coverage, match.confirmed, match.asked) == (result.coverage, result.confirmed, result.asked)


def run_supply() -> Any:
    from_rows = read_facilities(TODAY)
    return Supply.build(from_rows.values(), Taxonomy.build(read_catalogue()))


def test_an_old_ranking_is_read_as_it_was(process: Any, network: Any) -> None:
    shop = turning_shop(process, network)
    need = turned_part(process, network)
    run_round(TODAY)
    first = published(need)
    before = ranking_as_published(first)
    Facility.objects.filter(pk=shop.pk).update(min_run=200, name="Another name")
    revise_need(
        need, builders.need_content(steps=(builders.step_content(process=process),)), acting_user=need.created_by
    )
    run_round(TODAY)
    let_time_pass()
    run_round(TODAY + timedelta(days=1))
    second = published(need)
    assert second.rev > first.rev
    assert ranking_as_published(second) != before
    first.refresh_from_db()
    assert ranking_as_published(first) == before


def test_a_batch_reads_supply_once(process: Any, network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turning_shop(process, network)
    needs = [turned_part(process, network) for _ in range(5)]
    reads: list[Any] = []

    def counting(*arguments: Any) -> Any:
        reads.append(arguments)
        return read_supply(*arguments)

    monkeypatch.setattr("apps.matching.snapshots.building.read_supply", counting)
    run_round(TODAY)
    assert len(reads) == 1
    assert Ranking.objects.filter(need__in=needs).count() == 5
    assert Match.objects.count() == 5


def test_nothing_is_ranked_twice(process: Any, network: Any) -> None:
    turned_part(process, network)
    for _ in range(3):
        run_round(TODAY)
        let_time_pass()
    assert Ranking.objects.count() == 1


def test_one_broken_need_takes_nobody_with_it(process: Any, network: Any) -> None:
    settle()
    good = [turned_part(process, network) for _ in range(3)]
    broken = turned_part(process, network)
    Need.objects.filter(pk=broken.pk).update(current=None)  # as only raw SQL can
    let_time_pass()
    rounds = 0
    while MatchJob.objects.filter(dead=False).exclude(done=F("wanted")).exists():
        rounds += 1
        assert rounds < 10
        let_time_pass()
        try:
            run_round(TODAY)
        except NoRevisionError:
            continue
    assert [job(need).done for need in good] == [1, 1, 1]
    failed = job(broken)
    assert (failed.dead, failed.done) == (True, None)
    assert "has no current revision" in failed.last_error
    assert queue_health().dead == 1


def test_a_broken_supply_is_no_jobs_fault(process: Any, network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    need = turned_part(process, network)

    def broken(*_: Any) -> Any:
        raise KeyError("the catalogue lacks it")

    monkeypatch.setattr("apps.matching.snapshots.loading.read_catalogue", broken)
    with pytest.raises(KeyError):
        run_round(TODAY)
    assert (job(need).attempts, job(need).last_error) == (0, "")


def test_without_a_policy_nothing_is_claimed(process: Any, network: Any) -> None:
    need = turned_part(process, network)
    Policy.objects.update(state=PolicyState.RETIRED)
    let_time_pass()
    with pytest.raises(NoPolicyError):
        run_round(TODAY)
    assert job(need).attempts == 0


def test_nobody_ranks_over_supply_older_than_the_change_that_asked(process: Any, network: Any) -> None:
    need = turned_part(process, network)
    MatchJob.objects.update(supply_version=10**6)
    with pytest.raises(SupplyTooOldError):
        run_round(TODAY)
    assert current_ranking(need) is None


def test_what_there_is_no_time_for_is_given_back(process: Any, network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settle()
    need = turned_part(process, network)
    monkeypatch.setattr("apps.matching.runs.rounds.BATCH_SECONDS", -1)
    [claimed] = claims()
    assert run(claimed, TODAY) == 0
    assert (job(need).attempts, job(need).done) == (0, None)
    monkeypatch.undo()
    run_round(TODAY)
    assert job(need).done == 1


def test_a_long_batch_is_published_in_portions(process: Any, network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        turned_part(process, network)
    portions: list[int] = []

    def counting(answers: Any) -> int:
        portions.append(len(answers))
        return publish(answers)

    monkeypatch.setattr("apps.matching.runs.rounds.publish", counting)
    monkeypatch.setattr("apps.matching.runs.rounds.PUBLISH_SECONDS", -1)
    run_round(TODAY)
    assert portions == [1, 1, 1]
    assert Ranking.objects.count() == 3


def test_a_round_ends_when_its_time_is_over(process: Any, network: Any) -> None:
    turned_part(process, network)
    assert run_round(TODAY, seconds=-1) is True
    assert run_round(TODAY) is False


def test_a_need_that_is_deleted_meanwhile_has_no_answer(process: Any, network: Any) -> None:
    turned_part(process, network)
    kept = turned_part(process, network)
    [claimed] = claims()
    gone = next(work for work in claimed if work.need_id != kept.pk)
    MatchJob.objects.filter(need=gone.need_id).delete()
    assert run(claimed, TODAY) == 1
