"""The side of the site: gates asked of it whatever it would make, and what all its assignments share."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.sql.fragments import FAIL, PASS, UNKNOWN, array, lit
from matchmaker.asked import Asked
from matchmaker.beta import beta_quantile
from matchmaker.catalogue import RegionFact
from matchmaker.codes import GATE_ORDER, Gate
from matchmaker.curves import EARTH_RADIUS_KM
from matchmaker.domain import Confidentiality, DistanceMode, RegionStrength

EVIDENCE_DOCUMENTED, EVIDENCE_VERIFIED = 1, 2


def site_gates(asked: Asked) -> list[tuple[Gate, str, str]]:
    """(gate, subject, expression) of each column that the need asks of a site `s`."""
    need = asked.need
    columns = [(Gate.ACTIVE, "", _active(asked))]
    columns += [(Gate.CERTIFICATES, slug, _certificate(asked, slug)) for slug in asked.facility_certificates]
    if asked.workmanship is not None:
        columns.append((Gate.CERTIFICATES, "workmanship_class", _workmanship(asked, asked.workmanship)))
    columns += [(Gate.PRODUCT_STATEMENTS, slug, _statement(asked, slug)) for slug in asked.statements]
    for word, processes in asked.region_rules(RegionStrength.MUST):
        if not processes:
            columns.append((Gate.REGION, word, region_answer(asked, word)))
    if need.export_controlled:
        columns.append((Gate.EXPORT_CONTROL, "", _export(asked)))
    if need.confidentiality != Confidentiality.PUBLIC:
        columns.append(
            (Gate.SECRECY, "", f"CASE s.signs_nda WHEN true THEN {PASS} WHEN false THEN {FAIL} ELSE {UNKNOWN} END")
        )
    columns.append((Gate.NO_GO, "", _no_go(asked)))
    return columns


def _active(asked: Asked) -> str:
    agreed = lit(agrees_to_self_service(asked))
    return (
        f"CASE WHEN NOT s.running THEN {FAIL} WHEN s.members_only AND NOT {agreed} THEN {FAIL}"
        f" WHEN NOT s.claimed THEN {UNKNOWN} ELSE {PASS} END"
    )


def agrees_to_self_service(asked: Asked) -> bool:
    few = asked.need.order_quantity <= asked.policy.self_service_pieces
    return asked.need.self_service and few and not asked.facility_certificates


def _valid(asked: Asked) -> str:
    return f"NOT coalesce(h.expires < {lit(asked.valid_on)}, false)"


def _related(asked: Asked) -> str:
    """Processes at, above or below one that is asked for: a scope must name one."""
    tree = asked.taxonomy
    wanted = [tree.process_index[step.fact.process] for step in asked.gated]
    related = tree.process_below[wanted].any(axis=0) | tree.process_below[:, wanted].any(axis=1)
    return array(np.flatnonzero(related).tolist(), "int")


def _held(asked: Asked, slug: str, test: str) -> str:
    return f"EXISTS (SELECT FROM peer.holding AS h WHERE h.certificate = {lit(slug)} AND h.site = s.site AND {test})"


def _held_firmly(asked: Asked) -> str:
    fits = f"(h.scope IS NULL OR h.scope && {_related(asked)})"
    dated = f"(h.expires IS NOT NULL OR coalesce(h.usual >= {lit(asked.valid_on)}, false))"
    settled = f"(h.evidence >= {EVIDENCE_DOCUMENTED} OR ({dated} AND h.scope IS NOT NULL))"
    return f"{_valid(asked)} AND {fits} AND {settled}"


def _certificate(asked: Asked, slug: str) -> str:
    fits = f"(h.scope IS NULL OR h.scope && {_related(asked)})"
    return (
        f"CASE WHEN s.certificates_blank THEN {UNKNOWN} WHEN {_held(asked, slug, _held_firmly(asked))} THEN {PASS}"
        f" WHEN {_held(asked, slug, f'{_valid(asked)} AND {fits}')} THEN {UNKNOWN} ELSE {FAIL} END"
    )


def _workmanship(asked: Asked, wanted: int) -> str:
    return (
        f"CASE WHEN s.workmanship_class >= {wanted} OR {_held(asked, f'ipc-class{wanted}', _held_firmly(asked))}"
        f" THEN {PASS} WHEN s.workmanship_class IS NULL THEN {UNKNOWN} ELSE {FAIL} END"
    )


def _statement(asked: Asked, slug: str) -> str:
    shown = _held(asked, slug, f"{_valid(asked)} AND h.evidence >= {EVIDENCE_DOCUMENTED}")
    test, tree = asked.policy.statement_tests.get(slug), asked.taxonomy
    offered = "false"
    if test is not None and test in tree.process_index:
        below = np.flatnonzero(tree.process_below[:, tree.process_index[test]]).tolist()
        offered = (
            f"s.site IN (SELECT t.site FROM peer.line AS t WHERE t.process = ANY({array(below, 'int')})"
            " AND NOT t.suggested)"
        )
    return f"CASE WHEN {shown} OR {offered} THEN {PASS} ELSE {UNKNOWN} END"


def _export(asked: Asked) -> str:
    test = f"{_valid(asked)} AND h.evidence >= {EVIDENCE_VERIFIED}"
    held = " OR ".join(_held(asked, slug, test) for slug in asked.policy.export_certificates)
    return f"CASE WHEN {held or 'false'} THEN {PASS} ELSE {FAIL} END"


def _no_go(asked: Asked) -> str:
    need = asked.need
    pairs = (("industry", need.industry), ("stage", need.stage), ("customer", need.customer_kind))
    words = [f"{kind}:{word}" for kind, word in pairs if word is not None]
    return f"CASE WHEN s.no_go && {array(words, 'text')} THEN {FAIL} ELSE {PASS} END"


# ---------------------------------------------------------------- places


def region_answer(asked: Asked, word: str) -> str:
    """PASS inside, FAIL outside, UNKNOWN where a position is not known."""
    row = asked.taxonomy.places.region(word)
    if row.row_kind == "relative":
        return _circle(asked.need.ship_to.lat, asked.need.ship_to.lon, row.radius_km)
    if not row.countries:
        return lit(PASS)
    inside = _area(row) if row.row_kind == "sub_area" else lit(PASS)
    return (
        f"CASE WHEN s.country IS NULL THEN {UNKNOWN} WHEN s.country = ANY({array(row.countries, 'text')})"
        f" THEN {inside} ELSE {FAIL} END"
    )


def _area(row: RegionFact) -> str:
    circle = _circle(row.centre_lat, row.centre_lon, row.radius_km)
    if not row.admin_areas:
        return circle
    listed = f"CASE WHEN s.admin_area = ANY({array(row.admin_areas, 'text')}) THEN {PASS} ELSE {FAIL} END"
    return f"CASE WHEN s.admin_area IS NULL THEN {circle} ELSE {listed} END"


def _circle(lat: float | None, lon: float | None, radius: float | None) -> str:
    if lat is None or lon is None or radius is None:
        return lit(UNKNOWN)
    near = f"{kilometres(lat, lon)} <= {radius} + 5e-10"
    return f"CASE WHEN s.lat IS NULL OR s.lon IS NULL THEN {UNKNOWN} WHEN {near} THEN {PASS} ELSE {FAIL} END"


def kilometres(lat: float, lon: float) -> str:
    """NULL where the site's position is not known; greatest() would take a NULL for no distance."""
    half = f"sin((radians({lit(lat)}) - radians(s.lat)) / 2) ^ 2"
    across = f"cos(radians(s.lat)) * cos(radians({lit(lat)})) * sin((radians({lit(lon)}) - radians(s.lon)) / 2) ^ 2"
    arc = f"{2 * EARTH_RADIUS_KM} * asin(sqrt(least(greatest({half} + {across}, 0), 1)))"
    return f"(CASE WHEN s.lat IS NOT NULL AND s.lon IS NOT NULL THEN {arc} END)"


