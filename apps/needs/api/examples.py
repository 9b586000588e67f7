"""One need from end to end, shown in the API's documentation."""

from typing import Any

STEPS: list[dict[str, Any]] = [
    {
        "process": "smt-assembly",
        "role": "lead",
        "pieces_per_unit": 1,
        "materials": ["fr4"],
    },
    {
        "process": "injection-moulding",
        "role": "required",
        "pieces_per_unit": 2,
        "materials": ["abs"],
        "tolerance_mm": 0.2,
        "envelope_mm": [120, 60, 25],
    },
]
CONTENT: dict[str, Any] = {
    "title": "200 soil-moisture probes",
    "description": "First batch of a probe for small farms; boards and a two-part case.",
    "stage": "pvt",
    "industry": "agriculture",
    "order_quantity": 200,
    "annual_quantity": 2000,
    "due_on": "2030-05-01",
    "ship_to_city": "Nairobi",
    "ship_to_country": "KE",
    "ship_to_lat": -1.2921,
    "ship_to_lon": 36.8219,
    "region_rule": "wish",
    "region": "KE",
    "required_certificates": ["iso-9001"],
    "confidentiality": "nda",
    "currency": "USD",
    "budget_amount": "9000.00",
    "steps": STEPS,
}
NEW_NEED: dict[str, Any] = {"home_network": "east-africa", "external_id": "probe-1", "submit": True, **CONTENT}
NEED: dict[str, Any] = {
    **CONTENT,
    "id": "0b4f0f3e-6d7f-4a51-9d0e-9b9c3c0c7d55",
    "external_id": "probe-1",
    "state": "submitted",
    "organisation": {"id": "5e0b5a0e-3a0c-4a53-8f4a-3d3c8a0c1f11", "name": "Moist Labs", "kind": "startup"},
    "home_network": {"slug": "east-africa", "name": "East Africa"},
    "partner_networks": [],
    "submitted_at": "2030-01-07T09:30:00Z",
    "created_at": "2030-01-07T09:30:00Z",
    "updated_at": "2030-01-07T09:30:00Z",
    "revision": 1,
    "version": "1-submitted",
    "ranking": "/api/v1/needs/0b4f0f3e-6d7f-4a51-9d0e-9b9c3c0c7d55/ranking/",
}
