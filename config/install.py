"""Makes .venv and installs the pinned requirements there; does nothing when that is done already.

Run by the Makefile with the machine's own Python before anything is installed, as a file: standard library only.
"""

import fcntl
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOG = ROOT / "var" / "install.log"
SHOWN_LINES_OF_FAILURE = 15


def main(files: list[str]) -> int:
    LOG.parent.mkdir(exist_ok=True)
    with _one_at_a_time():
        wanted = _wanted(files)
        if _installed().items() >= wanted.items() and _python_works():
            return 0
        if find_spec("ensurepip") is None:
            say("This Python lacks its venv module. On Debian or Ubuntu: apt install python3-venv")
            return 1
        LOG.unlink(missing_ok=True)
        if not _python_works() or _installed().get("root", str(ROOT)) != str(ROOT):
            say(f"Making .venv with Python {sys.version.split()[0]}")
            if not _run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
                return 1
        if not _install(files):
            return 1
        STAMP.write_text(json.dumps({**_installed(), **wanted}, indent=1))
    return 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with LOG.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wanted(files: list[str]) -> dict[str, str]:
    """What the stamp must hold: the place, as scripts in .venv name it, and the digest of every requirements file."""
    digests = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in files}
    return {"root": str(ROOT), **digests}


def _installed() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return stamp


def _python_works() -> bool:
    try:
        return subprocess.run([str(PYTHON), "-c", ""], check=False, capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


def _install(files: list[str]) -> bool:
    total = sum(line[:1].isalnum() for name in files for line in (ROOT / name).read_text().splitlines())
    say(f"Installing up to {total} pinned packages from {' and '.join(files)}")
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    command.append("--require-hashes")
    for name in files:
        command += ["-r", str(ROOT / name)]
    return _run(command, steps=total)


def _run(command: list[str], steps: int = 0) -> bool:
    """Run, keep the output in a log, show how far it is, and the end of the log when it fails."""
    with (
        LOG.open("a") as log,
        subprocess.Popen(  # noqa: S603 - the command is ours
            command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - for the type checker
        done = 0
        for line in process.stdout:
            log.write(line)
            if line.startswith("Collecting "):
                done += 1
                _show_progress(done, steps, line.split()[1])
            elif line.startswith("Installing collected"):
                say("  unpacking")
    if process.returncode:
        say(f"That failed; the end of {LOG.relative_to(ROOT)}:")
        say("\n".join(LOG.read_text().splitlines()[-SHOWN_LINES_OF_FAILURE:]))
    return process.returncode == 0


def _show_progress(done: int, steps: int, package: str) -> None:
    if done % 10 == 0:
        say(f"  {done} of {steps}: {package}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
