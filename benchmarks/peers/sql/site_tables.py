"""Denormalised tables of sites, lines and certificates, built from the project's tables in the schema `peer`.

Process, material and kind numbers are places in alphabetical order, as in the engine's taxonomy.
"""

from __future__ import annotations

DIMENSIONS = """
CREATE TABLE peer.process AS
WITH RECURSIVE up AS (
    SELECT id, id AS top, parent_id FROM catalog_process
    UNION ALL
    SELECT up.id, above.id, above.parent_id FROM up JOIN catalog_process AS above ON above.id = up.parent_id
), root AS (
    SELECT up.id, root.slug FROM up JOIN catalog_process AS root ON root.id = up.top WHERE up.parent_id IS NULL
), families AS (
    SELECT slug, (rank() OVER (ORDER BY slug) - 1)::int AS family FROM catalog_process WHERE parent_id IS NULL
)
SELECT process.id, (rank() OVER (ORDER BY process.slug) - 1)::smallint AS process, families.family
FROM catalog_process AS process JOIN root USING (id) JOIN families ON families.slug = root.slug;

CREATE TABLE peer.material AS
SELECT id, (rank() OVER (ORDER BY slug) - 1)::int AS material FROM catalog_material;

CREATE TABLE peer.kind AS
SELECT id, (rank() OVER (ORDER BY slug) - 1)::smallint AS kind, slug, row_kind, machine_types,
    gross_hours_one_shift AS hours, availability FROM catalog_resourcekind;

CREATE TABLE peer.member AS
SELECT word.kind AS word, kind.kind AS member
FROM catalog_resourcekind_members AS link
JOIN peer.kind AS word ON word.id = link.from_resourcekind_id AND word.row_kind = 'group'
JOIN peer.kind AS kind ON kind.id = link.to_resourcekind_id;

CREATE TABLE peer.machine AS
SELECT machine.id, machine.slug,
    (SELECT kind.kind FROM peer.kind WHERE machine.machine_type = ANY(kind.machine_types) ORDER BY kind.slug LIMIT 1)
FROM catalog_machinemodel AS machine;

CREATE TABLE peer.closure AS
WITH RECURSIVE held AS (
    SELECT id AS held, id AS amounts FROM catalog_certification
    UNION
    SELECT held.held, link.to_certification_id
    FROM held JOIN catalog_certification_implies AS link ON link.from_certification_id = held.amounts
)
SELECT held.held, certification.slug AS certificate
FROM held JOIN catalog_certification AS certification ON certification.id = held.amounts;
"""

# One row a facility, read by key once its lines have been found.
SITES = """
CREATE UNLOGGED TABLE peer.site AS
SELECT f.id AS site,
    (SELECT array_agg(network_id::int) FROM facilities_facilitynetwork WHERE facility_id = f.id) AS networks,
    (array_position(ARRAY['makerspace', 'jobshop', 'contract_manufacturer'], f.kind::text) - 1)::smallint AS kind,
    f.operating_state = 'active' OR (f.operating_state = 'paused' AND coalesce(f.paused_until < {today}, false))
        AS running,
    f.claim_state = 'claimed' AS claimed,
    f.access NOT IN ('staff', 'members_or_staff') AS members_only,
    nullif(f.country, '') AS country, nullif(f.admin_area, '') AS admin_area, f.lat, f.lon,
    NOT f.certificates_listed AND NOT EXISTS (SELECT FROM facilities_heldcertificate WHERE facility_id = f.id)
        AS certificates_blank,
    f.workmanship_class, f.signs_nda, f.accepts_startups,
    coalesce((SELECT array_agg(kind || ':' || value) FROM facilities_nogo WHERE facility_id = f.id), '{{}}') AS no_go,
    f.wished_stages::text[] AS wished_stages, f.wished_industries::text[] AS wished_industries,
    f.quote_days, f.material_days, f.inspection_days, f.confirmed_on,
    (f.last_offered_at AT TIME ZONE 'UTC')::date AS last_offered,
    record.value AS record,
    coalesce((SELECT bit_or(1::bigint << process.family) FROM facilities_capability AS line
        JOIN peer.process ON process.id = line.process_id
        WHERE line.facility_id = f.id AND line.offer <> 'partner'), 0) AS families
FROM facilities_facility AS f LEFT JOIN peer.record ON record.site = f.id ORDER BY f.id;
ALTER TABLE peer.site ADD PRIMARY KEY (site);
DROP TABLE peer.record;

CREATE TABLE peer.summary AS
SELECT network, running, claimed, members_only, count(*) AS sites
FROM peer.site, unnest(networks) AS network GROUP BY 1, 2, 3, 4;
CREATE TABLE peer.pair_summary AS
SELECT running, claimed, members_only, count(*) AS sites FROM peer.site WHERE networks && ARRAY[1, 2] GROUP BY 1, 2, 3;
"""

