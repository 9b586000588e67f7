"""A coordinator recomputes any score by hand: from one ranking as it is published, plain arithmetic and the policy.

Nothing of the engine's own code enters the sums below; `by_hand` reads a match of the published document, as the
API's view of a coordinator carries it. What a figure that nobody stated may be (its default range) is the document's
to say: the ends of a step's run size and precision then come from the step's facts.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import inf, isclose, log, log2
from typing import Any

import pytest

from matchmaker.documents import ranking_document
from matchmaker.domain import PreferenceFact
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from tests.engine import sample
from tests.engine.catalogue_files import taxonomy

Ends = tuple[float, float]
CLOSE = 2e-9
POLICY = Policy.default().to_document()
WISHES = [
    PreferenceFact(accepts_startups=True, industries=(), stages=("evt", "dvt")),
    PreferenceFact(accepts_startups=False, industries=("medical",), stages=()),
    PreferenceFact(stages=("pvt", "mass")),
    PreferenceFact(accepts_startups=True, industries=("consumer", "industrial")),
]


def facts(row: dict[str, Any]) -> dict[str, Any]:
    return {fact["name"]: fact["value"] for fact in row["facts"]}


def between(x: float, points: list[tuple[float, float]]) -> float:
    """Straight lines through the points, level outside."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


# ---------------------------------------------------------------- each criterion by hand, both ends


def run_curve(q: float, m: float, low: float, high: float, top: float | None) -> float:
    a = max(low, m)
    b = max(high, a)
    most = max(4 * b if top is None else top, b)
    if q < m:
        return 0.0 if q < m / 2 else 0.4 * log2(2 * q / m)
    if q < a:
        return 0.6 + 0.4 * log(q / m) / log(a / m)
    if q <= b:
        return 1.0
    if q <= most:
        return 1 - 0.3 * log(q / b) / log(most / b)
    return 0.7 * (1 - log2(q / most)) if q < 2 * most else 0.0


def step_run_size(step: dict[str, Any], gate: dict[str, Any]) -> Ends:
    """By the curve where minimum and band are stated; else the ends that the document gives."""
    told, asked = facts(step), facts(gate)
    ends = told["run_fit_low"], told["run_fit_high"]
    if gate["verdict"] != "pass" or "min_run" not in asked or ends[0] != ends[1]:
        return ends
    m = max(asked["min_run"], asked.get("money_pieces", 0.0), 1.0)
    band = told["economic_low_used"], told["economic_high_used"]
    q, top = asked["order_pieces"], asked.get("max_run")
    value = min(run_curve(q, at, *band, top) for at in (m, min(m, max(band[1], 1.0))))
    assert isclose(value, ends[0], abs_tol=CLOSE)
    return value, value


def run_size(match: dict[str, Any], criterion: dict[str, Any], need: Any) -> Ends:
    gates = {gate["step"]: gate for gate in match["gates"] if gate["gate"] == "run_size"}
    steps = [step_run_size(step, gates[step["step"]]) for step in match["steps"] if step["step"] in gates]
    return min(low for low, _ in steps), min(high for _, high in steps)


def capacity(match: dict[str, Any], criterion: dict[str, Any], need: Any) -> Ends:
    """A load without a number has no free hours under it. A step of which no resource is known may be anything."""
    told = facts(criterion)
    curve = [(0.6, 1.0), (0.85, 0.7), (1.0, 0.3), (1.2, 0.0)]
    low, high = (between(told.get(name, inf), curve) for name in ("load_high", "load_low"))
    return (0.0 if unplaced(match) else low), high


def gated(match: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in match["steps"] if "run_fit_low" in facts(step)]


def unplaced(match: dict[str, Any]) -> bool:
    return any("gross_hours_per_week" not in facts(step) for step in gated(match))


def lead_time(match: dict[str, Any], criterion: dict[str, Any], need: Any) -> Ends:
    """A lead time of the whole site that misses the date need not bind this step: then its good end is just in time."""
    told = facts(criterion)
    curve = [(0.8, 0.0), (1.0, 0.5), (1.25, 0.9), (1.5, 1.0)]
    days = told["available_days"]
    late, early = (days / told[f"total_days_{end}"] for end in ("high", "low"))
    excused = any(gate["code"] == "due_site_only" for gate in match["gates"])
    return between(late, curve), between(1.0 if excused else early, curve)


