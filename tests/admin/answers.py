"""Rankings as the engine writes them, made by hand so that every kind of reason is in them."""

from datetime import date
from typing import Any

from apps.facilities.models import Facility
from apps.matching.models import Match, MatchJob, Ranking
from apps.needs.models import Need
from matchmaker import results
from matchmaker.documents import ranking_document
from matchmaker.domain import DistanceMode, Evidence, Source, Tier, Verdict
from tests import builders

AS_OF = date(2026, 3, 2)


def match_result(facility: Facility, position: int, tier: Tier, **fields: Any) -> results.MatchResult:
    stated = results.Fact("min_run", 500, "pieces", as_of=AS_OF)
    derived = results.Fact("lead_days", (12.5, 20.0), "days", Source.DEFAULT)
    held = results.Fact("held_certificate", "iso-9001", evidence=Evidence.DOCUMENTED)
    answer = {
        "facility_id": str(facility.pk),
        "position": position,
        "rank_label": f"{position}=",
        "tier": tier,
        "score": 0.62,
        "low": 0.55,
        "high": 0.75,
        "coverage": 1.0,
        "coverage_low": 1.0,
        "coverage_high": 1.0,
        "confirmed": 3,
        "asked": 4,
        "slack_days": 12.0,
        "steps": (results.StepResult(1, "cnc-milling", "lead", "process_exact", "7", "cnc-milling", 1.0, 1.0),),
        "gates": (
            results.GateResult("process", 1, None, Verdict.PASS, "process_exact", ()),
            results.GateResult("run_size", 1, None, Verdict.FAIL, "run_below_near", (stated,), near_miss=True),
            results.GateResult("certificates", None, "iso-9001", Verdict.PASS, "certificate_held", (held,)),
            results.GateResult("due_date", None, None, Verdict.UNKNOWN, "due_on_defaults", (derived,)),
        ),
        "criteria": (results.CriterionResult("run_size", 0.4, 0.8, 0.54, 0.5, 0.63, 0.89, "interval", (stated,)),),
        "adjustments": (results.Adjustment("outside_wished_region", 0.8, 0.8),),
        "questions": (results.Question("due_on_defaults", "lead_days", None, "due_date"),),
        "flags": ("substitute",),
    }
    return results.MatchResult(**{**answer, **fields})


def ranked(need: Need, *facilities: Facility, tier: Tier = Tier.TO_CONFIRM, **fields: Any) -> Ranking:
    """As if a worker had answered all that was asked so far: the facilities in that order, one more left out."""
    found = tuple(match_result(facility, place, tier) for place, facility in enumerate(facilities, start=1))
    job = MatchJob.objects.get(need=need)
    document = ranking_document(_answer(need, found, tier))
    matches = document.pop("matches")
    made = builders.ranking(
        need=need,
        rev=job.wanted,
        document=document,
        considered=len(found) + 1,
        **{"as_of": AS_OF, "engine_version": "1.0", **fields},
    )
    for result, written in zip(found, matches, strict=True):
        _store(made, result, written)
    MatchJob.objects.filter(pk=job.pk).update(done=job.wanted, dirty_since=None, attempts=0)
    return made


def _answer(need: Need, found: tuple[results.MatchResult, ...], tier: Tier) -> results.Ranking:
    return results.Ranking(
        engine_version="1.0",
        supply_digest="0" * 64,
        policy_name="standard",
        policy_version=1,
        policy_digest="0" * 64,
        need_id=str(need.pk),
        need_revision=1,
        as_of=AS_OF,
        considered=len(found) + 1,
        funnel=(results.FunnelRow("active", 0, len(found) + 1), results.FunnelRow("process", 1, len(found))),
        tier_counts=((tier, len(found)), (Tier.EXCLUDED, 1)),
        distance_mode=DistanceMode.PARCEL,
        distance_rule="9",
        distance_confident=True,
        matches=found,
        excluded=(results.Excluded("999999", "process"),),
    )


def _store(ranking: Ranking, result: results.MatchResult, written: dict[str, Any]) -> None:
    names = ("position", "rank_label", "score", "low", "high", "coverage", "confirmed", "asked")
    Match.objects.create(
        ranking=ranking,
        facility_id=int(result.facility_id),
        tier=int(result.tier),
        document=written,
        **{name: getattr(result, name) for name in names},
    )
