"""An uploaded file and how far it is."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified, VisibleQuerySet
from apps.facilities.models import Facility
from apps.networks.models import Network


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded, being read")
    READ = "read", _("read: to be looked at")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded unapplied")
    FAILED = "failed", _("failed")


BROKE_DOWN = "broke_down"  # failed by a fault of ours, not of the file
WORKING = (BatchState.UPLOADED, BatchState.APPLYING, BatchState.UNDOING)
# A batch that broke down half-way can be undone, so that nothing of it need stay.
BATCH_EDGES: tuple[tuple[str, str], ...] = (
    ("uploaded", "read"),
    ("uploaded", "failed"),
    ("uploaded", "discarded"),
    ("read", "applying"),
    ("read", "discarded"),
    ("applying", "applied"),
    ("applying", "failed"),
    ("applied", "undoing"),
    ("failed", "undoing"),
    ("undoing", "undone"),
    ("undoing", "failed"),
)


class BatchQuerySet(VisibleQuerySet["ImportBatch"]):
    def visible_to(self, user: Any) -> Self:
        """A network's batches are its coordinators', a facility's those of whoever reads all of the facility."""
        if user.is_superuser:
            return self
        ours = models.Q(network__in=Network.objects.coordinated_by(user))
        return self.filter(ours | models.Q(facility__in=Facility.objects.fully_visible_to(user)))

    def at_work(self) -> Self:
        return self.filter(state__in=WORKING)


class ImportBatch(Identified):
    """Of a network, read and applied for its coordinators as `imported`; or of one facility, whose own people speak.

    The row is the queue: a worker carries every batch whose state is one of WORKING. How far it is is counted from its
    rows; nothing is counted twice.
    """

    network = models.ForeignKey(
        Network, verbose_name=_("network"), on_delete=models.PROTECT, null=True, blank=True, related_name="imports"
    )
    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, null=True, blank=True, related_name="imports"
    )
    source = models.SlugField(
        _("source"), max_length=60, help_text=_("whose ids the file uses; the same next time, so that nothing doubles")
    )
    format = models.SlugField(_("format"), max_length=40, blank=True, help_text=_("blank: found out by looking"))
    file_name = models.CharField(_("file"), max_length=200)
    file_bytes = models.PositiveIntegerField(_("size (bytes)"))
    file_digest = models.CharField(_("digest (SHA-256)"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.UPLOADED)
    attempts = models.PositiveSmallIntegerField(_("attempts since it last got on"), default=0)
    failure = models.CharField(_("failed because"), max_length=60, blank=True)
    failure_detail = models.TextField(_("failure in words"), max_length=8_000, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("applied by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-id",)
        indexes = [
            models.Index(
                name="exchange_batch_at_work",
                fields=["id"],
                condition=models.Q(state__in=["uploaded", "applying", "undoing"]),
            ),
        ]
        constraints = [
            constraints.one_of("exchange_batch", "state", BatchState.values),
            constraints.not_blank("exchange_batch", "source"),
            constraints.not_blank("exchange_batch", "file_name"),
            models.CheckConstraint(
                name="exchange_batch_of_network_or_facility",
                condition=models.Q(network__isnull=True) ^ models.Q(facility__isnull=True),
            ),
            models.CheckConstraint(
                name="exchange_batch_failed_for_a_reason",
                condition=~models.Q(state=BatchState.FAILED) | ~models.Q(failure=""),
            ),
        ]
        triggers = [pgtrigger.FSM(name="state_edges", field="state", transitions=list(BATCH_EDGES))]

    def __str__(self) -> str:
        return self.file_name

    @property
    def failure_in_words(self) -> str:
        """What may be shown to anybody who sees the import; an error's trace is for administrators."""
        return "" if self.failure == BROKE_DOWN else self.failure_detail

    @property
    def speaks_for_itself(self) -> bool:
        """The facility's own people hand it in: what it says is stated, not imported."""
        return self.facility_id is not None


class ImportFile(models.Model):
    """The bytes, in the database: no web server can serve them, and workers on other machines read them too."""

    batch = models.OneToOneField(
        ImportBatch, verbose_name=_("import"), on_delete=models.CASCADE, primary_key=True, related_name="content"
    )
    data = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")

    def __str__(self) -> str:
        return str(self.batch)
