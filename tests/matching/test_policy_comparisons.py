"""Comparisons at work: asked for, claimed need by need, killed, broken, finished; the rankings in force untouched."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.core.models import AuditEntry
from apps.matching.models import ComparedNeed, Match, MatchJob, Policy, PolicyComparison, PolicyState, Ranking
from apps.matching.runs import compare_needs, comparisons, drain
from apps.matching.runs.asked import need_as_asked, written_need
from apps.matching.selectors import comparisons_visible_to, summary_of
from apps.matching.services import create_policy_version, request_comparison
from apps.matching.snapshots.view import SupplyNotBuiltError
from apps.matching.tasks import compare_policies
from apps.needs.models import Need
from apps.needs.services import withdraw_need
from tests import builders
from tests.cast import Cast
from tests.matching.world import job, let_time_pass, settle, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db
TODAY = builders.today()


def in_force() -> Policy:
    return Policy.objects.get(network=None, state=PolicyState.PUBLISHED)


def let_leases_end() -> None:
    ComparedNeed.objects.filter(done_at=None).update(run_after="2000-01-01T00:00:00Z")


@pytest.fixture
def needs(cast: Cast) -> list[Need]:
    """Three needs of Lakeside that were ranked over two shops, in that order."""
    process = turning()
    for lon in (-81.7, -122.0):
        turning_shop(process, cast.lakeside, lon=lon)
    settle()
    place = {"ship_to_country": "US", "ship_to_lat": 41.5, "ship_to_lon": -81.7}
    made = []
    for number in range(3):
        made.append(turned_part(process, cast.lakeside, title=f"Need {number}", **place))
        let_time_pass()
        drain(TODAY)
    return made


@pytest.fixture
def ask(cast: Cast) -> Callable[..., PolicyComparison]:
    def ask(**fields: Any) -> PolicyComparison:
        draft = create_policy_version("near", {"weights": {"distance": 1.0}}, network=cast.lakeside, acting_user=None)
        told = {"network": cast.lakeside, "acting_user": cast.carla, **fields}
        return request_comparison(told.pop("before", in_force()), told.pop("after", draft), **told)

    return ask


def summary(comparison: PolicyComparison, cast: Cast) -> Any:
    return summary_of(comparisons_visible_to(cast.carla).get(pk=comparison.pk))


def test_the_last_needs_are_taken_the_latest_first(cast: Cast, needs: list[Need], ask: Any) -> None:
    turned_part(turning_of(needs), cast.lakeside)  # never ranked
    made = ask(last=2)
    assert [row.need for row in made.needs.order_by("pk")] == [needs[2], needs[1]]
    entry = AuditEntry.objects.get(subject_id=made.public_id)
    assert (entry.verb, entry.actor, entry.new["needs"]) == ("request_comparison", cast.carla, 2)


def turning_of(needs: list[Need]) -> Any:
    revision = needs[0].current
    assert revision is not None
    return revision.steps.get().process


def test_progress_is_counted_and_the_end_is_known(cast: Cast, needs: list[Need], ask: Any) -> None:
    made = ask()
    seen = [(summary(made, cast).state, summary(made, cast).done)]
    while True:
        more = compare_needs(TODAY, seconds=0)
        seen.append((summary(made, cast).state, summary(made, cast).done))
        if not more:
            break
    assert seen[:4] == [("waiting", 0), ("running", 1), ("running", 2), ("done", 3)]
    assert set(seen[4:]) <= {("done", 3)}


def test_both_policies_rank_over_one_supply_and_day_and_nothing_in_force_moves(needs: list[Need], ask: Any) -> None:
    before = [list(model._default_manager.order_by("pk").values()) for model in (Ranking, Match, MatchJob)]
    made = ask()
    assert compare_needs(TODAY) is False
    latest = Ranking.objects.latest("pk")
    for row in made.needs.all():
        assert (row.as_of, row.supply_digest, row.supply_version) == (
            TODAY,
            latest.supply_digest,
            latest.supply_version,
        )
        assert row.revision == row.need.current
        assert row.engine_version == latest.engine_version
        published = {match.facility_id: match for match in Match.objects.filter(ranking__need=row.need)}
        assert row.document is not None
        for move in row.document["moves"]:  # the policy in force says what it said when it was published
            match = published[int(move["facility"])]
            assert (move["before"]["label"], move["before"]["score"]) == (match.rank_label, round(match.score, 9))
    assert [list(model._default_manager.order_by("pk").values()) for model in (Ranking, Match, MatchJob)] == before


def test_a_need_that_ended_is_taken_as_of_its_last_ranking(needs: list[Need], ask: Any) -> None:
    withdraw_need(needs[0], reason="done", acting_user=needs[0].created_by)
    made = ask(needs=[needs[0]])
    later = TODAY + timedelta(days=400)
    compare_needs(later)
    assert made.needs.get().as_of == TODAY
    alive = ask(needs=[needs[1]])
    compare_needs(later)
    assert alive.needs.get().as_of == later


def test_a_killed_worker_loses_the_need_at_hand_only(
    cast: Cast, needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask()
    compare_needs(TODAY, seconds=0)
    monkeypatch.setattr(comparisons, "_answer", killed)
    with monkeypatch.context() as patch:
        patch.setattr(comparisons, "_NOTE", "SELECT 1")  # no last word
        with pytest.raises(SystemExit):
            compare_needs(TODAY)
    monkeypatch.undo()
    assert summary(made, cast).done == 1
    assert ComparedNeed.objects.filter(comparison=made, done_at=None, attempts=1).count() == 1
    compare_needs(TODAY)
    assert summary(made, cast).done == 2  # one is still leased
    let_leases_end()
    compare_needs(TODAY)
    assert (summary(made, cast).state, summary(made, cast).done) == ("done", 3)


def killed(*_: Any) -> Any:
    raise SystemExit


def test_what_kills_every_worker_is_given_up_and_the_rest_is_done(
    cast: Cast, needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask()
    row = made.needs.order_by("pk")[0]
    ComparedNeed.objects.filter(pk=row.pk).update(attempts=comparisons.LAST_ATTEMPT)
    compare_needs(TODAY)
    row.refresh_from_db()
    assert (row.given_up, row.last_error, row.done_at) == (True, comparisons.LOST, None)
    assert (summary(made, cast).state, summary(made, cast).done, summary(made, cast).given_up) == ("done", 2, 1)


def test_an_error_is_written_down_and_tried_again_three_times(
    cast: Cast, needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask(needs=[needs[0]])

    def broken(*_: Any) -> Any:
        raise ValueError("sabotaged")

    monkeypatch.setattr(comparisons, "rank", broken)
    for attempt in (1, 2, 3):
        let_leases_end()
        with pytest.raises(ValueError, match="sabotaged"):
            compare_needs(TODAY)
        row = made.needs.get()
        assert (row.attempts, row.given_up) == (attempt, attempt == 3)
        assert "sabotaged" in row.last_error
    let_leases_end()
    assert compare_needs(TODAY) is False
    assert summary(made, cast).state == "done"


def test_an_error_that_passes_leaves_no_trace(needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ask(needs=[needs[0]])
    with monkeypatch.context() as patch:
        patch.setattr(comparisons, "read_questions", killed)
        with pytest.raises(SystemExit):
            compare_needs(TODAY)
    assert made.needs.get().last_error
    let_leases_end()
    compare_needs(TODAY)
    row = made.needs.get()
    assert (row.last_error, row.attempts, row.done_at is not None) == ("", 2, True)


def test_a_broken_supply_is_no_needs_fault(needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ask()
    with monkeypatch.context() as patch:
        patch.setattr(comparisons, "current_supply", killed)
        with pytest.raises(SystemExit):
            compare_needs(TODAY)
    assert set(made.needs.values_list("attempts", "last_error")) == {(0, "")}
    compare_needs(TODAY)
    monkeypatch.setattr(comparisons, "current_supply", killed)
    assert compare_needs(TODAY) is False  # nothing waits, so no supply is read


def test_while_the_supply_is_built_needs_wait(
    cast: Cast, needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(_: Any) -> Any:
        raise SupplyNotBuiltError("a task reads all facilities")

    made = ask()
    with monkeypatch.context() as patch:
        patch.setattr(comparisons, "current_supply", later)
        assert compare_needs(TODAY) is False
    assert set(made.needs.values_list("attempts", "last_error")) == {(0, "")}
    compare_needs(TODAY)
    assert summary(made, cast).done == 3


def test_what_is_leased_is_left_alone_and_whoever_comes_late_changes_nothing(
    needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask(needs=[needs[0]])
    late = comparisons._claim()
    assert late is not None
    assert comparisons._claim() is None
    answer = comparisons._answer(late, TODAY)
    let_leases_end()
    compare_needs(TODAY)
    first = made.needs.get()
    comparisons._store(late, *answer)
    assert ComparedNeed.objects.values().get() == ComparedNeed.objects.filter(pk=first.pk).values().get()
    assert made.needs.get().done_at == first.done_at


def test_the_task_rings_again_while_there_is_more(needs: list[Need], ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("apps.matching.doorbells.ring", rung.append)
    ask()
    assert rung == ["apps.matching.tasks.compare_policies"]
    for more, rings in ((True, 2), (False, 2)):
        monkeypatch.setattr("apps.matching.runs.compare_needs", lambda today, more=more: more)
        compare_policies()
        assert len(rung) == rings
    limits = compare_policies.soft_time_limit or 0, compare_policies.time_limit or 0
    assert 0 < limits[0] < limits[1] <= comparisons.LEASE_SECONDS / 2


def test_who_may_ask_for_what(cast: Cast, needs: list[Need], ask: Any) -> None:
    for stranger in (cast.omar, cast.fay, cast.hank, cast.sam):
        with pytest.raises(NotAllowedError):
            ask(acting_user=stranger)
    with pytest.raises(NotAllowedError):
        ask(network=None)
    assert ask(network=None, acting_user=cast.ada).needs.count() == 3
    assert not PolicyComparison.objects.visible_to(cast.omar).exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"last": 0}, "last"), ({"last": 201}, "last"), ({"first_k": 0}, "first_k"), ({"first_k": 51}, "first_k")],
)
def test_numbers_out_of_range_are_refused(needs: list[Need], ask: Any, fields: Any, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        ask(**fields)
    assert refused.value.field == field


def test_policies_and_needs_that_do_not_belong_are_refused(cast: Cast, needs: list[Need], ask: Any) -> None:
    theirs = builders.policy(network=cast.harbour, state=PolicyState.RETIRED)
    never = turned_part(turning_of(needs), cast.lakeside)
    rival = builders.need(home_network=cast.harbour)
    builders.ranking(need=rival)
    for fields, field in (
        ({"after": in_force()}, "after"),
        ({"after": theirs}, "after"),
        ({"before": theirs}, "before"),
        ({"needs": [never]}, "needs"),
        ({"needs": [needs[0], rival]}, "needs"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            ask(**fields)
        assert refused.value.field == field
    Ranking.objects.filter(need=rival).delete()
    with pytest.raises(DomainError) as none:
        ask(network=cast.harbour, acting_user=cast.omar, after=builders.policy(network=cast.harbour))
    assert none.value.code == "no_needs_yet"


def test_the_database_refuses_to_edit_what_was_asked_or_answered(needs: list[Need], ask: Any) -> None:
    made = ask()
    compare_needs(TODAY)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        PolicyComparison.objects.filter(pk=made.pk).update(first_k=2)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        made.needs.all().update(done_at=timezone.now())


def test_a_draft_is_not_edited_either_and_stays_while_a_comparison_names_it(needs: list[Need], ask: Any) -> None:
    made = ask()
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Policy.objects.filter(pk=made.after_id).update(body={})
    with pytest.raises(ProtectedError), transaction.atomic():
        made.after.delete()


def test_a_need_is_written_to_the_last_digit(needs: list[Need]) -> None:
    ranking = Ranking.objects.filter(need=needs[0]).latest("pk")
    question = comparisons._read(needs[0], TODAY).question
    assert ranking.asked == written_need(question.need)
    assert need_as_asked(ranking.asked) == question.need
    assert job(needs[0]).done == ranking.rev
