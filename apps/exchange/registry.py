"""Every format that can be read, ours first."""

from apps.exchange.foreign import FOREIGN
from apps.exchange.formats.base import HEAD, Format, SourceFile, UnreadableError
from apps.exchange.tables import read_csv, text_of
from apps.exchange.templates_reading import TEMPLATES
from apps.exchange.workbooks import is_archive

FORMATS: tuple[Format, ...] = (*TEMPLATES, *FOREIGN)
BY_NAME = {one.name: one for one in FORMATS}


def format_for(source: SourceFile, name: str = "") -> Format:
    """The one that is named, else the first that takes the file. Errors: UnreadableError."""
    if name:
        named = BY_NAME.get(name)
        if named is None:
            raise UnreadableError("unknown_format", "There is no such format.", field="format")
        return named
    if not source.data.strip(b"\x00 \t\r\n"):
        raise UnreadableError("empty_file", "There is nothing in this file.")
    head = source.data if is_archive(source.data) else source.data[:HEAD]
    found = next((one for one in FORMATS if one.sniff(source.name, head)), None)
    if found is None:
        if not is_archive(source.data):
            read_csv(text_of(source.data).text)  # may say more exactly what is wrong
        detail = "This file has none of the known forms. Download a template and compare its first row."
        raise UnreadableError("unknown_form", detail)
    return found
