"""Section 12 of the definition: what holds for every input, one test a property."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matchmaker.canonical import plain
from matchmaker.codes import GATE_ORDER
from matchmaker.curves import run_size_fit
from matchmaker.documents import ranking_document
from matchmaker.domain import (
    CapabilityFact,
    FacilityFact,
    Figures,
    NeedFact,
    Place,
    RegionStrength,
    Role,
    Source,
    Tier,
    Verdict,
)
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.results import MatchResult, Ranking
from matchmaker.supply import Supply
from tests.engine import sample
from tests.engine.catalogue_files import taxonomy
from tests.engine.loosen import LOOSER, Change
from tests.engine.worlds import AS_OF, a_facility, a_need, worlds

World = tuple[NeedFact, tuple[FacilityFact, ...]]
POLICY = Policy.default()
CLOSE = 1e-8


def ranked(need: NeedFact, *crowd: FacilityFact) -> Ranking:
    return rank(need, Supply.build(crowd, taxonomy()), POLICY, AS_OF)


def standing(ranking: Ranking, name: str) -> tuple[int, float]:
    """The tier of a facility and its score; excluded ones score nothing."""
    for match in ranking.matches:
        if match.facility_id == name:
            return int(match.tier), match.score
    return int(Tier.EXCLUDED), 0.0


def told(match: MatchResult) -> dict[str, Any]:
    """What is said of a facility, its place among the others apart."""
    document: dict[str, Any] = plain(match)
    return document | {"position": 0, "rank_label": ""}


# ---------------------------------------------------------------- one facility never touches another


@given(worlds(), a_facility("newcomer"))
def test_adding_or_removing_a_facility_never_reorders_the_others(world: World, newcomer: FacilityFact) -> None:
    need, crowd = world
    before = [match.facility_id for match in ranked(need, *crowd).matches]
    after = [match.facility_id for match in ranked(need, *crowd, newcomer).matches]
    assert [name for name in after if name != "newcomer"] == before


@given(worlds())
def test_one_facilitys_answer_never_depends_on_anothers(world: World) -> None:
    need, crowd = world
    together = {match.facility_id: told(match) for match in ranked(need, *crowd).matches}
    for facility in crowd:
        alone = [told(match) for match in ranked(need, facility).matches]
        assert alone == ([together[facility.id]] if facility.id in together else [])


@given(worlds(), st.randoms(use_true_random=False))
def test_permuting_rows_changes_nothing(world: World, shuffler: Any) -> None:
    need, crowd = world
    shuffled = list(crowd)
    shuffler.shuffle(shuffled)
    turned = tuple(
        replace(
            facility,
            capabilities=facility.capabilities[::-1],
            resources=facility.resources[::-1],
            certificates=None if facility.certificates is None else facility.certificates[::-1],
            machines=None if facility.machines is None else facility.machines[::-1],
        )
        for facility in shuffled
    )
    assert ranking_document(ranked(need, *crowd)) == ranking_document(ranked(need, *turned))


def test_ties_are_settled_by_a_hash_and_not_by_row_or_name() -> None:
    need = sample.needs()["N30"]
    twin = sample.facility(next(row for row in sample.world()["facilities"] if row["id"] == "F08"))
    names = [f"twin-{letter}" for letter in "abcdefgh"]
    ranking = ranked(need, *(replace(twin, id=name) for name in names))
    order = [match.facility_id for match in ranking.matches]
    assert sorted(order) == names
    assert order != names
    assert order != names[::-1]
    assert {match.rank_label for match in ranking.matches} == {"1="}


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize("change", LOOSER.values(), ids=LOOSER)
@given(facility=a_facility("f0"), need=a_need())
def test_loosening_one_stated_bound_never_lowers_it(change: Change, facility: FacilityFact, need: NeedFact) -> None:
    before, after = (standing(ranked(need, item), "f0") for item in (facility, change(facility)))
    assert after[0] <= before[0]
    if after[0] == before[0]:
        assert round(after[1] * 100 + 1e-6) >= round(before[1] * 100 - 1e-6)


@pytest.mark.parametrize("change", LOOSER.values(), ids=LOOSER)
@given(facility=a_facility("f0"), need=a_need())
def test_tightening_one_stated_bound_never_raises_it(change: Change, facility: FacilityFact, need: NeedFact) -> None:
    loose = change(facility)
    before, after = (standing(ranked(need, item), "f0") for item in (loose, facility))
    assert (after[0], -after[1]) >= (before[0], -before[1] - 0.0100001)


BLANKS: dict[str, dict[str, Any]] = {
    "materials": {"materials": None},
    "min_run": {"min_run": None},
    "min_order_money": {"min_order_money": None},
    "max_run": {"max_run": None},
    "economic_high": {"economic_high": None},
    "tolerance_mm": {"tolerance_mm": None},
    "envelope_mm": {"envelope_mm": None},
    "lead_days": {"lead_days_low": None, "lead_days_high": None},
    "price": {"price_low": None, "price_high": None},
}


def blanked(facility: FacilityFact, names: dict[str, Any]) -> FacilityFact:
    lines = tuple(replace(line, figures=replace(line.figures, **names)) for line in facility.capabilities)
    return replace(facility, figures=replace(facility.figures, **names), capabilities=lines)


@pytest.mark.parametrize("names", BLANKS.values(), ids=BLANKS)
@given(facility=a_facility("f0"), need=a_need())
def test_blanking_a_stated_fact_lifts_at_most_to_tier_2(
    names: dict[str, Any], facility: FacilityFact, need: NeedFact
) -> None:
    before, after = (standing(ranked(need, item), "f0")[0] for item in (facility, blanked(facility, names)))
    assert after >= min(before, Tier.TO_CONFIRM)


@pytest.mark.parametrize(
    "blanks",
    [{"certificates": None}, {"workmanship_class": None}, {"signs_nda": None}, {"place": Place()}],
    ids=["certificates", "workmanship_class", "signs_nda", "place"],
)
@given(facility=a_facility("f0"), need=a_need())
def test_blanking_a_stated_fact_of_the_site_lifts_at_most_to_tier_2(
    blanks: dict[str, Any], facility: FacilityFact, need: NeedFact
) -> None:
    empty = replace(facility, **blanks)
    before, after = (standing(ranked(need, item), "f0")[0] for item in (facility, empty))
    assert after >= min(before, Tier.TO_CONFIRM)


@pytest.mark.parametrize("names", BLANKS.values(), ids=BLANKS)
@given(facility=a_facility("f0"), need=a_need())
def test_blanking_a_stated_fact_that_passes_never_lifts_a_tier(
    names: dict[str, Any], facility: FacilityFact, need: NeedFact
) -> None:
    """With one line and one step, so that the gates shown are all there are."""
    lead = replace(need.steps[0], role=Role.LEAD)
    need = replace(need, steps=(lead,), network_ids=(), export_controlled=False)
    assume(facility.capabilities)
    line = replace(facility.capabilities[0], process=lead.process, source=Source.STATED, through_partner=False)
    facility = replace(facility, capabilities=(line,), machines=None)
    before = ranked(need, facility)
    assume(before.matches)
    assume(not any(gate.verdict == Verdict.FAIL for gate in before.matches[0].gates))
    after = standing(ranked(need, blanked(facility, names)), "f0")[0]
    assert after >= before.matches[0].tier


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 10000))
def test_quantity_exactly_the_minimum_passes(minimum: int, low: int, high: int, top: int) -> None:
    assert float(run_size_fit(minimum, minimum, low, high, max(top, minimum))) >= 0.6
    need = replace(sample.needs()["N30"], order_quantity=minimum)
    shop = sample.facility(next(row for row in sample.world()["facilities"] if row["id"] == "F08"))
    shop = replace(shop, figures=replace(shop.figures, min_run=minimum, max_run=None, economic_high=10000))
    gates = [gate for match in ranked(need, shop).matches for gate in match.gates if gate.gate == "run_size"]
    assert [gate.code for gate in gates] == ["run_inside"]


@given(st.floats(1, 1000), st.floats(1, 1000), st.floats(1, 1000), st.one_of(st.just(float("nan")), st.floats(1, 1e4)))
def test_run_size_fit_rises_up_to_the_band_and_falls_after_it(m: float, low: float, high: float, top: float) -> None:
    a = max(low, m)
    b = max(high, a)
    rising = [run_size_fit(m / 4 + (a - m / 4) * share / 40, m, low, high, top) for share in range(41)]
    falling = [run_size_fit(b * 1.1**power, m, low, high, top) for power in range(60)]
    assert all(x <= y + 1e-12 for x, y in pairwise(rising))
    assert all(x >= y - 1e-12 for x, y in pairwise(falling))


# ---------------------------------------------------------------- the list


@given(worlds())
def test_a_ready_facility_is_never_below_a_to_confirm_one(world: World) -> None:
    tiers = [match.tier for match in ranked(world[0], *world[1]).matches]
    assert tiers == sorted(tiers)


@given(worlds())
def test_a_tier_means_what_its_gates_say(world: World) -> None:
    for match in ranked(world[0], *world[1]).matches:
        verdicts = [gate.verdict for gate in match.gates]
        fails = verdicts.count(Verdict.FAIL)
        assert match.confirmed == verdicts.count(Verdict.PASS)
        assert match.asked == len(verdicts)
        if match.tier == Tier.READY:
            assert set(verdicts) <= {Verdict.PASS}
        if match.tier == Tier.TO_CONFIRM:
            assert fails == 0
            assert Verdict.UNKNOWN in verdicts
            assert {(q.gate, q.step, q.subject) for q in match.questions} >= {
                (g.gate, g.step, g.subject) for g in match.gates if g.verdict == Verdict.UNKNOWN
            }
        if match.tier == Tier.NEAR_MISS:
            assert fails in (1, 2)
            assert all(gate.near_miss for gate in match.gates if gate.verdict == Verdict.FAIL)


@given(worlds())
def test_counts_add_up(world: World) -> None:
    need, crowd = world
    ranking = ranked(need, *crowd)
    assert ranking.considered == sum(count for _, count in ranking.tier_counts)
    assert ranking.considered == len(ranking.matches) + len(ranking.excluded)
    assert [row.gate for row in ranking.funnel] == [gate.value for gate in GATE_ORDER]
    remaining = ranking.considered
    for row in ranking.funnel:
        assert row.failed == sum(item.gate == row.gate for item in ranking.excluded)
        remaining -= row.failed
        assert row.remaining == remaining
    assert remaining == len(ranking.matches)


@given(worlds(most=6), st.integers(1, 3))
def test_top_k_is_the_true_top_k(world: World, top: int) -> None:
    need, crowd = world
    full = ranked(need, *crowd)
    short = rank(need, Supply.build(crowd, taxonomy()), replace(POLICY, top_k=top), AS_OF)
    assert [told(match) for match in short.matches] == [told(match) for match in full.matches][:top]
    assert short.tier_counts == full.tier_counts
    assert short.excluded == full.excluded


@given(worlds())
def test_a_score_can_be_recomputed_from_what_is_told(world: World) -> None:
    for match in ranked(world[0], *world[1]).matches:
        ends = [match.coverage_low, match.coverage_high]
        for criterion in match.criteria:
            assert criterion.contribution_low == pytest.approx(max(criterion.low, 0.05) ** criterion.weight, abs=CLOSE)
            ends = [ends[0] * criterion.contribution_low, ends[1] * criterion.contribution_high]
        for adjustment in match.adjustments:
            ends = [ends[0] * adjustment.factor_low, ends[1] * adjustment.factor_high]
        assert (match.low, match.high) == pytest.approx(ends, abs=CLOSE)
        assert match.score == pytest.approx(match.low + 0.35 * (match.high - match.low), abs=CLOSE)
        assert sum(criterion.weight for criterion in match.criteria) == pytest.approx(1, abs=CLOSE)


# ---------------------------------------------------------------- intervals


def _filled(facility: FacilityFact, need: NeedFact, share: float) -> dict[str, FacilityFact]:
    """The facility with one blank filled from the default range, a share of the way from its good to its bad end."""
    process = taxonomy().process_rows[taxonomy().process_index[facility.capabilities[0].process]]
    factor = POLICY.kind_min_run_factor[facility.kind.value]
    most = int(max(process.typical_min_run or 1, 1) * factor)
    low, high = process.lead_days_low or 0, (process.lead_days_high or 0) * POLICY.lead_high_factor
    out = {"run_size": _with(facility, min_run=1 + int((most - 1) * share))}
    out["lead_time"] = _with(facility, lead_days_low=low + (high - low) * share / 2, lead_days_high=high)
    if process.tolerance_mm:
        spread = POLICY.tolerance_default_factor ** (1 - 2 * share)
        out["precision"] = _with(facility, tolerance_mm=process.tolerance_mm * spread)
    booked = POLICY.booked_share[0] + (POLICY.booked_share[1] - POLICY.booked_share[0]) * share
    resources = tuple(replace(item, booked_share=booked, weeks=()) for item in facility.resources)
    out["capacity"] = replace(facility, resources=resources)
    return out


def _with(facility: FacilityFact, **figures: Any) -> FacilityFact:
    return replace(facility, figures=replace(facility.figures, **figures))


def _blank(facility: FacilityFact) -> FacilityFact:
    names: dict[str, Any] = {"min_run": None, "lead_days_low": None, "lead_days_high": None, "tolerance_mm": None}
    resources = tuple(
        replace(item, booked_share=None, weeks=(), as_of=AS_OF, units_per_week=None) for item in facility.resources
    )
    return replace(_with(facility, **names), resources=resources)


@given(facility=a_facility("f0"), need=a_need(), share=st.sampled_from([0.0, 0.3, 1.0]))
def test_the_truth_stays_inside_the_interval(facility: FacilityFact, need: NeedFact, share: float) -> None:
    """With one line and one step. Each blank in turn is filled with a value of its default range."""
    need = replace(need, steps=(replace(need.steps[0], role=Role.LEAD),), holds=())
    line = CapabilityFact("c0", need.steps[0].process)
    facility = _blank(replace(facility, capabilities=(line,), machines=None))
    before = ranked(need, facility).matches
    assume(before)
    spans = {criterion.criterion: criterion for criterion in before[0].criteria}
    for name, filled in _filled(facility, need, share).items():
        for match in ranked(need, filled).matches:
            for criterion in match.criteria:
                if criterion.criterion == name and name in spans:
                    assert spans[name].low - CLOSE <= criterion.low
                    assert criterion.high <= spans[name].high + CLOSE


# ---------------------------------------------------------------- units, direction, bytes


def _inches(size: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
    return None if size is None else tuple(side / 25.4 * 25.4 for side in size)  # type: ignore[return-value]


def _measured(figures: Figures) -> Figures:
    tolerance = None if figures.tolerance_mm is None else figures.tolerance_mm / 25.4 * 25.4
    return replace(figures, envelope_mm=_inches(figures.envelope_mm), tolerance_mm=tolerance)


@given(worlds())
def test_units_do_not_matter(world: World) -> None:
    """Inches there and back, a dozen as twelve pieces a unit, shop hours as hours a machine."""
    need, crowd = world
    metric = ranked(need, *crowd)
    inches = tuple(
        replace(
            facility,
            figures=_measured(facility.figures),
            capabilities=tuple(replace(line, figures=_measured(line.figures)) for line in facility.capabilities),
            resources=tuple(
                item
                if item.gross_hours is None
                else replace(item, gross_hours=None, hours_per_machine=item.gross_hours / 3, machines=3)
                for item in facility.resources
            ),
        )
        for facility in crowd
    )
    steps = tuple(replace(step, envelope_mm=_inches(step.envelope_mm)) for step in need.steps)
    there = ranked(replace(need, steps=steps, envelope_mm=_inches(need.envelope_mm)), *inches)
    assert [m.facility_id for m in there.matches] == [m.facility_id for m in metric.matches]
    assert [m.tier for m in there.matches] == [m.tier for m in metric.matches]
    assert [m.score for m in there.matches] == pytest.approx([m.score for m in metric.matches], abs=CLOSE)


@given(worlds())
def test_a_dozen_is_twelve_pieces(world: World) -> None:
    need, crowd = world
    need = replace(need, self_service=False, annual_quantity=None, target_price=None, budget_is_ceiling=False)
    pieces = replace(need, order_quantity=need.order_quantity * 12)
    dozens = replace(need, steps=tuple(replace(step, pieces_per_unit=step.pieces_per_unit * 12) for step in need.steps))
    one, other = ranked(pieces, *crowd), ranked(dozens, *crowd)
    assert [(m.facility_id, m.tier, m.score) for m in one.matches] == [
        (m.facility_id, m.tier, m.score) for m in other.matches
    ]


def test_substitution_never_works_backwards() -> None:
    tree = taxonomy()
    forward = {(row.provided, row.needed) for row in tree.relations if row.relation in ("covers", "substitutes")}
    for provided, needed in sorted(forward):
        quantity = 100
        back = tree.firm_matches(provided, quantity, substitutes=True)
        stated = any(tree.is_below(needed, a) and tree.is_below(provided, b) for a, b in forward) or tree.is_below(
            needed, provided
        )
        if not stated:
            assert back.case[tree.process_index[needed]] == 0, (provided, needed)


def test_subsumption_never_works_backwards() -> None:
    tree = taxonomy()
    for row in tree.process_rows:
        firm = tree.firm_matches(row.slug, 10, substitutes=False)
        for above in (other for other in tree.process_rows if other.slug != row.slug):
            if tree.is_below(row.slug, above.slug):
                assert firm.case[tree.process_index[above.slug]] in (0, 3), (row.slug, above.slug)
    for slug, closure in tree.certificate_closure.items():
        assert all(slug not in tree.certificate_closure[other] for other in closure if other != slug)


BYTES = """
import hashlib, json
from matchmaker.documents import ranking_document
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from tests.engine import sample
text = "".join(
    json.dumps(ranking_document(rank(need, sample.supply(), Policy.default(), sample.AS_OF)))
    for need in sample.needs().values()
)
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_equal_input_gives_equal_bytes_in_any_process() -> None:
    root = str(Path(__file__).resolve().parents[2])
    seen = {
        subprocess.run(
            [sys.executable, "-c", BYTES],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_no_region_wish_ever_excludes() -> None:
    need = sample.needs()["N01"]
    assert {rule.strength for rule in need.region_rules} == {RegionStrength.WISH}
    free = rank(replace(need, region_rules=()), sample.supply(), POLICY, sample.AS_OF)
    wished = rank(need, sample.supply(), POLICY, sample.AS_OF)
    assert free.tier_counts == wished.tier_counts


def test_golden_ranking() -> None:
    """N01 as it was ranked when the definition was last read beside it; regenerate only with a reason to tell."""
    found = ranking_document(rank(sample.needs()["N01"], sample.supply(), replace(POLICY, top_k=2), sample.AS_OF))
    golden = Path(__file__).parent / "golden_n01.json"
    assert json.loads(golden.read_text()) == json.loads(json.dumps(found))
