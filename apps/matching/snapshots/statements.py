"""What the supply's tables hold, selected by binary COPY: one query a table, of all facilities or of a few.

Sources, states and other words come as places in the lists below. Lists of words that belong to a row come as rows of
their own.
"""

from collections.abc import Sequence
from datetime import date

from apps.catalog.models import FacilityKind
from apps.facilities.models import AccessKind, CapabilityOffer, ClaimState, EvidenceLevel, NoGoKind, OperatingState
from apps.facilities.models import Source as StoredSource
from apps.matching.snapshots.binary_rows import (
    Columns,
    Field,
    code,
    day,
    key,
    number,
    read_some,
    read_table,
    text,
    word,
)
from apps.matching.snapshots.reading import Keys

KINDS = FacilityKind.values
CLAIMS = ClaimState.values
STATES = OperatingState.values
ACCESSES = AccessKind.values
OFFERS = CapabilityOffer.values
SOURCES = StoredSource.values
EVIDENCES = EvidenceLevel.values
NO_GOS = NoGoKind.values

WORD = 60  # characters of a stage's short name, the longest word of all lists
IN_MONEY = "num_nonnulls(min_order_amount, unit_price_low, unit_price_high) > 0"
# The currency counts only beside a figure in money: every row has one, and a line's must not overrule the site's.
FIGURES = (
    number("min_run", "greatest(min_run, min_order_pieces)"),  # the strictest of both is the minimum
    number("min_order_money", "min_order_amount"),
    number("economic_low", "economic_run_low"),
    number("economic_high", "economic_run_high"),
    number("max_run"),
    number("lead_days_low"),
    number("lead_days_high"),
    number("tooling_days_low", "tooling_lead_days_low"),
    number("tooling_days_high", "tooling_lead_days_high"),
    number("tolerance_mm", "best_tolerance_mm"),
    number("envelope_length_mm"),
    number("envelope_width_mm"),
    number("envelope_height_mm"),
    number("price_low", "unit_price_low"),
    number("price_high", "unit_price_high"),
    text("currency", 3, f"CASE WHEN {IN_MONEY} THEN currency END"),
)
FACILITY = (
    key("id"),
    word("kind", KINDS),
    word("claim_state", CLAIMS),
    word("operating_state", STATES),
    day("paused_until"),
    word("access", ACCESSES),
    text("country", 2),
    text("admin_area", 6),
    number("lat"),
    number("lon"),
    code("materials_listed"),
    code("certificates_listed"),
    code("workmanship_class"),
    code("signs_nda"),
    code("accepts_startups"),
    code("wished_industries", "cardinality(wished_industries) > 0"),
    code("wished_stages", "cardinality(wished_stages) > 0"),
    number("quote_days"),
    number("material_days"),
    number("inspection_days"),
    word("source", SOURCES),
    word("evidence_level", EVIDENCES),
    day("confirmed_on"),
    day("last_offered", "(last_offered_at AT TIME ZONE 'UTC')::date"),
    *FIGURES,
)
CAPABILITY = (
    key("id"),
    key("facility_id"),
    key("process_id"),
    key("resource_id"),
    word("offer", OFFERS),
    code("materials_listed"),
    word("source", SOURCES),
    word("evidence_level", EVIDENCES),
    day("confirmed_on"),
)
WORK = (number("setup_hours"), number("cycle_seconds"), number("parts_per_cycle"), number("yield_share"))
# Most lines state none of these and take them from the site or the catalogue.
STATED_OF_LINES = (*FIGURES, *WORK)
STATED_COLUMNS = (
    "min_run, min_order_pieces, min_order_amount, economic_run_low, economic_run_high, max_run, "
    "lead_days_low, lead_days_high, tooling_lead_days_low, tooling_lead_days_high, best_tolerance_mm, "
    "envelope_length_mm, envelope_width_mm, envelope_height_mm, unit_price_low, unit_price_high, "
    "setup_hours, cycle_seconds, parts_per_cycle, yield_share"
)
RESOURCE = (
    key("id"),
    key("facility_id"),
    key("kind_id"),
    code("machines"),
    number("gross_hours_per_week"),
    number("units_per_week"),
    number("availability"),
    number("booked_share"),
    word("source", SOURCES),
    day("confirmed_on"),
)
WEEK = (
    key("resource_id"),
    day("monday"),
    number("free_hours"),
    number("pattern_share"),
    number("fixed_hours"),
    day("as_of"),
    number("firm_hours"),
    number("soft_hours"),
)
CERTIFICATE = (
    key("id"),
    key("facility_id"),
    key("certification_id"),
    word("evidence_level", EVIDENCES),
    day("issued_on"),
    day("expires_on"),
)


