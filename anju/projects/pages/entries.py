"""台账与销号: what is overdue, why, reported and consented to, and closed out; what the books notice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju.cases.models import Case
from anju.cases.services import cases as case_services
from anju.core.jobs import queue
from anju.core.models.region import Region
from anju.core.pages.addresses import page_address, path_of
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import Input
from anju.core.pages.layout.lists import list_page
from anju.core.pages.request import Request
from anju.core.people import scope
from anju.core.people.permissions import may, require_permission, requires_permission
from anju.core.wording import period_label, read_day
from anju.problems import Refused
from anju.projects.cases import OVERDUE
from anju.projects.models import Entry, Project
from anju.projects.pages.acts import Parts, act_page, get_or_post, single_part, today
from anju.projects.pages.events import keep_evidence
from anju.projects.pages.forms import ProjectForm
from anju.projects.pages.listing import page_day
from anju.projects.queries import alerts, cohorts, signals
from anju.projects.queries import entries as entry_queries
from anju.projects.queries.signals import all_watches
from anju.projects.services import entries as entry_services

EDIT, ADJUST, RUN = "projects.edit", "projects.adjust", "runs.run"
PAGE = 100
UNKNOWN = "不明"


def describe_entry(entry: Entry) -> Entry:
    """An entry with what the pages say of it."""
    entry.title = entry.case.ledger_label
    entry.said = without_project_name(entry.case.facts.get("says", ""), entry.region, entry.project)
    return entry


def without_project_name(text: str, region: Region, project: Project) -> str:
    """What a book says, where the project's name and region stand beside it already."""
    return text.removeprefix(f"{region.name}“{project.name}”")


def group_by_project(entries: list[Entry]) -> list[Entry]:
    """The entries of a project together, where its first one is."""
    first: dict[int, int] = {}
    for place, one in enumerate(entries):
        first.setdefault(one.project_id, place)
    return sorted(entries, key=lambda one: first[one.project_id])


# -- the entries ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EntryAct:
    """One act on an entry: who may, when it is open, its form and its service."""

    label: str
    act: str
    open: Callable[[Entry], bool]
    effect: str = ""


# The order in which an entry is dealt with; the first open one is the next.
STEPS = {
    "explain": EntryAct("说明原因", EDIT, lambda entry: entry.case.state != Case.CLOSED),
    "report": EntryAct("登记报告", EDIT, lambda entry: entry.case.state != Case.CLOSED and bool(entry.case.reason)),
    "consent": EntryAct(
        "登记政府同意", EDIT, lambda entry: entry.case.state != Case.CLOSED and entry.case.reported_on is not None
    ),
    "close": EntryAct(
        "销号",
        ADJUST,
        lambda entry: entry.case.state != Case.CLOSED,
        "销号时按规则书再核对一次：还没有建成、竣工的不能销号。销号以后可以恢复。",
    ),
    "reopen": EntryAct("恢复", ADJUST, lambda entry: entry.case.state == Case.CLOSED, "恢复以后重新列为未销号。"),
}
DONE = {
    "explain": lambda entry: entry.case.reason,
    "report": lambda entry: entry.case.reported_on,
    "consent": lambda entry: entry.case.consented_on,
}


def entry_acts_for(user: Any, entry: Entry) -> list[SimpleNamespace]:
    """What this person may do with the entry, the next step first; what is done already may be mended."""
    offered = [
        SimpleNamespace(
            path=path_of(f"projects:{name}-entry", entry.pk),
            label=step.label if not is_done(name, entry) else f"改{step.label.removeprefix('登记')}",
            done=is_done(name, entry),
        )
        for name, step in STEPS.items()
        if step.open(entry) and may(user, step.act, entry.region_id)
    ]
    return sorted(offered, key=lambda one: one.done)


def is_done(name: str, entry: Entry) -> bool:
    return bool(DONE[name](entry)) if name in DONE else False


@requires_permission("projects.see")
@require_GET
@needs_region("projects/ledger.html", heading="台账与销号", view="entries", shown_entries=[])
def show_ledger(request: Request) -> HttpResponse:
    return render_ledger(request)


