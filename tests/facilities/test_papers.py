"""What is taken as a document: whole PDFs, PNGs and JPEGs, and nothing that is also something else."""

import pytest

from apps.core.errors import InvalidInputError
from apps.facilities.services.papers import MAX_BYTES, kind_of_document
from tests.facilities.papers import HTML, JPEG, PDF, PNG, SVG, chunk, zipped


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("iso.pdf", PDF, "application/pdf"),
        ("ISO 9001.PDF", PDF.replace(b"1.7", b"1.4"), "application/pdf"),
        ("iso.png", PNG, "image/png"),
        ("iso.jpg", JPEG, "image/jpeg"),
        ("iso.jpeg", JPEG, "image/jpeg"),
    ],
)
def test_documents_are_taken(name: str, data: bytes, kind: str) -> None:
    assert kind_of_document(name, data) == kind


REFUSED = {
    "a page named as a paper": ("iso.pdf", HTML, "file_type_refused"),
    "a drawing with a script named as a paper": ("iso.pdf", SVG, "file_type_refused"),
    "a drawing named as a picture": ("iso.png", SVG, "file_type_refused"),
    "a drawing under its own name": ("iso.svg", SVG, "file_type_refused"),
    "an archive named as a paper": ("iso.pdf", zipped(), "file_type_refused"),
    "a paper with an archive behind it": ("iso.pdf", PDF + zipped() + b"%%EOF", "file_type_refused"),
    "an archive with a paper before it": ("iso.pdf", PDF + zipped(), "file_type_refused"),
    "a picture with an archive behind it": ("iso.png", PNG + zipped(), "file_type_refused"),
    "a photograph with an archive behind it": ("iso.jpg", JPEG + zipped(), "file_type_refused"),
    "a photograph with an archive inside": ("iso.jpg", JPEG[:-2] + zipped() + b"\xff\xd9", "file_type_refused"),
    "a page with a paper's first bytes behind it": ("iso.pdf", HTML + PDF, "file_type_refused"),
    "a paper with a page in its head": ("iso.pdf", PDF[:9] + HTML + PDF[9:], "file_type_refused"),
    "a picture with a page in a comment": ("iso.png", PNG[:33] + chunk(b"tEXt", HTML) + PNG[33:], "file_type_refused"),
    "a paper with a script": ("iso.pdf", PDF.replace(b"/Catalog", b"/Catalog /JavaScript (x)"), "file_type_refused"),
    "a paper with a script in disguise": (
        "iso.pdf",
        PDF.replace(b"/Catalog", b"/Catalog /#4aavaScript (x)"),
        "file_type_refused",
    ),
    "a paper that starts a program": ("iso.pdf", PDF.replace(b"/Catalog", b"/Launch"), "file_type_refused"),
    "a paper with a file in it": ("iso.pdf", PDF.replace(b"/Catalog", b"/EmbeddedFile"), "file_type_refused"),
    "half a paper": ("iso.pdf", PDF[:30], "file_type_refused"),
    "half a picture": ("iso.png", PNG[:-6], "file_type_refused"),
    "a picture with a broken checksum": ("iso.png", PNG.replace(b"IDAT", b"IDAX"), "file_type_refused"),
    "half a photograph": ("iso.jpg", JPEG[:20], "file_type_refused"),
    "a program": ("iso.pdf", b"MZ\x90\x00" + bytes(200), "file_type_refused"),
    "a paper named as a page": ("iso.html", PDF, "file_name_disagrees"),
    "a paper named as a picture": ("iso.png", PDF, "file_name_disagrees"),
    "a paper with two names": ("iso.pdf.exe", PDF, "file_name_disagrees"),
    "a paper without one": ("iso", PDF, "file_name_disagrees"),
    "nothing": ("iso.pdf", b"", "file_empty"),
    "too much": ("iso.pdf", PDF + b"\n" * MAX_BYTES, "file_too_large"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_everything_else_is_refused(case: str) -> None:
    name, data, code = REFUSED[case]
    with pytest.raises(InvalidInputError) as refusal:
        kind_of_document(name, data)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
