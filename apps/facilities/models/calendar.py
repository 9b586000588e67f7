"""Secret addresses under which a facility's calendar is read without signing in."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.facilities.models.facility import Facility


class CalendarLinkQuerySet(VisibleQuerySet["CalendarLink"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody his own: whoever reads the facility may have one."""
        return self.filter(user=user, facility__in=Facility.objects.fully_visible_to(user))

    def live(self) -> Self:
        return self.filter(revoked_at__isnull=True)


class CalendarLink(Identified):
    """Of its token only the digest is kept. It dies when revoked, replaced, or when its owner may read no more."""

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="calendar_links"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="+"
    )
    token_digest = models.CharField(_("digest of the token"), max_length=64, unique=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        ordering = ("-id",)
        constraints = [
            constraints.not_blank("facilities_calendar", "token_digest"),
            models.UniqueConstraint(
                name="facilities_calendar_one_live",
                fields=["facility", "user"],
                condition=models.Q(revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility} ({self.user})"
