"""Mail that waits, went out or failed. For administrators."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin import RecordAdmin, badge
from apps.core.admin.base import person
from apps.core.admin.documents import preformatted
from apps.notices.models import Delivery, DeliveryState
from apps.notices.services import send_again


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """Bodies hold signed links, which are the recipient's alone; a demonstration that sends nothing shows them."""

    list_display = (
        "subject",
        "to",
        "kind",
        badge("state", _("state"), {"queued": "info", "sent": "success", "failed": "danger"}),
        "attempts",
        "not_before",
        "sent_at",
    )
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    search_fields = ("subject", "address", "user__email", "key", "public_id__iexact")
    search_help_text = _("a subject, an address, a key or an id")
    date_hierarchy = "created_at"
    fields = (
        "subject",
        "to",
        ("kind", "key"),
        ("state", "attempts"),
        ("not_before", "sent_at"),
        "error",
        "body",
        ("public_id", "created_at", "updated_at"),
    )
    readonly_fields = ("to", "error", "body", "public_id", "created_at", "updated_at")
    actions = ("send_again",)

    @admin.display(description=_("to"), ordering="user__email")
    def to(self, delivery: Delivery) -> str:
        return delivery.user.email if delivery.user else delivery.address

    @admin.display(description=_("last error"), empty_value="-")
    def error(self, delivery: Delivery) -> SafeString | None:
        return preformatted(delivery.last_error) if delivery.last_error else None

    @admin.display(description=_("text"))
    def body(self, delivery: Delivery) -> SafeString | str:
        if not settings.MAIL_STAYS_HERE:
            return gettext("Only the recipient reads it.")
        return preformatted(delivery.text)

    @admin.action(description=_("Send again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Of the chosen ones those that have failed."""
        failed = list(queryset.filter(state=DeliveryState.FAILED))
        for delivery in failed:
            send_again(delivery, acting_user=person(request))
        said = ngettext("%d will be sent again.", "%d will be sent again.", len(failed)) % len(failed)
        self.message_user(request, said, messages.SUCCESS if failed else messages.WARNING)
