"""Options of one step: every line that may answer it, each with the answers of the step's gates and its two fits."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.sql.fragments import (
    FAIL,
    NEAR,
    PASS,
    TINY,
    UNKNOWN,
    band_columns,
    banded_fit,
    lit,
    names,
    rounded,
    tolerance_fit,
)
from matchmaker.asked import Asked, AskedStep
from matchmaker.columns import KINDS
from matchmaker.curves import envelope_ratio
from matchmaker.curves import tolerance_fit as fit
from matchmaker.domain import MaterialMode
from matchmaker.options import MAKER_ACCESS
from matchmaker.taxonomy import MaterialCase, ProcessCase
from matchmaker.typicals import Typicals

PROCESS_COLUMNS = (
    "process, claim, sub, base, usual_min, usual_low, usual_high, usual_lead_low, usual_lead_high, usual_tool, family,"
    " sheet, work_kind, setup_low, setup_high, cycle_low, cycle_high, usual_parts, usual_good, tol_ok, tol_low,"
    " tol_high, env_ok"
)
CARRIED = names(
    "site line quality claimed partner resource others hard psev msev esev tsev rsev run_low lead_low lead_high"
    " tool_low tool_high setup cycle parts good lead_from_site price_low price_high price_currency usual_lead_low"
    " usual_lead_high usual_tool work_kind setup_low setup_high cycle_low cycle_high usual_parts usual_good"
)
# Gates in the order of asking, as the engine numbers them.
PROCESS, MATERIAL, ENVELOPE, TOLERANCE, RUN_SIZE = 1, 2, 3, 4, 7


def process_values(asked: Asked, step: AskedStep, typicals: Typicals) -> str:
    """One row for each process that answers the step, firmly or by a claim, with what stands in for blanks there."""
    tree = asked.taxonomy
    usable = np.ones(len(tree.process_slugs), dtype=bool)
    if not asked.need.self_service and MAKER_ACCESS in tree.process_index:
        usable = ~tree.process_below[:, tree.process_index[MAKER_ACCESS]]
    claims = tree.claim_cases(step.fact.process)
    rows = []
    for process in np.flatnonzero(usable & (step.firm.case != ProcessCase.NONE)).tolist():
        sub = step.firm.case[process] == ProcessCase.SUBSTITUTE
        rows.append(_process_row(asked, step, typicals, process, process, float(step.firm.quality[process]), sub=sub))
    needed = tree.process_index[step.fact.process]
    for process in np.flatnonzero(usable & (claims != ProcessCase.NONE)).tolist():
        name = "general_claim" if claims[process] == ProcessCase.GENERAL_CLAIM else "category_claim"
        rows.append(_process_row(asked, step, typicals, process, needed, asked.policy.quality[name], claim=True))
    if not rows:  # self-service alone makes it, and this need wants a service
        rows.append(_process_row(asked, step, typicals, -1, needed, 0.0))
    return ",\n        ".join(rows)


def _process_row(
    asked: Asked,
    step: AskedStep,
    usual: Typicals,
    process: int,
    work: int,
    quality: float,
    *,
    claim: bool = False,
    sub: bool = False,
) -> str:
    required, size = step.fact.tolerance_mm, step.envelope_mm
    kind = int(usual.work_kind[work])
    best, factor = float(usual.tolerance[work]), asked.policy.tolerance_default_factor
    fits = size is None or not envelope_ratio(np.array(size), usual.envelope[work], rotatable=step.rotatable) < 1
    known = required is not None and best == best
    values = [
        process,
        claim,
        bool(sub),
        quality,
        *(float(column[work]) for column in (usual.min_run, usual.economic_low, usual.economic_high)),
        *(float(column[work]) for column in (usual.lead_low, usual.lead_high)),
        0.0 if step.fact.tooling_exists else float(usual.tooling[work]),
        int(asked.taxonomy.process_family[work]),
        bool(usual.bar_and_sheet[work]),
        None if kind < 0 else kind,
        *(float(column[work]) for column in (usual.setup_low, usual.setup_high, usual.cycle_low, usual.cycle_high)),
        *(float(column[work]) for column in (usual.parts, usual.good)),
        required is None or not round(required / best, 9) < 1,
        float(fit(required or 1.0, best / factor)) if known else 0.0,
        float(fit(required or 1.0, best * factor)) if known else 1.0,
        bool(fits),
    ]
    return f"({', '.join(_typed(value) for value in values)})"


def _typed(value: object) -> str:
    text = lit(value)
    if text == "NULL":
        return "NULL::int" if value is None else "NULL::float8"
    return text


def _material(asked: Asked, step: AskedStep) -> str:
    """Any-of takes the best of the asked materials, all-of the worst."""
    if not step.materials:
        return lit(PASS)
    any_of = step.fact.material_mode == MaterialMode.ANY
    groups = [step.materials] if any_of else [(material,) for material in step.materials]
    sibling = UNKNOWN if step.fact.equivalents_allowed else NEAR
    answers = []
    for group in groups:
        tests = [
            (f"{_hits(asked, group, MaterialCase.BELOW, MaterialCase.EXACT)}", PASS),
            (f"p.sheet AND {_hits(asked, group, MaterialCase.CLASS_CLAIM, MaterialCase.CLASS_CLAIM)}", PASS),
            (f"{_hits(asked, group, MaterialCase.FAMILY_CLAIM, MaterialCase.CLASS_CLAIM)}", UNKNOWN),
            (f"{_hits(asked, group, MaterialCase.SIBLING, MaterialCase.SIBLING)}", sibling),
        ]
        cases = " ".join(f"WHEN {test} THEN {answer}" for test, answer in tests)
        answers.append(f"CASE {cases} ELSE {FAIL} END")
    return f"CASE WHEN l.materials_blank THEN {UNKNOWN} ELSE least({', '.join(answers)}) END"


def _hits(asked: Asked, materials: tuple[int, ...], lowest: MaterialCase, highest: MaterialCase) -> str:
    """Whether a provided material has such a case for one of the asked, whatever better case another has."""
    cases = asked.taxonomy.material_case[list(materials)]
    bits = [0, 0]
    for at in np.flatnonzero(((cases >= lowest) & (cases <= highest)).any(axis=0)).tolist():
        bits[at >= 63] |= 1 << (at if at < 63 else at - 63)
    parts = [f"l.m{word} & {mask} <> 0" for word, mask in enumerate(bits) if mask]
    return f"({' OR '.join(parts)})" if parts else "false"


def _ratio(step: AskedStep) -> str:
    """The smallest ratio of machine to part over the three sides."""
    if step.envelope_mm is None:
        return "NULL::float8"
    length, width, height = step.envelope_mm
    part = sorted(step.envelope_mm) if step.rotatable else [*sorted((length, width)), height]
    name = "e" if step.rotatable else "p"
    return f"least({', '.join(f'l.{name}{at} / {lit(side)}' for at, side in enumerate(part, start=1))})"


def _kind_case(values: dict[str, float]) -> str:
    cases = " ".join(f"WHEN {at} THEN {lit(float(values[name]))}" for at, name in enumerate(KINDS))
    return f"CASE l.kind {cases} END"


def _money_pieces(asked: Asked, step: AskedStep, money: str) -> str:
    """What a smallest order value buys, in pieces; 0 where the worth of the order is not known."""
    if not asked.order_worth:
        return "0.0::float8"
    price = lit(asked.order_worth / step.pieces)
    return f"CASE WHEN {money} > 0 THEN ceil({money} / {price} - {TINY}) ELSE 0.0 END"


def rate_case(asked: Asked, column: str) -> str:
    """The worth of a currency in the need's; NULL without a rate."""
    codes = sorted({*asked.policy.currency_rates, asked.need.currency})
    rates = [(code, asked.policy.exchange_rate(code, asked.need.currency)) for code in codes]
    return f"CASE {column} {' '.join(f'WHEN {lit(code)} THEN {lit(rate)}' for code, rate in rates)} END::float8"


