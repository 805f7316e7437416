"""评价: what the rules say of a region. A run is shown as its official table, every point explained; 试算 changes nothing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.page import page_response
from anju.core.pages.request import Request, is_fragment
from anju.core.people.permissions import requires_permission
from anju.core.wording import period_label, read_day
from anju.figures.references import MeasureReference
from anju.problems import Problem, Refused
from anju.quantities import trim_zeros
from anju.rules.book.schema import ENUM, NUMBER, TRUTH
from anju.runs.models import Run
from anju.runs.pages import warnings
from anju.runs.pages.books import KINDS, book_address, shown_unit
from anju.runs.queries import books
from anju.runs.queries import runs as run_queries
from anju.runs.queries import what_if as what_if_services
from anju.runs.queries.score_table import lay_out_score_table
from anju.runs.services.runs import replay_run, run_book, run_warnings


@requires_permission("runs.see")
@require_GET
@needs_region("runs/runs.html", heading="还没有可以评价的数字")
def list_runs(request: Request) -> HttpResponse:
    page, user = page_context(request), request.actor
    listed = list(run_queries.list_runs(user, page.region, page.period))
    newest: dict[tuple[str, str], Run] = {}
    for run in listed:
        newest.setdefault((run.kind, run.subject), run)
    scores = [scored_run(run_queries.find_run(user, run.pk)) for key, run in newest.items() if key[0] == "scoring"]
    findings = warnings.region_warnings(user, page.region, page.period)
    when = f"{page.region.name}{period_label(page.period)}"
    heading = "；".join(f"{one['title']}{one['total']}分" for one in scores if one["total"]) or (
        f"{when}：规则发现{len(findings.found)}条需要提醒的事项"
        if findings.found
        else f"{when}还没有评分"
        if not listed
        else f"{when}：规则没有发现需要提醒的事项"
    )
    context = {
        "scores": scores,
        "warnings": findings,
        "history": run_history(request, listed, newest) if listed else None,
        "books": [
            {"title": book.title, "href": page_address(request, "runs:new", book.subject), "book": book_address(book)}
            for book in scoring_books(page.region, page.on)
        ],
    }
    return render_page(request, "runs/runs.html", heading=heading, **context)


def scoring_books(region: Any, on: Any) -> list[Any]:
    """The score tables in force for the region on that day."""
    subjects = dict.fromkeys(book.subject for book in books.book_library().books if book.kind == "scoring")
    books_in_force = (books.find_book_if_any("scoring", subject, region, on) for subject in subjects)
    return [book for book in books_in_force if book is not None]


def scored_run(run: Run) -> dict[str, Any]:
    total = next(iter(run_queries.kept_outcome(run).values()))["total"]
    return {"run": run, "title": run.title, "total": plain_number(total), "href": run.get_absolute_url()}


def run_history(request: Request, listed: list[Run], newest: dict) -> Sheet:
    columns = [SheetColumn(label, text=True) for label in ("规则书", "类别", "业务日期", "何人何时运行", "结果")]
    sheet = Sheet("runs", columns, caption="运行记录", css="cards")
    for run in listed:
        stands = newest[(run.kind, run.subject)] is run
        outcome = f"{len(run.findings)}条" if run.kind in ("warning", "check") else "见表"
        cells = [
            SheetCell(text=run.title, href=page_address(request, run)),
            SheetCell(text=KINDS.get(run.kind, run.kind), label="类别"),
            SheetCell(text=read_day(run.on), label="业务日期"),
            SheetCell(text=f"{run.by_name}，{read_day(run.at)}", label="运行"),
            SheetCell(text=outcome if stands else f"{outcome}（已有更新的一次）", label="结果"),
        ]
        sheet.rows.append(SheetRow(cells, css="" if stands else "lapsed"))
    return sheet


@requires_permission("runs.see")
@require_GET
def show_run(request: Request, pk: int) -> HttpResponse:
    user = request.actor
    run = run_queries.find_run(user, pk)
    page_context(request, run)
    context: dict[str, Any] = {
        "run": run,
        "kind": KINDS.get(run.kind, run.kind),
        "facts": run.rows,
        "replays": replay_run(user, run),
    }
    context["notices"] = [Problem(**notice) for notice in run.notices]
    context["book_href"] = next(
        (book_address(book) for book in books.book_library().books if book.digest == run.book_id), ""
    )
    when = f"{run.region.name}{period_label(run.period)}"
    if run.kind == "scoring":
        table = lay_out_score_table(user, run)
        context |= {"table": table, "inputs": what_if_inputs(user, run), "facts": input_facts(run)}
        lost = f"，扣分{len(table.lost)}处" if table.lost else "，没有扣分" if table.total.known else ""
        heading = f"{when}{run.title}：{f'{table.total.value}分' if table.total.known else '待核'}{lost}"
        return render_page(request, "runs/score.html", heading=heading, **context)
    context |= {"found": run_queries.found_by(run), "pending": run.pending, "outcome": outcome_sheet(user, run)}
    outcome = f"：{len(run.findings)}条" if run.findings else "：没有发现" if run.kind in ("warning", "check") else ""
    return render_page(request, "runs/run.html", heading=f"{when}{run.title}{outcome}", **context)


def input_facts(run: Run) -> list[dict[str, Any]]:
    """Each input of the one row: its value, the figures it came from, or who judged it on which evidence."""
    book = books.book_of_run(run)
    facts = []
    stored = run.rows[0]["facts"]
    for name, item in book.inputs.items():  # the database keeps no order of keys: the book's is the reader's
        if (fact := stored.get(name)) is None:
            continue
        sources = [figure | {"ref": MeasureReference.of_stored(figure)} for figure in fact.get("figures", ())]
        value = (
            {"true": "是", "false": "否", "True": "是", "False": "否"}.get(fact["value"], fact["value"])
            if item.type == TRUTH
            else plain_number(fact["value"])
        )
        facts.append(
            {
                "name": name,
                "label": item.label,
                "unit": shown_unit(item.unit),
                "value": value,
                "fact": fact,
                "figures": sources,
            }
        )
    return facts


def plain_number(text: str | None) -> str | None:
    """463.5800 as 463.58: the engine's places are not the reader's."""
    return trim_zeros(text) if text else text


def what_if_inputs(user: Any, run: Run) -> list[dict[str, Any]]:
    """What may be changed in a what-if: numbers and judged values, as they stand."""
    book, values = books.book_of_run(run), run.rows[0]["facts"]
    return [
        {
            "name": item.name,
            "label": item.label,
            "unit": shown_unit(item.unit),
            "value": plain_number(values[item.name]["value"]),
            "enum": item.enum,
            "truth": item.type == TRUTH,
        }
        for item in book.inputs.values()
        if item.type in (NUMBER, ENUM, TRUTH) and item.name in values and not item.target
    ]


def outcome_sheet(user: Any, run: Run) -> Sheet | None:
    """Every row with every named outcome, as the run kept it."""
    book = books.book_of_run(run)
    names = {row["key"]: row["name"] for row in run.rows}
    again = run_queries.rerun(user, run)
    if not again.rows:
        return None
    texts = [name for name, item in book.inputs.items() if item.type == "text"]
    columns = [SheetColumn("区划"), *(SheetColumn(book.inputs[name].label, text=True) for name in texts)]
    columns += [SheetColumn(book.label(name), unit=shown_unit(book.unit(name))) for name in again.outputs]
    sheet = Sheet("outcome", columns, caption=run.title)
    for row in again.rows:
        cells = [SheetCell(text=names.get(row.key, row.key)), *(SheetCell(text=row.text(name)) for name in texts)]
        cells += [
            SheetCell(
                text=row.text(name).replace("-", "−"), css="n", note="" if row.values[name] is not None else "未知"
            )
            for name in again.outputs
        ]
        sheet.rows.append(SheetRow(cells))
    return sheet


@requires_permission("runs.see")
@require_GET
def show_what_if(request: Request, pk: int) -> HttpResponse:
    """试算: the same book over the same row with something changed. Nothing is stored."""
    user = request.actor
    run = run_queries.find_run(user, pk)
    page_context(request, run)
    book, stands = books.book_of_run(run), run.rows[0]["facts"]
    changed: dict[str, Any] = {}
    for name, item in book.inputs.items():
        given = request.GET.get(f"in_{name}")
        if given is None or name not in stands:
            continue
        text = given.strip().replace(",", "").replace("，", "")
        wanted: Any = {"true": True, "false": False}.get(text) if item.type == TRUTH else text or None
        if str(wanted).lower() != str(plain_number(stands[name]["value"])).lower():
            changed[name] = wanted
    context: dict[str, Any] = {
        "run": run,
        "changed": [
            (book.label(name), plain_number(stands[name]["value"]), value, shown_unit(book.unit(name)))
            for name, value in changed.items()
        ],
    }
    status = 200
    try:
        difference = what_if_services.try_what_if(user, run, inputs=changed)
        context["changes"] = [
            change for change in difference.changes if change.name in book.criteria or change.name == "total"
        ]
        context["total"] = difference.change("total")
        context["stands"] = difference.before.rows[0].shown("total") if "total" in difference.before.types else ""
    except Refused as refused:
        context["problems"], status = refused.problems, 422
    if is_fragment(request):
        return page_response(request, "runs/what_if.html", status=status, **context)
    return render_page(request, "runs/what_if_page.html", status=status, heading=f"试算：{run.title}", **context)


@requires_permission("runs.see")
@require_GET
def show_next_steps(request: Request, pk: int, criterion: str) -> HttpResponse:
    """做到多少能多得几分, for one criterion."""
    run = run_queries.find_run(request.actor, pk)
    if criterion not in books.book_of_run(run).criteria:
        raise Http404(criterion)
    steps = what_if_services.find_next_steps(request.actor, run, criterion)
    return page_response(request, "runs/next_steps.html", steps=steps)


@requires_permission("runs.run")
@require_POST
@needs_region()
def run_region_warnings(request: Request) -> HttpResponse:
    """运行预警和校验: every book that has a binding, over the region of the address."""
    page = page_context(request)
    try:
        findings = run_warnings(by=request.actor, region=page.region, period=page.period, on=page.on)
    except Refused as refused:
        return render_page(
            request,
            "runs/runs.html",
            status=422,
            heading="预警规则没有运行",
            problems=refused.problems,
            warnings=warnings.RegionWarnings([]),
        )
    messages.success(request, f"预警和校验规则已运行，发现{len(findings)}条。")
    return redirect(page_address(request, "runs:list"))


@requires_permission("runs.run")
@require_http_methods(["GET", "POST"])
@needs_region()
def start_run(request: Request, subject: str) -> HttpResponse:
    """运行评分: figures come from the ledger; what a person must judge is asked, each with its evidence."""
    page, user = page_context(request), request.actor
    book = books.find_book_if_any("scoring", subject, page.region, page.on)
    if book is None:
        raise Http404(subject)
    before = run_queries.newest_run(user, "scoring", subject, page.region, page.period)
    kept = before.rows[0]["facts"] if before else {}
    posted = PostedForm(request)
    asked = [
        {
            "item": item,
            "unit": shown_unit(item.unit),
            "value": posted.typed.get(f"in_{name}", kept.get(name, {}).get("value") or ""),
            "evidence": posted.typed.get(f"why_{name}", kept.get(name, {}).get("evidence") or ""),
            "truth": item.type == TRUTH,
        }
        for name, item in book.inputs.items()
        if item.judged
    ]
    context = {"book": book, "asked": asked, "found": [item for item in book.inputs.values() if not item.judged]}
    heading = f"{page.region.name}{period_label(page.period)}评分：{book.title}"
    if request.method == "GET":
        return render_page(request, "runs/new_run.html", heading=heading, **context)
    judged = {
        entry["item"].name: {
            "value": entry["value"].strip() or None,
            "by": user.name,
            "evidence": entry["evidence"].strip(),
        }
        for entry in asked
    }
    lacking = [
        Problem(
            "DESK-002",
            f"“{entry['item'].label}”",
            "填了评判结果，没有写佐证材料。",
            "请写明依据的材料，例如文号、检查记录。",
        )
        for entry in asked
        if entry["value"].strip() and not entry["evidence"].strip()
    ]
    try:
        if lacking:
            raise Refused(*lacking)
        done = run_book(
            by=user, kind="scoring", subject=subject, region=page.region, period=page.period, on=page.on, judged=judged
        )
    except Refused as refused:
        return render_page(
            request, "runs/new_run.html", status=422, heading=heading, problems=refused.problems, **context
        )
    messages.success(request, "评分已运行，结果和所用的数、佐证都已留存。")
    return redirect(page_address(request, done))


@requires_permission("runs.see")
@require_GET
def download_csv(request: Request, pk: int) -> HttpResponse:
    """The kept result, byte for byte: what its digest is of."""
    run = run_queries.find_run(request.actor, pk)
    return file_response(bytes(run.outputs), f"{run.title}（第{run.pk}次运行）.csv")
