"""Claims, requests of owners, invitations and contacts."""

from contextlib import nullcontext
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.conditional import locked_match, require_match, version_of, with_etag
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY, IF_MATCH
from apps.core.api.serializers import StrictBoolean, StrictChar, StrictSerializer
from apps.core.api.views import ApiViewSet
from apps.core.errors import InvalidInputError, NotAllowedError
from apps.facilities import selectors, services
from apps.facilities.api import shapes
from apps.facilities.api.serializers import FacilityFullSerializer
from apps.facilities.api.views import valid
from apps.facilities.models import Claim, Contact, Facility, ListingRequest
from apps.facilities.services.letters import address_of

NOTHING_STATED = "0"  # the version of a contact that is not there


class RequestDecisionSerializer(StrictSerializer[Any]):
    grant = StrictBoolean()
    reason = StrictChar(max_length=shapes.WORDS, required=False, allow_blank=True, help_text="A refusal needs one.")


@extend_schema(tags=["claims"])
class ClaimViewSet(ApiViewSet[Claim]):
    """One's own organisation's claims, and those of facilities that one coordinates."""

    model = Claim
    serializer_class = shapes.ClaimSerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[Claim]:
        rows = selectors.claims_visible_to(self.request.user)
        facility_id = self.kwargs.get("facility_id")
        return rows.filter(facility__public_id=facility_id) if facility_id else rows

    @extend_schema(operation_id="claims_list", responses=shapes.ClaimSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        return self.listed()

    @extend_schema(operation_id="claims_read", responses=shapes.ClaimSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return Response(self.get_serializer(self.found(public_id)).data)


@extend_schema(tags=["claims"])
class FacilityClaimViewSet(ClaimViewSet):
    @extend_schema(operation_id="facility_claims_list", responses=shapes.ClaimSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="facility_claims_create",
        request=shapes.NewClaimSerializer,
        responses={201: shapes.ClaimSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request, facility_id: UUID) -> Response:
        """Says that one's organisation runs a listed place; its coordinators decide. Unseen places need an
        invitation."""
        values = valid(shapes.NewClaimSerializer(data=request.data))
        user = cast(User, request.user)
        facility = selectors.access_claimable(user, facility_id, values.get("invitation", ""))
        organisation = selectors.organisations_to_claim_for(user).filter(public_id=values["organisation"]).first()
        if organisation is None:
            raise InvalidInputError("unknown_organisation", "You have no such producer.", field="organisation")
        claim = services.claim_facility(facility, organisation, words=values.get("words", ""), acting_user=user)
        response = Response(self.get_serializer(claim).data, status=HTTPStatus.CREATED)
        response["Location"] = reverse("api:claim", args=[claim.public_id])
        return response


@extend_schema(tags=["claims"])
class ListingRequestViewSet(ApiViewSet[ListingRequest]):
    """What one asked, and what is asked of facilities that one coordinates or runs."""

    model = ListingRequest
    serializer_class = shapes.ListingRequestSerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[ListingRequest]:
        return selectors.listing_requests_visible_to(self.request.user)

    @extend_schema(operation_id="listing_requests_list", responses=shapes.ListingRequestSerializer(many=True))
    def list(self, request: Request) -> Response:
        return self.listed()

    @extend_schema(operation_id="listing_requests_read", responses=shapes.ListingRequestSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return Response(self.get_serializer(self.found(public_id)).data)

    @extend_schema(
        operation_id="listing_requests_create",
        request=shapes.NewListingRequestSerializer,
        responses={201: shapes.ListingRequestSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request, facility_id: UUID) -> Response:
        """Asks the coordinators to correct a listing or to take it off the list."""
        values = valid(shapes.NewListingRequestSerializer(data=request.data))
        user = cast(User, request.user)
        facility = selectors.access_claimable(user, facility_id, values.pop("invitation", ""))
        asked = services.ask_about_listing(facility, **values, acting_user=user)
        response = Response(self.get_serializer(asked).data, status=HTTPStatus.CREATED)
        response["Location"] = reverse("api:listing-request", args=[asked.public_id])
        return response

    @extend_schema(
        operation_id="listing_requests_decide",
        request=RequestDecisionSerializer,
        responses=shapes.ListingRequestSerializer,
    )
    def decide(self, request: Request, public_id: UUID) -> Response:
        """For coordinators. A removal that is granted closes and hides the listing and erases its contact."""
        asked = self.found(public_id)
        values = valid(RequestDecisionSerializer(data=request.data))
        services.decide_listing_request(asked, **values, acting_user=cast(User, request.user))
        return Response(self.get_serializer(self.found(public_id)).data)


@extend_schema(tags=["claims"])
class ListingViewSet(ApiViewSet[Facility]):
    """What is done to a listing as a whole."""

    model = Facility
    serializer_class = FacilityFullSerializer

    def rows(self) -> QuerySet[Facility]:
        return selectors.facilities_visible_to(self.request.user)

    def facility(self) -> Facility:
        return selectors.access_facility(self.request.user, self.kwargs["facility_id"])

    @extend_schema(
        operation_id="facilities_revoke_claim", request=shapes.ReasonSerializer, responses=FacilityFullSerializer
    )
    def revoke_claim(self, request: Request, facility_id: UUID) -> Response:
        """For coordinators: the operator reads and writes nothing there from now on."""
        reason = valid(shapes.ReasonSerializer(data=request.data))["reason"]
        services.revoke_claim(self.facility(), reason=reason, acting_user=cast(User, request.user))
        return self._answer()

    @extend_schema(operation_id="facilities_remove", request=shapes.ReasonSerializer, responses=FacilityFullSerializer)
    def remove(self, request: Request, facility_id: UUID) -> Response:
        """For coordinators, when an owner asked by another way: closed, hidden, its contact erased. For good."""
        reason = valid(shapes.ReasonSerializer(data=request.data))["reason"]
        services.remove_listing(self.facility(), reason=reason, acting_user=cast(User, request.user))
        return self._answer()

    @extend_schema(operation_id="facilities_invite", request=None, responses={201: shapes.InvitationSerializer})
    def invite(self, request: Request, facility_id: UUID) -> Response:
        """For coordinators: what to send to the owner of a place, so that it can be claimed, corrected or removed."""
        facility = self.facility()
        if not selectors.coordinates(request.user, facility):
            raise NotAllowedError("not_a_coordinator", "A coordinator of its network invites.")
        invitation = selectors.invitation_to(facility)
        address = address_of(f"/facilities/invited/{invitation}/")
        shown = shapes.InvitationSerializer({"invitation": invitation, "address": address})
        return Response(shown.data, status=HTTPStatus.CREATED)

    @extend_schema(operation_id="facilities_contact_read", responses=shapes.ContactShownSerializer)
    def contact(self, request: Request, facility_id: UUID) -> Response:
        return self._contact(self.facility())

    @extend_schema(
        operation_id="facilities_contact_write",
        request=shapes.ContactSerializer,
        responses=shapes.ContactShownSerializer,
        parameters=[IF_MATCH],
    )
    def change_contact(self, request: Request, facility_id: UUID) -> Response:
        """The whole of it: what is left out is taken away."""
        facility = self.facility()
        known = selectors.contact_of(facility)
        if known is None:
            require_match(request, NOTHING_STATED)
        with locked_match(request, known) if known else nullcontext():
            values = valid(shapes.ContactSerializer(data=request.data))
            services.change_contact(facility, values, acting_user=cast(User, request.user))
        return self._contact(facility)

    def _contact(self, facility: Facility) -> Response:
        """A blank one where nothing is stated."""
        known = selectors.contact_of(facility)
        response = Response(shapes.ContactShownSerializer(known or Contact(facility=facility)).data)
        return with_etag(response, version_of(known) if known else NOTHING_STATED)

    def _answer(self) -> Response:
        """A facility that was removed or revoked is still its coordinator's to read."""
        return Response(self.get_serializer(self.found(self.kwargs["facility_id"])).data)
