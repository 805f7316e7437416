"""Restoring a backup into an empty database."""

from pathlib import Path

from django.db import connections

from anju.core.database.backup import check_backup, load_backup, restore_office_files
from anju.core.database.folder import folder_refusal
from anju.core.trail import sealing


def restore_backup(path: Path | str) -> int:
    """Fill an empty database from a backup, bring it up to this program's version and seal; how many rows the chain has.

    Raises Refused DB-019 when the database is not empty, DB-020 when the file is no backup, DB-024 when it is cut off or damaged.
    """
    from anju.core.database.upgrade import upgrade_tables

    path = Path(path)
    check_backup(path)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone() != (0,):
            raise folder_refusal(
                "DB-019", "数据库", "里面已有数据，没有恢复，什么也没改。",
                "恢复只能进空的数据库：先 anju db stop，把数据目录里的 postgres 目录改名留存（或用 ANJU_HOME 另选目录），再恢复。",
            )  # fmt: skip
    load_backup(path)
    restore_office_files(path)
    upgrade_tables(backed_up=True)
    sealing.seal_trail(all_committed=True)
    return sealing.chain_head()[0]
