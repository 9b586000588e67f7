"""The catalogue, read only, for everybody who is signed in."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog import selectors
from apps.catalog.api import filters, serializers
from apps.catalog.models import (
    Certification,
    MachineModel,
    Material,
    Process,
    Region,
    ResourceKind,
    Skill,
    Stage,
    WorkContent,
)
from apps.catalog.models.synonyms import TARGETS
from apps.core.api.exceptions import BadParameterError
from apps.core.api.views import ApiView, ApiViewSet

MAX_QUERY = 200
MAX_HITS = 50


class CatalogueViewSet(ApiViewSet[Any]):
    key = "slug"
    lookup_field = "slug"
    orderings = {"name": ("name",)}
    default_ordering = "name"

    def rows(self) -> QuerySet[Any]:
        return selectors.catalogue_rows(self.model, self.request.user)

    def list(self, request: Request) -> Response:
        return self.listed()

    def retrieve(self, request: Request, slug: str) -> Response:
        return Response(self.get_serializer(self.found(slug)).data)


@extend_schema(tags=["catalogue"])
class ProcessViewSet(CatalogueViewSet):
    model = Process
    filterset_class = filters.ProcessFilterSet
    serializer_class = serializers.ProcessSerializer

    @extend_schema(responses=serializers.ProcessDetailSerializer)
    def retrieve(self, request: Request, slug: str) -> Response:
        """With its kinds, and how it stands to other processes."""
        return Response(serializers.ProcessDetailSerializer(self.found(slug)).data)


@extend_schema(tags=["catalogue"])
class MaterialViewSet(CatalogueViewSet):
    model = Material
    filterset_class = filters.MaterialFilterSet
    serializer_class = serializers.MaterialSerializer


@extend_schema(tags=["catalogue"])
class CertificationViewSet(CatalogueViewSet):
    model = Certification
    filterset_class = filters.CertificationFilterSet
    serializer_class = serializers.CertificationSerializer


@extend_schema(tags=["catalogue"])
class MachineViewSet(CatalogueViewSet):
    model = MachineModel
    filterset_class = filters.MachineFilterSet
    serializer_class = serializers.MachineSerializer
    orderings = {"name": ("maker", "model")}


@extend_schema(tags=["catalogue"])
class ResourceKindViewSet(CatalogueViewSet):
    model = ResourceKind
    filterset_class = filters.ResourceKindFilterSet
    serializer_class = serializers.ResourceKindSerializer


@extend_schema(tags=["catalogue"])
class RegionViewSet(CatalogueViewSet):
    model = Region
    key = "code"
    lookup_field = "code"
    filterset_class = filters.RegionFilterSet
    serializer_class = serializers.RegionSerializer


@extend_schema(tags=["catalogue"])
class StageViewSet(CatalogueViewSet):
    model = Stage
    filterset_class = filters.StageFilterSet
    serializer_class = serializers.StageSerializer
    orderings = {"order": ("order",), "name": ("name",)}
    default_ordering = "order"


@extend_schema(tags=["catalogue"])
class SkillViewSet(CatalogueViewSet):
    model = Skill
    filterset_class = filters.SkillFilterSet
    serializer_class = serializers.SkillSerializer


@extend_schema(tags=["catalogue"])
class WorkContentViewSet(CatalogueViewSet):
    """One row a process, so it is named by the process."""

    model = WorkContent
    key = "process__slug"
    lookup_field = "process__slug"
    filterset_class = filters.WorkContentFilterSet
    serializer_class = serializers.WorkContentSerializer
    orderings = {"process": ("process__slug",)}
    default_ordering = "process"


class SearchView(ApiView):
    @extend_schema(
        operation_id="catalogue_search",
        tags=["catalogue"],
        parameters=[
            OpenApiParameter("q", str, required=True, description="Words as founders use them."),
            OpenApiParameter("kind", str, enum=TARGETS, description="Only rows of this kind."),
            OpenApiParameter("limit", int, description=f"1 to {MAX_HITS}; 10 if left out."),
        ],
        responses=serializers.HitsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Processes, materials, certifications, machines and stages that the words may mean, best first."""
        kind = request.query_params.get("kind")
        if kind is not None and kind not in TARGETS:
            raise BadParameterError.single("kind", f"One of: {', '.join(TARGETS)}.", "invalid_choice")
        kinds = TARGETS if kind is None else (kind,)
        hits = selectors.search_catalogue(_query(request), kinds=kinds, limit=_limit(request))
        return Response(serializers.HitsSerializer({"results": hits}).data)

    def known_parameters(self) -> frozenset[str]:
        return frozenset({"q", "kind", "limit"})


def _query(request: Request) -> str:
    query = request.query_params.get("q", "")
    if not query.strip():
        raise BadParameterError.single("q", "Say what to look for.", "required")
    if len(query) > MAX_QUERY:
        raise BadParameterError.single("q", f"At most {MAX_QUERY} characters.", "max_length")
    return query


def _limit(request: Request) -> int:
    raw = request.query_params.get("limit", "10")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 2 or not 1 <= int(raw) <= MAX_HITS:
        raise BadParameterError.single("limit", f"A whole number from 1 to {MAX_HITS}.", "invalid")
    return int(raw)
