"""The gates that are asked of a site, whatever it would make: one code for each site of a view.

Every function returns the columns that the need asks for, one for each certificate, rule or list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked
from matchmaker.codes import Code, Gate
from matchmaker.columns import BLANK_DAY, DOCUMENTED, VERIFIED, BoolArray, IntArray
from matchmaker.domain import Confidentiality, RegionStrength
from matchmaker.row_lists import Words
from matchmaker.supply import Supply
from matchmaker.verdicts import CodeArray, Column, FactColumn, Origin, first_that_holds

NDA_CODES = np.array([Code.NDA_REFUSED, Code.NDA_SIGNED, Code.NDA_SILENT], dtype=np.int8)  # by 0, 1 and -1 (blank)
REGION_CODES = np.array([Code.REGION_OUTSIDE, Code.REGION_INSIDE, Code.REGION_UNKNOWN], dtype=np.int8)


@dataclass(frozen=True, slots=True)
class SiteView:
    """What a gate of sites reads. `rows` of the supply's sites, in order; codes are given in that order."""

    asked: Asked
    supply: Supply
    rows: IntArray

    @property
    def size(self) -> int:
        return len(self.rows)

    def places(self, sites: IntArray) -> IntArray:
        """Where each of `sites` (rows of the supply) stands in the view, -1 where it does not."""
        if not self.size:
            return np.full(len(sites), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.rows, sites), self.size - 1)
        return np.where(self.rows[at] == sites, at, -1)

    def marked(self, sites: IntArray) -> BoolArray:
        """Which sites of the view are among `sites`."""
        places = self.places(sites)
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[places[places >= 0]] = True
        return mask


def active_gate(view: SiteView) -> list[Column]:
    """Member-only sites count only where the founder does the work, for a few pieces and without certificates."""
    sites, agreed = view.supply.sites, members_agree(view.asked)
    members = sites.members_only[view.rows]
    cases = [
        ~sites.running[view.rows],
        members & (not agreed),
        ~sites.claimed[view.rows],
        members,
    ]
    codes = [Code.PAUSED_OR_CLOSED, Code.MEMBERS_ONLY, Code.NOT_CLAIMED, Code.SELF_SERVICE_AGREED]
    return [Column(Gate.ACTIVE, first_that_holds(view.size, cases, codes, Code.OPEN))]


def members_agree(asked: Asked) -> bool:
    """Whether the need is one that member-only sites take."""
    need = asked.need
    few = need.order_quantity <= asked.policy.self_service_pieces
    return need.self_service and few and not asked.facility_certificates


def certificates_gate(view: SiteView) -> list[Column]:
    """Each required certificate in what the site's certificates amount to, and the workmanship class."""
    columns = [_certificate_column(view, slug) for slug in view.asked.facility_certificates]
    if view.asked.workmanship is not None:
        columns.append(_workmanship_column(view, view.asked.workmanship))
    return columns


def _certificate_column(view: SiteView, slug: str) -> Column:
    """The best of the holdings that contain it. Evidence settles scope and date, but for what is plainly stated."""
    rows, places, codes = _holding_codes(view, slug)
    blank = view.supply.sites.certificates_blank[view.rows]
    out = np.where(blank, np.int8(Code.CERTIFICATES_BLANK), np.int8(Code.CERTIFICATE_ABSENT))
    used = np.full(view.size, -1, dtype=np.int64)
    for code in (
        Code.CERTIFICATE_OUT_OF_SCOPE,
        Code.CERTIFICATE_EXPIRED,
        Code.CERTIFICATE_STATED_ONLY,
        Code.CERTIFICATE_HELD,
    ):
        chosen = codes == code
        out[places[chosen]] = code
        used[places[chosen]] = rows[chosen]
    return Column(Gate.CERTIFICATES, out, subject=slug, facts=lambda: _holding_facts(view, used))


