"""One need as one statement: options, sites, choices, assignments, the best of each site, counts and the first k."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled

from benchmarks.harness.sweeps import TooSlowError
from benchmarks.peers.sql.choices import choice_query
from benchmarks.peers.sql.days import TAKEN
from benchmarks.peers.sql.fragments import lit
from benchmarks.peers.sql.options import option_query
from benchmarks.peers.sql.rows import judged
from benchmarks.peers.sql.sites import agrees_to_self_service, site_query
from matchmaker.asked import Asked, AskedStep
from matchmaker.codes import GATE_ORDER
from matchmaker.domain import NeedFact, Tier
from matchmaker.policy import Policy
from matchmaker.taxonomy import Taxonomy
from matchmaker.typicals import Typicals

SESSION = (
    "SET jit = off",
    "SET work_mem = '256MB'",
    "SET max_parallel_workers_per_gather = 0",  # the engine has one core too
    # Sizes of intermediate results cannot be guessed, and a nested loop over them is a disaster; look-ups by key are
    # written as LATERAL, which leaves no other way.
    "SET enable_nestloop = off",
    "SET enable_mergejoin = off",
)


@dataclass(frozen=True)
class SqlRanking:
    """`matches` are rows as the query names them: everything that the answer rests on."""

    considered: int
    funnel: tuple[int, ...]  # failed at each gate, in the order of asking
    tiers: dict[Tier, int]
    matches: list[dict[str, Any]]
    excluded: list[tuple[int, int]]  # (site, gate), in full answers only; sites without any option left out


def prepare_session(seconds: float = 600.0) -> None:
    """For this connection; no statement may take longer than that."""
    with connection.cursor() as cursor:
        for statement in (*SESSION, f"SET statement_timeout = '{seconds:.0f}s'"):
            cursor.execute(statement)


@dataclass(frozen=True)
class SqlRanker:
    """Compiles needs for one catalogue, policy and day."""

    taxonomy: Taxonomy
    policy: Policy
    as_of: date

    def statement(self, need: NeedFact, *, top: int | None) -> str:
        """`top` None: every match and every site that was excluded, without the facts."""
        asked = Asked.build(need, self.policy, self.taxonomy, self.as_of)
        return _statement(asked, Typicals.build(self.taxonomy, self.policy), top)

    def rank(self, need: NeedFact, *, top: int | None = 20) -> SqlRanking:
        return answer(self.statement(need, top=top))


def answer(statement: str) -> SqlRanking:
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement)
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise TooSlowError from error
            raise
        ((considered, inactive, *documents),) = cursor.fetchall()
    tiers, gates, matches, excluded = (json.loads(text) if text else None for text in documents)
    found = {Tier(int(tier)): count for tier, count in (tiers or {}).items() if int(tier) != Tier.EXCLUDED}
    failed = {int(gate): count for gate, count in (gates or {}).items()}
    funnel = [inactive, 0, *(failed.get(gate, 0) for gate in range(2, len(GATE_ORDER)))]
    funnel[1] = considered - sum(found.values()) - sum(funnel)
    every = {tier: found.get(tier, 0) for tier in Tier} | {Tier.EXCLUDED: sum(funnel)}
    return SqlRanking(considered, tuple(funnel), every, matches or [], [(s, g) for s, g in excluded or []])


def _statement(asked: Asked, typicals: Typicals, top: int | None) -> str:
    steps = range(len(asked.gated))
    ctes = [_cte(f"o{s}", option_query(asked, asked.gated[s], typicals)) for s in steps]
    ctes.append(_cte("s", site_query(asked, " UNION ".join(f"SELECT DISTINCT site FROM o{s}" for s in steps))))
    ctes += [_cte(f"c{s}", choice_query(asked, asked.gated[s], f"o{s}")) for s in steps]
    ctes += [_cte(f"f{s}", _fallback(s)) for s in steps]
    ctes += [_cte(f"p{at}", _preferred(asked, step, typicals)) for at, step in enumerate(_wished(asked))]
    ctes.append(_cte("n", _sizes(asked)))
    ctes.append(_cte("j1", judged(asked, _source(asked, "c", "cap1", "n"))))
    ctes.append(_cte("b1", _best(asked, "SELECT *, 1 AS phase FROM j1")))
    ctes += _second_phase(asked)
    ctes.append(_cte("rest", _rest(asked)))
    return f"WITH {', '.join(ctes)} {_answer(asked, top)}"


def _cte(name: str, query: str) -> str:
    return f"{name} AS MATERIALIZED ({query})"


def _fallback(step: int) -> str:
    """Why a site with options for a step has none that can make it: of the option that gets furthest."""
    return f"""SELECT DISTINCT ON (site) site, first_fail FROM o{step}
    WHERE hard IS NOT NULL AND NOT EXISTS (SELECT FROM c{step} WHERE c{step}.site = o{step}.site)
    ORDER BY site, hard DESC, claimed, quality DESC, line"""


def _wished(asked: Asked) -> list[AskedStep]:
    return [step for step in asked.steps if not step.gated]


def _preferred(asked: Asked, step: AskedStep, typicals: Typicals) -> str:
    """A preferred step has no gates: the option of most quality, a claim counted at its own point of the interval."""
    worth = f"CASE WHEN claimed THEN quality + {asked.policy.alpha} * (1 - quality) ELSE quality END"
    return f"""SELECT DISTINCT ON (site) site, {step.weight} * quality AS low,
        {step.weight} * CASE WHEN claimed THEN 1 ELSE quality END AS high
    FROM ({option_query(asked, step, typicals)}) AS o ORDER BY site, round(({worth}) * 1e9) DESC, claimed, line"""


def _sizes(asked: Asked) -> str:
    """The sites that can make some step, how many choices of each they may use, and what they add to preferred steps.

    Where a site has more combinations than the limit, each step keeps its first choices, as many as fit.
    """
    steps, limit = range(len(asked.gated)), asked.policy.max_assignments
    counts = ", ".join(f"count(*) FILTER (WHERE step = {s}) AS n{s}" for s in steps)
    rows = " UNION ALL ".join(f"SELECT site, {s} AS step FROM c{s}" for s in steps)
    caps = [_cap(steps, limit, extra) for extra in ("0", "(n{s} > 0)::int")]
    wished = range(len(_wished(asked)))
    ends = [" + ".join(["0.0::float8", *(f"coalesce(p{w}.{end}, 0)" for w in wished)]) for end in ("low", "high")]
    joins = " ".join(f"LEFT JOIN p{w} USING (site)" for w in wished)
    return f"""SELECT counted.*, {caps[0]} AS cap1, {caps[1]} AS cap2, {ends[0]} AS preferred0, {ends[1]} AS preferred1
    FROM (SELECT site, {counts} FROM ({rows}) AS c GROUP BY site) AS counted JOIN s USING (site) {joins}"""


def _cap(steps: range, limit: int, extra: str) -> str:
    """How many choices a step may keep; all of them where they fit."""
    every = " * ".join(f"greatest(n{s} + {extra.format(s=s)}, 1)" for s in steps)
    some = " * ".join(f"greatest(least(n{s}, m) + {extra.format(s=s)}, 1)" for s in steps)
    largest = f"greatest({', '.join(f'n{s}' for s in steps)})"
    fitting = f"SELECT max(m) FROM generate_series(1, {largest}) AS m WHERE {some} <= {limit}"
    return f"CASE WHEN {every} <= {limit} THEN {largest} ELSE ({fitting}) END"


def _source(asked: Asked, choices: str, cap: str, sites: str) -> str:
    joins = "\n    ".join(
        f"LEFT JOIN {choices}{s} AS c{s} ON c{s}.site = n.site AND coalesce(c{s}.place, 0) <= n.{cap}"
        f" LEFT JOIN f{s} ON f{s}.site = n.site"
        for s in range(len(asked.gated))
    )
    return f"FROM {sites} AS n JOIN s ON s.site = n.site\n    {joins}"


def _best(asked: Asked, rows: str) -> str:
    """The assignment that puts a site highest; of an excluded one, the one that gets furthest."""
    out = int(Tier.EXCLUDED)
    places = ", ".join(f"place{s}" for s in reversed(range(len(asked.gated))))
    return f"""SELECT DISTINCT ON (site) * FROM ({rows}) AS t ORDER BY site, tier,
        CASE WHEN tier = {out} THEN -first_fail ELSE -hundredths END, CASE WHEN tier = {out} THEN 0 ELSE unknowns END,
        CASE WHEN tier = {out} THEN 0 ELSE -slack END, CASE WHEN tier = {out} THEN 0 ELSE -score END, phase, {places}"""


def _second_phase(asked: Asked) -> list[str]:
    """Leaving out steps that could be made here, but not all, where a site is not in the first two tiers without."""
    steps = range(len(asked.gated))
    if len(steps) == 1:
        return [_cte("best", "SELECT * FROM b1")]
    again = f"SELECT n.* FROM n JOIN b1 USING (site) WHERE b1.tier > {int(Tier.TO_CONFIRM)} AND b1.site_first IS NULL"
    ctes = [_cte("again", again)]
    names = ", ".join(TAKEN)
    blanks = ", ".join("NULL" for _ in TAKEN)
    for s in steps:
        rows = f"SELECT site, {names} FROM c{s} WHERE site IN (SELECT site FROM again)"
        left_out = f"SELECT site, {blanks} FROM again WHERE n{s} > 0"
        ctes.append(_cte(f"x{s}", f"{rows} UNION ALL {left_out}"))
    made = " OR ".join(f"c{s}.quality IS NOT NULL" for s in steps)
    omitted = " OR ".join(f"(n.n{s} > 0 AND c{s}.quality IS NULL)" for s in steps)
    source = f"{_source(asked, 'x', 'cap2', 'again')} WHERE ({made}) AND ({omitted})"
    ctes.append(_cte("j2", judged(asked, source)))
    both = "SELECT *, 2 AS phase FROM j2 UNION ALL SELECT * FROM b1"
    ctes.append(_cte("best", _best(asked, both)))
    return ctes


def _rest(asked: Asked) -> str:
    """Sites that have options but can make nothing: excluded at the earliest gate that stops a step."""
    steps = range(len(asked.gated))
    gates = ", ".join(f"coalesce(f{s}.first_fail, 1)" for s in steps)
    joins = " ".join(f"LEFT JOIN f{s} USING (site)" for s in steps)
    return f"""SELECT s.site, least({gates}, s.site_first) AS first_fail FROM s {joins}
    WHERE NOT EXISTS (SELECT FROM n WHERE n.site = s.site)"""


def _answer(asked: Asked, top: int | None) -> str:
    networks = [int(key) for key in asked.need.network_ids]
    source = f"peer.summary WHERE network = {networks[0]}" if len(networks) == 1 else "peer.pair_summary WHERE true"
    agreed = lit(agrees_to_self_service(asked))
    inactive = f"NOT running OR (members_only AND NOT {agreed})"
    out = int(Tier.EXCLUDED)
    gates = f"SELECT first_fail FROM best WHERE tier = {out} UNION ALL SELECT first_fail FROM rest"
    excluded = "NULL"
    if top is None:
        sites = f"SELECT site, first_fail FROM best WHERE tier = {out} UNION ALL SELECT site, first_fail FROM rest"
        excluded = f"(SELECT jsonb_agg(jsonb_build_array(site, first_fail)) FROM ({sites}) AS e)"
    return f"""