def option_query(asked: Asked, step: AskedStep, typicals: Typicals) -> str:
    """Columns: the step's gates (psev, msev, esev, tsev, rsev), fits, and what choices and rows read."""
    q = lit(float(step.pieces))
    return _fits(asked, step, _bounds(asked, _gated(asked, step, _lines(asked, step, typicals), q), q), q)


def _lines(asked: Asked, step: AskedStep, typicals: Typicals) -> str:
    """The lines that may answer, with the figures that the gates compare."""
    policy = asked.policy
    low, high = (_kind_case({name: policy.kind_run_band[name][end] for name in KINDS}) for end in (0, 1))
    partner, suggested = lit(policy.quality["partner"]), lit(policy.quality["suggested"])
    return f"""
    SELECT l.site, l.line, l.partner, l.resource, l.lead_low, l.lead_high, l.tool_low,
        l.tool_high, l.setup, l.cycle, l.parts, l.good, l.min_run, l.eco_high, l.max_run,
        l.lead_from_site, l.tolerance_from_site, l.envelope_from_site, l.price_low, l.price_high, l.price_currency,
        p.claim OR l.suggested AS claimed, p.usual_min, p.usual_lead_low, p.usual_lead_high, p.usual_tool, p.work_kind,
        p.setup_low, p.setup_high, p.cycle_low, p.cycle_high, p.usual_parts, p.usual_good, p.tol_ok, p.tol_low,
        p.tol_high, p.env_ok,
        least(p.base, CASE WHEN l.partner THEN {partner} END, CASE WHEN l.suggested THEN {suggested} END) AS quality,
        {_material(asked, step)} AS msev, {_ratio(step)} AS k,
        {lit(step.fact.tolerance_mm) if step.fact.tolerance_mm else "NULL::float8"} / l.tolerance AS t,
        l.families & ~(1::bigint << p.family) <> 0 AS others,
        l.money IS NULL AS money_blank,
        {_money_pieces(asked, step, f"(l.money * {rate_case(asked, 'l.money_currency')})")} AS money_pieces,
        {_money_pieces(asked, step, _kind_case(dict(policy.kind_min_order_money)))} AS default_pieces,
        greatest(p.usual_min, 1) * {_kind_case(dict(policy.kind_min_run_factor))} AS default_min,
        coalesce(l.eco_low, least(greatest(p.usual_low, {low}), {high})) AS low,
        coalesce(l.eco_high, least(greatest(p.usual_high, {low}), {high})) AS high,
        l.min_from_site, l.max_from_site, p.usual_high AS raw_high
    FROM (VALUES {process_values(asked, step, typicals)}) AS p ({PROCESS_COLUMNS})
    CROSS JOIN LATERAL (SELECT * FROM peer.line WHERE process = p.process OFFSET 0) AS l
    WHERE NOT (p.sub AND (l.partner OR l.suggested)) AND NOT (p.claim AND l.suggested) OFFSET 0"""


