"""Looser content policies for the few pages whose libraries need them; who acts, for the history of rows."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from pghistory.middleware import HistoryMiddleware

ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
API_DOCS_POLICY = {"style-src": [SELF, UNSAFE_INLINE]}


class RelaxedPolicyMiddleware:
    """The admin theme evaluates expressions and writes styles, the API page writes styles. All else stays strict."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = _policy_for(request.path)
        if policy:
            response._csp_replace = policy  # type: ignore[attr-defined]  # the attribute that django-csp reads
        return response


def _policy_for(path: str) -> dict[str, list[str]] | None:
    if path.startswith("/admin/"):
        return ADMIN_POLICY
    if path.startswith("/api/v1/docs"):
        return API_DOCS_POLICY
    return None


class ActorMiddleware(HistoryMiddleware):
    """The user's key alone: addresses may hold signed links. A user whom the API's token names is taken up as well."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": super().get_context(request)["user"]}
