"""Hours that are held, and those that coordinators keep by hand; weeks in which too much is promised."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY
from apps.core.api.views import ApiViewSet
from apps.core.errors import InvalidInputError
from apps.facilities import selectors, services
from apps.facilities.api import capacity_serializers as shapes
from apps.facilities.api.filters import HoldFilterSet
from apps.facilities.api.views import valid
from apps.facilities.models import CapacityWeek, Facility, Hold, Resource

TAGS = ["capacity"]


class FacilityHoldViewSet(ApiViewSet[Hold]):
    model = Hold
    serializer_class = shapes.HoldSerializer
    filterset_class = HoldFilterSet
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def facility(self) -> Facility:
        return selectors.access_facility(self.request.user, self.kwargs["facility_id"])

    def rows(self) -> QuerySet[Hold]:
        return selectors.holds_visible_to(self.request.user).filter(resource__facility=self.facility())

    def get_serializer_context(self) -> dict[str, Any]:
        fake = getattr(self, "swagger_fake_view", False)
        coordinates = not fake and selectors.coordinates(self.request.user, self.facility())
        return {**super().get_serializer_context(), "coordinates": coordinates}

    @extend_schema(operation_id="facilities_holds_list", tags=TAGS)
    def list(self, request: Request, facility_id: UUID) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="facilities_holds_create",
        tags=TAGS,
        request=shapes.NewHoldSerializer,
        responses={201: shapes.HoldSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request, facility_id: UUID) -> Response:
        """For coordinators: keep hours by hand, soft until `expires_at`; nothing soft is refused for want of room."""
        facility = self.facility()
        values = valid(shapes.NewHoldSerializer(data=request.data))
        found = selectors.parts_of(facility, Resource).filter(public_id=values["resource"]).first()
        if found is None:
            raise InvalidInputError("unknown_resource", "The facility has no such resource.", field="resource")
        made = services.keep_hours(
            found,
            values["weeks"],
            expires_at=values["expires_at"],
            need=values.get("need"),
            acting_user=cast(User, request.user),
        )
        response = Response(self.get_serializer(self.found(made.public_id)).data, status=HTTPStatus.CREATED)
        response["Location"] = reverse("api:hold", args=[made.public_id])
        return response


class HoldViewSet(ApiViewSet[Hold]):
    """A hold by its id. Those of offers and awards end with these; by hand goes what was kept by hand."""

    model = Hold
    serializer_class = shapes.HoldSerializer

    def rows(self) -> QuerySet[Hold]:
        return selectors.holds_visible_to(self.request.user)

    @extend_schema(operation_id="holds_read", tags=TAGS)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return self._shown(public_id)

    @extend_schema(operation_id="holds_firm", tags=TAGS, request=None, responses=shapes.HoldSerializer)
    def firm(self, request: Request, public_id: UUID) -> Response:
        """A promise now, if it fits: 409 `capacity_taken` names the week and what is left there."""
        services.firm_up(self.found(public_id), acting_user=cast(User, request.user))
        return self._shown(public_id)

    @extend_schema(
        operation_id="holds_release",
        tags=TAGS,
        request=shapes.HoldReasonSerializer,
        responses=shapes.HoldSerializer,
    )
    def release(self, request: Request, public_id: UUID) -> Response:
        """All its hours come free. What has ended already stays as it ended."""
        reason = valid(shapes.HoldReasonSerializer(data=request.data)).get("reason", "")
        services.give_back(self.found(public_id), reason=reason, acting_user=cast(User, request.user))
        return self._shown(public_id)

    @extend_schema(operation_id="holds_consume", tags=TAGS, request=None, responses=shapes.HoldSerializer)
    def consume(self, request: Request, public_id: UUID) -> Response:
        """The work is done: hours of weeks that have begun stay taken, those of later weeks come free."""
        today = timezone.now().date()
        services.use_up(self.found(public_id), today=today, acting_user=cast(User, request.user))
        return self._shown(public_id)

    def _shown(self, public_id: UUID) -> Response:
        hold = self.found(public_id)
        coordinates = selectors.coordinates(self.request.user, hold.resource.facility)
        context = {**self.get_serializer_context(), "coordinates": coordinates}
        return Response(self.get_serializer_class()(hold, context=context).data)


class OverbookedViewSet(ApiViewSet[CapacityWeek]):
    model = CapacityWeek
    serializer_class = shapes.OverbookedWeekSerializer
    orderings = {"monday": ("monday", "resource__public_id")}
    default_ordering = "monday"
    key = "id"

    def rows(self) -> QuerySet[CapacityWeek]:
        return selectors.overbooked_visible_to(self.request.user, timezone.now().date())

    @extend_schema(operation_id="overbooked_weeks_list", tags=TAGS)
    def list(self, request: Request) -> Response:
        """For coordinators: weeks of facilities they serve in which more is promised than there is."""
        return self.listed()
