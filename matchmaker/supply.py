"""Supply: all facilities as read-only columns, built once and ranked against many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from matchmaker.canonical import digest, digest_all
from matchmaker.columns import (
    BLANK_DAY,
    EVIDENCES,
    KINDS,
    SOURCES,
    BoolArray,
    HoldingColumns,
    LineColumns,
    ResourceColumns,
    SiteColumns,
    Words,
    day,
    flag,
    interned,
    lock,
    number,
)
from matchmaker.domain import (
    Access,
    CapabilityFact,
    ClaimState,
    FacilityFact,
    FacilityState,
    Figures,
    HeldCertificateFact,
    Source,
    TrackRecordFact,
    WorkFact,
)
from matchmaker.lines import build_lines, offered
from matchmaker.places import Positions
from matchmaker.resources import build_resources
from matchmaker.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Supply:
    """Read-only. `sites` stand in order of id whatever the order given."""

    taxonomy: Taxonomy
    sites: SiteColumns
    lines: LineColumns
    resources: ResourceColumns
    resource_index: Mapping[tuple[int, str], int]
    holdings: HoldingColumns
    site_index: Mapping[str, int]
    content_digest: str

    @classmethod
    def build(cls, facilities: Iterable[FacilityFact], taxonomy: Taxonomy) -> Supply:
        """Raises KeyError for a slug that the catalogue lacks, ValueError for an id that stands twice."""
        given = sorted(facilities, key=lambda item: item.id)
        _check_slugs(given, taxonomy)
        ordered = tuple(_without_defaults(facility) for facility in given)
        index = {facility.id: row for row, facility in enumerate(ordered)}
        if len(index) != len(ordered):
            raise ValueError("a facility id stands twice")
        resources, resource_index = build_resources(ordered, taxonomy)
        return cls(
            taxonomy=taxonomy,
            sites=_build_sites(ordered, taxonomy),
            lines=build_lines(ordered, taxonomy, resource_index),
            resources=resources,
            resource_index=resource_index,
            holdings=_build_holdings(ordered, taxonomy),
            site_index=index,
            content_digest=digest_all([taxonomy.digest, *(digest(item) for item in given)]),
        )

    def digest(self) -> str:
        """sha256 (hex) over the canonical content, catalogue included; the order of rows does not matter."""
        return self.content_digest


def _check_slugs(facilities: list[FacilityFact], taxonomy: Taxonomy) -> None:
    """The slugs that no column would look up by itself: the site's materials, and what a certificate's scope names."""
    for facility in facilities:
        for material in facility.figures.materials or ():
            taxonomy.material_index[material]
        for held in facility.certificates or ():
            for process in held.scope_processes or ():
                taxonomy.process_index[process]


def _without_defaults(facility: FacilityFact) -> FacilityFact:
    """A record whose source is DEFAULT states nothing: its figures become blanks, its resource goes."""
    lines = tuple(_line_without_defaults(line) for line in facility.capabilities)
    resources = tuple(item for item in facility.resources if item.source != Source.DEFAULT)
    gone = {item.id for item in facility.resources if item.source == Source.DEFAULT}
    lines = tuple(_without_resources(line, gone) for line in lines)
    figures = Figures() if facility.source == Source.DEFAULT else facility.figures
    return replace(facility, capabilities=lines, resources=resources, figures=figures)


def _line_without_defaults(line: CapabilityFact) -> CapabilityFact:
    return replace(line, figures=Figures(), work=WorkFact()) if line.source == Source.DEFAULT else line


def _without_resources(line: CapabilityFact, gone: set[str]) -> CapabilityFact:
    named = tuple(name for name in line.resource_ids or () if name not in gone)
    return replace(line, resource_ids=named or None)


def _build_sites(ordered: tuple[FacilityFact, ...], taxonomy: Taxonomy) -> SiteColumns:
    records = [item.track_record or TrackRecordFact() for item in ordered]
    wishes = [item.preferences for item in ordered]
    return lock(
        SiteColumns(
            ids=tuple(item.id for item in ordered),
            kind=np.array([KINDS.index(item.kind) for item in ordered], dtype=np.int64),
            running=np.array([item.state == FacilityState.ACTIVE and item.accepting for item in ordered], dtype=bool),
            claimed=np.array([item.claim == ClaimState.CLAIMED for item in ordered], dtype=bool),
            members_only=np.array([item.access == Access.MEMBERS_ONLY for item in ordered], dtype=bool),
            where=_positions(ordered),
            networks=Words.build([item.network_ids for item in ordered]),
            families=_families(ordered, taxonomy),
            certificates_blank=np.array([item.certificates is None for item in ordered], dtype=bool),
            workmanship=np.array([number(item.workmanship_class) for item in ordered], dtype=np.float64),
            signs_nda=np.array([flag(item.signs_nda) for item in ordered], dtype=np.int64),
            accepts_startups=np.array([flag(item.accepts_startups) for item in wishes], dtype=np.int64),
            no_go_industries=Words.build([item.no_go.industries for item in ordered]),
            no_go_stages=Words.build([item.no_go.stages for item in ordered]),
            no_go_customers=Words.build([item.no_go.customer_kinds for item in ordered]),
            wished_industries=Words.build([item.industries for item in wishes]),
            wished_stages=Words.build([item.stages for item in wishes]),
            has_industry_wishes=np.array([_wishes(item.industries) for item in wishes], dtype=np.int64),
            has_stage_wishes=np.array([_wishes(item.stages) for item in wishes], dtype=np.int64),
            good_lots=np.array([item.good_lots for item in records], dtype=np.int64),
            bad_lots=np.array([item.bad_lots for item in records], dtype=np.int64),
            quote_days=np.array([number(item.quote_days) for item in ordered], dtype=np.float64),
            material_days=np.array([number(item.material_days) for item in ordered], dtype=np.float64),
            inspection_days=np.array([number(item.inspection_days) for item in ordered], dtype=np.float64),
            last_offered=np.array([day(item.last_offered_on) for item in ordered], dtype=np.int64),
            source=np.array([SOURCES.index(item.source) for item in ordered], dtype=np.int64),
            evidence=np.array([EVIDENCES.index(item.evidence) for item in ordered], dtype=np.int64),
            as_of=np.array([day(item.as_of) for item in ordered], dtype=np.int64),
        )
    )


def _positions(ordered: tuple[FacilityFact, ...]) -> Positions:
    country, countries = interned(item.place.country for item in ordered)
    area, areas = interned(item.place.admin_area for item in ordered)
    lat = np.array([number(item.place.lat) for item in ordered], dtype=np.float64)
    lon = np.array([number(item.place.lon) for item in ordered], dtype=np.float64)
    return lock(Positions(country, countries, area, areas, lat, lon))


def _wishes(words: tuple[str, ...] | None) -> int:
    return -1 if words is None else int(bool(words))


def _families(ordered: tuple[FacilityFact, ...], taxonomy: Taxonomy) -> BoolArray:
    table = np.zeros((len(ordered), taxonomy.family_count), dtype=np.bool_)
    for site, facility in enumerate(ordered):
        for line in facility.capabilities:
            if offered(line) and not line.through_partner:
                table[site, taxonomy.process_family[taxonomy.process_index[line.process]]] = True
    return table


def _holding_key(item: HeldCertificateFact) -> tuple[object, ...]:
    days = day(item.expires_on), day(item.issued_on), day(item.as_of)
    return (item.certificate, item.evidence, days, item.scope_processes is None, item.scope_processes or ())


def _usual_expiry(item: HeldCertificateFact, taxonomy: Taxonomy) -> int:
    """The day on which a certificate of that age usually ends; the far future for one that does not expire."""
    if not taxonomy.certificate_expires[item.certificate]:
        return date.max.toordinal()
    months = taxonomy.certificate_validity[item.certificate]
    if item.expires_on is not None or item.issued_on is None or months is None:
        return BLANK_DAY
    years, month = divmod(item.issued_on.month - 1 + months, 12)
    return date(item.issued_on.year + years, month + 1, min(item.issued_on.day, 28)).toordinal()


def _build_holdings(ordered: tuple[FacilityFact, ...], taxonomy: Taxonomy) -> HoldingColumns:
    rows = [
        (site, item)
        for site, facility in enumerate(ordered)
        for item in sorted(facility.certificates or (), key=_holding_key)
    ]
    of_certificate: dict[str, list[int]] = {}
    for row, (_, item) in enumerate(rows):
        for slug in sorted(taxonomy.certificate_closure[item.certificate]):
            of_certificate.setdefault(slug, []).append(row)
    return lock(
        HoldingColumns(
            site=np.array([site for site, _ in rows], dtype=np.int64),
            slugs=tuple(item.certificate for _, item in rows),
            evidence=np.array([EVIDENCES.index(item.evidence) for _, item in rows], dtype=np.int64),
            issued=np.array([day(item.issued_on) for _, item in rows], dtype=np.int64),
            expires=np.array([day(item.expires_on) for _, item in rows], dtype=np.int64),
            expires_usually=np.array([_usual_expiry(item, taxonomy) for _, item in rows], dtype=np.int64),
            scope_known=np.array([item.scope_processes is not None for _, item in rows], dtype=np.bool_),
            scope=Words.build([item.scope_processes for _, item in rows]),
            as_of=np.array([day(item.as_of) for _, item in rows], dtype=np.int64),
            of_certificate={slug: np.array(found, dtype=np.int64) for slug, found in of_certificate.items()},
        )
    )
