"""What belongs to a facility, each kind under facilities/{id}/."""

from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.conditional import locked_match, version_of, with_etag
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY, IF_MATCH
from apps.core.api.views import ApiViewSet
from apps.core.errors import InvalidInputError
from apps.facilities import selectors, services
from apps.facilities.api import fields, serializers
from apps.facilities.api.views import valid
from apps.facilities.models import (
    Capability,
    Facility,
    HeldCertificate,
    HeldMachine,
    NoGo,
    Resource,
)


class PartViewSet(ApiViewSet[Any]):
    """Outsiders find nothing here: a part is never public."""

    route: ClassVar[str]
    new_serializer_class: ClassVar[type[Any]]
    change_serializer_class: ClassVar[type[Any]]

    def facility(self) -> Facility:
        return selectors.access_facility(self.request.user, self.kwargs["facility_id"])

    def rows(self) -> QuerySet[Any]:
        return selectors.parts_of(self.facility(), self.model)

    def values(self, data: dict[str, Any]) -> dict[str, Any]:
        """What was sent, as the service takes it."""
        return data

    def list(self, request: Request, **kwargs: Any) -> Response:
        return self.listed()

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return self.shown(self.part())

    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        values = self.values(valid(self.new_serializer_class(data=request.data)))
        made = services.add_part(self.facility(), self.model, values, acting_user=cast(User, request.user))
        response = self.shown(self.get_queryset().get(pk=made.pk), HTTPStatus.CREATED)
        response["Location"] = reverse(f"api:{self.route}", args=[kwargs["facility_id"], *self.names(made)])
        return response

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        part = self.part()
        with locked_match(request, part):
            changes = self.values(valid(self.change_serializer_class(data=request.data)))
            services.change_part(part, changes, acting_user=cast(User, request.user))
        return self.shown(self.get_queryset().get(pk=part.pk))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        part = self.part()
        with locked_match(request, part):
            services.remove_part(part, acting_user=cast(User, request.user))
        return Response(status=HTTPStatus.NO_CONTENT)

    def part(self) -> Any:
        return self.found(self.kwargs["part_id"])

    def names(self, part: Any) -> "tuple[Any, ...]":
        """What names the part in its address."""
        return (part.public_id,)

    def shown(self, part: Any, status: int = HTTPStatus.OK) -> Response:
        return with_etag(Response(self.get_serializer(part).data, status=status), version_of(part))


def operations(new: type[Any], change: type[Any], shown: type[Any]) -> dict[str, Any]:
    """How the schema describes one kind of part."""
    return {
        "list": extend_schema(tags=["facilities"], responses=shown(many=True)),
        "retrieve": extend_schema(tags=["facilities"], responses=shown),
        "create": extend_schema(tags=["facilities"], request=new, responses={201: shown}, parameters=[IDEMPOTENCY_KEY]),
        "partial_update": extend_schema(tags=["facilities"], request=change, responses=shown, parameters=[IF_MATCH]),
        "destroy": extend_schema(tags=["facilities"], responses={204: None}, parameters=[IF_MATCH]),
    }


@extend_schema_view(
    **operations(fields.CapabilityFields, serializers.CapabilityChangeSerializer, serializers.CapabilitySerializer)
)
class CapabilityViewSet(PartViewSet):
    model = Capability
    route = "facility-capability"
    serializer_class = serializers.CapabilitySerializer
    new_serializer_class = fields.CapabilityFields
    change_serializer_class = serializers.CapabilityChangeSerializer
    orderings = {"process": ("process__slug",), "created_at": ("created_at",)}
    default_ordering = "process"

    def values(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("resource") is None:
            return data
        named = selectors.parts_of(self.facility(), Resource).filter(public_id=data["resource"]).first()
        if named is None:
            raise InvalidInputError("unknown_resource", "The facility has no such resource.", field="resource")
        return {**data, "resource": named}


@extend_schema_view(
    **operations(fields.ResourceFields, serializers.ResourceChangeSerializer, serializers.ResourceSerializer)
)
class ResourceViewSet(PartViewSet):
    model = Resource
    route = "facility-resource"
    serializer_class = serializers.ResourceSerializer
    new_serializer_class = fields.ResourceFields
    change_serializer_class = serializers.ResourceChangeSerializer
    orderings = {"kind": ("kind__slug", "name"), "created_at": ("created_at",)}
    default_ordering = "kind"


@extend_schema_view(
    **operations(fields.CertificateFields, serializers.CertificateChangeSerializer, serializers.CertificateSerializer)
)
class CertificateViewSet(PartViewSet):
    model = HeldCertificate
    route = "facility-certificate"
    serializer_class = serializers.CertificateSerializer
    new_serializer_class = fields.CertificateFields
    change_serializer_class = serializers.CertificateChangeSerializer
    orderings = {"certification": ("certification__slug",), "created_at": ("created_at",)}
    default_ordering = "certification"


@extend_schema_view(
    **operations(fields.MachineFields, serializers.MachineChangeSerializer, serializers.HeldMachineSerializer)
)
class MachineViewSet(PartViewSet):
    """Named by the machine's short name: a facility lists each model once, with a count."""

    model = HeldMachine
    route = "facility-machine"
    serializer_class = serializers.HeldMachineSerializer
    new_serializer_class = fields.MachineFields
    change_serializer_class = serializers.MachineChangeSerializer
    orderings = {"machine": ("machine__slug",)}
    default_ordering = "machine"
    key = "machine__slug"
    lookup_field = "machine__slug"

    def names(self, part: HeldMachine) -> "tuple[Any, ...]":
        return (part.machine.slug,)


@extend_schema_view(
    **{
        name: operation
        for name, operation in operations(fields.NoGoFields, fields.NoGoFields, serializers.NoGoSerializer).items()
        if name != "partial_update"
    }
)
class NoGoViewSet(PartViewSet):
    """Named by kind and value; there is nothing else to change."""

    model = NoGo
    route = "facility-no-go"
    serializer_class = serializers.NoGoSerializer
    new_serializer_class = fields.NoGoFields
    orderings = {"kind": ("kind", "value")}
    default_ordering = "kind"
    key = "value"

    def part(self) -> NoGo:
        named = {"kind": self.kwargs["kind"], "value": self.kwargs["value"]}
        return cast(NoGo, selectors.only_one(self.get_queryset(), **named))

    def names(self, part: NoGo) -> "tuple[Any, ...]":
        return part.kind, part.value
