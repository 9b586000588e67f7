"""Needs as the API takes and shows them."""

from dataclasses import replace
from typing import Any, cast

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.accounts.api.serializers import OrganisationBriefSerializer
from apps.core.api.serializers import (
    CatalogueReference,
    StrictBoolean,
    StrictChar,
    StrictSerializer,
    StrictUUID,
    UniqueList,
)
from apps.needs.api import examples
from apps.needs.api.fields import ContentSerializer
from apps.needs.content import NeedContent, StepContent
from apps.needs.models import Need, NeedRevision, NeedState
from apps.networks.models import Network

TUPLES = ("required_certificates", "preferred_certificates", "materials")


def content_from(values: dict[str, Any], *, base: NeedContent | None = None) -> NeedContent:
    """The content that a request asks for; with `base`, what it leaves out stays as it was."""
    told = _told(values)
    if "steps" in values:
        told["steps"] = _steps(values["steps"])
    return replace(base, **told) if base else NeedContent(**told)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if name in TUPLES else value for name, value in values.items()}


def _steps(steps: list[dict[str, Any]]) -> tuple[StepContent, ...]:
    in_order = sorted(steps, key=lambda step: step.get("sequence", 0))
    return tuple(
        StepContent(**{name: value for name, value in _told(step).items() if name != "sequence"}) for step in in_order
    )


@extend_schema_serializer(examples=[OpenApiExample("Soil probes", value=examples.CONTENT, request_only=True)])
class NeedContentSerializer(ContentSerializer):
    def validate_ship_to_admin_area(self, code: str) -> str:
        country = self.initial_data.get("ship_to_country")
        if code and country and not code.startswith(f"{country}-"):
            raise ValidationError(f"{code} does not lie in {country}.", "other_country")
        return code

    def validate_steps(self, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Sequences are given to all steps or to none, and no two are the same."""
        given = [step["sequence"] for step in steps if "sequence" in step]
        faults: list[dict[str, Any]] = []
        for index, step in enumerate(steps):
            if given and "sequence" not in step:
                faults.append({"sequence": [ErrorDetail("Number all steps, or none.", "sequence_missing")]})
            elif given and step["sequence"] in given[:index]:
                faults.append({"sequence": [ErrorDetail("Another step has this number.", "sequence_twice")]})
            else:
                faults.append({})
        if any(faults):
            raise ValidationError(faults)
        return steps


@extend_schema_serializer(examples=[OpenApiExample("Soil probes", value=examples.NEW_NEED, request_only=True)])
class NewNeedSerializer(NeedContentSerializer):
    organisation = StrictUUID(
        required=False, help_text="The start-up that asks; may be left out by whoever acts for just one."
    )
    home_network = CatalogueReference(Network, help_text="Short name of the network that coordinates it.")
    partner_networks = UniqueList(child=CatalogueReference(Network), max_length=30, required=False)
    external_id = StrictChar(max_length=80, required=False, allow_blank=True)
    submit = StrictBoolean(required=False, help_text="False keeps a draft that nobody else sees.")


@extend_schema_serializer(
    examples=[OpenApiExample("Another quantity", value={"order_quantity": 500}, request_only=True)]
)
class NeedChangeSerializer(NeedContentSerializer):
    """What is left out stays as it was; `steps`, if sent, replaces them all."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationError("The request changes nothing.", "nothing_to_change")
        return attrs


class WithdrawSerializer(StrictSerializer[Any]):
    reason = StrictChar(max_length=2_000, required=False, allow_blank=True)


class RevisionSerializer(ContentSerializer):
    """One revision as it was written."""

    number = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    ship_to_country = serializers.CharField()  # type: ignore[assignment]
    required_certificates = serializers.SerializerMethodField()  # type: ignore[assignment]
    preferred_certificates = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_required_certificates(self, revision: NeedRevision) -> list[str]:
        return _certificates(revision, required=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_preferred_certificates(self, revision: NeedRevision) -> list[str]:
        return _certificates(revision, required=False)


def _certificates(revision: NeedRevision, *, required: bool) -> list[str]:
    asked = revision.certificates.all()
    return sorted(one.certification.slug for one in asked if one.required == required)


class NetworkBriefSerializer(serializers.ModelSerializer[Network]):
    class Meta:
        model = Network
        fields = ("slug", "name")


@extend_schema_serializer(examples=[OpenApiExample("Soil probes", value=examples.NEED, response_only=True)])
class NeedSerializer(RevisionSerializer):
    """A need with its current revision. Reads the revision, and the need through it."""

    id = serializers.UUIDField(source="need.public_id")
    external_id = serializers.CharField(source="need.external_id")
    state = serializers.ChoiceField(source="need.state", choices=NeedState.choices)
    organisation = OrganisationBriefSerializer(source="need.organisation")
    home_network = NetworkBriefSerializer(source="need.home_network")
    partner_networks = serializers.SerializerMethodField()
    submitted_at = serializers.DateTimeField(source="need.submitted_at", allow_null=True)
    created_at = serializers.DateTimeField(source="need.created_at")
    updated_at = serializers.DateTimeField(source="need.updated_at")
    revision = serializers.IntegerField(source="number")
    version = serializers.SerializerMethodField(help_text="The ETag's value, for If-Match.")
    ranking = serializers.SerializerMethodField(help_text="Where its ranking is read; null for a draft.")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        del fields["number"]
        return fields

    def to_representation(self, need: Need) -> dict[str, Any]:
        revision = current_of(need)
        revision.need = need  # read through, without asking the database again
        return dict(super().to_representation(revision))

    @extend_schema_field(NetworkBriefSerializer(many=True))
    def get_partner_networks(self, revision: NeedRevision) -> Any:
        links = revision.need.partner_networks.all()
        return NetworkBriefSerializer([link.network for link in links], many=True).data

    def get_version(self, revision: NeedRevision) -> str:
        return version_of_need(revision.need)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_ranking(self, revision: NeedRevision) -> str | None:
        need = revision.need
        return None if need.submitted_at is None else reverse("api:need-ranking", args=[need.public_id])


def version_of_need(need: Need) -> str:
    return f"{current_of(need).number}-{need.state}"


def current_of(need: Need) -> NeedRevision:
    """Views leave out needs without content, which only a broken import could make."""
    return cast(NeedRevision, need.current)
