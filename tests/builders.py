"""One builder a model: the least that the database takes, everything else by keyword.

A builder called with nothing makes what it depends on too. Names are numbered, so that two never collide.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from apps.accounts.models import Membership, Organisation, OrganisationKind, Role, User
from apps.catalog.models import (
    Certification,
    CertificationScope,
    FacilityKind,
    MachineModel,
    Material,
    Process,
    ProcessRelation,
    Region,
    RegionKind,
    RelationKind,
    ResourceKind,
    Skill,
    SkillLevel,
    Stage,
    Synonym,
    TransportMode,
    TransportTime,
    WorkContent,
)
from apps.core.models import AuditEntry, Heartbeat, IdempotentResponse
from apps.exchange.models import ImportBatch, ImportFile, ImportRow, SourceListing, UnmappedTerm
from apps.facilities.ledger import Holder, HoldRequest, place_holds
from apps.facilities.models import (
    CalendarLink,
    Capability,
    CapacityException,
    CapacityWeek,
    CertificateDocument,
    Claim,
    ClaimState,
    Contact,
    ExceptionReason,
    ExpiryWarning,
    Facility,
    FacilityNetwork,
    FactKind,
    HeldCertificate,
    HeldMachine,
    Hold,
    HolderKind,
    HoldWeek,
    InquiredFact,
    Inquiry,
    ListingRequest,
    Merge,
    NoGo,
    NoGoKind,
    Resource,
    Statement,
    TwinPair,
    Verification,
)
from apps.matching.models import (
    ComparedNeed,
    Match,
    MatchJob,
    Policy,
    PolicyComparison,
    Ranking,
    SupplyChange,
    SupplyVersion,
    Tier,
)
from apps.needs.content import NeedContent, StepContent
from apps.needs.models import Need, NeedPartnerNetwork, StepRole
from apps.needs.services import create_need
from apps.networks.models import Coordinator, Network
from apps.notices.models import Delivery
from matchmaker.policy import Policy as EnginePolicy

PASSWORD = "correct horse battery"
numbers = count(1)


def today() -> date:
    return datetime.now(UTC).date()


def user(email: str = "", *, name: str = "", password: str = PASSWORD, **fields: Any) -> User:
    number = next(numbers)
    return User.objects.create_user(
        email or f"person{number}@example.org", password, name=name or f"Person {number}", **fields
    )


def organisation(**fields: Any) -> Organisation:
    return Organisation.objects.create(
        **{"name": f"Organisation {next(numbers)}", "kind": OrganisationKind.STARTUP, **fields}
    )


def membership(**fields: Any) -> Membership:
    if "user" not in fields:
        fields["user"] = user()
    if "organisation" not in fields:
        fields["organisation"] = organisation()
    return Membership.objects.create(**{"role": Role.OWNER, **fields})


def network(**fields: Any) -> Network:
    number = next(numbers)
    if "organisation" not in fields:
        fields["organisation"] = organisation(name=f"Network {number} office", kind=OrganisationKind.NETWORK)
    return Network.objects.create(**{"name": f"Network {number}", "slug": f"network-{number}", **fields})


def coordinator(**fields: Any) -> Coordinator:
    if "user" not in fields:
        fields["user"] = user(is_staff=True)
    if "network" not in fields:
        fields["network"] = network()
    return Coordinator.objects.create(**fields)


# --- catalogue ----------------------------------------------------------------------------------------------------


def material(slug: str = "", **fields: Any) -> Material:
    slug = slug or f"material-{next(numbers)}"
    return Material.objects.create(slug=slug, **{"name": slug, **fields})


def certification(slug: str = "", **fields: Any) -> Certification:
    slug = slug or f"certification-{next(numbers)}"
    return Certification.objects.create(slug=slug, **{"name": slug, "scope": CertificationScope.FACILITY, **fields})


def process(slug: str = "", **fields: Any) -> Process:
    slug = slug or f"process-{next(numbers)}"
    typical = {
        "typical_min_run": 1,
        "economic_run_low": 10,
        "economic_run_high": 1_000,
        "lead_days_low": 5,
        "lead_days_high": 20,
    }
    return Process.objects.create(slug=slug, **{"name": slug, **typical, **fields})


def process_relation(**fields: Any) -> ProcessRelation:
    ends = {end: fields.pop(end, None) or process() for end in ("provided", "needed")}
    return ProcessRelation.objects.create(**ends, **{"relation": RelationKind.COVERS, "quality": 1.0, **fields})


def machine_model(slug: str = "", **fields: Any) -> MachineModel:
    slug = slug or f"machine-{next(numbers)}"
    return MachineModel.objects.create(slug=slug, **{"maker": "Maker", "model": slug, **fields})


def resource_kind(slug: str = "", **fields: Any) -> ResourceKind:
    slug = slug or f"resource-kind-{next(numbers)}"
    return ResourceKind.objects.create(
        slug=slug, **{"name": slug, "gross_hours_one_shift": 40, "availability": 0.75, **fields}
    )


def work_content(**fields: Any) -> WorkContent:
    if "process" not in fields:
        fields["process"] = process()
    if "resource_kind" not in fields:
        fields["resource_kind"] = resource_kind()
    figures = {
        "setup_hours_low": 1,
        "setup_hours_high": 2,
        "cycle_seconds_low": 30,
        "cycle_seconds_typical": 60,
        "cycle_seconds_high": 120,
        "parts_per_cycle": 1,
        "yield_share": 1,
    }
    return WorkContent.objects.create(**{**figures, **fields})


def stage(slug: str = "", **fields: Any) -> Stage:
    number = next(numbers)
    slug = slug or f"stage-{number}"
    return Stage.objects.create(
        slug=slug, **{"name": slug, "order": number, "quantity_low": 1, "quantity_high": 100, **fields}
    )


def skill(slug: str = "", **fields: Any) -> Skill:
    slug = slug or f"skill-{next(numbers)}"
    return Skill.objects.create(slug=slug, **{"name": slug, "level": SkillLevel.OPERATOR, **fields})


def region(code: str = "", **fields: Any) -> Region:
    code = code or f"region-{next(numbers)}"
    return Region.objects.create(code=code, **{"name": code, "kind": RegionKind.COUNTRY, **fields})


def transport_time(**fields: Any) -> TransportTime:
    ends = {"from_region": f"R{next(numbers)}", "to_region": f"R{next(numbers)}"}
    return TransportTime.objects.create(
        **{**ends, "mode": TransportMode.PARCEL, "days_low": 1, "days_high": 3, **fields}
    )


def synonym(text: str = "", **fields: Any) -> Synonym:
    if not fields:
        fields["process"] = process()
    return Synonym.objects.create(text=text or f"phrase {next(numbers)}", **fields)


# --- supply -------------------------------------------------------------------------------------------------------


def facility(*, networks: tuple[Network, ...] = (), **fields: Any) -> Facility:
    """A claimed job shop that works for customers."""
    number = next(numbers)
    if "operator" not in fields:
        fields["operator"] = organisation(name=f"Operator {number}", kind=OrganisationKind.PRODUCER)
    defaults = {
        "name": f"Facility {number}",
        "kind": FacilityKind.JOBSHOP,
        "claim_state": ClaimState.CLAIMED,
        "confirmed_on": today(),
    }
    made = Facility.objects.create(**{**defaults, **fields})
    for joined in networks:
        facility_network(facility=made, network=joined)
    return made


def facility_network(**fields: Any) -> FacilityNetwork:
    if "facility" not in fields:
        fields["facility"] = facility()
    if "network" not in fields:
        fields["network"] = network()
    return FacilityNetwork.objects.create(**fields)


def capability(**fields: Any) -> Capability:
    if "facility" not in fields:
        fields["facility"] = facility()
    if "process" not in fields:
        fields["process"] = process()
    return Capability.objects.create(**{"confirmed_on": today(), **fields})


def resource(**fields: Any) -> Resource:
    if "facility" not in fields:
        fields["facility"] = facility()
    if "kind" not in fields:
        fields["kind"] = resource_kind()
    if "units_per_week" not in fields:
        fields.setdefault("gross_hours_per_week", 80)
    return Resource.objects.create(**{"booked_share": 0.5, "availability": 0.75, "confirmed_on": today(), **fields})


def capacity_week(**fields: Any) -> CapacityWeek:
    if "resource" not in fields:
        fields["resource"] = resource()
    monday = today() - timedelta(days=today().weekday())
    return CapacityWeek.objects.create(**{"monday": monday, "free_hours": 10, "as_of": today(), **fields})


def capacity_exception(**fields: Any) -> CapacityException:
    """Closed for the whole of next week. Only the service makes weeks of it."""
    next_monday = today() + timedelta(days=7 - today().weekday())
    if "facility" not in fields:
        fields["facility"] = fields["resource"].facility if "resource" in fields else facility()
    stretch = {"first_on": next_monday, "last_on": next_monday + timedelta(days=6), "reason": ExceptionReason.HOLIDAY}
    return CapacityException.objects.create(**{**stretch, **({} if "hours" in fields else {"share": 0}), **fields})


def calendar_link(**fields: Any) -> CalendarLink:
    if "facility" not in fields:
        fields["facility"] = facility()
    if "user" not in fields:
        fields["user"] = user()
    return CalendarLink.objects.create(**{"token_digest": f"{next(numbers):064}", **fields})


def inquiry(**fields: Any) -> Inquiry:
    """About the site. Nothing is mailed."""
    if "facility" not in fields:
        fields["facility"] = facility()
    if "asked_by" not in fields:
        fields["asked_by"] = user(is_staff=True)
    later = datetime.now(UTC) + timedelta(days=21)
    made = Inquiry.objects.create(**{"address": "owner@example.org", "expires_at": later, **fields})
    inquired_fact(inquiry=made, target_id=made.facility.public_id)
    return made


def inquired_fact(**fields: Any) -> InquiredFact:
    if "inquiry" not in fields:
        fields["inquiry"] = inquiry()
    return InquiredFact.objects.create(**{"kind": FactKind.SITE, "target_id": uuid4(), **fields})


def hold(*, hours: dict[date, Decimal] | None = None, acting_user: User | None = None, **fields: Any) -> Hold:
    """A soft hold of two hours next week, placed by the ledger."""
    next_monday = today() + timedelta(days=7 - today().weekday())
    defaults = {
        "resource": fields.get("resource") or resource(),
        "holder": Holder(HolderKind.OFFER, uuid4()),
        "need": None,
        "expires_at": datetime.now(UTC) + timedelta(days=3),
    }
    request = HoldRequest(hours=hours or {next_monday: Decimal(2)}, **{**defaults, **fields})
    return place_holds([request], acting_user=acting_user)[0]


def hold_week(**fields: Any) -> HoldWeek:
    return hold(**fields).weeks.get()


def held_machine(**fields: Any) -> HeldMachine:
    if "facility" not in fields:
        fields["facility"] = facility()
    if "machine" not in fields:
        fields["machine"] = machine_model()
    return HeldMachine.objects.create(**fields)


def held_certificate(**fields: Any) -> HeldCertificate:
    if "facility" not in fields:
        fields["facility"] = facility()
    if "certification" not in fields:
        fields["certification"] = certification()
    return HeldCertificate.objects.create(**fields)


def certificate_document(**fields: Any) -> CertificateDocument:
    """The row; `file` names nothing that is stored."""
    if "certificate" not in fields:
        fields["certificate"] = held_certificate()
    if "handed_in_by" not in fields:
        fields["handed_in_by"] = user()
    number = next(numbers)
    words = {"file": f"certificates/{number}.pdf", "name": f"paper {number}.pdf", "kind": "application/pdf"}
    return CertificateDocument.objects.create(**{**words, "size": 100, "sha256": "0" * 64, **fields})


def verification(**fields: Any) -> Verification:
    if "certificate" not in fields:
        fields["certificate"] = held_certificate()
    if "verified_by" not in fields:
        fields["verified_by"] = user(is_staff=True)
    return Verification.objects.create(**{"level": "coordinator_verified", "checked": ["document"], **fields})


def expiry_warning(**fields: Any) -> ExpiryWarning:
    if "certificate" not in fields:
        fields["certificate"] = held_certificate()
    return ExpiryWarning.objects.create(**{"expires_on": today() + timedelta(days=60), "days": 60, **fields})


def statement(**fields: Any) -> Statement:
    if "facility" not in fields:
        fields["facility"] = facility()
    return Statement.objects.create(**{"field": "min_run", "confirmed_on": today(), **fields})


def contact(**fields: Any) -> Contact:
    if "facility" not in fields:
        fields["facility"] = facility()
    return Contact.objects.create(**{"person": f"Contact {next(numbers)}", **fields})


def claim(**fields: Any) -> Claim:
    """Pending, of an organisation that makes things."""
    if "facility" not in fields:
        fields["facility"] = facility(operator=None, claim_state=ClaimState.UNCLAIMED)
    if "organisation" not in fields:
        fields["organisation"] = organisation(kind=OrganisationKind.PRODUCER)
    return Claim.objects.create(**fields)


def listing_request(**fields: Any) -> ListingRequest:
    if "facility" not in fields:
        fields["facility"] = facility()
    return ListingRequest.objects.create(**{"kind": "removal", "words": "Please take us off the list.", **fields})


def twin_pair(**fields: Any) -> TwinPair:
    """To be decided. Nothing was compared."""
    for end in ("first", "second"):
        if end not in fields:
            fields[end] = facility()
    if "network" not in fields:
        fields["network"] = network()
    return TwinPair.objects.create(**{"score": 0.8, "facts": f"{next(numbers):032}", **fields})


def merge(**fields: Any) -> Merge:
    """The bare rows: nothing moves."""
    for end in ("survivor", "merged"):
        if end not in fields:
            fields[end] = facility()
    if "merged_by" not in fields:
        fields["merged_by"] = user(is_staff=True)
    closed = {"merged_into": fields["survivor"], "operating_state": "closed"}
    Facility.objects.filter(pk=fields["merged"].pk).update(**closed)
    return Merge.objects.create(**fields)


def no_go(**fields: Any) -> NoGo:
    if "facility" not in fields:
        fields["facility"] = facility()
    return NoGo.objects.create(**{"kind": NoGoKind.INDUSTRY, "value": "defence", **fields})


# --- demand -------------------------------------------------------------------------------------------------------


def step_content(**fields: Any) -> StepContent:
    if "process" not in fields:
        fields["process"] = process()
    return StepContent(**{"role": StepRole.LEAD, **fields})


def need_content(**fields: Any) -> NeedContent:
    if "steps" not in fields:
        fields["steps"] = (step_content(),)
    number = next(numbers)
    return NeedContent(
        **{"title": f"Need {number}", "order_quantity": 100, "due_on": today() + timedelta(days=90), **fields}
    )


def need(*, submit: bool = True, content: NeedContent | None = None, **fields: Any) -> Need:
    """A submitted need of a start-up whose owner wrote it."""
    if "acting_user" not in fields:
        writer = membership(**({"organisation": fields["organisation"]} if "organisation" in fields else {}))
        fields["acting_user"], fields["organisation"] = writer.user, writer.organisation
    owner = fields.pop("organisation")
    if "home_network" not in fields:
        fields["home_network"] = network()
    made = create_need(owner, content or need_content(), submit=submit, **fields)
    made.refresh_from_db()
    return made


def need_partner_network(**fields: Any) -> NeedPartnerNetwork:
    if "need" not in fields:
        fields["need"] = need()
    if "network" not in fields:
        fields["network"] = network()
    return NeedPartnerNetwork.objects.create(**{"consented_by": fields["need"].created_by, **fields})


# --- rankings -------------------------------------------------------------------------------------------------------


def policy(**fields: Any) -> Policy:
    """A draft; only one policy of a network can be in force."""
    document = EnginePolicy.default().to_document()
    return Policy.objects.create(
        **{"name": f"policy-{next(numbers)}", "version": 1, "body": document, "digest": "0" * 64, **fields}
    )


def policy_comparison(**fields: Any) -> PolicyComparison:
    """Of two drafts, over no need yet."""
    for name in ("before", "after"):
        if name not in fields:
            fields[name] = policy()
    return PolicyComparison.objects.create(**fields)


def compared_need(**fields: Any) -> ComparedNeed:
    """Still waiting for its answer."""
    if "comparison" not in fields:
        fields["comparison"] = policy_comparison()
    if "need" not in fields:
        fields["need"] = need()
    return ComparedNeed.objects.create(**fields)


def ranking(**fields: Any) -> Ranking:
    """An answer that considered nobody, beside whatever the need's job says."""
    if "need" not in fields:
        fields["need"] = need()
    if "policy" not in fields:
        fields["policy"] = policy()
    number = next(numbers)
    answer = {
        "rev": 1_000_000 + number,
        "revision": fields["need"].current,
        "engine_version": "0",
        "supply_digest": "0" * 64,
        "supply_version": 0,
        "as_of": today(),
        "considered": 0,
        "document": {},
    }
    return Ranking.objects.create(**{**answer, **fields})