OWN = "facility_id = ANY({keys})"


def facilities(keys: Keys) -> Columns:
    return _read(FACILITY, "facilities_facility", keys, own="id = ANY({keys})")


def networks(keys: Keys) -> Columns:
    """None of those that were merged into another listing, which stands for them: so no need is ranked over them."""
    live = "facility_id NOT IN (SELECT id FROM facilities_facility WHERE merged_into_id IS NOT NULL)"
    return _read((key("facility_id"), key("network_id")), "facilities_facilitynetwork", keys, where=live)


def no_gos(keys: Keys) -> Columns:
    return _read((key("facility_id"), word("kind", NO_GOS), text("value", WORD)), "facilities_nogo", keys)


def wishes(column: str, keys: Keys) -> Columns:
    """Of `wished_industries` or `wished_stages`: a row a word."""
    table, fields = "facilities_facility", (key("facility_id", "id"), text("value", WORD, "wish"))
    source = f"{table} CROSS JOIN unnest({column}) AS wished (wish)"
    return _read(fields, table, keys, source=source, own="id = ANY({keys})")


def site_materials(keys: Keys) -> Columns:
    return _read((key("facility_id"), key("material_id")), "facilities_facility_materials", keys)


def capabilities(keys: Keys) -> Columns:
    return _read(CAPABILITY, "facilities_capability", keys)


def stated_of_lines(keys: Keys) -> Columns:
    """Figures and work of those lines that state any."""
    fields, some = (key("id"), *STATED_OF_LINES), f"num_nonnulls({STATED_COLUMNS}) > 0"
    return _read(fields, "facilities_capability", keys, where=some)


def line_materials(keys: Keys) -> Columns:
    fields = (key("capability_id"), key("material_id"))
    return _read(fields, "facilities_capability_materials", keys, own=_owned("capability"))


def machines(keys: Keys) -> Columns:
    return _read((key("facility_id"), key("machine_id"), code("count", "count")), "facilities_heldmachine", keys)


def resources(keys: Keys) -> Columns:
    return _read(RESOURCE, "facilities_resource", keys)


def weeks(keys: Keys, monday: date) -> Columns:
    """Those from that day on."""
    from_then = f"monday >= DATE '{monday:%Y-%m-%d}'"
    return _read(WEEK, "facilities_capacityweek", keys, own=_owned("resource"), where=from_then)


def certificates(keys: Keys) -> Columns:
    return _read(CERTIFICATE, "facilities_heldcertificate", keys)


def certificate_scopes(keys: Keys) -> Columns:
    fields = (key("heldcertificate_id"), key("process_id"))
    return _read(fields, "facilities_heldcertificate_scope_processes", keys, own=_owned("heldcertificate"))


def _owned(owner: str) -> str:
    """The rows that belong to a row of that table, which belongs to one of the facilities."""
    return f"{owner}_id IN (SELECT id FROM facilities_{owner} WHERE {OWN})"  # noqa: S608


def _read(
    fields: Sequence[Field], table: str, keys: Keys, *, source: str = "", own: str = OWN, where: str = ""
) -> Columns:
    """`own` tells the rows of those keys, `where` narrows these and all. COPY takes no parameters, and numbers need
    no quoting."""
    if keys is None:
        return read_table(fields, table, source, where)
    narrowed = own.format(keys=f"'{{{','.join(str(int(key)) for key in keys)}}}'::bigint[]")
    return read_some(fields, source or table, f"{narrowed} AND {where}" if where else narrowed)
