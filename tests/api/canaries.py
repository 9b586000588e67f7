"""A world in which every confidential field holds something that stands nowhere else, and who may read which."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from apps.accounts.models import Organisation, User
from apps.catalog.models import Process
from apps.exchange.files import EXPORT_NAMES
from apps.exchange.models import ImportBatch, UnmappedTerm
from apps.facilities.models import Facility, Merge, Resource, TwinPair
from apps.facilities.selectors import StaleField
from apps.facilities.selectors.history import KINDS
from apps.matching.models import PolicyComparison
from apps.matching.runs import compare_needs, drain
from apps.needs.models import Need
from apps.networks.models import Network
from tests import builders
from tests.api.world import World, new_need, step
from tests.matching.world import let_time_pass, settle


@dataclass
class Canaries:
    """Tokens by group; `objects` are the ids to walk, by the word that stands before them in an address."""

    world: World
    tokens: dict[str, set[str]] = field(default_factory=dict)
    objects: dict[str, list[str]] = field(default_factory=dict)

    def text(self, group: str, name: str) -> str:
        token = f"Canary-{group}-{name}".replace("_", "-").replace(" ", "-")
        self.tokens.setdefault(group, set()).add(token)
        return token

    def number(self, group: str, value: float) -> float:
        self.tokens.setdefault(group, set()).add(str(value))
        return value

    def seen_in(self, text: str) -> set[str]:
        """The groups of which a token stands in the text."""
        return {group for group, tokens in self.tokens.items() if any(token in text for token in tokens)}


# Which groups each of the cast may read, whatever the route. Everything else is a leak.
MAY_READ: dict[str, set[str]] = {
    "fay": {"draft", "need", "beetle", "beetle people", "finch profile", "carla"},
    "mo": {"draft", "need", "beetle", "beetle people", "finch profile", "carla"},
    "vera": {"draft", "need", "beetle", "beetle people", "finch profile", "carla"},
    "rita": {"rival", "rocket", "rocket people", "finch profile", "omar"},
    "hank": {"heron", "heron operator", "heron people", "finch profile", "carla"},
    "ines": {"finch", "finch profile", "finch operator", "finch people", "omar"},
    "carla": {"need", "beetle", "heron", "heron operator", "heron desk", "finch profile", "carla", "lakeside import"},
    "omar": {"rival", "rocket", "finch", "finch profile", "finch operator", "finch desk", "omar", "harbour import"},
    "sam": {"finch profile", "sam"},
    "nobody": set(),
}


def canary_world(world: World) -> Canaries:
    made = Canaries(world)
    cast = world.cast
    _people(made)
    _organisation(made, "beetle", cast.bright_beetle)
    _organisation(made, "rocket", cast.rival_rocket)
    _facility(made, "heron", cast.quiet_heron, public=False)
    _facility(made, "finch", cast.iron_finch, public=True)
    builders.work_content(process=Process.objects.get(slug="moulding"))
    _imports(made)
    _twins(made)
    draft = _need(made, "fay", "draft", submit=False)
    need = _need(made, "fay", "need", submit=True)
    rival = _need(made, "rita", "rival", submit=True, home_network="harbour")
    settle()
    let_time_pass()
    drain(builders.today())
    comparisons = [_comparison(cast.lakeside, need), _comparison(cast.harbour, rival)]
    compare_needs(builders.today())
    _objects(made, [draft, need, rival])
    made.objects["policy-comparisons"] = [str(comparison.public_id) for comparison in comparisons]
    return made


def _people(made: Canaries) -> None:
    groups = {
        "beetle people": ("fay", "mo", "vera"),
        "rocket people": ("rita",),
        "heron people": ("hank",),
        "finch people": ("ines",),
        "carla": ("carla",),
        "omar": ("omar",),
        "sam": ("sam",),
    }
    for group, names in groups.items():
        for name in names:
            user: User = getattr(made.world.cast, name)
            user.name = made.text(group, f"{name}-name")
            user.email = made.text(group, f"{name}-mail").lower() + "@example.org"
            made.tokens[group].add(user.email)
            user.save()


def _organisation(made: Canaries, group: str, organisation: Organisation) -> None:
    organisation.name = made.text(group, "name")
    organisation.website = f"https://example.org/{made.text(group, 'website')}"
    organisation.save()


def _facility(made: Canaries, group: str, facility: Facility, *, public: bool) -> None:
    """Seven unlike decimals, so that a figure cannot stand in an answer by chance."""
    base = {"heron": 0.4591731, "finch": 0.8264953}[group]
    profile = f"{group} profile" if public else group
    facility.profile_public = public
    facility.name = made.text(profile, "name")
    facility.description = made.text(profile, "description")
    facility.city = made.text(profile, "city")
    facility.external_id = made.text(group, "external")
    facility.lat, facility.lon = made.number(group, round(41 + base, 7)), made.number(group, round(-81 - base, 7))
    facility.quote_days = made.number(group, round(2 + base, 7))
    facility.material_days = made.number(group, round(3 + base, 7))
    facility.save()
    operator = facility.operator
    if operator is not None:
        _organisation(made, f"{group} operator", operator)
    resource = builders.resource(
        facility=facility,
        name=made.text(group, "press"),
        gross_hours_per_week=made.number(group, round(137 + base, 7)),
        booked_share=made.number(group, round(base / 10, 8)),
    )
    builders.capacity_week(resource=resource, free_hours=made.number(group, round(61 + base, 7)))
    _capacity(made, group, resource)
    builders.capability(
        facility=facility,
        process=Process.objects.get(slug="moulding"),
        resource=resource,
        min_run=10,
        max_run=10_000,
        cycle_seconds=made.number(group, round(31 + base, 7)),
        unit_price_low=made.number(group, round(7 + base, 4)),
        best_tolerance_mm=made.number(group, round(base / 10, 7)),
    )
    builders.held_certificate(facility=facility, scope=made.text(group, "scope"), number=made.text(group, "number"))
    builders.held_machine(facility=facility)
    _listing(made, group, facility)
    builders.no_go(facility=facility)


def _listing(made: Canaries, group: str, facility: Facility) -> None:
    coordinator = made.world.cast.carla if group == "heron" else made.world.cast.omar
    builders.statement(facility=facility, field="quote_days", said_by=coordinator)
    builders.contact(facility=facility, person=made.text(group, "person"), phone=made.text(group, "phone"))
    builders.listing_request(facility=facility, words=made.text(group, "request"))
    builders.claim(
        facility=facility,
        organisation=facility.operator,
        words=made.text(group, "claim"),
        state="approved",
        decided_at=datetime.now(UTC),
        reason=made.text(group, "decision"),
    )


def _capacity(made: Canaries, group: str, resource: Resource) -> None:
    """Which need hours are held for, and who is asked, is for the desk alone."""
    base = {"heron": 0.4591731, "finch": 0.8264953}[group]
    builders.capacity_exception(
        facility=resource.facility,
        note=made.text(group, "closed"),
        share=made.number(group, round(base / 3, 7)),
    )
    need = uuid4()
    made.tokens.setdefault(f"{group} desk", set()).add(str(need))
    builders.hold(resource=resource, need=need)
    address = f"{made.text(f'{group} desk', 'asked').lower()}@example.org"
    made.tokens[f"{group} desk"].add(address)
    builders.inquiry(facility=resource.facility, address=address)


def _imports(made: Canaries) -> None:
    """A network's imports are its coordinators', a facility's those of whoever reads all of it."""
    cast = made.world.cast
    owners: list[tuple[str, dict[str, Any]]] = [
        ("lakeside import", {"network": cast.lakeside}),
        ("harbour import", {"network": cast.harbour}),
        ("heron", {"facility": cast.quiet_heron}),
    ]
    for group, of in owners:
        batch = builders.import_batch(file_name=made.text(group, "file"), **of)
        notes = {"number": 2, "column": "city", "reason": "invalid", "detail": made.text(group, "detail")}
        builders.import_row(
            batch=batch,
            name=made.text(group, "row"),
            refusals=[{**notes, "value": made.text(group, "value")}],
            changes=[{"part": "", "field": "city", "before": None, "after": made.text(group, "after")}],
        )
        builders.unmapped_term(batch=batch, facility=cast.quiet_heron, text=made.text(group, "term"))


