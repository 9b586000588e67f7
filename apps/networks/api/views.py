"""Networks, read only: the administrator sets them up."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.views import ApiViewSet
from apps.networks import selectors
from apps.networks.api.serializers import NetworkSerializer
from apps.networks.models import Network


@extend_schema(tags=["networks"])
class NetworkViewSet(ApiViewSet[Network]):
    model = Network
    serializer_class = NetworkSerializer
    orderings = {"name": ("name",)}
    default_ordering = "name"
    key = "slug"
    lookup_field = "slug"

    def rows(self) -> QuerySet[Network]:
        return selectors.networks_visible_to(self.request.user)

    @extend_schema(operation_id="networks_list")
    def list(self, request: Request) -> Response:
        """All of them: a founder chooses one."""
        return self.listed()

    @extend_schema(operation_id="networks_read")
    def retrieve(self, request: Request, slug: str) -> Response:
        return Response(self.get_serializer(self.found(slug)).data)
