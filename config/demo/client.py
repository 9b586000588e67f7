"""The REST API as a program outside sees it."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from config.local import LOOPBACK
from config.services import ServiceError

API = "/api/v1/"
TIMEOUT_SECONDS = 30
SHOWN_OF_AN_ERROR = 2_000


class Client:
    """Talks JSON. `path` is below /api/v1/, or begins with / or http, as links in answers do.

    An answer that is no success raises ServiceError with its body.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.headers = {"Content-Type": "application/json", "Accept": "application/json"}

    def sign_in(self, email: str, password: str) -> None:
        token = self.post("sign-in/", {"email": email, "password": password})["token"]
        self.headers["Authorization"] = f"Token {token}"

    def get(self, path: str) -> Any:
        return self._send("GET", path)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Any:
        return self._send("POST", path, body, headers)

    def patch(self, path: str, body: Mapping[str, Any], **headers: str) -> Any:
        return self._send("PATCH", path, body, headers)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        found: list[dict[str, Any]] = []
        link: str | None = path
        while link:
            page = self.get(link)
            found += page["results"]
            link = page["next"]
        return found

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        request = urllib.request.Request(self._address(path), data, {**self.headers, **named}, method=method)  # noqa: S310 - ours
        try:
            with LOOPBACK.open(request, timeout=TIMEOUT_SECONDS) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:SHOWN_OF_AN_ERROR]
            raise ServiceError(f"{method} {path} answered {error.code}: {said}") from error
        except urllib.error.URLError as error:
            raise ServiceError(f"{method} {path}: {error.reason}") from error

    def _address(self, path: str) -> str:
        if path.startswith("http"):
            return path
        return f"{self.url}{path}" if path.startswith("/") else f"{self.url}{API}{path}"
