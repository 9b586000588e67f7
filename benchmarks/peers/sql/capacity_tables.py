"""The capacity ledger as prefix sums: hours free before each of the coming weeks, one array a resource.

A resource without exceptional weeks needs no array: its hours grow by a constant rate. `least` and `most` differ only
where the booked share is not known or old; then they span the policy's range. Below the real resources (negative keys)
stand those that only machines suggest, and one for each kind: one machine, one shift.
"""

from __future__ import annotations

WEEKS = 54

_RESOURCES = """
CREATE UNLOGGED TABLE peer.bottleneck AS
WITH word AS (
    SELECT resource_id, max(as_of) AS as_of FROM facilities_capacityweek
    WHERE monday >= {monday} AND pattern_share IS NULL GROUP BY 1
), real AS (
    SELECT r.id AS resource, r.facility_id AS site, kind.kind, r.id::text AS name,
        coalesce(r.gross_hours_per_week, 40) AS gross, true AS stated,
        CASE WHEN r.gross_hours_per_week IS NULL THEN 1 ELSE coalesce(r.availability, kind.availability) END
            AS availability,
        r.booked_share AS booked, CASE WHEN r.gross_hours_per_week IS NULL THEN r.units_per_week END AS units,
        coalesce(greatest(r.confirmed_on, word.as_of) < {today} - {fresh_days}, true) AS stale
    FROM facilities_resource AS r JOIN peer.kind ON kind.id = r.kind_id LEFT JOIN word ON word.resource_id = r.id
), covered AS (
    SELECT site, kind FROM real UNION SELECT real.site, member FROM real JOIN peer.member ON word = real.kind
), counted AS (
    SELECT held.facility_id AS site, machine.kind, sum(held.count) AS machines
    FROM facilities_heldmachine AS held JOIN peer.machine ON machine.id = held.machine_id
    WHERE machine.kind IS NOT NULL
        AND NOT EXISTS (SELECT FROM covered WHERE site = held.facility_id AND covered.kind = machine.kind)
    GROUP BY 1, 2
)
SELECT resource, site, kind, name, gross, stated, availability, booked, units, stale,
    NOT stale AND booked IS NOT NULL AS known FROM real
UNION ALL
SELECT -1000 - row_number() OVER (ORDER BY counted.site, kind.slug), counted.site, kind, 'machines:' || kind.slug,
    kind.hours * machines, false, kind.availability, NULL, NULL, false, false
FROM counted JOIN peer.kind USING (kind)
UNION ALL
SELECT -1 - kind, NULL, kind, slug, hours, false, availability, NULL, NULL, false, false FROM peer.kind;
"""

# Free hours of a week that differs: said as a share booked of the usual hours, or as more hours than usual; an old
# word about the booked share counts no more than an old pattern. A shutdown leaves a share of the gross hours. What is
# held is taken off, below 0 where a week is overbooked: a need's own holds are added before anything is cut off at 0.
_WEEKS = """
CREATE UNLOGGED TABLE peer.week AS
WITH exceptional AS (
    SELECT week.resource_id AS resource, (week.monday - {monday}) / 7 AS week, week.free_hours,
        week.pattern_share, week.fixed_hours, (week.firm_hours + week.soft_hours)::float8 AS held,
        b.gross, b.availability, b.known, b.booked
    FROM facilities_capacityweek AS week JOIN peer.bottleneck AS b ON b.resource = week.resource_id
    WHERE week.monday >= {monday} AND (week.monday - {monday}) / 7 < {weeks}
), ends AS (
    SELECT *, CASE WHEN known THEN booked ELSE end_share END AS share
    FROM exceptional, (VALUES ('most', {booked_low}::float8), ('least', {booked_high}::float8)) AS e (bound, end_share)
)
SELECT resource, bound, week, CASE
    WHEN free_hours IS NULL THEN gross * availability * (1 - share)
    WHEN fixed_hours = 0 THEN gross * pattern_share * availability * (1 - share)
    WHEN free_hours <= gross * availability AND gross * availability > 0 THEN
        gross * availability * (1 - CASE WHEN known THEN 1 - free_hours / (gross * availability) ELSE share END)
    WHEN availability > 0 THEN free_hours / availability * availability * (1 - CASE WHEN known THEN 0 ELSE share END)
    ELSE 0 END - held AS hours
FROM ends;
CREATE INDEX ON peer.week (resource);
"""

