"""What every other app builds on: stamps, public ids, the audit trail, repeated posts, heartbeats."""

import uuid
from typing import Any, Self, TypeVar

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core import constraints

M = TypeVar("M", bound=models.Model)


class TimeStamped(models.Model):
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True, db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Identified(TimeStamped):
    """A row that the outside may name; inside, rows are joined by their small integer key."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class WithEnvelope(models.Model):
    """A size in mm; blank means never stated."""

    envelope_length_mm = models.FloatField(_("length (mm)"), null=True, blank=True)
    envelope_width_mm = models.FloatField(_("width (mm)"), null=True, blank=True)
    envelope_height_mm = models.FloatField(_("height (mm)"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def envelope_mm(self) -> tuple[float, float, float] | None:
        sides = (self.envelope_length_mm, self.envelope_width_mm, self.envelope_height_mm)
        length, width, height = sides
        if length is None or width is None or height is None:
            return None
        return length, width, height


class VisibleQuerySet(models.QuerySet[M]):
    """Rows are reached through `visible_to`; an app that forgets to define it shows nothing."""

    def visible_to(self, user: Any) -> Self:
        return self.none()


class AuditEntry(models.Model):
    """Who did what to which row and why. Written once by a service, never changed."""

    at = models.DateTimeField(_("at"), auto_now_add=True, db_default=Now(), db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    verb = models.CharField(_("verb"), max_length=60)
    subject_kind = models.CharField(_("kind of subject"), max_length=60)
    subject_id = models.UUIDField(_("subject"), db_index=True)
    old = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    new = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("-id",)
        constraints = [constraints.not_blank("core_audit", "verb")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"


class IdempotentResponse(models.Model):
    """The answer given to a post that carried an Idempotency-Key, so that a repeat gets the same one."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=128)
    request_digest = models.CharField(_("digest of method, path and body"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    body = models.JSONField(_("body"), null=True, encoder=DjangoJSONEncoder)
    location = models.CharField(_("location"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("idempotent response")
        verbose_name_plural = _("idempotent responses")
        constraints = [models.UniqueConstraint(name="core_idempotent_key", fields=["user", "key"])]

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a background process last said that it lives; read by the health page."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