SELECT (SELECT coalesce(sum(sites), 0)::int FROM {source}),
    (SELECT coalesce(sum(sites), 0)::int FROM {source} AND ({inactive})),
    (SELECT jsonb_object_agg(tier, number) FROM (SELECT tier, count(*) AS number FROM best GROUP BY 1) AS t),
    (SELECT jsonb_object_agg(first_fail, number)
        FROM (SELECT first_fail, count(*) AS number FROM ({gates}) AS g WHERE first_fail > 1 GROUP BY 1) AS g),
    (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.position) FROM ({_matches(asked, top)}) AS m), {excluded}"""


def _matches(asked: Asked, top: int | None) -> str:
    """The first k in order, with what each answer rests on. The hash decides last, so it is taken only of those that
    tie for the last place."""
    out, policy, need = int(Tier.EXCLUDED), asked.policy, asked.need
    keys = "tier, hundredths DESC, unknowns, slack DESC, last_offered NULLS FIRST"
    some, few = (f"FETCH FIRST {top} ROWS WITH TIES", f"LIMIT {top}") if top is not None else ("", "")
    name = f"{lit(need.id)} || E'\\n' || site || E'\\n' || {lit(policy.name)} || E'\\n' || {policy.version}"
    steps = range(len(asked.gated))
    joins = " ".join(f"LEFT JOIN c{s} ON c{s}.site = f.site AND c{s}.place = f.place{s}" for s in steps)
    made = ", ".join(f"to_jsonb(c{s}) AS step{s}" for s in steps)
    return f"""SELECT f.*, {made}, to_jsonb(s) AS facts FROM (
        SELECT *, row_number() OVER (ORDER BY {keys}, sha256(convert_to({name}, 'UTF8'))) AS position
        FROM (SELECT * FROM best WHERE tier < {out} ORDER BY {keys} {some}) AS placed ORDER BY position {few}
    ) AS f JOIN s ON s.site = f.site {joins}"""


__all__ = ["SqlRanker", "SqlRanking", "answer", "prepare_session"]