def _holding_facts(view: SiteView, used: IntArray) -> tuple[FactColumn, ...]:
    """Of the holding that settled it; -1 = none."""
    holdings, has, day = view.supply.holdings, used >= 0, view.asked.valid_on.toordinal()
    held = np.full(len(used), None, dtype=object)
    expires, evidence = np.full(len(used), BLANK_DAY, dtype=np.int64), np.full(len(used), -1, dtype=np.int64)
    held[has] = [holdings.slugs[row] for row in used[has].tolist()]
    expires[has], evidence[has] = holdings.expires[used[has]], holdings.evidence[used[has]]
    return (
        FactColumn("held_certificate", held, origin=Origin.SITE),
        FactColumn("expires_on", expires, "day", Origin.SITE),
        FactColumn("held_evidence", evidence, "evidence", Origin.SITE),
        FactColumn("valid_on", day, "day", Origin.NEED),
    )


def _holding_codes(view: SiteView, slug: str) -> tuple[IntArray, IntArray, CodeArray]:
    """Holdings that contain a certificate: their rows, the places of their sites in the view, and what each proves."""
    holdings, day = view.supply.holdings, view.asked.valid_on.toordinal()
    rows = holdings.of_certificate.get(slug, np.zeros(0, dtype=np.int64))
    places = view.places(holdings.site[rows])
    rows, places = rows[places >= 0], places[places >= 0]
    expires, usually = holdings.expires[rows], holdings.expires_usually[rows]
    dated = (expires != BLANK_DAY) | (usually >= day)
    known = holdings.scope_known[rows]
    fits = holdings.scope.among(rows, _related_processes(view.asked))
    cases = [
        (expires != BLANK_DAY) & (expires < day),
        known & ~fits,
        (holdings.evidence[rows] >= DOCUMENTED) | (dated & known),
    ]
    codes = [Code.CERTIFICATE_EXPIRED, Code.CERTIFICATE_OUT_OF_SCOPE, Code.CERTIFICATE_HELD]
    return rows, places, first_that_holds(len(rows), cases, codes, Code.CERTIFICATE_STATED_ONLY)


def _related_processes(asked: Asked) -> list[str]:
    """Every process at, above or below one that the need asks for: what a scope must name one of."""
    taxonomy = asked.taxonomy
    wanted = [taxonomy.process_index[step.fact.process] for step in asked.gated]
    related = taxonomy.process_below[wanted].any(axis=0) | taxonomy.process_below[:, wanted].any(axis=1)
    return [taxonomy.process_slugs[index] for index in np.flatnonzero(related)]


def _workmanship_column(view: SiteView, wanted: int) -> Column:
    """The class that the line builds to, by its word or by a certificate of that class. A blank is never assumed."""
    built = view.supply.sites.workmanship[view.rows]
    by_certificate = np.zeros(view.size, dtype=np.bool_)
    _, places, codes = _holding_codes(view, f"ipc-class{wanted}")
    by_certificate[places[codes == Code.CERTIFICATE_HELD]] = True
    cases = [by_certificate | (built >= wanted), np.isnan(built)]
    met = [Code.WORKMANSHIP_MET, Code.WORKMANSHIP_BLANK]
    out = first_that_holds(view.size, cases, met, Code.WORKMANSHIP_BELOW)
    facts = (
        FactColumn("asked_class", wanted, "class", Origin.NEED),
        FactColumn("workmanship_class", built, "class", Origin.SITE),
    )
    return Column(Gate.CERTIFICATES, out, subject="workmanship_class", facts=lambda: facts)


def statements_gate(view: SiteView) -> list[Column]:
    """Statements about the product or about people are nobody's to hold: who tests them, or has shown them, passes."""
    return [_statement_column(view, slug) for slug in view.asked.statements]


def _statement_column(view: SiteView, slug: str) -> Column:
    test = view.asked.policy.statement_tests.get(slug)
    shown = _holders(view, [slug], DOCUMENTED)
    cases, codes = [shown, _testers(view, test)], [Code.STATEMENT_EVIDENCE, Code.STATEMENT_TEST_OFFERED]
    facts = (FactColumn("matching_test", test, origin=Origin.POLICY),)
    out = first_that_holds(view.size, cases, codes, Code.STATEMENT_OPEN)
    return Column(Gate.PRODUCT_STATEMENTS, out, subject=slug, facts=lambda: facts)