_SUMS = """
CREATE UNLOGGED TABLE peer.resource AS
WITH rates AS (
    SELECT *, gross * availability * (1 - CASE WHEN known THEN booked ELSE {booked_low} END) / 7 AS most_rate,
        gross * availability * (1 - CASE WHEN known THEN booked ELSE {booked_high} END) / 7 AS least_rate
    FROM peer.bottleneck
), calendar AS (
    SELECT r.resource, bound, n AS week, CASE bound WHEN 'most' THEN r.most_rate ELSE r.least_rate END AS usual,
        CASE n WHEN 0 THEN {left} ELSE 7 END AS days
    FROM rates AS r, (VALUES ('most'), ('least')) AS e (bound), generate_series(0, {weeks} - 1) AS n
    WHERE r.resource IN (SELECT resource FROM peer.week)
), running AS (
    SELECT c.resource, c.bound, c.week,
        sum(greatest(coalesce(w.hours / 7, c.usual), 0) * c.days)
            OVER (PARTITION BY c.resource, c.bound ORDER BY c.week) AS total
    FROM calendar AS c LEFT JOIN peer.week AS w ON (w.resource, w.bound, w.week) = (c.resource, c.bound, c.week)
), arrays AS (
    SELECT resource, array_agg(total ORDER BY week) FILTER (WHERE bound = 'most') AS most,
        array_agg(total ORDER BY week) FILTER (WHERE bound = 'least') AS least
    FROM running GROUP BY 1
)
SELECT rates.resource, rates.gross, rates.stated, rates.units, rates.stale, rates.known AND rates.stated AS firm,
    greatest(rates.most_rate, 0) AS most_rate, greatest(rates.least_rate, 0) AS least_rate, arrays.most,
    nullif(arrays.least, arrays.most) AS least, rates.known
FROM rates LEFT JOIN arrays USING (resource);
ALTER TABLE peer.resource ADD PRIMARY KEY (resource);
"""

# Which resources serve a kind at a site: those of that very kind, else those of a group word that contains it.
_SERVING = """
CREATE UNLOGGED TABLE peer.serving AS
WITH exact AS (
    SELECT site, kind, resource, name FROM peer.bottleneck WHERE site IS NOT NULL
), grouped AS (
    SELECT exact.site, member AS kind, exact.resource, exact.name FROM exact JOIN peer.member ON word = exact.kind
)
SELECT site, kind, resource, name FROM exact
UNION ALL
SELECT site, kind, resource, name FROM grouped
WHERE NOT EXISTS (SELECT FROM exact WHERE exact.site = grouped.site AND exact.kind = grouped.kind)
ORDER BY 1, 2;
CREATE INDEX ON peer.serving (site, kind);
DROP TABLE peer.bottleneck;
"""

CAPACITY = _RESOURCES + _WEEKS + _SUMS + _SERVING

# The prefix sums of one resource with hours of a need's own added back, at both ends of the range (`side`); and hours
# free from the day of ranking to a day, and the day by which hours have come free; rare, as few resources have
# exceptional weeks. `{left}` days are left of the first week; after the last week the pattern goes on.
FUNCTIONS = """
CREATE FUNCTION peer.with_own(asked bigint, side text, at int[], own float8[]) RETURNS float8[]
STABLE LANGUAGE sql AS $$
SELECT array_agg(total ORDER BY week) FROM (
    SELECT n AS week, sum(greatest(coalesce(w.hours, r.usual * 7) + coalesce(held.hours, 0), 0) / 7
        * CASE n WHEN 0 THEN {left} ELSE 7 END) OVER (ORDER BY n) AS total
    FROM (SELECT CASE side WHEN 'most' THEN most_rate ELSE least_rate END AS usual
        FROM peer.resource WHERE resource = asked) AS r
    CROSS JOIN generate_series(0, {weeks} - 1) AS n
    LEFT JOIN peer.week AS w ON w.resource = asked AND w.bound = side AND w.week = n
    LEFT JOIN (SELECT week, sum(hours) AS hours FROM unnest(at, own) AS u (week, hours) GROUP BY 1) AS held
        ON held.week = n
) AS running
$$;
CREATE FUNCTION peer.until(total float8[], rate float8, day float8) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    week int := CASE WHEN day < {left} THEN 0 ELSE least({weeks}, floor((day - {left}) / 7)::int + 1) END;
    before float8 := CASE WHEN week = 0 THEN 0 ELSE total[week] END;
    begins float8 := CASE WHEN week = 0 THEN 0 ELSE {left} + 7 * (week - 1) END;
BEGIN
    RETURN before + (day - begins) * CASE WHEN week = {weeks} THEN rate
        WHEN week = 0 THEN total[1] / {left} ELSE (total[week + 1] - total[week]) / 7 END;
END $$;
CREATE FUNCTION peer.reach(total float8[], rate float8, target float8) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    week int := width_bucket(target - 1e-9, total);
    missing float8 := target - CASE WHEN week = 0 THEN 0 ELSE total[week] END;
    begins float8 := CASE WHEN week = 0 THEN 0 ELSE {left} + 7 * (week - 1) END;
    pace float8 := CASE WHEN week = {weeks} THEN rate WHEN week = 0 THEN total[1] / {left}
        ELSE (total[week + 1] - total[week]) / 7 END;
BEGIN
    RETURN begins + CASE WHEN missing <= 1e-9 THEN 0 WHEN pace > 0 THEN missing / pace ELSE 'Infinity' END;
END $$;
"""
