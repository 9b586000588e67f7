"""Two listings of one place: found, dismissed, merged into one and split again. Never without a coordinator's word.

What becomes of claims: the claimed listing survives. Two that are claimed are merged only where one organisation runs
both; a claim that waits for an answer on the one that goes is answered first. No claim moves, so none has to come back.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.ledger import lock_resources
from apps.facilities.models import ClaimState, Facility, Merge, OperatingState, Resource, TwinPair
from apps.facilities.selectors.capacity import coordinates
from apps.facilities.selectors.twin_search import likely_twins
from apps.facilities.selectors.twins import compare_twins
from apps.facilities.services import merging
from apps.facilities.services.exceptions import follow_exceptions
from apps.networks.models import Network

STATE = ("operating_state", "paused_until", "profile_public")


@transaction.atomic
def find_twins(network: Network) -> int:
    """Look for likely twins among all facilities of a network; returns how many pairs there are.

    A pair that was dismissed stays, and stays dismissed until facts of either change. Pairs of which nothing is left
    and that nobody has decided about go.
    """
    list(Network.objects.filter(pk=network.pk).select_for_update())  # one search of a network at a time
    found = likely_twins(network.pk)
    now = timezone.now()
    TwinPair.objects.bulk_create(
        [
            TwinPair(
                network=network,
                first_id=one.first,
                second_id=one.second,
                score=one.score,
                reasons=list(one.reasons),
                facts=one.facts,
                updated_at=now,
            )
            for one in found
        ],
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["network", "score", "reasons", "facts", "updated_at"],
        batch_size=1_000,
    )
    standing = {(one.first, one.second) for one in found}
    undecided = TwinPair.objects.filter(network=network, dismissed_facts="")
    gone = [
        key
        for key, first, second in undecided.values_list("pk", "first_id", "second_id")
        if (first, second) not in standing
    ]
    TwinPair.objects.filter(pk__in=gone).delete()
    return len(found)


@transaction.atomic
def dismiss_twins(pair: TwinPair, *, acting_user: User, reason: str = "") -> TwinPair:
    """They are two places. Holds until something that was compared changes. Errors: NotAllowedError."""
    pair = TwinPair.objects.select_for_update(of=("self",)).select_related("first", "second").get(pk=pair.pk)
    _require_coordinator(acting_user, pair.first, pair.second)
    if pair.is_dismissed:
        return pair
    pair.dismissed_facts, pair.dismissed_by, pair.dismissed_at = pair.facts, acting_user, timezone.now()
    pair.reason = reason.strip()
    pair.save()
    new = {"first": str(pair.first.public_id), "second": str(pair.second.public_id), "score": pair.score}
    record("dismiss_twins", pair, acting_user=acting_user, new=new, reason=reason)
    return pair


@transaction.atomic
def merge_facilities(
    survivor: Facility,
    merged: Facility,
    *,
    acting_user: User,
    take: Iterable[str] | None = None,
    stay: Collection[str] = (),
    reason: str = "",
) -> Merge:
    """From now on `survivor` stands for both. `take` names the fields in which the other is right (None: those that the
    survivor has not stated), `stay` the ids of parts that do not go over; parts of which the survivor has one stay.

    Holds follow their resource, or go over to the survivor's of the same kind and name.
    Errors: NotAllowedError; InvalidInputError `same_facility`, `unknown_field`, `unknown_part`, `rule_broken`;
    DomainError `facility_merged`, `listing_removed`, `claim_pending`, `survivor_unclaimed`, `two_operators`,
    `holds_follow`, `capacity_taken`, `already_held`.
    """
    if survivor.pk == merged.pk:
        raise InvalidInputError("same_facility", "That is one listing.", field="merged")
    survivor, merged = _locked(survivor.pk, merged.pk)
    _require_coordinator(acting_user, survivor, merged)
    _require_mergeable(survivor, merged)
    journal: merging.Journal = {"moved": [], "holds": [], "fields": [], "statements": [], "networks": []}
    journal["state"] = merging.as_json({name: getattr(merged, name) for name in STATE})
    chosen = [one.field for one in compare_twins(survivor, merged).fields if one.taken] if take is None else list(take)
    merging.take_fields(survivor, merged, chosen, journal)
    merging.note_last_offered(survivor, merged, journal)
    merging.join_networks(survivor, merged, journal)
    merging.move_parts(survivor, merged, stay, journal)
    _close(merged, survivor)
    follow_exceptions([survivor.pk, merged.pk])
    merge = Merge.objects.create(
        survivor=survivor, merged=merged, merged_by=acting_user, reason=reason.strip(), journal=journal
    )
    _record("merge", merge, acting_user, reason, {"take": chosen, "stay": sorted(stay)})
    return merge


@transaction.atomic
def split_facilities(merge: Merge, *, acting_user: User, reason: str) -> Merge:
    """Take a merge back: everything goes where it was, but for what people have changed since, which `left` lists.

    Errors: NotAllowedError, InvalidInputError `reason_missing`, DomainError `split_already`, `survivor_merged` where
    the survivor was merged into a third one since, which is split first.
    """
    if not reason.strip():
        raise InvalidInputError("reason_missing", "Say why.", field="reason")
    survivor, merged = _locked(merge.survivor_id, merge.merged_id)
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    _require_coordinator(acting_user, survivor, merged)
    if merge.split_at is not None:
        raise DomainError("split_already", "They are two already.")
    if survivor.merged_into_id is not None:
        raise DomainError("survivor_merged", "The survivor was merged into a third listing since: split that first.")
    merge.left = _undo(survivor, merged, merge)
    merge.split_at, merge.split_by, merge.split_reason = timezone.now(), acting_user, reason.strip()
    merge.save()
    _record("split", merge, acting_user, reason, {"left": merge.left})
    return merge


def _undo(survivor: Facility, merged: Facility, merge: Merge) -> list[dict[str, Any]]:
    """In the other order. The place is at work again before it gets its holds back: a merged one takes none."""
    journal = merge.journal
    left = _reopen(merged, journal["state"])
    left += merging.holds_back(journal)
    left += merging.move_back(journal, merge.created_at)
    merging.leave_networks(survivor, journal)
    left += merging.fields_back(survivor, journal)
    follow_exceptions([survivor.pk, merged.pk])
    return left


def _locked(survivor: int, merged: int) -> tuple[Facility, Facility]:
    """Both, and all their resources, each kind in the order of the keys: two coordinators that merge crosswise wait
    for each other, and the later one finds what the earlier one did."""
    keys = [survivor, merged]
    rows = {one.pk: one for one in Facility.objects.filter(pk__in=keys).order_by("pk").select_for_update()}
    lock_resources(Resource.objects.filter(facility__in=keys).values_list("pk", flat=True))
    return rows[survivor], rows[merged]


def _require_coordinator(user: User, *facilities: Facility) -> None:
    if not all(coordinates(user, facility) for facility in facilities):
        raise NotAllowedError("not_a_coordinator", "A coordinator of both places decides whether they are one.")


def _require_mergeable(survivor: Facility, merged: Facility) -> None:
    for field, facility in (("survivor", survivor), ("merged", merged)):
        if facility.merged_into_id is not None:
            raise DomainError("facility_merged", "It is merged into another listing already.", field=field)
        if facility.removed_at is not None:
            raise DomainError("listing_removed", "The listing was removed at its owner's request.", field=field)
    if merged.claim_state == ClaimState.CLAIM_PENDING:
        raise DomainError("claim_pending", "Somebody has claimed it; decide about that first.", field="merged")
    if merged.claim_state != ClaimState.CLAIMED:
        return
    if survivor.claim_state != ClaimState.CLAIMED:
        raise DomainError("survivor_unclaimed", "The claimed listing is the one that stays.", field="survivor")
    if survivor.operator_id != merged.operator_id:
        raise DomainError("two_operators", "Two organisations run them; revoke one claim first.", field="merged")


def _close(merged: Facility, survivor: Facility) -> None:
    merged.merged_into = survivor
    merged.operating_state, merged.paused_until, merged.profile_public = OperatingState.CLOSED, None, False
    merged.save(update_fields=["merged_into", *STATE, "updated_at"])


def _reopen(merged: Facility, state: dict[str, Any]) -> list[dict[str, Any]]:
    """As it was before; a listing that its owner had removed meanwhile stays closed and hidden."""
    merged.merged_into = None
    if merged.removed_at is not None:
        merged.save(update_fields=["merged_into", "updated_at"])
        return [{"what": "field", "name": "operating_state", "why": "listing_removed"}]
    if state["operating_state"] != OperatingState.CLOSED:
        merged.operating_state = OperatingState.ACTIVE  # from closed there is no other way
    merged.save(update_fields=["merged_into", "operating_state", "updated_at"])
    for name in STATE:
        setattr(merged, name, Facility._meta.get_field(name).to_python(state[name]))  # type: ignore[union-attr]
    merged.save(update_fields=[*STATE, "updated_at"])
    return []


def _record(verb: str, merge: Merge, user: User, reason: str, more: dict[str, Any]) -> None:
    """In the trail of either place."""
    names = {"survivor": str(merge.survivor.public_id), "merged": str(merge.merged.public_id)}
    for facility in (merge.survivor, merge.merged):
        told = {**names, "merge": str(merge.public_id), **more}
        record(f"{verb}_facilities", facility, acting_user=user, new=told, reason=reason)
