"""The reference tables for the slow oracle: plain dictionaries and loops, nothing from the engine but its records."""

from __future__ import annotations

import math
from functools import cache

from matchmaker.catalogue import Catalogue, ProcessFact, RegionFact, TransportFact, WorkContentFact
from matchmaker.domain import DistanceMode, NeedFact, Place

EARTH = 6371.0088


def km_between(a: Place, b: Place) -> float | None:
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    la, lo, lb, ob = (math.radians(v) for v in (a.lat, a.lon, b.lat, b.lon))
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin((ob - lo) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, h)))


class Book:
    """Look-ups over a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.processes = {row.slug: row for row in catalogue.processes}
        self.materials = {row.slug: row for row in catalogue.materials}
        self.certificates = {row.slug: row for row in catalogue.certifications}
        self.machines = {row.slug: row for row in catalogue.machines}
        self.kinds = {row.slug: row for row in catalogue.resource_kinds}
        self.work = {row.process: row for row in catalogue.work_contents}
        self.relations = catalogue.process_relations
        self.region_rows = catalogue.regions
        self.transports = catalogue.transports
        self.above = cache(self._above)

    def _above(self, slug: str) -> tuple[str, ...]:
        """The process and everything above it, nearest first."""
        row, chain = self.processes[slug], [slug]
        while row.parent:
            chain.append(row.parent)
            row = self.processes[row.parent]
        return tuple(chain)

    def under(self, slug: str, *tops: str) -> bool:
        return any(top in self.above(slug) for top in tops)

    def root(self, slug: str) -> str:
        return self.above(slug)[-1]

    def row(self, slug: str) -> ProcessFact:
        return self.processes[slug]

    def work_of(self, slug: str) -> WorkContentFact | None:
        return next((self.work[step] for step in self.above(slug) if step in self.work), None)

    def material_case(self, asked: str, provided: str) -> str:
        """exact, below, class, family, sibling or none."""
        if asked == provided:
            return "exact"
        up = self._chain(asked)
        if asked in self._chain(provided):
            return "below"
        if provided in up:
            return "family" if self.materials[provided].level == "family" else "class"
        parent = self.materials[asked].parent
        if parent and parent == self.materials[provided].parent and self.materials[parent].level == "class":
            return "sibling"
        return "none"

    def _chain(self, slug: str) -> list[str]:
        chain = [slug]
        while (parent := self.materials[chain[-1]].parent) is not None:
            chain.append(parent)
        return chain

    def amounts_to(self, held: str) -> set[str]:
        """Everything that a held certificate implies, itself included."""
        seen: set[str] = set()
        waiting = [held]
        while waiting:
            slug = waiting.pop()
            if slug not in seen:
                seen.add(slug)
                waiting.extend(self.certificates[slug].implies)
        return seen

    def region(self, word: str) -> RegionFact:
        for row in self.region_rows:
            if row.code.lower() == word.lower():
                return row
        for row in sorted(self.region_rows, key=lambda item: item.code):
            if word.lower() in [w.lower() for w in row.words]:
                return row
        return RegionFact(code=word, row_kind="country", countries=(word,))

    def inside(self, row: RegionFact, place: Place, ship_to: Place) -> bool | None:
        if row.row_kind == "relative":
            return _within(km_between(place, ship_to), row.radius_km)
        if not row.countries:
            return True
        if place.country is None:
            return None
        if place.country not in row.countries:
            return False
        if row.row_kind != "sub_area":
            return True
        if place.admin_area is not None and row.admin_areas:
            return place.admin_area in row.admin_areas
        return _within(km_between(place, Place(lat=row.centre_lat, lon=row.centre_lon)), row.radius_km)

    def one_customs_area(self, a: str, b: str) -> bool:
        if a == b:
            return True
        for row in self.region_rows:
            text = row.customs_union_or_bloc or ""
            union = "customs union" in text and "not a customs union" not in text and "not in the" not in text
            if row.row_kind == "transport_region" and union:
                outside = text.split("except")[1] if "except" in text else ""
                members = [c for c in row.countries if c not in outside]
                if a in members and b in members:
                    return True
        return False

    def transit(self, start: str, end: str, mode: DistanceMode) -> tuple[float, float] | None:
        carriers = {
            DistanceMode.HANDS_ON: ["courier", "parcel", "air_freight", "truck", "sea"],
            DistanceMode.PARCEL: ["parcel", "courier", "air_freight", "truck", "sea"],
            DistanceMode.BULKY_FREIGHT: ["truck", "sea", "air_freight", "parcel", "courier"],
        }[mode]
        regions = {c: r for r in self.region_rows if r.row_kind == "transport_region" for c in r.countries}
        a, b = regions.get(start), regions.get(end)
        pairs: list[tuple[str, str]] = []
        if start == end:
            if a is not None and len(a.countries) == 1:
                pairs = [(a.code, a.code)]
            pairs.append(("same-country", "same-country"))
        elif a is not None and b is not None:
            pairs = [(a.code, b.code), (b.code, a.code)]
            if a.code == b.code:
                pairs.append(("same-region", "same-region"))
        found = self._carried(pairs, carriers)
        if found is None:
            return None
        if self.one_customs_area(start, end):
            return found.days_low, found.days_high
        return found.days_low + found.customs_days_low, found.days_high + found.customs_days_high

    def _carried(self, pairs: list[tuple[str, str]], carriers: list[str]) -> TransportFact | None:
        for pair in pairs:
            for carrier in carriers:
                for row in self.transports:
                    if (row.from_region, row.to_region, row.mode) == (*pair, carrier):
                        return row
        return None


def _within(km: float | None, radius: float | None) -> bool | None:
    return None if km is None or radius is None else round(km, 9) <= radius


def mode_of(book: Book, lead: str, n: NeedFact) -> tuple[DistanceMode, str]:
    """The ordered rule of the distance mode."""

    size = n.envelope_mm
    litres = size[0] * size[1] * size[2] / 1e6 if size else 0.0
    longest, weight = (max(size) if size else 0.0), n.weight_kg or 0.0
    soft = book.under(lead, "textiles", "cable-harness", "kitting", "packaging", "fulfilment")
    machine = book.under(lead, "box-build", "mechanical-assembly", "cleanroom-assembly")
    bulky_part = book.under(lead, "plastics", "sheet-metal", "joining", "woodworking", "cnc-routing")
    rules: list[tuple[bool, DistanceMode, str]] = [
        (n.self_service or book.under(lead, "maker-access"), DistanceMode.ON_SITE, "1"),
        (bool(n.visits), DistanceMode.HANDS_ON, "2"),
        (
            book.under(lead, "emc-radio-testing", "product-safety-testing", "environmental-testing"),
            DistanceMode.HANDS_ON,
            "3",
        ),
        (
            n.stage in ("concept", "prototype") and not book.under(lead, "pcb-fab"),
            DistanceMode.HANDS_ON,
            "4",
        ),
        (
            n.stage in ("evt", "dvt") and machine and (longest >= 400 or weight >= 8),
            DistanceMode.HANDS_ON,
            "5",
        ),
        (
            not soft and (litres >= 60 or (longest >= 1200 and litres >= 20) or weight >= 30),
            DistanceMode.BULKY_FREIGHT,
            "6a",
        ),
        (
            not soft and book.under(lead, "rotational-moulding", "blow-moulding", "rim-moulding"),
            DistanceMode.BULKY_FREIGHT,
            "6b",
        ),
        (not soft and litres >= 10 and bulky_part, DistanceMode.BULKY_FREIGHT, "6c"),
    ]
    return next(((mode, name) for holds, mode, name in rules if holds), (DistanceMode.PARCEL, "7"))
