"""Edits name the version that they were made from: ETag out, If-Match in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.exceptions import PreconditionFailedError, PreconditionRequiredError
from apps.core.models import TimeStamped


def version_of(row: TimeStamped) -> str:
    """Changes with every write: microseconds of the last one."""
    return f"{row.updated_at.timestamp():.6f}".replace(".", "")


def with_etag(response: Response, version: str) -> Response:
    response["ETag"] = f'"{version}"'
    return response


def if_match(request: Request) -> str:
    """The version that the caller read. Weak tags and lists name no single version, so they are no match."""
    raw = request.headers.get("If-Match")
    if raw is None:
        raise PreconditionRequiredError
    return raw.strip().removeprefix('"').removesuffix('"')


def require_match(request: Request, current: str) -> None:
    if if_match(request) != current:
        raise PreconditionFailedError(current)


@contextmanager
def locked_match(request: Request, row: TimeStamped) -> Iterator[None]:
    """A transaction in which the row is locked and still the one that the caller read, so that of two edits made
    from one version exactly one wins."""
    expected = if_match(request)
    with transaction.atomic():
        current = type(row)._default_manager.select_for_update().only("updated_at").get(pk=row.pk)
        if version_of(current) != expected:
            raise PreconditionFailedError(version_of(current))
        yield
