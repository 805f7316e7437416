"""Backing up to one file and restoring from it, for the embedded database and for a named server alike."""

import os
import subprocess
from pathlib import Path
from typing import Any

from django.db import connections

from anju.core import trail
from anju.core.postgres import binaries, explained, refuse, storage_problem
from anju.core.upgrade import upgrade


def backup(path: Path | str) -> tuple[int, str]:
    """Seal the trail, then write the whole database to a file, while others work. Number and hash of the chain's last link."""
    trail.seal()
    head, path = trail.head(), Path(path)
    part = path.with_name(path.name + ".part")
    with explained(path):
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))  # it holds everything: nobody else's to read
        try:
            _run(path, "pg_dump", "--format=custom", "--no-owner", f"--file={part.absolute()}")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return head


def restore(path: Path | str) -> int:
    """Fill an empty database from a backup, bring it up to this program's version and seal; how many rows the chain has.

    Raises Refused DB-019 when the database is not empty, DB-020 when the file is no backup.
    """
    path = Path(path)
    with explained(path), path.open("rb") as file:
        if file.read(5) != b"PGDMP":
            raise refuse("DB-020", path, "不是 anju db backup 写出的备份文件。", "请核对文件名。")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone() != (0,):
            raise refuse(
                "DB-019", "数据库", "里面已有数据，没有恢复，什么也没改。",
                "恢复只能进空的数据库：先 anju db stop，把数据目录里的 postgres 目录改名留存（或用 ANJU_HOME 另选目录），再恢复。",
            )  # fmt: skip
    _run(path, "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={_known()['NAME']}", str(path.absolute()))
    upgrade()
    trail.seal(all_committed=True)
    return trail.head()[0]


def _known() -> dict[str, Any]:
    return connections["owner"].settings_dict


def _run(path: Path, program: str, *arguments: str) -> None:
    known = _known()
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | {name: str(known[key]) for name, key in names.items() if known[key]}
    done = subprocess.run([binaries() / program, *arguments], env=environment, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise storage_problem(path, done.stderr.strip())