def match(**fields: Any) -> Match:
    if "ranking" not in fields:
        fields["ranking"] = ranking()
    if "facility" not in fields:
        fields["facility"] = facility()
    position = fields.pop("position", 1)
    figures = {"tier": Tier.READY, "score": 0.5, "low": 0.4, "high": 0.6, "coverage": 1.0, "confirmed": 1, "asked": 1}
    return Match.objects.create(
        **{"position": position, "rank_label": str(position), "document": {}, **figures, **fields}
    )


def match_job(**fields: Any) -> MatchJob:
    """The job that the database makes for a submitted need."""
    made = MatchJob.objects.get(need=fields.pop("need", None) or need())
    for name, value in fields.items():
        setattr(made, name, value)
    made.save()
    return made


def supply_change(**fields: Any) -> SupplyChange:
    return SupplyChange.objects.create(**{"facility_id": facility().pk, **fields})


def supply_version(**fields: Any) -> SupplyVersion:
    return SupplyVersion.objects.create(**{"number": 1_000_000 + next(numbers), "facility_ids": [], **fields})


# --- imports --------------------------------------------------------------------------------------------------------


def import_batch(*, data: bytes = b"", **fields: Any) -> ImportBatch:
    """Of a network; its file has been looked at, unless `state` says otherwise."""
    if "network" not in fields and "facility" not in fields:
        fields["network"] = network()
    if "uploaded_by" not in fields:
        fields["uploaded_by"] = user()
    told = {"source": "test", "file_name": "places.csv", "file_bytes": len(data), "file_digest": "0" * 64}
    batch = ImportBatch.objects.create(**{**told, "state": "read", **fields})
    if data:
        import_file(batch=batch, data=data)
    return batch