def render_ledger(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = page_context(request), request.actor
    region, view = made.region, request.GET.get("show", "entries")
    books = signals.ledger_watches()
    context: dict[str, Any] = {
        "view": view,
        "books": [(code, book.label) for code, book in books.items()],
        "can_open": may(user, RUN, region.pk),
    }
    context["can_fix"] = may(user, ADJUST, region.pk)
    on = page_day(made)
    if view == "signals":
        if alerts.is_large(user, region):
            return _render_scan(request, region, on, status, context | extra)
        found = signals.list_signals(user, region, on)
        page = list_page(request, found, PAGE)
        names = {
            one.pk: one
            for one in scope.visible_rows(Project.objects.select_related("region"), user).filter(
                pk__in={one.project_id for one in page}
            )
        }
        context["signals"] = [_signalled(one, one.watch.label, names[one.project_id]) for one in page]
        heading = f"{region.name}：规则书提醒{len(found):,}处" if found else f"{region.name}：规则书没有提醒"
        return render_page(
            request, "projects/ledger.html", status=status, heading=heading, on=on, shown=page, **context, **extra
        )
    if view == "cohorts":
        context["cohorts"] = cohorts.list_cohorts(user, region)
        heading = (
            f"{region.name}：项目清单{len(context['cohorts'])}份" if context["cohorts"] else f"{region.name}的项目清单"
        )
        return render_page(request, "projects/ledger.html", status=status, heading=heading, **context, **extra)
    asked = request.GET.get("ledger", "") if request.GET.get("ledger", "") in books else ""
    state = request.GET.get("state", "")
    every = entry_queries.list_entries(user, region, ledger=asked)
    open_ones = [one for one in every if one.case.state != Case.CLOSED]
    listed = (
        [one for one in every if one.case.state == state]
        if state in OVERDUE.states.labels
        else every
        if state == "all"
        else open_ones
    )
    silent, closed = sum(not one.case.reason for one in open_ones), len(every) - len(open_ones)
    heading = f"{region.name}的逾期台账"
    if open_ones:
        heading = f"{region.name}：{len({one.project_id for one in open_ones}):,}个项目逾期未销号" + (
            f"，{silent:,}条没有说明原因" if silent else "，都已说明原因"
        )
    elif every:
        heading = f"{region.name}：列入台账的{closed}条都已销号"
    page = list_page(request, group_by_project(listed), PAGE)
    entries = [describe_entry(one) for one in page]
    for one in entries:
        one.acts, one.project_path = entry_acts_for(user, one), path_of("projects:project", one.project_id)
    return render_page(
        request, "projects/ledger.html", status=status, heading=heading, shown_entries=entries, asked=asked, state=state, any=bool(every), closed=closed,
        states=list(OVERDUE.states.labels.items()), shown=page, **context, **extra,
    )  # fmt: skip


def _render_scan(request: Request, region: Region, on: date, status: int, context: dict[str, Any]) -> HttpResponse:
    """规则书提醒 of a region with very many projects: as it was found out, with the day and who asked."""
    user = request.actor
    look, running = alerts.latest_scan(user, region, on), _running(user, "projects.look", region)
    page = list_page(request, alerts.list_alerts(user, look) if look else [], PAGE)
    labels = {watch.subject: watch.label for watch in all_watches()}
    listed = [_signalled(one, labels.get(one.subject, one.subject), one.project) for one in page]
    count = page.paginator.count
    void = alerts.void_reasons(user, look, on) if look else []
    told = f"规则书提醒{count:,}处" if count else "规则书没有提醒"
    heading = f"{region.name}的规则书提醒"
    if look:
        heading = f"{region.name}：" + (f"截至{read_day(look.on)}{told}，须重新核对" if void else told)
    return render_page(
        request, "projects/ledger.html", status=status, heading=heading, on=on, shown=page, signals=listed, kept=True, look=look, void="；".join(void),
        looked_over=f"{look.projects:,}" if look else "", job=running, **context,
    )  # fmt: skip


def _signalled(one: Any, label: str, project: Project) -> SimpleNamespace:
    return SimpleNamespace(
        colour=one.colour,
        label=label,
        text=without_project_name(one.text, project.region, project),
        propose=one.propose,
        project=project,
        path=project.get_absolute_url(),
    )


def _running(user: Any, name: str, region: Region) -> Any:
    return (
        queue.list_jobs(user)
        .filter(name=name, region=region, state__in=(queue.State.WAITING, queue.State.RUNNING))
        .first()
    )


def _in_background(request: Request, made: Any, name: str, title: str) -> HttpResponse:
    """What a region with very many projects asks for; a second click finds the first one's."""
    user, on = request.actor, page_day(made)
    job = _running(user, name, made.region) or queue.enqueue(
        user, name, region_id=made.region.pk, title=title, region=made.region.code, period=made.period, on=on.isoformat()
    )  # fmt: skip
    return redirect(job)


@requires_permission("runs.run")
@require_POST
@needs_region()
def scan_region(request: Request) -> HttpResponse:
    """Have the books look over a region with very many projects."""
    made = page_context(request)
    return _in_background(request, made, "projects.look", f"{made.region.name}{period_label(made.period)}规则书提醒")


@requires_permission("runs.run")
@require_POST
@needs_region()
def open_entries(request: Request) -> HttpResponse:
    """列入台账: the ledgers' books over the projects of the region and below."""
    made = page_context(request)
    if alerts.is_large(request.actor, made.region):
        return _in_background(request, made, "projects.enter", f"{made.region.name}按规则书列入逾期台账")
    try:
        opened = entry_services.open_entries(by=request.actor, region=made.region, on=page_day(made))
    except Refused as refused:
        return render_ledger(request, status=422, problems=refused.problems)
    messages.success(
        request,
        f"核对到{read_day(page_day(made))}：" + (f"新列入台账{len(opened)}个。" if opened else "没有新的逾期项目。"),
    )
    return redirect(page_address(request, "projects:ledger"))


@requires_permission("projects.adjust")
@require_POST
@needs_region()
def publish_counts(request: Request) -> HttpResponse:
    """台账统计入指标: for a weekly dispatch between two returns. A province takes a while, so it is done in the background."""
    made = page_context(request)
    title = f"{made.region.name}{period_label(made.period)}台账统计入指标"
    job = queue.enqueue(
        request.actor,
        "projects.count",
        region_id=made.region.pk,
        title=title,
        region=made.region.code,
        period=made.period,
    )
    return redirect(job)


def entry_inputs(name: str, entry: Entry, said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
    def one(field: str, label: str, kind: str = "text", start: str = "", **more: Any) -> Input:
        return Input(field, label, kind, said.get(field, start), wrong=wrong.get(field, ""), **more)

    def stands(value: Any) -> str:
        return value.isoformat() if value else today()

    if name == "explain":
        return single_part(
            one(
                "reason",
                "原因",
                "area",
                entry.case.reason,
                whole=True,
                hint="为什么没有按期建成，采取什么措施，什么时候建成",
            )
        )
    if name == "report":
        return single_part(
            one("on", "报告日期", "date", stands(entry.case.reported_on)),
            one("number", "报告文号", start=entry.case.report_number, large=True),
        )
    if name == "consent":
        return single_part(
            one("on", "同意日期", "date", stands(entry.case.consented_on)),
            one("number", "同意的文号", start=entry.case.consent_number, large=True, hint="批复、会议纪要的文号"),
        )
    if name == "close":
        return single_part(
            one("on", "销号日期", "date", today()),
            one("evidence", "佐证（可不传）", "file", large=True),
            one("note", "说明", "area", whole=True),
        )
    return single_part(one("on", "日期", "date", today()), one("reason", "原因", "area", whole=True))


def perform_entry_act(name: str, user: Any, entry: Entry, posted: ProjectForm) -> str:
    """Call the act's service; what is said afterwards."""
    if name == "explain":
        case_services.explain(by=user, case_id=entry.pk, reason=posted.text("reason"))
        return f"已记下“{entry.project.name}”的原因。"
    on = posted.day("on", "日期")
    kept = posted.file("evidence", "佐证") if name == "close" else None
    posted.check()
    if name == "report":
        case_services.report(by=user, case_id=entry.pk, on=on, number=posted.text("number"))
    elif name == "consent":
        case_services.consent(by=user, case_id=entry.pk, on=on, number=posted.text("number"))
    elif name == "close":
        case_services.close_case(
            by=user,
            case_id=entry.pk,
            on=on,
            note=posted.text("note"),
            evidence=keep_evidence(user, entry.project, kept),
        )
    else:
        case_services.reopen(by=user, case_id=entry.pk, on=on, reason=posted.text("reason"))
    return f"“{entry.project.name}”{'已销号' if name == 'close' else '已恢复' if name == 'reopen' else '已登记'}。"


def _entry_page(request: Request, pk: int, name: str) -> HttpResponse:
    user, step = request.actor, STEPS[name]
    entry = describe_entry(entry_queries.find_entry(user, pk))
    page_context(request)  # one comes back to the ledger of the region one came from
    require_permission(user, step.act, entry.region_id, entry.project.name)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        return entry_inputs(name, entry, said, wrong)

    return act_page(
        request, form=form, do=lambda posted: perform_entry_act(name, user, entry, posted), back=path_of("projects:ledger"), where=entry.project.name,
        heading=f"{step.label}：{entry.project.name}", sub=f"{entry.title}：{entry.said}", label=step.label, effect=step.effect,
    )  # fmt: skip


@requires_permission("projects.edit")
@get_or_post
def explain_entry(request: Request, pk: int) -> HttpResponse:
    return _entry_page(request, pk, "explain")


@requires_permission("projects.edit")
@get_or_post
def report_entry(request: Request, pk: int) -> HttpResponse:
    return _entry_page(request, pk, "report")


@requires_permission("projects.edit")
@get_or_post
def consent_to_entry(request: Request, pk: int) -> HttpResponse:
    return _entry_page(request, pk, "consent")


@requires_permission("projects.adjust")
@get_or_post
def close_entry(request: Request, pk: int) -> HttpResponse:
    return _entry_page(request, pk, "close")


@requires_permission("projects.adjust")
@get_or_post
def reopen_entry(request: Request, pk: int) -> HttpResponse:
    return _entry_page(request, pk, "reopen")
