"""The whole catalogue, loaded once for all tests of a module, and the published data sets where they lie beside us."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from apps.catalog.loader import load_catalogue
from apps.exchange.formats.base import Format, ParsedRow, SourceFile
from apps.exchange.terms import CatalogueWords
from tests.guards.source import ROOT

TODAY = date(2026, 3, 2)
DATA = ROOT.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the published data sets are not in {DATA.parent.name}/{DATA.name}"
)

Read = Callable[..., list[ParsedRow]]


def say_nothing(line: str) -> None:
    assert line


@pytest.fixture(scope="module")
def words(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[CatalogueWords]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_catalogue(report=say_nothing)
        yield CatalogueWords()
        transaction.set_rollback(True)


@pytest.fixture
def read(words: CatalogueWords) -> Read:
    """The rows that a format reads from bytes or a text."""

    def rows(form: Format, content: str | bytes, name: str = "file") -> list[ParsedRow]:
        data = content.encode() if isinstance(content, str) else content
        return list(form.read(SourceFile(name, data, words, TODAY)))

    return rows
