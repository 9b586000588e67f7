"""Every change of the tables that rankings go by: who, when, and each column before and after.

Triggers write it, once a statement, so that imports, bulk updates and SQL by hand are in it too. An event is the row as
it was after an insert or update, or before a delete; what changed is the difference to the event before. Who acts is
in `pgh_context`: the key of a user, the name of a task, or nothing where somebody wrote past the service.
"""

from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.facilities.models.capabilities import Capability, HeldMachine
from apps.facilities.models.capacity import CapacityWeek, Resource
from apps.facilities.models.evidence import HeldCertificate
from apps.facilities.models.exceptions import CapacityException
from apps.facilities.models.facility import Facility
from apps.facilities.models.hold import Hold, HoldWeek

SILENT = ("created_at", "updated_at", "last_offered_at")  # their change alone is no event
KEPT_DAYS = 3 * 365


def _tracked(table: type[models.Model], name: Promise, names: Promise) -> Any:
    """The table of its events; the triggers go with the tracked one."""
    known = {field.name for field in table._meta.fields}
    return pghistory.create_event_model(
        table,
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=[field for field in SILENT if field in known],
        obj_field=pghistory.ObjForeignKey(related_name="events", related_query_name="event"),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # the docstring allows it
        append_only=True,
        abstract=False,
        attrs={"pgh_id": models.BigAutoField(primary_key=True)},  # two milliards of changes are not for ever
        level=pgtrigger.Statement,
        meta={"verbose_name": name, "verbose_name_plural": names, "ordering": ("-pgh_id",)},
    )


FacilityEvent = _tracked(Facility, _("change of a facility"), _("changes of facilities"))
CapabilityEvent = _tracked(Capability, _("change of a capability"), _("changes of capabilities"))
HeldMachineEvent = _tracked(HeldMachine, _("change of a machine held"), _("changes of machines held"))
HeldCertificateEvent = _tracked(HeldCertificate, _("change of a certificate"), _("changes of certificates"))
ResourceEvent = _tracked(Resource, _("change of a resource"), _("changes of resources"))
CapacityWeekEvent = _tracked(CapacityWeek, _("change of a capacity week"), _("changes of capacity weeks"))
CapacityExceptionEvent = _tracked(CapacityException, _("change of an exception"), _("changes of exceptions"))
HoldEvent = _tracked(Hold, _("change of a hold"), _("changes of holds"))
HoldWeekEvent = _tracked(HoldWeek, _("change of a week of a hold"), _("changes of weeks of holds"))

EVENTS: tuple[Any, ...] = (
    FacilityEvent,
    CapabilityEvent,
    HeldMachineEvent,
    HeldCertificateEvent,
    ResourceEvent,
    CapacityWeekEvent,
    CapacityExceptionEvent,
    HoldEvent,
    HoldWeekEvent,
)
