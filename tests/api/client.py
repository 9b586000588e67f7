"""Talking to the API as somebody, the way a program outside does: tokens, JSON, headers."""

import json
from http import HTTPStatus
from typing import Any

from django.test import Client
from knox.models import get_token_model

from apps.accounts.models import User

ROOT = "/api/v1/"


class Api:
    """`as_user(None)` asks without signing in. Bodies are JSON unless `raw` bytes are given."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {}
        if user is not None:
            _, token = get_token_model().objects.create(user=user)
            self.headers = {"Authorization": f"Token {token}"}

    def call(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: Any) -> Any:
        """Headers by keyword: `if_match="..."` is sent as If-Match. Query parameters belong into the path."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("content-type", "application/json")
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        url = path if path.startswith("/") else ROOT + path
        return self.client.generic(method, url, data, content_type=kind, headers={**self.headers, **named})

    def get(self, path: str, **headers: Any) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: Any) -> Any:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: Any) -> Any:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: Any) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: Any) -> Any:
        return self.call("DELETE", path, **headers)

    def read(self, path: str) -> Any:
        """The JSON of a successful GET."""
        response = self.get(path)
        assert response.status_code == HTTPStatus.OK, response.content
        return response.json()


def results(response: Any) -> list[Any]:
    assert response.status_code == HTTPStatus.OK, response.content
    found: list[Any] = response.json()["results"]
    return found
