"""规则: every rulebook as the official table it comes from, with sources, dated parameters and worked examples."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from anju.core.pages.addresses import path_of
from anju.core.pages.context import page_context, render_page
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.rules.book.display import applies_text, regions_text, value_text
from anju.rules.book.parameters import stale_values
from anju.rules.book.schema import MEMBERS, Book, DatedValue, Parameter
from anju.rules.explanation.explain import render_formula
from anju.runs.queries.books import book_library

KINDS = {
    "scoring": "评价评分", "warning": "预警", "check": "校验", "share": "资金分摊", "eligibility": "资格", "subsidy": "补贴",
    "rent": "租金", "queue": "轮候", "conduct": "失信", "counting": "计数口径",
}  # fmt: skip


def book_address(book: Book) -> str:
    return path_of("runs:book", book.kind, book.subject, _since(book))


def _since(book: Book) -> str:
    """From when, and of a book of some place the place: two places' own books may begin on one day."""
    return "-".join((str(book.applies_from), *book.regions[:1]))


@requires_permission("rules.see")
@require_GET
def list_books(request: Request) -> HttpResponse:
    page_context(request)
    library = book_library()
    today, listed = timezone.localdate(), [book for book in library.books if book.digest not in library.unusable]
    columns = [SheetColumn(label, text=True) for label in ("规则书", "施行期", "依据", "数值核对")]
    groups = []
    for kind, label in KINDS.items():
        own = [book for book in listed if book.kind == kind]
        sheet = Sheet(f"books-{kind}", columns, caption=label, css="cards")
        for book in own:
            old = stale_values(book, today)
            sources = "；".join(
                f"《{source.title}》{f'（{source.number}）' if source.number else ''}"
                for source in book.sources.values()
            )
            checked = SheetCell(
                text=f"{len(old)}个值超过十二个月未核对"
                if old
                else "都在十二个月内核对过"
                if book.parameters
                else "没有随政策变的值",
                css="wrap",
            )
            sheet.rows.append(
                SheetRow(
                    [
                        SheetCell(text=book.title, href=book_address(book)),
                        SheetCell(text=applies_text(book)),
                        SheetCell(text=sources, css="wrap"),
                        checked,
                    ]
                )
            )
        if own:
            groups.append((label, sheet))
    outdated = sum(bool(stale_values(book, today)) for book in listed)
    heading = f"{len(listed)}本规则书" + (
        f"，{outdated}本有久未核对的值" if outdated else "，所用的值都在十二个月内核对过"
    )
    unusable = [problem for problems in library.unusable.values() for problem in problems]
    return render_page(request, "runs/rules.html", heading=heading, groups=groups, problems=unusable)


@dataclass
class IndicatorCriteria:
    """One row of the official table: a second-level indicator with the criteria under it."""

    name: str
    points: Decimal
    criteria: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class IndicatorHeading:
    name: str
    points: Decimal = Decimal(0)
    items: list[IndicatorCriteria] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(item.criteria) for item in self.items)


def book_table(book: Book) -> list[IndicatorHeading]:
    """Criteria under their headings, in the order of the official table, points added up."""
    headings: list[IndicatorHeading] = []
    for name, step in book.criteria.items():
        first = step.under[0] if step.under else step.label
        second = step.under[-1] if len(step.under) > 1 else step.label
        if not headings or headings[-1].name != first:
            headings.append(IndicatorHeading(first))
        heading = headings[-1]
        if not heading.items or heading.items[-1].name != second:
            heading.items.append(IndicatorCriteria(second, Decimal(0)))
        points = step.points or Decimal(0)
        heading.points += points
        heading.items[-1].points += points
        formula = render_formula(step.expr, book.label)
        heading.items[-1].criteria.append({"name": name, "step": step, "points": points, "formula": formula})
    return headings


