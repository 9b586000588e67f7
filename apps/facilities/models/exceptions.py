"""Stretches of days in which a resource has other hours than its pattern gives."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import constraints
from apps.core.models import Identified
from apps.facilities.models.capabilities import FacilityPartQuerySet
from apps.facilities.models.capacity import Resource
from apps.facilities.models.facility import Facility
from apps.facilities.models.statements import Stated, statement_constraints

WORKING_DAYS = 5  # Monday to Friday: what an exception takes of a week is counted in fifths


class ExceptionReason(models.TextChoices):
    HOLIDAY = "holiday", _("holiday")
    SHUTDOWN = "shutdown", _("shutdown")
    MAINTENANCE = "maintenance", _("maintenance")
    OWN_WORK = "own_work", _("work for others")
    EXTRA_SHIFT = "extra_shift", _("extra shift")
    OTHER = "other", _("other")


class CapacityException(Identified, Stated):
    """From the first day through the last, one resource or all of the facility have other hours.

    Either a share of what the pattern gives (0: closed), or hours as free in a whole week of it. A week that it covers
    in part changes by as many fifths as working days of it are covered. Where several cover a day, the one that was
    entered last holds for it.
    """

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="capacity_exceptions"
    )
    resource = models.ForeignKey(
        Resource,
        verbose_name=_("resource"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exceptions",
        help_text=_("blank: all of the facility"),
    )
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("through"))
    reason = models.CharField(_("reason"), max_length=12, choices=ExceptionReason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    share = models.FloatField(_("share of the usual hours (0-1)"), null=True, blank=True)
    hours = models.FloatField(_("free hours in a whole week"), null=True, blank=True)

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception from the pattern")
        verbose_name_plural = _("exceptions from the pattern")
        ordering = ("first_on", "id")
        constraints = [
            constraints.one_of("facilities_exception", "reason", ExceptionReason.values),
            constraints.ordered("facilities_exception", "first_on", "last_on"),
            constraints.within("facilities_exception", "share", 0, 1),
            constraints.within("facilities_exception", "hours", 0, constraints.MAX_HOURS_PER_WEEK),
            models.CheckConstraint(
                name="facilities_exception_one_measure",
                condition=models.Q(share__isnull=True) ^ models.Q(hours__isnull=True),
            ),
            models.CheckConstraint(
                name="facilities_exception_hours_of_one",
                condition=models.Q(hours__isnull=True) | models.Q(resource__isnull=False),
            ),
            *statement_constraints("facilities_exception"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.first_on} – {self.last_on}"

    def covers(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


def working_days(monday: date) -> list[date]:
    return [monday + timedelta(days=number) for number in range(WORKING_DAYS)]
