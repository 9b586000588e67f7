"""Signing in and out, organisations and their people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from knox.models import get_token_model
from knox.settings import knox_settings

from apps.accounts.models import Membership, Organisation, OrganisationKind, Role, User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError, NotFoundError

# Networks and training providers are set up by the administrator.
REGISTRABLE_KINDS = (OrganisationKind.STARTUP, OrganisationKind.PRODUCER)
ORGANISATION_FIELDS = ("name", "customer_kind", "country", "website")


def sign_in(*, email: str, password: str) -> tuple[User, str, datetime]:
    """The user, a new token (only its digest is stored) and when it ends.

    Errors: NotAllowedError `bad_credentials`, the same for a wrong password, an unknown address and somebody
    switched off. Whoever reaches the limit of tokens loses the oldest one, so that nobody is locked out.
    """
    user = authenticate(username=email.strip().lower(), password=password)
    if not isinstance(user, User):
        raise NotAllowedError("bad_credentials", "The e-mail address or the password is not right.")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        tokens = get_token_model().objects.filter(user=user).order_by("-created")
        keep = knox_settings.TOKEN_LIMIT_PER_USER - 1
        get_token_model().objects.filter(pk__in=[token.pk for token in tokens[keep:]]).delete()
        token, text = get_token_model().objects.create(user=user)
        record("sign_in", user, acting_user=user)
    return user, text, token.expiry


def sign_out(user: User, token: Any) -> None:
    with transaction.atomic():
        token.delete()
        record("sign_out", user, acting_user=user)


@transaction.atomic
def register_organisation(
    *, name: str, kind: str, acting_user: User, customer_kind: str = "startup", country: str = "", website: str = ""
) -> Organisation:
    """The one who registers it owns it."""
    if kind not in REGISTRABLE_KINDS:
        raise InvalidInputError("kind_not_registrable", "Register a start-up or a producer.", field="kind")
    organisation = Organisation.objects.create(
        name=name, kind=kind, customer_kind=customer_kind, country=country, website=website
    )
    Membership.objects.create(user=acting_user, organisation=organisation, role=Role.OWNER)
    record("create", organisation, acting_user=acting_user, new={"name": name, "kind": kind})
    return organisation


@transaction.atomic
def change_organisation(organisation: Organisation, changes: Mapping[str, Any], *, acting_user: User) -> Organisation:
    """`changes` may hold any of ORGANISATION_FIELDS."""
    organisation = _locked(organisation)
    _require_owner(organisation, acting_user)
    old = {name: str(getattr(organisation, name)) for name in changes}
    for name in changes:
        setattr(organisation, name, changes[name])
    organisation.save(update_fields=[*changes, "updated_at"])
    new = {name: str(value) for name, value in changes.items()}
    record("change", organisation, acting_user=acting_user, old=old, new=new)
    return organisation


@transaction.atomic
def add_member(organisation: Organisation, *, user_id: UUID, role: str, acting_user: User) -> Membership:
    """By the id that the person reads under her own account and hands over: nobody can look addresses up."""
    organisation = _locked(organisation)
    _require_owner(organisation, acting_user)
    user = User.objects.filter(public_id=user_id, is_active=True).first()
    if user is None:
        raise InvalidInputError("unknown_user", "Nobody has this id.", field="user")
    try:
        with transaction.atomic():
            membership = Membership.objects.create(user=user, organisation=organisation, role=role)
    except IntegrityError as error:
        raise DomainError("member_already", "She or he is in already.", field="user") from error
    new = {"user": str(user.public_id), "role": role}
    record("add_member", organisation, acting_user=acting_user, new=new)
    return membership


@transaction.atomic
def change_role(organisation: Organisation, *, user_id: UUID, role: str, acting_user: User) -> Membership:
    organisation = _locked(organisation)
    _require_owner(organisation, acting_user)
    membership = _membership(organisation, user_id)
    before = membership.role
    membership.role = role
    membership.save(update_fields=["role", "updated_at"])
    _require_an_owner_left(organisation)
    who = str(user_id)
    record(
        "change_role",
        organisation,
        acting_user=acting_user,
        old={"user": who, "role": before},
        new={"user": who, "role": role},
    )
    return membership


@transaction.atomic
def remove_member(organisation: Organisation, *, user_id: UUID, acting_user: User) -> None:
    organisation = _locked(organisation)
    _require_owner(organisation, acting_user)
    membership = _membership(organisation, user_id)
    old = {"user": str(user_id), "role": membership.role}
    membership.delete()
    _require_an_owner_left(organisation)
    record("remove_member", organisation, acting_user=acting_user, old=old)


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _membership(organisation: Organisation, user_id: UUID) -> Membership:
    membership = organisation.memberships.select_related("user").filter(user__public_id=user_id).first()
    if membership is None:
        raise NotFoundError("member_not_found", "There is no such member.")
    return membership


def _require_owner(organisation: Organisation, user: User) -> None:
    if user.is_superuser:
        return
    if not organisation.memberships.filter(user=user, role=Role.OWNER).exists():
        raise NotAllowedError("not_an_owner", "Only an owner of the organisation may do that.")


def _require_an_owner_left(organisation: Organisation) -> None:
    if not organisation.memberships.filter(role=Role.OWNER).exists():
        raise DomainError("last_owner", "An organisation keeps at least one owner.")
