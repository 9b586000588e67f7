"""What the repository promises a newcomer."""

import re
from pathlib import Path

import pytest
from celery import current_app

from tests.guards.source import ROOT, project_files

TEXT = {".py", ".md", ".txt", ".in", ".toml", ".yaml", ".yml", ".cfg", ".ini", ".html", ".js", ".css", ".service", ""}


def _texts() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), path.read_text(errors="replace"))
        for path in project_files()
        if path.suffix in TEXT
    ]


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md", "CONTRIBUTING.md"])
def test_commands_in_the_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text()
    named = set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE))
    assert named
    assert named <= _make_targets()


@pytest.mark.parametrize("document", [path for path in project_files() if path.suffix == ".md"], ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text())
    broken = [link for link in links if not (document.parent / link).exists()]
    assert broken == []


def test_no_file_names_a_place_of_one_machine() -> None:
    """Neither where this checkout lies nor which package index one machine uses: both differ at the next."""
    named = re.compile("|".join([re.escape(str(ROOT)) + r"\b", r"(extra-)?index-url", r"find-links", r"trusted-host"]))
    here = "tests/guards/test_repository.py"
    found = [(name, hit.group()) for name, text in _texts() if name != here for hit in named.finditer(text)]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_requirement_states_its_reason(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] not in "#-"]
    assert lines
    assert [line for line in lines if not re.search(r"\s# \w+", line)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_is_asked_for_with_digests(name: str) -> None:
    asked = re.findall(r"^([A-Za-z][A-Za-z0-9_-]*)", (ROOT / f"{name}.in").read_text(), flags=re.MULTILINE)
    lock = (ROOT / f"{name}.txt").read_text()
    pins = re.findall(r"^([a-z0-9_.-]+)==", lock, flags=re.MULTILINE)
    assert {package.lower() for package in asked} <= set(pins)
    assert lock.count("--hash=sha256:") >= len(pins)


def test_beat_sends_only_tasks_that_exist() -> None:
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in current_app.conf.beat_schedule.values()} <= set(current_app.tasks)
