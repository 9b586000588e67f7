"""Needs of the world as rows: need, revision, steps, certificates; submitted, so that the triggers make them due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.accounts.models import CustomerKind, Organisation, OrganisationKind, User
from apps.catalog.models import Certification, Material, Process, Region, Stage
from apps.needs.models import AskedCertificate, Need, NeedPartnerNetwork, NeedRevision, Step
from apps.networks.models import Network
from benchmarks.world.needs import public_id
from matchmaker.domain import NeedFact, StepFact

NETWORKS = ("Home", "Partner")


@dataclass(frozen=True)
class People:
    """The little that facilities and needs must belong to."""

    producer: Organisation
    customers: dict[str, Organisation]
    founder: User
    networks: tuple[Network, ...]

    @classmethod
    def settle(cls) -> People:
        """Networks get the keys 1 and 2, as the world calls them."""
        founder = User.objects.create_user("founder@example.org", None, name="Founder")
        networks = [
            Network.objects.create(
                pk=number,
                name=name,
                slug=name.lower(),
                organisation=Organisation.objects.create(name=f"{name} network", kind=OrganisationKind.NETWORK),
            )
            for number, name in enumerate(NETWORKS, start=1)
        ]
        customers = {
            kind.value: Organisation.objects.create(
                name=f"Founders ({kind})", kind=OrganisationKind.STARTUP, customer_kind=kind
            )
            for kind in CustomerKind
        }
        producer = Organisation.objects.create(name="Producers", kind=OrganisationKind.PRODUCER)
        return cls(producer, customers, founder, tuple(networks))


@dataclass(frozen=True)
class _Words:
    processes: dict[str, int]
    materials: dict[str, int]
    certificates: dict[str, int]
    stages: dict[str, int]
    regions: dict[str, int]

    @classmethod
    def read(cls) -> _Words:
        models = (Process, Material, Certification, Stage)
        by_slug = [dict(model._default_manager.values_list("slug", "pk")) for model in models]
        processes, materials, certificates, stages = by_slug
        return cls(processes, materials, certificates, stages, dict(Region.objects.values_list("code", "pk")))


@transaction.atomic
def store_needs(needs: Sequence[NeedFact], people: People, at: datetime) -> None:
    """Drafts first, submitted at the end: a need without a revision must not fall due."""
    words = _Words.read()
    rows = Need.objects.bulk_create(
        Need(
            pk=int(need.id),
            public_id=public_id(int(need.id)),
            organisation=people.customers[need.customer_kind or "startup"],
            home_network=people.networks[0],
            created_by=people.founder,
            submitted_at=at,
        )
        for need in needs
    )
    NeedPartnerNetwork.objects.bulk_create(
        NeedPartnerNetwork(need=row, network=people.networks[1], consented_by=people.founder)
        for row, need in zip(rows, needs, strict=True)
        if len(need.network_ids) > 1
    )
    revisions = NeedRevision.objects.bulk_create(
        _revision(row, need, people, words) for row, need in zip(rows, needs, strict=True)
    )
    _store_parts(needs, revisions, words)
    for row, revision in zip(rows, revisions, strict=True):
        row.current = revision
        row.state = "submitted"
    Need.objects.bulk_update(rows, ["current", "state"], batch_size=500)


def _store_parts(needs: Sequence[NeedFact], revisions: Sequence[NeedRevision], words: _Words) -> None:
    asked = [(revision, step) for revision, need in zip(revisions, needs, strict=True) for step in need.steps]
    steps = Step.objects.bulk_create(_step(revision, step, words) for revision, step in asked)
    link = Step.materials.through
    link._default_manager.bulk_create(
        link(step=row, material_id=words.materials[slug])
        for row, (_, step) in zip(steps, asked, strict=True)
        for slug in step.materials
    )
    AskedCertificate.objects.bulk_create(
        AskedCertificate(revision=revision, certification_id=words.certificates[slug], required=required)
        for revision, need in zip(revisions, needs, strict=True)
        for slugs, required in ((need.required_certificates, True), (need.preferred_certificates, False))
        for slug in slugs
    )


def _revision(row: Need, need: NeedFact, people: People, words: _Words) -> NeedRevision:
    rule = need.region_rules[0] if need.region_rules else None
    asked: dict[str, Any] = {
        "due_on": need.due_on,
        "budget_amount": _money(need.budget),
        "tooling_budget_amount": _money(need.tooling_budget),
        "target_unit_price": _money(need.target_price),
    }
    return NeedRevision(
        need=row,
        number=need.revision,
        created_by=people.founder,
        title=f"Need {need.id}",
        stage_id=words.stages[need.stage] if need.stage else None,
        industry=need.industry or "",
        order_quantity=need.order_quantity,
        annual_quantity=need.annual_quantity,
        ship_to_country=need.ship_to.country or "",
        ship_to_admin_area=need.ship_to.admin_area or "",
        ship_to_lat=need.ship_to.lat,
        ship_to_lon=need.ship_to.lon,
        region_rule=rule.strength.value if rule else "none",
        region_id=words.regions[rule.region] if rule else None,
        confidentiality=need.confidentiality.value,
        export_controlled=need.export_controlled,
        self_service=need.self_service,
        wants_visits=bool(need.visits),
        contains_lithium=need.lithium,
        weight_kg=need.weight_kg,
        workmanship_class=need.workmanship_class,
        currency=need.currency,
        budget_is_ceiling=need.budget_is_ceiling,
        **asked,
        **_sides(need.envelope_mm),
    )


def _step(revision: NeedRevision, step: StepFact, words: _Words) -> Step:
    return Step(
        revision=revision,
        sequence=step.sequence,
        process_id=words.processes[step.process],
        role=step.role.value,
        pieces_per_unit=step.pieces_per_unit,
        material_choice=step.material_mode.value,
        equivalents_allowed=step.equivalents_allowed,
        substitutes_allowed=step.substitutes_allowed,
        tooling_exists=step.tooling_exists,
        tolerance_mm=step.tolerance_mm,
        **_sides(step.envelope_mm),
    )


def _sides(size: tuple[float, float, float] | None) -> dict[str, float | None]:
    sides = size or (None, None, None)
    return dict(zip(("envelope_length_mm", "envelope_width_mm", "envelope_height_mm"), sides, strict=True))


def _money(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(f"{amount:.2f}")
