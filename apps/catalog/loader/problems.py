"""What is wrong with a catalogue file, cell by cell."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from apps.core.errors import InvalidInputError


@dataclass(frozen=True)
class Problem:
    """`row` counts as a spreadsheet does: the headings are row 1. 0 and "" where the whole file is at fault."""

    file: str
    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}, {self.column}" if self.row else self.file
        value = f" ({self.value!r})" if self.value else ""
        return f"{place}: {self.reason}{value}"


class CatalogueFileError(InvalidInputError):
    """The files contradict themselves or the catalogue's rules; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "bad_catalogue_files",
            "; ".join(map(str, problems)),
            facts={"problems": [asdict(problem) for problem in problems]},
        )
        self.problems = tuple(problems)
