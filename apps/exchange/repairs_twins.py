"""Rows of one file that probably mean one place: two spellings of a name at one spot. They are told, not merged."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from apps.catalog.models.phrases import normalised
from apps.exchange.repairs_places import Position, distance_km

NEAR_KM = 0.3
# How alike names must be at the very same spot, and where only country and town agree.
ALIKE_AT_SPOT = 0.6
ALIKE_IN_TOWN = 0.88
# Words that say what kind of place it is, not which.
_KIND_WORDS = re.compile(
    r"\b(?:fab ?lab|maker ?space|hacker ?space|lab|the|of|inc|ltd|llc|gmbh|co|limited|company|e v)\b"
)


@dataclass(frozen=True)
class Place:
    """What is compared of a row. `key` is told back; a position or a town must be there to be found."""

    key: str
    name: str
    country: str = ""
    city: str = ""
    position: Position | None = None


@dataclass(frozen=True)
class Twins:
    one: str
    other: str
    likeness: float


def likely_twins(places: Sequence[Place]) -> list[Twins]:
    """Pairs of keys, each once, in the order of the places. Only neighbours on a grid and in a town are compared."""
    index = {place.key: number for number, place in enumerate(places)}
    found: dict[tuple[str, str], float] = {}
    for group in _groups(places):
        for number, one in enumerate(group):
            for other in group[number + 1 :]:
                likeness = _likeness(one, other)
                if likeness is not None:
                    found[one.key, other.key] = max(likeness, found.get((one.key, other.key), 0.0))
    ordered = sorted(found.items(), key=lambda item: (index[item[0][0]], index[item[0][1]]))
    return [Twins(one, other, round(likeness, 2)) for (one, other), likeness in ordered]


def _groups(places: Sequence[Place]) -> Iterator[list[Place]]:
    cells: defaultdict[tuple[int, int], list[Place]] = defaultdict(list)
    towns: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in places:
        if place.position:
            lat, lon = place.position
            cells[round(lat * 100), round(lon * 100)].append(place)
        if place.city:
            towns[place.country, normalised(place.city)].append(place)
    yield from (group for group in (*cells.values(), *towns.values()) if 1 < len(group) <= 200)


def _likeness(one: Place, other: Place) -> float | None:
    """None where they are not likely to be one."""
    likeness = name_likeness(one.name, other.name)
    if one.position and other.position:
        near = distance_km(one.position, other.position) <= NEAR_KM
        return likeness if near and likeness >= ALIKE_AT_SPOT else None
    return likeness if likeness >= ALIKE_IN_TOWN and one.country == other.country else None


def name_likeness(one: str, other: str) -> float:
    """0 to 1; words for the kind of place do not count unless there are no others."""
    first, second = _telling(one), _telling(other)
    if first == second:
        return 1.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _telling(name: str) -> str:
    whole = normalised(name)
    return "".join(_KIND_WORDS.sub(" ", whole).split()) or whole.replace(" ", "")
