"""Asking facilities whether their facts are still true."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY
from apps.core.api.views import ApiViewSet
from apps.facilities import selectors, services
from apps.facilities.models import Answer, FactKind, Inquiry

TAGS = ["freshness"]


class InquiredFactSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=FactKind.choices)
    target = serializers.UUIDField(source="target_id")
    answer = serializers.ChoiceField(choices=[("", ""), *Answer.choices])
    answered_at = serializers.DateTimeField(allow_null=True)


class InquirySerializer(serializers.Serializer[Any]):
    """The link itself is in the mail alone."""

    id = serializers.UUIDField(source="public_id")
    facility = serializers.UUIDField(source="facility.public_id")
    address = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    facts = InquiredFactSerializer(many=True)


class FacilityInquiryViewSet(ApiViewSet[Inquiry]):
    model = Inquiry
    serializer_class = InquirySerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[Inquiry]:
        facility = selectors.access_facility(self.request.user, self.kwargs["facility_id"])
        return selectors.inquiries_visible_to(self.request.user).filter(facility=facility)

    @extend_schema(operation_id="facilities_inquiries_list", tags=TAGS)
    def list(self, request: Request, facility_id: UUID) -> Response:
        """For coordinators: what was asked by mail, and what of it is answered."""
        return self.listed()

    @extend_schema(
        operation_id="facilities_inquiries_create",
        tags=TAGS,
        request=None,
        responses={201: InquirySerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request, facility_id: UUID) -> Response:
        """Asks the facility by mail about all that is stale; once in seven days. The link in it needs no password."""
        facility = selectors.access_facility(request.user, facility_id)
        made = services.ask_facility(facility, acting_user=cast(User, request.user))
        return Response(self.get_serializer(self.found(made.public_id)).data, status=HTTPStatus.CREATED)


class InquiryViewSet(ApiViewSet[Inquiry]):
    model = Inquiry
    serializer_class = InquirySerializer

    def rows(self) -> QuerySet[Inquiry]:
        return selectors.inquiries_visible_to(self.request.user)

    @extend_schema(operation_id="inquiries_revoke", tags=TAGS, request=None, responses=InquirySerializer)
    def revoke(self, request: Request, public_id: UUID) -> Response:
        """Its link is dead from now on."""
        services.revoke_inquiry(self.found(public_id), acting_user=cast(User, request.user))
        return Response(self.get_serializer(self.found(public_id)).data)