def import_file(**fields: Any) -> ImportFile:
    if "batch" not in fields:
        fields["batch"] = import_batch()
    return ImportFile.objects.create(**{"data": b"name,kind\n", **fields})


def import_row(**fields: Any) -> ImportRow:
    if "batch" not in fields:
        fields["batch"] = import_batch()
    number = next(numbers)
    told = {"position": number, "number": number, "external_id": f"place-{number}", "outcome": "new"}
    return ImportRow.objects.create(**{**told, **fields})


def source_listing(**fields: Any) -> SourceListing:
    if "network" not in fields:
        fields["network"] = network()
    if "facility" not in fields:
        fields["facility"] = facility()
    return SourceListing.objects.create(**{"source": "test", "external_id": f"place-{next(numbers)}", **fields})


def unmapped_term(**fields: Any) -> UnmappedTerm:
    if "batch" not in fields:
        fields["batch"] = import_batch()
    if "facility" not in fields:
        fields["facility"] = facility()
    words = f"unheard of {next(numbers)}"
    return UnmappedTerm.objects.create(**{"kind": "process", "text": words, "phrase": words, **fields})


# --- the rest -----------------------------------------------------------------------------------------------------


def audit_entry(**fields: Any) -> AuditEntry:
    subject = fields.pop("subject", None) or organisation()
    return AuditEntry.objects.create(
        **{"verb": "create", "subject_kind": "organisation", "subject_id": subject.public_id, **fields}
    )


def delivery(**fields: Any) -> Delivery:
    """A mail that waits to be sent to somebody."""
    number = next(numbers)
    if "address" not in fields and "user" not in fields:
        fields["address"] = f"reader{number}@example.org"
    words = {"kind": "greeting", "key": f"greeting:{number}", "subject": f"Greeting {number}", "text": "Hello"}
    return Delivery.objects.create(**{**words, **fields})


def idempotent_response(**fields: Any) -> IdempotentResponse:
    if "user" not in fields:
        fields["user"] = user()
    return IdempotentResponse.objects.create(**{"key": f"key-{next(numbers)}", "request_digest": "0" * 64, **fields})


def heartbeat(name: str = "beat", **fields: Any) -> Heartbeat:
    return Heartbeat.objects.create(name=name, **{"at": datetime.now(UTC), **fields})
