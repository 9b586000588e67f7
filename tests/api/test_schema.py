"""The description of the API: complete, valid, and what is checked in."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.api.routes import api_routes

ROOT = Path(__file__).resolve().parent.parent.parent
MAIN = ("sign_in", "needs_create", "needs_change", "facilities_create", "resources_weeks_state")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return generated


def operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in schema["paths"].values() for operation in methods.values()]


def test_it_is_valid_without_a_warning_and_what_is_checked_in(tmp_path: Path) -> None:
    written = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(written))
    assert written.read_text() == (ROOT / "docs" / "openapi.yaml").read_text(), "run `make openapi`"


def test_every_route_and_method_is_described(schema: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, methods in schema["paths"].items() for method in methods}
    served = {
        ("/" + "".join("{" + part.split(":")[-1].rstrip(">") + "}" if part.startswith("<") else part
                       for part in split(route.template)), method)
        for route in api_routes()
        for method in route.methods
        if route.name not in ("schema", "docs")
    }  # fmt: skip
    assert described == served


def split(template: str) -> list[str]:
    """Literal text and parameters, in turn."""
    return [part for part in template.replace("<", "\n<").replace(">", ">\n").split("\n") if part]


def test_every_operation_has_a_name_of_its_own_and_may_answer_with_a_problem(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(schema)]
    assert len(set(names)) == len(names) >= 60
    for operation in operations(schema):
        content = operation["responses"]["default"]["content"]
        assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert operation["tags"] != ["api"], operation["operationId"]


def test_the_main_requests_have_examples(schema: dict[str, Any]) -> None:
    by_name = {operation["operationId"]: operation for operation in operations(schema)}
    for name in MAIN:
        assert by_name[name]["requestBody"]["content"]["application/json"]["examples"], name
    answer = by_name["needs_ranking"]["responses"]["200"]["content"]["application/json"]
    assert answer["examples"]


def test_it_is_served_as_openapi_3_1(client: Client, db: None) -> None:
    served = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi"})
    assert served.status_code == HTTPStatus.OK
    assert yaml.safe_load(served.content)["openapi"].startswith("3.1")


def test_the_page_loads_nothing_from_elsewhere_and_no_script_of_its_own(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    assert page.status_code == HTTPStatus.OK
    text = page.content.decode()
    assert "http://" not in text
    assert "https://" not in text
    assert "<script>" not in text
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert client.get("/api/v1/docs/?script=").status_code == HTTPStatus.OK
