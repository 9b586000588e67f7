"""Files that strangers handed in, given back so that no browser runs or shows what is in them."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def attachment(data: bytes, *, name: str, kind: str) -> HttpResponse:
    """To be saved, never opened in the page's own origin."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"  # noqa: FBT003
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
