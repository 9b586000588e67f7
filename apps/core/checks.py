"""Settings that would lose or give away data are errors, found by `manage.py check` and before every migration."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

OLDEST_SERVER = 150_000


@register(Tags.security, deploy=True)
def secret_key_is_own(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if settings.SECRET_KEY != settings.INSECURE_SECRET_KEY:
        return []
    return [Error("SECRET_KEY is the one that everybody can read in the source.", id="core.E001")]


@register(Tags.database)
def commits_are_kept(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """With synchronous_commit off a crash of PostgreSQL takes back commits that were already answered for."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('server_version_num')::int")
            commit, version = cursor.fetchone()
        if commit == "off":
            found.append(Error(f"synchronous_commit is off on database {alias}.", id="core.E002"))
        if version < OLDEST_SERVER:
            found.append(Error(f"Database {alias} is older than PostgreSQL 15.", id="core.E003"))
    return found
