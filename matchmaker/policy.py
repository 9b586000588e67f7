"""Policy: every weight, bound, range and factor of the ranking as named, validated data."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

Range = tuple[float, float]


class PolicyError(ValueError):
    """A policy document makes no sense; `field` names the entry, `rule` says what it must be."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


def _frozen(**entries: Any) -> Any:
    return field(default_factory=lambda: types.MappingProxyType(dict(entries)))


@dataclass(frozen=True)
class Policy:
    """The defaults are those of the definition. Build other policies with `from_document`, which validates."""

    name: str = "standard"
    version: int = 1
    # Section 5: criteria
    weights: Mapping[str, float] = _frozen(
        run_size=0.28,
        capacity=0.18,
        lead_time=0.18,
        distance=0.10,
        mutual_fit=0.10,
        precision=0.08,
        track_record=0.08,
        price=0.10,
    )
    alpha: float = 0.35
    floor: float = 0.05
    top_k: int = 50
    excluded_k: int = 1000  # how many of the excluded are listed; all are counted
    role_weights: Mapping[str, float] = _frozen(lead=2.0, required=1.0, preferred=0.4)
    quality: Mapping[str, float] = _frozen(general_claim=0.5, category_claim=0.3, partner=0.6, suggested=0.7)
    wished_region_factor: float = 0.8
    strict_border_factor: float = 0.7
    # Sections 3 and 4: bounds
    near_run_share: float = 0.5
    near_days_share: float = 0.8
    near_envelope: float = 0.9
    near_tolerance: float = 0.7
    near_budget: float = 0.15
    self_service_pieces: int = 50
    capacity_fresh_days: int = 14
    record_stale_days: int = 365
    validated_certificates: tuple[str, ...] = (
        "iso-13485",
        "as9100",
        "iatf-16949",
        "fda-registered",
        "ul-94-v0",
        "iec-60601-1",
    )
    export_certificates: tuple[str, ...] = ("itar-registered",)
    statement_tests: Mapping[str, str] = _frozen(
        **{
            "fcc": "emc-radio-testing",
            "ce": "emc-radio-testing",
            "ukca": "emc-radio-testing",
            "un38-3": "battery-transport-testing",
            "iec-62133": "battery-transport-testing",
            "iec-60601-1": "product-safety-testing",
            "cpsia": "product-safety-testing",
        }
    )
    # Section 5 and 8: ranges that stand where a facility states nothing
    quote_days: Range = (1.0, 5.0)
    material_days: Range = (1.0, 5.0)
    inspection_days: Range = (2.0, 2.0)
    lithium_days: Range = (3.0, 7.0)
    transport_days: Mapping[str, Range] = _frozen(
        on_site=(0.0, 0.0), hands_on=(1.0, 7.0), bulky_freight=(1.0, 45.0), parcel=(1.0, 15.0)
    )
    tooling_factor: Range = (0.5, 1.2)
    lead_high_factor: float = 1.3
    booked_share: Range = (0.5, 0.85)
    cycle_factor: Range = (1.0, 5.0)
    kind_min_run_factor: Mapping[str, float] = _frozen(makerspace=1.0, jobshop=1.0, contract_manufacturer=10.0)
    kind_run_band: Mapping[str, Range] = _frozen(
        makerspace=(1.0, 50.0), jobshop=(1.0, 2000.0), contract_manufacturer=(100.0, 50000.0)
    )
    kind_min_order_money: Mapping[str, float] = _frozen(makerspace=0.0, jobshop=300.0, contract_manufacturer=5000.0)
    max_run_factor: float = 4.0
    open_window_days: float = 56.0
    mutual_fit_floor: float = 0.3
    unwished_factor: float = 0.8
    tolerance_default_factor: float = 0.7
    track_prior: Range = (4.0, 1.0)
    track_quantile: float = 0.2
    price_zero_at: float = 2.0
    # Section 5: distance by mode, as (half distance in km, floor)
    distance_modes: Mapping[str, Range] = _frozen(
        on_site=(20.0, 0.0), hands_on=(300.0, 0.2), bulky_freight=(800.0, 0.2), parcel=(3000.0, 0.6)
    )
    border_factor: float = 0.9
    currency_rates: Mapping[str, float] = _frozen(USD=1.0)
    max_assignments: int = 1024

    @classmethod
    def default(cls) -> Policy:
        return cls()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Policy:
        """A full or partial document; what is left out keeps its default. Raises PolicyError naming the field."""
        known = {entry.name for entry in fields(cls)}
        unknown = sorted(set(document) - known)
        if unknown:
            raise PolicyError(unknown[0], "is not a policy entry")
        base = cls()
        values = {name: _read(name, value, getattr(base, name)) for name, value in document.items()}
        policy = replace(base, **values)
        _check(policy)
        return policy

    def to_document(self) -> dict[str, Any]:
        return {entry.name: _plain(getattr(self, entry.name)) for entry in fields(self)}

    @property
    def digest(self) -> str:
        """sha256 (hex) of the canonical document."""
        text = json.dumps(self.to_document(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def exchange_rate(self, currency: str | None, into: str) -> float | None:
        """How much of `into` one unit of `currency` is; None where a rate is missing."""
        if currency == into:
            return 1.0
        rates = self.currency_rates
        if currency is None or currency not in rates or into not in rates:
            return None
        return rates[currency] / rates[into]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in sorted(value.items())}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _read(name: str, value: Any, model: Any) -> Any:
    """`value` in the shape of `model`, the default of that entry."""
    if isinstance(model, Mapping):
        return _read_mapping(name, value, model)
    if isinstance(model, str):
        if not isinstance(value, str) or not value.strip():
            raise PolicyError(name, "must be a text that is not empty")
        return value
    if isinstance(model, tuple):
        return _read_tuple(name, value, model)
    return _read_number(name, value, whole=isinstance(model, int))


def _read_mapping(name: str, value: Any, model: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PolicyError(name, "must be an object")
    sample = next(iter(model.values()))
    open_ended = name in {"statement_tests", "currency_rates"}
    for key in value:
        if not open_ended and key not in model:
            raise PolicyError(f"{name}.{key}", "is not an entry here")
    merged = {} if open_ended else dict(model)
    merged.update({str(key): _read(f"{name}.{key}", item, sample) for key, item in value.items()})
    return types.MappingProxyType(merged)


def _read_tuple(name: str, value: Any, model: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise PolicyError(name, "must be a list")
    if model and isinstance(model[0], float):
        if len(value) != 2:
            raise PolicyError(name, "must be a pair of numbers")
        return tuple(_read_number(name, item, whole=False) for item in value)
    if not all(isinstance(item, str) for item in value):
        raise PolicyError(name, "must be a list of words")
    return tuple(value)


def _read_number(name: str, value: Any, *, whole: bool) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PolicyError(name, "must be a number")
    if value != value or value in (float("inf"), float("-inf")) or value < 0 or value > 1e12:
        raise PolicyError(name, "must be a finite number that is not negative")
    if whole:
        if value != int(value):
            raise PolicyError(name, "must be a whole number")
        return int(value)
    return float(value)


_SHARES = [
    "alpha",
    "floor",
    "wished_region_factor",
    "strict_border_factor",
    "near_run_share",
    "near_days_share",
    "near_envelope",
    "near_tolerance",
    "near_budget",
    "mutual_fit_floor",
    "unwished_factor",
    "tolerance_default_factor",
    "track_quantile",
    "border_factor",
    "quality",
]
_POSITIVE = [
    "version",
    "floor",
    "top_k",
    "max_assignments",
    "max_run_factor",
    "open_window_days",
    "near_tolerance",
    "tolerance_default_factor",
    "track_prior",
    "role_weights",
    "currency_rates",
    "kind_min_run_factor",
    "kind_run_band",
    "mutual_fit_floor",
    "unwished_factor",
]
_AT_LEAST_ONE = [
    "lead_high_factor",
    "max_run_factor",
    "price_zero_at",
    "version",
    "top_k",
    "excluded_k",
    "max_assignments",
]
_ORDERED = [
    "quote_days",
    "material_days",
    "inspection_days",
    "lithium_days",
    "transport_days",
    "tooling_factor",
    "booked_share",
    "cycle_factor",
    "kind_run_band",
]


def _numbers(policy: Policy, name: str) -> list[tuple[str, Any]]:
    value = getattr(policy, name)
    if isinstance(value, Mapping):
        return [(f"{name}.{key}", item) for key, item in value.items()]
    return [(name, value)]


def _check(policy: Policy) -> None:
    for name in _SHARES:
        _demand(policy, name, lambda x: x <= 1, "must lie between 0 and 1")
    for name in _POSITIVE:
        _demand(policy, name, lambda x: x > 0, "must be above 0")
    for name in _AT_LEAST_ONE:
        _demand(policy, name, lambda x: x >= 1, "must be at least 1")
    for name in _ORDERED:
        for label, pair in _numbers(policy, name):
            if pair[0] > pair[1]:
                raise PolicyError(label, "must run from the smaller to the larger number")
    _check_combinations(policy)


def _demand(policy: Policy, name: str, holds: Any, rule: str) -> None:
    for label, value in _numbers(policy, name):
        for item in value if isinstance(value, tuple) else (value,):
            if not holds(item):
                raise PolicyError(label, rule)


def _check_combinations(policy: Policy) -> None:
    if sum(weight for name, weight in policy.weights.items() if name != "price") <= 0:
        raise PolicyError("weights", "must not all be 0")
    if policy.booked_share[1] >= 1:
        raise PolicyError("booked_share", "must stay below 1")
    if not 0 < policy.track_quantile < 1:
        raise PolicyError("track_quantile", "must lie between 0 and 1")
    if policy.price_zero_at <= 1:
        raise PolicyError("price_zero_at", "must be above 1")
    for mode, (half, floor) in policy.distance_modes.items():
        if half <= 0 or floor > 1:
            raise PolicyError(f"distance_modes.{mode}", "must be a distance above 0 km and a floor between 0 and 1")
