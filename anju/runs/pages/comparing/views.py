"""Pages of 试算一群人. What a person sent and what came of it is seen by that person alone: for everybody else it is not there."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.context import page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.layout.lists import list_page
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import Request
from anju.core.pages.site.waiting import show_wait
from anju.core.people.permissions import requires_permission
from anju.core.wording import read_day
from anju.problems import Refused
from anju.rules.comparison.comparing import EFFECT, KEY
from anju.rules.comparison.sides import AFTER, BEFORE, DECISIONS, PENDING, REFUSED, ComparedValue
from anju.rules.comparison.summary import BARS, EFFECTS, Comparison
from anju.rules.comparison.telling import own_text, own_unit, sums_text
from anju.runs.pages.books import KINDS, applies_text
from anju.runs.pages.comparing import tables
from anju.runs.pages.comparing.asking import ComparisonAsked, ComparisonForm, sent_file
from anju.runs.queries import comparisons as queries
from anju.runs.queries.comparisons import KeptComparison, RowFilter
from anju.runs.services import comparisons as services

PERMISSION = "runs.compare"
HEADING = "试算一群人：改了以后谁多谁少"
SHOWN = 50
SAMPLE_DAYS = ("2025-12-31", "2026-01-31")


@requires_permission(PERMISSION)
@require_http_methods(["GET", "POST"])
def compare(request: Request) -> HttpResponse:
    """Choose books and days, then parameters and a file. One's own comparisons of the day stand below."""
    page_context(request)
    posted = ComparisonForm(request)
    given = posted.typed if request.method == "POST" else {name: str(text) for name, text in request.GET.items()}
    like = queries.find_comparison(request.actor, given.get("like", ""))
    asked = ComparisonAsked(given, like)
    problems = [problem for side in asked.sides for problem in side.problems]
    if request.method == "POST":
        try:
            upload = sent_file(request, posted, like)
            question = asked.question(upload.name if upload else "")
            posted.check()
            assert upload is not None
            key = services.compare_rows(by=request.actor, question=question, content=upload.content)
            return redirect(page_address(request, "runs:comparison", key))
        except Refused as refused:
            problems = list({str(one): one for one in [*posted.problems, *refused.problems]}.values())
    options = [
        (book.digest, f"{KINDS.get(book.kind, book.kind)}：{book.title}（{applies_text(book)}）")
        for book in asked.books
    ]
    sample = next(book for book in asked.books if book.subject == "sample-rental")
    return render_page(
        request, "runs/compare.html", status=422 if request.method == "POST" else 200, heading=HEADING, asked=asked, options=options, problems=problems,
        like=like, rows=given.get("rows", "like" if like else ""), ready=all(side.book and side.day and not side.problems for side in asked.sides),
        kept=[(one, question_text(one)) for one in queries.list_comparisons(request.actor)],
        sample=page_address(
            request, "runs:compare", before=sample.digest, on=SAMPLE_DAYS[0], new_on=SAMPLE_DAYS[1], by="区县、类别", rows="sample"
        ),
    )  # fmt: skip


def question_text(kept: KeptComparison) -> list[str]:
    """Both sides in words."""
    told = []
    for title, side in zip((BEFORE, AFTER), kept.question.sides, strict=True):
        names = "、".join(side.book.label(name) for name in side.parameters)
        told.append(f"{title}：《{side.book.title}》，{read_day(side.on)}{f'，改了{names}' if names else ''}")
    return told


def find_kept(request: Request, key: str) -> KeptComparison:
    page_context(request)
    kept = queries.find_comparison(request.actor, key)
    if kept is None:
        raise Http404(key)
    return kept


def find_done(request: Request, key: str) -> tuple[KeptComparison, Comparison]:
    kept = find_kept(request, key)
    if kept.comparison is None:
        raise Http404(key)
    return kept, kept.comparison


