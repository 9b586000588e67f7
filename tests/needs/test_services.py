"""Writing needs: revisions, edges, who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.core.models import AuditEntry
from apps.needs.models import NEED_EDGES, Need, NeedRevision, NeedState
from apps.needs.services import change_state, create_need, revise_need, submit_need, withdraw_need
from tests import builders
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def post(cast: Cast, **fields: Any) -> Need:
    return create_need(
        cast.bright_beetle,
        fields.pop("content", None) or builders.need_content(),
        **{"home_network": cast.lakeside, "acting_user": cast.fay, **fields},
    )


def test_a_draft_holds_what_was_said(cast: Cast) -> None:
    steel = builders.material("steel")
    step = builders.step_content(materials=(steel,), tolerance_mm=0.1, envelope_mm=(10.0, 20.0, 30.0))
    iso = builders.certification("iso-9001")
    need = post(cast, content=builders.need_content(title="Bracket", steps=(step,), required_certificates=(iso,)))
    assert need.state == NeedState.DRAFT
    assert need.current is not None
    assert (need.current.number, need.current.title) == (1, "Bracket")
    kept = need.current.steps.get()
    assert (kept.process, kept.envelope_mm, list(kept.materials.all())) == (step.process, (10.0, 20.0, 30.0), [steel])
    assert [(asked.certification, asked.required) for asked in need.current.certificates.all()] == [(iso, True)]


def test_an_edit_adds_a_revision_and_keeps_the_old_one(cast: Cast) -> None:
    need = post(cast, submit=True)
    revise_need(need, builders.need_content(title="Second thought"), acting_user=cast.mo, expected_revision=1)
    need.refresh_from_db()
    assert need.current is not None
    assert (need.current.number, need.current.title) == (2, "Second thought")
    assert NeedRevision.objects.filter(need=need).count() == 2
    verbs = AuditEntry.objects.filter(subject_id=need.public_id).order_by("id").values_list("verb", "actor__name")
    assert list(verbs) == [("create", "Fay"), ("change_state", "Fay"), ("revise", "Mo")]


def test_an_edit_of_an_outdated_revision_is_refused(cast: Cast) -> None:
    need = post(cast)
    revise_need(need, builders.need_content(), acting_user=cast.fay)
    with pytest.raises(DomainError, match="meanwhile"):
        revise_need(need, builders.need_content(), acting_user=cast.fay, expected_revision=1)


def test_a_revision_is_never_rewritten_not_even_by_sql(cast: Cast) -> None:
    need = post(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        NeedRevision.objects.filter(need=need).update(title="something else")


def test_viewers_and_strangers_may_not_write(cast: Cast) -> None:
    for person in (cast.vera, cast.rita, cast.hank, cast.carla, cast.sam):
        with pytest.raises(NotAllowedError):
            post(cast, acting_user=person)
    assert not Need.objects.exists()


def test_only_a_start_up_posts_needs(cast: Cast) -> None:
    producer = cast.quiet_heron.operator
    assert producer is not None
    with pytest.raises(NotAllowedError, match="start-up"):
        create_need(producer, builders.need_content(), home_network=cast.lakeside, acting_user=cast.hank)


def test_the_same_external_id_is_refused_within_an_organisation_only(cast: Cast) -> None:
    post(cast, external_id="N-1")
    with pytest.raises(DomainError, match="already") as refusal:
        post(cast, external_id="N-1")
    assert refusal.value.field == "external_id"
    builders.need(external_id="N-1")


@pytest.mark.parametrize("days", [0, -1])
def test_a_due_date_must_lie_ahead(cast: Cast, days: int) -> None:
    due_on = builders.today() + timedelta(days=days)
    with pytest.raises(InvalidInputError) as refusal:
        post(cast, content=builders.need_content(due_on=due_on))
    assert refusal.value.field == "due_on"


def test_submitting_dates_the_need_and_happens_once(cast: Cast) -> None:
    need = submit_need(post(cast), acting_user=cast.mo)
    assert need.state == NeedState.SUBMITTED
    assert need.submitted_at is not None
    with pytest.raises(DomainError, match="not possible"):
        submit_need(need, acting_user=cast.mo)


def test_a_withdrawn_need_stays_withdrawn(cast: Cast) -> None:
    need = withdraw_need(post(cast, submit=True), acting_user=cast.fay, reason="no money")
    assert AuditEntry.objects.filter(subject_id=need.public_id, reason="no money").exists()
    with pytest.raises(DomainError):
        submit_need(need, acting_user=cast.fay)


def test_a_state_that_somebody_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    seen_by_two = post(cast, submit=True)
    other = Need.objects.get(pk=seen_by_two.pk)
    change_state(other, NeedState.IN_REVIEW, acting_user=cast.carla)
    with pytest.raises(DomainError, match="meanwhile"):
        change_state(seen_by_two, NeedState.WITHDRAWN, acting_user=cast.fay)


@pytest.mark.parametrize("start", NeedState.values)
def test_the_database_follows_the_same_edges(cast: Cast, start: str) -> None:
    need = _need_in(cast, start)
    for end in set(NeedState.values) - {start}:
        with transaction.atomic():
            if (start, end) in NEED_EDGES:
                Need.objects.filter(pk=need.pk).update(state=end, submitted_at=Now())
            else:
                with pytest.raises(DatabaseError), transaction.atomic():
                    Need.objects.filter(pk=need.pk).update(state=end)
            transaction.set_rollback(True)


def _need_in(cast: Cast, state: str) -> Need:
    """Made as a draft and walked along listed edges."""
    need = post(cast, submit=state != NeedState.DRAFT)
    for step in _path_to(state):
        Need.objects.filter(pk=need.pk).update(state=step)
    return need


def _path_to(state: str) -> list[str]:
    paths: dict[str, list[str]] = {"draft": [], "submitted": []}
    queue = ["submitted"]
    while state not in paths:
        here = queue.pop(0)
        for start, end in NEED_EDGES:
            if start == here and end not in paths:
                paths[end] = [*paths[here], end]
                queue.append(end)
    return paths[state]
