"""A facility's calendar, read by programs that cannot sign in."""

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from apps.facilities.feeds import calendar_of, facility_behind

NOT_MODIFIED = 304


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever knows the address reads it. A dead one and one that never was read the same."""
    facility = facility_behind(token)
    if facility is None:
        raise Http404
    document = calendar_of(facility, timezone.now().date())
    etag = quote_etag(sha256(document).hexdigest())
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=NOT_MODIFIED)
    else:
        response = HttpResponse(document, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="capacity.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    return response
