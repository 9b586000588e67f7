"""Needs as facts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.matching.snapshots.needs import read_questions
from apps.needs.models import Confidentiality as StoredConfidentiality
from apps.needs.models import MaterialChoice, RegionRule, StepRole
from matchmaker.domain import (
    Confidentiality,
    MaterialMode,
    NeedFact,
    Place,
    RegionRuleFact,
    RegionStrength,
    Role,
    StepFact,
)
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = builders.today()


def need_fact(**fields: Any) -> NeedFact:
    need = builders.need(content=builders.need_content(**fields))
    return read_questions([need.pk])[0].need


def test_every_field_of_a_need() -> None:
    process, material = builders.process("smt"), [builders.material("b"), builders.material("a")]
    step = builders.step_content(
        process=process,
        role=StepRole.LEAD,
        pieces_per_unit=3,
        materials=tuple(material),
        material_choice=MaterialChoice.ALL,
        equivalents_allowed=True,
        substitutes_allowed=False,
        tooling_exists=True,
        tolerance_mm=0.1,
        envelope_mm=(1.0, 2.0, 3.0),
    )
    content = builders.need_content(
        steps=(step,),
        stage=builders.stage("evt"),
        industry="medical",
        order_quantity=100,
        annual_quantity=500,
        due_on=TODAY + timedelta(days=30),
        ship_to_country="KE",
        ship_to_admin_area="KE-30",
        ship_to_lat=-1.3,
        ship_to_lon=36.8,
        region_rule=RegionRule.MUST,
        region=builders.region("KE"),
        confidentiality=StoredConfidentiality.STRICT,
        export_controlled=True,
        self_service=True,
        wants_visits=True,
        contains_lithium=True,
        weight_kg=1.5,
        workmanship_class=3,
        currency="EUR",
        budget_amount=Decimal(900),
        budget_is_ceiling=True,
        tooling_budget_amount=Decimal(100),
        target_unit_price=Decimal("7.50"),
        envelope_mm=(4.0, 5.0, 6.0),
        required_certificates=(builders.certification("iso-13485"),),
        preferred_certificates=(builders.certification("iso-9001"),),
    )
    partner = builders.network()
    need = builders.need(content=content, partner_networks=(partner,))
    [question] = read_questions([need.pk])
    assert question.need == NeedFact(
        id=str(need.pk),
        revision=1,
        steps=(
            StepFact(
                sequence=1,
                process="smt",
                role=Role.LEAD,
                pieces_per_unit=3,
                materials=("a", "b"),
                material_mode=MaterialMode.ALL,
                substitutes_allowed=False,
                equivalents_allowed=True,
                tooling_exists=True,
                tolerance_mm=0.1,
                envelope_mm=(1, 2, 3),
            ),
        ),
        order_quantity=100,
        annual_quantity=500,
        stage="evt",
        industry="medical",
        customer_kind="startup",
        due_on=TODAY + timedelta(days=30),
        ship_to=Place("KE", "KE-30", -1.3, 36.8),
        region_rules=(RegionRuleFact(RegionStrength.MUST, "KE"),),
        required_certificates=("iso-13485",),
        preferred_certificates=("iso-9001",),
        workmanship_class=3,
        envelope_mm=(4, 5, 6),
        weight_kg=1.5,
        confidentiality=Confidentiality.STRICT,
        export_controlled=True,
        self_service=True,
        visits=True,
        lithium=True,
        budget=900,
        budget_is_ceiling=True,
        tooling_budget=100,
        target_price=7.5,
        currency="EUR",
        network_ids=(str(need.home_network_id), str(partner.pk)),
    )
    assert (question.need_id, question.revision_id) == (need.pk, need.current_id)


def test_a_need_that_says_little_is_mostly_blank() -> None:
    found = need_fact()
    assert found.region_rules == ()
    assert (found.stage, found.industry, found.ship_to, found.envelope_mm) == (None, None, Place(), None)


@pytest.mark.parametrize(("every", "scope"), [(False, ("box-build",)), (True, ())])
def test_a_region_may_hold_for_some_processes_only(every: bool, scope: tuple[str, ...]) -> None:
    region = builders.region("KE-final", every_process=every)
    region.applies_to.add(builders.process("box-build"))
    found = need_fact(region_rule=RegionRule.WISH, region=region)
    assert found.region_rules == (RegionRuleFact(RegionStrength.WISH, "KE-final", scope),)
