"""Questions that lists are filtered by and the dashboard counts by: one definition, so that the two agree."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.facilities.models import OperatingState
from apps.facilities.selectors import overbooked_weeks

STALE_DAYS = 14
EXPIRING_DAYS = 60


def stale(today: date) -> Q:
    """Facilities in business whose facts nobody has confirmed for longer than STALE_DAYS, or ever."""
    unconfirmed = Q(confirmed_on__isnull=True) | Q(confirmed_on__lt=today - timedelta(days=STALE_DAYS))
    return unconfirmed & ~Q(operating_state=OperatingState.CLOSED)


def expiring(today: date) -> Q:
    """Certificates that are valid today and will not be in EXPIRING_DAYS days."""
    return Q(expires_on__gte=today, expires_on__lte=today + timedelta(days=EXPIRING_DAYS))


def expired(today: date) -> Q:
    return Q(expires_on__lt=today)


def overbooked(today: date) -> Q:
    """Resources with a week, not over yet, in which more is promised than they have."""
    return Q(Exists(overbooked_weeks(today).filter(resource=OuterRef("pk"))))


class ConfirmedFilter(admin.SimpleListFilter):
    title = _("confirmed")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("stale", _("not for 14 days")), ("never", _("never"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "stale":
            return queryset.filter(stale(timezone.now().date()))
        if self.value() == "never":
            return queryset.filter(confirmed_on__isnull=True)
        return queryset


class ExpiryFilter(admin.SimpleListFilter):
    title = _("expiry")
    parameter_name = "expiry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("soon", _("within 60 days")), ("past", _("expired")), ("unknown", _("no date known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.now().date()
        questions = {"soon": expiring(today), "past": expired(today), "unknown": Q(expires_on__isnull=True)}
        chosen = self.value()
        return queryset.filter(questions[chosen]) if chosen in questions else queryset


class OverbookedFilter(admin.SimpleListFilter):
    title = _("promises")
    parameter_name = "promises"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overbooked", _("more than there is"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(overbooked(timezone.now().date())) if self.value() == "overbooked" else queryset
