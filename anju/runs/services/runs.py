"""Running books: bind, run, keep, leave a trail. What-if and replay keep nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import Problem, Refused
from anju.rules.book.schema import Book
from anju.rules.engine import running
from anju.rules.engine.digest import VERSION
from anju.runs.binding.binder import bind_all, bind_region, missing_input_problem
from anju.runs.binding.bindings import bindings
from anju.runs.binding.facts import Fact, FactRow, JudgedValue, fact_from_judged
from anju.runs.models import BookCopy, Run
from anju.runs.queries import books, findings
from anju.runs.queries.findings import RuleFinding
from anju.runs.queries.runs import found_by, newest_run, rerun

ENGINES = {"duckdb": "duckdb", "postgres": "postgresql", "postgresql": "postgresql"}


@transaction.atomic
@trail.act("runs.run")
def run_book(
    *,
    by: Actor,
    kind: str,
    subject: str,
    region: Region,
    period: str,
    on: date,
    engine: str = "duckdb",
    judged: Mapping[str, Any] | None = None,
    assumptions: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    level: str = "",
) -> Run:
    """Run the book in force for a region over its figures of a period, and keep the run. The same again gives the run that stands.

    judged: input → value, or {value, by, evidence}; assumptions the same, for what no document prints (marked 推定).
    given: what a warning's binding takes from its caller. level: whose targets count, when several levels set them.
    Refused: RULE-020 no such book, RUN-001 … RUN-006, and misfits by row.
    """
    _require_own_region(by, region)
    book = books.find_book(kind, subject, region, on)
    entries = bindings().get((kind, subject))
    inputs = {**(judged or {}), **(given or {})}
    if entries:
        if strange := [name for name in inputs if name not in book.inputs]:
            raise Refused(*(missing_input_problem(book, name) for name in strange))
        return _store_run(
            by,
            book=book,
            rows=bind_all(by, book, entries, region, period, inputs),
            region=region,
            period=period,
            on=on,
            engine=engine,
        )
    rows = bind_region(
        by, book=book, region=region, period=period, judged=inputs, assumptions=assumptions or {}, level=level
    )
    return _store_run(by, book=book, rows=rows, region=region, period=period, on=on, engine=engine)


@transaction.atomic
@trail.act("runs.run")
def judge_rows(
    *,
    by: Actor,
    kind: str,
    subject: str,
    region: Region,
    period: str,
    on: date,
    rows: Sequence[Mapping[str, Any]],
    engine: str = "duckdb",
) -> Run:
    """Run a book over rows that the caller brings (text against table, a self-score with its problems) and keep the run.

    rows: input → value, or {value, by, evidence, assumed}; `key` names the row, and is needed when there are several.
    """
    _require_own_region(by, region)
    book = books.find_book(kind, subject, region, on)
    fact_rows = []
    for index, given in enumerate(rows):
        values = {name: JudgedValue.read(value, by) for name, value in given.items() if name != "key"}
        strange = sorted(set(values) - set(book.inputs))
        if strange:
            raise Refused(*(missing_input_problem(book, name) for name in strange))
        facts = {
            name: fact_from_judged(item, values[name], f"“{item.label}”没有给出")
            if name in values
            else Fact(missing=(f"“{item.label}”没有给出",))
            for name, item in book.inputs.items()
        }
        key = given.get("key") or (region.code if len(rows) == 1 else str(index + 1))
        fact_rows.append(FactRow(str(key), region, facts))
    return _store_run(by, book=book, rows=fact_rows, region=region, period=period, on=on, engine=engine)


@transaction.atomic
@trail.act("runs.run_warnings")
def run_warnings(
    *,
    by: Actor,
    region: Region,
    period: str,
    on: date,
    given: Mapping[str, Mapping[str, Any]] | None = None,
    engine: str = "duckdb",
) -> list[RuleFinding]:
    """Run every warning and check that has a binding over a region and what is below it; what they found, the gravest first.

    given: subject → what its binding takes from the caller (overdue-projects: {"started_by": "2017-12-31"}).
    A book that is not in force, of which nothing was ever reported, or that waits for what nobody gave, is passed over.
    """
    _require_own_region(by, region)
    all_findings: list[RuleFinding] = []
    new: list[int] = []
    for (kind, subject), entries in bindings().items():
        inputs = (given or {}).get(subject, {})
        book = books.find_book_if_any(kind, subject, region, on)
        if book is None or (not inputs and any(entry.waits for entry in entries)):
            continue
        rows = bind_all(by, book, entries, region, period, inputs)
        if rows or newest_run(by, kind, subject, region, period):
            with trail.open_act("runs.run", by=by) as act:
                run = _store_run(by, book=book, rows=rows, region=region, period=period, on=on, engine=engine)
            new += [run.pk] if act.row else []
            all_findings += found_by(run)
    if new:
        after = {"runs": new, "findings": len(all_findings)}
        trail.describe(
            obj=trail.Subject.of(region, f"{region.name} {period} 预警"),
            after=after,
            region_id=region.pk,
            count=len(new),
        )
    return sorted(all_findings, key=findings.severity)


def _require_own_region(by: Actor, region: Region) -> None:
    """What is outside one's regions does not exist; inside, running takes the post."""
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    require_permission(by, "runs.run", region.pk, region.name)


