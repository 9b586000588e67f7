"""The shipped functions against the domain pack's worked examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matchmaker import conversions, curves
from matchmaker.policy import Policy
from matchmaker.taxonomy import cert_satisfied, material_match, process_match
from tests.engine.catalogue_files import taxonomy

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
CLOSE = 1e-4
NAN = float("nan")


def cases(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", VECTORS[name], ids=lambda case: json.dumps(case["inputs"])[:60])


def close(value: Any) -> Any:
    return pytest.approx(value, abs=CLOSE)


@cases("run_size_fit")
def test_run_size_fit(case: dict[str, Any]) -> None:
    given = case["inputs"]
    money, price = given.get("min_order_usd", NAN), given.get("unit_price_usd", NAN)
    minimum = curves.effective_minimum(given["min_run"], money, price)
    got = curves.run_size_fit(given["q"], minimum, given["eco_low"], given["eco_high"], given.get("max_run", NAN))
    assert float(got) == close(case["expected"])


@cases("demand_hours")
def test_demand_hours(case: dict[str, Any]) -> None:
    given = case["inputs"]
    got = curves.demand_hours(
        given["qty"],
        given["batches"],
        given["setup_h"],
        given["cycle_s"],
        given.get("parts_per_cycle", 1),
        given.get("yield_", 1),
    )
    assert float(got) == close(case["expected"])


@cases("capacity_headroom")
def test_capacity_headroom(case: dict[str, Any]) -> None:
    given, expected = case["inputs"], case["expected"]
    free = given["gross_h_per_week"] * given["availability"] * (1 - given["booked"]) * given["weeks"]
    load = float(curves.load_share(given["demand_h"], free))
    assert load == close(expected["load"])
    assert 1 - load == close(expected["headroom"])
    assert float(curves.capacity_headroom(load)) == close(expected["score"])


@cases("lead_time_slack")
def test_lead_time_slack(case: dict[str, Any]) -> None:
    parts = dict(case["inputs"]["parts_days"])
    beside = [parts.pop(name, 0) for name in ("tooling", "materials")]
    expected_days = float(curves.production_start(parts.pop("quote", 0), *beside)) + sum(parts.values())
    assert expected_days == case["expected"]["expected_days"]
    got = curves.lead_time_slack(case["inputs"]["available_days"], expected_days)
    assert float(got) == close(case["expected"]["score"])


@cases("distance_decay")
def test_distance_decay(case: dict[str, Any]) -> None:
    half, floor = Policy.default().distance_modes[case["inputs"]["mode"]]
    assert float(curves.distance_decay(case["inputs"]["km"], half, floor)) == close(case["expected"])


@cases("attention_fit")
def test_attention_fit(case: dict[str, Any]) -> None:
    assert float(curves.attention_fit(case["inputs"]["share"])) == close(case["expected"])


@cases("haversine_km")
def test_haversine_km(case: dict[str, Any]) -> None:
    given = case["inputs"]
    got = float(curves.haversine_km(given["lat1"], given["lon1"], given["lat2"], given["lon2"]))
    assert got == pytest.approx(case["expected"], rel=0.005)


@cases("tolerance_fit")
def test_tolerance_fit(case: dict[str, Any]) -> None:
    assert float(curves.tolerance_fit(case["inputs"]["req"], case["inputs"]["best"])) == close(case["expected"])


@cases("envelope_fit")
def test_envelope_fit(case: dict[str, Any]) -> None:
    given = case["inputs"]
    ratio = curves.envelope_ratio(given["part"], given["env"], rotatable=given["rotatable"])
    assert float(curves.envelope_fit(ratio)) == close(case["expected"])


@cases("iso2768_plus_minus_mm")
def test_iso2768(case: dict[str, Any]) -> None:
    assert conversions.iso2768_plus_minus_mm(case["inputs"]["cls"], case["inputs"]["nominal"]) == case["expected"]


@cases("iso286_plus_minus_mm")
def test_iso286(case: dict[str, Any]) -> None:
    got = conversions.iso286_plus_minus_mm(case["inputs"]["grade"], case["inputs"]["nominal"])
    assert got == close(case["expected"])


@cases("process_match")
def test_process_match(case: dict[str, Any]) -> None:
    given = case["inputs"]
    kind, quality = process_match(taxonomy(), given["need"], given["provided"], given["partner"], given["qty"])
    assert (kind, quality) == (case["expected"]["type"], close(case["expected"]["quality"]))


@cases("material_match")
def test_material_match(case: dict[str, Any]) -> None:
    kind, quality = material_match(taxonomy(), case["inputs"]["need"], case["inputs"]["provided"])
    assert (kind, quality) == (case["expected"]["type"], close(case["expected"]["quality"]))


@cases("cert_satisfied")
def test_cert_satisfied(case: dict[str, Any]) -> None:
    assert cert_satisfied(taxonomy(), case["inputs"]["need"], case["inputs"]["held"]) is case["expected"]


def test_every_set_of_vectors_is_used() -> None:
    used = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    aliases = {"iso2768": "iso2768_plus_minus_mm", "iso286": "iso286_plus_minus_mm"}
    used = {aliases.get(name, name) for name in used}
    assert {name for name in VECTORS if name != "_meta"} <= used
