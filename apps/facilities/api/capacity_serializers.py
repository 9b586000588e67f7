"""Weeks, exceptions, holds and tables of hours as the API takes and shows them."""

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.core.api.serializers import (
    StrictBoolean,
    StrictChar,
    StrictDate,
    StrictFloat,
    StrictSerializer,
    StrictUUID,
)
from apps.core.constraints import MAX_HOURS_PER_WEEK
from apps.facilities.api.serializers import Versioned
from apps.facilities.models import CapacityException, ExceptionReason, Hold, HolderKind, HoldState, Resource, Source
from apps.facilities.selectors import Basis

HOURS: dict[str, Any] = {"min_value": 0, "max_value": MAX_HOURS_PER_WEEK}
MOST_WEEKS_OF_A_HOLD = 105


def resource_name(resource: Resource) -> str:
    return resource.name or resource.kind.name


# --- the grid -------------------------------------------------------------------------------------------------------


class GridWeekSerializer(serializers.Serializer[Any]):
    monday = serializers.DateField()
    free_hours = serializers.FloatField(source="free", help_text="Before holds are taken off.")
    firm_hours = serializers.FloatField(source="firm", help_text="Promised to awards.")
    soft_hours = serializers.FloatField(source="soft", help_text="Kept for offers.")
    left_hours = serializers.FloatField(source="left", help_text="What a firm hold can still take.")
    basis = serializers.ChoiceField(choices=[(basis.value, basis.value) for basis in Basis])
    as_of = serializers.DateField(allow_null=True)
    overbooked = serializers.BooleanField(help_text="More is promised than there is.")


class GridRowSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="resource.public_id")
    kind = serializers.CharField(source="resource.kind.slug")
    name = serializers.SerializerMethodField()
    pattern_hours = serializers.FloatField(help_text="Free in a week of which nothing is said.")
    confirmed_on = serializers.DateField(source="resource.confirmed_on", allow_null=True)
    stale = serializers.BooleanField(help_text="Not confirmed for 14 days: rankings count its hours as unknown.")
    weeks = GridWeekSerializer(many=True)

    def get_name(self, row: Any) -> str:
        return resource_name(row.resource)


class GridSerializer(serializers.Serializer[Any]):
    since = serializers.DateField()
    weeks = serializers.IntegerField()
    resources = GridRowSerializer(many=True)


class ConfirmationSerializer(serializers.Serializer[Any]):
    resources = serializers.IntegerField(help_text="How many count as confirmed today.")
    confirmed_on = serializers.DateField()


class WeekChangeFields(StrictSerializer[Any]):
    monday = StrictDate()
    free_hours = StrictFloat(**HOURS, allow_null=True, help_text="Null gives the week back to the pattern.")


@extend_schema_serializer(
    examples=[OpenApiExample("One week", value={"weeks": [{"monday": "2030-01-07", "free_hours": 8}]})]
)
class WeekChangesSerializer(StrictSerializer[Any]):
    weeks = WeekChangeFields(many=True, max_length=105)  # type: ignore[call-arg]  # the list's

    def validate_weeks(self, weeks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({week["monday"] for week in weeks}) != len(weeks):
            raise serializers.ValidationError("A week stands twice.", "repeated")
        return weeks


class ChangedWeeksSerializer(serializers.Serializer[Any]):
    changed = serializers.ListField(child=serializers.DateField(), help_text="Weeks that were not so before.")


# --- exceptions -----------------------------------------------------------------------------------------------------


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Closed over the new year",
            value={"first_on": "2029-12-24", "last_on": "2030-01-02", "reason": "shutdown", "share": 0},
            request_only=True,
        )
    ]
)
class ExceptionFields(StrictSerializer[Any]):
    """A stretch of days with other hours; `share` of the usual ones, or `hours` as in a whole week of it."""

    resource = StrictUUID(required=False, allow_null=True, help_text="Null: all of the facility.")
    first_on = StrictDate()
    last_on = StrictDate(help_text="The last day of it.")
    reason = serializers.ChoiceField(choices=ExceptionReason.choices)
    note = StrictChar(max_length=200, required=False, allow_blank=True)
    share = StrictFloat(min_value=0, max_value=1, required=False, allow_null=True)
    hours = StrictFloat(**HOURS, required=False, allow_null=True, help_text="Of one resource only.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("share") is None) == (attrs.get("hours") is None):
            raise serializers.ValidationError({"share": "State a share or hours, one of the two."}, "one_measure")
        if attrs.get("hours") is not None and attrs.get("resource") is None:
            raise serializers.ValidationError({"resource": "Hours are those of one resource."}, "resource_missing")
        return attrs


class ExceptionSerializer(Versioned):
    id = serializers.UUIDField(source="public_id")
    resource = serializers.UUIDField(source="resource.public_id", allow_null=True, default=None)
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    reason = serializers.ChoiceField(choices=ExceptionReason.choices)
    note = serializers.CharField()
    share = serializers.FloatField(allow_null=True)
    hours = serializers.FloatField(allow_null=True)
    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment]  # Field has one of this name
    confirmed_on = serializers.DateField(allow_null=True)

    class Meta:
        model = CapacityException


