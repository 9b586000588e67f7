"""Signing in and out, oneself, organisations and their members."""

import hashlib
from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import selectors, services
from apps.accounts.api.filters import OrganisationFilterSet
from apps.accounts.api.serializers import (
    ChangeMemberSerializer,
    ChangeOrganisationSerializer,
    MemberSerializer,
    MeSerializer,
    NewMemberSerializer,
    NewOrganisationSerializer,
    OrganisationSerializer,
    SignInSerializer,
    TokenSerializer,
)
from apps.accounts.models import Membership, Organisation, User
from apps.core.api.conditional import locked_match, version_of, with_etag
from apps.core.api.exceptions import BadCredentialsError
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY, IF_MATCH
from apps.core.api.throttling import ExactThrottle, SignInThrottle
from apps.core.api.views import ApiView, ApiViewSet
from apps.core.errors import DomainError, NotAllowedError


class AccountThrottle(ExactThrottle):
    """Guesses at one account, from wherever. The address is hashed: no list of accounts lies in Redis."""

    scope = "sign_in_account"

    def subject(self, request: Request) -> str:
        email = request.data.get("email") if isinstance(request.data, dict) else None
        return hashlib.sha256(str(email).strip().lower().encode()).hexdigest()


class SignInView(ApiView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (SignInThrottle, AccountThrottle)

    @extend_schema(
        operation_id="sign_in", auth=[], tags=["accounts"], request=SignInSerializer, responses=TokenSerializer
    )
    def post(self, request: Request) -> Response:
        """A token for an e-mail address and a password."""
        taken = SignInSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        try:
            user, token, expiry = services.sign_in(**taken.validated_data)
        except NotAllowedError as error:
            raise BadCredentialsError(error.detail, error.code) from error
        return Response(TokenSerializer({"token": token, "expiry": expiry, "user": user}).data)


class SignOutView(ApiView):
    @extend_schema(operation_id="sign_out", tags=["accounts"], request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Ends the token that this request carries."""
        if request.auth is None:
            raise DomainError("no_token", "This request carries no token that could be ended.")
        services.sign_out(cast(User, request.user), request.auth)
        return Response(status=HTTPStatus.NO_CONTENT)


class MeView(ApiView):
    @extend_schema(operation_id="me", tags=["accounts"], responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Who is signed in, for whom she or he acts, and which networks she or he coordinates."""
        return Response(MeSerializer(selectors.myself(cast(User, request.user))).data)


@extend_schema(tags=["organisations"])
class OrganisationViewSet(ApiViewSet[Organisation]):
    model = Organisation
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilterSet
    orderings = {"name": ("name",), "created_at": ("created_at",)}
    default_ordering = "name"

    def rows(self) -> QuerySet[Organisation]:
        return selectors.organisations_visible_to(self.request.user)

    @extend_schema(operation_id="organisations_list")
    def list(self, request: Request) -> Response:
        """Your own, those you coordinate, and every network."""
        return self.listed()

    @extend_schema(operation_id="organisations_read")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return self._shown(self.found(public_id))

    @extend_schema(
        operation_id="organisations_create",
        request=NewOrganisationSerializer,
        responses={201: OrganisationSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Registers a start-up or a producer; the caller becomes its owner."""
        taken = NewOrganisationSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        made = services.register_organisation(**taken.validated_data, acting_user=cast(User, request.user))
        response = self._shown(made, HTTPStatus.CREATED)
        response["Location"] = reverse("api:organisation", args=[made.public_id])
        return response

    @extend_schema(
        operation_id="organisations_change",
        request=ChangeOrganisationSerializer,
        responses=OrganisationSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, public_id: UUID) -> Response:
        """For its owners."""
        organisation = self.found(public_id)
        taken = ChangeOrganisationSerializer(data=request.data, partial=True)
        taken.is_valid(raise_exception=True)
        with locked_match(request, organisation):
            changed = services.change_organisation(
                organisation, taken.validated_data, acting_user=cast(User, request.user)
            )
        return self._shown(changed)

    def _shown(self, organisation: Organisation, status: int = HTTPStatus.OK) -> Response:
        response = Response(self.get_serializer(organisation).data, status=status)
        return with_etag(response, version_of(organisation))


@extend_schema(tags=["organisations"])
class MemberViewSet(ApiViewSet[Membership]):
    model = Membership
    serializer_class = MemberSerializer
    orderings = {"name": ("user__name",), "joined": ("created_at",)}
    default_ordering = "name"
    key = "user__public_id"
    lookup_field = "user__public_id"

    def rows(self) -> QuerySet[Membership]:
        return selectors.members_visible_to(self.request.user, self._organisation())

    @extend_schema(operation_id="members_list")
    def list(self, request: Request, public_id: UUID) -> Response:
        """For colleagues."""
        return self.listed()

    @extend_schema(
        operation_id="members_add",
        request=NewMemberSerializer,
        responses={201: MemberSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request, public_id: UUID) -> Response:
        """For owners."""
        taken = NewMemberSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        made = services.add_member(
            self._organisation(),
            user_id=taken.validated_data["user"],
            role=taken.validated_data["role"],
            acting_user=cast(User, request.user),
        )
        response = Response(self.get_serializer(made).data, status=HTTPStatus.CREATED)
        response["Location"] = reverse("api:member", args=[public_id, made.user.public_id])
        return response

    @extend_schema(operation_id="members_read")
    def retrieve(self, request: Request, public_id: UUID, user_id: UUID) -> Response:
        return Response(self.get_serializer(self.found(user_id)).data)

    @extend_schema(operation_id="members_change_role", request=ChangeMemberSerializer, responses=MemberSerializer)
    def partial_update(self, request: Request, public_id: UUID, user_id: UUID) -> Response:
        """For owners. The last owner stays one."""
        taken = ChangeMemberSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        changed = services.change_role(
            self._organisation(),
            user_id=self.found(user_id).user.public_id,
            role=taken.validated_data["role"],
            acting_user=cast(User, request.user),
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(operation_id="members_remove", responses={204: None})
    def destroy(self, request: Request, public_id: UUID, user_id: UUID) -> Response:
        """For owners."""
        member = self.found(user_id)
        services.remove_member(
            self._organisation(), user_id=member.user.public_id, acting_user=cast(User, request.user)
        )
        return Response(status=HTTPStatus.NO_CONTENT)

    def _organisation(self) -> Organisation:
        return selectors.access_organisation(self.request.user, self.kwargs["public_id"])
