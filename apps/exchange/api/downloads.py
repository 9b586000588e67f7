"""Templates and exports, as files to be saved."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from apps.core.api.exceptions import BadParameterError
from apps.core.api.views import ApiView
from apps.core.downloads import attachment
from apps.exchange import files, selectors


@extend_schema(tags=["imports"])
class TemplateView(ApiView):
    @extend_schema(operation_id="import_templates_read", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, file_name: str) -> HttpResponse:
        """An empty template: a workbook whose last sheets explain every column, an archive of CSV files, or one CSV."""
        told = files.template_file(file_name)
        return attachment(told.data, name=told.name, kind=told.kind)


@extend_schema(tags=["imports"])
class ExportView(ApiView):
    def known_parameters(self) -> frozenset[str]:
        return frozenset({"everything"})

    @extend_schema(
        operation_id="network_exports_read",
        parameters=[
            OpenApiParameter(
                "everything", bool, description="All that you read in full, not only those with a public profile."
            )
        ],
        responses={(200, "*/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str, file_name: str) -> HttpResponse:
        """A network's facilities in the sheets of the template: of each what you may read of it."""
        everything = request.query_params.get("everything", "false")
        if everything not in ("true", "false"):
            raise BadParameterError.single("everything", "true or false.", "invalid_choice")
        network = selectors.access_network(request.user, slug)
        told = files.export_file(network, file_name, request.user, everything=everything == "true")
        return attachment(told.data, name=told.name, kind=told.kind)
