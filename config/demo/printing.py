"""A ranking as plain text, at most 100 columns wide, for people who see it for the first time."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from config.demo.story import Ranked

WIDTH = 100
PLACE_WIDTH = 58
EXPLAINED = 5  # matches with their reasons
LISTED = 10  # matches of a tier
LEGEND = "Score: best guess (low to high).  + met  ? to ask  - not met  * how well it fits  ! good to know"
SIGNS = {1: "+", 0: "?", -1: "-"}
KINDS = {"makerspace": "makerspace", "jobshop": "job shop", "contract_manufacturer": "contract manufacturer"}

Row = Mapping[str, Any]


def ranking_lines(ranked: Ranked) -> Iterator[str]:
    """The need, its matches by tier (the first ones explained, others in a line each), and the funnel."""
    yield from ("", *_heading(ranked), "")
    for tier, matches in groupby(ranked.matches, key=lambda match: match["tier_words"]):
        yield from (tier.upper(), "", *_tier(list(matches)))
    yield from _funnel(ranked.ranking)


def _tier(matches: Sequence[Row]) -> Iterator[str]:
    for match in matches[:LISTED]:
        yield _match_line(match)
        if match["position"] <= EXPLAINED:
            yield from (*_reasons(match), "")
    if len(matches) > LISTED:
        yield f"      and {len(matches) - LISTED} more"
    if matches[-1]["position"] > EXPLAINED:
        yield ""


def cast_lines(url: str, cast: Sequence[Any]) -> Iterator[str]:
    """Where to look, and as whom."""
    yield from ("", f"Portal   {url}/", f"Admin    {url}/admin/", f"API      {url}/api/v1/docs/", "")
    yield f"Sign in as one of the sample's people, all with the password {cast[0].password}"
    for person in cast:
        yield f"  {person.email:<34} {person.role:<17} {person.name}, {person.organisation}"


def _heading(ranked: Ranked) -> Iterator[str]:
    need, ranking = ranked.need, ranked.ranking
    place = ", ".join(filter(None, (need["ship_to_city"], need["ship_to_country"])))
    yield "=" * WIDTH
    yield f"{need['title']}: {need['order_quantity']} pieces by {need['due_on']}, to {place}"
    steps = ", ".join(f"{step['process']} ({step['role']})" for step in need["steps"])
    yield from textwrap.wrap(f"Steps: {steps}", WIDTH, subsequent_indent="       ", break_on_hyphens=False)
    policy = ranking["policy"]
    yield (
        f"{ranking['considered']} facilities considered on {ranking['as_of']}, policy {policy['name']} "
        f"{policy['version']}, engine {ranking['engine_version']}, supply {ranking['supply_digest'][:12]}"
    )
    yield LEGEND
    yield "=" * WIDTH


def _match_line(match: Row) -> str:
    facility = match["facility"]
    name = facility["name"] or f"{facility['label']} (name not public)"
    kind = KINDS.get(facility["kind"], facility["kind"])
    score = f"{match['score']:.2f} ({match['low']:.2f} to {match['high']:.2f})"
    place = f"{match['rank_label']:>4}  {name}, {kind}, {facility['country']}"
    if len(place) > PLACE_WIDTH:
        place = f"{place[: PLACE_WIDTH - 1]}…"
    return f"{place:<{PLACE_WIDTH}} {score}  {match['confirmed']:>2} of {match['asked']:>2} confirmed"


def _reasons(match: Row) -> Iterator[str]:
    steps = {step["step"]: step["process"] for step in match["steps"]}
    for verdict in SIGNS:
        yield from _gates([gate for gate in match["gates"] if gate["verdict"] == verdict], steps)
    yield from _wrapped("*", "; ".join(_criterion(row) for row in match["criteria"]))
    for flag in (*match["adjustments"], *match["flags"]):
        yield from _wrapped("!", flag["words"])
    for words in dict.fromkeys(_asked(question, steps) for question in match["questions"]):
        yield from _wrapped("ask:", words)


def _gates(gates: Iterable[Row], steps: Mapping[int, str]) -> Iterator[str]:
    """Equal words about several steps are said once."""
    about: dict[tuple[str, str, int], list[str]] = {}
    for gate in gates:
        subject = _subject(gate, steps)
        about.setdefault((gate["gate_words"], gate["words"], gate["verdict"]), []).append(subject)
    for (gate_words, words, verdict), subjects in about.items():
        named = ", ".join(dict.fromkeys(filter(None, subjects)))
        yield from _wrapped(SIGNS[verdict], f"{gate_words}: {words}{f' ({named})' if named else ''}")


def _subject(row: Row, steps: Mapping[int, str]) -> str:
    """The certificate or region asked for, else the step."""
    return str(row["subject"] or steps.get(row["step"], "")).replace("_", " ")


def _criterion(row: Row) -> str:
    low, high = row["low"], row["high"]
    return f"{row['words']}: {low if low == high else f'{low} to {high}'}"


def _asked(question: Row, steps: Mapping[int, str]) -> str:
    subject = _subject(question, steps)
    return f"{question['words']}{f' ({subject})' if subject else ''}"


def _wrapped(sign: str, text: str) -> list[str]:
    first, others = f"        {sign} ", " " * (9 + len(sign))
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)


def _funnel(ranking: Row) -> Iterator[str]:
    yield "How the field narrowed (rules that left nobody out are not shown)"
    yield f"  {'considered':<34} {'':>10} {ranking['considered']:>6}"
    for row in ranking["funnel"]:
        if row["failed"]:
            yield f"  {row['words']:<34} {-row['failed']:>10} {row['remaining']:>6}"
    counts = ", ".join(f"{row['facilities']} {row['words']}" for row in ranking["tiers"])
    yield f"  tiers: {counts}"
