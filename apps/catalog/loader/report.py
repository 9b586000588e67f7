"""What a load did, and where the catalogue here differs from the files."""

from dataclasses import dataclass, field

from apps.catalog.loader.cells import Value


@dataclass(frozen=True)
class Difference:
    """A field that was edited here and therefore kept."""

    file: str
    row: str
    field: str
    here: Value
    in_file: Value

    def __str__(self) -> str:
        return f"{self.file}, {self.row}, {self.field}: here {self.here!r}, in the file {self.in_file!r}"


@dataclass
class LoadReport:
    """Counts by file. `gone` are rows that an earlier file held and this one does not; they are kept."""

    read: dict[str, int] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    phrases_created: int = 0
    differences: list[Difference] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changed_anything(self) -> bool:
        return bool(sum(self.created.values()) or sum(self.updated.values()) or self.phrases_created)

    def summary(self) -> str:
        read, created, updated = (sum(counts.values()) for counts in (self.read, self.created, self.updated))
        if not self.changed_anything:
            return f"Catalogue: {read} rows, nothing new"
        return f"Catalogue: {read} rows, {created} new, {updated} changed, {self.phrases_created} new phrases"
