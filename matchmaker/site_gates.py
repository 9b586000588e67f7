"""The gates that are asked of a site, whatever it would make: one code for each site of the supply.

Every function returns the columns that the need asks for, one for each certificate, rule or list.
"""

from __future__ import annotations

import numpy as np

from matchmaker.asked import Asked
from matchmaker.codes import Code, Gate
from matchmaker.columns import BLANK_DAY, DOCUMENTED, VERIFIED, BoolArray, IntArray
from matchmaker.domain import Confidentiality, RegionStrength
from matchmaker.supply import Supply
from matchmaker.verdicts import Column, FactColumn, Origin

NDA_CODES = np.array([Code.NDA_REFUSED, Code.NDA_SIGNED, Code.NDA_SILENT])  # by 0, 1 and -1 (blank)
REGION_CODES = np.array([Code.REGION_OUTSIDE, Code.REGION_INSIDE, Code.REGION_UNKNOWN])


def active_gate(asked: Asked, supply: Supply) -> list[Column]:
    """Member-only sites count only where the founder does the work, for a few pieces and without certificates."""
    need, sites = asked.need, supply.sites
    agreed = (
        need.self_service
        and need.order_quantity <= asked.policy.self_service_pieces
        and not asked.facility_certificates
    )
    cases = [
        ~sites.running,
        sites.members_only & (not agreed),
        ~sites.claimed,
        sites.members_only,
    ]
    codes = [Code.PAUSED_OR_CLOSED, Code.MEMBERS_ONLY, Code.NOT_CLAIMED, Code.SELF_SERVICE_AGREED]
    return [Column(Gate.ACTIVE, np.select(cases, codes, Code.OPEN).astype(np.int64))]


def certificates_gate(asked: Asked, supply: Supply) -> list[Column]:
    """Each required certificate in what the site's certificates amount to, and the workmanship class."""
    columns = [_certificate_column(asked, supply, slug) for slug in asked.facility_certificates]
    if asked.workmanship is not None:
        columns.append(_workmanship_column(asked, supply, asked.workmanship))
    return columns


def _certificate_column(asked: Asked, supply: Supply, slug: str) -> Column:
    """The best of the holdings that contain it. Evidence settles scope and date, but for what is plainly stated."""
    rows, codes = _holding_codes(asked, supply, slug)
    sites, holdings = supply.sites, supply.holdings
    out = np.where(sites.certificates_blank, Code.CERTIFICATES_BLANK, Code.CERTIFICATE_ABSENT).astype(np.int64)
    used = np.full(len(sites.ids), -1, dtype=np.int64)
    for code in (
        Code.CERTIFICATE_OUT_OF_SCOPE,
        Code.CERTIFICATE_EXPIRED,
        Code.CERTIFICATE_STATED_ONLY,
        Code.CERTIFICATE_HELD,
    ):
        chosen = rows[codes == code]
        out[holdings.site[chosen]] = code
        used[holdings.site[chosen]] = chosen
    held = np.array([*holdings.slugs, None], dtype=object)[used]
    expires = np.append(holdings.expires, BLANK_DAY)[used]
    evidence = np.append(holdings.evidence, -1)[used]
    facts = (
        FactColumn("held_certificate", held, origin=Origin.SITE),
        FactColumn("expires_on", expires, "day", Origin.SITE),
        FactColumn("held_evidence", evidence, "evidence", Origin.SITE),
        FactColumn("valid_on", asked.valid_on.toordinal(), "day", Origin.NEED),
    )
    return Column(Gate.CERTIFICATES, out, subject=slug, facts=facts)


def _holding_codes(asked: Asked, supply: Supply, slug: str) -> tuple[IntArray, IntArray]:
    holdings, day = supply.holdings, asked.valid_on.toordinal()
    rows = holdings.of_certificate.get(slug, np.zeros(0, dtype=np.int64))
    expires, usually = holdings.expires[rows], holdings.expires_usually[rows]
    dated = (expires != BLANK_DAY) | (usually >= day)
    fits = holdings.scope.carriers(len(holdings.slugs), _related_processes(asked))[rows]
    known = holdings.scope_known[rows]
    cases = [
        (expires != BLANK_DAY) & (expires < day),
        known & ~fits,
        (holdings.evidence[rows] >= DOCUMENTED) | (dated & known),
    ]
    codes = [Code.CERTIFICATE_EXPIRED, Code.CERTIFICATE_OUT_OF_SCOPE, Code.CERTIFICATE_HELD]
    return rows, np.select(cases, codes, Code.CERTIFICATE_STATED_ONLY).astype(np.int64)


def _related_processes(asked: Asked) -> list[str]:
    """Every process at, above or below one that the need asks for: what a scope must name one of."""
    taxonomy = asked.taxonomy
    wanted = [taxonomy.process_index[step.fact.process] for step in asked.gated]
    related = taxonomy.process_below[wanted].any(axis=0) | taxonomy.process_below[:, wanted].any(axis=1)
    return [taxonomy.process_slugs[index] for index in np.flatnonzero(related)]


