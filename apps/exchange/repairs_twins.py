"""Rows of one file that probably mean one place: two spellings of a name at one spot. They are told, not merged."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from apps.catalog.models.phrases import normalised
from apps.exchange.repairs_places import Position, distance_km

NEAR_KM = 0.3
# In a group of more places than this a name is compared with the first ones only.
MOST_COMPARED = 200
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


@dataclass
class Neighbours:
    """The places so far, by a grid and by town, so that a new one is compared with those beside it only."""

    cells: defaultdict[tuple[int, int], list[Place]] = field(default_factory=lambda: defaultdict(list))
    towns: defaultdict[tuple[str, str], list[Place]] = field(default_factory=lambda: defaultdict(list))

    def twins_of(self, place: Place) -> list[tuple[Place, float]]:
        """Those before it that it probably is, most alike first; then it counts as a neighbour itself."""
        found: dict[str, tuple[Place, float]] = {}
        for group in self._groups(place):
            for other in group[:MOST_COMPARED]:
                likeness = _likeness(place, other)
                if likeness is not None:
                    found[other.key] = other, round(likeness, 2)
            group.append(place)
        return sorted(found.values(), key=lambda pair: (-pair[1], pair[0].key))

    def _groups(self, place: Place) -> Iterator[list[Place]]:
        if place.position:
            lat, lon = place.position
            yield self.cells[round(lat * 100), round(lon * 100)]
        if place.city:
            yield self.towns[place.country, normalised(place.city)]


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
