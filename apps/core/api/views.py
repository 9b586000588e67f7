"""What every endpoint is built on."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.filters import PAGING, check_parameters
from apps.core.errors import NotFoundError

M = TypeVar("M", bound=Model)


class ApiView(APIView):
    """Refuses query parameters that nobody reads, and says how the caller stands with the throttle."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_parameters(request.query_params, self.known_parameters(), repeatable=frozenset())

    def known_parameters(self) -> frozenset[str]:
        return frozenset()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        standing = getattr(request, "rate_standing", None)
        for name, value in standing.headers().items() if standing else ():
            response[name] = value
        response.setdefault("Cache-Control", "private, no-store")
        return response


class ApiViewSet(ApiView, viewsets.GenericViewSet[M]):
    """`rows()` is the only way to rows: nothing until a view says, by a selector, what its caller may see.

    `orderings`, `default_ordering` and `key` are read by StablePagination.
    """

    orderings: dict[str, tuple[str, ...]] = {}
    default_ordering = ""
    key = "public_id"
    lookup_field = "public_id"

    def rows(self) -> QuerySet[M]:
        model: type[M] = self.model
        return model._default_manager.none()

    model: type[M]

    def get_queryset(self) -> QuerySet[M]:
        if getattr(self, "swagger_fake_view", False):  # the schema is made without a caller
            return self.model._default_manager.none()
        return self.rows()

    def found(self, value: UUID | str | int) -> M:
        """The row of this public key, if it is there and the caller's to see."""
        row = self.get_queryset().filter(**{self.lookup_field: value}).first()
        if row is None:
            raise NotFoundError("not_found", "There is no such thing.")
        return row

    def known_parameters(self) -> frozenset[str]:
        if self.action != "list":
            return frozenset()
        filterset = getattr(self, "filterset_class", None)
        return frozenset(PAGING) | frozenset(filterset.base_filters if filterset else ())

    def listed(self) -> Response:
        """One page of the rows, filtered and in order."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
