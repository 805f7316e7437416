"""A return on paper: the official form as PDF, Word and Excel, and the sealed scan that is kept as proof (盖章件)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from anju.core.people.scope import Actor, visible_rows
from anju.core.wording import period_name, read_day
from anju.documents.writers import formats
from anju.problems import ASK, Problem
from anju.returns.models import Paper, Return, Step
from anju.returns.queries import grid, layout
from anju.returns.queries.numbers import NumberWriter
from anju.workbooks.writing.heads import HeadCell, head_rows

SIGNS = {"填表人": "hand_in", "审核人": "review", "单位负责人": "submit"}  # whose step is whose signature
BACK = ("return", "withdraw")
KINDS = {
    b"%PDF-": ("application/pdf", b"%%EOF"),
    b"\xff\xd8\xff": ("image/jpeg", b"\xff\xd9"),
    b"\x89PNG\r\n\x1a\n": ("image/png", b"IEND"),
}
BLANK_DAY = "　　　年　　月　　日"


@dataclass(frozen=True)
class KeptScan:
    """A kept scan. stands: the return still says what it said when it was sealed."""

    paper: Paper
    stands: bool

    @property
    def problem(self) -> Problem | None:
        if self.stands:
            return None
        return Problem(
            "RET-653", f"盖章件《{self.paper.file.name}》", f"{read_day(self.paper.at)} 上传以后，报表的内容又改过，与盖章件不再一致。",
            "请核对改动；确有变化的，重新打印、盖章、上传。", ASK,
        )  # fmt: skip


# --- printing ----------------------------------------------------------------


def form_html(user: Actor, ret: Return) -> str:
    """The official form as the documents machine takes it."""
    sheet = grid.lay_out_grid(user, ret)
    spec, units, numbers = sheet.spec, layout.form_units(sheet.columns), NumberWriter(sheet)
    return render_to_string("returns/papers/form.html", {
        "name": spec.name[:28], "print": spec.print, "draft": _draft(ret), "title": form_title(ret), "marks": _marks(spec),
        "top": (f"填报单位（盖章）：{reporting_unit_name(ret)}", period_name(ret.period), f"计量单位：{'、'.join(units)}" if units else ""),
        "head": _head(sheet, len(units) > 1), "rows": [_row(sheet, line, numbers) for line in sheet.lines], "notes": _notes(ret, spec),
        "signers": _signers(user, ret, spec.print.signers),
    })  # fmt: skip


def form_pdf(user: Actor, ret: Return) -> bytes:
    return formats.to_pdf(
        form_html(user, ret), form_title(ret), timezone.localdate(ret.submitted_at) if ret.submitted_at else None
    )


def form_word(user: Actor, ret: Return) -> bytes:
    return formats.to_docx(form_html(user, ret), form_title(ret))


def form_excel(user: Actor, ret: Return) -> bytes:
    """As printed; the workbook to be filled in is `workbook.write_workbook`."""
    return formats.annex_xlsx(form_html(user, ret), form_title(ret))


def paper_file_name(ret: Return, ending: str, more: str = "") -> str:
    """项目进度月报表 甲县 2021年9月.pdf"""
    return (
        formats.file_name(f"{form_title(ret)} {ret.region.name} {period_name(ret.period)}{more}", "").removesuffix(".")
        + f".{ending}"
    )


def form_title(ret: Return) -> str:
    return ret.form.name + (f"（第{ret.serial - 1}次更正）" if ret.serial > 1 else "")


def reporting_unit_name(ret: Return) -> str:
    return ret.organisation.name if ret.organisation else ret.region.name


def _draft(ret: Return) -> str:
    return "" if ret.state in Return.SUBMITTED else f"草稿（{Return.STATES.label(ret.state)}）"


def _marks(spec: Any) -> list[str]:
    """What stands at the right above a statistical form: 表号, 制定机关, 文号, 有效期."""
    authority = spec.authority
    said = (
        ("表　　号", spec.number),
        ("制定机关", authority.issuer),
        ("文　　号", authority.number),
        ("有效期至", read_day(authority.valid_until)),
    )
    return [f"{name}：{text}" for name, text in said if text]


def _head(sheet: grid.ReturnGrid, several: bool) -> list[list[HeadCell[str]]]:
    """The rows of the head, and under them the columns' numbers where the form has any."""
    first = [(layout.corner_heading(sheet.spec),), *([("行次",)] if _numbered(sheet) else [])]
    rows = head_rows([*first, *(layout.heading_path(column, several) for column in sheet.columns)])
    if any(column.number for column in sheet.columns):
        numbers = ["栏次", *[""] * (len(first) - 1), *(column.number for column in sheet.columns)]
        rows.append([HeadCell(text, len(rows), at, 1, 1, True) for at, text in enumerate(numbers)])
    return rows


def _numbered(sheet: grid.ReturnGrid) -> bool:
    return any(line.number for line in sheet.lines)


def _row(sheet: grid.ReturnGrid, line: grid.GridLine, numbers: NumberWriter) -> dict[str, Any]:
    cells = [{"text": line.number, "css": ""}] if _numbered(sheet) else []
    cells += [
        {"text": numbers.cell(cell), "css": {"number": "num", "text": "text"}.get(column.type, "")}
        if cell.exists else {"text": "" if line.heading else "—", "css": ""}
        for column, cell in zip(sheet.columns, sheet.row(line.key), strict=True)
    ]  # fmt: skip
    return {"label": "　" * line.indent + line.label, "total": line.computed, "cells": cells}


def _notes(ret: Return, spec: Any) -> list[str]:
    several = len(spec.print.notes) > 1
    notes = [
        f"{'　　　' if place else '说明：'}{f'{place + 1}.' if several else ''}{text}"
        for place, text in enumerate(spec.print.notes)
    ]
    if ret.note.strip():
        notes += [
            f"情况说明：{line}" if place == 0 else line
            for place, line in enumerate(ret.note.strip().splitlines())
            if line.strip()
        ]
    if ret.serial > 1:
        ordered = f"（依据：{ret.ordered_by}）" if ret.ordered_by else ""
        notes.append(f"更正说明：{ret.reason}{ordered}")
    return notes


def _signers(user: Actor, ret: Return, wanted: Sequence[str]) -> list[str]:
    """Whoever took the step since the return last went back; a blank to sign on where nobody has yet."""
    names: dict[str, str] = {}
    for step in visible_rows(Step.objects.filter(ret=ret), user).order_by("id"):
        if step.move in BACK:
            names.clear()
        names[step.move] = step.by_name
    signed = [f"{name}：{names.get(SIGNS.get(name, ''), '') or '　' * 5}" for name in wanted]
    return [*signed, f"报出日期：{read_day(timezone.localdate(ret.submitted_at)) if ret.submitted_at else BLANK_DAY}"]


# --- the sealed scan ---------------------------------------------------------


def list_scans(user: Actor, ret: Return) -> list[KeptScan]:
    """The scans of a return, the newest first, each with whether the return still says the same."""
    papers = list(
        visible_rows(Paper.objects.filter(ret=ret), user).select_related("file").defer("file__content").order_by("-id")
    )
    now = layout.content_digest(ret) if papers else ""
    return [KeptScan(paper, paper.digest == now) for paper in papers]
