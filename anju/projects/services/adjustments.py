"""Changing what was planned, by a document or as a correction (调整、置换、取消、录入更正), and closing a project."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.projects.base import (  # fmt: skip
    ADJUST,
    EDIT,
    change_fields,
    fields_by_document,
    future_day_problems,
    hold_project,
    out_of_library_problem,
    project_title,
    require_version,
    shown_fields,
)
from anju.projects.fields import FIELDS, PLANNED
from anju.projects.models import Adjustment, Project
from anju.projects.services.projects import check_fields


@transaction.atomic
@trail.act("projects.adjust")
def adjust_plan(
    *,
    by: Actor,
    project_id: int,
    number: str,
    on: date,
    reason: str,
    ordered_by: str = "",
    version: int | None = None,
    **fields: Any,
) -> Adjustment:
    """Change what the plan fixed, by a document (调整). What it was and became stays.

    ordered_by: the ground, when a superior ordered it. version: the one the user saw, when the page knows it.
    """
    project = hold_project(by, project_id, ADJUST)
    changed = _plan_changes(project, _documented(project, number, on, reason), version, fields)
    before = shown_fields(project, changed)
    change_fields(project, by, changed)
    return _adjusted(
        project,
        by=by,
        kind="adjust",
        number=number,
        on=on,
        reason=reason,
        ordered_by=ordered_by,
        before=before,
        after=shown_fields(project, changed),
    )


@transaction.atomic
@trail.act("projects.correct_plan")
def correct_plan(*, by: Actor, project_id: int, version: int, reason: str, **fields: Any) -> Adjustment:
    """Mend what was wrongly typed of the plan (录入更正), without a document. What it was and became stays.

    Only as long as no locked return has the number and no 调整 stands on it. Refused: PROJ-025 every number that takes a document, and why.
    """
    project = hold_project(by, project_id, EDIT)
    problems = []
    if not reason.strip():
        problems.append(
            Problem(
                "PROJ-020", Place(project_title(project), field="原因"), "没有写原因。", "请写明错在哪里、以什么为准。"
            )
        )
    changed = _plan_changes(project, problems, version, fields)
    bound = fields_by_document(by, project)
    if held := [name for name in changed if name in bound]:
        fix = "请由审核岗凭文号“调整计划”。"
        raise Refused(
            *(
                Problem(
                    "PROJ-025",
                    Place.of(project_title(project), FIELDS[name].label),
                    f"{bound[name]}，不能再当作录错更正。",
                    fix,
                )
                for name in held
            )
        )
    before = shown_fields(project, changed)
    change_fields(project, by, changed)
    return _adjusted(
        project,
        by=by,
        kind="correct",
        number="",
        on=timezone.localdate(),
        reason=reason,
        ordered_by="",
        before=before,
        after=shown_fields(project, changed),
    )


def _plan_changes(
    project: Project, problems: list[Problem], version: int | None, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """What of the plan's numbers changes, as it will be stored. Refused with these problems and its own."""
    if strange := [name for name in fields if name not in PLANNED]:
        labels = "、".join(FIELDS[name].label if name in FIELDS else name for name in strange)
        problems.append(Problem("PROJ-020", project_title(project), f"{labels}不是计划数。", "请直接修改项目。"))
    if problems:
        raise Refused(*problems)
    if project.state != Project.PLANNED:
        raise Refused(out_of_library_problem(project, project_title(project)))
    if version is not None:
        require_version(project, version)
    values = check_fields(project.region, project.name, fields, project.kind)
    if values.get("year", project.year) is None:
        raise Refused(
            Problem(
                "PROJ-002",
                Place.of(project_title(project), FIELDS["year"].label),
                "没有填写。",
                "在册项目须有计划年度；不做了的请“取消”。",
            )
        )
    changed = {key: value for key, value in values.items() if getattr(project, key) != value}
    if not changed:
        raise Refused(
            Problem("PROJ-021", project_title(project), "改前改后相同。", "请核对要改的数；可能别人已先办理。")
        )
    return changed


@transaction.atomic
@trail.act("projects.replace")
def replace_project(
    *, by: Actor, project_id: int, replaced_by: int, number: str, on: date, reason: str, ordered_by: str = ""
) -> Adjustment:
    """Put another registered project in this one's place, by a document (置换)."""
    project = hold_project(by, project_id, ADJUST)
    other = visible_rows(Project.objects.all(), by).get(pk=replaced_by)
    problems = _documented(project, number, on, reason)
    if (
        other.pk == project.pk
        or other.region_id != project.region_id
        or other.kind != project.kind
        or other.state != Project.PLANNED
    ):
        what = f"“{other.name}”不能置换它。"
        problems.append(
            Problem(
                "PROJ-022",
                project_title(project),
                what,
                "置换为的项目须先登记，同区划、同类型、列入计划，且不是它自己。",
            )
        )
    if problems:
        raise Refused(*problems)
    move(
        project,
        "replace",
        by=by,
        on=on,
        reason=reason,
        because={"number": number, "replaced_by": other.code, "ordered_by": ordered_by},
    )
    change_fields(project, by, {})
    return _adjusted(
        project,
        by=by,
        kind="replace",
        number=number,
        on=on,
        reason=reason,
        ordered_by=ordered_by,
        before={"state": Project.PLANNED},
        after={"state": project.state, "replaced_by": other.code},
        replaced_by=other,
    )


@transaction.atomic
@trail.act("projects.cancel")
def cancel_project(
    *, by: Actor, project_id: int, number: str, on: date, reason: str, ordered_by: str = ""
) -> Adjustment:
    """Take a project out of the plan or the reserve, by a document (取消)."""
    project = hold_project(by, project_id, ADJUST)
    if problems := _documented(project, number, on, reason):
        raise Refused(*problems)
    before = project.state
    move(project, "cancel", by=by, on=on, reason=reason, because={"number": number, "ordered_by": ordered_by})
    change_fields(project, by, {})
    return _adjusted(
        project,
        by=by,
        kind="cancel",
        number=number,
        on=on,
        reason=reason,
        ordered_by=ordered_by,
        before={"state": before},
        after={"state": project.state},
    )


def _adjusted(
    project: Project,
    *,
    by: Actor,
    kind: str,
    number: str,
    on: date,
    reason: str,
    ordered_by: str,
    before: dict[str, Any],
    after: dict[str, Any],
    replaced_by: Project | None = None,
) -> Adjustment:
    made = Adjustment.objects.create(
        project=project, region_id=project.region_id, kind=kind, number=number.strip(), on=on, before=before, after=after,
        replaced_by=replaced_by, reason=reason.strip(), ordered_by=ordered_by.strip(), by=by.key,
    )  # fmt: skip
    shown = after | {"number": made.number, "on": str(on), "ordered_by": made.ordered_by}
    trail.describe(
        obj=trail.Subject.of(project, project_title(project)),
        before=before,
        after=shown,
        reason=reason,
        region_id=project.region_id,
    )
    return made


def _documented(project: Project, number: str, on: date, reason: str) -> list[Problem]:
    problems = future_day_problems(project_title(project), "日期", on)
    for label, text in (("文号", number), ("原因", reason)):
        if not text.strip():
            problems.append(
                Problem(
                    "PROJ-020",
                    Place(project_title(project), field=label),
                    f"没有写{label}。",
                    "项目调整、置换、取消须写明文号和原因。",
                )
            )
    return problems
