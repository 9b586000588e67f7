"""Signing in and out of the portal."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_front(client: Client) -> None:
    assert client.get("/").status_code == 200