def _distance(asked: Asked, end: int) -> str:
    """The decay by mode, times the border factor where goods cross one or may."""
    ship_to, policy = asked.need.ship_to, asked.policy
    if ship_to.lat is None or ship_to.lon is None:
        return "NULL::float8"
    half, floor = policy.distance_modes[asked.mode]
    decay = f"{floor} + {1 - floor} * power(2.0::float8, -{kilometres(ship_to.lat, ship_to.lon)} / {half})"
    score = f"coalesce({decay}, {(floor, 1.0)[end]})"
    crossing, factor = _crossing(asked, customs=True), policy.border_factor
    lowered = f"{crossing} <> 0" if end == 0 else f"{crossing} = 1"
    return f"{score} * CASE WHEN {lowered} THEN {factor} ELSE 1.0 END"


def _crossing(asked: Asked, *, customs: bool) -> str:
    """1 across a border, 0 not, -1 where a country is not known."""
    target, places = asked.need.ship_to.country, asked.taxonomy.places
    if target is None:
        return "-1"
    same = {target}
    if customs:
        same |= {country for country in places.union_of if places.same_customs_area(country, target)}
    return f"CASE WHEN s.country IS NULL THEN -1 WHEN s.country = ANY({array(sorted(same), 'text')}) THEN 0 ELSE 1 END"


