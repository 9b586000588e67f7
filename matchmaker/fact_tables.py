"""Facts as the tables that supplies are built from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from matchmaker.catalogue_codes import CatalogueCodes
from matchmaker.columns import EVIDENCES, KINDS, SOURCES, day, number
from matchmaker.domain import (
    Access,
    CapabilityFact,
    ClaimState,
    FacilityFact,
    FacilityState,
    Figures,
    HeldCertificateFact,
    ResourceFact,
    TrackRecordFact,
)
from matchmaker.tables import (
    Array,
    CertificateTable,
    FigureTable,
    Flags,
    LineTable,
    MachineTable,
    Numbers,
    PairTable,
    ResourceTable,
    SiteTable,
    SupplyTables,
    Texts,
    WeekTable,
    WordList,
    WordTable,
)
from matchmaker.taxonomy import Taxonomy

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    places: dict[str, int] = field(default_factory=dict)

    def place(self, word: str | None) -> int:
        return -1 if word is None else self.places.setdefault(word, len(self.places))


def tables_of(facilities: Iterable[FacilityFact], taxonomy: Taxonomy) -> SupplyTables:
    """Raises KeyError for a slug that the catalogue lacks or a resource that a line names in vain."""
    sites, codes, words = list(facilities), CatalogueCodes.of(taxonomy), _Vocabulary()
    lines = [(site, line) for site, item in enumerate(sites) for line in item.capabilities]
    resources = [(site, entry) for site, item in enumerate(sites) for entry in item.resources]
    weeks = [(row, week) for row, (_, entry) in enumerate(resources) for week in entry.weeks]
    held = [(site, entry) for site, item in enumerate(sites) for entry in item.certificates or ()]
    machines = [(site, entry) for site, item in enumerate(sites) for entry in item.machines or ()]
    return SupplyTables(
        sites=_sites(sites, words),
        lines=_lines(lines, codes, words),
        resources=_resources(resources, codes),
        weeks=WeekTable(
            resource=_whole(weeks, lambda row: row[0]),
            monday=_whole(weeks, lambda row: row[1].monday.toordinal()),
            gross_hours=_numbers(weeks, lambda row: row[1].gross_hours),
            booked_share=_numbers(weeks, lambda row: row[1].booked_share),
            firm_hours=_numbers(weeks, lambda row: row[1].firm_hours),
            soft_hours=_numbers(weeks, lambda row: row[1].soft_hours),
        ),
        machines=MachineTable(
            site=_whole(machines, lambda row: row[0]),
            machine=_whole(machines, lambda row: codes.machines[row[1].machine]),
            count=_whole(machines, lambda row: row[1].count),
        ),
        certificates=_certificates(held, codes),
        scopes=_pairs([entry.scope_processes for _, entry in held], codes.processes.__getitem__),
        site_materials=_pairs([item.figures.materials for item in sites], codes.materials.__getitem__),
        line_materials=_pairs([line.figures.materials for _, line in lines], codes.materials.__getitem__),
        named_resources=_named(lines, resources),
        listed=_listed(sites, words),
        words=tuple(words.places),
    )


def _whole(rows: Sequence[Row], entry: Callable[[Row], int]) -> Array:
    return np.array([entry(row) for row in rows], dtype=np.int64)


def _numbers(rows: Sequence[Row], entry: Callable[[Row], float | None]) -> Numbers:
    return np.array([number(entry(row)) for row in rows], dtype=np.float64)


def _flags(rows: Sequence[Row], entry: Callable[[Row], bool]) -> Flags:
    return np.array([entry(row) for row in rows], dtype=np.bool_)


def _texts(texts: Sequence[str]) -> Texts:
    """Raises ValueError for a text with NUL, which ends a text in such an array."""
    if any("\0" in text for text in texts):
        raise ValueError("an id holds a NUL character")
    return np.array([text.encode() for text in texts], dtype=np.bytes_)


def _answer(value: bool | None) -> int:
    return -1 if value is None else int(value)


def _pairs(lists: Sequence[tuple[str, ...] | None], code: Callable[[str], int]) -> PairTable:
    rows = [(owner, code(slug)) for owner, slugs in enumerate(lists) for slug in slugs or ()]
    return PairTable(_whole(rows, lambda row: row[0]), _whole(rows, lambda row: row[1]))


def _figures(rows: Sequence[Figures], words: _Vocabulary) -> FigureTable:
    blank = (float("nan"),) * 3
    sides = np.array([row.envelope_mm or blank for row in rows], dtype=np.float64).reshape(-1, 3)
    return FigureTable(
        min_run=_numbers(rows, lambda row: row.min_run),
        min_order_money=_numbers(rows, lambda row: row.min_order_money),
        economic_low=_numbers(rows, lambda row: row.economic_low),
        economic_high=_numbers(rows, lambda row: row.economic_high),
        max_run=_numbers(rows, lambda row: row.max_run),
        lead_days_low=_numbers(rows, lambda row: row.lead_days_low),
        lead_days_high=_numbers(rows, lambda row: row.lead_days_high),
        tooling_days_low=_numbers(rows, lambda row: row.tooling_days_low),
        tooling_days_high=_numbers(rows, lambda row: row.tooling_days_high),
        tolerance_mm=_numbers(rows, lambda row: row.tolerance_mm),
        price_low=_numbers(rows, lambda row: row.price_low),
        price_high=_numbers(rows, lambda row: row.price_high),
        envelope_mm=sides,
        currency=_whole(rows, lambda row: words.place(row.currency)),
    )


def _sites(rows: Sequence[FacilityFact], words: _Vocabulary) -> SiteTable:
    records = [row.track_record or TrackRecordFact() for row in rows]
    return SiteTable(
        ids=_texts([row.id for row in rows]),
        kind=_whole(rows, lambda row: KINDS.index(row.kind)),
        running=_flags(rows, lambda row: row.state == FacilityState.ACTIVE and row.accepting),
        claimed=_flags(rows, lambda row: row.claim == ClaimState.CLAIMED),
        members_only=_flags(rows, lambda row: row.access == Access.MEMBERS_ONLY),
        country=_whole(rows, lambda row: words.place(row.place.country)),
        admin_area=_whole(rows, lambda row: words.place(row.place.admin_area)),
        lat=_numbers(rows, lambda row: row.place.lat),
        lon=_numbers(rows, lambda row: row.place.lon),
        figures=_figures([row.figures for row in rows], words),
        materials_blank=_flags(rows, lambda row: row.figures.materials is None),
        certificates_blank=_flags(rows, lambda row: row.certificates is None),
        industries_blank=_flags(rows, lambda row: row.preferences.industries is None),
        stages_blank=_flags(rows, lambda row: row.preferences.stages is None),
        workmanship=_whole(rows, lambda row: -1 if row.workmanship_class is None else row.workmanship_class),
        signs_nda=_whole(rows, lambda row: _answer(row.signs_nda)),
        accepts_startups=_whole(rows, lambda row: _answer(row.preferences.accepts_startups)),
        good_lots=_whole(records, lambda row: row.good_lots),
        bad_lots=_whole(records, lambda row: row.bad_lots),
        quote_days=_numbers(rows, lambda row: row.quote_days),
        material_days=_numbers(rows, lambda row: row.material_days),
        inspection_days=_numbers(rows, lambda row: row.inspection_days),
        last_offered=_whole(rows, lambda row: day(row.last_offered_on)),
        source=_whole(rows, lambda row: SOURCES.index(row.source)),
        evidence=_whole(rows, lambda row: EVIDENCES.index(row.evidence)),
        as_of=_whole(rows, lambda row: day(row.as_of)),
    )


def _lines(rows: Sequence[tuple[int, CapabilityFact]], codes: CatalogueCodes, words: _Vocabulary) -> LineTable:
    facts = [line for _, line in rows]
    return LineTable(
        site=_whole(rows, lambda row: row[0]),
        ids=_texts([line.id for line in facts]),
        process=_whole(facts, lambda row: codes.processes[row.process]),
        partner=_flags(facts, lambda row: row.through_partner),
        figures=_figures([line.figures for line in facts], words),
        materials_blank=_flags(facts, lambda row: row.figures.materials is None),
        setup_hours=_numbers(facts, lambda row: row.work.setup_hours),
        cycle_seconds=_numbers(facts, lambda row: row.work.cycle_seconds),
        parts_per_cycle=_numbers(facts, lambda row: row.work.parts_per_cycle),
        yield_share=_numbers(facts, lambda row: row.work.yield_share),
        source=_whole(facts, lambda row: SOURCES.index(row.source)),
        evidence=_whole(facts, lambda row: EVIDENCES.index(row.evidence)),
        as_of=_whole(facts, lambda row: day(row.as_of)),
    )


def _resources(rows: Sequence[tuple[int, ResourceFact]], codes: CatalogueCodes) -> ResourceTable:
    facts = [entry for _, entry in rows]
    return ResourceTable(
        site=_whole(rows, lambda row: row[0]),
        ids=_texts([entry.id for entry in facts]),
        kind=_whole(facts, lambda row: codes.kinds[row.kind]),
        gross_hours=_numbers(facts, lambda row: row.gross_hours),
        hours_per_machine=_numbers(facts, lambda row: row.hours_per_machine),
        machines=_whole(facts, lambda row: -1 if row.machines is None else row.machines),
        units_per_week=_numbers(facts, lambda row: row.units_per_week),
        availability=_numbers(facts, lambda row: row.availability),
        booked_share=_numbers(facts, lambda row: row.booked_share),
        source=_whole(facts, lambda row: SOURCES.index(row.source)),
        as_of=_whole(facts, lambda row: day(row.as_of)),
    )


def _certificates(rows: Sequence[tuple[int, HeldCertificateFact]], codes: CatalogueCodes) -> CertificateTable:
    facts = [entry for _, entry in rows]
    return CertificateTable(
        site=_whole(rows, lambda row: row[0]),
        certificate=_whole(facts, lambda row: codes.certificates[row.certificate]),
        evidence=_whole(facts, lambda row: EVIDENCES.index(row.evidence)),
        issued=_whole(facts, lambda row: day(row.issued_on)),
        expires=_whole(facts, lambda row: day(row.expires_on)),
        scope_blank=_flags(facts, lambda row: row.scope_processes is None),
        as_of=_whole(facts, lambda row: day(row.as_of)),
    )


def _named(lines: Sequence[tuple[int, CapabilityFact]], resources: Sequence[tuple[int, ResourceFact]]) -> PairTable:
    places = {(site, entry.id): row for row, (site, entry) in enumerate(resources)}
    rows = [(row, places[site, name]) for row, (site, line) in enumerate(lines) for name in line.resource_ids or ()]
    return PairTable(_whole(rows, lambda row: row[0]), _whole(rows, lambda row: row[1]))


def _listed(sites: Sequence[FacilityFact], words: _Vocabulary) -> WordTable:
    rows = [
        (site, kind, words.place(word))
        for site, item in enumerate(sites)
        for kind, listed in (
            (WordList.NETWORKS, item.network_ids),
            (WordList.NO_GO_INDUSTRIES, item.no_go.industries),
            (WordList.NO_GO_STAGES, item.no_go.stages),
            (WordList.NO_GO_CUSTOMERS, item.no_go.customer_kinds),
            (WordList.WISHED_INDUSTRIES, item.preferences.industries),
            (WordList.WISHED_STAGES, item.preferences.stages),
        )
        for word in listed or ()
    ]
    return WordTable(*(_whole(rows, lambda row, at=at: row[at]) for at in range(3)))  # type: ignore[misc]
