"""anju document: write, look at, sign, issue, compare, and put into files."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, REFUSED, add_group, add_parser, print_result
from anju.documents.console.base import act_handler, read_bytes, write_file
from anju.documents.console.binding import CODE, bind_file
from anju.documents.console.checker import check_file, propose_repairs
from anju.problems import Problem, Refused

FORMATS = ("docx", "pdf", "xlsx", "html")


def add_commands(subparsers: Any) -> None:
    group = add_group(subparsers, "document", "公文：拟稿、核对、签发、印发、导出、回收比对")
    add_parser(group, "kinds", "列出可以拟写的文种", print_kinds)
    parser = add_parser(group, "list", "列出公文", list_documents)
    parser.add_argument("--region", metavar="区划", help="只看这个区划代码的")
    parser.add_argument("--period", metavar="期间", help="只看这个期间的，如 2021")
    parser.add_argument(
        "--state",
        metavar="状态",
        choices=("draft", "signed", "issued", "withdrawn"),
        help="draft 草稿、signed 已签发、issued 已印发、withdrawn 已撤回",
    )
    parser = add_parser(group, "write", "按现在的数据拟稿（已有草稿的改写草稿）", write_document)
    parser.add_argument("kind", metavar="文种", help="见 anju document kinds")
    parser.add_argument("--region", metavar="区划", required=True, help="区划代码，如 140500")
    parser.add_argument("--period", metavar="期间", required=True, help="如 2021、2021-08")
    parser.add_argument("--options", metavar="文件", help="YAML：发文机关、主送、抄送等（不给则沿用草稿的）")
    parser.add_argument("--prose", metavar="文件", help="YAML：自由正文（不给则沿用草稿的）")
    add_file_arguments(parser)
    parser = add_parser(
        group,
        "check",
        "核对一份公文：系统里的（编号），看用词和过时的句子；任何人的文件，看自相矛盾和与台账不符（有矛盾时退出码为 1）",
        check_document,
    )
    parser.add_argument("document", metavar="编号或文件", help="公文编号，或 .docx、.pdf 文件")
    parser.add_argument("--region", metavar="区划", help="文件也与这个区划的台账核对，如 140500")
    parser.add_argument("--period", metavar="期间", help="台账的期间，如 2021、2021-08")
    parser.add_argument("--output", metavar="文件", help="批注稿写到哪里：.docx（原文件是 Word 时）或 .html")
    parser = add_parser(
        group,
        "repair",
        "表里抄丢的数字（?4397、.6%、两栏连在一起）：按合计和比率找出唯一可能的值，只列出，不改文件",
        propose_repairs,
    )
    parser.add_argument("file", metavar="文件", help=".docx、.pdf、.html，或用制表符分栏的 .txt")
    parser = add_parser(group, "bind", "由公文做样式：每个数对照台账，认定的变成引用，写成文书样式", bind_file)
    parser.add_argument("file", metavar="文件", help=".docx，或带文字的 .pdf")
    parser.add_argument("--region", metavar="区划", required=True, help="哪里的公文，如 140500")
    parser.add_argument("--period", metavar="期间", required=True, help="标题里没有期间时按它，如 2021、2021-08")
    parser.add_argument("--name", metavar="名称", help="这种公文叫什么")
    parser.add_argument("--code", metavar="代码", default=CODE, help="文种代码，小写字母、数字、-")
    parser.add_argument("--output", metavar="文件", help="样式写到哪里（.yaml）")
    parser = add_parser(group, "export", "把公文写成 Word、PDF、Excel、网页文件", export_document)
    _add_document_argument(parser)
    add_file_arguments(parser, needed=True)
    parser = add_parser(group, "bundle", "把一组公文的各种格式打成一个压缩包", bundle_documents)
    parser.add_argument("documents", metavar="编号", type=int, nargs="+", help="公文编号，见 anju document list")
    parser.add_argument("--output", metavar="文件", required=True, help="写到哪个 .zip 文件")
    parser.add_argument(
        "--format",
        metavar="格式",
        nargs="+",
        choices=FORMATS,
        default=["docx", "pdf", "xlsx"],
        help="docx pdf xlsx html（默认前三种）",
    )
    parser = add_parser(
        group, "compare", "读回在 Word、WPS 里改过的文件，与公文和台账比对（有数字不符时退出码为 1）", compare_document
    )
    parser.add_argument("file", metavar="文件", help=".docx 文件")
    parser.add_argument("--document", metavar="编号", type=int, required=True, help="它是哪份公文")
    for name, text, act in (
        ("sign", "签发", sign_document),
        ("issue", "印发：编文号、定日期", issue_document),
        ("withdraw", "撤回已印发的公文", withdraw_document),
    ):
        parser = add_parser(group, name, text, act)
        _add_document_argument(parser)
        if name == "issue":
            parser.add_argument("--number", metavar="文号", required=True, help="如 ×保办字〔2022〕1号")
        parser.add_argument("--on", metavar="日期", help="如 2022-01-18（默认今天）")
        parser.add_argument("--reason", metavar="理由", default="", help="数字有变化仍按原稿办理的理由，或撤回的缘由")


def _add_document_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("document", metavar="编号", type=int, help="公文编号，见 anju document list")


def add_file_arguments(parser: argparse.ArgumentParser, needed: bool = False) -> None:
    parser.add_argument("--output", metavar="文件夹", required=needed, help="写到哪个文件夹（没有就新建）")
    parser.add_argument(
        "--format",
        metavar="格式",
        nargs="+",
        choices=FORMATS,
        default=["docx", "pdf", "xlsx"],
        help="docx pdf xlsx html（默认前三种）",
    )


@act_handler
def print_kinds(args: argparse.Namespace, user: Any) -> int:
    from anju.documents.kinds import registered_kinds

    known = registered_kinds()
    print_result(
        args,
        [{"code": kind.code, "name": kind.name} for kind in known],
        [f"{kind.code:<22}{kind.name}" for kind in known],
    )
    return OK


@act_handler
def list_documents(args: argparse.Namespace, user: Any) -> int:
    from anju.core.regions.tree import find_region
    from anju.documents.queries import documents as document_queries

    place = find_region(user, args.region) if args.region else None
    found = document_queries.list_documents(user, place, state=args.state or "", period=args.period or "")
    told = [_document_data(one) for one in found]
    print_result(args, told, [_line(one) for one in told] or "没有公文。请用 anju document write 拟稿。")
    return OK


def _document_data(document: Any) -> dict[str, Any]:
    return {
        "id": document.pk, "kind": document.kind, "title": document.title, "region": document.region.code, "region_name": document.region.name,
        "period": document.period, "state": document.state, "state_text": document.state_text, "number": document.number, "issued_on": document.issued_on,
    }  # fmt: skip


def _line(told: dict[str, Any]) -> str:
    number = f"  {told['number']}  {told['issued_on']}" if told["number"] else ""
    return f"{told['id']:>5}  {told['state_text']}  {told['region_name']} {told['period']}  {told['title']}{number}"


@act_handler
def write_document(args: argparse.Namespace, user: Any) -> int:
    from anju import periods
    from anju.core.regions.tree import find_region
    from anju.documents.queries.documents import find_version
    from anju.documents.services import documents as document_services

    place = find_region(user, args.region, periods.period_end(args.period))
    document = document_services.write_document(
        by=user,
        kind=args.kind,
        region=place,
        period=args.period,
        options=read_options(args.options),
        prose=read_options(args.prose),
    )
    files = _save(user, [document], args) if args.output else []
    warnings = find_version(user, document).warnings
    text = [
        _line(_document_data(document)),
        *(f"提醒 {one['where']}：{one['what']}" for one in warnings),
        *(f"已写出 {file}" for file in files),
    ]
    print_result(args, {**_document_data(document), "warnings": warnings, "files": files}, text)
    return OK


@act_handler
def check_document(args: argparse.Namespace, user: Any) -> int:
    if not args.document.isdecimal() or Path(args.document).is_file():
        return check_file(args, user)
    from anju.documents.queries import documents as document_queries
    from anju.documents.queries.stale import stale_sentences

    document = document_queries.find_document(user, int(args.document))
    warnings, stale = document_queries.find_version(user, document).warnings, stale_sentences(user, document)
    data = {
        **_document_data(document),
        "warnings": warnings,
        "stale": [
            {"where": one.where, "old": one.old, "new": one.new, "figures": [vars(figure) for figure in one.figures]}
            for one in stale
        ],
    }
    text = [_line(_document_data(document)), *(f"提醒 {one['where']}：{one['what']}" for one in warnings)]
    text += [
        f"过时 {one.where}：{one.told}\n      原文：{one.old or '（无）'}\n      现在：{one.new or '（无）'}"
        for one in stale
    ]
    print_result(args, data, [*text, "数字都是现在的。"] if not stale else text)
    return REFUSED if stale else OK


@act_handler
def export_document(args: argparse.Namespace, user: Any) -> int:
    from anju.documents.queries.documents import find_document

    files = _save(user, [find_document(user, args.document)], args)
    print_result(args, {"files": files}, [f"已写出 {file}" for file in files])
    return OK


@act_handler
def bundle_documents(args: argparse.Namespace, user: Any) -> int:
    from anju.documents.queries import documents as document_queries
    from anju.documents.writers import formats

    documents = [document_queries.find_document(user, pk) for pk in args.documents]
    content = formats.bundle_documents(
        [
            (one.title, document_queries.document_text(one, document_queries.find_version(user, one)))
            for one in documents
        ],
        args.format,
    )
    write_file(Path(args.output), content)
    print_result(
        args, {"file": args.output, "documents": len(documents)}, f"已写出 {args.output}，{len(documents)} 份公文。"
    )
    return OK


@act_handler
def compare_document(args: argparse.Namespace, user: Any) -> int:
    from anju.documents.queries import documents as document_queries
    from anju.documents.text import readback

    document = document_queries.find_document(user, args.document)
    found = readback.compare_edited(user, document, read_bytes(Path(args.file)), Path(args.file).name)
    rows = {name: [vars(one) for one in getattr(found, name)] for name in ("changed", "disagree", "prose", "unread")}
    text = [
        f"数字被改 {one.where}：{one.printed or '空白'} → {one.found or '没有了'}（{one.ref}）\n      {one.sentence}"
        for one in found.changed
    ]
    text += [
        f"与台账不符 {one.where}：文件 {one.found or '没有了'}，台账 {one.ledger or '空白'}（{one.ref}）"
        for one in found.disagree
    ]
    text += [f"文字改动：{one.old or '（新增）'} → {one.new or '（删去）'}" for one in found.prose]
    text += [f"没有读 {one.where}（有数，没有核对）：{one.text}" for one in found.unread]
    print_result(
        args, {**rows, "figures": len(found.figures)}, text or f"{len(found.figures)} 处数字全部一致，文字没有改动。"
    )
    return REFUSED if found.changed or found.disagree else OK


def _act(name: str) -> Callable[[argparse.Namespace], int]:
    @act_handler
    def run(args: argparse.Namespace, user: Any) -> int:
        from anju.documents.queries import documents as document_queries
        from anju.documents.services import documents as document_services

        more = {"number": args.number} if name == "issue_document" else {}
        document = getattr(document_services, name)(
            by=user,
            document=document_queries.find_document(user, args.document),
            on=_read_day(args.on),
            reason=args.reason,
            **more,
        )
        print_result(args, _document_data(document), _line(_document_data(document)))
        return OK

    return run


def sign_document(args: argparse.Namespace) -> int:
    return _act("sign_off_document")(args)


def issue_document(args: argparse.Namespace) -> int:
    return _act("issue_document")(args)


def withdraw_document(args: argparse.Namespace) -> int:
    return _act("withdraw_document")(args)


def _save(user: Any, documents: list[Any], args: argparse.Namespace) -> list[str]:
    from anju.documents.queries import documents as document_queries
    from anju.documents.writers import formats

    written = []
    for document in documents:
        content = formats.write_formats(
            document_queries.document_text(document, document_queries.find_version(user, document)),
            args.format,
            document.title,
        )
        for form, one in content.items():
            path = Path(args.output) / formats.file_name(document.title, form)
            write_file(path, one)
            written.append(str(path))
    return written


def read_options(name: str | None) -> dict[str, Any] | None:
    """A mapping of options or prose; None when no file is given."""
    if not name:
        return None
    from ruamel.yaml.error import YAMLError

    from anju.yaml_files import load_yaml

    try:
        data = load_yaml(read_bytes(Path(name)).decode(), plain=True)
    except (YAMLError, UnicodeDecodeError):
        data = None
    if not isinstance(data, dict):
        raise Refused(Problem("DOC-054", name, "不是可读的 YAML 对照表。", "请写成“键: 值”的形式，文件存为 UTF-8。"))
    return data


def _read_day(text: str | None) -> Any:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise Refused(Problem("DOC-055", f"--on {text}", "不是日期。", "请写成 2022-01-18。")) from None
