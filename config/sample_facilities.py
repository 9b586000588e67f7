"""Stores the 60 invented facilities: what the file says, and the little that it leaves open.

Left open by the file and decided here, the same way on every machine: when a facility last confirmed its facts (a few
days ago), how sure its certificates are, and whether its profile is public.
* Certificates are documented and dated, so that a ranking can be ready: issued some days ago, valid as long as the
  catalogue says, or a year. Registrations for export-controlled work count as seen by a coordinator, since nothing
  less opens such a need.
* Founders see the names of maker spaces, job shops and those that say that start-ups are welcome.
An empty list in the file means "none", a missing one "not stated"; a capacity without a figure is not stated either.
What the file says beyond the fields of a facility (terms, languages, remarks) stands in its description.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zlib import crc32

from apps.catalog.models import Certification, CertificationScope, FacilityKind, MachineModel, Material, Process
from apps.core.audit import record
from apps.facilities.models import (
    AccessKind,
    Capability,
    CapabilityOffer,
    ClaimState,
    EvidenceLevel,
    Facility,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    Resource,
)
from config.sample_capacity import ResourceWords, resources_of
from config.sample_cast import NETWORKS, SECOND_NETWORKS, contact_email
from config.sample_people import REASON, SamplePeople

Row = Mapping[str, Any]

ACCESS = {
    None: AccessKind.STAFF,
    "membership": AccessKind.MEMBERS_ONLY,
    "membership or resident makers": AccessKind.MEMBERS_ONLY,
    "membership or staff job": AccessKind.MEMBERS_OR_STAFF,
}
SAME_NAMED = (
    "name", "kind", "city", "country", "lat", "lon", "min_run", "economic_run_low", "economic_run_high", "max_run",
    "lead_days_low", "lead_days_high", "tooling_lead_days_low", "tooling_lead_days_high", "best_tolerance_mm",
    "accepts_startups", "signs_nda",
)  # fmt: skip
CONFIRM_EVERY_DAYS = 7
DAYS_A_MONTH = 30
MONTHS_IF_UNKNOWN = 12
# No facility holds what is a product's or a person's; the file does not say whose.
SHOWN_FOR: dict[str, str] = {
    CertificationScope.PRODUCT: "products made here",
    CertificationScope.PERSON: "people who work here",
}


def store_facilities(rows: Sequence[Row], people: SamplePeople, *, today: date) -> int:
    """How many are new; those there already keep what they say."""
    operators = [people.organisations[contact_email(row["id"])] for row in rows]
    known = set(Facility.objects.filter(operator__in=operators).values_list("external_id", flat=True))
    new = [row for row in rows if row["id"] not in known]
    if not new:
        return 0
    built = [_facility(row, people, today) for row in new]
    facilities = dict(zip([row["id"] for row in new], Facility.objects.bulk_create(built), strict=True))
    FacilityNetwork.objects.bulk_create(
        FacilityNetwork(facility=facilities[row["id"]], network=people.networks[slug])
        for row in new
        for slug in networks_of(row)
    )
    _store_parts(new, facilities, today)
    for row in new:
        record("create", facilities[row["id"]], acting_user=None, new={"external_id": row["id"]}, reason=REASON)
    return len(new)


def confirm_again(*, today: date) -> int:
    """Facilities of the sample confirm once a week, as good ones do; returns how many did so now."""
    stale = Facility.objects.filter(
        operator__memberships__user__email__endswith="@producers.example",
        confirmed_on__lt=today - timedelta(days=CONFIRM_EVERY_DAYS),
    )
    facilities = list(stale.distinct())
    for facility in facilities:
        facility.confirmed_on = confirmed_on(facility.external_id, today)
        Capability.objects.filter(facility=facility).update(confirmed_on=facility.confirmed_on)
        Resource.objects.filter(facility=facility).update(confirmed_on=facility.confirmed_on)
    Facility.objects.bulk_update(facilities, ["confirmed_on"])
    return len(facilities)


def confirmed_on(facility_id: str, today: date) -> date:
    """One to six days ago, always the same for one facility."""
    return today - timedelta(days=1 + crc32(facility_id.encode()) % 6)


def networks_of(row: Row) -> list[str]:
    home = [one.slug for one in NETWORKS if row["country"] in one.countries]
    return [*home, *SECOND_NETWORKS.get(row["id"], ())]


def _facility(row: Row, people: SamplePeople, today: date) -> Facility:
    length, width, height = row["max_envelope_mm"] or (None, None, None)
    return Facility(
        **{name: row[name] for name in SAME_NAMED},
        operator=people.organisations[contact_email(row["id"])],
        external_id=row["id"],
        description=description_of(row),
        profile_public=row["kind"] != FacilityKind.CONTRACT_MANUFACTURER or bool(row["accepts_startups"]),
        claim_state=ClaimState.CLAIMED,
        access=ACCESS[row["access"]],
        materials_listed=row["materials"] is not None,
        certificates_listed=row["certifications"] is not None,
        workmanship_class=int(row["workmanship_class"]) if row["workmanship_class"] else None,
        min_order_amount=row["min_order_usd"],
        currency="USD",
        envelope_length_mm=length,
        envelope_width_mm=width,
        envelope_height_mm=height,
        confirmed_on=confirmed_on(row["id"], today),
    )


def description_of(row: Row) -> str:
    """The file's own words, then what it says that no field holds."""
    more = {
        "Type": (row["subkind"] or "").replace("_", " "),
        "Payment": row["payment_terms"],
        "Languages": ", ".join(row["languages"] or ()),
        "Access": row["access"],
        "Export": row["export_notes"],
        "Note": row["notes"],
    }
    return "\n".join([row["description"], *(f"{label}: {text}" for label, text in more.items() if text)])


