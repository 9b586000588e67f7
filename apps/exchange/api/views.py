"""Imports: handed in, looked at, applied, undone; and the words that nobody knew."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import parse_header_parameters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY
from apps.core.api.views import ApiView, ApiViewSet
from apps.core.errors import InvalidInputError
from apps.exchange import selectors, services
from apps.exchange.api import filters, serializers
from apps.exchange.models import ImportBatch, ImportRow, UnmappedTerm
from apps.exchange.registry import FORMATS
from apps.facilities.selectors import access_facility

FILE_NAME = OpenApiParameter(
    "Content-Disposition",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description='Names the file: `attachment; filename="places.xlsx"`.',
)
FORMAT = OpenApiParameter("format", str, description="Name of the format; found out by looking where it is left out.")
SOURCE = OpenApiParameter(
    "source", str, description="Whose ids the file uses, as a short name. The same next time, so that nothing doubles."
)
BINARY: dict[str, Any] = {"application/octet-stream": OpenApiTypes.BINARY}


class FileParser(BaseParser):
    """The body as it comes, one byte more than is taken at most."""

    media_type = "*/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return stream.read(services.MAX_FILE_BYTES + 1)


class UploadView(ApiViewSet[ImportBatch]):
    model = ImportBatch
    parser_classes = (FileParser,)
    taken: frozenset[str] = frozenset()

    def known_parameters(self) -> frozenset[str]:
        return self.taken

    def answer(self, batch: ImportBatch) -> Response:
        shown = serializers.ImportDetailSerializer(selectors.access_import(self.request.user, batch.public_id))
        response = Response(shown.data, status=HTTPStatus.CREATED)
        response["Location"] = reverse("api:import", args=[batch.public_id])
        return response


def file_name_of(request: Request) -> str:
    """Errors: InvalidInputError where the header names no file."""
    _, parameters = parse_header_parameters(request.headers.get("Content-Disposition", ""))
    name = parameters.get("filename", "").strip()
    if not name:
        raise InvalidInputError("file_name_missing", "Content-Disposition names the file.", field="file")
    return name


@extend_schema(tags=["imports"])
class NetworkUploadView(UploadView):
    taken = frozenset({"source", "format"})

    @extend_schema(
        operation_id="network_imports_create",
        request=BINARY,
        responses={201: serializers.ImportDetailSerializer},
        parameters=[IDEMPOTENCY_KEY, FILE_NAME, SOURCE, FORMAT],
    )
    @idempotent
    def create(self, request: Request, slug: str) -> Response:
        """For coordinators. The file, of at most 10 MB, is read by a worker; nothing is written until it is applied."""
        batch = services.upload_for_network(
            selectors.access_network(request.user, slug),
            file_name_of(request),
            cast(bytes, request.data),
            source=request.query_params.get("source", ""),
            format=request.query_params.get("format", ""),
            acting_user=cast(User, request.user),
        )
        return self.answer(batch)


@extend_schema(tags=["imports"])
class FacilityUploadView(UploadView):
    taken = frozenset({"format"})

    @extend_schema(
        operation_id="facility_imports_create",
        request=BINARY,
        responses={201: serializers.ImportDetailSerializer},
        parameters=[IDEMPOTENCY_KEY, FILE_NAME, FORMAT],
    )
    @idempotent
    def create(self, request: Request, facility_id: UUID) -> Response:
        """For the facility's own people, about this facility alone: once applied, it is their word."""
        batch = services.upload_for_facility(
            access_facility(request.user, facility_id),
            file_name_of(request),
            cast(bytes, request.data),
            format=request.query_params.get("format", ""),
            acting_user=cast(User, request.user),
        )
        return self.answer(batch)


