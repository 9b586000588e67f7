"""Where places are: region words, customs borders and the days that goods travel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue import Catalogue, RegionFact, TransportFact
from matchmaker.curves import haversine_km
from matchmaker.domain import DistanceMode, Place

Rows = NDArray[np.int64]

# What carries the goods of each distance mode, in the order of trying: a mode that a pair of regions lacks is unusual
# there, not impossible.
CARRIERS = {
    DistanceMode.HANDS_ON: ("courier", "parcel", "air_freight", "truck", "sea"),
    DistanceMode.PARCEL: ("parcel", "courier", "air_freight", "truck", "sea"),
    DistanceMode.BULKY_FREIGHT: ("truck", "sea", "air_freight", "parcel", "courier"),
}


@dataclass(frozen=True, slots=True)
class Positions:
    """Many places as columns: codes into sorted words (-1 = blank), NaN for a blank coordinate."""

    country: NDArray[np.int64]
    countries: tuple[str, ...]
    admin_area: NDArray[np.int64]
    admin_areas: tuple[str, ...]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]

    def named(self, codes: NDArray[np.int64], words: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[np.bool_]:
        """Whether each code's word is a wanted one; False for a blank."""
        table = np.array([word in wanted for word in words] + [False], dtype=np.bool_)
        return table[codes]


@dataclass(frozen=True, slots=True)
class Places:
    """Read-only lookups over the region and transport tables."""

    regions: Mapping[str, RegionFact]  # lower-case code or word -> row
    region_of: Mapping[str, str]  # country -> transport region
    single_country: frozenset[str]  # transport regions that are one country
    union_of: Mapping[str, str]  # country -> customs union
    days: Mapping[tuple[str, str, str], TransportFact]

    @classmethod
    def build(cls, catalogue: Catalogue) -> Places:
        transport = [row for row in catalogue.regions if row.row_kind == "transport_region"]
        words: dict[str, RegionFact] = {}
        for row in sorted(catalogue.regions, key=lambda item: item.code, reverse=True):
            for word in (*row.words, row.code):
                words[word.lower()] = row
        return cls(
            regions=words,
            region_of={country: row.code for row in transport for country in row.countries},
            single_country=frozenset(row.code for row in transport if len(row.countries) == 1),
            union_of={c: row.code for row in transport for c in _union_members(row)},
            days={(row.from_region, row.to_region, row.mode): row for row in catalogue.transports},
        )

    def region(self, word: str) -> RegionFact:
        """The row of a region code or word, in any case. Raises KeyError with the word."""
        if word.lower() in self.regions:
            return self.regions[word.lower()]
        if re.fullmatch("[A-Z]{2}", word):  # any country code names a region of its own
            return RegionFact(code=word, row_kind="country", countries=(word,))
        raise KeyError(word)

    def inside(self, row: RegionFact, where: Positions, rows: Rows, ship_to: Place) -> NDArray[np.int8]:
        """For each of some rows of places 1 where it lies in a region, 0 where it does not, -1 where its or the
        ship-to position is not known."""
        if row.row_kind == "relative":
            return _within(where, rows, ship_to.lat, ship_to.lon, row.radius_km)
        if not row.countries:  # "anywhere", "none", "soft"
            return np.ones(len(rows), dtype=np.int8)
        country = where.country[rows]
        listed = where.named(country, where.countries, row.countries)
        answer = np.where(country >= 0, listed, -1).astype(np.int8)
        if row.row_kind != "sub_area":
            return answer
        circle, area = _within(where, rows, row.centre_lat, row.centre_lon, row.radius_km), where.admin_area[rows]
        by_area = (area >= 0) & bool(row.admin_areas)
        known = np.where(by_area, where.named(area, where.admin_areas, row.admin_areas), circle)
        return np.where(answer == 1, known, answer).astype(np.int8)

    def same_customs_area(self, one: str, other: str) -> bool:
        """One country, or two of one customs union."""
        if one == other:
            return True
        return one in self.union_of and self.union_of[one] == self.union_of.get(other)

    def transit_days(self, start: str, end: str, mode: DistanceMode) -> tuple[float, float] | None:
        """Door-to-door days with customs between two countries; None where the tables do not say.

        Within one country: the region's own row where the region is that one country, else the default row. Between
        countries: the row of the two regions, in either direction, else the default row of one region. No customs
        inside a customs union.
        """
        from_region, to_region = self.region_of.get(start), self.region_of.get(end)
        pairs: list[tuple[str, str]] = []
        if start == end:
            if from_region in self.single_country and from_region is not None:
                pairs.append((from_region, from_region))
            pairs.append(("same-country", "same-country"))
        elif from_region is not None and to_region is not None:
            pairs += [(from_region, to_region), (to_region, from_region)]
            if from_region == to_region:
                pairs.append(("same-region", "same-region"))
        row = self._row(pairs, mode)
        if row is None:
            return None
        if start == end or self.same_customs_area(start, end):
            return row.days_low, row.days_high
        return row.days_low + row.customs_days_low, row.days_high + row.customs_days_high

    def _row(self, pairs: list[tuple[str, str]], mode: DistanceMode) -> TransportFact | None:
        for start, end in pairs:
            for carrier in CARRIERS[mode]:
                row = self.days.get((start, end, carrier))
                if row is not None:
                    return row
        return None


def _within(
    where: Positions, rows: Rows, lat: float | None, lon: float | None, radius_km: float | None
) -> NDArray[np.int8]:
    if lat is None or lon is None or radius_km is None:
        return np.full(len(rows), -1, dtype=np.int8)
    km = np.round(haversine_km(where.lat[rows], where.lon[rows], lat, lon), 9)
    return np.where(np.isnan(km), -1, km <= radius_km).astype(np.int8)


def _union_members(row: RegionFact) -> tuple[str, ...]:
    """The countries of a region that share a customs union, read from the table's words.

    "EAC customs union, except ET and DJ" is one but for two; "(free trade, not a customs union)", "none" and
    "separate customs territories" are none.
    """
    text = row.customs_union_or_bloc or ""
    if "customs union" not in text or "not a customs union" in text or "not in the" in text:
        return ()
    apart = set(re.findall(r"\b[A-Z]{2}\b", text.partition("except")[2]))
    return tuple(country for country in row.countries if country not in apart)
