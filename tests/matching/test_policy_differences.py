"""What differs between two rankings: reckoned by hand, and by properties that hold for any two."""

from dataclasses import replace
from itertools import combinations
from math import isclose, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.matching.differences import Answer, compare, kendall_tau, reasons
from matchmaker.documents import ranking_document
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from tests.engine import sample

STANDARD = Policy.default()
FAR = Policy.from_document({"weights": {"distance": 0.6, "capacity": 0.02}, "alpha": 0.8, "border_factor": 0.4})
STRICT = Policy.from_document({"near_run_share": 0.95, "near_days_share": 0.99, "wished_region_factor": 0.3})
LISTED = 100


def answer(need: str, policy: Policy) -> Answer:
    ranking = rank(sample.needs()[need], sample.supply(), replace(policy, top_k=LISTED), sample.AS_OF)
    return Answer(ranking_document(ranking), policy.alpha)


def pairs(policy: Policy) -> list[tuple[Answer, Answer]]:
    return [(answer(need, STANDARD), answer(need, policy)) for need in list(sample.needs())[:15]]


def by_facility(document: Any) -> dict[str, Any]:
    return {match["facility_id"]: match for match in document["matches"]}


@pytest.mark.parametrize("policy", [FAR, STRICT], ids=["far", "strict"])
def test_effects_add_up_to_the_change_of_the_score(policy: Policy) -> None:
    told = 0
    for before, after in pairs(policy):
        was, becomes = by_facility(before.document), by_facility(after.document)
        for key in was.keys() & becomes.keys():
            effects = [row.effect for row in reasons(was[key], becomes[key], (before.alpha, after.alpha))]
            change = becomes[key]["score"] - was[key]["score"]
            assert isclose(sum(effect or 0.0 for effect in effects), change, abs_tol=1e-6)
            told += change != 0
    assert told > 50


def test_reasons_are_verdicts_first_then_the_largest_effect() -> None:
    kinds = set()
    for policy in (FAR, STRICT):
        for before, after in pairs(policy):
            for move in compare(before, after, first_k=10).document["moves"]:
                rows = move["reasons"]
                kinds |= {row["kind"] for row in rows}
                sizes = [abs(row["effect"]) for row in rows if row["effect"] is not None]
                assert sizes == sorted(sizes, reverse=True)
                assert all(row["before"] != row["after"] for row in rows)
                gates = [at for at, row in enumerate(rows) if row["kind"] == "gate" and _verdicts_differ(row)]
                assert gates == list(range(len(gates)))
    assert kinds >= {"criterion", "alpha", "gate", "adjustment"}


def _verdicts_differ(row: Any) -> bool:
    sides = [None if row[name] is None else row[name]["verdict"] for name in ("before", "after")]
    return bool(sides[0] != sides[1])


def test_a_policy_against_itself_changes_nothing() -> None:
    for before, after in pairs(STANDARD):
        said = compare(before, after, first_k=10)
        assert (said.moved, said.tier_changes, said.first_changed, said.first_three_changed) == (0, 0, False, False)
        assert said.tau in (1.0, None)
        assert all(move["reasons"] == [] and move["places"] == 0 for move in said.document["moves"])


def test_lots_among_equals_are_no_move() -> None:
    """Another version draws other lots, so equals stand in another order; they share their printed rank."""
    for need in list(sample.needs())[:15]:
        said = compare(answer(need, STANDARD), answer(need, replace(STANDARD, version=2)), first_k=10)
        assert (said.moved, said.first_changed) == (0, False)


def listed(*rows: tuple[str, str, str, float], excluded: dict[str, str] | None = None) -> Answer:
    """By hand: (facility, printed rank, tier, score)."""
    matches = [
        {
            "facility_id": facility,
            "rank_label": label,
            "tier": tier,
            **dict.fromkeys(("score", "low", "high"), score),
            "coverage_low": score,
            "coverage_high": score,
            "gates": [],
            "criteria": [],
            "adjustments": [],
        }
        for facility, label, tier, score in rows
    ]
    left = [{"facility_id": facility, "gate": gate} for facility, gate in (excluded or {}).items()]
    document = {"matches": matches, "excluded": left, "considered": 9, "tier_counts": [["ready", 1]], "funnel": []}
    return Answer(document, 0.35)


