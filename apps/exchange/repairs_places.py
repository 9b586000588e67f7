"""Where a place is: names of countries, positions that cannot be, positions that only mean a country.

The table behind it is data/countries.csv: names in use, the boxes around a country's parts, its middles (centroid,
centre of its box) and, for some, the very point that a widely used geocoder gives for the whole country. Boxes and
middles are reckoned from Natural Earth's 1:50m countries, which are in the public domain.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.catalog.models.phrases import normalised

TABLE = Path(__file__).parent / "data" / "countries.csv"
# Coasts and borders of a coarse map lie a little beside the true ones, in degrees.
BORDER = 0.3
# A geocoder's middle of a country differs by this much from ours; its known answer is known to the metre.
CENTRE_KM = 15.0
GEOCODED_KM = 1.0
EARTH_RADIUS_KM = 6371.0
Position = tuple[float, float]


@dataclass(frozen=True)
class Country:
    """`boxes` are (west, south, east, north), the largest first; `centres` and `geocoded` are (lat, lon)."""

    code: str
    names: tuple[str, ...]
    boxes: tuple[tuple[float, float, float, float], ...]
    centres: tuple[Position, ...]
    geocoded: tuple[Position, ...]


@dataclass(frozen=True)
class CheckedPosition:
    """`position` is (lat, lon) to be used, or None. `reason` is empty where nothing had to be said.

    Reasons: swapped_position (repaired), country_centroid (left out), outside_country, off_the_globe, null_island
    (refused).
    """

    position: Position | None
    reason: str = ""
    detail: str = ""

    @property
    def repaired(self) -> bool:
        return self.reason in ("swapped_position", "country_centroid")


@cache
def countries() -> dict[str, Country]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: _country(row) for row in csv.DictReader(lines)}


def _country(row: dict[str, str]) -> Country:
    boxes = [tuple(map(float, box.split())) for box in row["boxes_west_south_east_north"].split("|") if box]
    return Country(
        code=row["code"],
        names=tuple(row["names"].split("|")),
        boxes=tuple((west, south, east, north) for west, south, east, north in boxes),
        centres=_points(row["centres_lat_lon"]),
        geocoded=_points(row["geocoded_lat_lon"]),
    )


def _points(cell: str) -> tuple[Position, ...]:
    pairs = (point.split() for point in cell.split("|") if point)
    return tuple((float(lat), float(lon)) for lat, lon in pairs)


@cache
def _codes_by_name() -> dict[str, str]:
    return {
        normalised(name): country.code for country in countries().values() for name in (*country.names, country.code)
    }


def country_code(text: str) -> str | None:
    """The ISO code of a country by its name, code or a name in use; None where it is none of them."""
    return _codes_by_name().get(normalised(text)) if text.strip() else None


def inside(code: str, position: Position) -> bool | None:
    """Within the country's boxes; None where its shape is not known."""
    country = countries().get(code)
    if country is None or not country.boxes:
        return None
    lat, lon = position
    return any(
        south - BORDER <= lat <= north + BORDER and west - BORDER <= lon <= east + BORDER
        for west, south, east, north in country.boxes
    )


def on_the_globe(position: Position) -> bool:
    lat, lon = position
    return math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180


def check_position(lat: float, lon: float, *, country: str = "", precise: bool = False) -> CheckedPosition:
    """What to do with a stated position, by the country that is stated beside it (an ISO code, or empty).

    Swapped is repaired only where the country is stated, the position lies outside it, the swapped one inside, and no
    other slip (a lost sign) would explain it as well. `precise` says that a street is stated: then a position about the
    middle of the country may be true, and only a geocoder's very answer for the country is taken for that.
    """
    stated = (lat, lon)
    if on_the_globe(stated) and lat == 0 and lon == 0:
        return CheckedPosition(None, "null_island", "0, 0 is what programs write where they know nothing.")
    fits = inside(country, stated) if country and on_the_globe(stated) else None
    if fits is False or not on_the_globe(stated):
        return _unswapped(stated, country)
    if country and middle_of(country, stated, precise=precise):
        return CheckedPosition(None, "country_centroid", "The middle of the country: only the country is known.")
    return CheckedPosition(stated)


def _unswapped(stated: Position, country: str) -> CheckedPosition:
    lat, lon = stated
    explained = [slip for slip in _slips(stated) if on_the_globe(slip) and country and inside(country, slip)]
    if explained == [(lon, lat)]:
        return CheckedPosition(
            (lon, lat), "swapped_position", f"Latitude and longitude stood the wrong way round for {country}."
        )
    if not on_the_globe(stated):
        return CheckedPosition(None, "off_the_globe", "There is no such latitude or longitude.")
    likely = "; ".join(f"{a:g}, {b:g}" for a, b in explained)
    detail = f"It lies outside {country}, so one of the two is wrong." + (
        f" Inside it would be {likely}." if likely else ""
    )
    return CheckedPosition(None, "outside_country", detail)


def _slips(stated: Position) -> Iterator[Position]:
    lat, lon = stated
    yield lon, lat
    yield -lat, lon
    yield lat, -lon
    yield -lat, -lon


def middle_of(code: str, position: Position, *, precise: bool = False) -> bool:
    """The point by which programs mean the whole country."""
    country = countries().get(code)
    if country is None:
        return False
    known = any(distance_km(point, position) <= GEOCODED_KM for point in country.geocoded)
    return known or (not precise and any(distance_km(centre, position) <= CENTRE_KM for centre in country.centres))


def distance_km(one: Position, other: Position) -> float:
    lat1, lat2 = math.radians(one[0]), math.radians(other[0])
    across = math.sin((lat2 - lat1) / 2) ** 2
    along = math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(across + along)))
