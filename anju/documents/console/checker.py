"""anju document check FILE, anju document repair: papers of anybody."""

import argparse
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, REFUSED, print_result
from anju.documents.console.base import act_handler, read_bytes, write_file
from anju.problems import Problem, Refused


def check_file(args: argparse.Namespace, user: Any) -> int:
    """A paper of anybody."""
    from dataclasses import asdict

    from anju import periods
    from anju.core.regions.tree import find_region
    from anju.documents.queries.checker import annotate_paper, check_paper

    path = Path(args.document)
    region = (
        find_region(user, args.region, periods.period_end(args.period) if args.period else None)
        if args.region
        else None
    )
    if bool(args.region) != bool(args.period):
        raise Refused(Problem("DOC-092", "--region、--period", "只写了一个。", "与台账核对要同时写明区划和期间。"))
    content = read_bytes(path)
    checked = check_paper(user, content, path.name, region, args.period or "")
    report = checked.report
    if args.output:
        form = Path(args.output).suffix.lstrip(".").lower()
        if form not in ("docx", "html") or (form == "docx" and checked.paper.kind != "docx"):
            raise Refused(
                Problem(
                    "DOC-093",
                    args.output,
                    "批注稿不能写成这种文件。",
                    "Word 文件的批注稿写成 .docx 或 .html，别的写成 .html。",
                )
            )
        write_file(Path(args.output), annotate_paper(user, content, checked, form))
    data = {
        "file": path.name, "title": report.title, "numbers": report.numbers, "checked": report.checked, "ledger": checked.ledger,
        "findings": [asdict(finding) for finding in report.findings], "open": [{"where": where, "printed": printed} for where, printed in report.open],
    }  # fmt: skip
    text = [f"{one.level}（{one.kind}） {one.where} {one.printed}：{one.sentence}" for one in report.findings]
    text.append(
        f"共 {report.numbers} 个数，{report.checked} 个有别的数可以对，{len(report.open)} 个未能核对；矛盾 {len(report.contradictions)} 处，舍入 {len(report.roundings)} 处。"
    )
    if checked.ledger is not None:
        text.append(f"台账里有 {checked.ledger} 个。")
    print_result(args, data, [*text, *([f"已写出 {args.output}"] if args.output else [])])
    return REFUSED if report.contradictions else OK


@act_handler
def propose_repairs(args: argparse.Namespace, user: Any) -> int:
    """What the tables of a paper allow for their damaged cells."""
    from anju.core.reading import read_file_of
    from anju.documents.checker.inspection import repair_tables

    path = Path(args.file)
    proposals = read_file_of(user, repair_tables, read_bytes(path), path.name, file=path.name)
    data = [
        {
            "table": name,
            "row": label,
            "column": one.column + 1,
            "printed": one.printed,
            "values": one.values,
            "arithmetic": one.arithmetic,
        }
        for name, label, one in proposals
    ]
    text = [f"{name} “{label}”第{one.column + 1}列：{one.sentence}" for name, label, one in proposals]
    print_result(args, data, text or "没有看出抄丢的数字。")
    return OK
