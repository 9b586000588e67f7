"""What a figure may be, wherever it stands in a need or a supply: an entry's name says what it measures."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 1e12


@dataclass(frozen=True, slots=True)
class Bound:
    """low <= value <= high; `above`: the low end itself is outside."""

    low: float
    high: float = MOST
    above: bool = False

    def holds(self, value: float) -> bool:
        return (value > self.low if self.above else value >= self.low) and value <= self.high

    @property
    def rule(self) -> str:
        least = f"above {self.low:g}" if self.above else f"at least {self.low:g}"
        return f"must be {least} and at most {self.high:g}"


_PIECES = Bound(1, 1e8)
_DAYS = Bound(0, 3650)
_LENGTH = Bound(0, 1e5, above=True)
_HOURS = Bound(0, 1e5)
_SHARE = Bound(0, 1)
_MONEY = Bound(0)
_COUNT = Bound(0, 1e8)

BOUNDS: dict[str, Bound] = {
    "lat": Bound(-90, 90),
    "lon": Bound(-180, 180),
    "order_quantity": _PIECES,
    "annual_quantity": _PIECES,
    "pieces_per_unit": Bound(1, 1e6),
    "sequence": _COUNT,
    "revision": _COUNT,
    "workmanship_class": Bound(1, 3),
    "weight_kg": Bound(0, 1e6, above=True),
    "tolerance_mm": _LENGTH,
    "envelope_mm": _LENGTH,
    "budget": _MONEY,
    "tooling_budget": _MONEY,
    "target_price": _MONEY,
    "min_order_money": _MONEY,
    "price_low": _MONEY,
    "price_high": _MONEY,
    "min_run": _PIECES,
    "economic_low": _PIECES,
    "economic_high": _PIECES,
    "max_run": _PIECES,
    "lead_days_low": _DAYS,
    "lead_days_high": _DAYS,
    "tooling_days_low": _DAYS,
    "tooling_days_high": _DAYS,
    "quote_days": _DAYS,
    "material_days": _DAYS,
    "inspection_days": _DAYS,
    "setup_hours": _HOURS,
    "cycle_seconds": Bound(0, 1e8, above=True),
    "parts_per_cycle": Bound(0, 1e8, above=True),
    "yield_share": Bound(0, 1, above=True),
    "gross_hours": _HOURS,
    "hours_per_machine": _HOURS,
    "firm_hours": _HOURS,
    "soft_hours": _COUNT,
    "hours": _HOURS,
    "machines": _COUNT,  # of a resource; a facility's list of that name holds no bare numbers
    "count": _COUNT,
    "units_per_week": Bound(0, 1e8, above=True),
    "availability": _SHARE,
    "booked_share": _SHARE,
    "good_lots": _COUNT,
    "bad_lots": _COUNT,
}
# Ends of a span: the first may not lie above the second.
ORDERED = (
    ("economic_low", "economic_high"),
    ("lead_days_low", "lead_days_high"),
    ("tooling_days_low", "tooling_days_high"),
    ("price_low", "price_high"),
)
