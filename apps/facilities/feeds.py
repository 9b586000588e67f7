"""A facility's holds and exceptions as an iCalendar document (RFC 5545).

It says no more than the facility may know before an introduction: that hours are held, how many, of what, how firmly.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from apps.facilities.models import CalendarLink, CapacityException, Facility, Hold, HoldState

PRODUCT = "-//Matchmaker//Capacity//EN"
WEEKS_BACK, WEEKS_AHEAD = 4, 53
SHOWN_HOLDS = ("soft", "firm", "consumed")
HOST = "matchmaker"


def facility_behind(token: str) -> Facility | None:
    """None for a token that never was, was revoked, or whose owner may not read the facility any more."""
    digest = sha256(token.encode()).hexdigest()
    link = CalendarLink.objects.live().filter(token_digest=digest).select_related("user", "facility").first()
    if link is None or not link.user.is_active:
        return None
    if not Facility.objects.fully_visible_to(link.user).filter(pk=link.facility_id).exists():
        return None
    return link.facility


def calendar_of(facility: Facility, today: date) -> bytes:
    """The same bytes as long as nothing in it changes, so that its digest can be its ETag."""
    first = today - timedelta(days=today.weekday(), weeks=WEEKS_BACK)
    last = first + timedelta(weeks=WEEKS_BACK + WEEKS_AHEAD)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Capacity: %(facility)s") % {"facility": facility.name})
    for event in (*_holds(facility, first, last), *_exceptions(facility, first, last)):
        calendar.add_component(event)
    document: bytes = calendar.to_ical()
    return document


def _holds(facility: Facility, first: date, last: date) -> Iterator[Event]:
    rows = Hold.objects.filter(resource__facility=facility, state__in=SHOWN_HOLDS, weeks__monday__range=(first, last))
    for hold in rows.distinct().order_by("pk").select_related("resource__kind").prefetch_related("weeks"):
        for week in hold.weeks.all():
            if first <= week.monday <= last:
                yield _held(hold, week.monday, float(week.hours))


def _held(hold: Hold, monday: date, hours: float) -> Event:
    words = {"hours": f"{hours:g}", "resource": hold.resource.name or hold.resource.kind.name}
    event = _event(f"hold-{hold.public_id}-{monday}", hold, monday, monday + timedelta(weeks=1))
    event.add("summary", _("Held: %(hours)s h, %(resource)s") % words)
    event.add("status", "TENTATIVE" if hold.state == HoldState.SOFT else "CONFIRMED")
    return event


def _exceptions(facility: Facility, first: date, last: date) -> Iterator[Event]:
    rows = CapacityException.objects.filter(facility=facility, last_on__gte=first, first_on__lte=last)
    for row in rows.order_by("pk").select_related("resource__kind"):
        event = _event(f"exception-{row.public_id}", row, row.first_on, row.last_on + timedelta(days=1))
        event.add("summary", _summary(row))
        if row.note:
            event.add("description", row.note)
        event.add("status", "CONFIRMED")
        yield event


def _summary(row: CapacityException) -> str:
    of = _("all") if row.resource is None else row.resource.name or row.resource.kind.name
    free = f"{row.hours:g} h" if row.share is None else f"{row.share:.0%}"
    words = {"reason": row.get_reason_display(), "resource": of, "free": free}
    return _("%(reason)s: %(resource)s, %(free)s free") % words


def _event(uid: str, row: Any, start: date, end: date) -> Event:
    """All day, from the start to before the end; it does not block the reader's own time."""
    event = Event()
    event.add("uid", f"{uid}@{HOST}")
    event.add("dtstamp", row.updated_at)
    event.add("last-modified", row.updated_at)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("transp", "TRANSPARENT")
    return event
