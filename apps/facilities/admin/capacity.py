"""Exceptions from the pattern, calendar links, inquiries."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, RecordInline, badge, linked
from apps.core.admin.base import person
from apps.core.models import Identified
from apps.facilities.admin.history import ShowsChanges
from apps.facilities.models import CalendarLink, CapacityException, InquiredFact, Inquiry
from apps.facilities.services import add_exception, clear_exception

WRITTEN = ("resource", "first_on", "last_on", "reason", "note", "share", "hours")


@admin.register(CapacityException)
class CapacityExceptionAdmin(ShowsChanges):
    """Entered and cleared as a whole, since weeks follow from it."""

    coordinators_may = frozenset({"view", "add", "delete"})
    deletable = True
    list_display = (
        "__str__",
        linked("facility", _("facility")),
        linked("resource", _("resource")),
        badge("reason", _("reason"), {"holiday": "info", "shutdown": "warning", "maintenance": "warning"}),
        "share",
        "hours",
        "note",
    )
    list_filter = ("reason", "source")
    list_select_related = ("facility", "resource__kind", "resource__facility")
    search_fields = ("facility__name", "resource__name", "note", "public_id__iexact")
    search_help_text = _("a facility, a resource, words of the note or an id")
    date_hierarchy = "first_on"
    autocomplete_fields = ("facility", "resource")
    fields = (
        ("facility", "resource"),
        ("first_on", "last_on"),
        ("reason", "note"),
        ("share", "hours"),
        ("source", "confirmed_on", "public_id"),
    )
    readonly_fields = ("source", "confirmed_on", "public_id")

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        return CapacityException.objects.filter(facility__networks__coordinators__user=user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def subject_of(self, row: Any) -> Identified | None:
        return None  # the service writes the trail

    def save_model(self, request: HttpRequest, obj: CapacityException, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in WRITTEN}
        made = add_exception(obj.facility, values, acting_user=person(request))
        obj.pk = made.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: CapacityException) -> None:
        clear_exception(obj, acting_user=person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)


@admin.register(CalendarLink)
class CalendarLinkAdmin(RecordAdmin):
    """Who reads a calendar by a secret address; the address itself is nowhere."""

    list_display = ("__str__", linked("facility", _("facility")), linked("user", _("user")), "created_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("facility", "user")
    search_fields = ("facility__name", "user__email", "public_id__iexact")
    search_help_text = _("a facility, an e-mail address or an id")
    date_hierarchy = "created_at"
    fields = ("facility", "user", ("created_at", "revoked_at"), "public_id")
    readonly_fields = ("public_id", "created_at")


class InquiredFactInline(RecordInline):
    model = InquiredFact
    fields = ("kind", "target_id", "answer", "answered_at")


@admin.register(Inquiry)
class InquiryAdmin(RecordAdmin):
    """What was asked by mail, and what of it has been answered."""

    coordinators_may = frozenset({"view"})
    list_display = ("__str__", linked("facility", _("facility")), "address", "asked_by", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "facts__answer")
    list_select_related = ("facility", "asked_by")
    search_fields = ("facility__name", "address", "public_id__iexact")
    search_help_text = _("a facility, an address or an id")
    date_hierarchy = "created_at"
    fields = ("facility", ("address", "user"), ("asked_by", "created_at"), ("expires_at", "revoked_at"), "public_id")
    readonly_fields = ("public_id", "created_at")
    inlines = (InquiredFactInline,)
