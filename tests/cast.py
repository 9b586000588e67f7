"""The named cast of the journeys: two networks, two start-ups, two facilities, and who acts for them.

Lakeside network: Carla coordinates it. Bright Beetle (a start-up: Fay owns it, Mo is a member, Vera a viewer) and the
                  facility Quiet Heron Circuits (Hank's) are in it.
Harbour network:  Omar coordinates it. Rival Rocket (Rita's start-up) and the facility Iron Finch Works (Ines's).
Ada administers the service. Sam signed in and belongs nowhere.
"""

from dataclasses import dataclass

from apps.accounts.models import Organisation, OrganisationKind, Role, User
from apps.catalog.models import FacilityKind
from apps.facilities.models import Facility
from apps.networks.models import Network
from tests import builders


@dataclass(frozen=True)
class Cast:
    lakeside: Network
    harbour: Network
    bright_beetle: Organisation
    rival_rocket: Organisation
    quiet_heron: Facility
    iron_finch: Facility
    fay: User  # founder, owner of Bright Beetle
    mo: User  # member of Bright Beetle
    vera: User  # viewer at Bright Beetle
    rita: User  # founder, owner of Rival Rocket
    hank: User  # contact of Quiet Heron Circuits
    ines: User  # contact of Iron Finch Works
    carla: User  # coordinates Lakeside
    omar: User  # coordinates Harbour
    ada: User  # administrator
    sam: User  # stranger

    @property
    def everybody(self) -> tuple[User, ...]:
        return (
            self.fay, self.mo, self.vera, self.rita, self.hank, self.ines, self.carla, self.omar, self.ada, self.sam
        )  # fmt: skip


def assemble() -> Cast:
    people = {
        name: builders.user(f"{name}@example.org", name=name.capitalize())
        for name in ("fay", "mo", "vera", "rita", "hank", "ines", "sam")
    }
    carla, omar = (
        builders.user(f"{name}@example.org", name=name.capitalize(), is_staff=True) for name in ("carla", "omar")
    )
    ada = builders.user("ada@example.org", name="Ada", is_staff=True, is_superuser=True)
    lakeside = builders.network(name="Lakeside Makers", slug="lakeside")
    harbour = builders.network(name="Harbour Industry", slug="harbour")
    builders.coordinator(user=carla, network=lakeside)
    builders.coordinator(user=omar, network=harbour)
    bright_beetle = _organisation("Bright Beetle", OrganisationKind.STARTUP, people["fay"])
    builders.membership(user=people["mo"], organisation=bright_beetle, role=Role.MEMBER)
    builders.membership(user=people["vera"], organisation=bright_beetle, role=Role.VIEWER)
    rival_rocket = _organisation("Rival Rocket", OrganisationKind.STARTUP, people["rita"])
    heron_operator = _organisation("Heron Electronics Ltd", OrganisationKind.PRODUCER, people["hank"])
    finch_operator = _organisation("Finch Metal Ltd", OrganisationKind.PRODUCER, people["ines"])
    quiet_heron = builders.facility(
        name="Quiet Heron Circuits",
        operator=heron_operator,
        kind=FacilityKind.CONTRACT_MANUFACTURER,
        networks=(lakeside,),
        city="Cleveland",
        country="US",
        lat=41.4993,
        lon=-81.6944,
    )
    iron_finch = builders.facility(
        name="Iron Finch Works",
        operator=finch_operator,
        networks=(harbour,),
        city="Rotterdam",
        country="NL",
        lat=51.9244,
        lon=4.4777,
    )
    return Cast(
        lakeside=lakeside,
        harbour=harbour,
        bright_beetle=bright_beetle,
        rival_rocket=rival_rocket,
        quiet_heron=quiet_heron,
        iron_finch=iron_finch,
        carla=carla,
        omar=omar,
        ada=ada,
        **people,
    )


def _organisation(name: str, kind: str, owner: User) -> Organisation:
    made = builders.organisation(name=name, kind=kind)
    builders.membership(user=owner, organisation=made, role=Role.OWNER)
    return made
