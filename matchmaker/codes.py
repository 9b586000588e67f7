"""The one table of codes: every gate, criterion and flag, and what each gate's answer means.

A gate's code settles its verdict, whether a fail is a near miss, and which field of the facility an unknown asks for.
Words for the codes are made outside the engine; docs/engine.md lists each with its facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np

from matchmaker.words import Verdict


class Gate(StrEnum):
    """In the order of asking: a facility is counted as excluded at the first one that fails."""

    ACTIVE = "active"
    PROCESS = "process"
    MATERIAL = "material"
    ENVELOPE = "envelope"
    TOLERANCE = "tolerance"
    CERTIFICATES = "certificates"
    PRODUCT_STATEMENTS = "product_statements"
    RUN_SIZE = "run_size"
    DUE_DATE = "due_date"
    REGION = "region"
    EXPORT_CONTROL = "export_control"
    SECRECY = "secrecy"
    NO_GO = "no_go"
    BUDGET = "budget"


GATE_ORDER = tuple(Gate)


class Criterion(StrEnum):
    RUN_SIZE = "run_size"
    CAPACITY = "capacity"
    LEAD_TIME = "lead_time"
    DISTANCE = "distance"
    MUTUAL_FIT = "mutual_fit"
    PRECISION = "precision"
    TRACK_RECORD = "track_record"
    PRICE = "price"


class CriterionCode(StrEnum):
    """Whether a criterion's value is known, an interval for want of facts, or the prior."""

    KNOWN = "known"
    INTERVAL = "interval"
    NO_RECORD_YET = "no_record_yet"


class AdjustmentCode(StrEnum):
    OUTSIDE_WISHED_REGION = "outside_wished_region"
    STRICT_SECRECY_ACROSS_BORDER = "strict_secrecy_across_border"


class Flag(StrEnum):
    BELOW_MINIMUM = "below_minimum"
    ABOVE_COMFORT = "above_comfort"
    SPLIT_LOTS = "split_lots"
    MONEY_MINIMUM_NOT_CHECKED = "money_minimum_not_checked"
    SUBSTITUTE = "substitute"
    THROUGH_PARTNER = "through_partner"
    STALE_RECORD = "stale_record"
    STALE_CAPACITY = "stale_capacity"
    NO_RECORD_YET = "no_record_yet"
    MISSING_PREFERRED_CERTIFICATE = "missing_preferred_certificate"
    SIZE_UNKNOWN = "size_unknown"
    NO_DUE_DATE = "no_due_date"


