"""Core's own rows: the audit trail, answers to repeated posts, heartbeats."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin.base import DeskAdmin, RecordAdmin
from apps.core.admin.display import column
from apps.core.admin.documents import pretty
from apps.core.models import AuditEntry, Heartbeat, IdempotentResponse, Identified


@admin.register(AuditEntry)
class AuditEntryAdmin(RecordAdmin):
    """Coordinators read the trail of what they see."""

    coordinators_may = frozenset({"view"})
    list_display = ("at", "verb", "subject_kind", "subject_id", column("actor", _("actor")), "reason")
    list_display_links = ("at", "verb")
    list_filter = ("verb", "subject_kind")
    list_select_related = ("actor",)
    search_fields = ("subject_id__iexact", "actor__email", "actor__name", "verb", "reason")
    search_help_text = _("a public id, a person, a verb or words of the reason")
    date_hierarchy = "at"
    fields = ("at", "verb", "subject_kind", "subject_id", "who", "before", "after", "reason")
    readonly_fields = ("who", "before", "after")

    def visible_rows(self, user: Any) -> QuerySet[AuditEntry]:
        seen = Q(pk__in=())
        for model, page in self.admin_site._registry.items():
            if issubclass(model, Identified) and isinstance(page, DeskAdmin) and "view" in page.coordinators_may:
                subjects = page.visible_rows(user).values("public_id")
                seen |= Q(subject_kind=model._meta.model_name, subject_id__in=subjects)
        return AuditEntry.objects.filter(seen)

    @admin.display(description=_("actor"))
    def who(self, entry: AuditEntry) -> str:
        return f"{entry.actor} ({entry.actor.email})" if entry.actor else gettext("the service itself")

    @admin.display(description=_("before"))
    def before(self, entry: AuditEntry) -> SafeString:
        return pretty(entry.old)

    @admin.display(description=_("after"))
    def after(self, entry: AuditEntry) -> SafeString:
        return pretty(entry.new)


@admin.register(IdempotentResponse)
class IdempotentResponseAdmin(RecordAdmin):
    """Bodies stay closed: they hold what the person was shown."""

    list_display = ("key", "user", "status", "created_at")
    list_select_related = ("user",)
    search_fields = ("key", "user__email")
    search_help_text = _("a key or an e-mail address")
    date_hierarchy = "created_at"
    fields = ("key", "user", "request_digest", "status", "location", "created_at")
    ordering = ("-created_at",)


@admin.register(Heartbeat)
class HeartbeatAdmin(RecordAdmin):
    list_display = ("name", "at")
    search_fields = ("name",)
    search_help_text = _("the name of a process")
    ordering = ("name",)
