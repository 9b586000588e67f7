"""Reading facilities: everything for their own people and coordinators, the public profile for everybody else."""

from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from apps.core.errors import NotFoundError
from apps.facilities.models import CapacityWeek, Contact, Facility, HeldCertificate, Resource, Statement, Verification

P = TypeVar("P", bound=Model)

STATEMENTS = Prefetch("statements", Statement.objects.select_related("said_by"))
VERIFICATIONS = Prefetch(
    "verifications", Verification.objects.filter(undone_at=None).select_related("verified_by"), to_attr="holding"
)
# What showing a part takes besides its row: (joined, fetched in one more query each).
_PART_RELATED: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    "capability": (("process", "resource", "suggested_by__machine", "said_by"), ("materials", STATEMENTS)),
    "resource": (("kind", "said_by"), ()),
    "heldcertificate": (("certification", "document", "said_by"), ("scope_processes", VERIFICATIONS)),
    "heldmachine": (("machine", "said_by"), ()),
    "nogo": (("said_by",), ()),
}


def facilities_visible_to(user: Any) -> QuerySet[Facility]:
    """`shown_in_full`: whether the user may read more of the row than its public profile."""
    insider = Facility.objects.fully_visible_to(user).filter(pk=OuterRef("pk"))
    return (
        Facility.objects.visible_to(user)
        .annotate(shown_in_full=Exists(insider))
        .select_related("operator", "said_by", "merged_into")
        .prefetch_related("networks", "materials", STATEMENTS)
    )


def access_facility(user: Any, public_id: UUID) -> Facility:
    """A facility whose unpublished facts the user may read."""
    rows = Facility.objects.fully_visible_to(user).select_related("operator", "said_by", "merged_into")
    facility = rows.filter(public_id=public_id).first()
    if facility is None:
        raise NotFoundError("facility_not_found", "There is no such facility.")
    return facility


def parts_of(facility: Facility, model: type[P]) -> QuerySet[P]:
    """The rows of one kind that belong to the facility, ready to be shown."""
    joined, fetched = _PART_RELATED[model._meta.model_name or ""]
    rows = model._default_manager.filter(facility=facility).prefetch_related(*fetched)
    return rows.select_related(*joined)


def with_statements(facility: Facility) -> Facility:
    """What showing all of its facts takes, in one query more."""
    prefetch_related_objects([facility], STATEMENTS, "materials")
    return facility


def contact_of(facility: Facility) -> Contact | None:
    return Contact.objects.filter(facility=facility).select_related("said_by").first()


def verifications_of(certificate: HeldCertificate) -> QuerySet[Verification]:
    """Those that no longer hold too."""
    return Verification.objects.filter(certificate=certificate).select_related("verified_by")


def access_resource(user: Any, public_id: UUID) -> Resource:
    resource = Resource.objects.visible_to(user).select_related("facility", "kind").filter(public_id=public_id).first()
    if resource is None:
        raise NotFoundError("resource_not_found", "There is no such resource.")
    found: Resource = resource
    return found


def weeks_of(resource: Resource) -> QuerySet[CapacityWeek]:
    return CapacityWeek.objects.filter(resource=resource)


def overbooked_weeks(today: date) -> QuerySet[CapacityWeek]:
    """Weeks, not over yet, in which more is promised than there is."""
    return CapacityWeek.objects.overbooked().filter(monday__gte=today - timedelta(days=today.weekday()))


def only_one(rows: QuerySet[P], **named: Any) -> P:
    """Errors: NotFoundError where no row has these values."""
    row = rows.filter(**named).first()
    if row is None:
        raise NotFoundError("part_not_found", "There is no such part.")
    return row
