"""Which listings of a network look like one place: all of it in the database, whatever the size of the network.

A score is the sum of these weights, cut to 0 .. 1; each that counts is a reason, with the facts that it rests on.

    name      0.50 x the share of common trigrams, from NAMES_ALIKE on: accents, case, "the", legal forms and the gap in
              "fab lab" say nothing
    site      0.35   the host of the web address is the same
    phone     0.30   the last nine digits are the same
    id        0.30   the id at the source is the same
    near      0.25   at most 200 m apart; 0.15 up to 2 km; 0.05 up to 10 km
    city      0.10   city and country are the same
    far      -0.30   more than 50 km apart
    country  -0.40   in two countries

A host, a number, an id or a position that more than MOST_SHARE facilities of the network have tells nothing of one of
them, nor does a position in the middle of a country, nor the host of a service where everybody has a page.

Only names, hosts, numbers and ids make candidates: a place alone comes to 0.35 at most, which is less than OFFERED.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

NAMES_ALIKE = 0.5
OFFERED = 0.5
MOST_SHARE = 4
# Degrees around the centre of a country within which a position was looked up by the country's name.
CENTRE_DEGREES = 0.05
EVERYBODYS_HOSTS = (
    "facebook.com", "m.facebook.com", "instagram.com", "linkedin.com", "twitter.com", "x.com", "youtube.com",
    "fablabs.io", "wikifactory.com", "github.com", "gitlab.com", "google.com", "sites.google.com", "linktr.ee",
    "meetup.com", "goo.gl", "bit.ly",
)  # fmt: skip

_PLAIN = r"""
btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    lower(unaccent(facility.name)),
    '\m([a-z])\.', '\1', 'g'),
    '[[:punct:][:space:]]+', ' ', 'g'),
    '\m(fab|maker|hacker|hack) (lab|space)\M', '\1\2', 'g'),
    '\m(the|gmbh|mbh|ag|kg|ug|ev|ltd|limited|inc|llc|llp|plc|corp|corporation|company|sa|sas|sarl|srl|spa|bv|nv|ab|oy|pty|pvt)\M',
    '', 'g'))
"""
_FACTS = """
CREATE TEMPORARY TABLE twin_facts ON COMMIT DROP AS
SELECT stated.id, plain, place, country,
    CASE WHEN here <= %(most_share)s AND NOT centred THEN lat END AS lat,
    CASE WHEN here <= %(most_share)s AND NOT centred THEN lon END AS lon,
    CASE WHEN hosted <= %(most_share)s AND host <> ALL(%(hosts)s) THEN host END AS host,
    CASE WHEN called <= %(most_share)s AND length(phone) >= 7 THEN phone END AS phone,
    CASE WHEN numbered <= %(most_share)s THEN external_id END AS external_id,
    md5(concat_ws('|', plain, place, country, coalesce(lat::text, '-'), coalesce(lon::text, '-'),
        coalesce(host, '-'), coalesce(phone, '-'), external_id)) AS facts
