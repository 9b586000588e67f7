"""The installer that a bare machine runs first. What it downloads, every CI run shows; here, when it does nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

INSTALLER = Path(__file__).resolve().parent.parent.parent / "config" / "install.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project of one requirement, which is none: nothing is fetched."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "install.py").write_text(INSTALLER.read_text())
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def install(checkout: Path, *files: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(checkout / "config" / "install.py"), *(files or ("requirements.txt",))]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_installs_what_changed_and_nothing_twice(checkout: Path) -> None:
    """One story, since each environment takes seconds to make."""
    lock, stamp = checkout / "requirements.txt", checkout / ".venv" / "installed.json"
    first = install(checkout)
    assert first.returncode == 0, first.stdout
    assert "Making .venv" in first.stdout
    assert (checkout / ".venv" / "bin" / "python").exists()
    second = install(checkout)
    assert (second.returncode, second.stdout) == (0, "")

    lock.write_text("# nothing, said differently\n")
    changed = install(checkout).stdout
    assert "Installing" in changed
    assert "Making" not in changed
    assert install(checkout).stdout == ""

    lock.write_text("pip==1.0\n")  # without a digest
    for _ in range(2):
        refused = install(checkout)
        assert refused.returncode == 1
        assert "That failed" in refused.stdout
        assert "hash" in refused.stdout.lower()

    # Scripts in an environment name the place where it was made, so a checkout that moved needs another one.
    lock.write_text("# nothing\n")
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "root": "/elsewhere"}))
    assert "Making .venv" in install(checkout).stdout


def test_a_python_without_venv_is_told_what_to_install(checkout: Path) -> None:
    """Debian's python3 without python3-venv: `ensurepip` is missing."""
    hidden = "import importlib.util as u, runpy, sys; found = u.find_spec\n"
    hidden += "u.find_spec = lambda name, *a: None if name == 'ensurepip' else found(name, *a)\n"
    hidden += "sys.argv[1:] = ['requirements.txt']; runpy.run_path(%r, run_name='__main__')\n"
    script = hidden % str(checkout / "config" / "install.py")
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert told.stdout == "This Python lacks its venv module. On Debian or Ubuntu: apt install python3-venv\n"
