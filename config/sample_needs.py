"""The 40 needs of the sample as a founder would post them to POST /api/v1/needs/.

The file speaks of a need as a whole; the API of steps. So:
* Lead step: the tolerance of the file. The size is the product's.
* A material goes to the steps whose process lists it among its common materials (its own or those of a process above
  it), else one of the same class; a metal that a step lists none of goes there too if the step works metals. What no
  step works (boards for an assembler) is bought in and named in the description. Several materials of one step are
  all wanted, unless the text says "or".
* Steps of needs from medicine, space and defence allow no other process: theirs are validated.
* Region words are looked up in the catalogue; `must:` words name rule rows, which know the steps that they hold for.
* A need may be shown in every network, unless it must stay in one country as a whole.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from apps.catalog.models import Region
from config.sample_cast import NETWORKS
from config.sample_materials import MaterialWords

Row = Mapping[str, Any]

CONFIDENTIALITY = {"public": "public", "nda": "nda", "strict": "strict", "itar": "strict"}
INDUSTRIES = {
    "aerospace": ("N07", "N15"),
    "agriculture": ("N01", "N30"),
    "automotive": ("N11", "N27", "N29"),
    "consumer": (
        "N02", "N05", "N08", "N09", "N12", "N16", "N17", "N20", "N22", "N33", "N34", "N35", "N36", "N37",
    ),
    "defence": ("N40",),
    "education": ("N21", "N38"),
    "energy": ("N10", "N18", "N19", "N32"),
    "industrial": ("N23", "N24", "N26", "N28", "N31"),
    "medical": ("N03", "N25", "N39"),
    "robotics": ("N04", "N06", "N13", "N14"),
}  # fmt: skip
VALIDATED = ("aerospace", "defence", "medical")
# Read from the founders' own texts.
DOES_THE_WORK = ("N21",)
EITHER_MATERIAL = ("N20", "N34")
HAS_LITHIUM = ("N17", "N18", "N23", "N35")
HAS_TOOLS = {"N32": "injection-moulding"}
PIECES = {
    ("N04", "composite-plate-cutting"): 4,
    ("N09", "injection-moulding-production-tool"): 6,
    ("N13", "cable-harness"): 9,
}


def payloads(rows: Sequence[Row], today: date) -> list[dict[str, Any]]:
    """In the order of the file. Needs the catalogue in the database."""
    materials = MaterialWords.read()
    regions = {word: region for region in Region.objects.order_by("pk") for word in region.words}
    return [_payload(row, today, materials, regions) for row in rows]


def _payload(row: Row, today: date, materials: MaterialWords, regions: Mapping[str, Region]) -> dict[str, Any]:
    given_out, bought_in = materials.give_out(row["materials"], [step["process"] for step in row["processes"]])
    itar = row["confidentiality"] == "itar"
    return {
        "external_id": row["id"],
        "submit": True,
        **_networks(row, regions, export_controlled=itar),
        "title": row["title"],
        "product": row["product"],
        "description": _description(row, [materials.names[slug] for slug in bought_in]),
        "stage": row["stage"],
        "industry": industry_of(row["id"]),
        "order_quantity": row["order_qty"],
        "annual_quantity": row["annual_qty"],
        "due_on": (today + timedelta(weeks=row["due_weeks"])).isoformat(),
        "ship_to_city": row["ship_to"]["city"],
        "ship_to_country": row["ship_to"]["country"],
        "ship_to_lat": row["ship_to"]["lat"],
        "ship_to_lon": row["ship_to"]["lon"],
        **_region(row, regions),
        "required_certificates": row["required_certifications"],
        "preferred_certificates": row["preferred_certifications"],
        "confidentiality": CONFIDENTIALITY[row["confidentiality"]],
        "export_controlled": itar,
        "self_service": row["id"] in DOES_THE_WORK,
        "contains_lithium": row["id"] in HAS_LITHIUM,
        "envelope_mm": row["envelope_mm"],
        "workmanship_class": int(row["workmanship_class"]) if row["workmanship_class"] else None,
        "currency": "USD",
        "budget_amount": f"{row['budget_usd']:.2f}" if row["budget_usd"] is not None else None,
        "steps": [_step(row, step, given_out[step["process"]]) for step in _in_order(row)],
    }


def _in_order(row: Row) -> list[Row]:
    return sorted(row["processes"], key=lambda step: int(step["sequence"]))


def _step(row: Row, step: Row, materials: Sequence[str]) -> dict[str, Any]:
    return {
        "process": step["process"],
        "role": step["role"],
        "pieces_per_unit": PIECES.get((row["id"], step["process"]), 1),
        "materials": list(materials),
        "material_choice": "any" if row["id"] in EITHER_MATERIAL else "all",
        "substitutes_allowed": industry_of(row["id"]) not in VALIDATED,
        "tooling_exists": HAS_TOOLS.get(row["id"]) == step["process"],
        "tolerance_mm": row["tolerance_mm"] if step["role"] == "lead" else None,
    }


def industry_of(need_id: str) -> str:
    return next(industry for industry, needs in INDUSTRIES.items() if need_id in needs)


def _description(row: Row, bought_in: Sequence[str]) -> str:
    lines = [row["founder_text"], row["notes"], f"Bought in: {', '.join(bought_in)}." if bought_in else ""]
    return "\n".join(line for line in lines if line)


def _region(row: Row, regions: Mapping[str, Region]) -> dict[str, Any]:
    """must:XX names a rule row by its word; soft rules name the wished region."""
    if row["region_rule"] == "none":
        return {"region_rule": "none", "region": None}
    if row["region_rule"] == "soft":
        return {"region_rule": "wish", "region": regions[row["region_preference"]].code}
    return {"region_rule": "must", "region": regions[row["region_rule"]].code}


def _networks(row: Row, regions: Mapping[str, Region], *, export_controlled: bool) -> dict[str, Any]:
    home = next(one.slug for one in NETWORKS if row["ship_to"]["country"] in one.countries)
    rule = regions.get(row["region_rule"])
    stays = export_controlled or bool(rule and rule.every_process)
    partners = [] if stays else [one.slug for one in NETWORKS if one.slug != home]
    return {"home_network": home, "partner_networks": partners}
