"""Facilities as the engine reads them: a fixed number of queries, however many there are. Ids are keys as text."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date

from apps.facilities.models import (
    AccessKind,
    Capability,
    CapabilityOffer,
    Facility,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    NoGo,
    NoGoKind,
    OperatingState,
)
from apps.matching.snapshots.figures import filled, read_figures
from apps.matching.snapshots.reading import SOURCES, Keys, grouped, of_facilities, words
from apps.matching.snapshots.resources import read_resources
from matchmaker.domain import (
    Access,
    CapabilityFact,
    ClaimState,
    Evidence,
    FacilityFact,
    FacilityKind,
    FacilityState,
    HeldCertificateFact,
    MachineHeldFact,
    NoGoFact,
    Place,
    PreferenceFact,
    ResourceFact,
    WorkFact,
)

# Where members may do it or staff for pay, staff can be asked; in self-service the founder does the work.
SERVICE = (AccessKind.STAFF, AccessKind.MEMBERS_OR_STAFF)


@dataclass(frozen=True)
class Parts:
    """What belongs to facilities, by the facility's key."""

    networks: dict[int, list[str]]
    materials: dict[int, tuple[str, ...]]
    capabilities: dict[int, list[CapabilityFact]]
    resources: dict[int, list[ResourceFact]]
    machines: dict[int, list[MachineHeldFact]]
    certificates: dict[int, list[HeldCertificateFact]]
    no_gos: dict[int, list[tuple[str, str]]]


def read_facilities(as_of: date, keys: Keys = None) -> dict[int, FacilityFact]:
    """The facilities of those keys that there are, or all, by key."""
    parts = Parts(
        networks=_networks(keys),
        materials=words(Facility.materials.through, "facility", "material__slug", keys, "facility"),
        capabilities=_capabilities(keys),
        resources=read_resources(keys, as_of),
        machines=_machines(keys),
        certificates=_certificates(keys),
        no_gos=_no_gos(keys),
    )
    rows = of_facilities(Facility.objects.order_by("pk"), keys, "pk")
    return {row.pk: _facility(row, parts, as_of) for row in rows.iterator()}


def _facility(row: Facility, parts: Parts, as_of: date) -> FacilityFact:
    materials = filled(parts.materials.get(row.pk), listed=row.materials_listed)
    machines = parts.machines.get(row.pk)
    return FacilityFact(
        id=str(row.pk),
        kind=FacilityKind(row.kind),
        state=_state(row, as_of),
        claim=ClaimState(row.claim_state),
        access=Access.SERVICE if row.access in SERVICE else Access.MEMBERS_ONLY,
        place=Place(row.country.code or None, row.admin_area or None, row.lat, row.lon),
        network_ids=tuple(parts.networks.get(row.pk, ())),
        figures=read_figures(row, materials),
        capabilities=tuple(parts.capabilities.get(row.pk, ())),
        resources=tuple(parts.resources.get(row.pk, ())),
        machines=None if machines is None else tuple(machines),
        certificates=_held(row, parts),
        workmanship_class=row.workmanship_class,
        signs_nda=row.signs_nda,
        no_go=_no_go(parts.no_gos.get(row.pk, [])),
        preferences=_preferences(row),
        quote_days=row.quote_days,
        material_days=row.material_days,
        inspection_days=row.inspection_days,
        last_offered_on=row.last_offered_at.astimezone(UTC).date() if row.last_offered_at else None,
        source=SOURCES[row.source],
        evidence=Evidence(row.evidence_level),
        as_of=row.confirmed_on,
    )


def _state(row: Facility, as_of: date) -> FacilityState:
    """A pause lasts through its last day."""
    if row.operating_state == OperatingState.PAUSED and row.paused_until and row.paused_until < as_of:
        return FacilityState.ACTIVE
    return FacilityState(row.operating_state)


def _held(row: Facility, parts: Parts) -> tuple[HeldCertificateFact, ...] | None:
    held = parts.certificates.get(row.pk)
    if held:
        return tuple(held)
    return () if row.certificates_listed else None


def _preferences(row: Facility) -> PreferenceFact:
    return PreferenceFact(
        accepts_startups=row.accepts_startups,
        industries=None if row.wished_industries is None else tuple(row.wished_industries),
        stages=None if row.wished_stages is None else tuple(row.wished_stages),
    )


def _no_go(rows: list[tuple[str, str]]) -> NoGoFact:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for kind, value in rows:
        values[kind].append(value)
    return NoGoFact(
        industries=tuple(values[NoGoKind.INDUSTRY]),
        stages=tuple(values[NoGoKind.STAGE]),
        customer_kinds=tuple(values[NoGoKind.CUSTOMER]),
    )


def _networks(keys: Keys) -> dict[int, list[str]]:
    """None of those that were merged into another listing, which stands for them: so no need is ranked over them."""
    live = FacilityNetwork.objects.filter(facility__merged_into__isnull=True)
    rows = of_facilities(live.order_by("network_id"), keys)
    return grouped((facility, str(network)) for facility, network in rows.values_list("facility_id", "network_id"))


def _no_gos(keys: Keys) -> dict[int, list[tuple[str, str]]]:
    rows = of_facilities(NoGo.objects.order_by("kind", "value"), keys)
    return grouped((facility, (kind, value)) for facility, kind, value in rows.values_list("facility", "kind", "value"))


def _machines(keys: Keys) -> dict[int, list[MachineHeldFact]]:
    """No rows means never stated: a facility cannot say that it has no machine."""
    rows = of_facilities(HeldMachine.objects.order_by("machine__slug"), keys)
    found = rows.values_list("facility", "machine__slug", "count")
    return grouped((facility, MachineHeldFact(slug, count)) for facility, slug, count in found.iterator())


def _certificates(keys: Keys) -> dict[int, list[HeldCertificateFact]]:
    scopes = words(
        HeldCertificate.scope_processes.through,
        "heldcertificate",
        "process__slug",
        keys,
        "heldcertificate__facility",
    )
    rows = of_facilities(HeldCertificate.objects.select_related("certification").order_by("pk"), keys)
    return grouped((row.facility_id, _certificate(row, scopes.get(row.pk))) for row in rows.iterator())


def _certificate(row: HeldCertificate, scope: tuple[str, ...] | None) -> HeldCertificateFact:
    return HeldCertificateFact(
        certificate=row.certification.slug,
        evidence=Evidence(row.evidence_level),
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        scope_processes=scope,
    )


def _capabilities(keys: Keys) -> dict[int, list[CapabilityFact]]:
    materials = words(Capability.materials.through, "capability", "material__slug", keys, "capability__facility")
    rows = of_facilities(Capability.objects.select_related("process").order_by("pk"), keys)
    return grouped((row.facility_id, _capability(row, materials.get(row.pk))) for row in rows.iterator())


def _capability(row: Capability, materials: tuple[str, ...] | None) -> CapabilityFact:
    return CapabilityFact(
        id=str(row.pk),
        process=row.process.slug,
        figures=read_figures(row, filled(materials, listed=row.materials_listed)),
        work=WorkFact(row.setup_hours, row.cycle_seconds, row.parts_per_cycle, row.yield_share),
        resource_ids=None if row.resource_id is None else (str(row.resource_id),),
        through_partner=row.offer == CapabilityOffer.PARTNER,
        source=SOURCES[row.source],
        evidence=Evidence(row.evidence_level),
        as_of=row.confirmed_on,
    )