def distance(match: dict[str, Any], criterion: dict[str, Any], need: Any) -> Ends:
    told = facts(criterion)
    half, floor = POLICY["distance_modes"][told["distance_mode"]]
    km = told.get("distance_km")
    ends = (floor, 1.0) if km is None else (floor + (1 - floor) * 2 ** (-km / half),) * 2
    border, factor = told.get("customs_border"), POLICY["border_factor"]
    return ends[0] * (1 if border is False else factor), ends[1] * (factor if border else 1)


def mutual_fit(match: dict[str, Any], criterion: dict[str, Any], need: Any) -> Ends:
    told, least = facts(criterion), POLICY["mutual_fit_floor"]
    curve = [(0.4, 1.0), (0.8, 0.6), (1.0, 0.3)]
    low, high = (between(told[f"year_share_{end}"], curve) for end in ("high", "low"))
    if unplaced(match) or guessed_hours(match):
        low = min(low, least)
    welcome = told.get("accepts_startups")
    low, high = low * (1 if welcome else least), high * (least if welcome is False else 1)
    for asked, name in ((need.stage, "stage_wished"), (need.industry, "industry_wished")):
        if asked is not None:
            low *= 1 if told.get(name) else POLICY["unwished_factor"]
            high *= POLICY["unwished_factor"] if told.get(name) is False else 1
    return low, high


def guessed_hours(match: dict[str, Any]) -> bool:
    """Some resource behind a step that nobody stated: its hours are one shift of the kind."""
    rows = [fact for step in gated(match) for fact in step["facts"] if fact["name"] == "gross_hours_per_week"]
    return any(fact["source"] in ("default", "derived") for fact in rows)


def precision(match: dict[str, Any], criterion: dict[str, Any], need: Any) -> Ends:
    steps = [facts(step) for step in gated(match) if "precision_low" in facts(step)]
    for step in gated(match):
        check_precision(match, step)
    return min(step["precision_low"] for step in steps), min(step["precision_high"] for step in steps)


def check_precision(match: dict[str, Any], step: dict[str, Any]) -> None:
    """Where tolerance and size are stated and pass, the step's figure is the worse of the two curves."""
    asked = [gate for gate in match["gates"] if gate["step"] == step["step"]]
    rows = {gate["gate"]: gate for gate in asked if gate["gate"] in ("tolerance", "envelope")}
    if not rows or any(gate["verdict"] != "pass" for gate in rows.values()):
        return
    values = []
    if "tolerance" in rows:
        told = facts(rows["tolerance"])
        values.append(between(told["required_mm"] / told["best_mm"], [(1.0, 0.8), (2.0, 1.0)]))
    if "envelope" in rows:
        values.append(0.8 if facts(rows["envelope"])["ratio"] < 1.1 else 1.0)
    assert isclose(min(values), facts(step)["precision_low"], abs_tol=CLOSE)
    assert isclose(min(values), facts(step)["precision_high"], abs_tol=CLOSE)


def track_record(match: dict[str, Any], criterion: dict[str, Any], need: Any) -> Ends:
    """Nobody in the sample has a record: of Beta(4, 1) the share below x is x ^ 4."""
    told = facts(criterion)
    assert (told["good_lots"], told["bad_lots"]) == (0, 0)
    return (POLICY["track_quantile"] ** 0.25,) * 2


BY_HAND = {
    "run_size": run_size,
    "capacity": capacity,
    "lead_time": lead_time,
    "distance": distance,
    "mutual_fit": mutual_fit,
    "precision": precision,
    "track_record": track_record,
}


# ---------------------------------------------------------------- and the score

FACTORS = {
    "outside_wished_region": POLICY["wished_region_factor"],
    "strict_secrecy_across_border": POLICY["strict_border_factor"],
}


def coverage(match: dict[str, Any]) -> Ends:
    weights = POLICY["role_weights"]
    whole = sum(weights[step["role"]] for step in match["steps"])
    low, high = (
        sum(weights[step["role"]] * step[f"quality_{end}"] for step in match["steps"]) / whole
        for end in ("low", "high")
    )
    return low, high


