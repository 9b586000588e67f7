"""Making an old ranking again: from its need, policy, day and supply comes the same answer, to the byte."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from apps.matching.models import Ranking
from apps.matching.runs.asked import need_as_asked
from apps.matching.selectors import ranking_as_published
from apps.matching.snapshots.store import NotKeptError, supply_of
from matchmaker import ENGINE_VERSION
from matchmaker.documents import ranking_document
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply

SupplyOf = Callable[[int, date, str], Supply]
MOST_PLACES = 20


class ReplayOutcome(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    OTHER_ENGINE = "other_engine"  # a newer one may answer differently, and rightly so
    SUPPLY_GONE = "supply_gone"  # kept for 30 days
    NEED_NOT_KEPT = "need_not_kept"  # ranked before the need was stored with its ranking


@dataclass(frozen=True)
class Place:
    """Where two documents part: `path` such as "matches[3].score", and what stands there; None where nothing does."""

    path: str
    published: Any
    replayed: Any


@dataclass(frozen=True)
class Replay:
    """`where`: the first places that differ, none unless the outcome is DIFFERENT."""

    outcome: ReplayOutcome
    where: tuple[Place, ...] = ()


def replay(ranking: Ranking, *, supplies: SupplyOf = supply_of) -> Replay:
    """Rank again what was ranked then, and hold the answers against each other. Writes nothing."""
    if ranking.engine_version != ENGINE_VERSION:
        return Replay(ReplayOutcome.OTHER_ENGINE)
    if ranking.asked is None:
        return Replay(ReplayOutcome.NEED_NOT_KEPT)
    try:
        supply = supplies(ranking.supply_version, ranking.as_of, ranking.supply_digest)
    except NotKeptError:
        return Replay(ReplayOutcome.SUPPLY_GONE)
    policy = Policy.from_document(ranking.policy.body)
    again = ranking_document(rank(need_as_asked(ranking.asked), supply, policy, ranking.as_of))
    published = ranking_as_published(ranking)
    if canonical(published) == canonical(again):
        return Replay(ReplayOutcome.SAME)
    places = [place for place, _ in zip(_differences("", published, again), range(MOST_PLACES), strict=False)]
    return Replay(ReplayOutcome.DIFFERENT, tuple(places))


def canonical(document: Any) -> bytes:
    """The one way to write a document: PostgreSQL keeps the numbers of JSON as they are, but not the order of names."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _differences(path: str, published: Any, replayed: Any) -> Iterator[Place]:
    if isinstance(published, Mapping) and isinstance(replayed, Mapping):
        for name in {**published, **replayed}:
            inside = f"{path}.{name}" if path else str(name)
            yield from _differences(inside, published.get(name), replayed.get(name))
    elif isinstance(published, list) and isinstance(replayed, list):
        for at in range(max(len(published), len(replayed))):
            pair = (side[at] if at < len(side) else None for side in (published, replayed))
            yield from _differences(f"{path}[{at}]", *pair)
    elif canonical(published) != canonical(replayed):
        yield Place(path, published, replayed)
