"""Who a reader of the portal is, and so what the pages show."""

from dataclasses import dataclass

from django.db.models import QuerySet

from apps.accounts.models import ROLES_THAT_WRITE, Membership, Organisation, OrganisationKind, User
from apps.networks.models import Network


@dataclass(frozen=True)
class Reader:
    """One person may be several of these at once; who is none of them belongs nowhere yet."""

    user: User
    startups: tuple[Membership, ...]
    producers: tuple[Membership, ...]
    networks: tuple[Network, ...]

    @property
    def may_post(self) -> bool:
        return any(membership.role in ROLES_THAT_WRITE for membership in self.startups)

    @property
    def is_founder(self) -> bool:
        return bool(self.startups)

    @property
    def belongs_nowhere(self) -> bool:
        return not (self.startups or self.producers or self.networks or self.user.is_superuser)


def reader_of(user: User) -> Reader:
    memberships = tuple(Membership.objects.filter(user=user).select_related("organisation").order_by("id"))
    return Reader(
        user=user,
        startups=_of_kind(memberships, OrganisationKind.STARTUP),
        producers=_of_kind(memberships, OrganisationKind.PRODUCER),
        networks=tuple(Network.objects.coordinated_by(user)),
    )


def organisations_to_post_for(user: User) -> QuerySet[Organisation]:
    """The start-ups for which the user may post a need."""
    return Organisation.objects.filter(
        kind=OrganisationKind.STARTUP, memberships__user=user, memberships__role__in=ROLES_THAT_WRITE
    ).distinct()


def usual_network_of(user: User, networks: QuerySet[Network]) -> Network | None:
    """Where the user's last need went, or the only network there is; nothing is guessed beyond that."""
    last = Network.objects.filter(needs__created_by=user).order_by("-needs__created_at").first()
    return last or (networks[0] if len(networks) == 1 else None)


def _of_kind(memberships: tuple[Membership, ...], kind: str) -> tuple[Membership, ...]:
    return tuple(membership for membership in memberships if membership.organisation.kind == kind)