class Code(IntEnum):
    """What a gate found. The name in lower case is the code that leaves the engine."""

    OPEN = 0
    SELF_SERVICE_AGREED = 1
    NOT_CLAIMED = 2
    PAUSED_OR_CLOSED = 3
    MEMBERS_ONLY = 4
    PROCESS_EXACT = 5
    PROCESS_SPECIALISATION = 6
    PROCESS_COVERS = 7
    PROCESS_SUBSTITUTE = 8
    PROCESS_PARTNER = 9
    PROCESS_GENERAL_CLAIM = 10
    PROCESS_CATEGORY_CLAIM = 11
    PROCESS_SUGGESTED = 12
    PROCESS_NOT_MADE = 13
    PROCESS_LEFT_TO_OTHERS = 14
    MATERIAL_STATED = 15
    MATERIAL_CLASS_MACHINED = 16
    MATERIAL_CLASS_CLAIM = 17
    MATERIAL_EQUIVALENT = 18
    MATERIALS_BLANK = 19
    MATERIAL_SIBLING_REFUSED = 20
    MATERIAL_NOT_RUN = 21
    ENVELOPE_FITS = 22
    ENVELOPE_BLANK = 23
    ENVELOPE_SITE_ONLY = 24
    ENVELOPE_NEAR = 25
    ENVELOPE_TOO_SMALL = 26
    TOLERANCE_HELD = 27
    TOLERANCE_BLANK = 28
    TOLERANCE_SITE_ONLY = 29
    TOLERANCE_NEAR = 30
    TOLERANCE_TOO_COARSE = 31
    CERTIFICATE_HELD = 32
    CERTIFICATES_BLANK = 33
    CERTIFICATE_STATED_ONLY = 34
    CERTIFICATE_ABSENT = 35
    CERTIFICATE_EXPIRED = 36
    CERTIFICATE_OUT_OF_SCOPE = 37
    WORKMANSHIP_MET = 38
    WORKMANSHIP_BLANK = 39
    WORKMANSHIP_BELOW = 40
    STATEMENT_TEST_OFFERED = 41
    STATEMENT_EVIDENCE = 42
    STATEMENT_OPEN = 43
    RUN_INSIDE = 44
    RUN_SPLIT = 45
    RUN_MINIMUM_BLANK = 46
    RUN_MAXIMUM_BLANK = 47
    RUN_MONEY_BLANK = 48
    RUN_SITE_ONLY = 49
    RUN_BELOW_NEAR = 50
    RUN_BELOW = 51
    RUN_ABOVE = 52
    DUE_MET = 53
    DUE_STRADDLED = 54
    DUE_ON_DEFAULTS = 55
    DUE_CAPACITY_STALE = 56
    DUE_SITE_ONLY = 57
    DUE_NEAR = 58
    DUE_MISSED = 59
    REGION_INSIDE = 60
    REGION_UNKNOWN = 61
    REGION_PARTNER = 62
    REGION_OUTSIDE = 63
    EXPORT_VERIFIED = 64
    EXPORT_NOT_VERIFIED = 65
    NDA_SIGNED = 66
    NDA_SILENT = 67
    NDA_REFUSED = 68
    NO_GO_CLEAR = 69
    NO_GO_LISTED = 70
    BUDGET_INSIDE = 71
    BUDGET_STRADDLED = 72
    PRICE_BLANK = 73
    BUDGET_NEAR = 74
    BUDGET_OVER = 75


@dataclass(frozen=True, slots=True)
class CodeRow:
    gate: Gate
    verdict: Verdict
    near: bool = False
    asks: str = ""


def _rows(gate: Gate, *, passes: str = "", unknowns: str = "", nears: str = "", fails: str = "") -> dict[Code, CodeRow]:
    """Code names by verdict; an unknown is written CODE:field_to_ask."""
    out = {Code[name]: CodeRow(gate, Verdict.PASS) for name in passes.split()}
    for item in unknowns.split():
        name, _, asks = item.partition(":")
        out[Code[name]] = CodeRow(gate, Verdict.UNKNOWN, asks=asks)
    out |= {Code[name]: CodeRow(gate, Verdict.FAIL, near=True) for name in nears.split()}
    out |= {Code[name]: CodeRow(gate, Verdict.FAIL) for name in fails.split()}
    return out


