"""One project: its stages, what happened to it, its picture by month, its checklist, photographs, adjustments and ledger entries."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from anju.core import registry
from anju.core.pages.addresses import path_of
from anju.core.pages.context import render_page
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.page import page_response
from anju.core.pages.request import Request, is_fragment
from anju.core.people.permissions import may, requires_permission
from anju.core.wording import read_day
from anju.projects.base import RETURN
from anju.projects.event_kinds import MODES, load_event_kinds
from anju.projects.fields import FIELDS, field_text, fields_for
from anju.projects.models import Event, Project
from anju.projects.pages import listing as see
from anju.projects.pages.acts import display_day
from anju.projects.pages.layout.drawings import draw_timeline
from anju.projects.queries import conditions, entries, photos, projects
from anju.projects.queries import events as event_queries
from anju.projects.queries.events import TimelineItem
from anju.projects.queries.overdue import read_project_line
from anju.projects.queries.projects import ProjectLine

# The head line of a project: one stage a step, by the events that end it.
STEPS = ("plan", "implement", "land", "permit", "start", "basic", "complete", "handover")
OLD_STEPS = ("plan", "opinion", "implement", "tender", "start", "finish", "accept", "manage")
DRAWN = ("start", "gather", "basic", "complete", "finish")  # by month, in dwellings or households
STRAIGHT = 120  # months of the picture; of a longer story the last ones


@requires_permission("projects.see")
@require_GET
def show_project(request: Request, pk: int) -> HttpResponse:
    user = request.actor
    found = projects.find_project(user, pk)
    on = display_day(request, found)
    history = event_queries.project_timeline(user, found)
    standing = [one.event for one in history if one.event and not one.mended and not one.event.void and one.on <= on]
    line = read_project_line(user, found, on)
    ready = conditions.checklist(user, found)
    edits, adjusts = may(user, "projects.edit", found.region_id), may(user, "projects.adjust", found.region_id)
    open_ = found.state in (Project.PLANNED, Project.RESERVE)
    drawn, offered = timeline_lanes(standing, line, on), project_buttons(found, edits, adjusts)
    return render_page(
        request, "projects/project.html", project=found, heading=f"{found.name}：{see.project_headline(line)}", summary=see.project_summary(line),
        stages=stage_steps(line, standing), line=drawn, chart=progress_chart(found, standing, on),
        line_title=f"{found.name}的进程", line_sub=f"每个点是一条进度，指着看全文；截至{read_day(on)}；来源：项目台账",
        events=[event_row(one, found) for one in reversed(history) if one.event and one.on <= on], on=on,
        later=sum(one.event is not None and one.on > on for one in history), can_edit=edits and open_,
        facts=known_facts(found), blank="、".join(field.label for field in fields_for(found.kind) if not field_text(field, getattr(found, field.name))),
        conditions=[condition_row(one, pk, edits and open_) for one in ready], conditions_met=sum(not one.open for one in ready),
        photos=[photo_row(one) for one in photos.list_photos(user, found)], adjustments=[adjustment_row(one.adjustment) for one in history if one.adjustment],
        entries=[one for one in entry_rows(user, found) if one.case.opened_on <= on],
        first=offered[:2] if edits and open_ else [], others=offered[2:] if edits and open_ else offered, record_path=path_of("projects:record", pk),
        besides=[one for ask in registry.fetch_hooks("page_acts") for one in ask(user, f"project/{pk}", found.region)],
    )  # fmt: skip


def project_buttons(found: Project, edits: bool, adjusts: bool) -> list[SimpleNamespace]:
    """What this person may do with a project in this state."""
    open_ = found.state in (Project.PLANNED, Project.RESERVE)
    offered = [
        ("record", "登记进度", edits and open_),
        ("site", "现场照片", edits and open_),
        ("edit", "修改情况", edits and open_),
        ("publish", "公开竣工日期", edits and open_),
        ("plan", "列入年度计划", edits and found.state == Project.RESERVE),
        ("correct", "录入更正", edits and found.state == Project.PLANNED),
        ("adjust", "调整计划", adjusts and found.state == Project.PLANNED),
        ("replace", "置换", adjusts and found.state == Project.PLANNED),
        ("cancel", "取消项目", adjusts and open_),
        ("close", "办结", adjusts and found.state == Project.PLANNED),
        ("reopen", "重新打开", adjusts and found.state == Project.CLOSED),
    ]
    return [
        SimpleNamespace(path=path_of(f"projects:{name}", found.pk), label=label) for name, label, on in offered if on
    ]


def stage_steps(line: ProjectLine, standing: list[Event]) -> list[SimpleNamespace]:
    """Each stage with its first day and how much; now: the furthest one reached; missed: overdue."""
    kinds, first = load_event_kinds(), {}
    for event in sorted(standing, key=lambda one: (one.on, one.pk)):
        first.setdefault(event.kind, event)
    codes = [
        code
        for code in (OLD_STEPS if line.project.kind == Project.Kind.OLD else STEPS)
        if line.project.kind in kinds[code].kinds
    ]
    furthest = max((place for place, code in enumerate(codes) if code in first), default=-1)
    made = []
    for place, code in enumerate(codes):
        amount, text, css = line.total(code), "", ""
        if code in first:
            text = f"{first[code].on:%Y-%m-%d}" + (
                f" {see.grouped_amount(amount, kinds[code].unit_for(line.project.kind))}{kinds[code].unit_for(line.project.kind)}"
                if amount
                else ""
            )
            css = "now" if place == furthest else "past"
        elif place < furthest:
            text = "没有登记"
        if code in ("complete", "finish") and line.overdue:
            due = f"应于{line.project.due_on:%Y-%m-%d}，" if line.project.due_on else ""
            css, text = f"{css} missed", f"{text} {due}{line.overdue}".strip()
        elif code in ("complete", "finish") and code not in first and line.project.due_on:
            text = f"约定{line.project.due_on:%Y-%m-%d}"
        made.append(SimpleNamespace(label=kinds[code].label, text=text or "—", css=css))
    return made


def timeline_lanes(standing: list[Event], line: ProjectLine, on: date) -> Any:
    found, kinds, by_stage = line.project, load_event_kinds(), {}
    for event in standing:
        kind = kinds[event.kind]
        said = event.note if kind.choices else f"{kind.label}{event_amount(event, found).replace(' ', '')}"
        by_stage.setdefault(kind.stage, []).append((event.on, said, event.note if kind.choices else kind.label))
    order = list(dict.fromkeys(kind.stage for kind in kinds.values()))
    if not by_stage:
        return draw_timeline([], [])
    limits = [(on, "截至", "")]
    if found.start_by:
        limits.append((found.start_by, "应开工", ""))
    if found.due_on:
        limits.append((found.due_on, "约定竣工", "late" if line.overdue else ""))
    return draw_timeline([(stage, by_stage[stage]) for stage in order if stage in by_stage], limits)


def progress_chart(found: Project, standing: list[Event], on: date) -> SimpleNamespace | None:
    """Cumulative by month, against the plan. Nothing to draw before there are two months."""
    kinds = load_event_kinds()
    counted = [event for event in standing if event.kind in DRAWN and event.amount is not None]
    codes = [code for code in DRAWN if any(event.kind == code for event in counted)]
    if not codes:
        return None
    first, last = min(event.on for event in counted), on
    months = [
        (number // 12, number % 12 + 1)
        for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    if len(months) < 2:
        return None
    months, unit = months[-STRAIGHT:], kinds["start"].unit_for(found.kind)
    series, plan = [], see.whole_count(found)
    for code in codes:
        mine = [event for event in counted if event.kind == code]
        values = [_until(mine, month) for month in months]
        texts = ["没有登记" if value is None else f"{value:,}{unit}" for value in values]
        series.append({"name": kinds[code].label, "values": values, "texts": texts})
    if plan is not None:
        series.append(
            {"name": "计划", "values": [plan] * len(months), "texts": [f"{plan:,}{unit}"] * len(months), "plan": True}
        )
    near = max((abs(one["values"][-1] or 0) for one in series), default=0) // 15
    told: dict[int, dict[str, Any]] = {}
    for one in series:  # lines that end at about one height share a label: two would lie on each other
        height = one["values"][-1] or 0
        place = next((other for other in told if abs(other - height) <= near), None)
        one["end"] = "" if place is not None else one["name"]
        if place is None:
            told[height] = one
        else:
            told[place]["end"] += f"\n{one['name']}"
    labels = [f"{year}-{month:02d}" for year, month in months]
    end = "，".join(f"{one['name']}累计{one['texts'][-1]}" for one in series if not one.get("plan"))
    sheet = Sheet("by-month", [SheetColumn("月份"), *(SheetColumn(one["name"], unit=unit) for one in series)], caption="各月累计", rows=[
        SheetRow([SheetCell(text=label), *(SheetCell(text="" if one["values"][place] is None else f"{one['values'][place]:,}", css="n") for one in series)]) for place, label in enumerate(labels)
    ])  # fmt: skip
    return SimpleNamespace(
        kind="line", css="rows-8", sheet=sheet, data={"periods": labels, "series": series},
        title=f"到{on.year}年{on.month}月，{end}" + (f"，计划{plan:,}{unit}" if plan is not None else ""), sub=f"各月末累计，{unit}；来源：项目台账",
    )  # fmt: skip


def _until(counted: list[Event], month: tuple[int, int]) -> int | None:
    """Cumulative at the end of that month; nothing before the first was recorded."""
    amounts = [event.amount or 0 for event in counted if (event.on.year, event.on.month) <= month]
    return sum(amounts) if amounts else None


def known_facts(found: Project) -> list[tuple[str, str]]:
    """What is known; what is not is named in one line below, not in twenty empty ones."""
    said = []
    for field in fields_for(found.kind):
        text = field_text(field, getattr(found, field.name))
        if not text or field.name in ("code", "name", "kind", "year", "longitude", "latitude"):
            continue
        if field.unit and field.unit != "度":
            text = f"{see.grouped_amount(getattr(found, field.name), field.unit)}{'' if field.unit == '%' else ' '}{field.unit}"
        said.append(
            (field.label.partition("（")[0], read_day(getattr(found, field.name)) if field.type == "date" else text)
        )
    if found.longitude is not None and found.latitude is not None:
        said.append(("位置", f"东经{see.degrees_text(found.longitude)}°，北纬{see.degrees_text(found.latitude)}°"))
    if found.due_published_on:
        said.append(("竣工日期公开", f"{read_day(found.due_published_on)}，{found.due_published_at}"))
    if found.changed_at:
        said.append(("最近修改", f"{found.changed_by} {read_day(found.changed_at)}"))
    return said


def event_row(one: TimelineItem, found: Project) -> SimpleNamespace:
    """A row of the table of events."""
    event, kind = one.event, load_event_kinds()[one.event.kind]
    correction = "撤回" if event.void else "更正" if event.supersedes_id else ""
    if one.mended:
        correction = "已撤回" if one.mended.void else "已更正"
    from_return = event.origin.startswith(RETURN)
    ordered = f"依据 {event.ordered_by}" if event.ordered_by else ""
    return SimpleNamespace(
        pk=event.pk, on=event.on, stage=kind.stage, label=kind.label, amount=event_amount(event, found), how="，".join(filter(None, (MODES.get(event.mode), event.part))),
        said="；".join(filter(None, (event.number, event.note, ordered))), by=event.by, at=event.at, gone=bool(one.mended) or event.void, correction=correction,
        evidence_id=event.evidence_id, evidence_name=event.evidence.name if event.evidence_id else "", evidence_path=path_of("projects:evidence", event.pk),
        mend_path=path_of("projects:mend", event.pk), mendable=not one.mended and not event.void and not from_return,
        return_path=path_of("returns:return", int(event.origin.removeprefix(RETURN))) if from_return else "",
    )  # fmt: skip


def event_amount(event: Event, found: Project) -> str:
    unit = load_event_kinds()[event.kind].unit_for(found.kind)
    return f"{see.grouped_amount(event.amount, unit)}{unit}" if unit and event.amount is not None else ""


def condition_row(one: conditions.ChecklistLine, pk: int, edits: bool) -> SimpleNamespace:
    text = "不需要" if one.not_needed else "，".join(filter(None, (read_day(one.met_on), one.number)))
    by_event = one.by_event is not None and (one.condition is None or not one.condition.met_on)
    return SimpleNamespace(
        label=one.label, text=f"{text}（见进度）" if by_event and text else text, met=bool(one.met_on), not_needed=one.not_needed,
        known=not one.open, path=path_of("projects:meet", pk, one.code) if edits and not by_event else "",
    )  # fmt: skip


def photo_row(one: Any) -> SimpleNamespace:
    place = (
        f"{see.degrees_text(one.longitude)}，{see.degrees_text(one.latitude)}"
        if one.longitude is not None and one.latitude is not None
        else ""
    )
    return SimpleNamespace(
        path=path_of("projects:photo", one.pk), caption=one.caption, taken_on=one.taken_on, place=place
    )


def adjustment_row(one: Any) -> Any:
    """With what it was and became in words: 计划套数 166 → 150."""
    labels = {name: field.heading for name, field in FIELDS.items()}
    said = [
        f"{labels[name]} {was or '空白'} → {one.after.get(name) or '空白'}"
        for name, was in one.before.items()
        if name in labels
    ]
    if one.replaced_by:
        said.append(f"置换为“{one.replaced_by.name}”")
    one.said = "；".join(said)
    return one


def entry_rows(user: Any, found: Project) -> list[Any]:
    from anju.projects.pages.entries import describe_entry  # the ledger's pages show the same entries

    return [describe_entry(one) for one in entries.list_entries(user, found.region) if one.project_id == found.pk]


# -- doors ---------------------------------------------------------------------------------------------------------------------


@requires_permission("projects.see")
@require_GET
def show_total(request: Request, pk: int, kind: str) -> HttpResponse:
    """The side panel of a total: the events that make it."""
    user = request.actor
    found = projects.find_project(user, pk)
    on, kinds = display_day(request, found), load_event_kinds()
    if kind not in kinds or found.kind not in kinds[kind].kinds or not kinds[kind].unit:
        raise Http404(kind)
    unit = kinds[kind].unit_for(found.kind)
    rows = [
        one
        for one in reversed(event_queries.project_timeline(user, found))
        if one.event and one.event.kind == kind and one.on <= on
    ]
    counted = [one for one in rows if not one.mended and not one.event.void and one.event.amount is not None]
    amount = sum(one.event.amount for one in counted)
    plan = found.investment if kind == "invest" else see.whole_count(found) if kind in (*DRAWN, "handover") else None
    context = {
        "project": found, "label": kinds[kind].label, "unit": unit, "on": on, "value": see.grouped_amount(amount, unit), "rows": [event_row(one, found) for one in rows],
        "counted": len(counted), "plan": "" if plan is None else see.grouped_amount(plan, unit), "rate": see.rate_text(amount, plan), "path": path_of("projects:project", pk),
    }  # fmt: skip
    if is_fragment(request):
        return page_response(request, "projects/total.html", **context)
    return render_page(request, "projects/total_page.html", **context)
