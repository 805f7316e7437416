"""What every act on a project shares: holding it, who may, what it is called, and what is said when it will not do."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.problems import Place, Problem, Refused
from anju.projects.fields import FIELDS, PLANNED, ProjectField, field_text
from anju.projects.models import Adjustment, Project
from anju.workbooks.files.typed import InvalidField

EDIT, ADJUST = "projects.edit", "projects.adjust"
LEDGER = "ledger"  # the origin of what is entered here; others (return:…, import:…) were checked by their own act
RETURN = "return:"  # the origin of what a return's lock wrote, with the return's number

# Taken back: void ones and what another one supersedes. `superseded` is small, so it is asked for each event.
STANDING = "NOT e.void AND NOT EXISTS (SELECT FROM projects_event AS later WHERE later.supersedes_id = e.id)"


def require_own_region(by: Actor, region: Region) -> None:
    """Outside one's regions is not found."""
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")


def hold_project(by: Actor, project_id: int, act: str) -> Project:
    """The project, held until the act is done, so that of two at once the second sees what the first did."""
    project = visible_rows(Project.objects.select_related("region").select_for_update(of=("self",)), by).get(
        pk=project_id
    )
    if act:
        require_permission(by, act, project.region_id, project_title(project))
    return project


def hold_projects(by: Actor, ids: set[int]) -> dict[int, Project]:
    rows = (
        visible_rows(Project.objects.select_related("region").select_for_update(of=("self",)), by)
        .filter(pk__in=ids)
        .order_by("pk")
    )
    return {project.pk: project for project in rows}


def require_in_library(project: Project) -> None:
    if project.state not in (Project.RESERVE, Project.PLANNED):
        raise Refused(out_of_library_problem(project, project_title(project)))


def out_of_library_problem(project: Project, where: str) -> Problem:
    return Problem(
        "PROJ-006",
        where,
        f"项目{Project.STATES.label(project.state)}，不能再登记或修改。",
        "办结的可先“重新打开”；取消、置换的请看调整文件。",
    )


def fields_by_document(user: Actor, project: Project) -> dict[str, str]:
    """Plan numbers that only a document changes (调整), each with why; the others may still be mended as wrongly typed (录入更正)."""
    found = {
        name: f"已按{one.number}调整"
        for one in Adjustment.objects.filter(project=project, kind="adjust")
        for name in one.after
    }
    for held in registry.fetch_hooks("holds"):
        found |= {
            name: f"已在锁定的“{where}”里"
            for name, where in held(user, "projects", [project]).get(project.pk, {}).items()
            if name in PLANNED and name not in found
        }
    return found


def require_version(project: Project, version: int) -> None:
    if project.version == version:
        return
    who = project.changed_by or project.by
    when = f"{timezone.localtime(project.changed_at or project.at):%Y-%m-%d %H:%M}"
    raise Refused(
        Problem(
            "PROJ-005",
            project_title(project),
            f"{who}已于 {when} 修改过，您看到的是以前的内容。",
            "请刷新后核对，再改。",
        )
    )


def change_fields(project: Project, by: Actor, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        setattr(project, key, value)
    project.version += 1
    project.changed_by, project.changed_at = by.name, timezone.now()
    try:
        with transaction.atomic():
            project.save(update_fields=[*values, "version", "changed_by", "changed_at"])
    except IntegrityError:
        raise Refused(code_taken_problem(project.region, project)) from None


def code_taken_problem(region: Region, project: Project) -> Problem:
    there = Project.objects.filter(region=region, code=project.code).exclude(pk=project.pk).first()
    what = f"编码 {project.code} 已是“{there.name if there else '另一个项目'}”的。"
    return Problem(
        "PROJ-004",
        Place(f"{region.name} 项目“{project.name}”", field=FIELDS["code"].label),
        what,
        "请核对是不是同一个项目；不是的请换一个编码。",
    )


def future_day_problems(where: str, label: str, on: date) -> list[Problem]:
    if on > timezone.localdate():
        return [
            Problem(
                "PROJ-013", Place(where, field=label), f"{label} {on} 还没有到。", "只登记已经发生的事；请核对年份。"
            )
        ]
    return []


def field_problem(name: str, field: ProjectField, unfit: InvalidField) -> Problem:
    return Problem("PROJ-003", Place.of(f"项目“{name}”", field.label), unfit.what, unfit.fix)


def project_title(project: Project) -> str:
    return f"项目 {project.region.name} {project.code}"


def shown_fields(project: Project, names: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Fields as people read them; all that are filled without names."""
    texts = {
        name: field_text(FIELDS[name], getattr(project, name)) for name in (names if names is not None else FIELDS)
    }
    return texts if names is not None else {name: text for name, text in texts.items() if text}
