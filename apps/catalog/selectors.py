"""Finding things in the catalogue by the words that founders use."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.catalog.models import (
    Certification,
    MachineModel,
    Material,
    Process,
    Region,
    ResourceKind,
    Skill,
    WorkContent,
)
from apps.catalog.models.phrases import normalised
from apps.catalog.models.synonyms import TARGETS

MAX_WORDS = 12
MAX_RUN = 3
# How alike a phrase and its like must be to be considered at all: of all trigrams, and of those of the query only.
SIMILARITY_FLOOR = 0.3
WORD_SIMILARITY_FLOOR = 0.5
SCORE_FLOOR = 0.3
# The trigram operators cost more than the planner thinks: left alone it reads the whole table, three times as slow.
_SETTINGS = f"""
SELECT set_config('pg_trgm.similarity_threshold', '{SIMILARITY_FLOOR}', true),
    set_config('pg_trgm.word_similarity_threshold', '{WORD_SIMILARITY_FLOOR}', true),
    set_config('enable_seqscan', 'off', true)
"""
# Words that say nothing about what is to be made.
_FILLER_TEXT = """
a an and are at be by can do for from get getting have help i in is it like looking made make making me my need needs
of on or our out please some someone somebody stuff that the them these they thing things this to up us want we who
will with
"""
FILLERS = frozenset(_FILLER_TEXT.split())


@dataclass(frozen=True)
class Hit:
    """A row of the catalogue, the phrase by which it was found, and how well that fits (0 to 1)."""

    kind: str
    slug: str
    name: str
    phrase: str
    score: float


@dataclass(frozen=True)
class _Piece:
    """A run of words of the query and the share of its letters that it covers; `single` is one word as it was typed."""

    phrase: str
    share: float
    single: bool = False


# One index scan for each piece. An exact hit counts 1, one that starts alike up to .95, others by their likeness. A row
# counts as much as its best piece (half of the words are worth more than half), or as all single words together.
_SEARCH = """
WITH piece(phrase, share, single) AS (
    SELECT * FROM unnest(%(phrases)s::text[], %(shares)s::float[], %(singles)s::bool[])
),
alike AS (
    SELECT s.*, p.phrase, p.share, p.single, CASE
        WHEN s.text = p.phrase THEN 1
        WHEN s.text LIKE p.phrase || ' %%' THEN 0.85 + 0.1 * similarity(s.text, p.phrase)
        ELSE greatest(0.9 * similarity(s.text, p.phrase), 0.81 * word_similarity(p.phrase, s.text))
    END AS likeness
    FROM piece p JOIN catalog_synonym s ON s.text %% p.phrase OR s.text %%> p.phrase
),
named AS (
    SELECT 'process' AS kind, t.slug, t.name, alike.* FROM alike JOIN catalog_process t ON t.id = process_id
    UNION ALL
    SELECT 'material', t.slug, t.name, alike.* FROM alike JOIN catalog_material t ON t.id = material_id
    UNION ALL
    SELECT 'certification', t.slug, t.name, alike.* FROM alike JOIN catalog_certification t ON t.id = certification_id
    UNION ALL
    SELECT 'machine', t.slug, t.maker || ' ' || t.model, alike.*
    FROM alike JOIN catalog_machinemodel t ON t.id = machine_id
    UNION ALL
    SELECT 'stage', t.slug, t.name, alike.* FROM alike JOIN catalog_stage t ON t.id = stage_id
),
best AS (
    SELECT DISTINCT ON (kind, slug, phrase) kind, slug, name, phrase, share, single, text, likeness
    FROM named WHERE kind = ANY(%(kinds)s)
    ORDER BY kind, slug, phrase, likeness DESC, length(text), text
),
summed AS (
    SELECT kind, slug, name, (array_agg(text ORDER BY likeness * sqrt(share) DESC, length(text), text))[1] AS text,
        greatest(
            max(likeness * sqrt(share)), 0.9 * coalesce(sum(likeness * share) FILTER (WHERE single), 0)
        ) AS score
    FROM best GROUP BY kind, slug, name
)
SELECT kind, slug, name, text, round(score::numeric, 4)::float FROM summed WHERE score >= %(floor)s
ORDER BY score DESC, array_position(%(kinds)s, kind), length(text), slug
LIMIT %(limit)s
"""


def search_catalogue(query: str, *, kinds: Collection[str] = TARGETS, limit: int = 10) -> list[Hit]:
    """The rows that the query may mean, best first, each once, with the phrase that matched.

    Forgives spelling, American or British. An empty query finds nothing. `kinds` are from TARGETS.
    """
    pieces = _pieces(query)
    if not pieces:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute(_SEARCH, _values(pieces, kinds, limit))
        hits = [Hit(*row) for row in cursor.fetchall()]
        transaction.set_rollback(True)  # nothing was written; so the settings end here, whatever surrounds the call
    return hits


def _values(pieces: Sequence[_Piece], kinds: Collection[str], limit: int) -> dict[str, Any]:
    return {
        "phrases": [piece.phrase for piece in pieces],
        "shares": [piece.share for piece in pieces],
        "singles": [piece.single for piece in pieces],
        "kinds": [kind for kind in TARGETS if kind in kinds],
        "floor": SCORE_FLOOR,
        "limit": limit,
    }


def _pieces(query: str) -> list[_Piece]:
    """The whole query, what is left of it without fillers, and every run of up to three of the words left."""
    whole = normalised(query)
    words = whole.split()[:MAX_WORDS]
    telling = [word for word in words if word not in FILLERS] or words
    letters = sum(map(len, telling))
    pieces: dict[str, _Piece] = {}
    for size in range(1, min(MAX_RUN, len(telling)) + 1):
        for start in range(len(telling) - size + 1):
            run = telling[start : start + size]
            share = sum(map(len, run)) / letters
            pieces.setdefault(" ".join(run), _Piece(" ".join(run), share, single=size == 1))
            for phrase in _other_spacings(run):
                pieces.setdefault(phrase, _Piece(phrase, share))
    for phrase in (" ".join(telling), whole):
        if phrase:
            pieces.setdefault(phrase, _Piece(phrase, 1.0))
    return list(pieces.values())


def _other_spacings(run: Sequence[str]) -> list[str]:
    """iso 9001 for iso9001, and powdercoat for powder coat."""
    if len(run) == 1:
        return [re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z]{2})", " ", run[0])]
    return ["".join(run)] if len(run) == 2 else []


# What showing a row takes besides the row: (joined, fetched in one more query each).
_RELATED: dict[type[Any], tuple[tuple[str, ...], tuple[str, ...]]] = {
    Process: (("parent",), ("common_materials",)),
    Material: (("parent",), ()),
    Certification: ((), ("implies",)),
    MachineModel: ((), ("processes",)),
    ResourceKind: ((), ("processes", "members")),
    Region: ((), ("applies_to",)),
    Skill: ((), ("processes",)),
    WorkContent: (("process", "resource_kind"), ()),
}


def catalogue_rows(model: type[Any], user: Any) -> QuerySet[Any]:
    joined, fetched = _RELATED.get(model, ((), ()))
    rows: QuerySet[Any] = model._default_manager.visible_to(user).prefetch_related(*fetched)
    return rows.select_related(*joined) if joined else rows


def slugs_found(query: str, kind: str) -> list[str]:
    """The short names of rows of one kind that the words may mean."""
    return [hit.slug for hit in search_catalogue(query, kinds=(kind,), limit=100)]
