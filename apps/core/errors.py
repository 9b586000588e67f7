"""A refusal is data: a code that programs read, facts that words are made of, a status for the API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


class DomainError(Exception):
    """A request that the rules refuse.

    `code` is stable and documented; `field` names the input at fault where there is one; `facts` are JSON-able.
    """

    status: int = HTTPStatus.CONFLICT

    def __init__(self, code: str, detail: str, *, field: str = "", facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field
        self.facts = dict(facts or {})


class InvalidInputError(DomainError):
    """The input itself is wrong, whatever the state of things."""

    status = HTTPStatus.BAD_REQUEST


class NotAllowedError(DomainError):
    """The caller may see the thing, but not do this to it."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(DomainError):
    """Not there, or not the caller's: both read the same."""

    status = HTTPStatus.NOT_FOUND
