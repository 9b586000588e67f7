"""Reading what was sent."""

from django.conf import settings
from django.db.models import QuerySet

from apps.core.errors import NotFoundError
from apps.notices.models import Delivery


def local_mailbox() -> QuerySet[Delivery]:
    """Every mail of a demonstration that sends none.

    Errors: NotFoundError wherever mail reaches people: what it holds is theirs alone.
    """
    if not settings.MAIL_STAYS_HERE:
        raise NotFoundError("no_mailbox", "Mail is sent here, not shown.")
    return Delivery.objects.select_related("user").order_by("-pk")
