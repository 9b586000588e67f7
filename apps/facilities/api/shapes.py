"""What stands beside the facts: who said them, claims, requests, documents and verifications."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.api.serializers import OrganisationBriefSerializer
from apps.core.api.serializers import StrictChar, StrictSerializer, StrictUUID, UniqueList
from apps.facilities.models import (
    CapabilityOffer,
    Checked,
    Claim,
    ClaimDecision,
    DocumentKind,
    EvidenceLevel,
    Facility,
    ListingRequest,
    RequestKind,
    RequestState,
    Source,
)
from apps.facilities.models.evidence import VERIFIED_CHOICES
from apps.facilities.models.statements import Stated
from apps.facilities.selectors import Said, said_by_field

WORDS = 2_000


class SaidSerializer(serializers.Serializer[Said]):
    """Who said it, by what way, how sure it is, and on which day somebody last said so."""

    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment]  # Field has one of this name
    evidence_level = serializers.ChoiceField(choices=EvidenceLevel.choices)
    said_by = serializers.CharField(source="by", help_text="A name; blank where nobody knows.")
    confirmed_on = serializers.DateField(source="on", allow_null=True)
    batch = serializers.UUIDField(source="batch_id", allow_null=True, help_text="The import that it came with.")


class SaidFields(serializers.Serializer[Any]):
    """The same of a row as a whole."""

    source = serializers.ChoiceField(choices=Source.choices, read_only=True)  # type: ignore[assignment]
    evidence_level = serializers.ChoiceField(choices=EvidenceLevel.choices, read_only=True)
    said_by = serializers.SerializerMethodField(help_text="A name; blank where nobody knows.")
    confirmed_on = serializers.DateField(allow_null=True, read_only=True)
    batch = serializers.UUIDField(
        source="batch_id", allow_null=True, read_only=True, help_text="The import that it came with."
    )

    def get_said_by(self, row: Stated) -> str:
        return row.said_by.name if row.said_by else ""


class WithFacts(SaidFields):
    facts = serializers.SerializerMethodField(
        help_text="By name the fields that were said apart from the rest, by somebody else or on another day."
    )

    @extend_schema_field(serializers.DictField(child=SaidSerializer()))
    def get_facts(self, row: Any) -> dict[str, Any]:
        return {name: SaidSerializer(one).data for name, one in said_by_field(row).items()}


# --- evidence -------------------------------------------------------------------------------------------------------


class DocumentSerializer(serializers.Serializer[Any]):
    """What was handed in. The file itself is read at the certificate's address, below `document/`."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    handed_in_at = serializers.DateTimeField(source="created_at")


class VerificationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")
    level = serializers.ChoiceField(choices=VERIFIED_CHOICES)
    checked = serializers.ListField(child=serializers.ChoiceField(choices=Checked.choices))
    words = serializers.CharField()
    verified_by = serializers.CharField(source="verified_by.name")
    verified_at = serializers.DateTimeField(source="created_at")
    undone_at = serializers.DateTimeField(allow_null=True)
    undone_because = serializers.CharField()


class NewVerificationSerializer(StrictSerializer[Any]):
    level = serializers.ChoiceField(choices=VERIFIED_CHOICES)
    checked = UniqueList(child=serializers.ChoiceField(choices=Checked.choices), min_length=1, max_length=10)
    words = StrictChar(max_length=1_000, required=False, allow_blank=True, help_text="What was seen.")


class ReasonSerializer(StrictSerializer[Any]):
    reason = StrictChar(max_length=WORDS)


class TickSerializer(StrictSerializer[Any]):
    """What a suggested line becomes."""

    offer = serializers.ChoiceField(choices=CapabilityOffer.choices, required=False)


# --- claims and requests --------------------------------------------------------------------------------------------


class NewClaimSerializer(StrictSerializer[Any]):
    organisation = StrictUUID(help_text="The producer that runs the place.")
    words = StrictChar(max_length=WORDS, required=False, allow_blank=True, help_text="How the coordinator can tell.")
    invitation = StrictChar(max_length=300, required=False, allow_blank=True, help_text="As a coordinator gave it.")


class PlaceSerializer(serializers.Serializer[Facility]):
    """Enough of a facility to know which one is meant."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class ClaimSerializer(serializers.Serializer[Claim]):
    id = serializers.UUIDField(source="public_id")
    facility = PlaceSerializer()
    organisation = OrganisationBriefSerializer()
    state = serializers.ChoiceField(choices=ClaimDecision.choices)
    words = serializers.CharField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    revoked_reason = serializers.CharField()


class NewListingRequestSerializer(StrictSerializer[Any]):
    kind = serializers.ChoiceField(choices=RequestKind.choices)
    words = StrictChar(max_length=4_000)
    invitation = StrictChar(max_length=300, required=False, allow_blank=True, help_text="As a coordinator gave it.")


class ListingRequestSerializer(serializers.Serializer[ListingRequest]):
    id = serializers.UUIDField(source="public_id")
    facility = PlaceSerializer()
    kind = serializers.ChoiceField(choices=RequestKind.choices)
    words = serializers.CharField()
    state = serializers.ChoiceField(choices=RequestState.choices)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class InvitationSerializer(serializers.Serializer[Any]):
    invitation = serializers.CharField(help_text="For whoever owns the place; ends after 30 days.")
    address = serializers.URLField(help_text="The page where the place is claimed, corrected or taken off the list.")


class ContactSerializer(StrictSerializer[Any]):
    """How the place is reached. Blank: not stated."""

    person = StrictChar(max_length=150, allow_blank=True, default="")
    email = serializers.EmailField(allow_blank=True, default="")
    phone = StrictChar(max_length=40, allow_blank=True, default="")
    website = serializers.URLField(allow_blank=True, default="")
    address = StrictChar(max_length=300, allow_blank=True, default="")


class ContactShownSerializer(SaidFields):
    """Blank: not stated."""

    person = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    website = serializers.CharField()
    address = serializers.CharField()
