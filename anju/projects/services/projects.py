"""Writing the project library. One function per act; what happened is appended, never changed; every act leaves a trail row."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.states import move
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.projects.base import (  # fmt: skip
    ADJUST,
    EDIT,
    LEDGER,
    change_fields,
    code_taken_problem,
    field_problem,
    future_day_problems,
    hold_project,
    project_title,
    require_in_library,
    require_own_region,
    require_version,
    shown_fields,
)
from anju.projects.event_kinds import load_condition_kinds
from anju.projects.fields import FIELDS, PLANNED, check_limits, organisation_finder, read_field
from anju.projects.models import Condition, Project
from anju.workbooks.files.typed import InvalidField

# -- registering and editing ---------------------------------------------------------------------------------------------------


@transaction.atomic
@trail.act("projects.register")
def register_project(*, by: Actor, region: Region, origin: str = LEDGER, **fields: Any) -> Project:
    """Register a project (登记项目). With a year it is in that year's plan, without one in the reserve (储备).

    fields: by the names of `fields.FIELDS`; texts as users write them, or plain values in base units.
    Refused: PROJ-001 … PROJ-003 every field that will not do, PROJ-004 the code is another project's.
    """
    require_own_region(by, region)
    name = str(fields.get("name") or fields.get("code") or "新项目")
    require_permission(by, EDIT, region.pk, f"{region.name}“{name}”")
    made = Project(region=region, by=by.key)
    for key, value in check_fields(region, name, fields).items():
        setattr(made, key, value)
    made.state = Project.RESERVE if made.year is None else Project.PLANNED
    if Project.objects.filter(region=region, code=made.code).exists():
        raise Refused(code_taken_problem(region, made))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # someone else was registering it at the same moment
        raise Refused(code_taken_problem(region, made)) from None
    trail.describe(
        obj=trail.Subject.of(made, project_title(made)),
        after=shown_fields(made) | {"origin": origin},
        region_id=region.pk,
    )
    return made


def check_fields(region: Region, name: str, fields: Mapping[str, Any], kind: str = "") -> dict[str, Any]:
    """The fields as they will be stored. Refused with everything that is wrong. kind: of a project that is there already."""
    problems, values = [], {}
    new = not kind
    if new:
        try:
            kind = read_field(FIELDS["kind"], fields.get("kind", ""))
        except InvalidField as unfit:
            problems.append(field_problem(name, FIELDS["kind"], unfit))
    find = organisation_finder(region) if {"body", "builder"} & set(fields) else None
    for key, value in fields.items():
        one = FIELDS.get(key)
        if one is None:
            problems.append(
                Problem("PROJ-001", f"项目“{name}”", f"没有“{key}”这一项。", f"可以填的有：{'、'.join(FIELDS)}。")
            )
        elif kind and kind not in one.kinds:
            if value not in ("", None):
                what = f"“{one.label}”不属于{Project.Kind(kind).label}项目。"
                problems.append(
                    Problem("PROJ-001", Place(f"项目“{name}”", field=one.label), what, "请留空，或核对项目类型。")
                )
        elif not (key == "kind" and problems):
            try:
                values[key] = read_field(one, value, find)
                check_limits(one, values[key])
            except InvalidField as unfit:
                problems.append(field_problem(name, one, unfit))
    for key in ("code", "name", "kind"):
        if not (values.get(key) if key in fields or new else "there") and not any(
            one.where.field == FIELDS[key].label for one in problems
        ):
            problems.append(
                Problem(
                    "PROJ-002", Place.of(f"项目“{name}”", FIELDS[key].label), "没有填写。", "编码、名称、类型是必填的。"
                )
            )
    if problems:
        raise Refused(*problems)
    return values


@transaction.atomic
@trail.act("projects.edit")
def edit_project(*, by: Actor, project_id: int, version: int, **fields: Any) -> Project:
    """Change what is known of a project. What the plan fixed (PLANNED) can only be filled in here; it is changed by `adjust`.

    version: the one the user was looking at. The same values again change nothing.
    Refused: PROJ-005 someone else was faster (who and when), PROJ-006 the project is out of the library, PROJ-007 it takes a document.
    """
    project = hold_project(by, project_id, EDIT)
    require_in_library(project)
    values = check_fields(project.region, project.name, fields, project.kind)
    changed = {key: value for key, value in values.items() if getattr(project, key) != value}
    if not changed:
        return project
    require_version(project, version)
    if "kind" in changed:
        raise Refused(
            Problem(
                "PROJ-007",
                Place(project_title(project), field=FIELDS["kind"].label),
                "类型登记后不能改。",
                "登记错的请取消后重新登记。",
            )
        )
    planned = [FIELDS[key].label for key in changed if key in PLANNED and getattr(project, key) is not None]
    if planned and project.state != Project.RESERVE:
        raise Refused(
            Problem(
                "PROJ-007",
                Place(project_title(project), field=planned[0]),
                f"{'、'.join(planned)}已列入计划，不能直接改。",
                "录错了的请用“录入更正”；计划变了的由审核岗用“调整计划”，写明文号。",
            )
        )
    if "year" in changed:
        raise Refused(
            Problem(
                "PROJ-007",
                Place(project_title(project), field=FIELDS["year"].label),
                "储备项目没有计划年度。",
                "请用“列入年度计划”。",
            )
        )
    before = shown_fields(project, changed)
    change_fields(project, by, changed)
    trail.describe(
        obj=trail.Subject.of(project, project_title(project)),
        before=before,
        after=shown_fields(project, changed),
        region_id=project.region_id,
    )
    return project


@transaction.atomic
@trail.act("projects.plan")
def plan_project(*, by: Actor, project_id: int, year: int, on: date, number: str = "") -> Project:
    """Take a reserve project into a year's plan (列入年度计划)."""
    project = hold_project(by, project_id, EDIT)
    values = check_fields(project.region, project.name, {"year": year}, project.kind)
    move(project, "plan", by=by, on=on, because={"year": year, "number": number})
    change_fields(project, by, values)
    return project


