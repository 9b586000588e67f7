"""A service that cannot send mail looks well and leaves people in silence."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

SENDS_NOTHING = {
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "locmem", "filebased")
}


@register(Tags.security, deploy=True)
def mail_is_sent(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if settings.EMAIL_BACKEND not in SENDS_NOTHING and not settings.MAIL_STAYS_HERE:
        return []
    return [Error("Mail is not sent: EMAIL_URL names no mail server.", id="notices.E001")]
