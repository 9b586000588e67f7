"""What the engine calls its facts and units, in words. Ends of a range share one name, without `_low` and `_high`."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.matching.wording.codes import Words

FACTS: dict[str, Words] = {
    # of the need
    "asked_process": _("process asked for"),
    "asked_material": _("material asked for"),
    "asked_mode": _("of the materials"),
    "asked_class": _("class asked for"),
    "part_mm": _("size of the part"),
    "required_mm": _("tolerance asked for (±)"),
    "order_pieces": _("quantity"),
    "valid_on": _("must be valid on"),
    "available_days": _("days until it is due"),
    "ceiling": _("hard ceiling of the budget"),
    "target_price": _("target price a piece"),
    # of the facility
    "provided_process": _("process offered"),
    "envelope_mm": _("largest part"),
    "best_mm": _("best tolerance (±)"),
    "min_run": _("minimum run"),
    "max_run": _("maximum run"),
    "min_order_money": _("smallest order in money"),
    "money_pieces": _("which is about"),
    "economic": _("economic run"),
    "held_certificate": _("certificate held"),
    "held_evidence": _("evidence"),
    "expires_on": _("expires on"),
    "workmanship_class": _("class of workmanship"),
    "matching_test": _("test that would show it"),
    "country": _("country"),
    "admin_area": _("state or province"),
    "listed": _("on its list"),
    "accepts_startups": _("start-ups welcome"),
    "stage_wished": _("stage of the product is welcome"),
    "industry_wished": _("industry is welcome"),
    "good_lots": _("good lots"),
    "bad_lots": _("bad lots"),
    "price": _("price a piece"),
    "resource": _("bottleneck"),
    "resource_kind": _("usual bottleneck"),
    "gross_hours_per_week": _("gross hours a week"),
    "free_hours_next_weeks": _("free in the next six weeks"),
    # worked out
    "quality": _("quality of the fit"),
    "ratio": _("ratio of what it can to what is asked"),
    "condition": _("on condition of"),
    "demand_hours": _("hours that the order takes"),
    "load": _("load of the tightest bottleneck"),
    "year_share": _("share of its year"),
    "run_fit": _("fit of the run size"),
    "economic_low_used": _("economic run from"),
    "economic_high_used": _("economic run to"),
    "precision": _("margin"),
    "finish_from_hours": _("counted from free hours"),
    "quote_days": _("quoting"),
    "tooling_days": _("tooling"),
    "material_days": _("getting material"),
    "production_days": _("making"),
    "partner_days": _("hand-over to partners"),
    "inspection_days": _("inspection"),
    "transport_days": _("transport"),
    "total_days": _("all in all"),
    "distance_km": _("distance"),
    "distance_mode": _("distance counted as"),
    "mode_rule": _("by rule number"),
    "customs_border": _("across a customs border"),
}
MODES: dict[str, Words] = {"any": _("any of them"), "all": _("all of them")}


def unit_words(unit: str, value: float) -> str:
    """With the number in front in mind: 1 piece, 2 pieces. Currencies and millimetres are the same for both."""
    count = int(value) if float(value).is_integer() else 2
    counted = {
        "pieces": ngettext("piece", "pieces", count),
        "days": ngettext("day", "days", count),
        "hours": ngettext("hour", "hours", count),
        "lots": ngettext("lot", "lots", count),
        "class": "",
    }
    return counted.get(unit, unit)
