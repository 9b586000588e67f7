"""The freshness board."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.exceptions import BadParameterError
from apps.core.api.views import ApiView, ApiViewSet
from apps.core.errors import NotFoundError
from apps.facilities.selectors import StaleField, access_facility, coordinates
from apps.matching.freshness import ORDERINGS, freshness_board, needs_waiting
from apps.needs.models import Need

FIELDS = [(field.value, field.value) for field in StaleField]
MOST_ROWS = 500


class BoardParameters(serializers.Serializer[Any]):
    network = serializers.SlugField(required=False, default="")
    field = serializers.ChoiceField(choices=FIELDS, required=False, default="")
    ordering = serializers.ChoiceField(choices=ORDERINGS, required=False, default="needs")
    limit = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, required=False, default=100)


class BoardRowSerializer(serializers.Serializer[Any]):
    facility = serializers.UUIDField(source="facility.public_id")
    facility_name = serializers.CharField(source="facility.name")
    field = serializers.ChoiceField(choices=FIELDS)
    rows = serializers.IntegerField(help_text="How many facts of this field are stale.")
    never = serializers.IntegerField(help_text="Of these, how many nobody ever confirmed.")
    oldest = serializers.DateField(allow_null=True)
    needs = serializers.SerializerMethodField(help_text="Open needs whose ranking asks the facility about it.")
    asked_at = serializers.DateTimeField(allow_null=True)

    def get_needs(self, row: Any) -> int:
        return len(row.needs)


class BoardSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Of all rows, shown or not.")
    results = BoardRowSerializer(many=True)


class WaitingNeedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")
    title = serializers.CharField(source="current.title")


class FreshnessView(ApiView):
    def known_parameters(self) -> frozenset[str]:
        return frozenset({"network", "field", "ordering", "limit"})

    @extend_schema(
        operation_id="freshness_board",
        tags=["freshness"],
        parameters=[
            OpenApiParameter("network", str, description="Short name of a network that you coordinate."),
            OpenApiParameter("field", str, enum=[field for field, _ in FIELDS]),
            OpenApiParameter("ordering", str, enum=ORDERINGS),
            OpenApiParameter("limit", int, description=f"1 to {MOST_ROWS}; 100 when left out."),
        ],
        responses=BoardSerializer,
    )
    def get(self, request: Request) -> Response:
        """For coordinators: which facts of their facilities are stale, and how many open needs wait for them."""
        asked = BoardParameters(data=request.query_params)
        if not asked.is_valid():
            raise BadParameterError(asked.errors)
        given = dict(asked.validated_data)
        limit = given.pop("limit")
        rows = freshness_board(request.user, timezone.now().date(), **given)
        return Response(BoardSerializer({"count": len(rows), "results": rows[:limit]}).data)


class WaitingNeedViewSet(ApiViewSet[Need]):
    model = Need
    serializer_class = WaitingNeedSerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "created_at"

    def rows(self) -> QuerySet[Need]:
        facility = access_facility(self.request.user, self.kwargs["facility_id"])
        if not coordinates(self.request.user, facility) or self.kwargs["field"] not in list(StaleField):
            raise NotFoundError("facility_not_found", "There is no such facility.")
        return needs_waiting(self.request.user, facility, StaleField(self.kwargs["field"]))

    @extend_schema(
        operation_id="facilities_needs_waiting",
        tags=["freshness"],
        parameters=[OpenApiParameter("field", str, OpenApiParameter.PATH, enum=[field for field, _ in FIELDS])],
    )
    def list(self, request: Request, facility_id: UUID, field: str) -> Response:
        """For coordinators: the open needs whose current ranking asks the facility about this field."""
        return self.listed()
