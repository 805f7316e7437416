"""Keeping the sealed scan (盖章件) of a return as proof, and what people saw who held it beside the return."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.people.permissions import require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.returns.base import FILL, LONGEST_NAME, require_own_organisation, require_return_act
from anju.returns.files.papers import KINDS
from anju.returns.files.scans import key_figures, read_figures, read_paper_number
from anju.returns.models import Paper, ScanComparison
from anju.returns.queries import grid, layout, returns
from anju.returns.reminders import announce_scan

COMPARE = "returns.compare_scan"


@transaction.atomic
@trail.act("returns.keep_scan")
def keep_scan(*, by: Actor, ret_id: int, name: str, content: bytes) -> Paper:
    """Keep the sealed scan with the digest of what the return says now. The same file for the same content again is the one kept.

    Refused RET-650 what is no PDF, JPEG or PNG by its content, RET-651 what is cut off, RET-652 what is too large.
    """
    ret = returns.get_return(by, ret_id)
    require_return_act(by, ret, FILL)
    media = _media(name, content)
    file = keep_file(by=by, region_id=ret.region_id, name=name, content=content, media=media)
    digest = layout.content_digest(ret)
    known = visible_rows(Paper.objects.filter(ret=ret, file=file, digest=digest), by).first()
    if known:
        return known
    made = Paper.objects.create(ret=ret, region_id=ret.region_id, file=file, digest=digest, by=by.key)
    trail.describe(
        obj=ret,
        after={"file": file.name, "sha256": file.sha256, "content": digest},
        region_id=ret.region_id,
        digest=hashlib.sha256(content).hexdigest(),
    )
    return made


@dataclass(frozen=True)
class LookedAt:
    """What a person says of a figure of the scan. paper_text: the number that stands there; "" when it is the same."""

    line: str
    column: str
    paper_text: str = ""


@transaction.atomic
@trail.act("returns.compare_scan")
def compare_scan(*, by: Actor, ret_id: int, paper_id: int, looked_at: Sequence[LookedAt]) -> list[ScanComparison]:
    """Keep what somebody saw who held the sealed scan beside the return (核对盖章件), figure by figure; of the others nothing is said.

    Refused: ACT-001, RET-654 the return is another than when it was sealed, RET-655 no such total, RET-656 nothing was looked at, RET-657
    what stands on paper is no number, READ-001, READ-002 or READ-005 when the program did not get to read the scan now.
    """
    ret = returns.get_return(by, ret_id)
    require_permission(by, COMPARE, ret.region_id, str(ret))
    if by.holds("clerk", ret.region_id) and not by.holds("city_reviewer", ret.region_id):
        require_own_organisation(by, ret.organisation, str(ret))
    paper = visible_rows(Paper.objects.filter(ret=ret).select_related("file"), by).get(pk=paper_id)
    where = Place(f"盖章件《{paper.file.name}》", file=paper.file.name)
    if paper.digest != layout.content_digest(ret):
        fix = "请核对改动；确有变化的，重新打印、盖章、上传后再核对。"
        raise Refused(Problem("RET-654", where, "上传以后报表的内容又改过，不是同一份内容。", fix))
    if not looked_at:
        raise Refused(Problem("RET-656", where, "一个数也没有核对。", "请逐个看，选“一致”，或填盖章件上的数。"))
    sheet = grid.lay_out_grid(by, ret)
    known = {(one.line, one.column): one for one in key_figures(sheet)}
    readings = read_figures(by, paper, sheet)
    problems, made = [], []
    for one in looked_at:
        figure = known.get((one.line, one.column))
        if figure is None:
            problems.append(Problem("RET-655", where, "所核对的数不在表里。", "请刷新后重新核对。"))
            continue
        try:
            typed = read_paper_number(one.paper_text, figure.unit) if one.paper_text.strip() else None
        except ValueError as error:
            problems.append(Problem("RET-657", where, f"{figure.where}：{error}", "请照盖章件填数。"))
            continue
        differs = typed is not None and typed != figure.value
        made.append(
            ScanComparison(
                paper=paper, region_id=ret.region_id, line=one.line, column=one.column, value=figure.value,
                reading=readings.get((one.line, one.column), "")[:40], paper_text=one.paper_text.strip() if differs else "",
                by=by.key, by_name=signature(by, COMPARE, ret.region_id)[:LONGEST_NAME],
            )
        )  # fmt: skip
    if problems:
        raise Refused(*problems)
    ScanComparison.objects.bulk_create(made)
    announce_scan(by, ret)
    after = {
        "paper": paper.pk,
        "file": paper.file.name,
        "same": [f"{one.line}|{one.column}" for one in made if not one.paper_text],
        "other": {f"{one.line}|{one.column}": one.paper_text for one in made if one.paper_text},
    }
    trail.describe(obj=ret, after=after, region_id=ret.region_id, digest=paper.file.sha256, count=len(made))
    return made


def _media(name: str, content: bytes) -> str:
    where = Place(f"盖章件《{name}》", file=name)
    if problems := file_sizes.too_large(
        len(content), file_sizes.SCAN, code="RET-652", where=where, fix="请降低扫描的分辨率，黑白或灰度即可。"
    ):
        raise Refused(*problems)
    for head, (media, end) in KINDS.items():
        if content.startswith(head):
            if end in content[-2048:]:
                return media
            raise Refused(
                Problem("RET-651", where, "文件不完整，结尾被截断了。", "请打开看是否正常，重新扫描或重新上传。")
            )
    raise Refused(
        Problem(
            "RET-650", where, "内容不是 PDF、JPG 或 PNG，只改扩展名是不够的。", "请扫描或拍照后存成 PDF、JPG 或 PNG。"
        )
    )