def _testers(view: SiteView, test: str | None) -> BoolArray:
    """Sites that offer a test, or whose partner does."""
    taxonomy, lines = view.asked.taxonomy, view.supply.lines
    offered = np.zeros(view.size, dtype=np.bool_)
    if test is None or test not in taxonomy.process_index:
        return offered
    for process in np.flatnonzero(taxonomy.process_below[:, taxonomy.process_index[test]]):
        span = slice(int(lines.process_start[process]), int(lines.process_start[process + 1]))
        offered |= view.marked(lines.site[span][~lines.suggested[span]])
    return offered


def _holders(view: SiteView, slugs: list[str], evidence: int) -> BoolArray:
    """Sites that hold one of the certificates, unexpired and with at least that evidence."""
    out = np.zeros(view.size, dtype=np.bool_)
    for slug in slugs:
        rows, places, codes = _holding_codes(view, slug)
        good = (codes != Code.CERTIFICATE_EXPIRED) & (view.supply.holdings.evidence[rows] >= evidence)
        out[places[good]] = True
    return out


def region_gate(view: SiteView) -> list[Column]:
    """The rules that bind the whole need; those for single steps are asked where the steps are given out."""
    rules = [region for region, processes in view.asked.region_rules(RegionStrength.MUST) if not processes]
    return [
        Column(Gate.REGION, region_codes(view, region), subject=region, facts=lambda: region_facts(view))
        for region in rules
    ]


def region_codes(view: SiteView, region: str) -> CodeArray:
    places = view.asked.taxonomy.places
    inside = places.inside(places.region(region), view.supply.sites.where, view.rows, view.asked.need.ship_to)
    return REGION_CODES[inside]


def region_facts(view: SiteView) -> tuple[FactColumn, ...]:
    where, rows = view.supply.sites.where, view.rows
    countries = np.array([*where.countries, None], dtype=object)
    areas = np.array([*where.admin_areas, None], dtype=object)
    return (
        FactColumn("country", countries[where.country[rows]], origin=Origin.SITE),
        FactColumn("admin_area", areas[where.admin_area[rows]], origin=Origin.SITE),
    )


def export_gate(view: SiteView) -> list[Column]:
    """Only verified evidence opens an export-controlled need; silence is a no here, alone among the gates."""
    if not view.asked.need.export_controlled:
        return []
    verified = _holders(view, list(view.asked.policy.export_certificates), VERIFIED)
    codes = np.where(verified, np.int8(Code.EXPORT_VERIFIED), np.int8(Code.EXPORT_NOT_VERIFIED))
    return [Column(Gate.EXPORT_CONTROL, codes)]


def secrecy_gate(view: SiteView) -> list[Column]:
    if view.asked.need.confidentiality == Confidentiality.PUBLIC:
        return []
    return [Column(Gate.SECRECY, NDA_CODES[view.supply.sites.signs_nda[view.rows]])]


def no_go_gate(view: SiteView) -> list[Column]:
    """The facility's own list: industries, stages, kinds of customer."""
    listed = np.zeros(view.size, dtype=np.bool_)
    found = []
    for words, word in _no_go_lists(view):
        carriers = words.among(view.rows, [word])
        listed |= carriers
        found.append((word, carriers))
    codes = np.where(listed, np.int8(Code.NO_GO_LISTED), np.int8(Code.NO_GO_CLEAR))
    return [Column(Gate.NO_GO, codes, facts=lambda: _listed_facts(view.size, found))]


def _no_go_lists(view: SiteView) -> list[tuple[Words, str]]:
    need, sites = view.asked.need, view.supply.sites
    lists = (
        (sites.no_go_customers, need.customer_kind),
        (sites.no_go_stages, need.stage),
        (sites.no_go_industries, need.industry),
    )
    return [(words, word) for words, word in lists if word is not None]


def _listed_facts(size: int, found: list[tuple[str, BoolArray]]) -> tuple[FactColumn, ...]:
    named = np.full(size, None, dtype=object)
    for word, carriers in found:
        named[carriers] = word
    return (FactColumn("listed", named, origin=Origin.SITE),)