def _store_run(by: Actor, book: Book, rows: list[FactRow], region: Region, period: str, on: date, engine: str) -> Run:
    if engine not in ENGINES:
        raise Refused(Problem("RUN-007", f"引擎“{engine}”", "没有这个引擎。", "请用 duckdb 或 postgres。"))
    done = running.run_rows(
        book, [row.values() for row in rows], on=on, key="key", engine=ENGINES[engine], connection=_connection(engine)
    )
    outputs, stored = done.csv(), [row.stored() for row in rows]
    before = newest_run(by, book.kind, book.subject, region, period)
    same = (book.digest, book.language, on, stored, outputs)
    if before and (before.book_id, before.language, before.on, before.rows, bytes(before.outputs)) == same:
        return before
    warnings, pending = findings.findings_of_run(done, rows) if book.kind in ("warning", "check") else ([], [])
    run = Run.objects.create(
        kind=book.kind, subject=book.subject, title=book.title, book=_store_copy(book), language=book.language, region=region, period=period, on=on,
        engine=ENGINES[engine], rows=stored, inputs_digest=done.inputs_digest,
        outputs=outputs, outputs_digest=done.rows_digest, digest_version=VERSION, findings=warnings, pending=pending,
        notices=[problem.as_dict() for problem in done.problems], by=by.key, by_name=by.name,
    )  # fmt: skip
    after = {
        "run": run.pk, "kind": book.kind, "subject": book.subject, "period": period, "on": on.isoformat(),
        "book": book.digest, "inputs": run.inputs_digest, "rows": len(rows),
    }  # fmt: skip
    trail.describe(
        obj=trail.Subject.of(run, f"{book.title} {region.name} {period}"),
        after=after,
        region_id=region.pk,
        digest=run.outputs_digest,
    )
    return run


def _store_copy(book: Book) -> BookCopy:
    """The stored copy of a book's bytes, made at its first run."""
    copy = BookCopy.objects.filter(pk=book.digest).first()
    return copy or BookCopy.objects.create(
        digest=book.digest, file=book.file, content=books.book_content(book), language=book.language
    )


def _connection(engine: str) -> Any:
    if ENGINES[engine] != "postgresql":
        return None
    connection.ensure_connection()
    return connection.connection


def replay_run(user: Actor, run: Run, engine: str = "") -> bool:
    """Does the kept book over the kept inputs give the kept bytes and their digest? On the run's own engine, or another."""
    name = engine or run.engine
    done = rerun(user, run, engine=ENGINES[name], connection=_connection(name))
    return (
        done.csv() == bytes(run.outputs)
        and done.digest_as(run.digest_version) == run.outputs_digest
        and done.inputs_digest == run.inputs_digest
    )
