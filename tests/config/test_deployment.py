"""What a deployment is told before it goes wrong."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from pytest_django import Settings

from apps.core.checks import secret_key_is_own

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "q" * 20 + "7Fw-kZr_0pXc9LmV2sTn4YbQ6hJd8GaEu1"
# Read by the settings, yet not for deployments.
LOCAL_ONLY = {"DEBUG", "DEMO", "WHITENOISE_USE_FINDERS"}


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False
    )


def test_the_deployment_check_is_clean_with_a_production_environment() -> None:
    checked = python(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        SECRET_KEY=SECRET,
        ALLOWED_HOSTS="matchmaker.example.org",
        CSRF_TRUSTED_ORIGINS="https://matchmaker.example.org",
        BEHIND_PROXY="on",
        EMAIL_URL="smtp+tls://mail.example.org:587",
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_secret_key_of_the_source_is_refused_by_check_and_web_server() -> None:
    checked = python("manage.py", "check", "--deploy")
    assert checked.returncode == 1
    assert "core.E001" in checked.stderr
    served = python("-c", "import config.wsgi")
    assert served.returncode == 1
    assert "ImproperlyConfigured: Set SECRET_KEY" in served.stderr
    assert python("-c", "import config.wsgi", SECRET_KEY=SECRET).returncode == 0


def test_an_own_secret_key_is_no_fault(settings: Settings) -> None:
    settings.SECRET_KEY = SECRET
    assert secret_key_is_own(None) == []


def test_mail_that_goes_nowhere_is_refused() -> None:
    checked = python("manage.py", "check", "--deploy", SECRET_KEY=SECRET)
    assert checked.returncode == 1
    assert "notices.E001" in checked.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(("value", "found"), [("off", ["core.E002"]), ("on", []), ("local", [])])
def test_commits_that_a_crash_takes_back_are_refused(value: str, found: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('synchronous_commit', %s, true)", [value])
    assert [message.id for message in run_checks(databases=["default"]) if str(message.id).startswith("core.")] == found


def test_static_files_are_collected_compressed_and_hashed(tmp_path: Path) -> None:
    """Every file that a stylesheet names must exist, or this fails."""
    collected = python("manage.py", "collectstatic", "--no-input", "--verbosity=0", STATIC_ROOT=str(tmp_path))
    assert (collected.returncode, collected.stderr) == (0, "")
    assert (tmp_path / "staticfiles.json").exists()


@pytest.mark.django_db
def test_plain_http_is_sent_to_https_but_health_answers(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/admin/")["Location"] == "https://testserver/admin/"
    assert client.get("/health/ready").status_code == 200


def test_the_example_environment_names_what_the_settings_read() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text()))
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert named == read - LOCAL_ONLY


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in (ROOT / "deploy" / "systemd").iterdir():
        text = unit.read_text().replace("/opt/matchmaker/.venv/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text)
    units = sorted(str(path) for path in tmp_path.iterdir())
    verified = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert len(units) == 5
    assert (verified.returncode, verified.stderr) == (0, "")


def test_containers_and_units_start_the_same_programs() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert set(composed) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    for name in ("worker", "beat"):
        unit = (ROOT / "deploy" / "systemd" / f"matchmaker-{name}.service").read_text()
        shared = [word for word in composed[name]["command"] if not word.startswith("--schedule")]
        assert " ".join(shared) in unit
