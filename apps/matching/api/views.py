"""Rankings: the current one with the state of the work on it, earlier ones, their matches."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY
from apps.core.api.views import ApiView, ApiViewSet
from apps.core.errors import NotFoundError
from apps.facilities.models import Facility
from apps.facilities.selectors import ends_of
from apps.matching import selectors, services, wording
from apps.matching.api.filters import MatchFilterSet
from apps.matching.api.matches import FounderMatchSerializer, FullMatchSerializer
from apps.matching.api.serializers import (
    CurrentRankingSerializer,
    ExcludedSerializer,
    JobSerializer,
    RankingBriefSerializer,
    RankingSerializer,
    coded,
)
from apps.matching.founder_view import founder_match, with_facilities
from apps.matching.models import Match, Ranking
from apps.matching.selectors import JobState
from apps.needs.models import Need
from apps.needs.selectors import access_need, require_taking_part

UNDER_WAY = (JobState.DUE, JobState.LEASED)
MATCH = PolymorphicProxySerializer(
    component_name="Match",
    serializers={"founder": FounderMatchSerializer, "coordinator": FullMatchSerializer},
    resource_type_field_name="view",
)


class CurrentRankingView(ApiView):
    @extend_schema(
        operation_id="needs_ranking",
        tags=["rankings"],
        responses={
            200: CurrentRankingSerializer,
            202: OpenApiResponse(CurrentRankingSerializer, "A newer one is on its way; ask again after `Retry-After`."),
        },
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """The current ranking and how the work on it stands.

        200: nothing is under way (`job.state` says whether that is because all is answered). 202: the need or the
        supply changed and a newer ranking is being made; the last one is in the answer if there is one.
        """
        need = access_need(request.user, public_id)
        job, ranking = selectors.job_progress(need), selectors.current_ranking(need)
        body = CurrentRankingSerializer({"job": job, "ranking": ranking, "matches": _matches_url(ranking)}).data
        if job is not None and job.state in UNDER_WAY:
            return Response(body, status=HTTPStatus.ACCEPTED, headers={"Retry-After": "1"})
        return Response(body)


class RankingRequestView(ApiView):
    @extend_schema(
        operation_id="needs_ranking_request",
        tags=["rankings"],
        request=None,
        responses={202: JobSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, public_id: UUID) -> Response:
        """Ranks the need again although nothing changed. For its founders and its coordinators."""
        user = cast(User, request.user)
        need = access_need(user, public_id)
        require_taking_part(user, need)
        services.request_ranking(need, acting_user=user)
        response = Response(JobSerializer(selectors.job_progress(need)).data, status=HTTPStatus.ACCEPTED)
        response["Location"] = reverse("api:need-ranking", args=[public_id])
        return response


@extend_schema(tags=["rankings"])
class RankingViewSet(ApiViewSet[Ranking]):
    model = Ranking
    serializer_class = RankingBriefSerializer
    orderings = {"run": ("rev",), "created_at": ("created_at",)}
    default_ordering = "-run"

    def rows(self) -> QuerySet[Ranking]:
        rankings = selectors.rankings_visible_to(self.request.user)
        if "need_id" not in self.kwargs:
            return rankings
        return rankings.filter(need=access_need(self.request.user, self.kwargs["need_id"]))

    @extend_schema(operation_id="needs_rankings_list")
    def list(self, request: Request, need_id: UUID) -> Response:
        """Every ranking of the need, newest first."""
        return self.listed()

    @extend_schema(operation_id="rankings_read", responses=RankingSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Exactly as it was published."""
        return Response(RankingSerializer(self.found(public_id)).data)


class OfARankingViewSet(ApiViewSet[Any]):
    """Rows below rankings/{ranking_id}/."""

    def ranking(self) -> Ranking:
        return selectors.access_ranking(self.request.user, self.kwargs["ranking_id"])

    def in_full(self, need: Need) -> bool:
        return selectors.reads_in_full(self.request.user, need)


@extend_schema(tags=["rankings"])
class MatchViewSet(OfARankingViewSet):
    model = Match
    filterset_class = MatchFilterSet
    orderings = {"position": ("position",)}
    default_ordering = "position"
    key = "position"
    lookup_field = "position"

    def rows(self) -> QuerySet[Match]:
        ranking = self.ranking()
        self.full = self.in_full(ranking.need)
        matches = selectors.matches_of(ranking)
        return matches if self.full else with_facilities(matches)

    @extend_schema(operation_id="rankings_matches_list", responses=MATCH)
    def list(self, request: Request, ranking_id: UUID) -> Response:
        """In the engine's order. Coordinators read every fact, so that the score can be recomputed; founders read
        reasons, bands and classes, and names of facilities with a public profile only."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._shown(page or []))

    @extend_schema(operation_id="rankings_matches_read", responses=MATCH)
    def retrieve(self, request: Request, ranking_id: UUID, position: int) -> Response:
        return Response(self._shown([self.found(position)])[0])

    def _shown(self, matches: Sequence[Match]) -> Any:
        survivors = ends_of(match.facility_id for match in matches)
        if self.full:
            context = {"ids": selectors.engine_ids(matches), "survivors": survivors}
            return FullMatchSerializer(matches, many=True, context=context).data
        return FounderMatchSerializer([founder_match(match, survivors) for match in matches], many=True).data


@extend_schema(tags=["rankings"])
class ExcludedViewSet(OfARankingViewSet):
    model = Facility
    serializer_class = ExcludedSerializer
    orderings = {"name": ("name",)}
    default_ordering = "name"

    def rows(self) -> QuerySet[Facility]:
        ranking = self.ranking()
        if not self.in_full(ranking.need):
            raise NotFoundError("not_found", "There is no such thing.")
        self.gates = {row["facility_id"]: row["gate"] for row in ranking.document["excluded"]}
        return selectors.facilities_named(self.gates)

    @extend_schema(operation_id="rankings_excluded_list")
    def list(self, request: Request, ranking_id: UUID) -> Response:
        """For coordinators: who was considered and left out, at the first gate that failed. Of many those that got
        furthest, as many as the policy's `excluded_k`; the ranking's funnel counts all of them."""
        page = self.paginate_queryset(self.get_queryset())
        rows = [
            {
                "facility": {"id": str(facility.public_id), "name": facility.name},
                "gate": coded(wording.GATES, self.gates[str(facility.pk)]),
            }
            for facility in page or []
        ]
        return self.get_paginated_response(ExcludedSerializer(rows, many=True).data)


def _matches_url(ranking: Ranking | None) -> str | None:
    return None if ranking is None else reverse("api:ranking-matches", args=[ranking.public_id])
