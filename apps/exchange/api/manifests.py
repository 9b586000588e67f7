"""Open Know-How manifests, read into a need that the founder may post."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.views import ApiView
from apps.exchange.api.serializers import RefusalSerializer, RepairSerializer, UnmappedSerializer
from apps.exchange.api.views import BINARY, FILE_NAME, FileParser, file_name_of
from apps.exchange.formats.base import ParsedRow
from apps.exchange.manifests import posting_of, propose_need


class ProposedStepSerializer(serializers.Serializer[Any]):
    process = serializers.CharField(help_text="Short name of the process.")
    materials = serializers.ListField(child=serializers.CharField())


class ProposedNeedSerializer(serializers.Serializer[Any]):
    """Fields of a need as `POST /needs/` takes them; quantity, day and roles are not in a manifest."""

    title = serializers.CharField()
    description = serializers.CharField(help_text="With licence, version, links and parts below.")
    envelope_mm = serializers.ListField(child=serializers.FloatField(), required=False)
    steps = ProposedStepSerializer(many=True, help_text="Proposed, for the founder to choose from.")


class ProposalSerializer(serializers.Serializer[ParsedRow]):
    external_id = serializers.CharField(help_text="The same for the same design; of use as the need's external_id.")
    need = serializers.SerializerMethodField()
    repairs = RepairSerializer(many=True)
    refusals = RefusalSerializer(many=True)
    unmapped = UnmappedSerializer(many=True, help_text="Words that name no process or material of the catalogue.")

    @extend_schema_field(ProposedNeedSerializer)
    def get_need(self, row: ParsedRow) -> dict[str, object]:
        return posting_of(row)


@extend_schema(tags=["needs"])
class ManifestView(ApiView):
    parser_classes = (FileParser,)

    @extend_schema(
        operation_id="need_manifests_read",
        request=BINARY,
        responses={200: ProposalSerializer},
        parameters=[FILE_NAME],
    )
    def post(self, request: Request) -> Response:
        """What a manifest (Open Know-How, TOML or YAML) says, as a need to be posted. Nothing is stored."""
        row = propose_need(file_name_of(request), cast(bytes, request.data))
        return Response(ProposalSerializer(row).data)
