"""What makes a need due, whoever writes it and how."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import CustomerKind
from apps.matching.models import MatchJob
from apps.needs.models import Need, NeedState
from apps.needs.services import change_state, revise_need, submit_need, withdraw_need
from tests import builders

pytestmark = pytest.mark.django_db


def job(need: Need) -> MatchJob:
    return MatchJob.objects.get(need=need)


def ranked_now(need: Need) -> MatchJob:
    """As if a worker had answered all that was asked so far."""
    made = job(need)
    builders.ranking(need=need, rev=made.wanted)
    MatchJob.objects.filter(need=need).update(done=made.wanted, dirty_since=None)
    return job(need)


def test_a_draft_has_no_job() -> None:
    assert not MatchJob.objects.filter(need=builders.need(submit=False)).exists()


def test_a_submitted_need_is_due_at_once() -> None:
    need = builders.need()
    made = job(need)
    assert (made.wanted, made.done, made.attempts, made.dead) == (1, None, 0, False)
    assert made.run_after <= timezone.now()


def test_submitting_a_draft_makes_it_due() -> None:
    need = builders.need(submit=False)
    submit_need(need, acting_user=need.created_by)
    assert job(need).wanted == 1


def test_an_edit_asks_again_after_two_seconds() -> None:
    need = builders.need()
    ranked_now(need)
    revise_need(need, builders.need_content(), acting_user=need.created_by)
    made = job(need)
    assert (made.wanted, made.done) == (2, 1)
    assert timedelta(seconds=1) < made.run_after - timezone.now() <= timedelta(seconds=2)


def test_an_edit_before_the_first_ranking_does_not_postpone_it() -> None:
    need = builders.need()
    before = job(need).run_after
    revise_need(need, builders.need_content(), acting_user=need.created_by)
    made = job(need)
    assert (made.wanted, made.run_after) == (2, before)


def test_edits_that_never_stop_are_ranked_after_ten_seconds() -> None:
    need = builders.need()
    ranked_now(need)
    revise_need(need, builders.need_content(), acting_user=need.created_by)
    since = timezone.now() - timedelta(seconds=9)
    MatchJob.objects.filter(need=need).update(dirty_since=since)
    revise_need(need, builders.need_content(), acting_user=need.created_by)
    made = job(need)
    assert made.run_after == since + timedelta(seconds=10)
    assert made.dirty_since == since


def test_raw_sql_bumps_too() -> None:
    need = builders.need()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE needs_need SET home_network_id = %s WHERE id = %s", [builders.network().pk, need.pk])
    assert job(need).wanted == 2


def test_bulk_create_bumps_each_need_once() -> None:
    model = builders.need()
    copies = Need.objects.bulk_create(
        Need(
            organisation=model.organisation,
            home_network=model.home_network,
            created_by=model.created_by,
            state=NeedState.SUBMITTED,
            submitted_at=timezone.now(),
        )
        for _ in range(3)
    )
    assert [job(need).wanted for need in copies] == [1, 1, 1]


def test_an_edit_that_changes_nothing_the_engine_reads_bumps_nothing() -> None:
    need = builders.need()
    Need.objects.filter(pk=need.pk).update(external_id="x", updated_at=timezone.now())
    change_state(need, NeedState.IN_REVIEW, acting_user=None)
    assert job(need).wanted == 1


def test_a_need_that_is_withdrawn_is_parked_and_keeps_its_number() -> None:
    need = builders.need()
    ranked_now(need)
    revise_need(need, builders.need_content(), acting_user=need.created_by)
    withdraw_need(need, acting_user=need.created_by)
    made = job(need)
    assert made.run_after.year == 9000
    assert (made.wanted, made.done, made.dirty_since) == (2, 1, None)


def test_an_expired_need_that_is_opened_again_is_due_again() -> None:
    need = builders.need()
    change_state(need, NeedState.EXPIRED, acting_user=None)
    need.refresh_from_db()
    change_state(need, NeedState.OPEN, acting_user=None)
    made = job(need)
    assert made.wanted == 2
    assert made.run_after <= timezone.now() + timedelta(seconds=2)


def test_partner_networks_bump_when_they_come_and_go() -> None:
    need = builders.need()
    partner = builders.need_partner_network(need=need)
    assert job(need).wanted == 2
    partner.delete()
    assert job(need).wanted == 3


def test_another_kind_of_customer_bumps_its_ranked_needs_only() -> None:
    need, other = builders.need(), builders.need()
    draft = builders.need(submit=False, organisation=need.organisation, acting_user=need.created_by)
    need.organisation.customer_kind = CustomerKind.UNIVERSITY
    need.organisation.save()
    need.organisation.name = "Renamed"
    need.organisation.save()
    assert (job(need).wanted, job(other).wanted) == (2, 1)
    assert not MatchJob.objects.filter(need=draft).exists()


def test_an_edit_revives_a_dead_job_but_keeps_it_out_of_batches() -> None:
    need = builders.need()
    MatchJob.objects.filter(need=need).update(dead=True, attempts=4, last_error="boom")
    revise_need(need, builders.need_content(), acting_user=need.created_by)
    made = job(need)
    assert (made.dead, made.attempts) == (False, 1)