def _factor(asked: Asked, end: int) -> str:
    """Outside every wished region; across a border where secrecy is strict."""
    policy = asked.policy
    out = ["1.0::float8"]
    answers = [
        region_answer(asked, word)
        for word, processes in asked.region_rules(RegionStrength.WISH)
        if _concerns(asked, processes)
    ]
    if answers:
        best, worst = (
            f"greatest({', '.join(answers)})",
            f"CASE WHEN {UNKNOWN} IN ({', '.join(answers)}) THEN -1 ELSE 1 END",
        )
        outside = f"CASE WHEN {best} = {PASS} THEN 0 ELSE {worst} END"
        out.append(
            f"CASE WHEN {outside} {'<> 0' if end == 0 else '= 1'} THEN {policy.wished_region_factor} ELSE 1.0 END"
        )
    if asked.strict:
        test = f"{_crossing(asked, customs=False)} {'<> 0' if end == 0 else '= 1'}"
        out.append(f"CASE WHEN {test} THEN {policy.strict_border_factor} ELSE 1.0 END")
    return " * ".join(out)


def _concerns(asked: Asked, processes: tuple[str, ...]) -> bool:
    steps = [step.fact.process for step in asked.steps]
    return not processes or any(asked.taxonomy.is_below(step, top) for step in steps for top in processes)


def transit_values(asked: Asked) -> str:
    """(country, days low, days high) wherever the tables know, and a blank row that keeps the list from being empty."""
    places, target = asked.taxonomy.places, asked.need.ship_to.country
    rows = ["(NULL::text, NULL::float8, NULL::float8)"]
    if target is not None and asked.mode != DistanceMode.ON_SITE:
        for country in sorted({*places.region_of, target}):
            days = places.transit_days(country, target, asked.mode)
            if days is not None:
                rows.append(f"({lit(country)}, {lit(float(days[0]))}, {lit(float(days[1]))})")
    return ", ".join(rows)


# ---------------------------------------------------------------- the query


def _mutual(asked: Asked, end: int) -> str:
    """Would they want it, dependence apart."""
    need, policy = asked.need, asked.policy
    welcome = "s.accepts_startups IS NOT TRUE" if end == 0 else "s.accepts_startups IS FALSE"
    out = [f"CASE WHEN {welcome} THEN {policy.mutual_fit_floor} ELSE 1.0 END"]
    for column, word in (("s.wished_stages", need.stage), ("s.wished_industries", need.industry)):
        if word is not None:
            none = f"cardinality({column}) = 0" if end == 0 else f"coalesce(cardinality({column}), 0) = 0"
            wished = f"coalesce({none}, false) OR coalesce({lit(word)} = ANY({column}), false)"
            out.append(f"CASE WHEN {wished} THEN 1.0 ELSE {policy.unwished_factor} END")
    return " * ".join(out)


