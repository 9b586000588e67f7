"""Refusals that belong to HTTP alone; refusals by the rules of the trade are DomainErrors."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import APIException, ErrorDetail, ParseError, ValidationError


@dataclass(frozen=True)
class InputError:
    """One thing wrong with a request. `pointer` is a JSON pointer into the body (RFC 6901); "" elsewhere."""

    field: str
    code: str
    detail: str
    pointer: str = ""
    where: str = "body"

    def as_dict(self) -> dict[str, str]:
        return {
            "in": self.where,
            "pointer": self.pointer,
            "field": self.field,
            "code": self.code,
            "detail": self.detail,
        }


class UnreadableBodyError(ParseError):
    """The body is not JSON as this service takes it; `pointer` says where, if that can be said."""

    def __init__(self, detail: str, code: str, pointer: str = "") -> None:
        super().__init__(detail, code)
        self.pointer = pointer


class BodyTooLargeError(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than 256 kB."
    default_code = "body_too_large"


class BadCredentialsError(APIException):
    status_code = HTTPStatus.UNAUTHORIZED


class BadParameterError(ValidationError):
    """Query parameters at fault, by name."""

    def __init__(self, faults: dict[str, Any]) -> None:
        super().__init__(faults)

    @classmethod
    def single(cls, name: str, detail: str, code: str) -> "BadParameterError":
        return cls({name: [ErrorDetail(detail, code)]})


class BadHeaderError(APIException):
    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, header: str, detail: str, code: str) -> None:
        super().__init__(detail, code)
        self.header = header


class PreconditionRequiredError(BadHeaderError):
    status_code = HTTPStatus.PRECONDITION_REQUIRED

    def __init__(self) -> None:
        super().__init__("If-Match", "Send the version that you read (its ETag) as If-Match.", "precondition_required")


class PreconditionFailedError(BadHeaderError):
    """Somebody changed the thing since the caller read it; `current` is its version now."""

    status_code = HTTPStatus.PRECONDITION_FAILED

    def __init__(self, current: str) -> None:
        super().__init__("If-Match", "It was changed since you read it; read it again.", "precondition_failed")
        self.current = current


class KeyReusedError(BadHeaderError):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__("Idempotency-Key", "This key was used before with another request.", "idempotency_key_reused")