def _need(made: Canaries, who: str, group: str, **fields: Any) -> Need:
    base = {"draft": 0.1928374, "need": 0.5647382, "rival": 0.7382914}[group]
    sent = new_need(
        title=made.text(group, "title"),
        product=made.text(group, "product"),
        description=made.text(group, "description"),
        external_id=made.text(group, "external"),
        ship_to_city=made.text(group, "city"),
        ship_to_lat=made.number(group, round(40 + base, 7)),
        ship_to_lon=made.number(group, round(-80 - base, 7)),
        ship_to_country="US",
        weight_kg=made.number(group, round(5 + base, 7)),
        steps=[step(tolerance_mm=made.number(group, round(1 + base, 7)))],
        **fields,
    )
    answer = made.world.as_(who).post("needs/", sent)
    assert answer.status_code == 201, answer.content
    return Need.objects.get(public_id=answer.json()["id"])


def _comparison(network: Network, need: Need) -> PolicyComparison:
    """Whose answer names the facilities of the network, with their scores under two policies."""
    rows = builders.policy_comparison(network=network)
    builders.compared_need(comparison=rows, need=need)
    return rows


def _twins(made: Canaries) -> None:
    """In Lakeside: a pair to be decided and two listings that were merged."""
    lakeside = made.world.cast.lakeside
    others = [builders.facility(networks=(lakeside,)) for _ in range(3)]
    reasons = [{"code": "site", "weight": 0.8, "facts": {"host": made.text("heron desk", "twin-host")}}]
    builders.twin_pair(network=lakeside, first=made.world.cast.quiet_heron, second=others[0], reasons=reasons)
    carla = made.world.cast.carla
    builders.merge(
        survivor=others[1], merged=others[2], merged_by=carla, reason=made.text("heron desk", "merge-reason")
    )


