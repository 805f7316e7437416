"""Restoring a backup into an empty database."""

from pathlib import Path

from django.db import connections

from anju.core.database.backup import load
from anju.core.database.folder import explained, refuse
from anju.core.trail import sealing


def restore(path: Path | str) -> int:
    """Fill an empty database from a backup, bring it up to this program's version and seal; how many rows the chain has.

    Raises Refused DB-019 when the database is not empty, DB-020 when the file is no backup.
    """
    from anju.core.database.upgrade import upgrade

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
    load(path)
    upgrade(backed_up=True)
    sealing.seal(all_committed=True)
    return sealing.head()[0]