FROM (
    SELECT named.*,
        count(*) OVER (PARTITION BY lat, lon) AS here,
        count(*) OVER (PARTITION BY host) AS hosted,
        count(*) OVER (PARTITION BY phone) AS called,
        count(*) OVER (PARTITION BY external_id) AS numbered,
        EXISTS (SELECT FROM catalog_region AS region WHERE region.kind = 'country'
            AND abs(region.centre_lat - lat) < %(centre)s AND abs(region.centre_lon - lon) < %(centre)s) AS centred
    FROM (
        SELECT facility.id, coalesce(nullif(:plain, ''), lower(facility.name)) AS plain,
            lower(unaccent(btrim(facility.city))) AS place, facility.country, facility.lat, facility.lon,
            nullif(facility.external_id, '') AS external_id,
            lower(substring(contact.website FROM '^[A-Za-z]+://(?:[Ww][Ww][Ww]\\.)?([^/:?#]+)')) AS host,
            nullif(right(regexp_replace(contact.phone, '[^0-9]', '', 'g'), 9), '') AS phone
        FROM facilities_facility AS facility
        JOIN facilities_facilitynetwork AS link ON link.facility_id = facility.id AND link.network_id = %(network)s
        LEFT JOIN facilities_contact AS contact ON contact.facility_id = facility.id
        WHERE facility.merged_into_id IS NULL AND facility.removed_at IS NULL
    ) AS named
) AS stated
""".replace(":plain", _PLAIN.strip())
_INDEXES = """
CREATE INDEX ON twin_facts USING gin (plain gin_trgm_ops);
CREATE INDEX ON twin_facts (id);
ANALYZE twin_facts;
"""
# The weights are columns of their own, so that the reasons add up to the score by themselves.
_PAIRS = """
WITH pair AS (
    SELECT a.id AS first, b.id AS second FROM twin_facts AS a JOIN twin_facts AS b ON a.plain %% b.plain AND a.id < b.id
    UNION
    SELECT a.id, b.id FROM twin_facts AS a JOIN twin_facts AS b ON a.host = b.host AND a.id < b.id
    UNION
    SELECT a.id, b.id FROM twin_facts AS a JOIN twin_facts AS b ON a.phone = b.phone AND a.id < b.id
    UNION
    SELECT a.id, b.id FROM twin_facts AS a JOIN twin_facts AS b ON a.external_id = b.external_id AND a.id < b.id
), compared AS (
    SELECT pair.first, pair.second, md5(a.facts || b.facts) AS facts, a.plain, b.plain AS other_plain,
        similarity(a.plain, b.plain)::float8 AS alike,
        a.host = b.host AS same_host, a.host,
        a.phone = b.phone AS same_phone,
        a.external_id = b.external_id AS same_id, a.external_id,
        a.place = b.place AND a.place <> '' AND a.country = b.country AS same_city, a.place,
        a.country <> b.country AND a.country <> '' AND b.country <> '' AS other_country,
        a.country, b.country AS their_country,
        CASE WHEN a.lat + b.lat IS NOT NULL THEN  -- least() would pass over a blank
            12742 * asin(least(1, sqrt(sin(radians(b.lat - a.lat) / 2) ^ 2
                + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ^ 2)))
        END AS km
    FROM pair JOIN twin_facts AS a ON a.id = pair.first JOIN twin_facts AS b ON b.id = pair.second
), weighed AS (
    SELECT compared.*,
        CASE WHEN alike >= %(alike)s THEN 0.5 * alike ELSE 0 END AS w_name,
        CASE WHEN same_host THEN 0.35 ELSE 0 END AS w_site,
        CASE WHEN same_phone THEN 0.3 ELSE 0 END AS w_phone,
        CASE WHEN same_id THEN 0.3 ELSE 0 END AS w_id,
        CASE WHEN km <= 0.2 THEN 0.25 WHEN km <= 2 THEN 0.15 WHEN km <= 10 THEN 0.05 ELSE 0 END AS w_near,
        CASE WHEN same_city THEN 0.1 ELSE 0 END AS w_city,
        CASE WHEN km > 50 THEN -0.3 ELSE 0 END AS w_far,
        CASE WHEN other_country THEN -0.4 ELSE 0 END AS w_country
    FROM compared
), summed AS (
    SELECT weighed.*, w_name + w_site + w_phone + w_id + w_near + w_city + w_far + w_country AS total FROM weighed
)
SELECT * FROM summed WHERE total >= %(offered)s ORDER BY total DESC, first, second
"""
REASON_FACTS: dict[str, tuple[str, ...]] = {
    "name": ("plain", "other_plain", "alike"),
    "site": ("host",),
    "phone": (),
    "id": ("external_id",),
    "near": ("km",),
    "city": ("place", "country"),
    "far": ("km",),
    "country": ("country", "their_country"),
}


@dataclass(frozen=True)
class Likely:
    """Two facilities by their keys, the smaller first; `facts` is the digest of everything that was compared."""

    first: int
    second: int
    score: float
    reasons: tuple[dict[str, Any], ...]
    facts: str


def likely_twins(network_id: int) -> list[Likely]:
    """The pairs of one network that score OFFERED or more, the likeliest first."""
    values: dict[str, int | float | list[str]] = {
        "network": network_id,
        "most_share": MOST_SHARE,
        "hosts": list(EVERYBODYS_HOSTS),
        "centre": CENTRE_DEGREES,
        "alike": NAMES_ALIKE,
        "offered": OFFERED - 1e-9,  # what comes to it in decimals may fall short of it in binary
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.twin_facts")  # from before, in the same transaction
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(NAMES_ALIKE)])
        cursor.execute(_FACTS, values)
        cursor.execute(_INDEXES)
        cursor.execute(_PAIRS, values)
        names = [column.name for column in cursor.description or ()]
        return [_likely(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _likely(row: Mapping[str, Any]) -> Likely:
    reasons = tuple(
        {
            "code": code,
            "weight": round(float(row[f"w_{code}"]), 4),
            "facts": {name: _rounded(row[name]) for name in names},
        }
        for code, names in REASON_FACTS.items()
        if row[f"w_{code}"]
    )
    score = min(1.0, max(0.0, float(row["total"])))
    return Likely(row["first"], row["second"], round(score, 4), reasons, row["facts"])


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
