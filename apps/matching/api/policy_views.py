"""Policies: written, checked, put in force and taken out of it; and what another one would change."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.core.api.conditional import require_match, with_etag
from apps.core.api.idempotency import idempotent
from apps.core.api.schema import IDEMPOTENCY_KEY
from apps.core.api.views import ApiView, ApiViewSet
from apps.core.errors import InvalidInputError
from apps.matching import selectors, services
from apps.matching.api.filters import ComparisonFilterSet, PolicyFilterSet
from apps.matching.api.policies import (
    ComparedNeedBriefSerializer,
    ComparedNeedSerializer,
    ComparisonSerializer,
    NewComparisonSerializer,
    NewPolicySerializer,
    PolicyBodySerializer,
    WholePolicySerializer,
)
from apps.matching.api.serializers import PolicySerializer
from apps.matching.models import ComparedNeed, Policy, PolicyComparison, PolicyState
from apps.matching.selectors import ComparisonState
from apps.needs.models import Need
from apps.needs.selectors import needs_visible_to
from apps.networks.models import Network
from matchmaker.policy import Policy as EnginePolicy


def version_of_policy(policy: Policy) -> str:
    """A version is written once, so its number names it; what may change is how it stands."""
    return str(policy.version) if policy.state == PolicyState.DRAFT else f"{policy.version}-{policy.state}"


@extend_schema(tags=["policies"])
class PolicyViewSet(ApiViewSet[Policy]):
    model = Policy
    serializer_class = PolicySerializer
    filterset_class = PolicyFilterSet
    orderings = {"name": ("name", "version"), "created_at": ("created_at",)}
    default_ordering = "name"

    def rows(self) -> QuerySet[Policy]:
        return selectors.policies_visible_to(self.request.user)

    @extend_schema(operation_id="policies_list")
    def list(self, request: Request) -> Response:
        """How rankings are made is no secret: all that are or were in force, and drafts of your networks."""
        return self.listed()

    @extend_schema(operation_id="policies_read")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return self._shown(self.found(public_id))

    @extend_schema(
        operation_id="policies_create",
        request=NewPolicySerializer,
        responses={201: PolicySerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """The next version of a name, as a draft. It is never edited: what is to be different is the next version.

        Coordinators write policies of their networks, administrators the common ones too.
        """
        values = _valid(NewPolicySerializer(data=request.data))
        body = values.get("body", {})
        if "copy_of" in values:
            body = services.merged_body(_policy(self._user, values["copy_of"], "copy_of"), body)
        policy = services.create_policy_version(values["name"], body, network=values["network"], acting_user=self._user)
        response = self._shown(policy, HTTPStatus.CREATED)
        response["Location"] = reverse("api:policy", args=[policy.public_id])
        return response

    @extend_schema(operation_id="policies_publish", request=None, responses=PolicySerializer)
    def publish(self, request: Request, public_id: UUID) -> Response:
        """Puts a draft in force in place of the one that was; every need that it holds for is ranked again."""
        return self._step(public_id, services.publish_policy)

    @extend_schema(operation_id="policies_retire", request=None, responses=PolicySerializer)
    def retire(self, request: Request, public_id: UUID) -> Response:
        """Takes a network's policy out of force; the common one holds again. Its rankings stay as they are."""
        return self._step(public_id, services.retire_policy)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _step(self, public_id: UUID, step: Callable[..., Policy]) -> Response:
        """The states already refuse a second time; If-Match, where it is sent, tells of a colleague's step as such."""
        policy = self.found(public_id)
        if "If-Match" in self.request.headers:
            require_match(self.request, version_of_policy(policy))
        return self._shown(step(policy, acting_user=self._user))

    def _shown(self, policy: Policy, status: int = HTTPStatus.OK) -> Response:
        return with_etag(Response(PolicySerializer(policy).data, status=status), version_of_policy(policy))


class PolicyCheckView(ApiView):
    @extend_schema(
        operation_id="policies_validate",
        tags=["policies"],
        request=PolicyBodySerializer,
        responses=WholePolicySerializer,
    )
    def post(self, request: Request) -> Response:
        """Whether the engine takes a body, and the whole of it with its defaults; else every fault by its entry.

        Nothing is stored.
        """
        policy = EnginePolicy.from_document(_valid(PolicyBodySerializer(data=request.data))["body"])
        whole = {name: value for name, value in policy.to_document().items() if name not in ("name", "version")}
        return Response(WholePolicySerializer({"body": whole, "digest": policy.digest}).data)