@requires_permission("rules.see")
@require_GET
def show_book(request: Request, kind: str, subject: str, since: str) -> HttpResponse:
    page_context(request)
    library = book_library()
    book = next(
        (known for known in library.books if (known.kind, known.subject, _since(known)) == (kind, subject, since)),
        None,
    )
    if book is None:
        raise Http404(subject)
    library.require_usable(book)
    today = timezone.localdate()
    steps = [
        {
            "label": step.label,
            "unit": shown_unit(step.unit),
            "formula": render_formula(step.expr, book.label),
            "note": step.note or step.clause,
        }
        for name, step in book.steps.items()
        if name not in book.criteria and name != "total"
    ]
    conditions = [
        {
            "condition": item,
            "formula": render_formula(item.expr, book.label),
            "says": sentence_with_names(book, item.says.text),
        }
        for item in book.conditions.values()
    ]
    inner = list(book.members.inputs.values()) if book.members else []
    context = {
        "book": book,
        "kind": KINDS.get(kind, kind),
        "applies": applies_text(book),
        "regions": regions_text(book),
        "headings": book_table(book),
        "steps": steps,
        "results": "、".join(book.label(name) for name in (*book.results, *book.payables)) if steps else "",
        "conditions": conditions,
        "rollups": [
            {
                "label": step.label,
                "unit": shown_unit(step.unit),
                "formula": render_formula(step.expr, book.label),
                "note": step.note or step.clause,
            }
            for step in book.rollups.values()
        ],
        "inputs": [
            {"label": item.label, "unit": shown_unit(item.unit), "from": input_origin(item), "note": item.note}
            for item in book.inputs.values()
        ]
        + [{"label": item.label, "unit": shown_unit(item.unit), "from": "成员表", "note": item.note} for item in inner],
        "parameters": [
            {"parameter": item, "values": [dated_value_row(book, item, value, today) for value in item.values]}
            for item in book.parameters.values()
        ],
        "examples": [example_rows(book, item) for item in book.examples],
        "stale": stale_values(book, today),
    }
    return render_page(request, "runs/rule.html", heading=book.title, **context)


def shown_unit(unit: str | None) -> str:
    return {"point": "分", "fen": "元", "1": "", None: ""}.get(unit, unit or "")


def input_origin(item: Any) -> str:
    """Where an input comes from, in words."""
    if item.measure:
        return f"{'目标' if item.target else '指标'} {item.measure}" + (
            f"（口径 {item.calibre}）" if item.calibre else ""
        )
    if item.ledger:
        return f"台账 {item.ledger}"
    return "由评价人员认定，须有佐证" if item.judged else "运行时逐个区划从台账取"


def sentence_with_names(book: Book, text: str) -> str:
    """A sentence's braces with Chinese names: {rate} → 〔完成率〕."""
    for name in sorted((*book.inputs, *book.parameters, *book.rollups, *book.steps), key=len, reverse=True):
        text = text.replace("{" + name + "}", f"〔{book.label(name)}〕")
    return text


def dated_value_row(book: Book, parameter: Parameter, value: DatedValue, today: date) -> dict[str, Any]:
    in_force = parameter.in_force(today) is value
    return {
        "since": value.since,
        "until": value.until,
        "text": value_text(book, parameter, value.value),
        "source": value.source,
        "checked": value.checked,
        "in_force": in_force,
        "stale": in_force and any(problem.where.field == parameter.name for problem in stale_values(book, today)),
    }


def example_rows(book: Book, example: Any) -> dict[str, Any]:
    rows = example.rows or {"": example.given}
    members = example.members or {}
    told = [
        (key, [(book.label(name), value, name in example.assumed) for name, value in given.items()])
        for key, given in rows.items()
    ]
    told += [
        (f"{key if example.rows else ''}{book.label(MEMBERS)}{one.get('key', number)}",
         [(book.label(name), value, False) for name, value in one.items() if name != "key"])
        for key, people in members.items()
        for number, one in enumerate(people, 1)
    ]  # fmt: skip
    return {
        "name": example.name,
        "rows": told,
        "expect": [(book.label(name), value) for name, value in example.expect.items()],
        "because": example.because,
        "source": example.source,
    }
