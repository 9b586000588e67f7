"""Needs: posted, read, changed (each change is a new revision), submitted, withdrawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.accounts.selectors import startup_for
from apps.core.api.conditional import require_match, with_etag
from apps.core.api.exceptions import PreconditionFailedError
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY, IF_MATCH
from apps.core.api.views import ApiViewSet
from apps.core.errors import DomainError
from apps.needs import selectors, services
from apps.needs.api.filters import NeedFilterSet
from apps.needs.api.serializers import (
    NeedChangeSerializer,
    NeedContentSerializer,
    NeedSerializer,
    NewNeedSerializer,
    RevisionSerializer,
    WithdrawSerializer,
    content_from,
    current_of,
    version_of_need,
)
from apps.needs.content import NeedContent
from apps.needs.models import Need, NeedRevision

ABOUT_THE_NEED = ("organisation", "home_network", "partner_networks", "external_id", "submit")


@extend_schema(tags=["needs"])
class NeedViewSet(ApiViewSet[Need]):
    model = Need
    serializer_class = NeedSerializer
    filterset_class = NeedFilterSet
    orderings = {
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
        "due_on": ("current__due_on",),
        "title": ("current__title",),
    }
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[Need]:
        return selectors.needs_visible_to(self.request.user).filter(current__isnull=False)

    @extend_schema(operation_id="needs_list")
    def list(self, request: Request) -> Response:
        """Those of your start-ups, and the submitted ones of networks that you coordinate."""
        return self.listed()

    @extend_schema(operation_id="needs_read")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return self._shown(self.found(public_id))

    @extend_schema(
        operation_id="needs_create",
        request=NewNeedSerializer,
        responses={201: NeedSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """A draft, or with `submit` a need that its network sees and that is ranked at once (see `ranking`)."""
        values = _valid(NewNeedSerializer(data=request.data))
        about = {name: values.pop(name) for name in ABOUT_THE_NEED if name in values}
        need = services.create_need(
            startup_for(self._user, about.pop("organisation", None)),
            content_from(values),
            partner_networks=tuple(about.pop("partner_networks", ())),
            acting_user=self._user,
            **about,
        )
        response = self._shown(self.found(need.public_id), HTTPStatus.CREATED)
        response["Location"] = reverse("api:need", args=[need.public_id])
        return response

    @extend_schema(
        operation_id="needs_replace",
        request=NeedContentSerializer,
        responses=NeedSerializer,
        parameters=[IF_MATCH],
    )
    def update(self, request: Request, public_id: UUID) -> Response:
        """The next revision, said anew: what is left out is no longer said."""
        need = self.found(public_id)
        require_match(request, version_of_need(need))
        return self._revised(need, content_from(_valid(NeedContentSerializer(data=request.data))))

    @extend_schema(
        operation_id="needs_change", request=NeedChangeSerializer, responses=NeedSerializer, parameters=[IF_MATCH]
    )
    def partial_update(self, request: Request, public_id: UUID) -> Response:
        """The next revision: what is left out stays."""
        need = self.found(public_id)
        require_match(request, version_of_need(need))
        changes = _valid(NeedChangeSerializer(data=request.data))
        return self._revised(need, content_from(changes, base=selectors.content_of(current_of(need))))

    @extend_schema(operation_id="needs_submit", request=None, responses={201: NeedSerializer})
    def submit(self, request: Request, public_id: UUID) -> Response:
        """Hands a draft to its network. `Location` is where its ranking appears."""
        need = self.found(public_id)
        _match_if_sent(request, need)
        services.submit_need(need, acting_user=self._user)
        response = self._shown(self.found(public_id), HTTPStatus.CREATED)
        response["Location"] = reverse("api:need-ranking", args=[public_id])
        return response

    @extend_schema(operation_id="needs_withdraw", request=WithdrawSerializer, responses=NeedSerializer)
    def withdraw(self, request: Request, public_id: UUID) -> Response:
        """Ends a need; that is not taken back."""
        need = self.found(public_id)
        _match_if_sent(request, need)
        services.withdraw_need(need, acting_user=self._user, **_valid(WithdrawSerializer(data=request.data)))
        return self._shown(self.found(public_id))

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _revised(self, need: Need, content: NeedContent) -> Response:
        with _outdated_is_412(need):
            services.revise_need(need, content, acting_user=self._user, expected_revision=current_of(need).number)
        return self._shown(self.found(need.public_id))

    def _shown(self, need: Need, status: int = HTTPStatus.OK) -> Response:
        return with_etag(Response(NeedSerializer(need).data, status=status), version_of_need(need))


@extend_schema(tags=["needs"])
class RevisionViewSet(ApiViewSet[NeedRevision]):
    model = NeedRevision
    serializer_class = RevisionSerializer
    orderings = {"number": ("number",)}
    default_ordering = "-number"
    key = "number"
    lookup_field = "number"

    def rows(self) -> QuerySet[NeedRevision]:
        need = selectors.access_need(self.request.user, self.kwargs["public_id"])
        return selectors.revisions_of(need)

    @extend_schema(operation_id="needs_revisions_list")
    def list(self, request: Request, public_id: UUID) -> Response:
        """Newest first."""
        return self.listed()

    @extend_schema(operation_id="needs_revisions_read")
    def retrieve(self, request: Request, public_id: UUID, number: int) -> Response:
        return Response(self.get_serializer(self.found(number)).data)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _match_if_sent(request: Request, need: Need) -> None:
    """The state machine already refuses a second submission; If-Match also refuses a colleague's edit in between."""
    if "If-Match" in request.headers:
        require_match(request, version_of_need(need))


@contextmanager
def _outdated_is_412(need: Need) -> Iterator[None]:
    """The service compares revisions under its lock; for HTTP that is the precondition that failed."""
    try:
        yield
    except DomainError as error:
        if error.code != "revision_outdated":
            raise
        raise PreconditionFailedError(f"{error.facts['current']}-{need.state}") from error
