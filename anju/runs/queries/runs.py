"""Reading runs. The user comes first; what is outside their regions is not found. Nothing here writes."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.db.models import Max, QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.rules.engine import outcome as outcome_engine
from anju.rules.engine import running
from anju.rules.explanation.explain import Explained, explain_row
from anju.runs.models import Run
from anju.runs.queries import books
from anju.runs.queries.findings import PendingRow, RuleFinding, severity


def list_runs(user: Actor, region: Region | None = None, period: str = "", kind: str = "") -> QuerySet[Run]:
    """The newest first, without the bytes."""
    runs = visible_rows(Run.objects.defer("outputs", "rows"), user).select_related("region")
    wanted = {name: value for name, value in (("region", region), ("period", period), ("kind", kind)) if value}
    return runs.filter(**wanted)


def find_run(user: Actor, pk: int) -> Run:
    """Run.DoesNotExist outside the user's regions."""
    return visible_rows(Run.objects.select_related("region", "book"), user).get(pk=pk)


def newest_run(user: Actor, kind: str, subject: str, region: Region, period: str) -> Run | None:
    """The run that stands for this book, region and period."""
    runs = visible_rows(Run.objects.select_related("region", "book"), user)
    return runs.filter(kind=kind, subject=subject, region=region, period=period).order_by("-id").first()


def standing_runs(user: Actor, region: Region, period: str, kinds: Iterable[str] = ("warning", "check")) -> list[Run]:
    """The newest run of every subject of these kinds for a region and period, without what went in and came out."""
    mine = visible_rows(Run.objects.filter(region=region, period=period, kind__in=kinds), user)
    ids = mine.values("kind", "subject").annotate(newest=Max("id")).values("newest")
    return list(Run.objects.filter(pk__in=ids).defer("rows", "outputs").order_by("id"))


def list_findings(
    user: Actor, region: Region, period: str, kinds: Iterable[str] = ("warning", "check")
) -> list[RuleFinding]:
    """What the standing warnings and checks of a region found, the gravest first."""
    return found_by(*standing_runs(user, region, period, kinds))


def pending(*ran: Run) -> list[PendingRow]:
    """Rows of these runs of which something cannot be told, with what lacks."""
    return [PendingRow(run.kind, run.subject, run.title, **row) for run in ran for row in run.pending]


def found_by(*ran: Run) -> list[RuleFinding]:
    """The gravest first."""
    return sorted(
        (
            RuleFinding(kind=run.kind, subject=run.subject, title=run.title, run_id=run.pk, **finding)
            for run in ran
            for finding in run.findings
        ),
        key=severity,
    )


def kept_outcome(run: Run) -> dict[str, dict[str, str]]:
    """The kept result: row key → name → exact text (empty: unknown)."""
    lines = csv.DictReader(io.StringIO(bytes(run.outputs).decode("utf-8"), newline=""))
    return {line.pop("key"): line for line in lines}


def rerun(user: Actor, run: Run, engine: str = "duckdb", connection: Any = None) -> outcome_engine.RunOutcome:
    """The run once more, from the kept book and the kept inputs."""
    rows = [{"key": row["key"]} | {name: fact["value"] for name, fact in row["facts"].items()} for row in run.rows]
    return running.run_rows(books.book_of_run(run), rows, on=run.on, key="key", engine=engine, connection=connection)


def explain_run_row(user: Actor, run: Run, key: str = "") -> list[Explained]:
    """One row (the only one, unless a key is given) step by step: formula, figures put in, value, clause, lost points."""
    done = rerun(user, run)
    return explain_row(done.row(key) if key else done.rows[0])
