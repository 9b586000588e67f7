"""The row is the queue: a need is due while `done < wanted`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from apps.needs.models import Need


class MatchJob(models.Model):
    """One row a need. `run_after` is debounce, lease and back-off in one column.

    The current ranking is the one with `rev = done`; the foreign key (need, done) -> Ranking (need, rev) is added by
    hand in the migration, so "clean without a ranking" cannot be written down. The job of a need that is
    no longer ranked is parked: its `run_after` is the year 9000.
    """

    need = models.OneToOneField(
        Need, verbose_name=_("need"), on_delete=models.CASCADE, primary_key=True, related_name="match_job"
    )
    wanted = models.BigIntegerField(_("wanted"), default=1, db_default=1)
    done = models.BigIntegerField(_("done"), null=True)
    run_after = models.DateTimeField(_("run after"), db_default=Now())
    dirty_since = models.DateTimeField(_("due since"), null=True, db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    dead = models.BooleanField(_("dead"), default=False, db_default=False)
    last_error = models.TextField(_("last error"), blank=True, default="", db_default="")
    supply_version = models.BigIntegerField(
        _("supply version asked for"), default=0, db_default=0, help_text=_("a ranking must not use an older one")
    )

    class Meta:
        verbose_name = _("match job")
        verbose_name_plural = _("match jobs")
        ordering = ("run_after",)
        indexes = [
            models.Index(
                name="matching_job_due",
                fields=["run_after"],
                condition=models.Q(dead=False) & models.Q(wanted__gt=Coalesce("done", 0)),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="matching_job_done_not_ahead",
                condition=models.Q(done__isnull=True) | models.Q(done__gte=0, done__lte=models.F("wanted")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.need_id}: {self.done} of {self.wanted}"


class SupplyChange(models.Model):
    """Says "this facility changed"; appended by triggers, claimed and deleted by the drain.

    Facility 0 stands for the catalogue: everything may have changed. `network_id` names a network that the facility
    has joined or left. No foreign keys: the row may outlive what it names.
    """

    facility_id = models.BigIntegerField(_("facility"))
    network_id = models.BigIntegerField(_("network joined or left"), null=True)
    rerank = models.BooleanField(
        _("calls for new rankings"), db_default=True, default=True, help_text=_("off: workers only read it again")
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("supply change")
        verbose_name_plural = _("supply changes")
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.facility_id)


class SupplyVersion(models.Model):
    """Numbered without gaps; lists the facilities that changed since the number before.

    The needs of `network_ids` are bumped in order of their key, a batch at a time: those from `bump_from` on are
    still to come, none where it is blank.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    facility_ids = ArrayField(models.BigIntegerField(), verbose_name=_("facilities"))
    network_ids = ArrayField(models.BigIntegerField(), verbose_name=_("networks concerned"), default=list)
    bump_from = models.BigIntegerField(_("needs to bump from"), null=True)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("supply version")
        verbose_name_plural = _("supply versions")
        ordering = ("-number",)
        indexes = [
            models.Index(
                name="matching_version_to_bump", fields=["number"], condition=models.Q(bump_from__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return str(self.number)