def test_who_moves_in_out_and_by_how_much() -> None:
    before = listed(("a", "1", "ready", 0.9), ("b", "2", "ready", 0.8), ("c", "3", "to_confirm", 0.7))
    after = listed(
        ("b", "1", "ready", 0.9), ("c", "2", "ready", 0.8), ("d", "3", "near_miss", 0.4), excluded={"a": "materials"}
    )
    said = compare(before, after, first_k=1)
    moves = {move["facility"]: move for move in said.document["moves"]}
    assert {key: (move["places"], move["tier_changed"], move["first"]) for key, move in moves.items()} == {
        "a": (None, True, "out"),
        "b": (1, False, "in"),
        "c": (1, True, None),
        "d": (None, False, None),
    }
    assert (moves["a"]["after"]["tier"], moves["a"]["after"]["gate"]) == ("excluded", "materials")
    assert moves["d"]["before"] == dict.fromkeys(("rank", "label", "tier", "score", "low", "high", "gate"))
    assert (said.first_changed, said.first_three_changed, said.moved, said.tier_changes) == (True, True, 4, 2)
    assert said.tau == 1.0  # b before c in both
    [reason] = moves["c"]["reasons"]
    assert (reason["kind"], reason["effect"]) == ("coverage", 0.1)


def test_a_first_place_that_is_shared_now_is_another_first_place() -> None:
    alone = listed(("a", "1", "ready", 0.9), ("b", "2", "ready", 0.8))
    shared = listed(("b", "1=", "ready", 0.9), ("a", "1=", "ready", 0.9))
    said = compare(alone, shared, first_k=10)
    assert (said.first_changed, said.first_three_changed, said.moved) == (True, False, 1)


def test_the_top_of_the_list_is_kept_and_the_rest_counted() -> None:
    rows = [(f"f{at}", at) for at in range(100)]
    before = listed(*((key, str(at + 1), "ready", 0.5) for key, at in rows))
    after = listed(*((key, str(100 - at), "ready", 0.5) for key, at in reversed(rows)))
    said = compare(before, after, first_k=5)
    assert said.moved == 100
    assert len(said.document["moves"]) == 40
    assert said.document["more_moved"] == 60
    assert {move["facility"] for move in said.document["moves"]} == {f"f{at}" for at in [*range(20), *range(80, 100)]}
    assert said.tau == -1.0


ranks = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=9)


@given(ranks)
def test_tau_is_what_its_definition_says(pairs: list[tuple[int, int]]) -> None:
    """tau-b from the four counts of its definition."""
    together = [(x[0] - y[0], x[1] - y[1]) for x, y in combinations(pairs, 2)]
    agree = sum(a * b > 0 for a, b in together) - sum(a * b < 0 for a, b in together)
    whole = len(together)
    size = (whole - sum(a == 0 for a, _ in together)) * (whole - sum(b == 0 for _, b in together))
    said = kendall_tau([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    assert (said is None) == (size == 0)
    if said is not None:
        assert isclose(said, agree / sqrt(size), abs_tol=1e-12)
        assert -1 <= said <= 1


@given(st.lists(st.integers(1, 50), min_size=2, max_size=9, unique=True))
def test_tau_of_one_order_and_of_the_reverse(order: list[int]) -> None:
    assert kendall_tau(order, order) == 1.0
    assert kendall_tau(order, [-rank for rank in order]) == -1.0


def test_tau_says_nothing_of_one_or_of_equals() -> None:
    assert kendall_tau([], []) is kendall_tau([1], [3]) is kendall_tau([1, 1], [1, 2]) is None