@extend_schema(tags=["imports"])
class ImportViewSet(ApiViewSet[ImportBatch]):
    model = ImportBatch
    filterset_class = filters.ImportFilterSet
    serializer_class = serializers.ImportSerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[ImportBatch]:
        return selectors.imports_visible_to(self.request.user)

    @extend_schema(operation_id="imports_list", responses=serializers.ImportSerializer(many=True))
    def list(self, request: Request) -> Response:
        return self.listed()

    @extend_schema(operation_id="imports_read", responses=serializers.ImportDetailSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """How far it is, with counts."""
        return self._shown(public_id)

    @extend_schema(
        operation_id="imports_apply",
        request=serializers.EmptySerializer,
        responses={202: serializers.ImportDetailSerializer},
    )
    def apply(self, request: Request, public_id: UUID) -> Response:
        """Rows that are not refused are written by a worker. Only one that has been read, and only once."""
        serializers.EmptySerializer(data=request.data).is_valid(raise_exception=True)
        services.apply_import(self.found(public_id), acting_user=self._user)
        return self._shown(public_id, HTTPStatus.ACCEPTED)

    @extend_schema(
        operation_id="imports_undo",
        request=serializers.UndoSerializer,
        responses={202: serializers.ImportDetailSerializer},
    )
    def undo(self, request: Request, public_id: UUID) -> Response:
        """Everything as it was before; what somebody has changed since stays, and is listed as `left`."""
        told = serializers.UndoSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        services.undo_import(self.found(public_id), **told.validated_data, acting_user=self._user)
        return self._shown(public_id, HTTPStatus.ACCEPTED)

    @extend_schema(
        operation_id="imports_discard",
        request=serializers.EmptySerializer,
        responses=serializers.ImportDetailSerializer,
    )
    def discard(self, request: Request, public_id: UUID) -> Response:
        """Not applied and never to be: the file is forgotten, what was read of it stays to be looked at."""
        serializers.EmptySerializer(data=request.data).is_valid(raise_exception=True)
        services.discard_import(self.found(public_id), acting_user=self._user)
        return self._shown(public_id)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _shown(self, public_id: UUID, status: int = HTTPStatus.OK) -> Response:
        return Response(serializers.ImportDetailSerializer(self.found(public_id)).data, status=status)


@extend_schema(tags=["imports"])
class RowViewSet(ApiViewSet[ImportRow]):
    model = ImportRow
    filterset_class = filters.RowFilterSet
    serializer_class = serializers.RowSerializer
    orderings = {"position": ("position",)}
    default_ordering = "position"
    key = "position"

    def rows(self) -> QuerySet[ImportRow]:
        return selectors.rows_of(selectors.access_import(self.request.user, self.kwargs["import_id"]))

    @extend_schema(operation_id="imports_rows", responses=serializers.RowSerializer(many=True))
    def list(self, request: Request, import_id: UUID) -> Response:
        """What happens to each facility of the file, or has happened."""
        return self.listed()


@extend_schema(tags=["imports"])
class FormatView(ApiView):
    @extend_schema(operation_id="import_formats", responses=serializers.FormatSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every form of file that is understood."""
        return Response(serializers.FormatSerializer(FORMATS, many=True).data)


@extend_schema(tags=["imports"])
class TermViewSet(ApiViewSet[UnmappedTerm]):
    """Words of files that no synonym names."""

    model = UnmappedTerm
    filterset_class = filters.TermFilterSet
    serializer_class = serializers.TermSerializer
    orderings = {"count": ("count",), "created_at": ("created_at",)}
    default_ordering = "-count"

    def rows(self) -> QuerySet[UnmappedTerm]:
        return selectors.terms_visible_to(self.request.user)

    @extend_schema(operation_id="unmapped_terms_list", responses=serializers.TermSerializer(many=True))
    def list(self, request: Request) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="unmapped_terms_map",
        request=serializers.MeaningSerializer,
        responses=serializers.TermDecisionSerializer,
    )
    def map(self, request: Request, public_id: UUID) -> Response:
        """For coordinators: the catalogue knows these words from now on; a process is suggested where they stood."""
        told = serializers.MeaningSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        count = services.map_term(self.found(public_id), **told.validated_data, acting_user=cast(User, request.user))
        return Response({"facilities": count})

    @extend_schema(
        operation_id="unmapped_terms_reject",
        request=serializers.UndoSerializer,
        responses=serializers.TermDecisionSerializer,
    )
    def reject(self, request: Request, public_id: UUID) -> Response:
        """For coordinators: they mean nothing here."""
        told = serializers.UndoSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        count = services.reject_term(self.found(public_id), **told.validated_data, acting_user=cast(User, request.user))
        return Response({"facilities": count})
