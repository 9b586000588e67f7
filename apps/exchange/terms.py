"""Words of strangers' files to short names of the catalogue, by the synonym table alone.

`find` takes a text only where it is, but for case, accents, blanks and hyphens, one of the catalogue's phrases, and
where that phrase means one row. `suggest` is the forgiving search; what it finds is shown to a coordinator, no more.
"""

from collections import defaultdict
from functools import cached_property

from apps.catalog.models import Process, ProcessKind, Synonym
from apps.catalog.models.phrases import normalised
from apps.catalog.selectors import search_catalogue
from apps.exchange.formats.base import TermKind

SUGGESTIONS = 3
# Below this the search finds something for nearly everything.
SUGGESTION_FLOOR = 0.45
# Different words that are searched for in one file. A search takes some hundredths of a second, and a coordinator who
# looks at more of them than that searches again.
MAX_SEARCHES = 500


class CatalogueWords:
    """The synonym table as it is now, read once: a new one for each file, so that a reader sees one state of it."""

    def __init__(self) -> None:
        self._suggested: dict[tuple[TermKind, str], tuple[str, ...]] = {}

    def find(self, kind: TermKind, text: str) -> str | None:
        """None as well for a category of processes: it is a word, not something that can be done."""
        found = self._phrases[kind].get(squeezed(text), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def suggest(self, kind: TermKind, text: str) -> tuple[str, ...]:
        """At most three, best first; none any more after MAX_SEARCHES. A category suggests what belongs to it."""
        key = kind, normalised(text)
        if key not in self._suggested and len(self._suggested) < MAX_SEARCHES:
            self._suggested[key] = self._search(kind, text)
        return self._suggested.get(key, ())

    def _search(self, kind: TermKind, text: str) -> tuple[str, ...]:
        hits = search_catalogue(text, kinds=(kind.value,), limit=SUGGESTIONS * 2)
        slugs: dict[str, None] = {}
        for hit in hits:
            if hit.score >= SUGGESTION_FLOOR:
                slugs |= dict.fromkeys(
                    self._kinds_of.get(hit.slug, (hit.slug,)) if kind == TermKind.PROCESS else (hit.slug,)
                )
        return tuple(slugs)[:SUGGESTIONS]

    @cached_property
    def _phrases(self) -> dict[TermKind, dict[str, frozenset[str]]]:
        found: dict[TermKind, defaultdict[str, set[str]]] = {kind: defaultdict(set) for kind in TermKind}
        fields = [f"{kind.value}__slug" for kind in TermKind]
        rows = Synonym.objects.exclude(process__kind=ProcessKind.CATEGORY).values_list("text", *fields)
        for text, *slugs in rows:
            for kind, slug in zip(TermKind, slugs, strict=True):
                if slug is not None:
                    found[kind][squeezed(text)].add(slug)
        return {kind: {text: frozenset(slugs) for text, slugs in phrases.items()} for kind, phrases in found.items()}

    @cached_property
    def _kinds_of(self) -> dict[str, tuple[str, ...]]:
        """The processes directly below each category, in the catalogue's order."""
        rows = Process.objects.filter(parent__kind=ProcessKind.CATEGORY)
        below: defaultdict[str, list[str]] = defaultdict(list)
        for category, slug in (
            rows.exclude(kind=ProcessKind.CATEGORY).order_by("pk").values_list("parent__slug", "slug")
        ):
            below[category].append(slug)
        return {category: tuple(slugs) for category, slugs in below.items()}


def squeezed(text: str) -> str:
    """Without blanks as well: ender-3, Ender 3 and ender3 are one name."""
    return normalised(text).replace(" ", "")
