"""anju rules compare: two judgements of one file beside each other."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, add_parser, print_result, show_problems
from anju.problems import Problem
from anju.runs.arguments import BOOK, book_summary, changed_parameters, find_named_book, read_day, shown_progress

FORMS = (".parquet", ".csv")


def add_compare(rules: Any) -> None:
    parser = add_parser(
        rules,
        "compare",
        "试算一群人：同一个文件按两个日期、两本规则书或两套参数各算一遍，谁多谁少、差多少",
        compare_rows,
    )
    parser.add_argument("--book", metavar="规则书", required=True, help=BOOK)
    parser.add_argument("--on", metavar="日期", required=True, help="原来的业务日期，如 2025-06-30")
    parser.add_argument("--new-book", metavar="规则书", help="改后的规则书（默认同一本）")
    parser.add_argument("--new-on", metavar="日期", help="改后的业务日期（默认同一天）")
    parser.add_argument("--region", metavar="代码", help="按哪个区划找规则书（默认不限地区的）")
    parser.add_argument(
        "--set", metavar="参数=值", action="append", default=[], help="改后把一个参数换成另一个值，可给多次"
    )
    parser.add_argument("--old-set", metavar="参数=值", action="append", default=[], help="原来也用另一个值，可给多次")
    parser.add_argument("--input", metavar="文件", required=True, help="各行的输入：.parquet、.csv 或 .xlsx")
    parser.add_argument("--key", metavar="列名", default="", help="哪一列是行键（默认 键、行键、编号，再没有就用行号）")
    parser.add_argument(
        "--by",
        metavar="列名",
        action="append",
        default=[],
        help="按哪一列分组，如 区县、类别，可给多次；可以是输入之外的列",
    )
    parser.add_argument("--members", metavar="文件", help="成员表：每名成员一行，写明属于哪一行（规则书的 members）")
    parser.add_argument(
        "--absent",
        metavar="输入",
        action="append",
        default=[],
        help="文件里确实没有的输入（没有成员表写 members），按未知计算，可给多次",
    )
    parser.add_argument("--output", metavar="文件", required=True, help="逐行的差别写到哪个 .parquet 或 .csv 文件")


def compare_rows(args: argparse.Namespace) -> int:
    from anju.rules.comparison.comparing import compare_file
    from anju.rules.comparison.sides import Side
    from anju.rules.comparison.telling import as_json
    from anju.runs.binding.row_files import columns_of_books, engine_file, member_column_names

    source, target = Path(args.input), Path(args.output)
    if target.suffix.lower() not in FORMS:
        fix = "请把 --output 写成 .parquet 或 .csv 文件。"
        return show_problems([Problem("RUN-016", str(target), "逐行的差别只写成 .parquet 或 .csv。", fix)], args)
    if target.resolve() in [Path(name).resolve() for name in filter(None, (args.input, args.members))]:
        return show_problems([Problem("RUN-016", str(target), "结果与输入是同一个文件。", "请另写一个文件名。")], args)
    days = [read_day(args.on), read_day(args.new_on or args.on)]
    sides = []
    for name, day, pairs in zip((args.book, args.new_book or args.book), days, (args.old_set, args.set), strict=True):
        assert day is not None
        book = find_named_book(name, day, args.region)
        sides.append(Side(book, day, changed_parameters(book, pairs)))
    with tempfile.TemporaryDirectory(prefix="anju-") as folder:
        rows = engine_file(source, Path(folder))
        names = columns_of_books(rows, [side.book for side in sides], args.key, args.by)
        members = None
        if args.members:
            apart = Path(folder) / "members"  # two files may have one name
            apart.mkdir()
            people = engine_file(Path(args.members), apart)
            first, second = (
                (people, member_column_names(people, side.book) if side.book.members else {}) for side in sides
            )
            members = (first, second)
        done = compare_file(
            sides[0],
            sides[1],
            rows,
            target,
            names=(names[0], names[1]),
            group_by=args.by,
            absent=args.absent,
            progress=shown_progress(args),
            members=members,
        )
    if done.problems and not args.json:
        show_problems(done.problems)
    data = as_json(done) | {
        "output": str(target), "before": _side(sides[0]), "after": _side(sides[1]),
    }  # fmt: skip
    print_result(args, data, _lines(sides, done, target))
    return OK


def _side(side: Any) -> dict[str, Any]:
    return book_summary(side.book) | {"on": side.on.isoformat(), "set": dict(side.parameters)}


def _lines(sides: Any, done: Any, target: Path) -> list[str]:
    from anju.rules.comparison.sides import AFTER, BEFORE, DECISIONS
    from anju.rules.comparison.telling import counts_text, signed_text, sum_unit, sums_text

    lines = [
        f"{name}：《{side.book.title}》{side.on}{'，参数已改' if side.parameters else ''}"
        for name, side in zip((BEFORE, AFTER), sides, strict=True)
    ]
    lines += [f"共 {done.total.rows:,} 行：{counts_text(done.total)}。"]
    if sums := sums_text(done):
        unit = sum_unit(done.value, done.total.gained, done.total.lost)
        gained, lost = (signed_text(one, done.value, unit) for one in (done.total.gained, done.total.lost))
        lines += [f"{sums}。", f"受益的合计 {gained} {unit}，受损的合计 {lost} {unit}。"]
    moved = [(pair, rows) for pair, rows in sorted(done.decisions.items()) if pair[0] != pair[1]]
    lines += [f"{DECISIONS[before]} → {DECISIONS[after]}：{rows:,} 行" for (before, after), rows in moved]
    lines += [f"  原来因“{label}”不符合：{rows:,} 行" for label, rows in done.admitted]
    lines += [f"  改后因“{label}”不符合：{rows:,} 行" for label, rows in done.turned_away]
    for column, found in done.groups.items():
        lines.append(f"按“{column}”：")
        for name, tally in found:
            amount = ""
            if done.value:
                unit = sum_unit(done.value, tally.change)
                amount = f"，合计 {signed_text(tally.change, done.value, unit)} {unit}"
            lines.append(f"  {name or '（空）'}：{counts_text(tally)}{amount}")
    return [*lines, f"逐行的差别写入 {target}。"]