@transaction.atomic
@trail.act("projects.publish_due")
def publish_due_date(*, by: Actor, project_id: int, due_on: date | None = None, published_on: date, at: str) -> Project:
    """Note the completion date of the contract and where it was made public (公开约定竣工日期). at: address or medium."""
    project = hold_project(by, project_id, EDIT)
    require_in_library(project)
    problems = []
    if due_on is None and project.due_on is None:
        problems.append(
            Problem(
                "PROJ-024",
                Place(project_title(project), field=FIELDS["due_on"].label),
                "没有合同约定竣工日期。",
                "请先填写约定竣工日期，再登记公开。",
            )
        )
    if not at.strip():
        problems.append(
            Problem(
                "PROJ-024",
                Place(project_title(project), field="公开网址或载体"),
                "没有写在哪里公开。",
                "请写网址，或写报纸、公示栏等载体。",
            )
        )
    problems += future_day_problems(project_title(project), "公开日期", published_on)
    if problems:
        raise Refused(*problems)
    values = {"due_on": due_on or project.due_on, "due_published_on": published_on, "due_published_at": at.strip()}
    if any(getattr(project, key) != value for key, value in values.items()):
        before = {key: str(getattr(project, key) or "") for key in values}
        change_fields(project, by, values)
        after = {key: str(value) for key, value in values.items()}
        trail.describe(
            obj=trail.Subject.of(project, project_title(project)),
            before=before,
            after=after,
            region_id=project.region_id,
        )
    return project


# -- conditions, photographs, files --------------------------------------------------------------------------------------------


@transaction.atomic
@trail.act("projects.meet")
def meet_condition(
    *, by: Actor, project_id: int, code: str, met_on: date | None = None, number: str = "", not_needed: bool = False
) -> Condition:
    """Tick a line of the checklist of 开工条件: met on a day, or not needed. Without either it is open again. Repeating changes nothing."""
    project = hold_project(by, project_id, EDIT)
    kind = load_condition_kinds().get(code)
    problems = []
    if kind is None or project.kind not in kind.kinds:
        problems.append(
            Problem(
                "PROJ-018",
                project_title(project),
                f"没有开工条件“{kind.label if kind else code}”。",
                "请在列出的条件中选择。",
            )
        )
    if met_on and not_needed:
        problems.append(Problem("PROJ-018", project_title(project), "既写了具备日期，又写了不需要。", "请只写一样。"))
    problems += future_day_problems(project_title(project), "具备日期", met_on) if met_on else []
    if problems:
        raise Refused(*problems)
    require_in_library(project)
    values = {"met_on": met_on, "number": number.strip(), "not_needed": not_needed}
    known = Condition.objects.filter(project=project, code=code).first()
    if known is not None and all(getattr(known, key) == value for key, value in values.items()):
        return known
    before = {key: str(getattr(known, key)) for key in values} if known else None
    made, _ = Condition.objects.update_or_create(
        project=project,
        code=code,
        defaults=values | {"region_id": project.region_id, "by": by.key, "at": timezone.now()},
    )
    after = {"condition": kind.label} | {key: str(value) for key, value in values.items()}
    trail.describe(
        obj=trail.Subject.of(project, project_title(project)), before=before, after=after, region_id=project.region_id
    )
    return made


# -- by document: adjust, replace, cancel, close -------------------------------------------------------------------------------


@transaction.atomic
@trail.act("projects.close")
def close_project(*, by: Actor, project_id: int, on: date, reason: str = "") -> Project:
    """Everything of the project is done (办结): nothing more is recorded."""
    project = hold_project(by, project_id, ADJUST)
    move(project, "close", by=by, on=on, reason=reason)
    change_fields(project, by, {})
    return project


@transaction.atomic
@trail.act("projects.reopen")
def reopen_project(*, by: Actor, project_id: int, on: date, reason: str) -> Project:
    project = hold_project(by, project_id, ADJUST)
    move(project, "reopen", by=by, on=on, reason=reason)
    change_fields(project, by, {})
    return project
