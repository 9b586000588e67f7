"""Every page of the desk opens, for whoever may see it, in a number of queries that does not grow with the rows."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from knox.models import AuthToken

from apps.core.admin import RecordAdmin
from tests.admin.conftest import SignIn
from tests.admin.population import populate
from tests.builders import PASSWORD
from tests.cast import Cast

MOST_QUERIES = 30
MODELS = list(admin.site._registry)


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200, url
    return len(queries)


def rows_of(model: type[Model]) -> Any:
    """A row with company: the one of Quiet Heron, Lakeside, Bright Beetle, where there is one."""
    return model._default_manager.order_by("pk")


@pytest.fixture
def client(cast: Cast, desk: SignIn) -> Client:
    return desk(cast.ada)


def test_lists_take_as_many_queries_for_many_rows_as_for_few(cast: Cast, client: Client) -> None:
    populate(cast, 3)
    few = {model: queries_of(client, address(model, "changelist")) for model in MODELS}
    populate(cast, 10)
    many = {model: queries_of(client, address(model, "changelist")) for model in MODELS}
    assert {model.__name__: (few[model], many[model]) for model in MODELS if few[model] < many[model]} == {}
    assert {model.__name__: count for model, count in many.items() if count > MOST_QUERIES} == {}
    assert [model.__name__ for model in MODELS if not rows_of(model)[12:].exists()] == []


def test_pages_of_rows_take_as_many_queries_for_many_rows_below_as_for_few(cast: Cast, client: Client) -> None:
    populate(cast, 3)
    # The token's row is not shown by itself: its key is the digest.
    urls = {
        model.__name__: address(model, "change", row.pk)
        for model in MODELS
        if model is not AuthToken and (row := _busiest(model, cast))
    }
    few = {name: queries_of(client, url) for name, url in urls.items()}
    populate(cast, 10)
    many = {name: queries_of(client, url) for name, url in urls.items()}
    assert {name: (few[name], many[name]) for name in urls if few[name] < many[name]} == {}
    assert {name: count for name, count in many.items() if count > MOST_QUERIES} == {}
    assert len(urls) == len(MODELS) - 1


def _busiest(model: type[Model], cast: Cast) -> Model | None:
    named: dict[str, Model] = {
        "Facility": cast.quiet_heron,
        "Network": cast.lakeside,
        "Organisation": cast.bright_beetle,
        "User": cast.fay,
    }
    return named.get(model.__name__) or rows_of(model).first()


@pytest.mark.parametrize("model", [model for model in MODELS if model is not AuthToken])
def test_rows_are_added_by_hand_only_where_no_service_writes_them(client: Client, model: type[Model]) -> None:
    by_hand = not isinstance(admin.site.get_model_admin(model), RecordAdmin)
    assert client.get(address(model, "add")).status_code == (200 if by_hand else 403)


def test_every_row_has_a_history(cast: Cast, client: Client) -> None:
    populate(cast, 1)
    for model in MODELS:
        if model is not AuthToken:
            assert client.get(address(model, "history", rows_of(model).first().pk)).status_code == 200, model


def test_one_changes_ones_own_password(cast: Cast, client: Client) -> None:
    secret = "a wholly unguessable phrase"
    data = {"old_password": PASSWORD, "new_password1": secret, "new_password2": secret}
    assert client.get(reverse("admin:password_change")).status_code == 200
    assert client.post(reverse("admin:password_change"), data).status_code == 302
    cast.ada.refresh_from_db()
    assert cast.ada.check_password(secret)


def test_every_list_is_searched(cast: Cast, client: Client) -> None:
    populate(cast, 1)
    for model in MODELS:
        found = client.get(address(model, "changelist"), {"q": "there is no such phrase 7"})
        assert found.status_code == 200, model
        assert found.context["cl"].result_count == 0, model
        assert admin.site.get_model_admin(model).search_help_text or model.__name__ in {
            "Heartbeat",
            "IdempotentResponse",
        }


@pytest.mark.parametrize("page", ["changelist", "add"])
def test_no_page_speaks_to_another_host(cast: Cast, client: Client, page: str) -> None:
    populate(cast, 1)
    for model in MODELS:
        response = client.get(address(model, page)) if page == "changelist" or model is not AuthToken else None
        if response is not None and response.status_code == 200:
            text = response.content.decode()
            assert 'src="http' not in text
            assert 'href="http' not in text.replace('href="https://example.org', "")
