"""The life of policies: written once, put in force, taken out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.matching.models import Policy, PolicyState
from apps.networks.models import Network
from matchmaker.policy import Policy as EnginePolicy
from matchmaker.policy import PolicyError

# Whoever names a version waits for whoever names one of the same name, so that no number is taken twice.
NAMING_LOCK = 0x90C1C7  # any number that no other advisory lock here has
BESIDE = ("name", "version")  # of the document: set by the service


@dataclass(frozen=True)
class PolicyFault:
    """`field` is the dotted path of the entry, `rule` what it must be."""

    field: str
    rule: str


def policy_faults(body: Mapping[str, Any]) -> list[PolicyFault]:
    """All that the engine would refuse in a policy document: entry by entry, and if each is sound, the whole."""
    faults = [fault for name, value in body.items() if (fault := _fault({name: value}))]
    whole = None if faults else _fault(body)
    return [whole] if whole else faults


def merged_body(copied: Policy, body: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of another policy with those of `body` in their place; objects such as weights are merged."""
    entries = {name: value for name, value in copied.body.items() if name not in BESIDE}
    for name, value in body.items():
        old = entries.get(name)
        entries[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, Mapping) else value
    return entries


def _fault(body: Mapping[str, Any]) -> PolicyFault | None:
    try:
        EnginePolicy.from_document(body)
    except PolicyError as error:
        return PolicyFault(error.field, error.rule)
    return None


@transaction.atomic
def create_policy_version(
    name: str, body: Mapping[str, Any], *, network: Network | None, acting_user: User | None
) -> Policy:
    """The next version of that name, as a draft. `body` may leave out entries, which then get their defaults.

    Errors: InvalidInputError naming the entry that makes no sense; NotAllowedError where the user may not set the
    network's policies.
    """
    require_keeper(network, acting_user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [NAMING_LOCK, name])
    version = (Policy.objects.filter(name=name).aggregate(last=Max("version"))["last"] or 0) + 1
    try:
        parsed = EnginePolicy.from_document({**body, "name": name, "version": version})
    except PolicyError as error:
        raise InvalidInputError("policy_invalid", str(error), field=f"body.{error.field}") from error
    policy = Policy.objects.create(
        name=name, version=version, network=network, body=parsed.to_document(), digest=parsed.digest
    )
    record("create_policy", policy, acting_user=acting_user, new=_named(policy))
    return policy


@transaction.atomic
def publish_policy(policy: Policy, *, acting_user: User | None) -> Policy:
    """Put a draft in force for its network, in place of the one that was. Every need that it holds for is due again.

    Errors: DomainError `policy_not_draft`, NotAllowedError.
    """
    require_keeper(policy.network, acting_user)
    # Locked without their keys, which rankings that are being published refer to.
    siblings = list(Policy.objects.select_for_update(no_key=True).filter(network=policy.network).order_by("pk"))
    policy = next(row for row in siblings if row.pk == policy.pk)
    _require_state(policy, PolicyState.DRAFT, "policy_not_draft")
    replaced = next((row for row in siblings if row.state == PolicyState.PUBLISHED), None)
    if replaced:
        _move(replaced, PolicyState.RETIRED)
    _move(policy, PolicyState.PUBLISHED)
    old = _named(replaced) if replaced else None
    record("publish_policy", policy, acting_user=acting_user, old=old, new=_named(policy))
    return policy


@transaction.atomic
def retire_policy(policy: Policy, *, acting_user: User | None) -> Policy:
    """Take a network's policy out of force; the common one holds again.

    Errors: DomainError `policy_not_published`, `policy_needed` for the common one, NotAllowedError.
    """
    require_keeper(policy.network, acting_user)
    policy = Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    _require_state(policy, PolicyState.PUBLISHED, "policy_not_published")
    if policy.network_id is None:
        raise DomainError("policy_needed", "Some policy must hold for everybody; publish another one in its place.")
    _move(policy, PolicyState.RETIRED)
    record("retire_policy", policy, acting_user=acting_user, old=_named(policy))
    return policy


@transaction.atomic
def ensure_default_policy() -> Policy:
    """The common policy in force; the engine's defaults where there is none yet. Runs after every migration."""
    in_force = Policy.objects.filter(network=None, state=PolicyState.PUBLISHED).first()
    if in_force:
        return in_force
    default = EnginePolicy.default()
    draft = create_policy_version(default.name, default.to_document(), network=None, acting_user=None)
    return publish_policy(draft, acting_user=None)


def _move(policy: Policy, state: PolicyState) -> None:
    policy.state = state
    policy.save(update_fields=["state", "updated_at"])


def _require_state(policy: Policy, state: PolicyState, code: str) -> None:
    if policy.state != state:
        raise DomainError(code, "That step is not possible from here.", facts={"state": policy.state})


def require_keeper(network: Network | None, user: User | None) -> None:
    """Administrators keep the common policies, coordinators those of their networks; None is the service itself."""
    if user is None or user.is_superuser:
        return
    if network is None or not network.coordinators.filter(user=user).exists():
        raise NotAllowedError("not_a_policy_keeper", "Only its coordinators set the policies of a network.")


def _named(policy: Policy) -> dict[str, Any]:
    return {"name": policy.name, "version": policy.version, "state": policy.state, "digest": policy.digest}
