"""Somebody signed in at the desk."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User

SignIn = Callable[[User], Client]


@pytest.fixture
def desk() -> SignIn:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