# --- holds ----------------------------------------------------------------------------------------------------------


class HoldWeekFields(StrictSerializer[Any]):
    monday = StrictDate()
    hours = StrictFloat(min_value=0.001, max_value=MAX_HOURS_PER_WEEK)


class NewHoldSerializer(StrictSerializer[Any]):
    resource = StrictUUID()
    weeks = HoldWeekFields(many=True, max_length=MOST_WEEKS_OF_A_HOLD)  # type: ignore[call-arg]  # the list's
    expires_at = serializers.DateTimeField(help_text="It is soft until then, unless it is made firm.")
    need = StrictUUID(required=False, allow_null=True, help_text="Its own ranking gets the hours back.")

    def validate_weeks(self, weeks: list[dict[str, Any]]) -> dict[date, Decimal]:
        hours = {week["monday"]: Decimal(str(week["hours"])) for week in weeks}
        if len(hours) != len(weeks):
            raise serializers.ValidationError("A week stands twice.", "repeated")
        return hours


class HoldSerializer(serializers.Serializer[Hold]):
    """Which need it is for is said to coordinators alone: a facility knows only that hours are held."""

    id = serializers.UUIDField(source="public_id")
    resource = serializers.UUIDField(source="resource.public_id")
    state = serializers.ChoiceField(choices=HoldState.choices)
    weeks = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    holder_kind = serializers.ChoiceField(choices=HolderKind.choices)
    need = serializers.SerializerMethodField()

    def get_weeks(self, hold: Hold) -> list[dict[str, Any]]:
        return [{"monday": week.monday.isoformat(), "hours": float(week.hours)} for week in hold.weeks.all()]

    def get_need(self, hold: Hold) -> str | None:
        shown = self.context["coordinates"] and hold.need_public_id is not None
        return str(hold.need_public_id) if shown else None


class HoldReasonSerializer(StrictSerializer[Any]):
    reason = StrictChar(max_length=2_000, required=False, allow_blank=True)


class OverbookedWeekSerializer(serializers.Serializer[Any]):
    facility = serializers.UUIDField(source="resource.facility.public_id")
    facility_name = serializers.CharField(source="resource.facility.name")
    resource = serializers.UUIDField(source="resource.public_id")
    monday = serializers.DateField()
    stated_hours = serializers.FloatField()
    firm_hours = serializers.FloatField()
    too_many_hours = serializers.SerializerMethodField()

    def get_too_many_hours(self, week: Any) -> float:
        return float(week.firm_hours - week.stated_hours)


# --- a table of hours -----------------------------------------------------------------------------------------------


class CapacityTableSerializer(StrictSerializer[Any]):
    csv = StrictChar(max_length=200_000, trim_whitespace=False, help_text="Columns resource, week, free_hours.")
    apply = StrictBoolean(required=False, default=False, help_text="False: only say what would change.")


class TableChangeSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    resource = serializers.UUIDField(source="resource.public_id")
    monday = serializers.DateField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)


class TableRefusalSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="Counted from 1, the line of column names.")
    column = serializers.CharField()
    value = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class TableOutcomeSerializer(serializers.Serializer[Any]):
    applied = serializers.BooleanField()
    rows = serializers.IntegerField(help_text="Changes, unchanged and refused rows together.")
    unchanged = serializers.IntegerField()
    changes = TableChangeSerializer(many=True)
    refused = TableRefusalSerializer(many=True, source="refusals")


# --- the calendar ---------------------------------------------------------------------------------------------------


class CalendarLinkSerializer(serializers.Serializer[Any]):
    address = serializers.URLField(help_text="Secret, and shown this once: whoever knows it reads the calendar.")
    created_at = serializers.DateTimeField()