@requires_permission(PERMISSION)
@require_GET
def show_comparison(request: Request, key: str) -> HttpResponse:
    """What came of it; while it is computed, how far it is."""
    kept = find_kept(request, key)
    if kept.comparison is None:
        job = queries.comparison_job(request.actor, key)
        if job is None:
            raise Http404(key)
        return show_wait(request, job, key, "page", page_address(request, "runs:compare", like=key))
    done = kept.comparison

    def leads(**wanted: Any) -> str:
        return page_address(request, "runs:comparison-rows", key, **wanted)

    names = tables.group_names(done)
    groups = []
    for column in done.groups:
        sheet = tables.group_sheet(kept, done, column, names, leads)
        chart = tables.balance_chart(kept, done, column, names, sheet)
        groups.append((column, sheet, chart, len(done.groups[column]) - len(sheet.rows)))
    return render_page(
        request, "runs/comparison.html", heading=tables.headline(kept, done), kept=kept, done=done, told=question_text(kept), sums=sums_text(done),
        total=tables.total_sheet(kept, done, leads), spread=tables.distribution_chart(kept, done, leads), groups=groups,
        decisions=tables.decision_sheet(done, leads), reasons=tables.reason_sheets(kept, done, leads), notices=done.problems,
    )  # fmt: skip


# -- the rows ------------------------------------------------------------------------------------------------------------------------------


class RowList:
    """The rows that a filter lets through, as a list that is read a page at a time."""

    def __init__(self, kept: KeptComparison, wanted: RowFilter) -> None:
        self.kept, self.wanted = kept, wanted
        self.count, self.first = queries.list_rows(kept, wanted, 0, SHOWN)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        start, stop = part.start or 0, part.stop
        if start == 0 and stop <= len(self.first):
            return self.first[:stop]
        return queries.list_rows(self.kept, self.wanted, start, stop - start)[1]


def read_filter(request: Request, kept: KeptComparison) -> RowFilter:
    """What the address says; 404 for what no link of ours says."""

    def place(name: str, least: int, most: int) -> int | None:
        text = request.GET.get(name, "")
        if not text:
            return None
        if (
            not text.removeprefix("-").isdecimal()
            or not text.isascii()
            or len(text) > 4
            or not least <= int(text) <= most
        ):
            raise Http404(name)
        return int(text)

    column = request.GET.get("by", "")
    if column and column not in kept.question.by:
        raise Http404(column)
    return RowFilter(
        effect=place("effect", 0, len(EFFECTS) - 1), before=place("before", 0, 2), after=place("after", 0, 2), column=column,
        value=request.GET.get("value"), bar=place("bar", -BARS - 1, BARS + 1), reason=request.GET.get("reason", ""),
        reason_side=place("side", 0, 1) or 0,
    )  # fmt: skip


def filter_words(kept: KeptComparison, done: Comparison, wanted: RowFilter, names: dict[str, str]) -> str:
    words = []
    if wanted.column:
        words.append(f"{wanted.column}{tables.shown_group(wanted.value, names)}")
    if wanted.effect is not None:
        words.append(EFFECTS[wanted.effect])
    if wanted.before is not None and wanted.after is not None:
        words.append(f"{DECISIONS[wanted.before]}→{DECISIONS[wanted.after]}")
    if wanted.reason:
        words.append(f"{(BEFORE, AFTER)[wanted.reason_side]}因“{wanted.reason}”不符合")
    if wanted.bar and done.value:
        bar = next((bar for bar in done.bars if bar.place == wanted.bar), None)
        words.append(tables.bar_name(bar, done.width, done.value) if bar else "没有这一档")
    return "，".join(words) or "全部"


@requires_permission(PERMISSION)
@require_GET
def show_rows(request: Request, key: str) -> HttpResponse:
    """The rows behind a number, with both outcomes and why."""
    kept, done = find_done(request, key)
    wanted = read_filter(request, kept)
    shown = list_page(request, RowList(kept, wanted), SHOWN)
    heading = f"{filter_words(kept, done, wanted, tables.group_names(done))}：{shown.paginator.count:,}{tables.row_noun(kept)}"
    return render_page(
        request, "runs/comparison_rows.html", heading=heading, kept=kept, told=question_text(kept), shown=shown,
        sheet=row_sheet(request, kept, done, shown),
    )  # fmt: skip


