"""Asking what another policy would change."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError
from apps.matching import doorbells
from apps.matching.models import ComparedNeed, Policy, PolicyComparison
from apps.matching.models.comparison import MOST_FIRST
from apps.matching.services.policies import require_keeper
from apps.needs.models import Need
from apps.networks.models import Network

MOST_NEEDS = 200
LAST_NEEDS = 20


@transaction.atomic
def request_comparison(
    before: Policy,
    after: Policy,
    *,
    network: Network | None,
    acting_user: User | None,
    needs: Sequence[Need] = (),
    last: int = LAST_NEEDS,
    first_k: int = 10,
) -> PolicyComparison:
    """Have both policies rank past needs of the network: those chosen, else the `last` ones that were ranked.

    A worker does it; nothing of it touches the rankings in force. None for the network takes the needs of all, which
    is for administrators. Errors: InvalidInputError naming `before`, `after`, `needs`, `last` or `first_k`; DomainError
    `no_needs_yet` where none was ever ranked; NotAllowedError.
    """
    require_keeper(network, acting_user)
    _require_two(before, after, network, acting_user)
    _require_within("last", last, MOST_NEEDS)
    _require_within("first_k", first_k, MOST_FIRST)
    chosen = _chosen(needs, network) if needs else _last_ranked(network, last)
    if not chosen:
        raise DomainError("no_needs_yet", "No need has been ranked yet, so there is nothing to compare on.")
    comparison = PolicyComparison.objects.create(
        network=network, before=before, after=after, first_k=first_k, asked_by=acting_user
    )
    ComparedNeed.objects.bulk_create(ComparedNeed(comparison=comparison, need_id=key) for key in chosen)
    record("request_comparison", comparison, acting_user=acting_user, new=_named(comparison, len(chosen)))
    doorbells.ring(doorbells.COMPARE)
    return comparison


def _require_two(before: Policy, after: Policy, network: Network | None, user: User | None) -> None:
    if before == after:
        raise InvalidInputError("policy_twice", "These are one and the same policy.", field="after")
    for field, policy in (("before", before), ("after", after)):
        seen = user is None or Policy.objects.visible_to(user).filter(pk=policy.pk).exists()
        holds = network is None or policy.network_id in (None, network.pk)
        if not (seen and holds):
            raise InvalidInputError("unknown_policy", "No policy of this network is this one.", field=field)


def _require_within(field: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise InvalidInputError("out_of_range", f"From 1 to {most}.", field=field)


def _chosen(needs: Sequence[Need], network: Network | None) -> list[int]:
    keys = list(dict.fromkeys(need.pk for need in needs))
    _require_within("needs", len(keys), MOST_NEEDS)
    known = set(_ranked(network).filter(pk__in=keys).values_list("pk", flat=True))
    if set(keys) - known:
        raise InvalidInputError("unknown_need", "Not a need of this network that was ranked.", field="needs")
    return keys


def _last_ranked(network: Network | None, last: int) -> list[int]:
    """The latest ranking first."""
    rows = _ranked(network).annotate(latest=Max("rankings__pk")).order_by("-latest")
    return list(rows.values_list("pk", flat=True)[:last])


def _ranked(network: Network | None) -> Any:
    """Needs that were ranked, so never drafts. Those of the home network alone: a partner network reads a need, but
    its policy does not rank it."""
    needs = Need.objects.filter(rankings__isnull=False, current__isnull=False)
    return (needs if network is None else needs.filter(home_network=network)).distinct()


def _named(comparison: PolicyComparison, needs: int) -> dict[str, Any]:
    network = comparison.network
    return {
        "before": str(comparison.before),
        "after": str(comparison.after),
        "network": network.slug if network else None,
        "needs": needs,
        "first_k": comparison.first_k,
    }
