"""What is to be sent to people. The row is the queue: it is written with the facts it tells of, and sent later."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class Delivery(Identified):
    """One mail to one address, or to wherever a user is reached on the day of sending.

    `key` is what the mail is about and to whom: the same is never queued twice. Mail may hold signed links, so the
    bodies are emptied some time after they have been sent.
    """

    kind = models.SlugField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=200, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    address = models.EmailField(_("address"), blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    html = models.TextField(_("HTML"), max_length=100_000, blank=True)
    not_before = models.DateTimeField(_("not before"), default=timezone.now, db_default=Now())
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    last_error = models.TextField(_("last error"), max_length=2_000, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("-id",)
        indexes = [
            models.Index(
                name="notices_delivery_due", fields=["not_before"], condition=models.Q(state=DeliveryState.QUEUED)
            ),
        ]
        constraints = [
            constraints.not_blank("notices_delivery", "kind"),
            constraints.not_blank("notices_delivery", "key"),
            constraints.not_blank("notices_delivery", "subject"),
            constraints.one_of("notices_delivery", "state", DeliveryState.values),
            models.CheckConstraint(
                name="notices_delivery_to_somebody", condition=models.Q(user__isnull=False) ^ ~models.Q(address="")
            ),
            models.CheckConstraint(
                name="notices_delivery_sent_at_known",
                condition=models.Q(sent_at__isnull=False) | ~models.Q(state=DeliveryState.SENT),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_edges",
                field="state",
                transitions=[("queued", "sent"), ("queued", "failed"), ("failed", "queued")],
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"

    @property
    def recipient(self) -> str:
        """Blank where the user has left."""
        if self.user is None:
            return self.address
        return self.user.email if self.user.is_active else ""
