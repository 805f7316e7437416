"""Bring the tables up to date: a backup when there is something to lose, migrations by the owner, then the national regions."""

import sys
from typing import Any

from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor


class AtomicExecutor(MigrationExecutor):
    """A migration and the word that it was done, both or neither: Django commits the one before it writes the other, and an interrupt between
    the two left tables that no later run could make again."""

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        with transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, fake, fake_initial)


def pending_migrations() -> list[str]:
    """Names of migrations that have not run."""
    executor = MigrationExecutor(connections["owner"])
    return [str(step) for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def upgrade_tables(*, backed_up: bool = False) -> list[str]:
    """Run what is pending, as the owner; what was run. Cheap when there is nothing to do.

    A database in which something was done is backed up first, unless it was backed up already.
    """
    steps = pending_migrations()
    if steps:
        with connections["owner"].cursor() as cursor:  # two at once: the second waits, and finds nothing to do
            cursor.execute("SELECT pg_advisory_lock(hashtext('anju_upgrade'))")
            try:
                if not backed_up and pending_migrations() and _used(cursor):
                    from anju.core.database.backup import back_up_before_upgrade

                    sys.stderr.write("程序已更新，升级表结构之前先备份……\n")
                    sys.stderr.write(f"已备份到 {back_up_before_upgrade()}\n")
                executor = AtomicExecutor(connections["owner"])
                executor.migrate(executor.loader.graph.leaf_nodes())
                call_command(
                    "migrate", database="owner", verbosity=0, interactive=False
                )  # finds nothing to do, and tells the apps that it is done
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('anju_upgrade'))")
    from anju.core.regions.loading import load_national_regions

    load_national_regions()
    return steps


def _used(cursor: Any) -> bool:
    """Has anybody done anything here? Every act leaves a trail."""
    cursor.execute("SELECT to_regclass('core_trailseal')")
    if cursor.fetchone() == (None,):
        return False
    cursor.execute("SELECT EXISTS (SELECT FROM core_trail)")
    return cursor.fetchone()[0]


def explain_major_upgrade() -> list[str]:
    """The steps when the data folder is of another major version; nothing otherwise."""
    from anju.core.database import server
    from anju.core.database.binaries import MAJOR
    from anju.core.database.postgres import Cluster

    cluster = Cluster()
    version = None if server.is_server_named() else cluster.data_version()
    if version in (None, str(MAJOR)):
        return []
    return [
        f"数据目录 {cluster.data} 是 PostgreSQL {version} 的，本程序带的是 {MAJOR}。大版本之间要先备份再恢复：",
        f"1. 用原来版本的安居程序（带 PostgreSQL {version}）运行 anju db backup 备份文件，然后 anju db stop。",
        f"2. 把 {cluster.folder} 改名留存。",
        "3. 用本程序运行 anju db restore 备份文件。",
        "4. 运行 anju trail export 和 anju trail verify --head 核对留痕，无误后再删除留存的旧目录。详见 docs/database.md。",
    ]
