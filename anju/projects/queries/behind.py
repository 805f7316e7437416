"""Which projects hold a county back: what was planned and is not begun, or overdue by the ledger's book, with who is to do it and why."""

from datetime import date

from anju.cases.models import Case
from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.people.scope import Actor, visible_rows
from anju.core.reminders import end_of_day
from anju.projects.models import Entry, Project
from anju.projects.queries.overdue import BUILT, count_to_build, mark_overdue
from anju.projects.queries.projects import ProjectLine, filter_projects, project_totals

MOST = 8
BEGUN = ("start", "basic", "gather", *BUILT)


def projects_behind(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    """Of the plans up to that year, the largest first. due: the day agreed for its completion; reason: as its ledger's entry says."""
    if region.pk not in user.region_ids:
        return []
    planned = filter_projects(user, region, state=Project.PLANNED).filter(year__lte=on.year)
    projects = list(planned.select_related("body", "builder"))
    if not projects:
        return []
    sums = project_totals(user, [one.pk for one in projects], until=on)
    lines = [ProjectLine(one, sums.get(one.pk, {})) for one in projects]
    mark_overdue(user, lines, on)
    behind = [line for line in lines if line.overdue or not is_begun(line)]
    behind.sort(key=lambda line: (-(count_to_build(line.project) or 0), line.project.pk))
    listed = behind[:MOST]
    reasons = _reasons(user, [line.project.pk for line in listed])
    return [_item(region, line, reasons.get(line.project.pk, "")) for line in listed]


def is_begun(line: ProjectLine) -> bool:
    """Whether anything that stands was recorded of it."""
    return any(line.total(kind) for kind in BEGUN)


def _item(region: Region, line: ProjectLine, reason: str) -> OverdueItem:
    project = line.project
    state = "，".join(filter(None, (str(line.overdue or ""), "" if is_begun(line) else "未开工")))
    who = project.builder or project.body
    return OverdueItem(
        region, project.name, project.get_absolute_url(), due=end_of_day(project.due_on) if project.due_on else None,
        state=state, reason=reason, who=str(who) if who else "",
    )  # fmt: skip


def _reasons(user: Actor, project_ids: list[int]) -> dict[int, str]:
    open_ones = Entry.objects.filter(project_id__in=project_ids).exclude(case__state=Case.CLOSED)
    rows = visible_rows(open_ones, user).order_by("case_id")
    return {pk: reason for pk, reason in rows.values_list("project_id", "case__reason") if reason}
