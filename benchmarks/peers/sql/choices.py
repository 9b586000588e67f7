"""Choices of one step: the options that can make it, each with the resource it would run on and what it would take."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from benchmarks.peers.sql.capacity_tables import WEEKS
from benchmarks.peers.sql.fragments import array, lit
from benchmarks.peers.sql.options import rate_case
from matchmaker.asked import Asked, AskedStep
from matchmaker.resources import UNITS_HOURS


def _hours(step: AskedStep, end: str, pieces: int) -> str:
    """Set-up and cycles; a line that states its cycle makes one part a cycle and loses none unless it says so."""
    own = "o.cycle IS NOT NULL"
    parts = f"coalesce(o.parts, CASE WHEN {own} THEN 1 ELSE o.usual_parts END)"
    good = f"coalesce(o.good, CASE WHEN {own} THEN 1 ELSE o.usual_good END)"
    cycles = f"{lit(float(pieces))} / {good} / {parts} * coalesce(o.cycle, o.cycle_{end}) / 3600"
    return (
        f"CASE WHEN r.units IS NOT NULL THEN {lit(pieces * UNITS_HOURS)} / r.units"
        f" ELSE coalesce(o.setup, o.setup_{end}) + {cycles} END"
    )


def choice_query(asked: Asked, step: AskedStep, options: str) -> str:
    """One row a choice of `options`, the name of the step's option query."""
    policy, firm = asked.policy, "o.lead_low IS NOT NULL"
    lead_low, lead_high = "coalesce(o.usual_lead_low, 0)", f"coalesce(o.usual_lead_high, {policy.open_window_days})"
    tool = [
        f"CASE WHEN o.usual_tool > 0 THEN coalesce(o.tool_{name}, o.usual_tool * {factor}) ELSE 0.0 END"
        for name, factor in zip(("low", "high"), policy.tooling_factor, strict=True)
    ]
    per_unit = f"{rate_case(asked, 'o.price_currency')} * {step.fact.pieces_per_unit}"
    return f"""
    SELECT *, CASE WHEN h0 IS NOT NULL AND h1 IS NOT NULL THEN resource_used END AS slot
    FROM (
        SELECT o.site, o.line, o.quality, o.claimed, o.partner, o.psev, o.msev, o.esev, o.tsev, o.rsev,
            o.run_low, o.run_high, o.precision_low, o.precision_high, o.first_fail,
            ({_unknowns("o")}) AS unknowns, ({_nears("o")}) AS nears,
            row_number() OVER (PARTITION BY o.site ORDER BY o.claimed, round(o.quality * 1e9) DESC, o.line,
                serving.name) AS place,
            r.resource AS resource_used, r.gross, r.stated AS gross_stated, r.firm, r.stale, r.most_rate, r.least_rate,
            r.most, coalesce(r.least, r.most) AS least,
            r.units IS NOT NULL OR (o.setup IS NOT NULL AND o.cycle IS NOT NULL) AS work_stated,
            {_hours(step, "low", step.pieces)} AS h0, {_hours(step, "high", step.pieces)} AS h1,
            {_hours(step, "low", step.year_pieces)} AS y0, {_hours(step, "high", step.year_pieces)} AS y1,
            {firm} AS lead_stated, coalesce(o.lead_low, {lead_low}) AS lead0,
            coalesce(o.lead_high, {lead_high} * {policy.lead_high_factor}) AS lead1,
            CASE WHEN o.lead_from_site AND o.others THEN least(o.lead_low, {lead_low})
                ELSE coalesce(o.lead_low, {lead_low}) END AS lead_could,
            {tool[0]} AS tool0, {tool[1]} AS tool1,
            o.price_low * {per_unit} AS price0, o.price_high * {per_unit} AS price1
        FROM {options} AS o
        LEFT JOIN LATERAL (SELECT resource, name FROM peer.serving WHERE site = o.site AND kind = o.work_kind
            AND NOT o.partner AND o.resource IS NULL OFFSET 0) AS serving ON true
        LEFT JOIN LATERAL (SELECT {_resource(asked)} FROM peer.resource WHERE resource = CASE WHEN o.partner THEN NULL
            WHEN o.resource IS NOT NULL THEN o.resource ELSE coalesce(serving.resource, -1 - o.work_kind) END
            OFFSET 0) AS r ON true
        WHERE o.hard IS NULL OFFSET 0
    ) AS c"""


def _resource(asked: Asked) -> str:
    """Columns of a resource; where the need itself holds hours of it, with these added back."""
    monday, held = asked.as_of - timedelta(days=asked.as_of.weekday()), defaultdict(list)
    for hold in asked.need.holds:
        week = (hold.monday - monday).days // 7
        if 0 <= week < WEEKS:
            held[int(hold.resource_id)].append((week, hold.hours))
    if not held:
        return "*"
    ends = []
    for side in ("most", "least"):
        cases = " ".join(f"WHEN {key} THEN {_with_own(key, side, weeks)}" for key, weeks in held.items())
        ends.append(f"CASE resource {cases} ELSE {side} END AS {side}")
    return f"resource, gross, stated, units, stale, firm, most_rate, least_rate, {', '.join(ends)}"


def _with_own(resource: int, side: str, weeks: list[tuple[int, float]]) -> str:
    """A query of its own, so that it is answered once and not for every line."""
    at, own = array((week for week, _ in weeks), "int"), array((hours for _, hours in weeks), "float8")
    return f"(SELECT peer.with_own({resource}, {lit(side)}, {at}, {own}))"


def _unknowns(row: str) -> str:
    return " + ".join(f"({row}.{gate} = 2)::int" for gate in ("psev", "msev", "esev", "tsev", "rsev"))


def _nears(row: str) -> str:
    return " + ".join(f"({row}.{gate} = 1)::int" for gate in ("msev", "esev", "tsev", "rsev"))
