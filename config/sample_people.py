"""Stores the people, organisations and networks of the sample; whoever is there already is left as she is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from apps.accounts.models import Membership, Organisation, OrganisationKind, Role, User
from apps.core.audit import record
from apps.networks.models import Coordinator, Network
from config.sample_cast import ADMINISTRATOR, CAST, CONTACTS, NETWORKS, PASSWORD, STARTUPS, contact_email

REASON = "sample network"


@dataclass(frozen=True)
class Owned:
    """An organisation of the sample, known by the address of its owner."""

    email: str
    owner: str
    name: str
    kind: str
    country: str = ""


@dataclass(frozen=True)
class SamplePeople:
    """Users and organisations by e-mail address, networks by short name, and how many of each are new."""

    users: Mapping[str, User]
    organisations: Mapping[str, Organisation]
    networks: Mapping[str, Network]
    created: int


def store_people(facilities: Sequence[Mapping[str, Any]]) -> SamplePeople:
    owned = [*_network_organisations(), *_startups(), *_operators(facilities)]
    users, new_users = _store_users({one.email: one.owner for one in owned})
    organisations, new_organisations = _store_organisations(owned, users)
    networks, new_networks = _store_networks(users, organisations)
    return SamplePeople(users, organisations, networks, new_users + new_organisations + new_networks)


def _network_organisations() -> Iterable[Owned]:
    return (Owned(one.email, one.coordinator, one.name, OrganisationKind.NETWORK) for one in NETWORKS)


def _startups() -> Iterable[Owned]:
    return (Owned(one.email, one.founder, one.name, OrganisationKind.STARTUP, one.country) for one in STARTUPS)


def _operators(facilities: Sequence[Mapping[str, Any]]) -> Iterable[Owned]:
    for facility in facilities:
        name, country = facility["name"], facility["country"]
        owner = CONTACTS.get(facility["id"], f"Front desk of {name}")
        yield Owned(contact_email(facility["id"]), owner, name, OrganisationKind.PRODUCER, country)


def _store_users(names: Mapping[str, str]) -> tuple[dict[str, User], int]:
    """One hash for all who can sign in, since making it is slow on purpose."""
    wanted = {**names, ADMINISTRATOR.email: ADMINISTRATOR.name}
    found = {user.email: user for user in User.objects.filter(email__in=wanted)}
    missing = [email for email in wanted if email not in found]
    signing_in = {member.email for member in CAST}
    password = make_password(PASSWORD) if signing_in.intersection(missing) else ""
    staff = {one.email for one in NETWORKS} | {ADMINISTRATOR.email}
    new = User.objects.bulk_create(
        User(
            email=email,
            name=wanted[email],
            password=password if email in signing_in else make_password(None),
            is_staff=email in staff,
            is_superuser=email == ADMINISTRATOR.email,
        )
        for email in missing
    )
    return {**found, **{user.email: user for user in new}}, len(new)


def _store_organisations(owned: Sequence[Owned], users: Mapping[str, User]) -> tuple[dict[str, Organisation], int]:
    links = Membership.objects.filter(role=Role.OWNER, user__email__in=[one.email for one in owned])
    found = {link.user.email: link.organisation for link in links.select_related("user", "organisation")}
    missing = [one for one in owned if one.email not in found]
    new = Organisation.objects.bulk_create(
        Organisation(name=one.name, kind=one.kind, country=one.country) for one in missing
    )
    Membership.objects.bulk_create(
        Membership(user=users[one.email], organisation=organisation, role=Role.OWNER)
        for one, organisation in zip(missing, new, strict=True)
    )
    for one, organisation in zip(missing, new, strict=True):
        record("create", organisation, acting_user=None, new={"name": one.name, "kind": one.kind}, reason=REASON)
        found[one.email] = organisation
    return found, len(new)


def _store_networks(
    users: Mapping[str, User], organisations: Mapping[str, Organisation]
) -> tuple[dict[str, Network], int]:
    found = {network.slug: network for network in Network.objects.filter(slug__in=[one.slug for one in NETWORKS])}
    missing = [one for one in NETWORKS if one.slug not in found]
    for one in missing:
        network = Network.objects.create(organisation=organisations[one.email], name=one.name, slug=one.slug)
        Coordinator.objects.create(network=network, user=users[one.email])
        record("create", network, acting_user=None, new={"slug": one.slug, "coordinator": one.email}, reason=REASON)
        found[one.slug] = network
    return found, len(missing)
