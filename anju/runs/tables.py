"""anju rules run --table, --into: rows or outcomes in the database; anju rules outcomes: the tables of outcomes that there are."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, add_parser, print_result, set_up_django, show_problems
from anju.problems import Problem
from anju.runs.arguments import book_summary, changed_parameters, find_named_book, read_day, shown_progress

FORMS = (".csv", ".parquet")
ENGINES = {"duckdb": "duckdb", "postgres": "postgresql"}


def add_outcomes(rules: Any) -> None:
    parser = add_parser(rules, "outcomes", "列出存成表的结果；删去一张，或写成文件", show_outcomes)
    parser.add_argument("--drop", metavar="名称", help="删去这张结果表")


def in_database(args: argparse.Namespace) -> bool:
    return bool(args.table or args.into)


def run_in_database(args: argparse.Namespace) -> int:
    from anju.rules.engine.postgres.bulk import BulkRun

    if problem := _wrong_ends(args):
        return show_problems([problem], args)
    on = read_day(args.on)
    assert on is not None
    book = find_named_book(args.book, on, args.region)
    with _in_scope() as by, tempfile.TemporaryDirectory(prefix="anju-") as folder:
        from anju.runs.services import outcomes  # Django is there by now

        rows = _rows(args, book, Path(folder))
        engine = ENGINES.get(args.engine) or quickest_engine(args)
        run = BulkRun(
            book, on, rows, engine=engine, connection=outcomes.database(), absent=args.absent,
            parameters=changed_parameters(book, args.set), progress=shown_progress(args),
        )  # fmt: skip
        done = outcomes.run_in_bulk(
            by=by, run=run, into=args.into or "", output=Path(args.output) if args.output else None
        )
    if done.problems and not args.json:
        show_problems(done.problems)
    target = args.output or f"outcomes.{args.into}"
    data = {
        "rows": done.rows, "unknown": done.pending, "output": target, "digest": done.digest, "engine": args.engine or engine,
        "book": book_summary(book), "problems": [problem.as_json() for problem in done.problems],
    }  # fmt: skip
    remark = f"，其中 {done.pending} 行有算不出的（结果为空）" if done.pending else ""
    trial = "（试算，参数已改）" if args.set else ""
    read = f"供人读的是视图 {target}_read。" if args.into else ""
    print_result(
        args,
        data,
        [f"《{book.title}》已算 {done.rows} 行{remark}{trial}，写入 {target}。{read}", f"结果摘要 {done.digest}"],
    )
    return OK


def explained_run(args: argparse.Namespace) -> Any:
    """One row of a table or Parquet file, by the reference; nothing but it, and what it is calculated with, is read."""
    from anju.rules.book.parameters import values_in_force
    from anju.rules.engine.compile import compile_book
    from anju.rules.engine.engines import ENGINES as DIALECTS
    from anju.rules.engine.engines import connect
    from anju.rules.engine.files import open_file
    from anju.rules.engine.population import TableReader, engine_errors, split_absent
    from anju.rules.engine.postgres.bulk import table_key
    from anju.rules.engine.reference import run_reference
    from anju.runs.binding.row_files import column_names

    on = read_day(args.on)
    assert on is not None
    book = find_named_book(args.book, on, args.region)
    changed = changed_parameters(book, args.set)
    own, _ = split_absent(book, False, args.absent)
    windowed = compile_book(book, values_in_force(book, on, changed), DIALECTS["duckdb"].dialect).windowed
    if args.table:
        with _in_scope():
            from anju.runs.services.outcomes import database

            key = table_key(database(), args.table, args.key)
            with engine_errors(book):
                reader = TableReader(book, args.table, key, database(), DIALECTS["postgresql"].dialect, own)
                rows = reader.rows_with(args.row, windowed)
    else:
        file = Path(args.input)
        names = column_names(file, book, args.key)
        with connect() as duck, engine_errors(book):
            rows = open_file(book, file, duck, names, own).rows_with(args.row, windowed)
    return run_reference(book, rows, on=on, key="key", parameters=changed)


def quickest_engine(args: argparse.Namespace) -> str:
    """Where the rows and the outcome are both tables, PostgreSQL; where one is a file, DuckDB reads and writes it and judges ten times as fast."""
    return "postgresql" if args.table and args.into else "duckdb"


def show_outcomes(args: argparse.Namespace) -> int:
    from anju.rules.engine.postgres.outcomes import outcome_tables

    with _in_scope() as by:
        from anju.runs.services import outcomes

        if args.drop:
            gone = outcomes.drop_outcome(by=by, name=args.drop)
            print_result(args, {"dropped": gone.name}, [f"已删去结果表 {gone.name}（{gone.rows} 行）。"])
            return OK
        tables = outcome_tables(outcomes.database(), by.key)
    lines = [
        f"{one.name}  {one.rows} 行  《{one.title}》{one.on}  取自 {one.source}  {one.at[:16].replace('T', ' ')} {one.by}  摘要 {one.digest[:16]}"
        for one in tables
    ]
    print_result(args, [vars(one) for one in tables], lines or ["没有。"])
    return OK


def _wrong_ends(args: argparse.Namespace) -> Problem | None:
    """One place for the rows, one for the outcome."""
    fix = "行来自 --input 文件 或 --table 表，结果写到 --output 文件 或 --into 表，各写一个。"
    if bool(args.table) == bool(args.input):
        return Problem("RULE-054", "anju rules run", "没有写清行从哪里来。", fix)
    if bool(args.into) == bool(args.output):
        return Problem("RULE-054", "anju rules run", "没有写清结果写到哪里。", fix)
    if args.output and Path(args.output).suffix.lower() not in FORMS:
        return Problem(
            "RUN-016", args.output, "结果只写成 .csv 或 .parquet。", "请把 --output 写成 .csv 或 .parquet 文件。"
        )
    if args.members:
        fix = "行和成员都用文件，结果写到文件；或写明 --absent members，成员的数按未知计算。"
        return Problem("RULE-056", "--members", "成员表只能与文件一起给出。", fix)
    if args.input and args.engine == "postgres":
        return Problem(
            "RULE-055",
            "--engine postgres",
            "文件里的行由 DuckDB 算了再存成表。",
            "请去掉 --engine，或写 --engine duckdb。",
        )
    return None


def _rows(args: argparse.Namespace, book: Any, folder: Path) -> Any:
    from anju.rules.engine.postgres.bulk import Rows, table_key
    from anju.runs.binding.row_files import column_names, engine_file
    from anju.runs.services.outcomes import database

    if args.table:
        return Rows(table=args.table, key=table_key(database(), args.table, args.key))
    file = engine_file(Path(args.input), folder)
    return Rows(file=file, names=column_names(file, book, args.key))


@contextmanager
def _in_scope() -> Iterator[Any]:
    """As the machine's own operator, in one snapshot of the database."""
    set_up_django()
    from anju.core.people.scope import local_actor, open_scope
    from anju.runs.services.outcomes import one_snapshot

    actor = local_actor()
    with one_snapshot(), open_scope(actor):
        yield actor
