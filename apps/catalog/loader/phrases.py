"""One Synonym row for every name, short name and listed synonym of the rows that people search for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from apps.catalog.loader.cells import Value
from apps.catalog.loader.files import FileRow
from apps.catalog.loader.report import Difference, LoadReport
from apps.catalog.loader.sync import Merged
from apps.catalog.loader.tables import SYNONYMS, Table
from apps.catalog.models import CatalogueRow, Certification, MachineModel, Material, Process, Stage, Synonym
from apps.catalog.models.phrases import normalised, phrases_of_name

TARGET_OF: dict[type[CatalogueRow], str] = {
    Process: "process",
    Material: "material",
    Certification: "certification",
    MachineModel: "machine",
    Stage: "stage",
}


def add_phrases(table: Table, rows: Iterable[FileRow]) -> None:
    """Replaces the listed synonyms by all phrases that the row is found by, so that they are compared like a field."""
    for row in rows:
        listed = row.values.get(SYNONYMS)
        name = " ".join(str(row.values[part]) for part in table.named)
        phrases = [*phrases_of_name(name), normalised(str(row.key[0]))]
        phrases += [normalised(phrase) for phrase in (listed if isinstance(listed, list) else [])]
        row.values[SYNONYMS] = sorted({phrase for phrase in phrases if phrase})


def sync_phrases(synced: Sequence[tuple[Table, Sequence[Merged]]], report: LoadReport) -> None:
    """Adds the phrases that are new in the files. One that was removed here stays removed; none is ever deleted."""
    found = _stored_phrases()
    new = []
    for table, merged in synced:
        target = TARGET_OF[table.model]
        for one in merged:
            ours = found[target, one.instance.pk]
            before, theirs = _phrases(one.before), _phrases(one.row.values)
            new += [_synonym(target, one.instance.pk, phrase) for phrase in sorted(theirs - ours - before)]
            report.differences += [
                Difference(table.file, str(one.row.key[0]), SYNONYMS, None, phrase)
                for phrase in sorted((theirs & before) - ours)
            ]
    Synonym.objects.bulk_create(new, batch_size=1000)
    report.phrases_created = len(new)


def _stored_phrases() -> dict[tuple[str, int], set[str]]:
    targets = [f"{target}_id" for target in TARGET_OF.values()]
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for text, *ids in Synonym.objects.values_list("text", *targets):
        for target, pk in zip(TARGET_OF.values(), ids, strict=True):
            if pk is not None:
                found[target, pk].add(text)
    return found


def _phrases(values: dict[str, Value]) -> set[str]:
    listed = values.get(SYNONYMS)
    return set(listed) if isinstance(listed, list) else set()


def _synonym(target: str, pk: int, phrase: str) -> Synonym:
    return Synonym(text=phrase, loaded={"text": phrase}, **{f"{target}_id": pk})
