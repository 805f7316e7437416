"""How projects are shown: filters of the address, the list as an official table, overdue marks."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from anju.core.pages.addresses import page_address, path_of
from anju.core.pages.layout.markup import element, slot, writer
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import PageContext, Request
from anju.core.wording import read_day
from anju.projects.event_kinds import amount_text, load_event_kinds
from anju.projects.models import Project
from anju.projects.queries import projects, stages
from anju.projects.queries.overdue import BUILT, ProjectTally, count_built, count_to_build, tally_projects, whole_count
from anju.projects.queries.projects import ProjectLine
from anju.quantities import exact_text, in_unit, ratio_text

KINDS = Project.Kind.choices
KIND_NAMES = dict(KINDS)  # get_kind_display looks through all of them anew each time
STATES = list(Project.STATES.labels.items())


def read_filters(request: Request) -> dict[str, Any]:
    """What the address asks for; what is no choice is left out. Those in the plan are shown unless another state, or all, is asked for."""
    asked = {key: request.GET.get(key, "").strip() for key in ("kind", "year", "state", "search")}
    year = int(asked["year"]) if asked["year"].isdecimal() and len(asked["year"]) == 4 else None
    state = asked["state"] or (
        "" if asked["search"] else Project.PLANNED
    )  # who looks for a name wants it wherever it is
    return {
        "kind": asked["kind"] if asked["kind"] in Project.Kind.values else "",
        "year": year,
        "state": state if state in Project.STATES.labels else "",
        "search": asked["search"][:100],
    }


def is_filtered(chosen: dict[str, Any]) -> bool:
    return any(value for key, value in chosen.items() if key != "state") or chosen["state"] not in ("", Project.PLANNED)


def page_day(made: PageContext) -> date:
    """The day that a page speaks of: the end of its period, and never a day that has not come."""
    return min(made.on, timezone.localdate())


def page_number(request: Request) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isdecimal() and len(text) < 7 else 1


def find_filtered(user: Any, made: PageContext, chosen: dict[str, Any]) -> tuple[QuerySet[Project], list[ProjectTally]]:
    """The projects that were asked for; and of that kind and name how many there are of every state and year."""
    every = projects.filter_projects(user, made.region, kind=chosen["kind"], search=chosen["search"])
    every = projects.pin_projects(every) if chosen["search"] else every
    asked = {key: chosen[key] for key in ("year", "state") if chosen[key]}
    return every.filter(**asked), tally_projects(user, made.region, every, page_day(made))


def count_filtered(tallies: list[ProjectTally], chosen: dict[str, Any]) -> tuple[int, int]:
    """How many projects the filters leave, and how many of them are overdue."""
    left = [one for one in tallies if chosen["year"] in (None, one.year) and chosen["state"] in ("", one.state)]
    return sum(one.count for one in left), sum(one.overdue for one in left)


def filters_context(tallies: list[ProjectTally], chosen: dict[str, Any]) -> dict[str, Any]:
    """What templates/projects/filters.html takes."""
    years = {one.year for one in tallies} | {chosen["year"]}
    return {
        "kinds": KINDS, "states": STATES, "years": sorted(years - {None}, reverse=True), "chosen": chosen, "filtered": is_filtered(chosen),
    }  # fmt: skip


def pager_context(listed: projects.ProjectPage) -> dict[str, Any]:
    return {
        "number": listed.page,
        "pages": listed.pages,
        "count": listed.count,
        "before": listed.page - 1,
        "after": listed.page + 1,
    }


write_total = writer(element("a", slot("amount"), css="fig", href=slot("href")))
write_name = writer(slot("name"), element("small", slot("about")))


def total_link(request: Request, line: ProjectLine, kind: str, unit: str) -> str:
    """A total as a door to the events that make it."""
    amount = line.total(kind)
    if amount is None:
        return ""
    href = page_address(request, "projects:total", line.project.pk, kind)
    return write_total(href=href, amount=money_text(amount) if unit == "万元" else grouped_amount(amount, unit))


def grouped_amount(amount: int, unit: str) -> str:
    text = exact_text(amount, unit)
    integer, point, rest = text.partition(".")
    sign, digits = ("−" if integer.startswith("-") else ""), integer.lstrip("-")
    return f"{sign}{int(digits):,}{point}{rest}"


def money_text(amount: int) -> str:
    """An amount in 万元 as a column of them is read: two places for all; the door behind it has it whole."""
    return in_unit(amount, "万元", 2, True).replace("-", "−")


def rate_text(part: int | None, all_of_it: int | None) -> str:
    if part is None or not all_of_it:
        return ""
    return f"{ratio_text(part, all_of_it, 1)}%"


def project_headline(line: ProjectLine) -> str:
    """What there is to say of a project before all else: that it is overdue, or how far it has come."""
    project, all_of_it = line.project, whole_count(line.project)
    if project.state not in (Project.PLANNED, Project.RESERVE):
        return project.get_state_display()
    furthest = next((kind for kind in ("handover", *BUILT, "basic", "start", "gather") if line.total(kind)), "")
    share = rate_text(line.total(furthest), all_of_it)
    said = f"{load_event_kinds()[furthest].label}{share or line.text(furthest)}" if furthest else "未开工"
    return f"{line.overdue}，{said}" if line.overdue else said


def progress_text(line: ProjectLine) -> str:
    return str(line.overdue) if line.overdue else stages.project_stage(line.totals, line.project)


def project_sheet(request: Request, made: PageContext, lines: list[ProjectLine], kind: str, regions: bool) -> Sheet:
    """名册: what was planned, started, built, spent, and what is overdue."""
    old = kind == Project.Kind.OLD
    unit = "户" if old else "套" if kind else "套、户"
    done = "完工" if old else "竣工" if kind else "竣工、完工"
    columns = [SheetColumn("项目", sort="name")]
    columns += [SheetColumn("区划", text=True, sort="region")] if regions else []
    columns += [
        SheetColumn("进展", text=True),
        SheetColumn("约定竣工", sort="due"),
        SheetColumn("计划", unit=unit, sort="units"),
    ]
    columns.append(SheetColumn("开工", (SheetColumn("累计", unit=unit), SheetColumn("占计划"))))
    columns += [] if old else [SheetColumn("基本建成", (SheetColumn("累计", unit="套"), SheetColumn("占计划")))]
    columns.append(SheetColumn(done, (SheetColumn("累计", unit=unit), SheetColumn("占计划"))))
    columns.append(
        SheetColumn("投资", (SheetColumn("计划", unit="万元"), SheetColumn("完成", unit="万元"), SheetColumn("完成率")))
    )
    made_sheet = Sheet("projects", columns, caption="项目名册", css="projects cards")
    for line in lines:
        project, all_of_it = line.project, whole_count(line.project)
        finish = "finish" if project.kind == Project.Kind.OLD else "complete"
        unit_of = load_event_kinds()["start"].unit_for(project.kind)
        number = lambda text, label="", css="n": SheetCell(text=text, css=css, label=label)  # noqa: E731
        start, basic, end, spent = (line.total(name) for name in ("start", "basic", finish, "invest"))
        gone = project.state in (Project.CANCELLED, Project.REPLACED)
        about = f"{project.year}年计划" if project.year else "储备"
        about = about if kind else f"{KIND_NAMES[project.kind]}，{about}"
        name = write_name(name=project.name, about=about)
        said = (
            progress_text(line) if project.state in (Project.PLANNED, Project.RESERVE) else project.get_state_display()
        )
        cells = [SheetCell(text=name, href=page_address(request, project), css="gone" if gone else "")]
        cells += [SheetCell(text=project.region.name, css="brief")] if regions else []
        cells += [
            SheetCell(text=said, css="late brief" if line.overdue else "brief"),
            number(str(project.due_on or ""), "约定竣工"),
        ]
        cells += [number("" if all_of_it is None else f"{all_of_it:,}", "计划")]
        cells += [
            number(total_link(request, line, "start", unit_of), "开工"),
            number(rate_text(start, all_of_it), css="n no-phone"),
        ]
        cells += (
            []
            if old
            else [
                number(total_link(request, line, "basic", "套"), "基本建成"),
                number(rate_text(basic, all_of_it), css="n no-phone"),
            ]
        )
        cells += [
            number(total_link(request, line, finish, unit_of), load_event_kinds()[finish].label),
            number(rate_text(end, all_of_it), css="n no-phone"),
        ]
        plan = "" if project.investment is None else money_text(project.investment)
        cells += [
            number(plan, css="n no-phone"),
            number(total_link(request, line, "invest", "万元"), "投资（万元）"),
            number(rate_text(spent, project.investment), css="n no-phone"),
        ]
        made_sheet.rows.append(SheetRow(cells))
    return made_sheet


def project_summary(line: ProjectLine) -> str:
    """One sentence on a project: 计划166套，开工166套（100.0%）…"""
    project, all_of_it = line.project, whole_count(line.project)
    unit = load_event_kinds()["start"].unit_for(project.kind)
    said = [f"计划{all_of_it:,}{unit}" if all_of_it is not None else "计划数没有填"]
    for kind in ("start", "basic", *BUILT, "handover"):
        if (amount := line.total(kind)) is not None:
            share = rate_text(amount, all_of_it)
            said.append(
                f"{load_event_kinds()[kind].label}{amount_text(kind, project.kind, amount)}"
                + (f"（{share}）" if share else "")
            )
    if project.due_on:
        said.append(f"约定{read_day(project.due_on)}竣工")
    if line.overdue:
        said.append(str(line.overdue))
    return "，".join(said)


ON_MAP = ("name", "kind", "state", "units", "households", "monetised", "due_on", "longitude", "latitude")


def map_point(line: ProjectLine, shapes: dict[str, str]) -> SimpleNamespace:
    """A project as the map and its table show it, by the fields of ON_MAP."""
    project = line.project
    all_of_it = whole_count(project)
    unit = load_event_kinds()["start"].unit_for(project.kind)
    said = (
        progress_text(line)
        if project.state in (Project.PLANNED, Project.RESERVE)
        else Project.STATES.label(project.state)
    )
    planned = "" if all_of_it is None else f"{all_of_it:,}{unit}"
    return SimpleNamespace(
        pk=project.pk, path=path_of("projects:project", project.pk), name=project.name, kind=project.kind, kind_label=KIND_NAMES[project.kind],
        region=project.region, longitude=project.longitude, latitude=project.latitude, shape=shapes.get(project.kind, ""),
        overdue=line.overdue is not None, done=bool(all_of_it) and count_built(line) >= (count_to_build(project) or 0), planned=planned, progress=said,
        east=degrees_text(project.longitude) if project.latitude is not None else "", north=degrees_text(project.latitude),
        said=f"{project.name}（{project.region.name}，{KIND_NAMES[project.kind]}）：{planned or '计划数没有填'}，{said}",
    )  # fmt: skip


def degrees_text(millionths: int | None) -> str:
    if millionths is None:
        return ""
    sign, digits = ("-" if millionths < 0 else ""), str(abs(millionths)).rjust(7, "0")
    return f"{sign}{digits[:-6]}.{digits[-6:]}"
