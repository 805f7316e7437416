"""anju style: check files of styles, list those in use, show the one that a paper was written by."""

import argparse
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, add_group, add_parser, print_result, set_up_django, show_problems
from anju.documents.console.base import act_handler
from anju.problems import Problem, Refused


def add_commands(subparsers: Any) -> None:
    group = add_group(subparsers, "style", "文书样式：检查、列出")
    parser = add_parser(group, "check", "检查文书样式：写法、名称、条件，一次说出全部问题", check_styles)
    parser.add_argument("path", metavar="路径", nargs="*", help="样式文件或文件夹（默认正在用的全部）")
    add_parser(group, "list", "列出正在用的文书样式", list_styles)
    parser = add_parser(group, "show", "打印一份公文拟稿时所用的样式，一字不差", show_style)
    parser.add_argument("document", metavar="编号", type=int, help="公文编号，见 anju document list")
    parser.add_argument("--version", metavar="第几稿", type=int, help="不写就是最新一稿")


def check_styles(args: argparse.Namespace) -> int:
    """Every problem of every file."""
    set_up_django()
    from anju.core.people.scope import local_actor
    from anju.documents.styles.library.finding import StyleLibrary, style_folders
    from anju.documents.styles.values.requests import unknown_codes
    from anju.figures.queries.current import find_measures

    paths = [Path(path) for path in args.path] or style_folders()
    problems = [
        Problem("DOC-053", str(path), "没有这个文件或文件夹。", "请核对路径。") for path in paths if not path.exists()
    ]
    if problems:
        return show_problems(problems, args)
    library = StyleLibrary(paths)
    if library.problems:
        return show_problems(library.problems, args)
    if not library.styles:
        return show_problems(
            [Problem("DOC-053", "、".join(map(str, paths)), "里面没有文书样式（.yaml）。", "请核对路径。")], args
        )
    files = {style.file: style for style in reversed(library.styles)}  # a style and its variants are one file
    catalogue = find_measures(local_actor())  # empty until a place is loaded: then no measure can be told to be missing
    if problems := [one for style in files.values() if catalogue for one in unknown_codes(style, catalogue)]:
        return show_problems(problems, args)
    print_result(args, [*files], f"{len(files)} 个文书样式文件，没有问题。")
    return OK


def list_styles(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.documents.queries.styles import styles_in_use

    library = styles_in_use()
    rows = [
        {"code": style.code, "name": style.name, "region": style.region or "", "from": style.applies_from, "until": style.applies_until, "file": style.file, "digest": style.digest}
        for style in sorted((*library.styles, *library.published), key=lambda style: (style.code, style.region or "", style.applies_from))
    ]  # fmt: skip
    text = [
        f"{row['code']:<22}{row['name']}  {row['region'] or '不限区划'}  自 {row['from']} 至 {row['until'] or '今'}  {row['file']}"
        for row in rows
    ]
    print_result(args, rows, text or "没有文书样式。")
    if library.problems:
        raise Refused(*library.problems)
    return OK


@act_handler
def show_style(args: argparse.Namespace, user: Any) -> int:
    """The kept text of a paper's style. Refused DOC-140 when it was written by none, or before texts were kept."""
    from anju.documents.models import Version
    from anju.documents.queries.documents import find_document, find_version
    from anju.documents.queries.styles import kept_copy

    document = find_document(user, args.document)
    try:
        version = find_version(user, document, args.version)
    except Version.DoesNotExist:
        raise Refused(
            Problem("DOC-140", f"公文 {document}", f"没有第 {args.version} 稿。", "请核对是第几稿。")
        ) from None
    copy = kept_copy(version.template_digest)
    if copy is None:
        what = "没有留存样式：不是由文书样式写的，或者拟稿时系统还不留存样式的原文。"
        raise Refused(Problem("DOC-140", f"公文 {document}（{version}）", what, "改稿一次，新的一稿就会留存。"))
    print_result(args, {"file": copy.file, "digest": copy.digest}, bytes(copy.content).decode().removesuffix("\n"))
    return OK
