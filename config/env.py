"""Every value that the environment may set, read in one place."""

from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(ROOT / ".env")


def database_config(url: str) -> dict[str, object]:
    """A DATABASES entry for a URL; a socket directory given as ?host= becomes HOST, so that `dbshell` finds it too."""
    config: dict[str, object] = dict(environ.Env.db_url_config(url))
    options = config.get("OPTIONS")
    if isinstance(options, dict) and "host" in options:
        config["HOST"] = options.pop("host")
    return config
