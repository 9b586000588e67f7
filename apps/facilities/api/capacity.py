"""How much of a facility is free, week by week, and what is held of it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.conditional import locked_match, version_of, with_etag
from apps.core.api.exceptions import BadParameterError
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY, IF_MATCH
from apps.core.api.serializers import StrictDate
from apps.core.api.views import ApiView, ApiViewSet
from apps.core.errors import InvalidInputError
from apps.facilities import selectors, services
from apps.facilities.api import capacity_serializers as shapes
from apps.facilities.api import fields
from apps.facilities.api.serializers import WeekSerializer, WeeksSerializer
from apps.facilities.api.views import valid
from apps.facilities.models import CapacityException, CapacityWeek, Facility, Resource

TAGS = ["capacity"]


class GridParameters(serializers.Serializer[Any]):
    since = StrictDate(required=False, help_text="A day of the first week; this week's when left out.")
    weeks = serializers.IntegerField(
        required=False, min_value=1, max_value=selectors.MOST_WEEKS, default=selectors.YEAR_WEEKS
    )


class CapacityView(ApiView):
    def known_parameters(self) -> frozenset[str]:
        return frozenset({"since", "weeks"})

    @extend_schema(
        operation_id="facilities_capacity",
        tags=TAGS,
        parameters=[
            OpenApiParameter("since", str, description="A day of the first week, YYYY-MM-DD; today when left out."),
            OpenApiParameter("weeks", int, description="1 to 105; 53 when left out."),
        ],
        responses=shapes.GridSerializer,
    )
    def get(self, request: Request, facility_id: UUID) -> Response:
        """The coming year as a grid: every week of every resource, by pattern, by exception or as stated."""
        facility = selectors.access_facility(request.user, facility_id)
        asked = GridParameters(data=request.query_params)
        if not asked.is_valid():
            raise BadParameterError(asked.errors)
        today = timezone.now().date()
        since = asked.validated_data.get("since") or today
        monday = since - timedelta(days=since.weekday())
        weeks = asked.validated_data["weeks"]
        rows = selectors.capacity_grid(facility, since=monday, weeks=weeks, today=today)
        return Response(shapes.GridSerializer({"since": monday, "weeks": weeks, "resources": rows}).data)


class ConfirmationView(ApiView):
    @extend_schema(
        operation_id="facilities_capacity_confirm",
        tags=TAGS,
        request=None,
        responses=shapes.ConfirmationSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, facility_id: UUID) -> Response:
        """Still true: pattern and stated weeks of all resources count as said today."""
        facility = selectors.access_facility(request.user, facility_id)
        count = services.confirm_capacity(facility, acting_user=cast(User, request.user))
        told = {"resources": count, "confirmed_on": timezone.now().date()}
        return Response(shapes.ConfirmationSerializer(told).data)


class TableView(ApiView):
    @extend_schema(
        operation_id="facilities_capacity_table",
        tags=TAGS,
        request=shapes.CapacityTableSerializer,
        responses=shapes.TableOutcomeSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, facility_id: UUID) -> Response:
        """Free hours from a CSV table. Without `apply` a preview; good rows are kept, the others say what is wrong."""
        facility = selectors.access_facility(request.user, facility_id)
        sent = valid(shapes.CapacityTableSerializer(data=request.data))
        outcome = services.read_capacity_csv(
            facility, sent["csv"], apply=sent["apply"], acting_user=cast(User, request.user)
        )
        return Response(shapes.TableOutcomeSerializer(outcome).data)


class ExceptionViewSet(ApiViewSet[CapacityException]):
    model = CapacityException
    serializer_class = shapes.ExceptionSerializer
    orderings = {"first_on": ("first_on",)}
    default_ordering = "first_on"

    def facility(self) -> Facility:
        return selectors.access_facility(self.request.user, self.kwargs["facility_id"])

    def rows(self) -> QuerySet[CapacityException]:
        return selectors.exceptions_of(self.facility())

    @extend_schema(operation_id="facilities_capacity_exceptions_list", tags=TAGS)
    def list(self, request: Request, facility_id: UUID) -> Response:
        """Holidays, shutdowns and other stretches in which the hours differ from the pattern."""
        return self.listed()

    @extend_schema(operation_id="facilities_capacity_exceptions_read", tags=TAGS)
    def retrieve(self, request: Request, facility_id: UUID, part_id: UUID) -> Response:
        return self._shown(self.found(part_id))

    @extend_schema(
        operation_id="facilities_capacity_exceptions_create",
        tags=TAGS,
        request=shapes.ExceptionFields,
        responses={201: shapes.ExceptionSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request, facility_id: UUID) -> Response:
        """The weeks it touches follow it as of today. A week cut below what is promised is overbooked."""
        facility = self.facility()
        values = valid(shapes.ExceptionFields(data=request.data))
        if values.get("resource") is not None:
            values["resource"] = _own_resource(facility, values["resource"])
        made = services.add_exception(facility, values, acting_user=cast(User, request.user))
        response = self._shown(self.found(made.public_id), HTTPStatus.CREATED)
        response["Location"] = reverse("api:facility-capacity-exception", args=[facility_id, made.public_id])
        return response

    @extend_schema(
        operation_id="facilities_capacity_exceptions_clear",
        tags=TAGS,
        responses={204: None},
        parameters=[IF_MATCH],
    )
    def destroy(self, request: Request, facility_id: UUID, part_id: UUID) -> Response:
        """Its weeks follow the pattern again. Holds stay."""
        row = self.found(part_id)
        with locked_match(request, row):
            services.clear_exception(row, acting_user=cast(User, request.user))
        return Response(status=HTTPStatus.NO_CONTENT)

    def _shown(self, row: CapacityException, status: int = HTTPStatus.OK) -> Response:
        return with_etag(Response(self.get_serializer(row).data, status=status), version_of(row))


class WeekViewSet(ApiViewSet[CapacityWeek]):
    model = CapacityWeek
    serializer_class = WeekSerializer
    orderings = {"monday": ("monday",)}
    default_ordering = "monday"
    key = "monday"

    def rows(self) -> QuerySet[CapacityWeek]:
        return selectors.weeks_of(self._resource())

    @extend_schema(operation_id="resources_weeks_list", tags=TAGS)
    def list(self, request: Request, resource_id: UUID) -> Response:
        """Weeks that differ from the resource's pattern or carry holds. The ETag is the resource's."""
        return with_etag(self.listed(), version_of(self._resource()))

    @extend_schema(
        operation_id="resources_weeks_state",
        tags=TAGS,
        request=WeeksSerializer,
        responses=WeeksSerializer,
        parameters=[IF_MATCH],
    )
    def update(self, request: Request, resource_id: UUID) -> Response:
        """From this week on exactly these weeks differ by number, as of today. What is held stays held."""
        resource = self._resource()
        with locked_match(request, resource):
            weeks = valid(WeeksSerializer(data=request.data))["weeks"]
            stated = {week["monday"]: week["free_hours"] for week in weeks}
            services.state_weeks(resource, stated, acting_user=cast(User, request.user))
        response = Response({"weeks": fields.WeekFields(weeks, many=True).data})
        return with_etag(response, version_of(self._resource()))

    @extend_schema(
        operation_id="resources_weeks_change",
        tags=TAGS,
        request=shapes.WeekChangesSerializer,
        responses=shapes.ChangedWeeksSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, resource_id: UUID) -> Response:
        """These weeks have so many free hours; all others stay as they are."""
        resource = self._resource()
        with locked_match(request, resource):
            weeks = valid(shapes.WeekChangesSerializer(data=request.data))["weeks"]
            hours = {week["monday"]: week["free_hours"] for week in weeks}
            changed = services.change_weeks(resource, hours, acting_user=cast(User, request.user))
        response = Response(shapes.ChangedWeeksSerializer({"changed": changed}).data)
        return with_etag(response, version_of(self._resource()))

    def _resource(self) -> Resource:
        return selectors.access_resource(self.request.user, self.kwargs["resource_id"])


class CalendarLinkView(ApiView):
    @extend_schema(
        operation_id="facilities_calendar_link_make",
        tags=TAGS,
        request=None,
        responses={201: shapes.CalendarLinkSerializer},
    )
    def post(self, request: Request, facility_id: UUID) -> Response:
        """A secret address of the facility's calendar (iCalendar) for you alone; the one before it is dead."""
        facility = selectors.access_facility(request.user, facility_id)
        link, token = services.make_calendar_link(facility, acting_user=cast(User, request.user))
        address = settings.SITE_URL + reverse("calendar-feed", args=[token])
        told = {"address": address, "created_at": link.created_at}
        return Response(shapes.CalendarLinkSerializer(told).data, status=HTTPStatus.CREATED)

    @extend_schema(operation_id="facilities_calendar_link_revoke", tags=TAGS, responses={204: None})
    def delete(self, request: Request, facility_id: UUID) -> Response:
        """Your address of it is dead. A second time changes nothing."""
        facility = selectors.access_facility(request.user, facility_id)
        services.revoke_calendar_link(facility, acting_user=cast(User, request.user))
        return Response(status=HTTPStatus.NO_CONTENT)


def _own_resource(facility: Facility, public_id: UUID) -> Resource:
    found: Resource | None = selectors.parts_of(facility, Resource).filter(public_id=public_id).first()
    if found is None:
        raise InvalidInputError("unknown_resource", "The facility has no such resource.", field="resource")
    return found
