"""anju table: a declared table, or one that a pasted head asks for, checked and written into files."""

import argparse
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, add_group, add_parser, print_result
from anju.documents.commands import add_file_arguments, read_options
from anju.documents.console.base import act_handler, read_bytes, write_file
from anju.problems import Problem, Refused


def add_commands(subparsers: Any) -> None:
    group = add_group(subparsers, "table", "表：检查写法，取数写成文件")
    parser = add_parser(group, "check", "检查一个文件里写好的表：一次说出全部问题", check_tables)
    parser.add_argument("file", metavar="文件", help=".yaml 的表")
    parser = add_parser(group, "write", "按写好的表（YAML），或从 Excel 粘贴出来的表头，取数写成文件", write_tables)
    parser.add_argument("file", metavar="文件", help=".yaml 的表，或 .tsv、.txt 的表头和地名")
    parser.add_argument("--region", metavar="区划", required=True, help="区划代码，如 140500")
    parser.add_argument("--period", metavar="期间", required=True, help="如 2021、2021-08")
    parser.add_argument("--options", metavar="文件", help="YAML：表里所用的选项")
    add_file_arguments(parser)


@act_handler
def check_tables(args: argparse.Namespace, user: Any) -> int:
    from anju.documents.tables.loading import read_tables

    path = Path(args.file)
    tables = read_tables(read_text(path), path.name)
    print_result(args, {"tables": list(tables)}, [f"{name}  {table.title}" for name, table in tables.items()])
    return OK


@act_handler
def write_tables(args: argparse.Namespace, user: Any) -> int:
    from anju import periods
    from anju.core.regions.tree import find_region
    from anju.documents.tables.alone import table_article
    from anju.documents.tables.filling import fill_tables
    from anju.documents.tables.loading import read_tables
    from anju.documents.writers import formats

    path = Path(args.file)
    text = read_text(path)
    place = find_region(user, args.region, periods.period_end(args.period))
    if path.suffix.lower() in (".yaml", ".yml"):
        tables = list(read_tables(text, path.name).values())
        filled = fill_tables(user, tables, place, args.period, read_options(args.options) or {})
    else:
        filled = [recognised_table(user, place, args.period, text, path.stem)]
    files = []
    for annex in filled:
        for form, content in formats.write_formats(table_article(annex), args.format, annex.title).items():
            target = Path(args.output or ".") / formats.file_name(annex.title, form)
            write_file(target, content)
            files.append(str(target))
    reminders = [str(problem) for annex in filled for problem in annex.problems]
    written = [*reminders, *(f"已写出 {file}" for file in files)]
    print_result(args, {"files": files, "reminders": reminders}, written or "表里没有一个数，没有写出。")
    return OK


def recognised_table(user: Any, place: Any, period: str, text: str, name: str) -> Any:
    """What a pasted head asks for, as it is recognised. Refused DOC-122 where that is not certain: nobody is there to confirm it."""
    from anju.documents.asking.picks import ColumnPick, Picks
    from anju.documents.asking.proposing import propose_columns, propose_rows
    from anju.documents.queries import asked_tables

    pasted = asked_tables.read_head(user, place, period, text)
    columns, rows = propose_columns(pasted, period), propose_rows(user, place, period, pasted.names)
    if unsure := [one for one in columns if not one.sure]:
        raise Refused(
            *(
                Problem(
                    "DOC-122",
                    f"表头“{one.head}”",
                    f"认不准，最像的是 {'、'.join([one.says, *one.others[:3]])}。",
                    "请把表头写得更明白，或在网页的“临时取数”里挑选。",
                )
                for one in unsure
            )
        )
    picks = tuple(ColumnPick(one.says, one.unit, one.period, one.calibre) for one in columns)
    chosen = Picks(pasted.title or name, picks, tuple(one.region for one in rows), place.code, period)
    return asked_tables.fill_asked(user, place, period, text, chosen)


def read_text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(Problem("DOC-053", str(path), "不是 UTF-8 的文字。", "请另存为 UTF-8。")) from None