def _objects(made: Canaries, needs: list[Need]) -> None:
    cast = made.world.cast
    facilities = [cast.quiet_heron, cast.iron_finch]
    rankings = [ranking for need in needs for ranking in need.rankings.all()]

    def ids(rows: Any) -> list[str]:
        return [str(row.public_id) for row in rows]

    made.objects = {
        "needs": ids(needs),
        "revisions": ["1"],
        "rankings": ids(rankings),
        "matches": ["1"],
        "organisations": ids([cast.bright_beetle, cast.rival_rocket, cast.quiet_heron.operator]),
        "members": ids([cast.fay, cast.rita, cast.hank]),
        "networks": ["lakeside"],
        "facilities": ids(facilities),
        "capabilities": ids(facility.capabilities.get() for facility in facilities),
        "resources": ids(facility.resources.get() for facility in facilities),
        "certificates": ids(facility.certificates.get() for facility in facilities),
        "claims": ids(facility.claims.get() for facility in facilities),
        "listing-requests": ids(facility.listing_requests.get() for facility in facilities),
        "machines": [facility.machines.get().machine.slug for facility in facilities],
        "capacity-exceptions": ids(facility.capacity_exceptions.get() for facility in facilities),
        "holds": ids(facility.resources.get().holds.get() for facility in facilities),
        "history": [*KINDS, "nothing"],
        "inquiries": ids(facility.inquiries.get() for facility in facilities),
        "needs-waiting": [*StaleField, "nothing"],
        "no-gos": ["industry"],
        "imports": ids(ImportBatch.objects.order_by("pk")),
        "import-templates": ["facilities.csv", "secrets.csv"],
        "exports": [name for name in EXPORT_NAMES if not name.endswith((".xlsx", ".zip"))],
        "twin-pairs": ids(TwinPair.objects.order_by("pk")),
        "merges": ids(Merge.objects.order_by("pk")),
        "unmapped-terms": ids(UnmappedTerm.objects.order_by("pk")),
        "<slug:kind> <slug:value>": ["defence"],
        "policies": ids([rankings[0].policy]),
        "processes": ["moulding"],
        "materials": ["abs"],
        "certifications": ["iso-9001"],
        "resource-kinds": [cast.quiet_heron.resources.get().kind.slug],
        "regions": ["US"],
        "stages": ["pilot"],
        "skills": [builders.skill().slug],
        "work-content": ["moulding"],
    }
