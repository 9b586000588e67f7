"""The first thing a request meets."""

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware


class LoggedRequestMiddleware(RequestMiddleware):
    """Binds an id to every log line of a request and returns it as X-Request-ID, so that a report finds its lines."""

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response["X-Request-ID"] = structlog.contextvars.get_contextvars()["request_id"]
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Without the query: what people search for is their secret."""
        return f"{request.method} {request.path}"
