"""Facilities: everybody reads public profiles; their own people and coordinators read and write everything."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.accounts.selectors import producer_for
from apps.core.api.conditional import locked_match, version_of, with_etag
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY, IF_MATCH
from apps.core.api.views import ApiViewSet
from apps.facilities import selectors, services
from apps.facilities.api.filters import FacilityFilterSet
from apps.facilities.api.serializers import (
    ClaimDecisionSerializer,
    FacilityChangeSerializer,
    FacilityFullSerializer,
    FacilityProfileSerializer,
    NewFacilitySerializer,
)
from apps.facilities.models import Facility

FACILITY = PolymorphicProxySerializer(
    component_name="Facility",
    serializers={"profile": FacilityProfileSerializer, "full": FacilityFullSerializer},
    resource_type_field_name="view",
)


@extend_schema(tags=["facilities"])
class FacilityViewSet(ApiViewSet[Facility]):
    model = Facility
    filterset_class = FacilityFilterSet
    orderings = {"name": ("name",), "kind": ("kind", "name")}
    default_ordering = "name"

    def rows(self) -> QuerySet[Facility]:
        return selectors.facilities_visible_to(self.request.user)

    @extend_schema(operation_id="facilities_list", responses=FACILITY)
    def list(self, request: Request) -> Response:
        """Your own and those you coordinate in full (`view`), others with a public profile by that profile."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([_shown(facility) for facility in page or []])

    @extend_schema(operation_id="facilities_read", responses=FACILITY)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        facility = self.found(public_id)
        response = Response(_shown(facility))
        return with_etag(response, version_of(facility)) if _in_full(facility) else response

    @extend_schema(
        operation_id="facilities_create",
        request=NewFacilitySerializer,
        responses={201: FacilityFullSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Registers a place of a producer. Its coordinators approve the claim; theirs are claimed at once."""
        values = valid(NewFacilitySerializer(data=request.data))
        facility = services.register_facility(
            producer_for(self._user, values.pop("operator")),
            values,
            networks=values.pop("networks"),
            acting_user=self._user,
        )
        response = self._answer(facility.public_id, HTTPStatus.CREATED)
        response["Location"] = reverse("api:facility", args=[facility.public_id])
        return response

    @extend_schema(
        operation_id="facilities_change",
        request=FacilityChangeSerializer,
        responses=FacilityFullSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, public_id: UUID) -> Response:
        """What is written counts as confirmed today."""
        facility = self.found(public_id)
        with locked_match(request, facility):
            changes = valid(FacilityChangeSerializer(data=request.data))
            networks = changes.pop("networks", None)
            services.change_facility(facility, changes, networks=networks, acting_user=self._user)
        return self._answer(public_id)

    @extend_schema(
        operation_id="facilities_decide_claim",
        request=ClaimDecisionSerializer,
        responses=FacilityFullSerializer,
    )
    def decide_claim(self, request: Request, public_id: UUID) -> Response:
        """For coordinators: whether the operator really runs the place."""
        facility = self.found(public_id)
        services.decide_claim(facility, **valid(ClaimDecisionSerializer(data=request.data)), acting_user=self._user)
        return self._answer(public_id)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _answer(self, public_id: UUID, status: int = HTTPStatus.OK) -> Response:
        facility = self.found(public_id)
        return with_etag(Response(_shown(facility), status=status), version_of(facility))


def valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _in_full(facility: Facility) -> bool:
    return bool(facility.shown_in_full)  # type: ignore[attr-defined]  # annotated by facilities_visible_to


def _shown(facility: Facility) -> Any:
    serializer = FacilityFullSerializer if _in_full(facility) else FacilityProfileSerializer
    return serializer(facility).data