CERTIFICATES = """
CREATE UNLOGGED TABLE peer.holding AS
SELECT closure.certificate, held.facility_id AS site,
    (array_position(ARRAY['stated', 'documented', 'coordinator_verified', 'registry_verified'],
        held.evidence_level::text) - 1)::smallint AS evidence,
    held.expires_on AS expires,
    CASE WHEN NOT own.expires THEN DATE '9999-12-31'
        WHEN held.expires_on IS NOT NULL OR held.issued_on IS NULL OR own.typical_validity_months IS NULL THEN NULL
        ELSE make_date(
            (extract(year FROM held.issued_on)::int
                + (extract(month FROM held.issued_on)::int - 1 + own.typical_validity_months) / 12),
            (extract(month FROM held.issued_on)::int - 1 + own.typical_validity_months) % 12 + 1,
            least(extract(day FROM held.issued_on)::int, 28))
    END AS usual,
    (SELECT array_agg(process.process::int) FROM facilities_heldcertificate_scope_processes AS scope
        JOIN peer.process ON process.id = scope.process_id WHERE scope.heldcertificate_id = held.id) AS scope
FROM facilities_heldcertificate AS held
JOIN catalog_certification AS own ON own.id = held.certification_id
JOIN peer.closure ON closure.held = held.certification_id
ORDER BY 1, 2;
CREATE INDEX ON peer.holding (certificate, site);
"""

_SITE_FIGURES = """
CREATE UNLOGGED TABLE peer.figures AS
SELECT f.id AS site, f.materials_listed OR runs.m0 IS NOT NULL AS materials_known, coalesce(runs.m0, 0) AS m0,
    coalesce(runs.m1, 0) AS m1, {columns}
FROM facilities_facility AS f
LEFT JOIN (
    SELECT facility_id, {bits} FROM facilities_facility_materials AS link
    JOIN peer.material ON material.id = link.material_id GROUP BY 1
) AS runs ON runs.facility_id = f.id;
ALTER TABLE peer.figures ADD PRIMARY KEY (site);
"""

_BITS = """bit_or(CASE WHEN material < 63 THEN 1::bigint << material ELSE 0 END) AS m0,
    bit_or(CASE WHEN material >= 63 THEN 1::bigint << (material - 63) ELSE 0 END) AS m1"""

# What one row states: pairs stand for both ends, the currency counts only beside money, sides are sorted twice (free
# rotation; the third side kept).
_OWN = """greatest({row}.min_run, {row}.min_order_pieces)::float8 AS min_run,
    {row}.min_order_amount::float8 AS money,
    CASE WHEN {row}.min_order_amount IS NOT NULL OR {row}.unit_price_low IS NOT NULL
        OR {row}.unit_price_high IS NOT NULL THEN {row}.currency END AS currency,
    {row}.economic_run_low::float8 AS eco_low, {row}.economic_run_high::float8 AS eco_high,
    {row}.max_run::float8 AS max_run,
    coalesce({row}.lead_days_low, {row}.lead_days_high)::float8 AS lead_low,
    coalesce({row}.lead_days_high, {row}.lead_days_low)::float8 AS lead_high,
    coalesce({row}.tooling_lead_days_low, {row}.tooling_lead_days_high)::float8 AS tool_low,
    coalesce({row}.tooling_lead_days_high, {row}.tooling_lead_days_low)::float8 AS tool_high,
    {row}.best_tolerance_mm AS tolerance,
    coalesce({row}.unit_price_low, {row}.unit_price_high)::float8 AS price_low,
    coalesce({row}.unit_price_high, {row}.unit_price_low)::float8 AS price_high,
    least({row}.envelope_length_mm, {row}.envelope_width_mm, {row}.envelope_height_mm) AS e1,
    {row}.envelope_length_mm + {row}.envelope_width_mm + {row}.envelope_height_mm
        - least({row}.envelope_length_mm, {row}.envelope_width_mm, {row}.envelope_height_mm)
        - greatest({row}.envelope_length_mm, {row}.envelope_width_mm, {row}.envelope_height_mm) AS e2,
    greatest({row}.envelope_length_mm, {row}.envelope_width_mm, {row}.envelope_height_mm) AS e3,
    least({row}.envelope_length_mm, {row}.envelope_width_mm) AS p1,
    greatest({row}.envelope_length_mm, {row}.envelope_width_mm) AS p2, {row}.envelope_height_mm AS p3"""

