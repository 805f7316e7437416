"""Clusters made once a run and copied by whoever needs one: initdb and the migrations take seconds, a copy takes a moment.

`initialised`: roles and an empty database. `upgraded`: the tables and the national regions of today's program too, nobody has done anything.
Workers of one run share the folder of the run (ANJU_TEST_RUN); who comes first makes a template, the others wait for it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from anju.core.database.postgres import Cluster

CODE = Path(__file__).parents[1]
UPGRADE = "from anju.core.console.command import set_up_django; set_up_django()"  # what every command does first


def copy_initialised(place: Path) -> Path:
    """Fill the folder, which is there and empty, with a data folder as after the first start of a server that was then stopped."""
    return _copy(_once("initialised", _initialise), place)


def copy_upgraded(place: Path) -> Path:
    """The same as after the first command of the program."""
    return _copy(_once("upgraded", _upgrade), place)


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
            shutil.rmtree(part, ignore_errors=True)  # of a worker that did not come to the end
            part.mkdir()
            part.chmod(0o711)  # under root the server runs as a system user, who must be able to pass
            make(part)
            part.rename(ready)
    return ready


def _copy(template: Path, place: Path) -> Path:
    """With owners and modes: under root the data belong to a system user."""
    subprocess.run(["cp", "-a", f"{template}/.", place], check=True)
    return place
