"""The cast signed in to the portal, and a little catalogue to post needs with."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

from apps.catalog.models import ProcessKind, RegionKind
from tests import builders
from tests.cast import Cast

GENEROUS = {**settings.API_THROTTLES, "sign_in": (10_000, 60), "sign_in_account": (10_000, 60)}
As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def generous_throttles() -> Iterator[None]:
    """All tests share one address, and so one allowance."""
    with override_settings(API_THROTTLES=GENEROUS):
        yield


@pytest.fixture
def as_(cast: Cast) -> As:
    """`as_("fay")` is a browser in which Fay is signed in."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in


@pytest.fixture
def catalogue(db: None) -> None:
    plastics = builders.process("plastics", name="Plastics", kind=ProcessKind.CATEGORY)
    for slug, name in (("moulding", "Injection moulding"), ("casting", "Vacuum casting"), ("assembly", "Assembly")):
        process = builders.process(slug, name=name, parent=plastics if slug != "assembly" else None)
        builders.synonym(name.lower(), process=process)
    builders.synonym("plastic parts", process=plastics)
    for slug in ("abs", "steel"):
        material = builders.material(slug, name=slug.upper())
        builders.synonym(slug, material=material)
    builders.certification("iso-9001", name="ISO 9001")
    builders.stage("pilot", name="Pilot")
    builders.region("US", name="United States", kind=RegionKind.COUNTRY, countries=["US"])