@cache
def rankings() -> list[tuple[Any, dict[str, Any]]]:
    """Of the sample as it is, and again with wishes that facilities state."""
    wishing = [replace(row, preferences=WISHES[at % len(WISHES)]) for at, row in enumerate(sample.facilities())]
    needs = list(sample.needs().values())
    asking = [replace(need, industry="medical") for need in needs]
    wished = Supply.build(wishing, taxonomy())
    pairs = [(need, sample.supply()) for need in needs] + [(need, wished) for need in asking]
    policy = Policy.default()
    return [(need, ranking_document(rank(need, supply, policy, sample.AS_OF))) for need, supply in pairs]


def matches() -> list[tuple[Any, dict[str, Any]]]:
    return [(need, match) for need, document in rankings() for match in document["matches"]]


def test_there_is_something_to_recompute() -> None:
    """Hundreds of matches of all tiers, every criterion known and as an interval, wishes met and not."""
    found = [match for _, match in matches()]
    assert len(found) > 400
    assert {match["tier"] for match in found} == {"ready", "to_confirm", "near_miss", "component"}
    codes = {(row["criterion"], row["code"]) for match in found for row in match["criteria"]}
    assert {name for name, _ in codes} == set(BY_HAND)
    both = ("run_size", "capacity", "lead_time", "precision")
    assert {(name, code) for name in both for code in ("known", "interval")} <= codes
    told = [facts(row) for match in found for row in match["criteria"] if row["criterion"] == "mutual_fit"]
    for name in ("stage_wished", "industry_wished"):
        assert {row.get(name) for row in told} == {True, False, None}
    assert {row["code"] for match in found for row in match["adjustments"]} == set(FACTORS)


@pytest.mark.parametrize("criterion", sorted(BY_HAND))
def test_every_value_of_a_criterion(criterion: str) -> None:
    wrong = []
    for need, match in matches():
        for row in match["criteria"]:
            if row["criterion"] == criterion:
                low, high = BY_HAND[criterion](match, row, need)
                if not (isclose(low, row["low"], abs_tol=CLOSE) and isclose(high, row["high"], abs_tol=CLOSE)):
                    wrong.append((need.id, match["facility_id"], (low, high), (row["low"], row["high"]), row["facts"]))
    assert wrong == []


def test_coverage() -> None:
    for _, match in matches():
        low, high = coverage(match)
        assert isclose(low, match["coverage_low"], abs_tol=CLOSE)
        assert isclose(high, match["coverage_high"], abs_tol=CLOSE)


def test_every_weight_and_contribution() -> None:
    """Weights are shared out again over the criteria that a match has."""
    for need, match in matches():
        whole = sum(POLICY["weights"][row["criterion"]] for row in match["criteria"])
        for row in match["criteria"]:
            weight = POLICY["weights"][row["criterion"]] / whole
            assert isclose(row["weight"], weight, abs_tol=CLOSE)
            for end, value in zip(("low", "high"), BY_HAND[row["criterion"]](match, row, need), strict=True):
                contribution = max(value, POLICY["floor"]) ** weight
                assert isclose(row[f"contribution_{end}"], contribution, abs_tol=CLOSE)


def test_every_score_and_its_ends() -> None:
    for need, match in matches():
        ends = list(coverage(match))
        whole = sum(POLICY["weights"][row["criterion"]] for row in match["criteria"])
        for row in match["criteria"]:
            for at, value in enumerate(BY_HAND[row["criterion"]](match, row, need)):
                ends[at] *= max(value, POLICY["floor"]) ** (POLICY["weights"][row["criterion"]] / whole)
        for row in match["adjustments"]:
            factor = FACTORS[row["code"]]
            ends[0] *= factor
            ends[1] *= factor if "country" in facts(row) else 1.0
        assert isclose(match["low"], ends[0], abs_tol=CLOSE)
        assert isclose(match["high"], ends[1], abs_tol=CLOSE)
        assert isclose(match["score"], ends[0] + POLICY["alpha"] * (ends[1] - ends[0]), abs_tol=CLOSE)
