"""People and organisations as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.accounts.models import CustomerKind, Membership, Organisation, OrganisationKind, Role, User
from apps.accounts.services import REGISTRABLE_KINDS
from apps.core.api.conditional import version_of
from apps.core.api.serializers import CountryField, StrictChar, StrictSerializer, StrictUUID


@extend_schema_serializer(
    examples=[
        OpenApiExample("Founder", value={"email": "fay@example.org", "password": "correct horse"}, request_only=True)
    ]
)
class SignInSerializer(StrictSerializer[Any]):
    email = StrictChar(max_length=254)
    password = StrictChar(max_length=1_000, trim_whitespace=False)


class UserSerializer(serializers.ModelSerializer[User]):
    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "name")


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send it as `Authorization: Token <token>`.")
    expiry = serializers.DateTimeField()
    user = UserSerializer()


class OrganisationBriefSerializer(serializers.ModelSerializer[Organisation]):
    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Organisation
        fields = ("id", "name", "kind")


class OwnMembershipSerializer(serializers.ModelSerializer[Membership]):
    organisation = OrganisationBriefSerializer()

    class Meta:
        model = Membership
        fields = ("organisation", "role")


class MeSerializer(UserSerializer):
    memberships = OwnMembershipSerializer(many=True)
    coordinates = serializers.ListField(
        child=serializers.SlugField(), help_text="Short names of the networks that this person coordinates."
    )
    administrator = serializers.BooleanField(source="is_superuser")

    class Meta(UserSerializer.Meta):
        fields = (*UserSerializer.Meta.fields, "memberships", "coordinates", "administrator")  # type: ignore[assignment]


class OrganisationSerializer(serializers.ModelSerializer[Organisation]):
    id = serializers.UUIDField(source="public_id", read_only=True)
    country = serializers.CharField()
    website = serializers.CharField()
    version = serializers.SerializerMethodField(help_text="The ETag's value, for If-Match.")

    class Meta:
        model = Organisation
        fields = ("id", "name", "kind", "customer_kind", "country", "website", "created_at", "updated_at", "version")

    def get_version(self, organisation: Organisation) -> str:
        return version_of(organisation)


class ChangeOrganisationSerializer(StrictSerializer[Any]):
    name = StrictChar(max_length=200)
    customer_kind = serializers.ChoiceField(choices=CustomerKind.choices, required=False)
    country = CountryField(required=False, allow_blank=True)
    website = serializers.URLField(max_length=200, required=False, allow_blank=True)


class NewOrganisationSerializer(ChangeOrganisationSerializer):
    kind = serializers.ChoiceField(
        choices=[(kind.value, kind.label) for kind in OrganisationKind if kind in REGISTRABLE_KINDS]
    )


class MemberSerializer(serializers.ModelSerializer[Membership]):
    user = UserSerializer()

    class Meta:
        model = Membership
        fields = ("user", "role", "created_at")


class ChangeMemberSerializer(StrictSerializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)


class NewMemberSerializer(ChangeMemberSerializer):
    user = StrictUUID(help_text="The id that the person finds under /api/v1/me/.")