CODE_ROWS: dict[Code, CodeRow] = {
    **_rows(
        Gate.ACTIVE,
        passes="OPEN SELF_SERVICE_AGREED",
        unknowns="NOT_CLAIMED:claim",
        fails="PAUSED_OR_CLOSED MEMBERS_ONLY",
    ),
    **_rows(
        Gate.PROCESS,
        passes="PROCESS_EXACT PROCESS_SPECIALISATION PROCESS_COVERS PROCESS_SUBSTITUTE PROCESS_PARTNER",
        unknowns="PROCESS_GENERAL_CLAIM:process PROCESS_CATEGORY_CLAIM:process PROCESS_SUGGESTED:process",
        nears="PROCESS_NOT_MADE PROCESS_LEFT_TO_OTHERS",  # of one required step; never of the lead
    ),
    **_rows(
        Gate.MATERIAL,
        passes="MATERIAL_STATED MATERIAL_CLASS_MACHINED",
        unknowns="MATERIAL_CLASS_CLAIM:materials MATERIAL_EQUIVALENT:materials MATERIALS_BLANK:materials",
        nears="MATERIAL_SIBLING_REFUSED",
        fails="MATERIAL_NOT_RUN",
    ),
    **_rows(
        Gate.ENVELOPE,
        passes="ENVELOPE_FITS",
        unknowns="ENVELOPE_BLANK:envelope_mm ENVELOPE_SITE_ONLY:envelope_mm",
        nears="ENVELOPE_NEAR",
        fails="ENVELOPE_TOO_SMALL",
    ),
    **_rows(
        Gate.TOLERANCE,
        passes="TOLERANCE_HELD",
        unknowns="TOLERANCE_BLANK:tolerance_mm TOLERANCE_SITE_ONLY:tolerance_mm",
        nears="TOLERANCE_NEAR",
        fails="TOLERANCE_TOO_COARSE",
    ),
    **_rows(
        Gate.CERTIFICATES,
        passes="CERTIFICATE_HELD WORKMANSHIP_MET",
        unknowns="CERTIFICATES_BLANK:certificates CERTIFICATE_STATED_ONLY:certificate_evidence "
        "WORKMANSHIP_BLANK:workmanship_class",
        fails="CERTIFICATE_ABSENT CERTIFICATE_EXPIRED CERTIFICATE_OUT_OF_SCOPE WORKMANSHIP_BELOW",
    ),
    **_rows(
        Gate.PRODUCT_STATEMENTS,
        passes="STATEMENT_TEST_OFFERED STATEMENT_EVIDENCE",
        unknowns="STATEMENT_OPEN:product_evidence",
    ),
    **_rows(
        Gate.RUN_SIZE,
        passes="RUN_INSIDE RUN_SPLIT",
        unknowns="RUN_MINIMUM_BLANK:min_run RUN_MAXIMUM_BLANK:max_run RUN_MONEY_BLANK:min_order_money "
        "RUN_SITE_ONLY:run_sizes",
        nears="RUN_BELOW_NEAR",
        fails="RUN_BELOW RUN_ABOVE",
    ),
    **_rows(
        Gate.DUE_DATE,
        passes="DUE_MET",
        unknowns="DUE_STRADDLED:lead_days DUE_ON_DEFAULTS:lead_days DUE_SITE_ONLY:lead_days "
        "DUE_CAPACITY_STALE:capacity",
        nears="DUE_NEAR",
        fails="DUE_MISSED",
    ),
    **_rows(
        Gate.REGION,
        passes="REGION_INSIDE",
        unknowns="REGION_UNKNOWN:place REGION_PARTNER:partner_place",
        fails="REGION_OUTSIDE",
    ),
    **_rows(Gate.EXPORT_CONTROL, passes="EXPORT_VERIFIED", fails="EXPORT_NOT_VERIFIED"),
    **_rows(Gate.SECRECY, passes="NDA_SIGNED", unknowns="NDA_SILENT:signs_nda", fails="NDA_REFUSED"),
    **_rows(Gate.NO_GO, passes="NO_GO_CLEAR", fails="NO_GO_LISTED"),
    **_rows(
        Gate.BUDGET,
        passes="BUDGET_INSIDE",
        unknowns="BUDGET_STRADDLED:price PRICE_BLANK:price",
        nears="BUDGET_NEAR",
        fails="BUDGET_OVER",
    ),
}

# Columns over Code: the verdict, whether a fail lies within its near-miss bound, and how bad it is (0 worst).
VERDICTS = np.array([CODE_ROWS[code].verdict for code in Code], dtype=np.int8)
IS_NEAR = np.array([CODE_ROWS[code].near for code in Code], dtype=np.bool_)
SEVERITY = np.where(VERDICTS == Verdict.FAIL, IS_NEAR.astype(np.int8), VERDICTS + 2).astype(np.int8)


_NAMES = tuple(code.name.lower() for code in sorted(Code))


def code_name(code: int) -> str:
    return _NAMES[code]
