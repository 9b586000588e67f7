"""Who plays in the sample network: invented people, start-ups and networks. Everybody's address ends in .example."""

from dataclasses import dataclass

PASSWORD = "matchmaker-demo"  # noqa: S105 - printed by the demo; the loader refuses to run elsewhere


@dataclass(frozen=True)
class CastMember:
    """Somebody who can sign in. `role` begins with what she or he is."""

    email: str
    name: str
    role: str
    organisation: str
    password: str = PASSWORD


@dataclass(frozen=True)
class SampleNetwork:
    """Facilities belong to the network of their country; it is home to the needs to be delivered there."""

    slug: str
    name: str
    countries: tuple[str, ...]
    coordinator: str
    email: str


@dataclass(frozen=True)
class SampleStartup:
    """`needs` are those of the sample that are stored as submitted, so that there is something to look at at once."""

    name: str
    country: str
    founder: str
    email: str
    needs: tuple[str, ...] = ()


NETWORKS = (
    SampleNetwork(
        "north-america", "North American Hardware Network", ("US", "MX"), "Luis Ortega", "luis@na-hardware.example"
    ),
    SampleNetwork("east-africa", "East Africa Makes", ("KE",), "Njeri Mwangi", "njeri@east-africa-makes.example"),
    SampleNetwork("europe", "Delta Maakindustrie", ("NL",), "Saskia de Wit", "saskia@delta-maak.example"),
    SampleNetwork("asia", "Asia Build Exchange", ("CN", "IN"), "Mei Tan", "mei@asia-build.example"),
)
# These sell abroad too, so a second network knows them.
SECOND_NETWORKS: dict[str, tuple[str, ...]] = {
    "F29": ("north-america", "europe"),
    "F31": ("north-america",),
    "F32": ("north-america", "east-africa"),
    "F53": ("east-africa",),
}
STARTUPS = (
    SampleStartup("Shamba Sense", "KE", "Wanjiru Kamau", "wanjiru@shamba-sense.example"),
    SampleStartup("Loupe Robotics", "US", "Dana Whitfield", "dana@loupe-robotics.example", ("N06",)),
    SampleStartup("Nachtlicht Fietsen", "NL", "Bram Visser", "bram@nachtlicht-fietsen.example", ("N02",)),
    SampleStartup("Jua Lantern", "KE", "Baraka Otieno", "baraka@jua-lantern.example", ("N19",)),
    SampleStartup("Threshold Locks", "CN", "Lin Yao", "lin@threshold-locks.example", ("N16",)),
    SampleStartup("Marg Telematics", "IN", "Kavya Rao", "kavya@marg-telematics.example", ("N29",)),
    SampleStartup("Clima Justo", "MX", "Sofia Herrera", "sofia@clima-justo.example", ("N32",)),
)
# The two facilities whose people sign in; everybody else's contact has no password.
CONTACTS = {"F48": "Achieng Odhiambo", "F03": "Priya Natarajan"}
CONTACT_FACILITIES = {"F48": "Nimble Impala Circuits", "F03": "Copper Otter Electronics"}
ADMINISTRATOR = CastMember("admin@matchmaker.example", "Ada Park", "administrator", "the service")


def contact_email(facility_id: str) -> str:
    return f"{facility_id.lower()}@producers.example"


CAST = (
    *(CastMember(one.email, one.founder, f"founder ({one.country})", one.name) for one in STARTUPS[:2]),
    *(
        CastMember(contact_email(facility), name, "facility contact", CONTACT_FACILITIES[facility])
        for facility, name in CONTACTS.items()
    ),
    *(CastMember(one.email, one.coordinator, "coordinator", one.name) for one in NETWORKS),
    ADMINISTRATOR,
)
