"""Facilities straight from the database into the engine's tables: no record and no Python for a row.

What each column means is said in `facilities`, which reads the same rows as records; a test holds both equal.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.facilities.models import CapabilityOffer, ClaimState, OperatingState
from apps.matching.snapshots import statements
from apps.matching.snapshots.binary_rows import Columns
from apps.matching.snapshots.catalogue import read_catalogue
from apps.matching.snapshots.facilities import SERVICE
from apps.matching.snapshots.keys import CatalogueKeys, Places, WordCodes, looked_up, texts, translated
from apps.matching.snapshots.reading import SOURCES, Keys
from apps.matching.snapshots.week_figures import stated_weeks
from matchmaker import columns
from matchmaker.catalogue_codes import CatalogueCodes
from matchmaker.supply import Supply
from matchmaker.tables import (
    CertificateTable,
    FigureTable,
    LineTable,
    MachineTable,
    PairTable,
    ResourceTable,
    SiteTable,
    SupplyTables,
    WeekTable,
    WordList,
    WordTable,
)
from matchmaker.taxonomy import Taxonomy

Array = NDArray[Any]

KIND_CODES = [columns.KINDS.index(word) for word in statements.KINDS]
SOURCE_CODES = [columns.SOURCES.index(SOURCES[word].value) for word in statements.SOURCES]
EVIDENCE_CODES = [columns.EVIDENCES.index(word) for word in statements.EVIDENCES]
CLAIMED = statements.CLAIMS.index(ClaimState.CLAIMED)
ACTIVE = statements.STATES.index(OperatingState.ACTIVE)
PAUSED = statements.STATES.index(OperatingState.PAUSED)
PARTNER = statements.OFFERS.index(CapabilityOffer.PARTNER)
SERVED = [statements.ACCESSES.index(word) for word in SERVICE]
NO_GO_LISTS = {
    "industry": WordList.NO_GO_INDUSTRIES,
    "stage": WordList.NO_GO_STAGES,
    "customer": WordList.NO_GO_CUSTOMERS,
}
SIDES = ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm")
FIGURES = tuple(field.name for field in statements.FIGURES if field.name not in (*SIDES, "currency"))


@dataclass(frozen=True)
class _Reader:
    """What the tables of one load share."""

    keys: Keys
    as_of: date
    catalogue: CatalogueKeys
    words: WordCodes


def read_supply(as_of: date) -> Supply:
    """All facilities and the catalogue as they are now, for this process alone; inside a consistent view."""
    taxonomy = Taxonomy.build(read_catalogue())
    catalogue = CatalogueKeys.read(CatalogueCodes.of(taxonomy))
    return Supply.from_tables(load_tables(as_of, catalogue), taxonomy)


def load_tables(as_of: date, catalogue: CatalogueKeys, keys: Keys = None) -> SupplyTables:
    """The facilities of those keys that there are, or all; inside a consistent view."""
    reader = _Reader(keys, as_of, catalogue, WordCodes())
    found = statements.facilities(keys)
    at_site = Places.of(found["id"])
    site_materials = _pairs(statements.site_materials(keys), "facility_id", at_site, catalogue.materials)
    certificates, scopes = _certificates(reader, at_site)
    sites = _sites(reader, found, site_materials.owner, certificates.site)
    resources, weeks, at_resource = _resources(reader, at_site)
    lines, line_materials, named = _lines(reader, at_site, at_resource)
    return SupplyTables(
        sites=sites,
        lines=lines,
        resources=resources,
        weeks=weeks,
        machines=_machines(reader, at_site),
        certificates=certificates,
        scopes=scopes,
        site_materials=site_materials,
        line_materials=line_materials,
        named_resources=named,
        listed=_listed(reader, at_site),
        words=tuple(reader.words.known),  # last, when all are known
    )


def _sites(reader: _Reader, found: Columns, with_materials: Array, with_certificates: Array) -> SiteTable:
    size = len(found["id"])
    ended = (found["paused_until"] > 0) & (found["paused_until"] < reader.as_of.toordinal())
    return SiteTable(
        ids=texts(found["id"]),
        kind=translated(found["kind"], KIND_CODES),
        running=(found["operating_state"] == ACTIVE) | ((found["operating_state"] == PAUSED) & ended),
        claimed=found["claim_state"] == CLAIMED,
        members_only=~np.isin(found["access"], SERVED),
        country=reader.words.of_texts(found["country"]),
        admin_area=reader.words.of_texts(found["admin_area"]),
        lat=found["lat"],
        lon=found["lon"],
        figures=_figures(reader, found),
        materials_blank=_blank(with_materials, found["materials_listed"]),
        certificates_blank=_blank(with_certificates, found["certificates_listed"]),
        industries_blank=found["wished_industries"] < 0,
        stages_blank=found["wished_stages"] < 0,
        workmanship=found["workmanship_class"],
        signs_nda=found["signs_nda"],
        accepts_startups=found["accepts_startups"],
        good_lots=np.zeros(size, dtype=np.int64),
        bad_lots=np.zeros(size, dtype=np.int64),
        quote_days=found["quote_days"],
        material_days=found["material_days"],
        inspection_days=found["inspection_days"],
        last_offered=found["last_offered"],
        source=translated(found["source"], SOURCE_CODES),
        evidence=translated(found["evidence_level"], EVIDENCE_CODES),
        as_of=found["confirmed_on"],
    )


def _lines(reader: _Reader, at_site: Places, at_resource: Places) -> tuple[LineTable, PairTable, PairTable]:
    """The lines, their materials and the resources that they name."""
    found = statements.capabilities(reader.keys)
    at_line = Places.of(found["id"])
    stated = _spread(statements.stated_of_lines(reader.keys), at_line, len(found["id"]))
    materials = _pairs(statements.line_materials(reader.keys), "capability_id", at_line, reader.catalogue.materials)
    table = LineTable(
        site=at_site.find(found["facility_id"]),
        ids=texts(found["id"]),
        process=looked_up(found["process_id"], reader.catalogue.processes),
        partner=found["offer"] == PARTNER,
        figures=_figures(reader, stated),
        materials_blank=_blank(materials.owner, found["materials_listed"]),
        setup_hours=stated["setup_hours"],
        cycle_seconds=stated["cycle_seconds"],
        parts_per_cycle=stated["parts_per_cycle"],
        yield_share=stated["yield_share"],
        source=translated(found["source"], SOURCE_CODES),
        evidence=translated(found["evidence_level"], EVIDENCE_CODES),
        as_of=found["confirmed_on"],
    )
    naming = np.flatnonzero(found["resource_id"])
    return table, materials, PairTable(naming, at_resource.find(found["resource_id"][naming]))


def _spread(some: Columns, at_row: Places, size: int) -> Columns:
    """Columns of some rows as columns of all, blank elsewhere."""
    rows = at_row.find(some["id"])
    out: dict[str, Array] = {}
    for field in statements.STATED_OF_LINES:
        out[field.name] = np.full(size, np.nan) if field.native == "f8" else np.zeros(size, field.native)
        out[field.name][rows] = some[field.name]
    return out


def _figures(reader: _Reader, found: Columns) -> FigureTable:
    sides = np.stack([found[name] for name in SIDES], axis=1)
    sides[np.isnan(sides).any(axis=1)] = np.nan
    return FigureTable(
        **{name: found[name] for name in FIGURES},
        envelope_mm=sides,
        currency=reader.words.of_texts(found["currency"]),
    )


def _blank(owners: Array, listed: Array) -> Array:
    """A list with rows in it is a filled list; `listed` decides what an empty one means."""
    return np.asarray(np.bincount(owners, minlength=len(listed)) + listed == 0)


def _resources(reader: _Reader, at_site: Places) -> tuple[ResourceTable, WeekTable, Places]:
    """The resources, their weeks (those that are over are left out) and which row has which key."""
    monday = reader.as_of - timedelta(days=reader.as_of.weekday())
    found, weeks = statements.resources(reader.keys), statements.weeks(reader.keys, monday)
    at_resource = Places.of(found["id"])
    owner = at_resource.find(weeks["resource_id"])
    gross, booked = stated_weeks(found, looked_up(found["kind_id"], reader.catalogue.availability), weeks, owner)
    as_of = found["confirmed_on"].copy()
    by_hand = np.isnan(weeks["pattern_share"])  # a holiday says nothing of the plan
    np.maximum.at(as_of, owner[by_hand], weeks["as_of"][by_hand])  # who told of one week has looked at it
    table = ResourceTable(
        site=at_site.find(found["facility_id"]),
        ids=texts(found["id"]),
        kind=looked_up(found["kind_id"], reader.catalogue.kinds),
        gross_hours=found["gross_hours_per_week"],
        hours_per_machine=np.full(len(found["id"]), np.nan),
        machines=found["machines"],
        units_per_week=found["units_per_week"],
        availability=found["availability"],
        booked_share=found["booked_share"],
        source=translated(found["source"], SOURCE_CODES),
        as_of=as_of,
    )
    held = WeekTable(owner, weeks["monday"], gross, booked, weeks["firm_hours"], weeks["soft_hours"])
    return table, held, at_resource


def _machines(reader: _Reader, at_site: Places) -> MachineTable:
    found = statements.machines(reader.keys)
    machine = looked_up(found["machine_id"], reader.catalogue.machines)
    return MachineTable(at_site.find(found["facility_id"]), machine, found["count"])


def _certificates(reader: _Reader, at_site: Places) -> tuple[CertificateTable, PairTable]:
    found, scopes = statements.certificates(reader.keys), statements.certificate_scopes(reader.keys)
    pairs = _pairs(scopes, "heldcertificate_id", Places.of(found["id"]), reader.catalogue.processes)
    table = CertificateTable(
        site=at_site.find(found["facility_id"]),
        certificate=looked_up(found["certification_id"], reader.catalogue.certificates),
        evidence=translated(found["evidence_level"], EVIDENCE_CODES),
        issued=found["issued_on"],
        expires=found["expires_on"],
        scope_blank=np.bincount(pairs.owner, minlength=len(found["id"])) == 0,
        as_of=np.zeros(len(found["id"]), dtype=np.int64),
    )
    return table, pairs


def _pairs(found: Columns, owner: str, at_owner: Places, codes: Any) -> PairTable:
    [value] = found.keys() - {owner}
    return PairTable(at_owner.find(found[owner]), looked_up(found[value], codes))


def _listed(reader: _Reader, at_site: Places) -> WordTable:
    networks, no_gos = statements.networks(reader.keys), statements.no_gos(reader.keys)
    parts: list[tuple[Columns, Any, Array]] = [
        (networks, WordList.NETWORKS, reader.words.of_numbers(networks["network_id"])),
        (no_gos, _lists_of(no_gos), reader.words.of_texts(no_gos["value"])),
    ]
    for column, which in (("wished_industries", WordList.WISHED_INDUSTRIES), ("wished_stages", WordList.WISHED_STAGES)):
        wishes = statements.wishes(column, reader.keys)
        parts.append((wishes, which, reader.words.of_texts(wishes["value"])))
    return WordTable(
        site=np.concatenate([at_site.find(found["facility_id"]) for found, _, _ in parts]),
        list=np.concatenate([np.broadcast_to(which, len(words)) for _, which, words in parts]),
        word=np.concatenate([words for _, _, words in parts]),
    )


def _lists_of(no_gos: Columns) -> Array:
    return translated(no_gos["kind"], [NO_GO_LISTS[word] for word in statements.NO_GOS])
