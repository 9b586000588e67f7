"""Facilities and their parts as the API takes and shows them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.accounts.api.serializers import OrganisationBriefSerializer
from apps.core.api.conditional import version_of
from apps.core.api.serializers import StrictBoolean, StrictChar, StrictInteger, StrictSerializer, StrictUUID
from apps.core.models import TimeStamped
from apps.facilities.api import fields, shapes
from apps.facilities.models import Capability, ClaimState, Facility, HeldCertificate
from apps.facilities.services.writing import today


class AllOptional:
    """A change: what is left out stays as it was."""

    def get_fields(self) -> dict[str, Any]:
        made: dict[str, Any] = super().get_fields()  # type: ignore[misc]  # a mix-in of serializers
        for field in made.values():
            field.required = False
        return made

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("The request changes nothing.", "nothing_to_change")
        return attrs


class Versioned(serializers.Serializer[Any]):
    version = serializers.SerializerMethodField(help_text="The ETag's value, for If-Match.")

    def get_version(self, row: TimeStamped) -> str:
        return version_of(row)


# --- the facility ---------------------------------------------------------------------------------------------------


class FacilityWriteSerializer(fields.FacilityFields):
    def validate_wished_stages(self, stages: list[Any] | None) -> list[str] | None:
        return None if stages is None else [stage.slug for stage in stages]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A job shop",
            value={
                "name": "Quiet Heron Circuits",
                "kind": "jobshop",
                "networks": ["lakeside"],
                "city": "Cleveland",
                "country": "US",
                "lat": 41.4993,
                "lon": -81.6944,
                "min_run": 10,
                "max_run": 5000,
                "signs_nda": True,
            },
            request_only=True,
        )
    ]
)
class NewFacilitySerializer(FacilityWriteSerializer):
    operator = StrictUUID(help_text="The producer that runs it.")


class FacilityChangeSerializer(AllOptional, FacilityWriteSerializer):
    pass


class ClaimDecisionSerializer(StrictSerializer[Any]):
    approve = StrictBoolean()
    reason = StrictChar(max_length=2_000, required=False, allow_blank=True)


class FacilityProfileSerializer(serializers.Serializer[Facility]):
    """What everybody may read of a facility with a public profile."""

    view = serializers.SerializerMethodField()
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    kind = serializers.CharField()
    description = serializers.CharField()
    access = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()
    admin_area = serializers.CharField()

    @extend_schema_field(serializers.ChoiceField(choices=[("profile", "profile")]))
    def get_view(self, facility: Facility) -> str:
        return "profile"


class FacilityFullSerializer(Versioned, shapes.WithFacts, fields.FacilityFields):
    """Everything, for its own people and its coordinators."""

    view = serializers.SerializerMethodField()
    id = serializers.UUIDField(source="public_id")
    operator = OrganisationBriefSerializer(allow_null=True)
    claim_state = serializers.ChoiceField(choices=ClaimState.choices)
    removed_at = serializers.DateTimeField(allow_null=True, help_text="When it was taken off the list.")
    merged_into = serializers.UUIDField(
        source="merged_into.public_id",
        allow_null=True,
        default=None,
        help_text="The listing of the same place that stands for this one since they were merged.",
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    country = serializers.CharField()  # type: ignore[assignment]
    wished_stages = serializers.ListField(child=serializers.CharField(), allow_null=True)  # type: ignore[assignment]

    @extend_schema_field(serializers.ChoiceField(choices=[("full", "full")]))
    def get_view(self, facility: Facility) -> str:
        return "full"


# --- its parts ------------------------------------------------------------------------------------------------------


class CapabilitySerializer(Versioned, shapes.WithFacts, fields.CapabilityFields):
    id = serializers.UUIDField(source="public_id", read_only=True)
    resource = serializers.SerializerMethodField()  # type: ignore[assignment]
    suggested_by = serializers.SerializerMethodField(help_text="The machine that it follows from, until it is ticked.")

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_resource(self, capability: Capability) -> str | None:
        return None if capability.resource is None else str(capability.resource.public_id)

    def get_suggested_by(self, capability: Capability) -> str | None:
        return None if capability.suggested_by is None else capability.suggested_by.machine.slug


class CapabilityChangeSerializer(AllOptional, fields.CapabilityFields):
    pass


class ResourceSerializer(Versioned, shapes.SaidFields, fields.ResourceFields):
    id = serializers.UUIDField(source="public_id", read_only=True)


class ResourceChangeSerializer(AllOptional, fields.ResourceFields):
    pass


class CertificateSerializer(Versioned, shapes.SaidFields, fields.CertificateFields):
    id = serializers.UUIDField(source="public_id", read_only=True)
    expired = serializers.SerializerMethodField(help_text="An expired certificate is not held.")
    document = serializers.SerializerMethodField()
    verification = serializers.SerializerMethodField(help_text="The one that holds.")

    def get_expired(self, certificate: HeldCertificate) -> bool:
        return certificate.expires_on is not None and certificate.expires_on < today()

    @extend_schema_field(shapes.DocumentSerializer(allow_null=True))
    def get_document(self, certificate: HeldCertificate) -> Any:
        document = getattr(certificate, "document", None)
        return None if document is None else shapes.DocumentSerializer(document).data

    @extend_schema_field(shapes.VerificationSerializer(allow_null=True))
    def get_verification(self, certificate: HeldCertificate) -> Any:
        held = certificate.holding  # type: ignore[attr-defined]  # fetched along by parts_of
        return shapes.VerificationSerializer(held[0]).data if held else None


class CertificateChangeSerializer(AllOptional, fields.CertificateFields):
    pass


class HeldMachineSerializer(Versioned, shapes.SaidFields, fields.MachineFields):
    pass


class MachineChangeSerializer(StrictSerializer[Any]):
    count = StrictInteger(min_value=1, max_value=10_000)


class NoGoSerializer(Versioned, shapes.SaidFields, fields.NoGoFields):
    pass


# --- capacity -------------------------------------------------------------------------------------------------------


class WeekSerializer(serializers.Serializer[Any]):
    monday = serializers.DateField()
    free_hours = serializers.FloatField(allow_null=True, help_text="As stated; null: the week follows the pattern.")
    by_exception = serializers.BooleanField(help_text="The free hours follow from an exception, not from a figure.")
    as_of = serializers.DateField(allow_null=True)
    firm_hours = serializers.FloatField(help_text="Promised to awards.")
    soft_hours = serializers.FloatField(help_text="Kept for offers.")
    left_hours = serializers.FloatField(help_text="What an award can still take: stated or by pattern, less firm.")
    overbooked = serializers.BooleanField(help_text="More is promised than there is.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two weeks that are fuller than usual",
            value={
                "weeks": [
                    {"monday": "2030-01-07", "free_hours": 12.5},
                    {"monday": "2030-01-14", "free_hours": 0},
                ]
            },
            request_only=True,
        )
    ]
)
class WeeksSerializer(StrictSerializer[Any]):
    """The weeks, from this one on, in which the free hours differ from the pattern; all other weeks follow it."""

    weeks = fields.WeekFields(many=True, max_length=105)  # type: ignore[call-arg]  # the list's

    def validate_weeks(self, weeks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen: set[Any] = set()
        for week in weeks:
            if week["monday"] in seen:
                raise serializers.ValidationError(f"{week['monday']} stands twice.", "repeated")
            seen.add(week["monday"])
        return weeks