def _store_parts(rows: Sequence[Row], facilities: Mapping[str, Facility], today: date) -> None:
    processes = Process.objects.in_bulk(field_name="slug")
    materials = Material.objects.in_bulk(field_name="slug")
    machines = MachineModel.objects.in_bulk(field_name="slug")
    certifications = Certification.objects.in_bulk(field_name="slug")
    made_of = Facility.materials.through
    made_of.objects.bulk_create(
        made_of(facility_id=facilities[row["id"]].pk, material_id=materials[slug].pk)
        for row in rows
        for slug in row["materials"] or ()
    )
    Capability.objects.bulk_create(
        Capability(
            facility=facilities[row["id"]],
            process=processes[slug],
            offer=offer,
            confirmed_on=confirmed_on(row["id"], today),
        )
        for row in rows
        for offer, slug in offers_of(row)
    )
    HeldMachine.objects.bulk_create(
        HeldMachine(facility=facilities[row["id"]], machine=machines[held["machine"]], count=held["count"])
        for row in rows
        for held in row["machines"] or ()
    )
    HeldCertificate.objects.bulk_create(
        _certificate(facilities[row["id"]], row["id"], certifications[slug], today)
        for row in rows
        for slug in row["certifications"] or ()
    )
    words = ResourceWords.read(machines)
    Resource.objects.bulk_create(
        resource
        for row in rows
        for resource in resources_of(row, facilities[row["id"]], words, confirmed_on(row["id"], today))
    )


def offers_of(row: Row) -> Iterator[tuple[str, str]]:
    for slug in row["processes"]:
        yield CapabilityOffer.CORE, slug
    for slug in row["partner_processes"] or ():
        yield CapabilityOffer.PARTNER, slug


def _certificate(facility: Facility, facility_id: str, certification: Certification, today: date) -> HeldCertificate:
    """Issued within the first quarter of its life, so that it holds through every due date of the sample."""
    days = (certification.typical_validity_months or MONTHS_IF_UNKNOWN) * DAYS_A_MONTH
    issued_on = today - timedelta(days=7 + crc32(f"{facility_id} {certification.slug}".encode()) % (days // 4))
    seen = certification.slug == "itar-registered"
    return HeldCertificate(
        facility=facility,
        certification=certification,
        issued_on=issued_on,
        expires_on=issued_on + timedelta(days=days) if certification.expires else None,
        evidence_level=EvidenceLevel.COORDINATOR_VERIFIED if seen else EvidenceLevel.DOCUMENTED,
        shown_for=SHOWN_FOR.get(certification.scope, ""),
    )
