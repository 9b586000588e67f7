"""Policies: who may, what is refused, what is never changed, and which one holds."""

import pytest
from django.db import ProgrammingError, transaction

from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.core.models import AuditEntry
from apps.matching.models import MatchJob, Policy, PolicyState
from apps.matching.services import create_policy_version, ensure_default_policy, publish_policy, retire_policy
from apps.matching.snapshots.needs import NoPolicyError, read_questions
from apps.needs.models import Need
from matchmaker.policy import Policy as EnginePolicy
from tests import builders
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def in_force() -> Policy:
    return Policy.objects.get(network=None, state=PolicyState.PUBLISHED)


def policy_of(need: Need) -> int:
    return read_questions([need.pk])[0].policy_id


def test_migrating_puts_the_engines_defaults_in_force() -> None:
    policy = in_force()
    assert EnginePolicy.from_document(policy.body) == EnginePolicy.default()
    assert policy.digest == EnginePolicy.default().digest
    assert ensure_default_policy() == policy
    assert Policy.objects.count() == 1


def test_versions_of_a_name_are_counted_and_carry_their_number() -> None:
    draft = create_policy_version("standard", {"alpha": 0.5}, network=None, acting_user=None)
    assert (draft.version, draft.state, draft.body["alpha"]) == (2, "draft", 0.5)
    parsed = EnginePolicy.from_document(draft.body)
    assert (parsed.name, parsed.version, parsed.digest) == ("standard", 2, draft.digest)
    assert parsed.weights == EnginePolicy.default().weights


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"alpha": 2}, "body.alpha"),
        ({"weights": {"capacity": -1}}, "body.weights.capacity"),
        ({"beauty": 1}, "body.beauty"),
        ({"quote_days": [5, 1]}, "body.quote_days"),
    ],
)
def test_nonsense_is_refused_by_name(body: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        create_policy_version("standard", body, network=None, acting_user=None)
    assert refused.value.field == field


def test_publishing_replaces_what_was_in_force() -> None:
    before = in_force()
    draft = create_policy_version("standard", {"alpha": 0.5}, network=None, acting_user=None)
    publish_policy(draft, acting_user=None)
    before.refresh_from_db()
    assert before.state == PolicyState.RETIRED
    assert in_force() == draft


def test_only_a_draft_is_published_and_only_once() -> None:
    with pytest.raises(DomainError, match="not possible"):
        publish_policy(in_force(), acting_user=None)


def test_a_network_has_its_own_policy_until_it_is_retired(cast: Cast) -> None:
    lakeside, harbour = (builders.need(home_network=network) for network in (cast.lakeside, cast.harbour))
    own = create_policy_version("lakeside", {}, network=cast.lakeside, acting_user=cast.carla)
    publish_policy(own, acting_user=cast.carla)
    assert (policy_of(lakeside), policy_of(harbour)) == (own.pk, in_force().pk)
    retire_policy(own, acting_user=cast.carla)
    assert policy_of(lakeside) == in_force().pk


def test_a_change_of_policy_makes_the_needs_due_that_it_may_hold_for(cast: Cast) -> None:
    lakeside, harbour = (builders.need(home_network=network) for network in (cast.lakeside, cast.harbour))

    def wanted() -> tuple[int, int]:
        return MatchJob.objects.get(need=lakeside).wanted, MatchJob.objects.get(need=harbour).wanted

    own = create_policy_version("lakeside", {}, network=cast.lakeside, acting_user=cast.carla)
    assert wanted() == (1, 1)
    publish_policy(own, acting_user=cast.carla)
    assert wanted() == (2, 1)
    retire_policy(own, acting_user=cast.carla)
    assert wanted() == (3, 1)
    publish_policy(create_policy_version("standard", {}, network=None, acting_user=cast.ada), acting_user=cast.ada)
    assert min(wanted()) > 1


def test_the_common_policy_is_replaced_but_never_taken_away() -> None:
    with pytest.raises(DomainError) as refused:
        retire_policy(in_force(), acting_user=None)
    assert refused.value.code == "policy_needed"


def test_a_need_without_any_policy_says_so() -> None:
    need = builders.need()
    Policy.objects.filter(pk=in_force().pk).update(state=PolicyState.RETIRED)
    with pytest.raises(NoPolicyError):
        read_questions([need.pk])


def test_coordinators_keep_their_networks_policies_only(cast: Cast) -> None:
    draft = create_policy_version("lakeside", {}, network=cast.lakeside, acting_user=cast.carla)
    for stranger in (cast.omar, cast.fay, cast.hank, cast.sam):
        with pytest.raises(NotAllowedError):
            create_policy_version("mine", {}, network=cast.lakeside, acting_user=stranger)
        with pytest.raises(NotAllowedError):
            publish_policy(draft, acting_user=stranger)
    with pytest.raises(NotAllowedError):
        create_policy_version("mine", {}, network=None, acting_user=cast.carla)
    publish_policy(draft, acting_user=cast.ada)
    with pytest.raises(NotAllowedError):
        retire_policy(draft, acting_user=cast.omar)


def test_each_step_is_audited(cast: Cast) -> None:
    draft = create_policy_version("lakeside", {}, network=cast.lakeside, acting_user=cast.carla)
    publish_policy(draft, acting_user=cast.carla)
    retire_policy(draft, acting_user=cast.carla)
    verbs = AuditEntry.objects.filter(subject_id=draft.public_id, actor=cast.carla).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["create_policy", "publish_policy", "retire_policy"]


@pytest.mark.parametrize("edit", [{"body": {}}, {"version": 9}, {"name": "other"}, {"digest": "1" * 64}], ids=str)
def test_the_database_refuses_to_edit_what_was_published(edit: dict[str, object]) -> None:
    policy = in_force()
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(**edit)


@pytest.mark.parametrize(
    ("before", "after"), [("published", "draft"), ("retired", "published"), ("retired", "draft"), ("draft", "retired")]
)
def test_the_database_refuses_other_steps(before: str, after: str) -> None:
    policy = in_force()
    if before == "draft":
        policy = create_policy_version("standard", {}, network=None, acting_user=None)
    if before == "retired":
        Policy.objects.filter(pk=policy.pk).update(state="retired")
    with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(state=after)


def test_only_a_draft_can_be_deleted() -> None:
    create_policy_version("standard", {}, network=None, acting_user=None).delete()
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        in_force().delete()
