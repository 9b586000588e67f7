"""Likely twins, merges and splits: for coordinators of both places."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY
from apps.core.api.serializers import StrictChar, StrictSerializer, StrictUUID
from apps.core.api.views import ApiViewSet
from apps.facilities import selectors, services
from apps.facilities.api.filters import TwinPairFilterSet
from apps.facilities.api.views import valid
from apps.facilities.models import Facility, Merge, TwinPair

REASON = 500


class TwinSerializer(serializers.Serializer[Facility]):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()
    claim_state = serializers.CharField()


class TwinReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    weight = serializers.FloatField(help_text="What it adds to the score.")
    facts = serializers.DictField()


class TwinPairSerializer(serializers.Serializer[TwinPair]):
    id = serializers.UUIDField(source="public_id")
    network = serializers.CharField(source="network.slug")
    first = TwinSerializer()
    second = TwinSerializer()
    score = serializers.FloatField(help_text="0 to 1: the sum of the weights.")
    reasons = TwinReasonSerializer(many=True)
    dismissed = serializers.BooleanField(source="is_dismissed", help_text="Until something that was compared changes.")
    dismissed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class FieldSideSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    survivor = serializers.CharField(help_text="Blank: not stated.")
    merged = serializers.CharField()
    taken = serializers.BooleanField(help_text="What a merge takes over unless `take` says otherwise.")


class PartSideSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.CharField(help_text="What `stay` names it by.")
    words = serializers.CharField()
    twin = serializers.BooleanField(help_text="The survivor has one, so this one stays behind.")
    suggested = serializers.BooleanField()


class TwinComparisonSerializer(serializers.Serializer[Any]):
    survivor = TwinSerializer()
    merged = TwinSerializer()
    fields = FieldSideSerializer(many=True)  # type: ignore[assignment]  # Serializer has an attribute of this name
    parts = PartSideSerializer(many=True)
    networks = serializers.ListField(child=serializers.CharField(), help_text="Those of both, joined.")


class LeftBySplitSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    name = serializers.CharField()
    why = serializers.CharField()


class MergeSerializer(serializers.Serializer[Merge]):
    id = serializers.UUIDField(source="public_id")
    survivor = TwinSerializer()
    merged = TwinSerializer()
    merged_by = serializers.CharField(source="merged_by.name")
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    split_at = serializers.DateTimeField(allow_null=True)
    split_reason = serializers.CharField()
    left = LeftBySplitSerializer(
        many=True, help_text="What the split could not put back, or put back with later edits."
    )


class DismissalSerializer(StrictSerializer[Any]):
    reason = StrictChar(max_length=REASON, required=False, allow_blank=True)


class PairToMergeSerializer(StrictSerializer[Any]):
    survivor = StrictUUID(help_text="Of the two the one that stays.")
    merged = StrictUUID()


class NewMergeSerializer(PairToMergeSerializer):
    take = serializers.ListField(
        child=StrictChar(max_length=60),
        required=False,
        max_length=60,
        help_text="Fields in which the other is right; left out: those that the survivor has not stated.",
    )
    stay = serializers.ListField(
        child=StrictChar(max_length=60),
        required=False,
        max_length=2_000,
        help_text="Ids of parts that stay behind; all others of which the survivor has none go over.",
    )
    reason = StrictChar(max_length=REASON, required=False, allow_blank=True)


class SplitSerializer(StrictSerializer[Any]):
    reason = StrictChar(max_length=REASON)


@extend_schema(tags=["twins"])
class TwinPairViewSet(ApiViewSet[TwinPair]):
    model = TwinPair
    serializer_class = TwinPairSerializer
    filterset_class = TwinPairFilterSet
    orderings = {"score": ("score",), "created_at": ("created_at",)}
    default_ordering = "-score"

    def rows(self) -> QuerySet[TwinPair]:
        return selectors.pairs_visible_to(self.request.user)

    @extend_schema(operation_id="twin_pairs_list", responses=TwinPairSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Listings of one network that may be one place, the likeliest first."""
        return self.listed()

    @extend_schema(operation_id="twin_pairs_read", responses=TwinPairSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return Response(self.get_serializer(self.found(public_id)).data)

    @extend_schema(operation_id="twin_pairs_dismiss", request=DismissalSerializer, responses=TwinPairSerializer)
    def dismiss(self, request: Request, public_id: UUID) -> Response:
        """They are two places; holds until something that was compared changes."""
        pair = self.found(public_id)
        values = valid(DismissalSerializer(data=request.data))
        services.dismiss_twins(pair, **values, acting_user=cast(User, request.user))
        return Response(self.get_serializer(self.found(public_id)).data)


@extend_schema(tags=["twins"])
class MergeViewSet(ApiViewSet[Merge]):
    model = Merge
    serializer_class = MergeSerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[Merge]:
        return selectors.merges_visible_to(self.request.user)

    @extend_schema(operation_id="merges_list", responses=MergeSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Those that were split again too."""
        return self.listed()

    @extend_schema(operation_id="merges_read", responses=MergeSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return Response(self.get_serializer(self.found(public_id)).data)

    @extend_schema(operation_id="merges_preview", request=PairToMergeSerializer, responses=TwinComparisonSerializer)
    def preview(self, request: Request) -> Response:
        """Both side by side, and what a merge would take and move; nothing is written."""
        survivor, merged = self._both(valid(PairToMergeSerializer(data=request.data)))
        return Response(TwinComparisonSerializer(selectors.compare_twins(survivor, merged)).data)

    @extend_schema(
        operation_id="merges_create",
        request=NewMergeSerializer,
        responses={201: MergeSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """From now on one listing stands for both; the other is closed to everything until it is split again."""
        values = valid(NewMergeSerializer(data=request.data))
        survivor, merged = self._both(values)
        chosen = {name: values[name] for name in ("take", "stay", "reason") if name in values}
        merge = services.merge_facilities(survivor, merged, **chosen, acting_user=cast(User, request.user))
        response = Response(self.get_serializer(merge).data, status=HTTPStatus.CREATED)
        response["Location"] = reverse("api:merge", args=[merge.public_id])
        return response

    @extend_schema(operation_id="merges_split", request=SplitSerializer, responses=MergeSerializer)
    def split(self, request: Request, public_id: UUID) -> Response:
        """Everything goes where it was, but for what people have changed since."""
        merge = self.found(public_id)
        values = valid(SplitSerializer(data=request.data))
        services.split_facilities(merge, **values, acting_user=cast(User, request.user))
        return Response(self.get_serializer(self.found(public_id)).data)

    def _both(self, values: dict[str, Any]) -> tuple[Facility, Facility]:
        user = self.request.user
        survivor, merged = (
            selectors.access_coordinated(user, values[field], field=field) for field in ("survivor", "merged")
        )
        return survivor, merged
