"""Who is asking."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class ApiTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # knox is untyped
    """`Authorization: Token <token>`. Only a digest of the token is stored."""

    def authenticate(self, request: Request) -> tuple[object, object] | None:
        header = get_authorization_header(request)
        if not header.isascii() or b"\x00" in header:  # knox would fail on it with a traceback
            raise AuthenticationFailed
        answer: tuple[object, object] | None = super().authenticate(request)
        return answer


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The cookie's real name depends on where the service runs; the description must not."""

    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "session",
            "description": "The portal's own pages; needs the CSRF token too.",
        }


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = ApiTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`, with the token that `POST /api/v1/sign-in/` returns.",
        }
