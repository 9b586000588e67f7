"""An Open Know-How manifest as a need that is proposed: nothing is written, the founder ticks and posts."""

from datetime import UTC, datetime

from apps.exchange.formats.base import Makes, ParsedRow, SourceFile, UnreadableError
from apps.exchange.registry import format_for
from apps.exchange.terms import CatalogueWords
from apps.needs.rules import MAX_STEPS

MAX_DESCRIPTION = 20_000


def propose_need(file_name: str, data: bytes) -> ParsedRow:
    """The need that a manifest describes, with what was repaired, refused and not known.

    Errors: UnreadableError, also for a file that lists places.
    """
    source = SourceFile(file_name, data, CatalogueWords(), datetime.now(UTC).date())
    form = format_for(source)
    if form.makes != Makes.NEED:
        raise UnreadableError("makes_no_need", f"{form.label} lists places; a manifest says what is to be made.")
    return next(iter(form.read(source)))


def posting_of(row: ParsedRow) -> dict[str, object]:
    """What the manifest says, as fields of a need to be posted.

    The steps are proposals: which are wanted, which leads, how many pieces and until when is for the founder to say.
    """
    need = row.need
    if need is None:
        return {}
    description = "\n\n".join(filter(None, (need.description, "\n".join(need.notes))))[:MAX_DESCRIPTION]
    fields: dict[str, object] = {"title": need.title, "description": description}
    if need.envelope_mm:
        fields["envelope_mm"] = list(need.envelope_mm)
    fields["steps"] = [{"process": step.process, "materials": list(step.materials)} for step in need.steps[:MAX_STEPS]]
    return fields