SITE_FIGURES = _SITE_FIGURES.format(columns=_OWN.format(row="f"), bits=_BITS)

_LINES = """
CREATE UNLOGGED TABLE peer.stated AS
SELECT line.facility_id AS site, process.process, line.offer = 'partner' AS partner, false AS suggested,
    line.id::text AS name, line.id AS capability, line.resource_id AS resource,
    line.materials_listed OR runs.m0 IS NOT NULL AS materials_known, coalesce(runs.m0, 0) AS m0,
    coalesce(runs.m1, 0) AS m1, line.setup_hours AS setup, line.cycle_seconds AS cycle, line.parts_per_cycle AS parts,
    line.yield_share AS good, {columns}
FROM facilities_capability AS line
JOIN peer.process ON process.id = line.process_id
LEFT JOIN (
    SELECT capability_id, {bits} FROM facilities_capability_materials AS link
    JOIN peer.material ON material.id = link.material_id GROUP BY 1
) AS runs ON runs.capability_id = line.id;

INSERT INTO peer.stated (site, process, partner, suggested, name, materials_known, m0, m1)
SELECT DISTINCT ON (held.facility_id, process.process) held.facility_id, process.process, false, true,
    'machine:' || machine.slug, false, 0, 0
FROM facilities_heldmachine AS held
JOIN peer.machine ON machine.id = held.machine_id
JOIN catalog_machinemodel_processes AS link ON link.machinemodel_id = held.machine_id
JOIN peer.process ON process.id = link.process_id
WHERE NOT EXISTS (SELECT FROM peer.stated AS own
    WHERE own.site = held.facility_id AND own.process = process.process AND NOT own.partner)
ORDER BY 1, 2, machine.slug;
"""
STATED_LINES = _LINES.format(columns=_OWN.format(row="line"), bits=_BITS)


def _inherited(name: str, *, partners: bool = False, figure: str = "") -> str:
    """The line's own figure, else the site's; a partner's line takes the site's only where the order counts."""
    own, whole = f"line.{name}", f"whole.{name}"
    test = f"line.{figure or name} IS NOT NULL" if figure else f"{own} IS NOT NULL"
    rest = whole if partners else f"CASE WHEN NOT line.partner THEN {whole} END"
    return f"CASE WHEN {test} THEN {own} ELSE {rest} END AS {name}"


_FIGURES = ",\n    ".join(
    [
        *(_inherited(name, partners=True) for name in ("min_run", "money", "eco_low", "eco_high", "max_run")),
        *(_inherited(name) for name in ("lead_low", "lead_high", "tool_low", "tool_high", "tolerance")),
        *(_inherited(name) for name in ("price_low", "price_high")),
        *(_inherited(name, figure="e1") for name in ("e1", "e2", "e3", "p1", "p2", "p3")),
    ]
)

# One row an option-to-be, ordered by process: what a step reads lies together, with what it needs to know of the site.
LINES = f"""
CREATE UNLOGGED TABLE peer.line AS
SELECT line.process, line.site,
    (row_number() OVER (PARTITION BY line.site ORDER BY line.process, line.suggested, line.name))::smallint AS line,
    line.partner, line.suggested, site.kind, site.families, line.capability, line.resource,
    NOT CASE WHEN line.materials_known OR line.partner THEN line.materials_known ELSE whole.materials_known END
        AS materials_blank,
    CASE WHEN line.materials_known OR line.partner THEN line.m0 ELSE whole.m0 END AS m0,
    CASE WHEN line.materials_known OR line.partner THEN line.m1 ELSE whole.m1 END AS m1,
    {_FIGURES},
    CASE WHEN line.money IS NOT NULL THEN line.currency ELSE whole.currency END AS money_currency,
    CASE WHEN line.price_low IS NOT NULL THEN line.currency ELSE whole.currency END AS price_currency,
    line.min_run IS NULL AND whole.min_run IS NOT NULL AS min_from_site,
    line.max_run IS NULL AND whole.max_run IS NOT NULL AS max_from_site,
    line.tolerance IS NULL AND whole.tolerance IS NOT NULL AND NOT line.partner AS tolerance_from_site,
    line.e1 IS NULL AND whole.e1 IS NOT NULL AND NOT line.partner AS envelope_from_site,
    line.lead_low IS NULL AND whole.lead_low IS NOT NULL AND NOT line.partner AS lead_from_site,
    line.setup, line.cycle, line.parts, line.good
FROM peer.stated AS line JOIN peer.figures AS whole USING (site) JOIN peer.site USING (site)
ORDER BY line.process, line.site;
CREATE INDEX ON peer.line (process);
CREATE INDEX ON peer.line (site);
DROP TABLE peer.stated, peer.figures;
"""