def _gated(asked: Asked, step: AskedStep, inner: str, q: str) -> str:
    """Process, envelope and tolerance, and whether a run size of the whole site need not bind this process."""
    return f"""
    SELECT *, CASE WHEN claimed THEN {UNKNOWN} ELSE {PASS} END AS psev,
        {_envelope(asked, step)} AS esev, {_tolerance(asked, step)} AS tsev,
        others AND min_from_site AND NOT coalesce(usual_min > {q}, false) AS min_excused,
        others AND max_from_site AND NOT coalesce(raw_high * {asked.policy.max_run_factor} < {q}, false) AS max_excused
    FROM ({inner}) AS a OFFSET 0"""


def _bounds(asked: Asked, inner: str, q: str) -> str:
    """The least and the most that the minimum may be, in pieces; never below 1."""
    least = f"CASE WHEN min_run IS NULL THEN 1 WHEN min_excused AND min_run > {q} THEN {q} ELSE min_run END"
    money = "CASE WHEN money_blank THEN default_pieces END" if asked.order_worth is not None else "0"
    return f"""
    SELECT *, CASE WHEN min_excused THEN money_pieces ELSE greatest(min_run, money_pieces) END AS counted,
        greatest(max_run, CASE WHEN max_run IS NOT NULL THEN eco_high END) AS top,
        CASE WHEN max_excused AND max_run < {q} THEN {q} ELSE max_run END AS good_top,
        greatest({least}, money_pieces, 1) AS least_min,
        greatest({least}, coalesce(min_run, default_min), money_pieces, {money}, 1) AS most_min
    FROM ({inner}) AS b OFFSET 0"""


def _envelope(asked: Asked, step: AskedStep) -> str:
    if step.envelope_mm is None:
        return lit(PASS)
    return (
        f"CASE WHEN k IS NULL THEN {UNKNOWN} WHEN k >= 1 - {TINY} THEN {PASS}"
        f" WHEN envelope_from_site AND others AND env_ok THEN {UNKNOWN}"
        f" WHEN k >= {asked.policy.near_envelope} - {TINY} THEN {NEAR} ELSE {FAIL} END"
    )


