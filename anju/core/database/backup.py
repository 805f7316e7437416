"""Backing up to one file, for the embedded database and for a named server alike; and loading such a file, which restoring stands on.

The file is a .zip, uncompressed: what pg_dump wrote, and what the office laid into the data folder. Each part has its checksum, so that a
cut or damaged file is known before anything is done with it. Backups of earlier versions, pg_dump's file alone, are read too.
"""

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db import connections
from django.utils import timezone

from anju.core import registry
from anju.core.database.binaries import binaries_folder
from anju.core.database.folder import data_folder, explain_os_errors, folder_refusal, storage_refusal
from anju.core.trail import sealing
from anju.problems import Refused

BACKUPS_KEPT = 5  # backups made by itself before an upgrade
BEFORE_UPGRADE = "upgrade-"
PIECE = 1 << 20
DUMP, FILES = "database.dump", "files/"
OUTCOMES = "outcomes.*"  # of whole tables (anju/runs): they belong to the application, hold people's rows, and are made again from the ledger
PLAIN_DUMP = b"PGDMP"  # how pg_dump's own file begins


def backup_folder() -> Path:
    """Where backups go that nobody named a file for; only its owner may look in."""
    place = data_folder() / "backups"
    with explain_os_errors(place):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def new_backup_path(kind: str = "anju-") -> Path:
    """A new file's name in that folder."""
    return backup_folder() / f"{kind}{timezone.localtime():%Y%m%d-%H%M%S-%f}"


def write_backup(path: Path | str, snapshot: str = "") -> tuple[int, str]:
    """Seal the trail, then write the whole database to a file, while others work. Number and hash of the chain's last link.

    snapshot: what pg_export_snapshot() said, to write the database as that transaction sees it; the trail is then not sealed.
    """
    if not snapshot:
        sealing.seal_trail()
    head, path = sealing.chain_head(), Path(path)
    part = path.with_name(path.name + ".part")
    with explain_os_errors(path):
        os.close(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        )  # it holds everything: nobody else's to read
        try:
            seen = [f"--snapshot={snapshot}"] if snapshot else []
            with zipfile.ZipFile(part, "w") as package:
                with package.open(DUMP, "w", force_zip64=True) as out:
                    run_program(
                        path, "pg_dump", "--format=custom", "--no-owner", f"--exclude-table={OUTCOMES}", *seen, out=out
                    )
                for file in office_files():
                    package.write(file, FILES + file.relative_to(data_folder()).as_posix())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    if not snapshot:
        backup_folder()
        _note().write_text(
            json.dumps({"at": timezone.now().isoformat(), "file": str(path.absolute())}), encoding="utf-8"
        )
    return head


def office_files() -> list[Path]:
    """The files of the data folder that no program can make again: what the rooms name under BACKUP."""
    places = [data_folder() / name for name in registry.room_texts("backup")]
    return sorted(file for place in places for file in (place, *place.rglob("*")) if file.is_file())


def check_backup(path: Path) -> None:
    """Refused DB-020 when it is no backup, DB-024 when it is one that was cut off or damaged. It is read to its end."""
    with explain_os_errors(path), path.open("rb") as file:
        head = file.read(5)
    if head == PLAIN_DUMP:
        try:
            run_program(path, "pg_restore", "--file=/dev/null", str(path.absolute()))
        except Refused as refused:
            raise _damaged(path) from refused
        return
    if not head.startswith(b"PK"):
        raise folder_refusal("DB-020", path, "不是 anju db backup 写出的备份文件。", "请核对文件名。")
    try:
        with zipfile.ZipFile(path) as package:
            whole, names = package.testzip() is None, package.namelist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path) from error
    if not whole:
        raise _damaged(path)
    if DUMP not in names:
        raise folder_refusal("DB-020", path, "是压缩包，但不是 anju db backup 写出的备份文件。", "请核对文件名。")


def _damaged(path: Path) -> Refused:
    return folder_refusal(
        "DB-024", path, "备份文件残缺或已损坏，没有恢复，什么也没改。",
        "多半是没有拷完或磁盘坏了：请从另一份拷贝恢复；没有的，用更早的备份。",
    )  # fmt: skip


def restore_office_files(path: Path) -> list[Path]:
    """Lay the office's files back where there are none; those that are there stay. What was laid."""
    laid: list[Path] = []
    if not zipfile.is_zipfile(path):
        return laid
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            target = data_folder() / name.removeprefix(FILES)
            if not name.startswith(FILES) or ".." in Path(name).parts or target.exists():
                continue
            with explain_os_errors(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(package.read(name))
            laid.append(target)
    return laid


def last_backup() -> tuple[datetime, Path] | None:
    """When the last backup was made, and into which file; None: never."""
    try:
        note = json.loads(_note().read_text(encoding="utf-8"))
        return datetime.fromisoformat(note["at"]), Path(note["file"])
    except (OSError, ValueError, KeyError):
        return None


def _note() -> Path:
    return data_folder() / "backups" / "last.json"


def back_up_before_upgrade() -> Path:
    """Back up, and keep the newest few of these backups."""
    path = new_backup_path(BEFORE_UPGRADE)
    write_backup(path)
    for old in sorted(backup_folder().glob(f"{BEFORE_UPGRADE}*"))[:-BACKUPS_KEPT]:
        old.unlink()
    return path


def load_backup(path: Path, known: dict[str, Any] | None = None) -> None:
    """The file into an empty database: the one of this installation, or another."""
    into = (known or connections["owner"].settings_dict)["NAME"]
    arguments = ["--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={into}"]
    with _dump_of(path) as dump:
        run_program(path, "pg_restore", *arguments, known=known, source=dump)


@contextmanager
def _dump_of(path: Path) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as dump:
            yield dump
        return
    with zipfile.ZipFile(path) as package, package.open(DUMP) as part:
        yield part


def run_program(
    path: Path,
    program: str,
    *arguments: str,
    known: dict[str, Any] | None = None,
    source: IO[bytes] | None = None,
    out: IO[bytes] | None = None,
) -> None:
    """A program of PostgreSQL. source: what it reads; out: where what it writes goes."""
    known = known or connections["owner"].settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | {
        name: str(known[key]) for name, key in names.items() if known[key]
    }
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [binaries_folder() / program, *arguments], env=environment, cwd="/", stderr=errors,
            stdin=subprocess.PIPE if source else subprocess.DEVNULL, stdout=subprocess.PIPE if out else subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if out and process.stdout:
                shutil.copyfileobj(process.stdout, out, PIECE)
            if source and process.stdin:
                with suppress(BrokenPipeError):  # it says itself why it left
                    shutil.copyfileobj(source, process.stdin, PIECE)
                with suppress(BrokenPipeError):
                    process.stdin.close()
            code = process.wait()
        finally:
            process.kill()
            process.wait()
        if code:
            errors.seek(0)
            raise storage_refusal(path, errors.read().decode("utf-8", "replace").strip())
