"""Who moves between two rankings of one need."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.matching.differences.correlation import kendall_tau
from apps.matching.differences.effects import reasons

Document = Mapping[str, Any]
ROWS = 40  # of a need are kept; the rest is counted
PODIUM = 3


@dataclass(frozen=True)
class Answer:
    """A ranking as plain data with its matches, and the alpha that made its scores."""

    document: Document
    alpha: float


@dataclass(frozen=True)
class Standing:
    """Where a facility stands in one ranking. `rank` is the printed one, shared by equals ("2=" is 2), so that a draw
    of lots among equals is no move. Left out: tier "excluded" and its `gate`. All blank: beyond what was listed."""

    rank: int | None = None
    label: str | None = None
    tier: str | None = None
    score: float | None = None
    low: float | None = None
    high: float | None = None
    gate: str | None = None


@dataclass(frozen=True)
class Difference:
    """`document` is plain data: both sides in short, and the moves. `tau` is over those whom both list.

    `first_changed`: others share the first rank; `first_three_changed`: others have a rank up to three. `moved`: of
    the facilities listed on either side, those with another rank or another tier, or listed on one side only.
    """

    first_changed: bool
    first_three_changed: bool
    moved: int
    tier_changes: int
    tau: float | None
    document: dict[str, Any]


def compare(before: Answer, after: Answer, *, first_k: int) -> Difference:
    was, becomes = _standings(before.document), _standings(after.document)
    listed = {**_matches(before.document), **_matches(after.document)}
    moves = [_move(key, was.get(key, Standing()), becomes.get(key, Standing()), first_k) for key in listed]
    moved = [move for move in moves if move["moved"]]
    shown = sorted((move for move in moves if move["moved"] or _is_first(move, first_k)), key=_best_rank)
    for move in shown[:ROWS]:
        move["reasons"] = _why(move["facility"], before, after)
    both = [key for key in listed if was.get(key, Standing()).rank and becomes.get(key, Standing()).rank]
    return Difference(
        first_changed=_up_to(was, 1) != _up_to(becomes, 1),
        first_three_changed=_up_to(was, PODIUM) != _up_to(becomes, PODIUM),
        moved=len(moved),
        tier_changes=sum(move["tier_changed"] for move in moves),
        tau=kendall_tau([was[key].rank or 0 for key in both], [becomes[key].rank or 0 for key in both]),
        document={
            "before": _in_short(before),
            "after": _in_short(after),
            "compared": len(both),
            "moves": shown[:ROWS],
            "more_moved": sum(move["moved"] for move in shown[ROWS:]),
        },
    )


def _matches(document: Document) -> dict[str, Document]:
    return {match["facility_id"]: match for match in document["matches"]}


def _standings(document: Document) -> dict[str, Standing]:
    out = {row["facility_id"]: Standing(tier="excluded", gate=row["gate"]) for row in document["excluded"]}
    placed = {
        key: Standing(
            rank=int(match["rank_label"].rstrip("=")),
            label=match["rank_label"],
            tier=match["tier"],
            score=match["score"],
            low=match["low"],
            high=match["high"],
        )
        for key, match in _matches(document).items()
    }
    return {**out, **placed}


def _move(facility: str, was: Standing, becomes: Standing, first_k: int) -> dict[str, Any]:
    """`places` counts up the list as above zero. `first`: in or out of the first `first_k`, blank where neither."""
    ranked = was.rank is not None and becomes.rank is not None
    inside = [side.rank is not None and side.rank <= first_k for side in (was, becomes)]
    return {
        "facility": facility,
        "before": asdict(was),
        "after": asdict(becomes),
        "places": (was.rank or 0) - (becomes.rank or 0) if ranked else None,
        "moved": (was.rank, was.tier) != (becomes.rank, becomes.tier),
        "tier_changed": None not in (was.tier, becomes.tier) and was.tier != becomes.tier,
        "first": None if inside[0] == inside[1] else ("in" if inside[1] else "out"),
    }


def _is_first(move: Mapping[str, Any], first_k: int) -> bool:
    return any(move[side]["rank"] is not None and move[side]["rank"] <= first_k for side in ("before", "after"))


def _best_rank(move: Mapping[str, Any]) -> tuple[int, int, str]:
    """Whoever is or was high up comes first; of those the one that is high up now."""
    ranks = [move[side]["rank"] for side in ("before", "after") if move[side]["rank"] is not None]
    now = move["after"]["rank"]
    return min(ranks), now if now is not None else max(ranks) + 1, move["facility"]


def _why(facility: str, before: Answer, after: Answer) -> list[dict[str, Any]]:
    """Nothing where one side has no match to compare with: its gate, if it was left out, stands in its standing."""
    was, becomes = (_matches(side.document).get(facility) for side in (before, after))
    if was is None or becomes is None:
        return []
    return [asdict(reason) for reason in reasons(was, becomes, (before.alpha, after.alpha))]


def _up_to(standings: Mapping[str, Standing], rank: int) -> set[str]:
    return {key for key, standing in standings.items() if standing.rank is not None and standing.rank <= rank}


def _in_short(answer: Answer) -> dict[str, Any]:
    document = answer.document
    return {
        "considered": document["considered"],
        "tiers": dict(document["tier_counts"]),
        "funnel": [dict(row) for row in document["funnel"]],
        "alpha": answer.alpha,
    }