def prior_quantile(asked: Asked) -> float:
    """Of a site without a record."""
    good, bad = asked.policy.track_prior
    return beta_quantile(asked.policy.track_quantile, good, bad)


def site_query(asked: Asked, candidates: str) -> str:
    """Columns of each candidate site: gates, days, factors; `site_first` is its first failing gate."""
    policy, gates = asked.policy, site_gates(asked)
    extra = policy.lithium_days if asked.need.lithium else (0.0, 0.0)
    usual = policy.transport_days[asked.mode]
    networks = asked.need.network_ids
    inside = f"WHERE s.networks && {array([int(key) for key in networks], 'int')}" if networks else ""
    first = " ".join(f"WHEN gate{at} = {FAIL} THEN {GATE_ORDER.index(gate)}" for at, (gate, _, _) in _in_order(gates))
    names = [f"gate{at}" for at in range(len(gates))]
    return f"""
    SELECT *, CASE {first} END AS site_first,
        {" + ".join(f"({name} = {UNKNOWN})::int" for name in names)} AS site_unknown
    FROM (
        SELECT s.site, s.last_offered, coalesce(s.record, {lit(prior_quantile(asked))}) AS record,
            {", ".join(f"{expression} AS {name}" for name, (_, _, expression) in zip(names, gates, strict=True))},
            coalesce(s.quote_days, {policy.quote_days[0]}) AS quote0,
            coalesce(s.quote_days, {policy.quote_days[1]}) AS quote1,
            coalesce(s.material_days, {policy.material_days[0]}) AS material0,
            coalesce(s.material_days, {policy.material_days[1]}) AS material1,
            coalesce(s.inspection_days, {policy.inspection_days[0]}) AS inspection0,
            coalesce(s.inspection_days, {policy.inspection_days[1]}) AS inspection1,
            coalesce(transit.low, {usual[0]}) + {extra[0]} AS transport0,
            coalesce(transit.high, {usual[1]}) + {extra[1]} AS transport1,
            {_distance(asked, 0)} AS distance0, {_distance(asked, 1)} AS distance1,
            {_factor(asked, 0)} AS factor0, {_factor(asked, 1)} AS factor1,
            {_mutual(asked, 0)} AS wanted0, {_mutual(asked, 1)} AS wanted1{_step_regions(asked)}
        FROM (
            SELECT s.* FROM ({candidates}) AS candidate
            CROSS JOIN LATERAL (SELECT * FROM peer.site WHERE site = candidate.site OFFSET 0) AS s OFFSET 0
        ) AS s
        LEFT JOIN (VALUES {transit_values(asked)}) AS transit (country, low, high) ON transit.country = s.country
        {inside} OFFSET 0
    ) AS judged"""


def _in_order(gates: list[tuple[Gate, str, str]]) -> list[tuple[int, tuple[Gate, str, str]]]:
    return sorted(enumerate(gates), key=lambda item: GATE_ORDER.index(item[1][0]))


def step_regions(asked: Asked) -> list[tuple[int, str]]:
    """(gated step, region word) of each rule that binds single steps."""
    return [
        (at, word)
        for word, processes in asked.region_rules(RegionStrength.MUST)
        for at, step in enumerate(asked.gated)
        if processes and any(asked.taxonomy.is_below(step.fact.process, top) for top in processes)
    ]


def _step_regions(asked: Asked) -> str:
    rules = step_regions(asked)
    return "".join(f", {region_answer(asked, word)} AS place{at}_" for at, (_, word) in enumerate(rules))
