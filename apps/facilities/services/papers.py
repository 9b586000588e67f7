"""Which files are taken as documents: what they are is read from their bytes, and their names must agree."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import is_zipfile

from apps.core.errors import InvalidInputError
from apps.facilities.models import DocumentKind

MAX_BYTES = 10 * 1024 * 1024
SUFFIXES: dict[str, str] = {
    ".pdf": DocumentKind.PDF,
    ".png": DocumentKind.PNG,
    ".jpg": DocumentKind.JPEG,
    ".jpeg": DocumentKind.JPEG,
}
# Nothing that a viewer would run, open or fetch by itself belongs into a certificate.
_ACTIVE_PDF = (b"/JavaScript", b"/JS ", b"/JS(", b"/JS<", b"/Launch", b"/EmbeddedFile", b"/XFA", b"/OpenAction")
_PNG = b"\x89PNG\r\n\x1a\n"
_MARKUP = (b"<html", b"<script", b"<svg", b"<!doctype")
_ALONE = {0x01, *range(0xD0, 0xD8)}  # JPEG markers without a length


def kind_of_document(name: str, data: bytes) -> DocumentKind:
    """PDF, PNG or JPEG by content and by name.

    Errors: InvalidInputError at `file`: `file_empty`, `file_too_large`, `file_type_refused`, `file_name_disagrees`.
    """
    if not data:
        raise InvalidInputError("file_empty", "The file is empty.", field="file")
    if len(data) > MAX_BYTES:
        facts = {"limit_bytes": MAX_BYTES}
        raise InvalidInputError("file_too_large", "Documents hold at most 10 MB.", field="file", facts=facts)
    found = next((kind for kind, is_one in _READERS.items() if is_one(data)), None)
    if found is None or is_zipfile(BytesIO(data)) or _is_markup(data):
        detail = "A PDF without scripts or enclosures, a PNG or a JPEG; this file is none, or more than one thing."
        raise InvalidInputError("file_type_refused", detail, field="file")
    if SUFFIXES.get(PurePosixPath(name).suffix.lower()) != found:
        detail = f"Its content is {found.label}, its name says something else."
        raise InvalidInputError("file_name_disagrees", detail, field="file", facts={"content": found})
    return found


def _is_pdf(data: bytes) -> bool:
    """Begins and ends as one. Escapes in names (#4A) are read before looking for what is active."""
    if not data.startswith((b"%PDF-1.", b"%PDF-2.")) or b"%%EOF" not in data[-1024:]:
        return False
    plain = data.replace(b"#4A", b"J").replace(b"#4a", b"J").replace(b"#53", b"S").replace(b"#4C", b"L")
    return not any(word in plain for word in _ACTIVE_PDF)


def _is_png(data: bytes) -> bool:
    """Every chunk whole, with its checksum, from IHDR to IEND, and nothing behind."""
    at, chunks = len(_PNG), []
    if not data.startswith(_PNG):
        return False
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != struct.unpack(">I", data[end - 4 : end])[0]:
            return False
        chunks.append(kind)
        at = end
        if kind == b"IEND":
            break
    return at == len(data) and chunks[:1] == [b"IHDR"] and chunks[-1:] == [b"IEND"] and b"IDAT" in chunks


def _is_jpeg(data: bytes) -> bool:
    """Segments up to the first scan are whole, and the file ends with its picture."""
    if not data.startswith(b"\xff\xd8\xff") or not data.endswith(b"\xff\xd9"):
        return False
    at, frames = 2, 0
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        frames += marker in range(0xC0, 0xC4)
        if marker == 0xDA:
            return frames > 0
        at += 2 + max(struct.unpack(">H", data[at + 2 : at + 4])[0], 2)
    return False


def _is_markup(data: bytes) -> bool:
    """A picture or paper in whose first bytes a page hides."""
    head = data[:2048].lower()
    return any(word in head for word in _MARKUP)


_READERS: dict[DocumentKind, Callable[[bytes], bool]] = {
    DocumentKind.PDF: _is_pdf,
    DocumentKind.PNG: _is_png,
    DocumentKind.JPEG: _is_jpeg,
}