@extend_schema(tags=["policies"])
class ComparisonViewSet(ApiViewSet[PolicyComparison]):
    model = PolicyComparison
    serializer_class = ComparisonSerializer
    filterset_class = ComparisonFilterSet
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"

    def rows(self) -> QuerySet[PolicyComparison]:
        return selectors.comparisons_visible_to(self.request.user)

    @extend_schema(operation_id="policy_comparisons_list")
    def list(self, request: Request) -> Response:
        """Those over needs of networks that you coordinate."""
        return self.listed()

    @extend_schema(operation_id="policy_comparisons_read")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """How far it has come and what it says so far; ask again after `Retry-After` while that is sent."""
        return self._shown(public_id)

    @extend_schema(
        operation_id="policy_comparisons_create",
        request=NewComparisonSerializer,
        responses={201: ComparisonSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Has two policies rank past needs over the same supply and day; a worker does it, `Location` shows how far.

        Nothing of it touches the rankings in force.
        """
        user, values = cast(User, request.user), _valid(NewComparisonSerializer(data=request.data))
        network, before = values.pop("network"), values.pop("before", None)
        comparison = services.request_comparison(
            _policy(user, before, "before") if before else _in_force(network),
            _policy(user, values.pop("after"), "after"),
            network=network,
            needs=_needs(user, values.pop("needs", ())),
            acting_user=user,
            **values,
        )
        response = self._shown(comparison.public_id, HTTPStatus.CREATED)
        response["Location"] = reverse("api:policy-comparison", args=[comparison.public_id])
        return response

    def _shown(self, public_id: UUID, status: int = HTTPStatus.OK) -> Response:
        comparison = self.found(public_id)
        response = Response(ComparisonSerializer(comparison).data, status=status)
        if selectors.summary_of(comparison).state != ComparisonState.DONE:
            response["Retry-After"] = "2"
        return response


@extend_schema(tags=["policies"])
class ComparedNeedViewSet(ApiViewSet[ComparedNeed]):
    model = ComparedNeed
    serializer_class = ComparedNeedBriefSerializer
    orderings = {"order": ("id",)}
    default_ordering = "order"
    key = "id"
    lookup_field = "need__public_id"

    def rows(self) -> QuerySet[ComparedNeed]:
        comparison = selectors.access_comparison(self.request.user, self.kwargs["comparison_id"])
        return selectors.needs_of_comparison(comparison)

    @extend_schema(operation_id="policy_comparisons_needs_list")
    def list(self, request: Request, comparison_id: UUID) -> Response:
        """The needs in short, in the order in which they were chosen."""
        return self.listed()

    @extend_schema(operation_id="policy_comparisons_needs_read", responses=ComparedNeedSerializer)
    def retrieve(self, request: Request, comparison_id: UUID, need_id: UUID) -> Response:
        """Who moves, by how many places, from which score and tier to which, and why."""
        row = self.found(need_id)
        context = {"facilities": selectors.facilities_of_moves(row)}
        return Response(ComparedNeedSerializer(row, context=context).data)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _policy(user: User, public_id: UUID, field: str) -> Policy:
    policy = selectors.policies_visible_to(user).filter(public_id=public_id).first()
    if policy is None:
        raise InvalidInputError("unknown_policy", "There is no such policy.", field=field)
    return policy


def _in_force(network: Network | None) -> Policy:
    policy = selectors.policy_in_force(network)
    if policy is None:
        raise InvalidInputError("no_policy", "No policy is in force; name the one to compare with.", field="before")
    return policy


def _needs(user: User, public_ids: Sequence[UUID]) -> Sequence[Need]:
    """In the order of asking."""
    found = {need.public_id: need for need in needs_visible_to(user).filter(public_id__in=public_ids)}
    if len(found) != len(public_ids):
        raise InvalidInputError("unknown_need", "Not a need of this network that was ranked.", field="needs")
    return [found[public_id] for public_id in public_ids]
