"""Facilities and the certificates that they hold as columns."""

from __future__ import annotations

from datetime import date

import numpy as np

from matchmaker.catalogue_codes import ENDLESS, UNKNOWN, CatalogueCodes
from matchmaker.columns import BLANK_DAY, EVIDENCES, HoldingColumns, SiteColumns, lock
from matchmaker.lines import is_offered
from matchmaker.ordering import order_by
from matchmaker.places import Positions
from matchmaker.row_lists import Named, Words, recoded
from matchmaker.storage import Array, Bits, BoolArray, Coded, IntArray, Texts, narrow
from matchmaker.tables import CertificateTable, SupplyTables, WordList
from matchmaker.taxonomy import Taxonomy

# Of two certificates that differ in nothing else, the one of the evidence that comes later here is cited.
EVIDENCE_ORDER = np.argsort(np.argsort(np.array(EVIDENCES)))
EPOCH = date(1970, 1, 1).toordinal()
LATEST_DAY_OF_MONTH = 28


def build_sites(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> SiteColumns:
    """In order of id, to which `rank` leads from the rows of the table."""
    order, sites = np.argsort(rank), tables.sites
    lists = {kind: _listed(tables, rank, kind) for kind in WordList}
    columns = SiteColumns(
        ids=Texts.of(sites.ids[order]),
        kind=narrow(sites.kind[order], np.int8),
        running=sites.running[order],
        claimed=sites.claimed[order],
        members_only=sites.members_only[order],
        where=_positions(tables, order),
        networks=lists[WordList.NETWORKS],
        families=Bits.of(_families(tables, taxonomy, rank)),
        certificates_blank=sites.certificates_blank[order],
        workmanship=np.where(sites.workmanship < 0, np.nan, sites.workmanship)[order],
        signs_nda=narrow(sites.signs_nda[order], np.int8),
        accepts_startups=narrow(sites.accepts_startups[order], np.int8),
        no_go_industries=lists[WordList.NO_GO_INDUSTRIES],
        no_go_stages=lists[WordList.NO_GO_STAGES],
        no_go_customers=lists[WordList.NO_GO_CUSTOMERS],
        wished_industries=lists[WordList.WISHED_INDUSTRIES],
        wished_stages=lists[WordList.WISHED_STAGES],
        has_industry_wishes=_wishes(sites.industries_blank[order], lists[WordList.WISHED_INDUSTRIES]),
        has_stage_wishes=_wishes(sites.stages_blank[order], lists[WordList.WISHED_STAGES]),
        good_lots=narrow(sites.good_lots[order]),
        bad_lots=narrow(sites.bad_lots[order]),
        quote_days=Coded.column(sites.quote_days[order]),
        material_days=Coded.column(sites.material_days[order]),
        inspection_days=Coded.column(sites.inspection_days[order]),
        last_offered=narrow(sites.last_offered[order]),
        source=narrow(sites.source[order], np.int8),
        evidence=narrow(sites.evidence[order], np.int8),
        as_of=narrow(sites.as_of[order]),
    )
    return lock(columns)


def _positions(tables: SupplyTables, order: IntArray) -> Positions:
    country, countries = recoded(tables.sites.country[order], tables.words)
    area, areas = recoded(tables.sites.admin_area[order], tables.words)
    return lock(Positions(country, countries, area, areas, tables.sites.lat[order], tables.sites.lon[order]))


def _listed(tables: SupplyTables, rank: IntArray, kind: WordList) -> Words:
    rows = tables.listed.list == kind
    return Words.of(rank[tables.listed.site[rows]], tables.listed.word[rows], tables.words)


def _wishes(blank: BoolArray, wished: Words) -> Array:
    """-1 blank, 0 none, 1 some."""
    answer = np.where(blank, -1, 0)
    answer[wished.rows] = 1
    return narrow(answer, np.int8)


def _families(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> BoolArray:
    lines = tables.lines
    table = np.zeros((len(rank), taxonomy.family_count), dtype=np.bool_)
    own = np.flatnonzero(is_offered(lines) & ~lines.partner)
    table[rank[lines.site[own]], taxonomy.process_family[lines.process[own]]] = True
    return table


def build_holdings(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> HoldingColumns:
    """In order of site, certificate, evidence, days and scope."""
    held, codes = tables.certificates, CatalogueCodes.of(taxonomy)
    order = certificate_order(tables, rank)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    slugs, certificate = tuple(codes.certificates), held.certificate[order].astype(np.int64)
    row, contained = codes.closure.expand(certificate)
    columns = HoldingColumns(
        site=narrow(rank[held.site][order]),
        slugs=Named(narrow(certificate, np.int16), slugs),
        evidence=narrow(held.evidence[order], np.int8),
        issued=narrow(held.issued[order]),
        expires=narrow(held.expires[order]),
        expires_usually=narrow(_usual_expiry(held, codes)[order]),
        scope_known=~held.scope_blank[order],
        scope=Words.of(place[tables.scopes.owner], tables.scopes.value, taxonomy.process_slugs),
        as_of=narrow(held.as_of[order]),
        of_certificate=Words.of(row, contained, slugs),
    )
    return lock(columns)


def certificate_order(tables: SupplyTables, rank: IntArray) -> IntArray:
    """The rows of the certificates in order of site and content."""
    held, kinds = tables.certificates, int(tables.certificates.certificate.max(initial=0)) + 1

    def finer(rows: IntArray) -> list[Array]:
        days = [held.expires[rows], held.issued[rows], held.as_of[rows]]
        return [EVIDENCE_ORDER[held.evidence[rows]], *days, held.scope_blank[rows], _scope_places(tables, rows)]

    return order_by(rank[held.site] * kinds + held.certificate, finer)


def _scope_places(tables: SupplyTables, rows: IntArray) -> IntArray:
    """The place of each certificate's scope among those of `rows`, in order of its processes."""
    scopes: dict[int, set[int]] = {int(row): set() for row in rows}
    named = np.isin(tables.scopes.owner, rows)
    for owner, process in zip(tables.scopes.owner[named], tables.scopes.value[named], strict=True):
        scopes[int(owner)].add(int(process))
    lists = [tuple(sorted(scopes[int(row)])) for row in rows]
    places = {scope: place for place, scope in enumerate(sorted(set(lists)))}
    return np.array([places[scope] for scope in lists], dtype=np.int64)


def _usual_expiry(held: CertificateTable, codes: CatalogueCodes) -> IntArray:
    """The day on which a certificate of that age usually ends; the far future for one that does not expire."""
    months = np.append(codes.validity_months, UNKNOWN)[held.certificate]
    known = (held.expires == BLANK_DAY) & (held.issued != BLANK_DAY) & (months > 0)
    issued = (np.where(known, held.issued, EPOCH) - EPOCH).astype("datetime64[D]")
    month = issued.astype("datetime64[M]")
    day = np.minimum((issued - month).astype(np.int64), LATEST_DAY_OF_MONTH - 1)
    ends = (month + np.maximum(months, 0)).astype("datetime64[D]").astype(np.int64) + day + EPOCH
    return np.where(months == ENDLESS, date.max.toordinal(), np.where(known, ends, BLANK_DAY))
