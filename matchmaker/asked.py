"""The need as the gates and criteria read it: steps with quantities and sizes, money, distance mode, days left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaker.domain import Confidentiality, DistanceMode, Millimetres3, NeedFact, RegionStrength, Role, StepFact
from matchmaker.modes import distance_mode
from matchmaker.policy import Policy
from matchmaker.taxonomy import Firm, Taxonomy

# Where the product is put together: from the first such step on its size is the product's.
JOINING = ("assembly", "joining", "wood-joinery", "sewing", "rf-welding", "ultrasonic-welding", "battery-pack-assembly")
# What is then done to the whole product. Anything else that comes later in a need's list makes a part for it.
WHOLE_PRODUCT = (*JOINING, "finishing", "wood-finishing", "electronics-test", "certification-testing")
# Where the third side (board thickness, sheet thickness, opening stroke) cannot be turned into the plane.
FIXED_ORIENTATION = ("pcb-fab", "pcb-assembly", "cutting-2d", "injection-moulding")
ELECTRONICS = "electronics"


@dataclass(frozen=True, slots=True)
class AskedStep:
    """One step. `pieces` = order quantity x pieces per unit; `envelope_mm` is the size asked here, if any."""

    fact: StepFact
    pieces: int
    year_pieces: int
    gated: bool
    weight: float
    firm: Firm
    materials: tuple[int, ...]
    envelope_mm: Millimetres3 | None
    rotatable: bool

    @property
    def sequence(self) -> int:
        return self.fact.sequence

    @property
    def is_lead(self) -> bool:
        return self.fact.role == Role.LEAD


@dataclass(frozen=True, slots=True)
class Asked:
    """`order_worth`: what the whole order may bring, in the need's currency; None = not known. `available_days`:
    from as_of to the due date, negative when it is past; None without one. `valid_on`: when certificates must hold."""

    need: NeedFact
    policy: Policy
    taxonomy: Taxonomy
    as_of: date
    steps: tuple[AskedStep, ...]
    mode: DistanceMode
    mode_rule: str
    mode_confident: bool
    order_worth: float | None
    available_days: float | None
    valid_on: date
    facility_certificates: tuple[str, ...]
    statements: tuple[str, ...]
    workmanship: int | None

    @classmethod
    def build(cls, need: NeedFact, policy: Policy, taxonomy: Taxonomy, as_of: date) -> Asked:
        """Raises ValueError for a need that cannot be ranked, KeyError for a slug the catalogue lacks."""
        check_need(need)
        mode, rule, confident = distance_mode(need, taxonomy)
        scopes = {slug: taxonomy.certificate_scope[slug] for slug in sorted(set(need.required_certificates))}
        return cls(
            need=need,
            policy=policy,
            taxonomy=taxonomy,
            as_of=as_of,
            steps=_steps(need, policy, taxonomy),
            mode=mode,
            mode_rule=rule,
            mode_confident=confident,
            order_worth=_order_worth(need),
            available_days=None if need.due_on is None else float((need.due_on - as_of).days),
            valid_on=max(need.due_on or as_of, as_of),
            facility_certificates=tuple(s for s, scope in scopes.items() if scope not in ("product", "person")),
            statements=tuple(s for s, scope in scopes.items() if scope in ("product", "person")),
            workmanship=_workmanship(need, taxonomy),
        )

    @property
    def gated(self) -> tuple[AskedStep, ...]:
        return tuple(step for step in self.steps if step.gated)

    @property
    def strict(self) -> bool:
        return self.need.confidentiality == Confidentiality.STRICT

    def region_rules(self, strength: RegionStrength) -> list[tuple[str, tuple[str, ...]]]:
        return [(rule.region, rule.processes) for rule in self.need.region_rules if rule.strength == strength]


def check_need(need: NeedFact) -> None:
    """One lead, whole positive quantities, a place in the sequence for every step."""
    if need.order_quantity < 1:
        raise ValueError("order_quantity must be at least 1")
    if sum(step.role == Role.LEAD for step in need.steps) != 1:
        raise ValueError("steps must have exactly one lead")
    if len({step.sequence for step in need.steps}) != len(need.steps):
        raise ValueError("steps must each have a sequence of their own")
    if any(step.pieces_per_unit < 1 for step in need.steps):
        raise ValueError("pieces_per_unit must be at least 1")


def _order_worth(need: NeedFact) -> float | None:
    """The stated target price first, else the budget less the tooling budget; 0 or blank is unknown."""
    if need.target_price:
        return need.target_price * need.order_quantity
    if need.budget:
        left = need.budget - (need.tooling_budget or 0.0)
        return left if left > 0 else None
    return None


def _workmanship(need: NeedFact, taxonomy: Taxonomy) -> int | None:
    """The class matters only where electronics are built."""
    gated = [step.process for step in need.steps if step.role != Role.PREFERRED]
    if need.workmanship_class is None or not any(taxonomy.is_below(process, ELECTRONICS) for process in gated):
        return None
    return need.workmanship_class


def _steps(need: NeedFact, policy: Policy, taxonomy: Taxonomy) -> tuple[AskedStep, ...]:
    validated = bool(set(need.required_certificates) & set(policy.validated_certificates))
    ordered = sorted(need.steps, key=lambda step: step.sequence)
    product_from = _product_from(ordered, taxonomy)
    out = []
    for step in ordered:
        pieces = need.order_quantity * step.pieces_per_unit
        substitutes = step.substitutes_allowed and not validated
        out.append(
            AskedStep(
                fact=step,
                pieces=pieces,
                year_pieces=max(need.annual_quantity or 0, need.order_quantity) * step.pieces_per_unit,
                gated=step.role != Role.PREFERRED,
                weight=policy.role_weights[step.role],
                firm=taxonomy.firm_matches(step.process, pieces, substitutes=substitutes),
                materials=tuple(sorted({taxonomy.material_index[slug] for slug in step.materials})),
                envelope_mm=_size(step, need, taxonomy, product_from),
                rotatable=not any(taxonomy.is_below(step.process, top) for top in FIXED_ORIENTATION),
            )
        )
    return tuple(out)


def _product_from(ordered: list[StepFact], taxonomy: Taxonomy) -> int | None:
    """The sequence of the first gated step that joins parts; None for a product that is not joined."""
    for step in ordered:
        if step.role != Role.PREFERRED and any(taxonomy.is_below(step.process, top) for top in JOINING):
            return step.sequence
    return None


def _size(step: StepFact, need: NeedFact, taxonomy: Taxonomy, product_from: int | None) -> Millimetres3 | None:
    """The step's own size; else the product's, from the joining step on where the whole product is handled, or at
    the lead step if nothing is joined. The product's size is asked only where the process knows a usual size."""
    if step.envelope_mm is not None:
        return step.envelope_mm
    if product_from is None:
        here = step.role == Role.LEAD
    else:
        whole = any(taxonomy.is_below(step.process, top) for top in WHOLE_PRODUCT)
        here = step.sequence >= product_from and whole
    limited = taxonomy.process_rows[taxonomy.process_index[step.process]].envelope_mm is not None
    return need.envelope_mm if here and limited else None