def row_sheet(request: Request, kept: KeptComparison, done: Comparison, shown: Page) -> Sheet:
    columns = [
        SheetColumn(KEY, text=True),
        *(SheetColumn(name, text=True) for name in kept.question.by),
        SheetColumn(EFFECT, text=True),
    ]
    value = done.value
    if value:
        columns += [SheetColumn(name, unit=own_unit(value)) for name in (BEFORE, AFTER, "变化")]
    decides = tables.decision_sheet(done, lambda **_: "") is not None
    columns += [SheetColumn(f"{name}判定", text=True) for name in (BEFORE, AFTER) if decides]
    sheet = Sheet("rows", columns, caption="逐行", css="cards")
    for row in shown:
        door = page_address(request, "runs:comparison-row", kept.key, row[queries.ROW_NUMBER])
        cells = [SheetCell(text=str(row[KEY]), href=door)]
        cells += [SheetCell(text=str(row[name] or tables.BLANK), label=name) for name in kept.question.by]
        cells.append(SheetCell(text=row[EFFECT], label=EFFECT))
        cells += [
            SheetCell(text=row_number(row[name], value, sign=place == 2), css="n", label=(BEFORE, AFTER, "变化")[place], note="" if row[name] is not None else "未知")
            for place, name in enumerate(value.headings if value else ())
        ]  # fmt: skip
        if decides:
            for name in (BEFORE, AFTER):
                cells.append(SheetCell(text=decision_text(row, name), label=f"{name}判定", css="wrap"))
        sheet.rows.append(SheetRow(cells))
    return sheet


def row_number(number: Any, value: ComparedValue, sign: bool = False) -> str:
    """One row's number as the differences have it; money in 元, to the 分."""
    if number is None:
        return "未知"
    scaled = int(abs(number) * 10**value.places)
    return f"{'−' if number < 0 else '+' if sign and number else ''}{own_text(scaled, value, 2 if value.unit == 'fen' else 0)}"


@requires_permission(PERMISSION)
@require_GET
def show_row(request: Request, key: str, number: int) -> HttpResponse:
    """One row: its inputs, and step by step how each side comes to its outcome."""
    kept, done = find_done(request, key)
    row = queries.find_row(kept, number)
    if row is None:
        raise Http404(str(number))
    told = queries.explain_sides(kept, row)
    sides = zip((BEFORE, AFTER), kept.question.sides, told or ((), ()), strict=True)
    return render_page(
        request, "runs/comparison_row.html", heading=f"{row[KEY]}：{row[EFFECT]}", kept=kept, told=question_text(kept), facts=list(fact_lines(kept, done, row)),
        explained=told is not None,
        sides=[(title, side, steps) for title, side, steps in sides],
    )  # fmt: skip


def fact_lines(kept: KeptComparison, done: Comparison, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the row brought, and what came of it on either side."""
    known = done.inputs[0] | done.inputs[1]
    for heading in [*kept.question.by, *(one for one in known if one not in kept.question.by)]:
        value = row[heading]
        yield heading, "未知" if value is None else ("是" if value else "否") if isinstance(value, bool) else str(value)
    for place, name in enumerate((BEFORE, AFTER)):
        if done.value:
            unit = own_unit(done.value)
            number = row_number(row[done.value.headings[place]], done.value)
            yield f"{name}{done.value.label}", number if number == "未知" else f"{number} {unit}".strip()
        if tables.decision_sheet(done, lambda **_: "") is not None:
            yield f"{name}判定", decision_text(row, name)


def decision_text(row: dict[str, Any], side: str) -> str:
    """不符合：收入；面积."""
    decision = row[f"{side}判定"]
    why = {DECISIONS[REFUSED]: row[f"{side}不符合"], DECISIONS[PENDING]: row[f"{side}待核"]}.get(decision)
    return f"{decision}：{why}" if why else str(decision)


@requires_permission(PERMISSION)
@require_GET
def download_differences(request: Request, key: str) -> HttpResponse:
    """Every row, as Parquet or, for WPS and Excel, as CSV."""
    kept, _ = find_done(request, key)
    if request.GET.get("form") == "csv":
        return file_response(queries.differences_csv(kept), f"{kept.question.file}的差别.csv")
    return file_response(kept.differences.read_bytes(), f"{kept.question.file}的差别.parquet")


@requires_permission(PERMISSION)
@require_POST
def drop(request: Request, key: str) -> HttpResponse:
    find_kept(request, key)
    services.drop_comparison(by=request.actor, key=key)
    messages.success(request, "已删除，文件和结果都没有留下。")
    return redirect(page_address(request, "runs:compare"))
