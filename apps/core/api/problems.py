"""Every refusal under /api/ is one problem document (RFC 9457), whoever refuses: the rules, DRF, Django."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core.api.exceptions import (
    BadHeaderError,
    BadParameterError,
    BodyTooLargeError,
    InputError,
    PreconditionFailedError,
    UnreadableBodyError,
)
from apps.core.api.pointers import dotted, pointer, pointer_of
from apps.core.errors import DomainError

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:matchmaker:problem:"
NOT_FOUND = "not_found"
NON_FIELD = "non_field_errors"


def problem_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: a problem for what is a refusal, None (a traceback and a 500) for what is a bug."""
    refusal = _as_refusal(exc)
    if refusal is None:
        return None
    set_rollback()
    request = context["request"]
    body = _domain_problem(refusal) if isinstance(refusal, DomainError) else _api_problem(refusal)
    body["instance"] = request.path
    return Response(body, status=body["status"], headers=_headers(refusal), content_type=PROBLEM_JSON)


def _as_refusal(exc: Exception) -> exceptions.APIException | DomainError | None:
    if isinstance(exc, exceptions.APIException | DomainError):
        return exc
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, RequestDataTooBig):
        return BodyTooLargeError()
    return None


def _headers(refusal: exceptions.APIException | DomainError) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(refusal, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(refusal, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if isinstance(refusal, PreconditionFailedError):
        headers["ETag"] = f'"{refusal.current}"'
    return headers


def problem(status: int, code: str, detail: str, errors: list[InputError] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = [error.as_dict() for error in errors]
    return body


def _domain_problem(error: DomainError) -> dict[str, Any]:
    if error.status == HTTPStatus.NOT_FOUND:
        return not_found()
    faults = []
    if error.field:
        faults = [InputError(error.field, error.code, error.detail, pointer_of(error.field))]
    body = problem(error.status, error.code, error.detail, faults)
    if error.facts:
        body["facts"] = error.facts
    return body


def not_found() -> dict[str, Any]:
    """One text for "not there" and for "not yours"."""
    return problem(HTTPStatus.NOT_FOUND, NOT_FOUND, "There is no such thing, or it is not yours to see.")


def _api_problem(refusal: exceptions.APIException) -> dict[str, Any]:
    if isinstance(refusal, exceptions.NotFound):
        return not_found()
    if isinstance(refusal, exceptions.ValidationError):
        where = "query" if isinstance(refusal, BadParameterError) else "body"
        faults = list(_faults(refusal.detail, (), where))
        return problem(refusal.status_code, "invalid", "The request is not valid; see errors.", faults)
    code, detail = str(refusal.get_codes()), str(refusal.detail)
    body = problem(refusal.status_code, code, detail, _named_faults(refusal, code, detail))
    if isinstance(refusal, PreconditionFailedError):
        body["current"] = refusal.current
    return body


def _named_faults(refusal: exceptions.APIException, code: str, detail: str) -> list[InputError]:
    if isinstance(refusal, BadHeaderError):
        return [InputError(refusal.header, code, detail, where="header")]
    if isinstance(refusal, UnreadableBodyError):
        field = refusal.pointer.strip("/").replace("/", ".")
        return [InputError(field, code, detail, refusal.pointer)]
    return []


def _faults(detail: Any, path: tuple[str | int, ...], where: str) -> Iterator[InputError]:
    """DRF's nested dicts and lists, flattened; lists of messages end a path, lists of objects continue it."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _faults(inner, path if name == NON_FIELD else (*path, name), where)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            deeper = path if isinstance(inner, exceptions.ErrorDetail) else (*path, index)
            yield from _faults(inner, deeper, where)
    else:
        code = getattr(detail, "code", "invalid")
        yield InputError(dotted(path), code, str(detail), pointer(path) if where == "body" else "", where)


# --- Django's own error pages, for requests that never reach a view of the API ----------------------------------------


def _answer(request: HttpRequest, body: dict[str, Any]) -> JsonResponse:
    return JsonResponse({**body, "instance": request.path}, status=body["status"], content_type=PROBLEM_JSON)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _answer(request, problem(HTTPStatus.BAD_REQUEST, "bad_request", "The request makes no sense."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _answer(request, problem(HTTPStatus.FORBIDDEN, "permission_denied", "That is not allowed."))
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _answer(request, not_found())
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return _answer(request, problem(HTTPStatus.INTERNAL_SERVER_ERROR, "error", "Something broke on our side."))
    return defaults.server_error(request)
