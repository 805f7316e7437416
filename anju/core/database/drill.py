"""A drill (恢复演练): a backup is worth what restoring it gives. Into a throw-away database, compared with the living one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from anju.core.database.backup import load_backup, write_backup
from anju.core.database.postgres import OWNER, ROLES, SUPERUSER, Cluster
from anju.core.trail import chain, sealing
from anju.problems import Problem

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# The sum of the rows' digests does not depend on their order; a row is digested as its text.
DIGEST = "SELECT count(*), coalesce(sum(hashtextextended(whole_row::text, 0)::numeric), 0) FROM {} AS whole_row"
PLAIN = "SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1"


@dataclass(frozen=True)
class DrillResult:
    tables: int
    rows: int
    seq: int
    head: str
    size: int
    problems: list[Problem] = field(default_factory=list)


def run_drill() -> DrillResult:
    """Back up, restore elsewhere, compare every table's number of rows and digest, and follow the trail's chain link by link.

    Others go on working: the backup and the comparison see one and the same moment.
    """
    sealing.seal_trail()
    with _place() as place, transaction.atomic(using="owner"):
        file, cluster = place / "backup", Cluster(place, fsync=False)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            write_backup(file, snapshot)
            living, head = _digests(cursor), read_chain_head(cursor)
        try:
            restored, problems = _restored(cluster, file, head)
        finally:
            cluster.stop()
        size = file.stat().st_size
    for table in sorted(living.keys() | restored.keys()):
        if living.get(table) != restored.get(table):
            before, after = (digests[table][0] if table in digests else "没有这张表" for digests in (living, restored))
            what = f"恢复出来的与现在的不同：现在 {before} 行，恢复后 {after} 行。"
            fix = "备份不可依靠：请检查磁盘，重新备份后再演练；仍不同的，请联系维护人员。"
            problems.append(Problem("DB-021", f"数据表 {table}", what, fix))
    return DrillResult(len(living), sum(count for count, _ in living.values()), head[0], head[1].hex(), size, problems)


@contextmanager
def _place() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="anju-d-"))
    try:
        place.chmod(0o711)  # under root the server runs as a system user, who must be able to pass
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _restored(
    cluster: Cluster, file: Path, head: tuple[int, bytes]
) -> tuple[dict[str, tuple[int, int]], list[Problem]]:
    cluster.start()
    with psycopg.connect(**cluster.connection(SUPERUSER)) as db:
        for role in {connections["default"].settings_dict["USER"], settings.PORTAL_ROLE} - {"", *ROLES}:
            # A named server calls the application and the portal otherwise; their rights are restored too.
            db.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    known = cluster.connection(OWNER)
    load_backup(
        file,
        {
            "HOST": known["host"],
            "PORT": known["port"],
            "USER": OWNER,
            "PASSWORD": known["password"],
            "NAME": known["dbname"],
        },
    )
    with psycopg.connect(**known) as db, db.cursor() as cursor:
        return _digests(cursor), check_restored_chain(db, head)


def _digests(cursor: Any) -> dict[str, tuple[int, int]]:
    cursor.execute(PLAIN)
    cursor.execute(TABLES)
    digests = {}
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL(DIGEST).format(sql.Identifier(table)))
        digests[table] = tuple(cursor.fetchone())
    return digests


def read_chain_head(cursor: Any) -> tuple[int, bytes]:
    cursor.execute("SELECT seq, hash FROM core_trailseal ORDER BY seq DESC LIMIT 1")
    row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else (0, chain.GENESIS)


def check_restored_chain(db: Any, head: tuple[int, bytes]) -> list[Problem]:
    """Follow the chain in the restored database; nothing when it leads to the head."""
    with db.cursor() as cursor:
        cursor.execute("SELECT last, hash FROM core_trailarchive ORDER BY last DESC LIMIT 1")
        row = cursor.fetchone()
    number, last = (row[0], bytes(row[1])) if row else chain.BEGINNING
    with db.cursor("chain") as cursor:
        cursor.itersize = sealing.BATCH
        cursor.execute("SELECT seq, hash, canonical FROM core_trailseal JOIN core_trail ON id = trail_id ORDER BY seq")
        for seq, digest, content in cursor:
            last = chain.link_hash(last, seq, bytes(content))
            number += 1
            if seq != number or bytes(digest) != last:
                break
    if (number, last) == head:
        return []
    fix = "请用 anju trail export 导出现在的留痕，用 anju trail verify 核验，查明何人动过数据库。"
    return [Problem("DB-022", f"留痕第 {number} 条", "恢复出来的留痕链到这里断了，与备份时的链头不符。", fix)]
