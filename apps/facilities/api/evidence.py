"""Documents and verifications of certificates, and the tick that makes a suggestion the facility's word."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import parse_header_parameters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.conditional import locked_match, version_of, with_etag
from apps.core.api.schema import IF_MATCH
from apps.core.api.views import ApiViewSet
from apps.core.downloads import attachment
from apps.core.errors import InvalidInputError, NotFoundError
from apps.facilities import selectors, services
from apps.facilities.api import shapes
from apps.facilities.api.serializers import CapabilitySerializer, CertificateSerializer
from apps.facilities.api.views import valid
from apps.facilities.models import Capability, HeldCertificate, Verification
from apps.facilities.services.papers import MAX_BYTES

FILE_NAME = OpenApiParameter(
    "Content-Disposition",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description='Names the file: `attachment; filename="iso-9001.pdf"`.',
)


class PaperParser(BaseParser):
    """The body as it comes, one byte more than is taken at most."""

    media_type = "*/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return stream.read(MAX_BYTES + 1)


class OfCertificateViewSet(ApiViewSet[Any]):
    """Below one certificate; outsiders find nothing here."""

    def certificate(self) -> HeldCertificate:
        facility = selectors.access_facility(self.request.user, self.kwargs["facility_id"])
        named = {"public_id": self.kwargs["certificate_id"]}
        return selectors.only_one(selectors.parts_of(facility, HeldCertificate), **named)

    def shown(self, certificate: HeldCertificate, status: int = HTTPStatus.OK) -> Response:
        fresh = self.certificate()
        return with_etag(Response(CertificateSerializer(fresh).data, status=status), version_of(fresh))


@extend_schema(tags=["evidence"])
class DocumentViewSet(OfCertificateViewSet):
    model = HeldCertificate
    parser_classes = (PaperParser,)

    @extend_schema(operation_id="certificate_document_read", responses={200: OpenApiTypes.BINARY})
    def retrieve(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The file, to be saved. Every reading is written down."""
        document = getattr(self.certificate(), "document", None)
        if document is None:
            raise NotFoundError("document_not_found", "There is no document.")
        data = services.read_document(document, acting_user=cast(User, request.user))
        return attachment(data, name=document.name, kind=document.kind)

    @extend_schema(
        operation_id="certificate_document_write",
        request={"application/pdf": OpenApiTypes.BINARY, "image/png": OpenApiTypes.BINARY},
        responses=CertificateSerializer,
        parameters=[IF_MATCH, FILE_NAME],
    )
    def update(self, request: Request, **kwargs: Any) -> Response:
        """PDF, PNG or JPEG of at most 10 MB; takes the place of the one before and undoes a verification."""
        certificate = self.certificate()
        _, parameters = parse_header_parameters(request.headers.get("Content-Disposition", ""))
        name = parameters.get("filename", "").strip()
        if not name:
            raise InvalidInputError("file_name_missing", "Content-Disposition names the file.", field="file")
        with locked_match(request, certificate):
            data = cast(bytes, request.data)  # as PaperParser reads it
            services.hand_in_document(certificate, name=name, data=data, acting_user=cast(User, request.user))
        return self.shown(certificate)

    @extend_schema(operation_id="certificate_document_remove", responses={204: None}, parameters=[IF_MATCH])
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        certificate = self.certificate()
        with locked_match(request, certificate):
            services.remove_document(certificate, acting_user=cast(User, request.user))
        return Response(status=HTTPStatus.NO_CONTENT)


@extend_schema(tags=["evidence"])
class VerificationViewSet(OfCertificateViewSet):
    model = Verification
    serializer_class = shapes.VerificationSerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[Any]:
        return selectors.verifications_of(self.certificate())

    @extend_schema(operation_id="certificate_verifications", responses=shapes.VerificationSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Those that no longer hold too, with the reason."""
        return self.listed()

    @extend_schema(
        operation_id="certificate_verify",
        request=shapes.NewVerificationSerializer,
        responses={201: CertificateSerializer},
        parameters=[IF_MATCH],
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """For coordinators: what of the document, and of the issuer's registry, was looked at."""
        certificate = self.certificate()
        with locked_match(request, certificate):
            values = valid(shapes.NewVerificationSerializer(data=request.data))
            services.verify_certificate(certificate, **values, acting_user=cast(User, request.user))
        return self.shown(certificate, HTTPStatus.CREATED)

    @extend_schema(
        operation_id="certificate_verification_take_back",
        request=shapes.ReasonSerializer,
        responses=CertificateSerializer,
        parameters=[IF_MATCH],
    )
    def take_back(self, request: Request, **kwargs: Any) -> Response:
        certificate = self.certificate()
        with locked_match(request, certificate):
            reason = valid(shapes.ReasonSerializer(data=request.data))["reason"]
            services.take_back_verification(certificate, reason=reason, acting_user=cast(User, request.user))
        return self.shown(certificate)


@extend_schema(tags=["facilities"])
class TickViewSet(ApiViewSet[Capability]):
    model = Capability
    serializer_class = CapabilitySerializer

    def rows(self) -> QuerySet[Capability]:
        facility = selectors.access_facility(self.request.user, self.kwargs["facility_id"])
        return selectors.parts_of(facility, Capability)

    @extend_schema(
        operation_id="facility_capability_confirm", request=shapes.TickSerializer, responses=CapabilitySerializer
    )
    def create(self, request: Request, facility_id: UUID, part_id: UUID) -> Response:
        """Ticks a line that was only suggested; ticking twice is ticking once."""
        line = self.found(part_id)
        values = valid(shapes.TickSerializer(data=request.data))
        services.confirm_capability(line, offer=values.get("offer", ""), acting_user=cast(User, request.user))
        fresh = self.found(part_id)
        return with_etag(Response(self.get_serializer(fresh).data), version_of(fresh))