def _workmanship_column(asked: Asked, supply: Supply, wanted: int) -> Column:
    """The class that the line builds to, by its word or by a certificate of that class. A blank is never assumed."""
    built = supply.sites.workmanship
    by_certificate = np.zeros(len(built), dtype=np.bool_)
    rows, codes = _holding_codes(asked, supply, f"ipc-class{wanted}")
    by_certificate[supply.holdings.site[rows[codes == Code.CERTIFICATE_HELD]]] = True
    cases = [by_certificate | (built >= wanted), np.isnan(built)]
    out = np.select(cases, [Code.WORKMANSHIP_MET, Code.WORKMANSHIP_BLANK], Code.WORKMANSHIP_BELOW).astype(np.int64)
    facts = (
        FactColumn("asked_class", wanted, "class", Origin.NEED),
        FactColumn("workmanship_class", built, "class", Origin.SITE),
    )
    return Column(Gate.CERTIFICATES, out, subject="workmanship_class", facts=facts)


def statements_gate(asked: Asked, supply: Supply) -> list[Column]:
    """Statements about the product or about people are nobody's to hold: who tests them, or has shown them, passes."""
    return [_statement_column(asked, supply, slug) for slug in asked.statements]


def _statement_column(asked: Asked, supply: Supply, slug: str) -> Column:
    offered = np.zeros(len(supply.sites.ids), dtype=np.bool_)
    test = asked.policy.statement_tests.get(slug)
    if test is not None and test in asked.taxonomy.process_index:
        below = asked.taxonomy.process_below[:, asked.taxonomy.process_index[test]]
        lines = np.flatnonzero(below[supply.lines.process] & ~supply.lines.suggested)
        offered[supply.lines.site[lines]] = True
    shown = _holders(asked, supply, [slug], DOCUMENTED)
    codes = np.select([shown, offered], [Code.STATEMENT_EVIDENCE, Code.STATEMENT_TEST_OFFERED], Code.STATEMENT_OPEN)
    facts = (FactColumn("matching_test", test, origin=Origin.POLICY),)
    return Column(Gate.PRODUCT_STATEMENTS, codes.astype(np.int64), subject=slug, facts=facts)


def _holders(asked: Asked, supply: Supply, slugs: list[str], evidence: int) -> BoolArray:
    """Sites that hold one of the certificates, unexpired and with at least that evidence."""
    out = np.zeros(len(supply.sites.ids), dtype=np.bool_)
    for slug in slugs:
        rows, codes = _holding_codes(asked, supply, slug)
        good = (codes != Code.CERTIFICATE_EXPIRED) & (supply.holdings.evidence[rows] >= evidence)
        out[supply.holdings.site[rows[good]]] = True
    return out


def region_gate(asked: Asked, supply: Supply) -> list[Column]:
    """The rules that bind the whole need; those for single steps are asked where the steps are given out."""
    places = asked.taxonomy.places
    out = []
    for region, processes in asked.region_rules(RegionStrength.MUST):
        if not processes:
            inside = places.inside(places.region(region), supply.sites.where, asked.need.ship_to)
            out.append(Column(Gate.REGION, REGION_CODES[inside], subject=region, facts=region_facts(supply)))
    return out


def region_facts(supply: Supply) -> tuple[FactColumn, ...]:
    where = supply.sites.where
    countries = np.array([*where.countries, None], dtype=object)
    areas = np.array([*where.admin_areas, None], dtype=object)
    return (
        FactColumn("country", countries[where.country], origin=Origin.SITE),
        FactColumn("admin_area", areas[where.admin_area], origin=Origin.SITE),
    )


def export_gate(asked: Asked, supply: Supply) -> list[Column]:
    """Only verified evidence opens an export-controlled need; silence is a no here, alone among the gates."""
    if not asked.need.export_controlled:
        return []
    verified = _holders(asked, supply, list(asked.policy.export_certificates), VERIFIED)
    codes = np.where(verified, Code.EXPORT_VERIFIED, Code.EXPORT_NOT_VERIFIED).astype(np.int64)
    return [Column(Gate.EXPORT_CONTROL, codes)]


def secrecy_gate(asked: Asked, supply: Supply) -> list[Column]:
    if asked.need.confidentiality == Confidentiality.PUBLIC:
        return []
    return [Column(Gate.SECRECY, NDA_CODES[supply.sites.signs_nda].astype(np.int64))]


def no_go_gate(asked: Asked, supply: Supply) -> list[Column]:
    """The facility's own list: industries, stages, kinds of customer."""
    need, sites = asked.need, supply.sites
    size = len(sites.ids)
    listed = np.zeros(size, dtype=np.bool_)
    named = np.full(size, None, dtype=object)
    for words, word in (
        (sites.no_go_customers, need.customer_kind),
        (sites.no_go_stages, need.stage),
        (sites.no_go_industries, need.industry),
    ):
        if word is not None:
            carriers = words.carriers(size, [word])
            listed |= carriers
            named[carriers] = word
    codes = np.where(listed, Code.NO_GO_LISTED, Code.NO_GO_CLEAR).astype(np.int64)
    return [Column(Gate.NO_GO, codes, facts=(FactColumn("listed", named, origin=Origin.SITE),))]