def _tolerance(asked: Asked, step: AskedStep) -> str:
    if step.fact.tolerance_mm is None:
        return lit(PASS)
    return (
        f"CASE WHEN t IS NULL THEN {UNKNOWN} WHEN t >= 1 - {TINY} THEN {PASS}"
        f" WHEN tolerance_from_site AND others AND tol_ok THEN {UNKNOWN}"
        f" WHEN t >= {asked.policy.near_tolerance} - {TINY} THEN {NEAR} ELSE {FAIL} END"
    )


def _fits(asked: Asked, step: AskedStep, bounds: str, q: str) -> str:
    """The fit never rises with the minimum, so its ends are those at the most and the least that the minimum may be."""
    near = f"{q} / greatest(counted, 1e-9) >= {asked.policy.near_run_share} - {TINY}"
    money = f"WHEN money_blank THEN {UNKNOWN}" if asked.order_worth is not None else ""
    hard = f"CASE WHEN msev = 0 THEN {MATERIAL} WHEN esev = 0 THEN {ENVELOPE} WHEN tsev = 0 THEN {TOLERANCE} END"
    judged = f"""
    SELECT *, {band_columns("least_min", "good_top", "g")}, {band_columns("most_min", "max_run", "w")},
        {hard} AS hard,
        least(CASE WHEN counted > {q} THEN CASE WHEN {near} THEN {NEAR} ELSE {FAIL} END
            WHEN min_run > {q} AND min_excused THEN {UNKNOWN} WHEN min_run IS NULL THEN {UNKNOWN} {money}
            ELSE {PASS} END,
        CASE WHEN top IS NULL THEN CASE WHEN {q} <= eco_high THEN {PASS} ELSE {UNKNOWN} END
            WHEN {q} <= top THEN {PASS} WHEN {q} < 2 * top THEN {PASS} WHEN max_excused THEN {UNKNOWN}
            ELSE {FAIL} END) AS rsev,
        {_tolerance_span(step)}, {_envelope_span(step)}
    FROM ({bounds}) AS c OFFSET 0"""
    ends = f"SELECT *, {banded_fit(q, 'most_min', 'w')} AS run_low FROM ({judged}) AS d OFFSET 0"
    fails = f"CASE WHEN msev < 2 THEN {MATERIAL} WHEN esev < 2 THEN {ENVELOPE} WHEN tsev < 2 THEN {TOLERANCE} END"
    known = "least_min = most_min AND NOT max_excused"
    return f"""
    SELECT {", ".join(CARRIED)}, CASE WHEN {known} THEN run_low ELSE {banded_fit(q, "least_min", "g")} END AS run_high,
        least(tol_fit_low, env_fit_low) AS precision_low, least(tol_fit_high, env_fit_high) AS precision_high,
        coalesce({fails}, CASE WHEN rsev < 2 THEN {RUN_SIZE} END) AS first_fail
    FROM ({ends}) AS e"""


def _tolerance_span(step: AskedStep) -> str:
    if step.fact.tolerance_mm is None:
        return "NULL::float8 AS tol_fit_low, NULL::float8 AS tol_fit_high"
    known = tolerance_fit(f"({rounded('t')})")
    excused = f"t < 1 - {TINY} AND tolerance_from_site AND others AND tol_ok"
    return (
        f"CASE WHEN t IS NULL THEN tol_low ELSE {known} END AS tol_fit_low,"
        f" CASE WHEN t IS NULL THEN tol_high WHEN {excused} THEN 0.8 ELSE {known} END AS tol_fit_high"
    )


def _envelope_span(step: AskedStep) -> str:
    if step.envelope_mm is None:
        return "NULL::float8 AS env_fit_low, NULL::float8 AS env_fit_high"
    known = f"CASE WHEN k < 1 - {TINY} THEN 0.0 WHEN k < 1.1 - {TINY} THEN 0.8 ELSE 1.0 END"
    excused = f"k < 1 - {TINY} AND envelope_from_site AND others AND env_ok"
    return (
        f"CASE WHEN k IS NULL THEN 0.0 ELSE {known} END AS env_fit_low,"
        f" CASE WHEN k IS NULL THEN 1.0 WHEN {excused} THEN 0.8 ELSE {known} END AS env_fit_high"
    )
