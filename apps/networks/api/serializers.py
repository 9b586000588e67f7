"""Networks as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import OrganisationBriefSerializer, UserSerializer
from apps.networks.models import Network


class NetworkSerializer(serializers.ModelSerializer[Network]):
    id = serializers.UUIDField(source="public_id", read_only=True)
    organisation = OrganisationBriefSerializer()
    coordinators = serializers.SerializerMethodField(
        help_text="Null for those who have neither a need nor a facility in the network."
    )

    class Meta:
        model = Network
        fields = ("id", "slug", "name", "organisation", "coordinators")

    @extend_schema_field(UserSerializer(many=True, allow_null=True))
    def get_coordinators(self, network: Network) -> Any:
        shown = network.shows_people or self.context["request"].user.is_superuser  # type: ignore[attr-defined]  # annotated
        if not shown:
            return None
        return UserSerializer([link.user for link in network.coordinators.all()], many=True).data
