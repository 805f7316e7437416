"""Books run over whole tables: outcomes as files or as tables of the schema `outcomes`, which are dropped by hand or when they are old."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.rules.engine.engines import ENGINES
from anju.rules.engine.postgres import outcomes
from anju.rules.engine.postgres.bulk import BulkRun, TableRun
from anju.rules.engine.postgres.outcomes import OutcomeTable, Reader

DAYS = "ANJU_OUTCOME_DAYS"  # how long an outcome table is kept
KEPT = 30


@contextmanager
def one_snapshot() -> Iterator[None]:
    """A transaction in which the rows that are tested are the rows that are judged, whoever writes meanwhile."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def database() -> Any:
    """The connection itself, for COPY and for statements whose per cent signs are their own."""
    connection.ensure_connection()
    return connection.connection


@transaction.atomic
@trail.act("runs.run_in_bulk")
def run_in_bulk(*, by: Actor, run: BulkRun, into: str = "", output: Path | None = None) -> TableRun:
    """Judge every row of a table that this user sees, or of a file, and keep the outcome: in a new table `into`, or in a file `output`.

    Refused: RULE-051 the name of the table, RULE-052 a trial is not kept as a table, and misfits as `run_table`.
    """
    require_permission(by, "runs.run", None, f"《{run.book.title}》")
    book, source = run.book, run.rows.table or (run.rows.file.name if run.rows.file else "")
    if into:
        if run.parameters:
            fix = "请把结果写到文件（--output），或去掉 --set。"
            raise Refused(Problem("RULE-052", Place(f"结果表“{into}”"), "试算的结果不存成表。", fix))
        done = run.to_table(outcomes.new_table(run.connection, into))
        about = OutcomeTable(
            name=into, rows=done.rows, pending=done.pending, digest=done.digest, book=f"{book.kind}/{book.subject}", book_digest=book.digest,
            title=book.title, on=run.on.isoformat(), source=source, key=run.rows.key, by=by.name, user=by.key, at=timezone.now().isoformat(),
        )  # fmt: skip
        reader = Reader(by.key, "" if by.staff_id is None else str(by.staff_id), by.region_ids)
        engine = ENGINES["postgresql"]
        outcomes.finish_table(run.connection, about, book, run.compiled()["postgresql"], engine.dialect, reader)
    elif output is not None:
        done = run.to_file(output)
    else:
        raise ValueError("neither a table nor a file")
    after = {
        "book": book.digest, "on": run.on.isoformat(), "source": source, "into": into or str(output), "engine": run.engine,
        "trial": bool(run.parameters),
    }  # fmt: skip
    obj = trail.Subject("outcome", into, f"{book.title} {source} → {into or output}")
    trail.describe(obj=obj, after=after, digest=done.digest, count=done.rows)
    return done


@transaction.atomic
@trail.act("runs.drop_outcome")
def drop_outcome(*, by: Actor, name: str) -> OutcomeTable:
    """Refused RULE-053: none of that name that this user made."""
    require_permission(by, "runs.run", None, f"结果表“{name}”")
    about = outcomes.find_outcome(database(), name, by.key)
    outcomes.drop_table(database(), about)
    trail.describe(obj=_subject(about), before={"rows": about.rows, "digest": about.digest})
    return about


@transaction.atomic
@trail.act("runs.drop_old_outcomes")
def drop_old_outcomes(*, by: Actor) -> int:
    """Whoever made them, those that are older than ANJU_OUTCOME_DAYS days (30); how many."""
    require_permission(by, "runs.run", None, "结果表")
    said = os.environ.get(DAYS, "")
    limit = (timezone.now() - timedelta(days=int(said) if said.isdecimal() and len(said) < 6 else KEPT)).isoformat()
    old = [about for about in outcomes.outcome_tables(database()) if about.at < limit]
    for about in old:
        outcomes.drop_table(database(), about)
    if old:
        before = {"names": [about.name for about in old]}
        trail.describe(obj=trail.Subject("outcome", "", f"{len(old)} 张到期的结果表"), before=before, count=len(old))
    return len(old)


def _subject(about: OutcomeTable) -> trail.Subject:
    return trail.Subject("outcome", about.name, f"{about.title} 结果表 {about.name}")
