"""anju rules: check, list, show, explain, run, compare."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, add_group, add_parser, print_result, set_up_django, show_problems
from anju.problems import Place, Problem, Refused
from anju.rules.explanation.explain import explain_row, row_sentences
from anju.runs.arguments import (
    BOOK,
    book_dates,
    book_summary,
    changed_parameters,
    find_named_book,
    library_in_use,
    read_day,
    shown_progress,
)
from anju.runs.comparing import add_compare
from anju.runs.tables import add_outcomes, explained_run, in_database, run_in_database

ROW_BY_ROW = 2_000_000  # bytes of a CSV whose every misfit is told by its line; a larger one runs where it lies


def add_commands(subparsers: Any) -> None:
    rules = add_group(subparsers, "rules", "规则书：检查、列出、查看、逐步说明、运行")
    parser = add_parser(rules, "check", "检查规则书：写法、单位、日期，算例在参照算法和 DuckDB 上逐个算过", check_books)
    parser.add_argument("path", metavar="路径", nargs="*", help="规则书文件或文件夹（默认随程序的全部）")
    parser = add_parser(rules, "list", "列出规则书", list_books)
    parser.add_argument("--on", metavar="日期", help="只列这一天施行的，如 2020-12-31")
    parser = add_parser(rules, "show", "查看一本规则书：依据、输入、参数、公式、算例", show_book)
    _choose(parser)
    parser = add_parser(rules, "explain", "逐步说明一行是怎样算出来的，每个失分一句话", explain_run)
    _choose(parser, needed=True)
    _take(parser, needed=False)
    parser.add_argument("--table", metavar="表", help="输入是数据库里的一张表或视图，须写 --row（代替 --input）")
    parser.add_argument("--row", metavar="行键", help="只说明这一行（默认每一行）")
    parser = add_parser(rules, "run", "对一个文件或一张表的每一行运行规则书，写出结果", run_book)
    parser.add_argument("--book", metavar="规则书", required=True, help=BOOK)
    parser.add_argument("--region", metavar="代码", help="按哪个区划找规则书（默认不限地区的）")
    parser.add_argument("--on", metavar="日期", required=True, help="业务日期，如 2020-12-31")
    _take(parser, needed=False)
    parser.add_argument("--table", metavar="表", help="输入是数据库里的一张表或视图，列名是输入的名称（代替 --input）")
    parser.add_argument(
        "--engine", choices=("duckdb", "postgres", "spark"), help="在哪个引擎上算（默认看行在哪里、结果写到哪里）"
    )
    parser.add_argument(
        "--master", metavar="地址", default="", help="Spark 在哪里：local[*]（本机，默认）或 spark://主机:7077"
    )
    parser.add_argument("--output", metavar="文件", help="结果写到哪个 .csv 或 .parquet 文件")
    parser.add_argument("--into", metavar="名称", help="结果存成数据库里的一张表 outcomes.名称（代替 --output）")
    add_outcomes(rules)
    add_compare(rules)


def _choose(parser: argparse.ArgumentParser, needed: bool = False) -> None:
    parser.add_argument("book", metavar="规则书", help=BOOK)
    parser.add_argument("--on", metavar="日期", required=needed, help="业务日期，如 2020-12-31")
    parser.add_argument("--region", metavar="代码", help="按哪个区划找规则书（默认不限地区的）")


def _take(parser: argparse.ArgumentParser, needed: bool = True) -> None:
    parser.add_argument(
        "--input", metavar="文件", required=needed, help="输入：.csv、.parquet 或 .xlsx，第一行写输入的名称或标签"
    )
    parser.add_argument("--key", metavar="列名", default="", help="哪一列是行键（默认 键、行键、编号，再没有就用行号）")
    parser.add_argument("--members", metavar="文件", help="成员表：每名成员一行，写明属于哪一行（规则书的 members）")
    parser.add_argument(
        "--absent",
        metavar="输入",
        action="append",
        default=[],
        help="文件里确实没有的输入（没有成员表写 members），按未知计算，可给多次",
    )
    parser.add_argument(
        "--set", metavar="参数=值", action="append", default=[], help="试算：把一个参数换成另一个值，可给多次"
    )


# -- handlers


def check_books(args: argparse.Namespace) -> int:
    """Every problem of every file (examples on the reference among them), then every example on DuckDB; then what to look at before they are used."""
    from anju.rules.analysis.doubts import find_doubts
    from anju.rules.engine import running
    from anju.rules.engine.examples import example_failures
    from anju.rules.shipped.library import BOOKS, Library

    paths = [Path(path) for path in args.path] or [BOOKS]
    problems = [
        Problem("RUN-010", str(path), "没有这个文件或文件夹。", "请核对路径。") for path in paths if not path.exists()
    ]
    if not problems and not any(True for path in paths for _ in ([path] if path.is_file() else path.rglob("*.yaml"))):
        problems = [Problem("RUN-010", "、".join(map(str, paths)), "里面没有规则书（.yaml）。", "请核对路径。")]
    if problems:
        return show_problems(problems, args)
    books = Library(paths).books
    count = 0
    for book in books:
        for example in book.examples:
            count += 1
            wrong = example_failures(book, example, run=running.run_rows)
            problems += [
                Problem(
                    "RUN-013", f"{book.file} 算例“{example.name}”（duckdb）", what, "引擎与参照算法不一致，请报告。"
                )
                for what in wrong
            ]
        if not book.examples:
            problems.append(
                Problem("RUN-014", book.file, "没有算例。", "请至少写一个，最好是公布过的；没有算例的规则书无从检验。")
            )
    if problems:
        return show_problems(problems, args)
    doubts = [doubt for book in books for doubt in find_doubts(book)]
    listed = [book_summary(book) | {"examples": len(book.examples)} for book in books]
    lines = [f"{len(books)} 本规则书、{count} 个算例全部通过。"]
    if doubts:
        lines += ["", f"启用前请看 {len(doubts)} 处：", *map(str, doubts)]
    data = {"books": listed, "examples": count, "problems": [], "doubts": [doubt.as_json() for doubt in doubts]}
    print_result(args, data, lines)
    return OK


def list_books(args: argparse.Namespace) -> int:
    on = read_day(args.on)
    books = sorted(library_in_use().books, key=lambda book: (book.kind, book.subject, book.applies_from))
    books = [book for book in books if on is None or book.in_force(on)]
    lines = [
        f"{book.kind}/{book.subject}  {book_dates(book)}  {'、'.join(book.regions) or '不限地区'}  {book.title}"
        for book in books
    ]
    print_result(args, [book_summary(book) for book in books], lines or ["没有。"])
    return OK


def show_book(args: argparse.Namespace) -> int:
    book = find_named_book(args.book, read_day(args.on), args.region)
    print_result(
        args,
        book_summary(book) | {"inputs": {name: item.label for name, item in book.inputs.items()}},
        _book_lines(book),
    )
    return OK


def explain_run(args: argparse.Namespace) -> int:
    if args.row and not args.members and (args.table or (args.input or "").lower().endswith(".parquet")):
        done = explained_run(args)
    elif args.input:
        done = _run(args)
    else:
        fix = "请写 --input 文件；或 --table 表，并用 --row 指明行键。"
        return show_problems([Problem("RULE-054", "anju rules explain", "没有写清行从哪里来。", fix)], args)
    wanted = [row for row in done.rows if args.row in (None, row.key)]
    if not wanted:
        return show_problems(
            [
                Problem(
                    "RUN-015",
                    f"行键“{args.row}”",
                    "输入里没有这一行。",
                    f"有：{'、'.join(row.key for row in done.rows[:20])}。" if done.rows else "请核对行键。",
                )
            ],
            args,
        )
    show_problems(done.problems) if done.problems and not args.json else None
    data = [
        {"key": row.key, "steps": [vars(one) for one in explain_row(row)], "sentences": row_sentences(row)}
        for row in wanted
    ]
    print_result(args, data, [line for row in wanted for line in _steps(row)])
    return OK


def run_book(args: argparse.Namespace) -> int:
    if args.engine == "spark":
        return _run_on_spark(args)
    if args.master:
        fix = "请加上 --engine spark，或去掉 --master。"
        return show_problems([Problem("RULE-062", f"--master {args.master}", "只有 Spark 引擎用得上。", fix)], args)
    if in_database(args) or not (args.input and args.output):
        return run_in_database(args)
    target = Path(args.output)
    source = Path(args.input)
    files = [source, *([Path(args.members)] if args.members else [])]
    bulk = args.engine != "postgres" and (target.suffix.lower() == ".parquet" or any(map(_is_large, files)))
    if target.suffix.lower() not in ((".csv", ".parquet") if bulk else (".csv",)):
        only = ".csv 或 .parquet" if bulk else ".csv"
        fix = f"请把 --output 写成 {only} 文件。"
        return show_problems([Problem("RUN-016", str(target), f"结果只写成 {only}。", fix)], args)
    if target.resolve() in [file.resolve() for file in files]:
        return show_problems([Problem("RUN-016", str(target), "结果与输入是同一个文件。", "请另写一个文件名。")], args)
    if bulk:
        return _run_in_bulk(args, source, target)
    done = _run(args)
    try:
        part = target.with_name(target.name + ".part")
        part.write_bytes(done.csv())
        part.replace(target)
    except OSError as error:
        return show_problems(
            [Problem("RUN-016", str(target), f"写不进去：{error.strerror}。", "请核对文件夹是否存在、是否有权写入。")],
            args,
        )
    if done.problems and not args.json:
        show_problems(done.problems)
    unknown = sum(1 for row in done.rows if row.reasons) if len(done.rows) <= 10_000 else None
    data = {
        "rows": len(done.rows), "unknown": unknown, "output": str(target), "digest": done.rows_digest, "inputs_digest": done.inputs_digest,
        "book": book_summary(done.book), "problems": [problem.as_json() for problem in done.problems],
    }  # fmt: skip
    remark = "" if not unknown else f"，其中 {unknown} 行有算不出的（结果为空）"
    trial = "（试算，参数已改）" if args.set else ""
    print_result(
        args,
        data,
        [
            f"《{done.book.title}》已算 {len(done.rows)} 行{remark}{trial}，写入 {target}。",
            f"结果摘要 {done.rows_digest}",
        ],
    )
    return OK


def _is_large(source: Path) -> bool:
    """Whether the engine reads the file itself: always Parquet, and what is too large to be told row by row."""
    from anju.runs.binding.row_files import is_utf8

    kind = source.suffix.lower()
    large = kind in (".csv", ".xlsx", ".xls") and source.is_file() and source.stat().st_size > ROW_BY_ROW
    return kind == ".parquet" or (large and (kind != ".csv" or is_utf8(source)))


def _run_in_bulk(args: argparse.Namespace, source: Path, target: Path) -> int:
    from anju.rules.engine.files import run_file
    from anju.rules.engine.members.binding import require_members
    from anju.runs.binding.row_files import column_names, engine_file, member_column_names

    on = read_day(args.on)
    assert on is not None
    book = find_named_book(args.book, on, args.region)
    require_members(book, args.members is not None, args.absent)
    with tempfile.TemporaryDirectory(prefix="anju-") as folder:
        file = engine_file(source, Path(folder))
        names = column_names(file, book, args.key)
        members = (Path(args.members), member_column_names(Path(args.members), book)) if args.members else None
        done = run_file(
            book, file, target, on=on, names=names, absent=args.absent, parameters=changed_parameters(book, args.set),
            progress=shown_progress(args), members=members,
        )  # fmt: skip
    return _tell_outcome(args, book, done)


def _run_on_spark(args: argparse.Namespace) -> int:
    from anju.rules.engine.spark.population import run_on_spark
    from anju.rules.engine.spark.session import spark_session
    from anju.runs.binding.row_files import name_columns

    if args.table or args.into or args.members or not (args.input and args.output):
        what, fix = (
            "Spark 引擎只从 --input 读、写到 --output。",
            "请去掉 --table、--into、--members，写明 --input 和 --output；要用成员表的改用 DuckDB。",
        )
        return show_problems([Problem("RULE-065", "--engine spark", what, fix)], args)
    if not args.output.endswith(".parquet"):
        fix = "请把 --output 写成 .parquet：Spark 的结果是这个名字的文件夹，里面是 Parquet 文件。"
        return show_problems([Problem("RUN-016", args.output, "结果只写成 .parquet。", fix)], args)
    on = read_day(args.on)
    assert on is not None
    book = find_named_book(args.book, on, args.region)
    changed = changed_parameters(book, args.set)
    with spark_session(args.master or "local[*]") as session:
        done = run_on_spark(
            book, args.input, args.output, on=on, names=lambda headings: name_columns(args.input, headings, book, args.key),
            session=session, absent=args.absent, parameters=changed,
        )  # fmt: skip
    return _tell_outcome(args, book, done)


def _tell_outcome(args: argparse.Namespace, book: Any, done: Any) -> int:
    if done.problems and not args.json:
        show_problems(done.problems)
    data = {
        "rows": done.rows, "unknown": done.pending, "output": args.output, "digest": done.digest, "inputs_digest": done.inputs_digest,
        "book": book_summary(book), "problems": [problem.as_json() for problem in done.problems],
    }  # fmt: skip
    remark = "" if not done.pending else f"，其中 {done.pending} 行有算不出的（结果为空）"
    trial = "（试算，参数已改）" if args.set else ""
    lines = [f"《{book.title}》已算 {done.rows} 行{remark}{trial}，写入 {args.output}。", f"结果摘要 {done.digest}"]
    print_result(args, data, lines)
    return OK


# -- shared


def _run(args: argparse.Namespace) -> Any:
    from anju.rules.engine import running
    from anju.rules.engine.members.binding import require_members
    from anju.runs.binding.row_files import read_members, read_rows

    on = read_day(args.on)
    assert on is not None
    book = find_named_book(args.book, on, args.region)
    rows = read_rows(Path(args.input), book, args.key)
    changed = changed_parameters(book, args.set)
    require_members(book, args.members is not None, args.absent)
    members = read_members(Path(args.members), book, args.absent) if args.members else None
    if rows and (absent := [name for name in book.inputs if name not in rows[0] and name not in args.absent]):
        listed = "、".join(f"{book.label(name)}（{name}）" for name in absent)
        fix = "请补上；文件里确实没有的，用 --absent 写明，各行按未知计算。"
        raise Refused(Problem("RULE-022", Place(file=Path(args.input).name), f"没有输入“{listed}”。", fix))
    if getattr(args, "engine", None) != "postgres":
        return running.run_rows(book, rows, on=on, key="key", parameters=changed, members=members)
    set_up_django()
    from django.db import connection

    connection.ensure_connection()
    return running.run_rows(
        book,
        rows,
        on=on,
        key="key",
        engine="postgresql",
        parameters=changed,
        connection=connection.connection,
        members=members,
    )


def _book_lines(book: Any) -> list[str]:
    """A book in Chinese, for a person who has never seen YAML."""
    from anju.rules.book.display import value_text
    from anju.rules.explanation.explain import render_formula

    lines = [
        book.title,
        f"{book.kind}/{book.subject}  {book_dates(book)}  {'、'.join(book.regions) or '不限地区'}  摘要 {book.digest}",
        "",
        "依据",
    ]
    for source in book.sources.values():
        facts = "  ".join(
            filter(None, (source.number, source.issued, f"可信度：{source.trust}" if source.trust else "", source.note))
        )
        lines.append(f"  {source.key} 《{source.title}》{'  ' if facts else ''}{facts}")
    lines += ["", "输入"] + [f"  {item.label}（{name}）{_origin(item)}" for name, item in book.inputs.items()]
    if book.members:
        lines += ["", book.members.label]
        lines += [f"  {item.label}（{name}）{_origin(item)}" for name, item in book.members.inputs.items()]
        lines += ["", "汇总"]
        lines += [f"  {step.label} = {render_formula(step.expr, book.label)}" for step in book.rollups.values()]
    if book.parameters:
        lines += ["", "参数"]
        for name, parameter in book.parameters.items():
            for dated in parameter.values:
                lines.append(
                    f"  {parameter.label}（{name}）自 {dated.since} 起：{value_text(book, parameter, dated.value)}  {dated.source}，核对于 {dated.checked}"
                )
    if book.steps:
        lines += ["", "评分项" if book.criteria else "步骤"]
        for step in book.steps.values():
            points = f"（{step.points:f}分）" if step.points is not None else ""
            under = "／".join(step.under) + "：" if step.under else ""
            lines.append(f"  {under}{step.label}{points} = {render_formula(step.expr, book.label)}")
    if book.results:
        lines += ["", f"结果  {'、'.join(book.label(name) for name in (*book.results, *book.payables))}"]
    if book.conditions:
        lines += ["", "条件"]
        for condition in book.conditions.values():
            mark = condition.colour or condition.level
            lines.append(
                f"  {mark + ' ' if mark else ''}{condition.label}：{render_formula(condition.expr, book.label)}"
            )
            lines.append(f"    {condition.says.text}")
    lines += ["", f"算例 {len(book.examples)} 个"] + [
        f"  {example.name}：{example.because}" for example in book.examples
    ]
    return lines


def _origin(item: Any) -> str:
    where = (
        f"取自指标 {item.measure}{'的目标' if item.target else ''}"
        if item.measure
        else "由人评判"
        if item.judged
        else ""
    )
    parts = filter(
        None,
        (
            item.unit if item.unit != "1" else "",
            where,
            f"台账 {item.ledger}" if item.ledger else "",
            "、".join(item.enum),
            item.note,
        ),
    )
    text = "，".join(parts)
    return f"  {text}" if text else ""


def _steps(row: Any) -> list[str]:
    lines = [f"【{row.key}】"]
    for step in explain_row(row):
        lines.append(f"  {step.label} = {step.value_text}")
        lines.append(f"    {step.formula}")
        lines.append(f"    = {step.substituted}")
        if step.lost:
            lines.append(f"    失 {step.lost}：{step.sentence}")
        elif step.sentence:
            lines.append(f"    {step.sentence}")
        if step.clause or step.source:
            lines.append(f"    依据 {' '.join(filter(None, (step.clause, step.source)))}")
    return lines + [f"  {sentence}" for sentence in row_sentences(row)] + [""]
