"""The forms: a paper from above with its lines; a table of who gets how much of which line, for levels below and for projects."""

import mimetypes
import re
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.ledgers import Item
from anju.core.models.file import File
from anju.core.models.region import Region
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import Input
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.regions.tree import child_regions
from anju.funds import catalogue
from anju.funds.base import QuotaPaper, QuotaRow
from anju.funds.models import QuotaDocument, QuotaLine
from anju.funds.pages.quotas import QuotaForm, shown_amount
from anju.funds.queries import quotas
from anju.funds.services import quotas as quota_services
from anju.funds.services import recalls, sharing_out
from anju.problems import Problem, Refused

ROWS, MORE, MOST = 6, 6, 200
CELL = re.compile(r"([rp][0-9]{1,18}|amount)-([0-9]{1,18})", re.ASCII)
GONE = "已不在表上的一格"
NOBODY = {  # why there are no rows: are there regions below?
    True: ("有下一级的，由下一级落实到项目", "请先“下达”给下一级；本级自己的项目登记在“市本级”的，到那里落实。"),
    False: ("没有可以分的对象", "这一级没有下一级；落实到项目的，这一年还没有在册的项目，请先到“项目”登记。"),
}
PARTS = ("source", "subject", "purpose", "direct", "unit", "amount", "whole", "already")
get_or_post = require_http_methods(["GET", "POST"])


@requires_permission("funds.register")
@get_or_post
@needs_region()
def register_quota(request: Request) -> HttpResponse:
    """登记上级下达的指标文件."""
    region, user = _region(request), request.actor
    posted = QuotaForm(request, "指标文件")
    count = min(max(posted.key("rows") or ROWS, 1), MOST)
    status, problems = 200, []
    if request.method == "POST" and posted.text("more"):
        count = min(count + MORE, MOST)
    elif request.method == "POST":
        try:
            paper, received_on = _paper(request, posted), posted.day("received_on", "收到日期", required=False)
            document = quota_services.register_quota(
                by=user, region=region, paper=paper, rows=_typed_rows(posted, count), received_on=received_on
            )
            messages.success(request, f"已登记{document}。" + ("请另一人对照扫描件确认。" if document.waits else ""))
            return redirect(page_address(request, "funds:document", document.pk))
        except Refused as refused:
            status, problems = 422, [*posted.problems, *refused.problems]
    year = _year(request)
    return render_page(
        request, "funds/register.html", status=status, heading=f"{region.name}：登记上级下达的指标", problems=problems,
        inputs=_head_inputs(request, posted, problems, year, received=True), count=count,
        rows=[[(part, posted.text(f"{part}-{place}")) for part in PARTS] for place in range(1, count + 1)],
        sources=[(one.code, one.label) for one in catalogue.fund_sources().values()],
        purposes=[(one.code, one.label) for one in catalogue.purposes_of_year(year)],
        marks=list(catalogue.direct_marks().items()),
        subjects=[(one.code, one.label) for one in catalogue.subjects().values()],
    )  # fmt: skip


@requires_permission("funds.hand_down")
@get_or_post
@needs_region()
def hand_down(request: Request) -> HttpResponse:
    """下达给下一级: a row a region, a column a line of which something is left."""
    region = _region(request)
    receivers = [(f"r{one.pk}", one.name, one) for one in child_regions(request.actor, region)]
    return _shared_out(request, receivers, "下达指标", "下达给", sharing_out.hand_down)


@requires_permission("funds.assign")
@get_or_post
@needs_region()
def assign_quota(request: Request) -> HttpResponse:
    """落实到项目: a row a project, a column a line of which something is left."""
    items = quotas.list_items(request.actor, _region(request), _year(request))
    projects = [(f"p{one.id}", one.label, one) for one in items]
    return _shared_out(request, projects, "落实到项目", "项目", sharing_out.assign_quota)


@requires_permission("funds.recall")
@get_or_post
@needs_region()
def recall_quota(request: Request) -> HttpResponse:
    """收回、上缴: a row a line of which something is left, here, on a project or one level below."""
    region, user, year = _region(request), request.actor, _year(request)
    lines = quotas.recallable_lines(user, region, year)
    called = {line.pk: _called(line) for line, _ in lines}
    posted = QuotaForm(request, "指标文件")
    status, problems = 200, []
    if request.method == "POST":
        try:
            rows = [
                QuotaRow(amount=typed, taken_from=pk, label=called.get(pk, GONE)) for (_, pk), typed in _typed_cells(posted).items()
            ]  # fmt: skip
            document = recalls.recall_quota(by=user, region=region, paper=_paper(request, posted, year), rows=rows)
            messages.success(request, f"已登记{document}。" + ("请另一人对照扫描件确认。" if document.waits else ""))
            return redirect(page_address(request, "funds:document", document.pk))
        except Refused as refused:
            status, problems = 422, [*posted.problems, *refused.problems]
    return render_page(
        request, "funds/recall.html", status=status, heading=f"{region.name}：收回、上缴指标（{year}年度）", problems=problems,
        inputs=_head_inputs(request, posted, problems, year, received=False),
        rows=[
            (line, _called(line), _named(line.source, line.purpose), shown_amount(left), f"amount-{line.pk}", posted.text(f"amount-{line.pk}"))
            for line, left in lines
        ],
    )  # fmt: skip


def _called(line: QuotaLine) -> str:
    return f"{line.region.name}{'，' + line.item_label if line.item_label else ''}，{line.document.number}"


