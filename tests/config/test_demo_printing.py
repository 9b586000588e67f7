"""What the demo prints of a ranking."""

from typing import Any

import pytest

from apps.matching.api.examples import FOUNDER_MATCH, RANKING
from config.demo.printing import EXPLAINED, LISTED, WIDTH, cast_lines, ranking_lines
from config.demo.story import Ranked
from config.sample_cast import CAST

NEED = {
    "title": "200 soil-moisture probes",
    "order_quantity": 200,
    "due_on": "2030-03-01",
    "ship_to_city": "Nairobi",
    "ship_to_country": "KE",
    "steps": [{"process": "smt-assembly", "role": "lead"}, {"process": "potting", "role": "required"}],
}


def gate(words: str, verdict: int, step: int | None = None) -> dict[str, Any]:
    return {"gate_words": "Process", "words": words, "verdict": verdict, "step": step, "subject": None}


def match(position: int, tier: int, **changes: Any) -> dict[str, Any]:
    words = {1: "ready", 2: "to confirm", 3: "near miss"}[tier]
    return {
        **FOUNDER_MATCH,
        "position": position,
        "rank_label": str(position),
        "tier": tier,
        "tier_words": words,
        **changes,
    }


def printed(*matches: dict[str, Any]) -> list[str]:
    return list(ranking_lines(Ranked(NEED, RANKING, list(matches))))


def test_it_says_what_was_asked_and_which_ranking_answers() -> None:
    text = "\n".join(printed(match(1, 2)))
    assert "200 soil-moisture probes: 200 pieces by 2030-03-01, to Nairobi, KE" in text
    assert "Steps: smt-assembly (lead), potting (required)" in text
    assert "60 facilities considered on 2030-01-07, policy default 1, engine 1.0.0" in text


def test_a_match_shows_its_interval_its_reasons_in_words_and_what_to_ask() -> None:
    lines = printed(match(1, 2))
    (line,) = [line for line in lines if "KT42" in line]
    shown = " ".join(line.split())
    assert shown == "1 KT42 (name not public), job shop, KE 0.71 (0.60 to 0.90) 5 of 6 confirmed"
    assert "        ? Secrecy: Has not said whether it signs a non-disclosure agreement" in lines
    assert "        * Distance: strong" in lines
    assert "        ! no track record yet" in lines
    assert "        ask: Do you sign a non-disclosure agreement?" in lines


def test_a_public_profile_is_named() -> None:
    shown = match(1, 1, facility={**FOUNDER_MATCH["facility"], "name": "Quiet Heron Circuits"})
    assert any("Quiet Heron Circuits, job shop, KE" in line for line in printed(shown))


def test_matches_stand_under_their_tier_in_the_order_of_the_ranking() -> None:
    lines = printed(match(1, 1), match(2, 2), match(3, 2), match(4, 3))
    heads = [line for line in lines if line in {"READY", "TO CONFIRM", "NEAR MISS"}]
    assert heads == ["READY", "TO CONFIRM", "NEAR MISS"]
    assert [line.split()[0] for line in lines if "KT42" in line] == ["1", "2", "3", "4"]


def test_only_the_first_are_explained_and_a_long_tier_is_cut() -> None:
    lines = printed(*(match(position, 1) for position in range(1, LISTED + 4)))
    assert sum("KT42" in line for line in lines) == LISTED
    assert sum("ask:" in line for line in lines) == EXPLAINED
    assert "      and 3 more" in lines


def test_equal_reasons_of_several_steps_are_said_once_and_failures_are_marked() -> None:
    steps = [{"step": number, "process": name} for number, name in ((1, "smt-assembly"), (2, "potting"))]
    gates = [
        gate("Offers exactly this process", 1, 1),
        gate("Offers exactly this process", 1, 2),
        gate("Is too far", -1),
    ]
    lines = printed(match(1, 3, steps=steps, gates=gates))
    assert "        + Process: Offers exactly this process (smt-assembly, potting)" in lines
    assert "        - Process: Is too far" in lines


def test_the_funnel_narrows_from_all_considered() -> None:
    nobody = {"gate": "region", "words": "Region", "failed": 0, "remaining": 19}
    lines = list(ranking_lines(Ranked(NEED, {**RANKING, "funnel": [*RANKING["funnel"], nobody]}, [])))
    funnel = lines[lines.index("How the field narrowed (rules that left nobody out are not shown)") :]
    assert [line.split() for line in funnel[1:3]] == [["considered", "60"], ["Process", "-41", "19"]]
    assert funnel[3:] == ["  tiers: 1 ready, 4 to confirm, 55 excluded"]


def test_a_long_name_does_not_push_the_score_off_the_line() -> None:
    named = match(1, 1, facility={**FOUNDER_MATCH["facility"], "name": "A very long name " * 10})
    (line,) = [line for line in printed(named) if "A very long name" in line]
    assert len(line) <= WIDTH
    assert "0.71 (0.60 to 0.90)" in line


@pytest.mark.parametrize("length", [1, 60])
def test_no_line_is_wider_than_a_terminal_and_long_reasons_are_wrapped(length: int) -> None:
    long = [gate("word " * length, 1)]
    reasons = [line for line in printed(match(1, 1, gates=long)) if "word" in line]
    assert max(len(line) for line in reasons) <= WIDTH
    assert max(len(line) for line in printed(match(1, 1))) <= WIDTH
    assert sum(line.count("word") for line in reasons) == length


def test_everybody_of_the_cast_can_sign_in_from_what_is_printed() -> None:
    text = "\n".join(cast_lines("http://127.0.0.1:8000", CAST))
    assert "http://127.0.0.1:8000/admin/" in text
    assert all(person.email in text and person.password in text for person in CAST)
