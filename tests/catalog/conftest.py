"""The whole catalogue, loaded once for all tests of a module and gone after them."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from apps.catalog.loader import LoadReport, load_catalogue


def say_nothing(line: str) -> None:
    assert line


@pytest.fixture(scope="module")
def catalogue(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LoadReport]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_catalogue(report=say_nothing)
        transaction.set_rollback(True)
