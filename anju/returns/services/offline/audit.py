"""What an auditor takes along: every submitted return of a region and some periods, with answers, steps, receipts and papers, under digests."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from anju.core.models.people import Organisation, Posting
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions.tree import below
from anju.core.trail import trail
from anju.problems import Problem, Refused
from anju.quantities import exact_text
from anju.returns.base import AUDIT, actor_name
from anju.returns.models import (
    Answer,
    Cell,
    Inquiry,
    InquiryEntry,
    Opinion,
    Paper,
    Receipt,
    Return,
    ScanComparison,
    Step,
    SuperiorRemark,
)
from anju.returns.queries import checks, layout, reading
from anju.returns.queries.grid import lay_out_grid

CHECK = Path(__file__).with_name(
    "audit_check.html"
)  # opened on a computer without Anju, it compares each file with the manifest
STILL = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes


def audit_grounds(user: Actor, on: date | None = None) -> list[str]:
    """The documents by which this person audits (审计通知书), in force on a day."""
    on = on or timezone.localdate()
    found = Posting.objects.filter(staff__username=user.key, post="auditor", since__lte=on, until__gte=on)
    return list(found.order_by("id").values_list("ground", flat=True))


@transaction.atomic
@trail.act("returns.export_audit")
def export_audit(*, by: Actor, region: Region, periods: Sequence[str], number: str = "") -> bytes:
    """A zip of the returns that were submitted (导出审计资料): no draft is in it, whoever asks.

    number: of the 审计通知书; needed only from who has none in their post. Leaves a trail row with the archive's digest.
    Refused: ACT-001, RET-070 no number, RET-071 nothing was submitted.
    """
    require_permission(by, AUDIT, region.pk, f"{region.name}审计资料")
    number = number.strip() or "、".join(dict.fromkeys(audit_grounds(by)))
    where = f"{region.name} {'、'.join(periods)}"
    if not number:
        raise Refused(Problem("RET-070", where, "没有审计通知书的文号。", "请写明依据哪一份审计通知书。"))
    rets = list(_submitted(by, region, periods))
    if not rets:
        raise Refused(Problem("RET-071", where, "没有已上报的报表。", "请核对区划和期间；没有上报的不在导出之列。"))
    files: dict[str, bytes] = {}
    for ret in rets:
        files |= _return(by, ret)
    files["目录.csv"] = _csv([_index(ret) for ret in rets])
    files["核验.html"] = CHECK.read_bytes()
    files["manifest.json"] = _json({
        "region": region.code, "name": region.name, "periods": list(periods), "number": number, "by": by.name, "returns": len(rets),
        "note": "仅含已上报的报表；每个文件的 SHA-256 如下，锁定的报表另记锁定时内容的 SHA-256。",
        "files": {name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in sorted(files.items())},
    })  # fmt: skip
    content = _zip(files)
    after = {"periods": list(periods), "number": number, "returns": len(rets), "bytes": len(content)}
    trail.describe(
        obj=trail.Subject.of(region, where),
        after=after,
        reason=number,
        region_id=region.pk,
        digest=hashlib.sha256(content).hexdigest(),
        count=len(rets),
    )
    return content


def _submitted(by: Actor, region: Region, periods: Sequence[str]) -> QuerySet[Return]:
    """What has left the unit: by its state, not by who asks."""
    found = visible_rows(Return.objects.filter(period__in=periods, state__in=Return.SUBMITTED), by)
    return (
        rows_within(found, below(by, region))
        .select_related("form", "region", "organisation")
        .order_by("region__order", "form__code", "period", "serial")
    )


def _folder(ret: Return) -> str:
    more = f"-更正{ret.serial - 1}" if ret.serial > 1 else ""
    return f"{ret.region.code}-{ret.region.name}/{ret.form.code}/{ret.period}{more}"


def _return(by: Actor, ret: Return) -> dict[str, bytes]:
    read = reading.read_return(by, ret)
    grid, folder = lay_out_grid(by, ret, read), _folder(ret)
    findings = checks.check_return(by, ret, read)
    heads = [
        "行",
        "行名",
        *(f"{column.head}（{column.unit}）" if column.unit else column.head for column in grid.columns),
    ]
    table = [
        dict(zip(heads, [line.key, line.label, *(cell.text for cell in grid.row(line.key))], strict=True))
        for line in grid.lines
    ]
    files = {
        f"{folder}/报表.csv": _csv(table),
        f"{folder}/报表.json": _json({
            **_index(ret), "form": ret.form.spec, "form_digest": ret.form.digest, "content_digest": layout.content_digest(ret), "note": ret.note,
            "reason": ret.reason, "ordered_by": ret.ordered_by, "due": ret.due,
            "cells": [
                {"line": c.line, "column": c.column, "state": c.state, "value": c.value, "places": c.places, "text": c.text, "by": actor_name(c.by), "at": c.at}
                for c in sorted(Cell.objects.filter(ret=ret), key=lambda c: (c.line, c.column))
            ],
        }),
        f"{folder}/检查.csv": _csv([
            {"检查": one.check_id, "级别": one.level, "位置": one.where, "发现": one.what, "答复": one.answer, "答复人": one.answered_by,
             "豁免": one.waived.text if one.waived else "", "豁免人": one.waived.by_name if one.waived else ""} for one in findings
        ]),
    }  # fmt: skip
    files |= {f"{folder}/{name}.csv": _csv(rows) for name, rows in (
        ("答复", [
            {"检查": a.check_id, "行": a.line, "当时的事实": a.said, "答复或理由": a.text, "豁免": "是" if a.waiver else "", "豁免到": a.until, "谁": a.by_name, "时间": a.at}
            for a in Answer.objects.filter(ret=ret).order_by("id")
        ]),
        ("环节", [
            {"办理": s.move, "从": Return.STATES.label(s.source), "到": Return.STATES.label(s.target), "意见": s.remark, "谁": s.by_name, "时间": s.at}
            for s in Step.objects.filter(ret=ret).order_by("id")
        ]),
        ("联审意见", [
            {"部门": o.organisation.name, "同意": "是" if o.agrees else "否", "意见": o.remark, "行": o.line, "列": o.column, "谁": o.by_name, "时间": o.at}
            for o in Opinion.objects.filter(ret=ret).select_related("organisation").order_by("id")
        ]),
        ("报送回执", [
            {"报送对象": r.receiver, "状态": Receipt.STATES.label(r.state), "报送时间": r.sent_at, "回执时间": r.received_at, "回执编号": r.number}
            for r in Receipt.objects.filter(ret=ret).order_by("id")
        ]),
        ("上级退回意见", [
            {"行": r.line, "列": r.column, "意见": r.text, "文号": r.number, "报送": r.delivery_id, "谁": r.by_name, "时间": r.at}
            for r in SuperiorRemark.objects.filter(ret=ret).order_by("id")
        ]),
        ("盖章件核对", [
            {"盖章件": c.paper_id, "行": c.line, "列": c.column, "报表上": exact_text(c.value, read.spec.by_code[c.column].unit),
             "程序读出": c.reading, "盖章件上": c.paper_text or "一致", "谁": c.by_name, "时间": c.at}
            for c in ScanComparison.objects.filter(paper__ret=ret).order_by("id")
        ]),
        ("问询", [
            {"问询": e.inquiry_id, "行": e.inquiry.line, "列": e.inquiry.column, "状态": Inquiry.STATES.label(e.inquiry.state), "期限": e.inquiry.due,
             "依据": e.inquiry.ground, "类别": InquiryEntry.KINDS[e.kind], "内容": e.text, "谁": e.by_name, "时间": e.at, "附件": e.file.name if e.file else ""}
            for e in InquiryEntry.objects.filter(inquiry__ret=ret).select_related("inquiry", "file").defer("file__content").order_by("inquiry_id", "id")
        ]),
    ) if rows}  # fmt: skip
    for entry in (
        InquiryEntry.objects.filter(inquiry__ret=ret, file__isnull=False).select_related("file").order_by("id")
    ):
        if entry.file is not None:
            files[f"{folder}/问询/{entry.inquiry_id}-{entry.pk}-{entry.file.name}"] = bytes(entry.file.content)
    for paper in Paper.objects.filter(ret=ret).select_related("file").order_by("id"):
        files[f"{folder}/盖章件/{paper.pk}-{paper.file.name}"] = bytes(paper.file.content)
    for receipt in Receipt.objects.filter(ret=ret, file__isnull=False).select_related("file").order_by("id"):
        if receipt.file is not None:
            files[f"{folder}/回执/{receipt.receiver}-{receipt.file.name}"] = bytes(receipt.file.content)
    return files


def _index(ret: Return) -> dict[str, Any]:
    office: Organisation | None = ret.organisation
    return {
        "区划": ret.region.code, "名称": ret.region.name, "表号": ret.form.code, "表名": ret.form.name, "期间": ret.period, "次": ret.serial,
        "填报单位": office.name if office else "", "状态": Return.STATES.label(ret.state), "统计截止日": ret.cut_off, "首次上报": ret.first_submitted_at,
        "上报": ret.submitted_at, "锁定": ret.locked_at, "锁定内容SHA-256": ret.digest,
    }  # fmt: skip


def _plain_text(value: Any) -> Any:
    if hasattr(value, "tzinfo"):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return "" if value is None else str(value)


def _csv(rows: Iterable[dict[str, Any]]) -> bytes:
    """With a mark at its beginning by which spreadsheets know the encoding; a text that a spreadsheet would run as a formula is disarmed."""
    rows, out = list(rows), io.StringIO()
    if rows:
        writer = csv.writer(out)
        writer.writerow(rows[0])
        writer.writerows([_tame(value) for value in row.values()] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def _tame(value: Any) -> Any:
    said = _plain_text(value)
    number = said[:1] == "-" and said[1:].replace(".", "", 1).isdigit()
    return f"'{said}" if said[:1] in ("=", "+", "-", "@", "\t") and not number else said


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1, default=_plain_text).encode()


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, STILL), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
