"""Who changed what of a facility, and when: for its own people and its coordinators."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.views import ApiViewSet
from apps.core.errors import NotFoundError
from apps.facilities import selectors
from apps.facilities.models import Facility
from apps.facilities.selectors.history import KINDS, entries, events_of

KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=sorted(KINDS))


class EntrySerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    at = serializers.DateTimeField()
    what = serializers.ChoiceField(choices=[(what, what) for what in ("known", "insert", "update", "delete")])
    object = serializers.CharField(source="object_id", help_text="Public id of the row, or its number.")
    by = serializers.CharField(help_text="A person's name; or service, inquiry or database where no person acted.")
    changes = serializers.SerializerMethodField(help_text="Field -> value before and after.")

    def get_changes(self, entry: Any) -> dict[str, Any]:
        return {name: {"before": old, "after": new} for name, (old, new) in entry.changes.items()}


class HistoryViewSet(ApiViewSet[Any]):
    model = KINDS["facility"]
    serializer_class = EntrySerializer
    orderings = {"at": ("pgh_id",)}
    default_ordering = "-at"
    key = "pgh_id"

    def facility(self) -> Facility:
        return selectors.access_facility(self.request.user, self.kwargs["facility_id"])

    def rows(self) -> QuerySet[Any]:
        if self.kwargs["kind"] not in KINDS:
            raise NotFoundError("no_such_history", "There is no history of that.")
        return events_of(self.facility(), self.kwargs["kind"])

    @extend_schema(operation_id="facilities_history", tags=["facilities"], parameters=[KIND])
    def list(self, request: Request, facility_id: UUID, kind: str) -> Response:
        """Every change, newest first, also those made by imports and by hand in the database. Kept for three years."""
        events = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        in_full = selectors.coordinates(request.user, self.facility())
        told = entries(list(events), in_full=in_full)
        return self.get_paginated_response(EntrySerializer(told, many=True).data)
