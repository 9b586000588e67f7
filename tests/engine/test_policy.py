"""Policies: the defaults of the definition, documents there and back, nonsense refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from matchmaker.policy import Policy, PolicyError


def test_the_default_weights_are_the_definitions() -> None:
    weights = Policy.default().weights
    assert weights == {
        "run_size": 0.28,
        "capacity": 0.18,
        "lead_time": 0.18,
        "distance": 0.10,
        "mutual_fit": 0.10,
        "precision": 0.08,
        "track_record": 0.08,
        "price": 0.10,
    }
    assert sum(value for name, value in weights.items() if name != "price") == pytest.approx(1)


def test_a_document_survives_and_keeps_its_digest() -> None:
    policy = Policy.from_document({"name": "regional", "version": 3, "weights": {"distance": 0.4}})
    again = Policy.from_document(json.loads(json.dumps(policy.to_document())))
    assert again == policy
    assert again.digest == policy.digest != Policy.default().digest
    assert policy.weights["distance"] == 0.4
    assert policy.weights["run_size"] == 0.28


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"colour": 1}, "colour"),
        ({"alpha": 1.5}, "alpha"),
        ({"alpha": -0.1}, "alpha"),
        ({"alpha": "half"}, "alpha"),
        ({"alpha": True}, "alpha"),
        ({"alpha": float("nan")}, "alpha"),
        ({"floor": 0}, "floor"),
        ({"top_k": 0}, "top_k"),
        ({"top_k": 2.5}, "top_k"),
        ({"version": 0}, "version"),
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"weights": {"beauty": 1}}, "weights.beauty"),
        ({"weights": {"run_size": -1}}, "weights.run_size"),
        ({"weights": 1}, "weights"),
        ({"weights": dict.fromkeys(Policy.default().weights, 0)}, "weights"),
        ({"quote_days": [5, 1]}, "quote_days"),
        ({"quote_days": [5]}, "quote_days"),
        ({"quote_days": 5}, "quote_days"),
        ({"transport_days": {"parcel": [9, 1]}}, "transport_days.parcel"),
        ({"booked_share": [0.5, 1.0]}, "booked_share"),
        ({"track_quantile": 0}, "track_quantile"),
        ({"track_prior": [0, 1]}, "track_prior"),
        ({"price_zero_at": 1}, "price_zero_at"),
        ({"distance_modes": {"parcel": [0, 0.5]}}, "distance_modes.parcel"),
        ({"role_weights": {"lead": 0}}, "role_weights.lead"),
        ({"quality": {"partner": 1.1}}, "quality.partner"),
        ({"validated_certificates": [1]}, "validated_certificates"),
        ({"currency_rates": {"EUR": 0}}, "currency_rates.EUR"),
    ],
)
def test_nonsense_is_refused_by_name(document: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyError) as refused:
        Policy.from_document(document)
    assert refused.value.field == field


def test_money_converts_only_with_a_rate() -> None:
    policy = Policy.from_document({"currency_rates": {"USD": 1.0, "EUR": 1.25}})
    assert policy.exchange_rate("EUR", "USD") == pytest.approx(1.25)
    assert policy.exchange_rate("USD", "EUR") == pytest.approx(0.8)
    assert policy.exchange_rate("KES", "USD") is None
    assert policy.exchange_rate("KES", "KES") == 1.0
    assert policy.exchange_rate(None, "USD") is None
