"""Needs as the engine reads them, and the policy that holds for each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch

from apps.facilities.models import LIVE_HOLDS, HoldWeek
from apps.matching.models import Policy as StoredPolicy
from apps.matching.models import PolicyState
from apps.needs.models import AskedCertificate, Need, NeedRevision, RegionRule, Step
from matchmaker.domain import (
    Confidentiality,
    HoldFact,
    MaterialMode,
    NeedFact,
    Place,
    RegionRuleFact,
    RegionStrength,
    Role,
    StepFact,
)
from matchmaker.policy import Policy


class NoPolicyError(LookupError):
    """No policy is in force: neither of the need's home network nor one for all."""


class NoRevisionError(LookupError):
    """A submitted need without content, which no service writes."""


@dataclass(frozen=True)
class Question:
    """One need to be ranked, with the rows that its ranking will name."""

    need_id: int
    revision_id: int
    policy_id: int
    need: NeedFact
    policy: Policy


def read_questions(keys: Sequence[int]) -> list[Question]:
    """For those needs that there are, in order of their key. Raises NoRevisionError or NoPolicyError."""
    needs = (
        Need.objects.filter(pk__in=keys)
        .select_related("organisation", "current__stage", "current__region")
        .prefetch_related(
            "partner_networks",
            "current__region__applies_to",
            Prefetch("current__steps", Step.objects.select_related("process").prefetch_related("materials")),
            Prefetch("current__certificates", AskedCertificate.objects.select_related("certification")),
        )
        .order_by("pk")
    )
    policies = {
        row.network_id: (row.pk, Policy.from_document(row.body))
        for row in StoredPolicy.objects.filter(state=PolicyState.PUBLISHED)
    }
    holds = _own_holds(needs)
    return [_question(need, policies, tuple(holds.get(need.public_id, ()))) for need in needs]


def _own_holds(needs: Iterable[Need]) -> dict[UUID, list[HoldFact]]:
    """What each need itself holds, by its public id: an offer must not push out the facility that it was made to."""
    asked = [need.public_id for need in needs]
    rows = (
        HoldWeek.objects.filter(hold__need_public_id__in=asked, hold__state__in=LIVE_HOLDS)
        .order_by("hold__resource_id", "monday", "hold_id")
        .values_list("hold__need_public_id", "hold__resource__facility_id", "hold__resource_id", "monday", "hours")
    )
    found: defaultdict[UUID, list[HoldFact]] = defaultdict(list)
    for need, facility, resource, monday, hours in rows:
        if need is not None:  # which the filter has seen to, and the column's type cannot tell
            found[need].append(HoldFact(str(facility), str(resource), monday, float(hours)))
    return found


def _question(need: Need, policies: dict[int | None, tuple[int, Policy]], holds: tuple[HoldFact, ...]) -> Question:
    if need.current is None:
        raise NoRevisionError(f"need {need.pk} has no current revision")
    own_or_common = policies.get(need.home_network_id) or policies.get(None)
    if own_or_common is None:
        raise NoPolicyError(f"no policy is in force for need {need.pk}")
    policy_id, policy = own_or_common
    return Question(need.pk, need.current.pk, policy_id, _need(need, need.current, holds), policy)


def _need(need: Need, revision: NeedRevision, holds: tuple[HoldFact, ...]) -> NeedFact:
    partners = sorted(link.network_id for link in need.partner_networks.all())
    return NeedFact(
        id=str(need.pk),
        revision=revision.number,
        steps=tuple(_step(step) for step in sorted(revision.steps.all(), key=lambda step: step.sequence)),
        order_quantity=revision.order_quantity,
        annual_quantity=revision.annual_quantity,
        stage=revision.stage.slug if revision.stage else None,
        industry=revision.industry or None,
        customer_kind=need.organisation.customer_kind,
        due_on=revision.due_on,
        ship_to=Place(
            revision.ship_to_country.code or None,
            revision.ship_to_admin_area or None,
            revision.ship_to_lat,
            revision.ship_to_lon,
        ),
        region_rules=_region_rules(revision),
        required_certificates=_certificates(revision, required=True),
        preferred_certificates=_certificates(revision, required=False),
        workmanship_class=revision.workmanship_class,
        envelope_mm=revision.envelope_mm,
        weight_kg=revision.weight_kg,
        confidentiality=Confidentiality(revision.confidentiality),
        export_controlled=revision.export_controlled,
        self_service=revision.self_service,
        visits=revision.wants_visits,
        lithium=revision.contains_lithium,
        budget=_number(revision.budget_amount),
        budget_is_ceiling=revision.budget_is_ceiling,
        tooling_budget=_number(revision.tooling_budget_amount),
        target_price=_number(revision.target_unit_price),
        currency=revision.currency,
        network_ids=tuple(str(key) for key in (need.home_network_id, *partners)),
        holds=holds,
    )


def _step(step: Step) -> StepFact:
    return StepFact(
        sequence=step.sequence,
        process=step.process.slug,
        role=Role(step.role),
        pieces_per_unit=step.pieces_per_unit,
        materials=tuple(sorted(material.slug for material in step.materials.all())),
        material_mode=MaterialMode(step.material_choice),
        substitutes_allowed=step.substitutes_allowed,
        equivalents_allowed=step.equivalents_allowed,
        tooling_exists=step.tooling_exists,
        tolerance_mm=step.tolerance_mm,
        envelope_mm=step.envelope_mm,
    )


def _region_rules(revision: NeedRevision) -> tuple[RegionRuleFact, ...]:
    """A region may hold for some processes only ("final assembly in Kenya")."""
    region = revision.region
    if revision.region_rule == RegionRule.NONE or region is None:
        return ()
    scope = () if region.every_process else tuple(sorted(process.slug for process in region.applies_to.all()))
    return (RegionRuleFact(RegionStrength(revision.region_rule), region.code, scope),)


def _certificates(revision: NeedRevision, *, required: bool) -> tuple[str, ...]:
    asked = [row for row in revision.certificates.all() if row.required is required]
    return tuple(sorted(row.certification.slug for row in asked))


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