def _shared_out(
    request: Request, receivers: Sequence[tuple[str, str, Region | Item]], act: str, first: str, do: object
) -> HttpResponse:
    region, user = _region(request), request.actor
    year = _year(request)
    every = quotas.held_quotas(user, [region], timezone.localdate(), year)
    held = [one for one in every if one.left and one.line.received_on]
    names, numbers = {key: name for key, name, _ in receivers}, {one.line.pk: one.line.document.number for one in every}
    things = {key: to for key, _, to in receivers}
    posted = QuotaForm(request, "指标文件")
    status, problems = 200, []
    if request.method == "POST":
        try:
            rows = [
                QuotaRow(
                    amount=typed, taken_from=pk, label=f"{names.get(key, GONE)}，{numbers.get(pk, GONE)}",
                    receiver=to if isinstance(to := things.get(key), Region) else None, item=to if isinstance(to, Item) else None,
                )
                for (key, pk), typed in _typed_cells(posted).items()
            ]  # fmt: skip
            document = do(by=user, region=region, paper=_paper(request, posted, year), rows=rows)  # type: ignore[operator]
            messages.success(request, f"已登记{document}。" + ("请另一人对照扫描件确认。" if document.waits else ""))
            return redirect(page_address(request, "funds:document", document.pk))
        except Refused as refused:
            status, problems = 422, [*posted.problems, *refused.problems]
    return render_page(
        request, "funds/share_out.html", status=status, heading=f"{region.name}：{act}（{year}年度）", problems=problems, first=first, act=act,
        inputs=_head_inputs(request, posted, problems, year, received=False), nobody=NOBODY[bool(child_regions(user, region))],
        held=[(one, shown_amount(one.left), _named(one.line.source, one.line.purpose)) for one in held],
        rows=[(name, [(f"{key}-{one.line.pk}", posted.text(f"{key}-{one.line.pk}"), one.line) for one in held]) for key, name, _ in receivers],
    )  # fmt: skip


def _typed_cells(posted: QuotaForm) -> dict[tuple[str, int], str]:
    """What was typed by row and line, also of what went from the page meanwhile: dropped it would pass in silence."""
    matches = [(CELL.fullmatch(name), text.strip()) for name, text in posted.typed.items()]
    return {(found[1], int(found[2])): text for found, text in matches if found and text}


def _region(request: Request) -> Region:
    """The page's; every view here is guarded by needs_region."""
    region = page_context(request).region
    assert region is not None
    return region


def _year(request: Request) -> int:
    return int(page_context(request).period[:4])


def _named(source: str, purpose: str) -> str:
    return f"{catalogue.fund_sources()[source].label}，{catalogue.purposes()[purpose].label}"


def _typed_rows(posted: QuotaForm, count: int) -> list[QuotaRow]:
    """The lines in which something was typed."""
    typed = [{part: posted.text(f"{part}-{place}") for part in PARTS} for place in range(1, count + 1)]
    return [
        QuotaRow(
            amount=row["amount"], source=row["source"], subject=row["subject"], purpose=row["purpose"], direct=row["direct"], unit=row["unit"], whole=row["whole"],
            already=row["already"], label=f"第{place}行",
        )
        for place, row in enumerate(typed, 1) if any(row.values())
    ]  # fmt: skip


def _paper(request: Request, posted: QuotaForm, year: int | None = None) -> QuotaPaper:
    """What the head of the form says. year: of what is handed on, that of its lines."""
    region = _region(request)
    dated = posted.day("dated", "落款日期", required=False)
    follows = next(
        (one for one in quotas.advances(request.actor, region) if str(one.pk) == posted.text("follows")), None
    )
    stage = posted.text("stage") or QuotaDocument.Stage.WHOLE
    typed = posted.number("budget_year", "预算年度") if year is None and posted.text("budget_year") else year
    upload = posted.file("file", "扫描件")
    posted.check()
    scan: File | None = None
    if upload is not None:
        where = posted.place("扫描件")
        if large := file_sizes.too_large(
            len(upload.content), file_sizes.EVIDENCE, code="FUND-009", where=where, fix="请压缩后再上传。"
        ):
            raise Refused(*large)
        media = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
        scan = keep_file(by=request.actor, region_id=region.pk, name=upload.name, content=upload.content, media=media)
    return QuotaPaper(
        number=posted.text("number"), title=posted.text("title"), issuer=posted.text("issuer"), dated=dated, budget_year=typed, stage=stage,
        follows=follows, file=scan,
    )  # fmt: skip


def _head_inputs(
    request: Request, posted: QuotaForm, problems: Sequence[Problem], year: int, *, received: bool
) -> list[Input]:
    wrong = {problem.where.field: f"{problem.what}{problem.fix}" for problem in problems if problem.where.field}
    finance = request.actor.holds("finance", _region(request).pk)

    def one(name: str, label: str, kind: str = "text", start: str = "", **more: object) -> Input:
        value = posted.text(name) if request.method == "POST" else start
        return Input(name, label, kind, value, wrong=wrong.get(label, ""), **more)  # type: ignore[arg-type]

    inputs = [
        one("number", "文号"),
        one("title", "标题", large=True),
        one("issuer", "发文机关"),
        one("dated", "落款日期", "date"),
    ]
    if received:
        advances = [(str(item.pk), str(item)) for item in quotas.advances(request.actor, _region(request))]
        inputs += [
            one("received_on", "收到日期", "date", hint="时限从这一天起算"),
            one("budget_year", "预算年度", "number", str(year)),
            one(
                "stage",
                "下达方式",
                "choice",
                QuotaDocument.Stage.WHOLE,
                choices=QuotaDocument.Stage.choices,
                hint="请选择",
            ),
            one("follows", "提前下达的文件", "choice", choices=advances, hint="正式下达的须选；没有的不选"),
        ]
    hint = "财政登记的可不附" if finance else "须附：PDF 或照片，由另一人对照确认"
    return [*inputs, one("file", "扫描件", "file", hint=hint)]
