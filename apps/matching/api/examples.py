"""One ranking, as the API's documentation shows it."""

from typing import Any

NEED = "0b4f0f3e-6d7f-4a51-9d0e-9b9c3c0c7d55"
RANKING_ID = "7c6d6c52-6f9f-4a9b-8a8e-0d8f0f6f1b77"
RANKING: dict[str, Any] = {
    "id": RANKING_ID,
    "need": NEED,
    "revision": 1,
    "run": 1,
    "policy": {"id": "c9f3f9a8-2c5d-4c54-8a9a-54b8f3f5b001", "name": "default", "version": 1, "digest": "5c0e..."},
    "engine_version": "1.0.0",
    "supply_digest": "a41b...",
    "as_of": "2030-01-07",
    "considered": 60,
    "tiers": [
        {"tier": "ready", "words": "ready", "facilities": 1},
        {"tier": "to_confirm", "words": "to confirm", "facilities": 4},
        {"tier": "excluded", "words": "excluded", "facilities": 55},
    ],
    "created_at": "2030-01-07T09:30:01Z",
    "funnel": [{"gate": "process", "words": "Process", "failed": 41, "remaining": 19}],
    "distance_mode": {"code": "parcel", "words": "parcels"},
    "flags": [],
}
CURRENT: dict[str, Any] = {
    "job": {"state": "clean", "wanted": 1, "done": 1, "since": None, "place": None, "attempts": 0},
    "ranking": RANKING,
    "matches": f"/api/v1/rankings/{RANKING_ID}/matches/",
}
FOUNDER_MATCH: dict[str, Any] = {
    "view": "founder",
    "position": 1,
    "rank_label": "1",
    "tier": 2,
    "tier_words": "to confirm",
    "score": 0.71,
    "low": 0.6,
    "high": 0.9,
    "confirmed": 5,
    "asked": 6,
    "facility": {
        "label": "KT42",
        "name": None,
        "kind": "jobshop",
        "country": "KE",
        "size": "small",
        "merged_into": None,
    },
    "steps": [
        {
            "step": 1,
            "process": "smt-assembly",
            "role": "lead",
            "option": "process_exact",
            "option_words": "Offers exactly this process",
            "provided_process": "smt-assembly",
        }
    ],
    "gates": [
        {
            "gate": "secrecy",
            "gate_words": "Secrecy",
            "step": None,
            "subject": None,
            "verdict": 0,
            "code": "nda_silent",
            "words": "Has not said whether it signs a non-disclosure agreement",
            "near_miss": False,
            "facts": {},
        }
    ],
    "criteria": [
        {
            "criterion": "distance",
            "words": "Distance",
            "low": "strong",
            "high": "strong",
            "code": "known",
            "facts": {},
        }
    ],
    "adjustments": [],
    "questions": [
        {
            "code": "nda_silent",
            "field": "signs_nda",
            "words": "Do you sign a non-disclosure agreement?",
            "step": None,
            "gate": "secrecy",
            "subject": None,
        }
    ],
    "flags": [{"code": "no_record_yet", "words": "no track record yet"}],
}
NEW_POLICY: dict[str, Any] = {
    "name": "lakeside",
    "network": "lakeside",
    "copy_of": "c9f3f9a8-2c5d-4c54-8a9a-54b8f3f5b001",
    "body": {"alpha": 0.4, "weights": {"distance": 0.2}},
}
NEW_COMPARISON: dict[str, Any] = {
    "network": "lakeside",
    "after": "0d0a3c0e-7a55-4e0c-9d8f-6c1f8a0c2a11",
    "last": 20,
    "first_k": 10,
}
