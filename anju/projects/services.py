"""Writing the project library. One function per act; what happened is appended, never changed; every act leaves a trail row."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from anju.core import trail
from anju.core.models import File, Region
from anju.core.permissions import require
from anju.core.scope import Operator, visible
from anju.core.states import move
from anju.problems import Problem, Refused
from anju.projects.base import (
    ADJUST,
    EDIT,
    LEDGER,
    at_version,
    by_document,
    change,
    code_taken,
    in_library,
    locked,
    named,
    not_future,
    out_of_library,
    own,
    shown_fields,
    unfitting,
)  # fmt: skip
from anju.projects.cohorts import fix_cohort
from anju.projects.events import conditions
from anju.projects.fields import FIELDS, PLANNED, Unfit, limits, organisations, read
from anju.projects.ledgers import close_out, consent, explain, open_entries, reopen_entry, report
from anju.projects.measures import publish_counts
from anju.projects.models import Adjustment, Condition, Photo, Project
from anju.projects.recording import Entry, mend, record, record_all

__all__ = [
    "Entry", "adjust", "cancel", "checked", "close", "close_out", "consent", "correct_plan", "edit", "explain", "fix_cohort", "keep_file", "meet", "mend",
    "open_entries", "photo", "plan", "publish_counts", "publish_due", "record", "record_all", "register", "reopen", "reopen_entry", "replace", "report",
]  # fmt: skip

PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
LARGEST = 20 << 20


# -- registering and editing ---------------------------------------------------------------------------------------------------


@transaction.atomic
@trail.act("projects.register")
def register(*, by: Operator, region: Region, origin: str = LEDGER, **fields: Any) -> Project:
    """Register a project (登记项目). With a year it is in that year's plan, without one in the reserve (储备).

    fields: by the names of `fields.FIELDS`; texts as users write them, or plain values in base units.
    Refused: PROJ-001 … PROJ-003 every field that will not do, PROJ-004 the code is another project's.
    """
    own(by, region)
    name = str(fields.get("name") or fields.get("code") or "新项目")
    require(by, EDIT, region.pk, f"{region.name}“{name}”")
    made = Project(region=region, by=by.key)
    for key, value in checked(region, name, fields).items():
        setattr(made, key, value)
    made.state = Project.RESERVE if made.year is None else Project.PLANNED
    if Project.objects.filter(region=region, code=made.code).exists():
        raise Refused(code_taken(region, made))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # someone else was registering it at the same moment
        raise Refused(code_taken(region, made)) from None
    trail.describe(
        obj=trail.Subject.of(made, named(made)), after=shown_fields(made) | {"origin": origin}, region_id=region.pk
    )
    return made


def checked(region: Region, name: str, fields: Mapping[str, Any], kind: str = "") -> dict[str, Any]:
    """The fields as they will be stored. Refused with everything that is wrong. kind: of a project that is there already."""
    problems, values = [], {}
    new = not kind
    if new:
        try:
            kind = read(FIELDS["kind"], fields.get("kind", ""))
        except Unfit as unfit:
            problems.append(unfitting(name, FIELDS["kind"], unfit))
    find = organisations(region) if {"body", "builder"} & set(fields) else None
    for key, value in fields.items():
        one = FIELDS.get(key)
        if one is None:
            problems.append(
                Problem("PROJ-001", f"项目“{name}”", f"没有“{key}”这一项。", f"可以填的有：{'、'.join(FIELDS)}。")
            )
        elif kind and kind not in one.kinds:
            if value not in ("", None):
                what = f"“{one.label}”不属于{Project.Kind(kind).label}项目。"
                problems.append(Problem("PROJ-001", f"项目“{name}”", what, "请留空，或核对项目类型。"))
        elif not (key == "kind" and problems):
            try:
                values[key] = read(one, value, find)
                limits(one, values[key])
            except Unfit as unfit:
                problems.append(unfitting(name, one, unfit))
    for key in ("code", "name", "kind"):
        if not (values.get(key) if key in fields or new else "there") and not any(
            FIELDS[key].label in one.where for one in problems
        ):
            problems.append(
                Problem("PROJ-002", f"项目“{name}” “{FIELDS[key].label}”", "没有填写。", "编码、名称、类型是必填的。")
            )
    if problems:
        raise Refused(*problems)
    return values


@transaction.atomic
@trail.act("projects.edit")
def edit(*, by: Operator, project_id: int, version: int, **fields: Any) -> Project:
    """Change what is known of a project. What the plan fixed (PLANNED) can only be filled in here; it is changed by `adjust`.

    version: the one the user was looking at. The same values again change nothing.
    Refused: PROJ-005 someone else was faster (who and when), PROJ-006 the project is out of the library, PROJ-007 it takes a document.
    """
    project = locked(by, project_id, EDIT)
    in_library(project)
    values = checked(project.region, project.name, fields, project.kind)
    changed = {key: value for key, value in values.items() if getattr(project, key) != value}
    if not changed:
        return project
    at_version(project, version)
    if "kind" in changed:
        raise Refused(Problem("PROJ-007", named(project), "类型登记后不能改。", "登记错的请取消后重新登记。"))
    planned = [FIELDS[key].label for key in changed if key in PLANNED and getattr(project, key) is not None]
    if planned and project.state != Project.RESERVE:
        raise Refused(
            Problem(
                "PROJ-007",
                named(project),
                f"{'、'.join(planned)}已列入计划，不能直接改。",
                "录错了的请用“录入更正”；计划变了的由审核岗用“调整计划”，写明文号。",
            )
        )
    if "year" in changed:
        raise Refused(Problem("PROJ-007", named(project), "储备项目没有计划年度。", "请用“列入年度计划”。"))
    before = shown_fields(project, changed)
    change(project, by, changed)
    trail.describe(
        obj=trail.Subject.of(project, named(project)),
        before=before,
        after=shown_fields(project, changed),
        region_id=project.region_id,
    )
    return project


@transaction.atomic
@trail.act("projects.plan")
def plan(*, by: Operator, project_id: int, year: int, on: date, number: str = "") -> Project:
    """Take a reserve project into a year's plan (列入年度计划)."""
    project = locked(by, project_id, EDIT)
    values = checked(project.region, project.name, {"year": year}, project.kind)
    move(project, "plan", by=by, on=on, because={"year": year, "number": number})
    change(project, by, values)
    return project


@transaction.atomic
@trail.act("projects.publish_due")
def publish_due(*, by: Operator, project_id: int, due_on: date | None = None, published_on: date, at: str) -> Project:
    """Note the completion date of the contract and where it was made public (公开约定竣工日期). at: address or medium."""
    project = locked(by, project_id, EDIT)
    in_library(project)
    problems = []
    if due_on is None and project.due_on is None:
        problems.append(
            Problem("PROJ-024", named(project), "没有合同约定竣工日期。", "请先填写约定竣工日期，再登记公开。")
        )
    if not at.strip():
        problems.append(Problem("PROJ-024", named(project), "没有写在哪里公开。", "请写网址，或写报纸、公示栏等载体。"))
    problems += not_future(named(project), "公开日期", published_on)
    if problems:
        raise Refused(*problems)
    values = {"due_on": due_on or project.due_on, "due_published_on": published_on, "due_published_at": at.strip()}
    if any(getattr(project, key) != value for key, value in values.items()):
        before = {key: str(getattr(project, key) or "") for key in values}
        change(project, by, values)
        after = {key: str(value) for key, value in values.items()}
        trail.describe(
            obj=trail.Subject.of(project, named(project)), before=before, after=after, region_id=project.region_id
        )
    return project


# -- conditions, photographs, files --------------------------------------------------------------------------------------------


@transaction.atomic
@trail.act("projects.meet")
def meet(
    *, by: Operator, project_id: int, code: str, met_on: date | None = None, number: str = "", not_needed: bool = False
) -> Condition:
    """Tick a line of the checklist of 开工条件: met on a day, or not needed. Without either it is open again. Repeating changes nothing."""
    project = locked(by, project_id, EDIT)
    kind = conditions().get(code)
    problems = []
    if kind is None or project.kind not in kind.kinds:
        problems.append(
            Problem(
                "PROJ-018", named(project), f"没有开工条件“{kind.label if kind else code}”。", "请在列出的条件中选择。"
            )
        )
    if met_on and not_needed:
        problems.append(Problem("PROJ-018", named(project), "既写了具备日期，又写了不需要。", "请只写一样。"))
    problems += not_future(named(project), "具备日期", met_on) if met_on else []
    if problems:
        raise Refused(*problems)
    in_library(project)
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
        obj=trail.Subject.of(project, named(project)), before=before, after=after, region_id=project.region_id
    )
    return made


def keep_file(*, by: Operator, region_id: int, name: str, content: bytes, media: str) -> File:
    """Keep the bytes once; the same file of the region again is the one kept."""
    digest = hashlib.sha256(content).hexdigest()
    known = visible(File.objects.filter(region_id=region_id, sha256=digest), by).defer("content").first()
    return known or File.objects.create(
        region_id=region_id, name=name[-200:], media=media, sha256=digest, size=len(content), content=content, by=by.key
    )


@transaction.atomic
@trail.act("projects.add_photo")
def photo(
    *,
    by: Operator,
    project_id: int,
    content: bytes,
    name: str,
    taken_on: date,
    longitude: str = "",
    latitude: str = "",
    caption: str = "",
) -> Photo:
    """Keep a photograph of the site with its day and place. Refused PROJ-023 for what is no JPEG or PNG, or larger than may be kept."""
    project = locked(by, project_id, EDIT)
    media = next((kind for head, kind in PICTURES.items() if content.startswith(head)), "")
    problems = not_future(named(project), "拍摄日期", taken_on)
    if not media:
        problems.append(
            Problem("PROJ-023", f"{named(project)} 《{name}》", "不是照片（JPEG 或 PNG）。", "请另存为 JPEG 后再上传。")
        )
    if len(content) > LARGEST:
        problems.append(
            Problem("PROJ-023", f"{named(project)} 《{name}》", f"照片超过 {LARGEST >> 20} 兆。", "请压缩后再上传。")
        )
    place = {}
    for key, text in (("longitude", longitude), ("latitude", latitude)):
        try:
            place[key] = read(FIELDS[key], text)
            limits(FIELDS[key], place[key])
        except Unfit as unfit:
            problems.append(unfitting(project.name, FIELDS[key], unfit))
    if problems:
        raise Refused(*problems)
    file = keep_file(by=by, region_id=project.region_id, name=name, content=content, media=media)
    known = Photo.objects.filter(project=project, file=file).first()
    if known is not None:
        return known
    made = Photo.objects.create(
        project=project,
        region_id=project.region_id,
        file=file,
        taken_on=taken_on,
        caption=caption.strip()[:120],
        **place,
    )
    after = {"photo": made.pk, "name": file.name, "taken_on": str(taken_on)}
    trail.describe(
        obj=trail.Subject.of(project, named(project)), after=after, region_id=project.region_id, digest=file.sha256
    )
    return made


# -- by document: adjust, replace, cancel, close -------------------------------------------------------------------------------


@transaction.atomic
@trail.act("projects.adjust")
def adjust(
    *,
    by: Operator,
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
    project = locked(by, project_id, ADJUST)
    changed = _plan_changes(project, _documented(project, number, on, reason), version, fields)
    before = shown_fields(project, changed)
    change(project, by, changed)
    return _adjusted(project, by, "adjust", number, on, reason, ordered_by, before, shown_fields(project, changed))


@transaction.atomic
@trail.act("projects.correct_plan")
def correct_plan(*, by: Operator, project_id: int, version: int, reason: str, **fields: Any) -> Adjustment:
    """Mend what was wrongly typed of the plan (录入更正), without a document. What it was and became stays.

    Only as long as no locked return has the number and no 调整 stands on it. Refused: PROJ-025 every number that takes a document, and why.
    """
    project = locked(by, project_id, EDIT)
    problems = []
    if not reason.strip():
        problems.append(Problem("PROJ-020", named(project), "没有写原因。", "请写明错在哪里、以什么为准。"))
    changed = _plan_changes(project, problems, version, fields)
    bound = by_document(by, project)
    if held := [name for name in changed if name in bound]:
        fix = "请由审核岗凭文号“调整计划”。"
        raise Refused(
            *(
                Problem(
                    "PROJ-025", f"{named(project)} “{FIELDS[name].label}”", f"{bound[name]}，不能再当作录错更正。", fix
                )
                for name in held
            )
        )
    before = shown_fields(project, changed)
    change(project, by, changed)
    return _adjusted(
        project, by, "correct", "", timezone.localdate(), reason, "", before, shown_fields(project, changed)
    )


def _plan_changes(
    project: Project, problems: list[Problem], version: int | None, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """What of the plan's numbers changes, as it will be stored. Refused with these problems and its own."""
    if strange := [name for name in fields if name not in PLANNED]:
        labels = "、".join(FIELDS[name].label if name in FIELDS else name for name in strange)
        problems.append(Problem("PROJ-020", named(project), f"{labels}不是计划数。", "请直接修改项目。"))
    if problems:
        raise Refused(*problems)
    if project.state != Project.PLANNED:
        raise Refused(out_of_library(project, named(project)))
    if version is not None:
        at_version(project, version)
    values = checked(project.region, project.name, fields, project.kind)
    if values.get("year", project.year) is None:
        raise Refused(
            Problem(
                "PROJ-002",
                f"{named(project)} “{FIELDS['year'].label}”",
                "没有填写。",
                "在册项目须有计划年度；不做了的请“取消”。",
            )
        )
    changed = {key: value for key, value in values.items() if getattr(project, key) != value}
    if not changed:
        raise Refused(Problem("PROJ-021", named(project), "改前改后相同。", "请核对要改的数；可能别人已先办理。"))
    return changed


@transaction.atomic
@trail.act("projects.replace")
def replace(
    *, by: Operator, project_id: int, replaced_by: int, number: str, on: date, reason: str, ordered_by: str = ""
) -> Adjustment:
    """Put another registered project in this one's place, by a document (置换)."""
    project = locked(by, project_id, ADJUST)
    other = visible(Project.objects.all(), by).get(pk=replaced_by)
    problems = _documented(project, number, on, reason)
    if (
        other.pk == project.pk
        or other.region_id != project.region_id
        or other.kind != project.kind
        or other.state != Project.PLANNED
    ):
        what = f"“{other.name}”不能置换它。"
        problems.append(
            Problem("PROJ-022", named(project), what, "置换为的项目须先登记，同区划、同类型、列入计划，且不是它自己。")
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
    change(project, by, {})
    states = {"state": Project.PLANNED}, {"state": project.state, "replaced_by": other.code}
    return _adjusted(project, by, "replace", number, on, reason, ordered_by, *states, replaced_by=other)


@transaction.atomic
@trail.act("projects.cancel")
def cancel(*, by: Operator, project_id: int, number: str, on: date, reason: str, ordered_by: str = "") -> Adjustment:
    """Take a project out of the plan or the reserve, by a document (取消)."""
    project = locked(by, project_id, ADJUST)
    if problems := _documented(project, number, on, reason):
        raise Refused(*problems)
    before = project.state
    move(project, "cancel", by=by, on=on, reason=reason, because={"number": number, "ordered_by": ordered_by})
    change(project, by, {})
    return _adjusted(project, by, "cancel", number, on, reason, ordered_by, {"state": before}, {"state": project.state})


@transaction.atomic
@trail.act("projects.close")
def close(*, by: Operator, project_id: int, on: date, reason: str = "") -> Project:
    """Everything of the project is done (办结): nothing more is recorded."""
    project = locked(by, project_id, ADJUST)
    move(project, "close", by=by, on=on, reason=reason)
    change(project, by, {})
    return project


@transaction.atomic
@trail.act("projects.reopen")
def reopen(*, by: Operator, project_id: int, on: date, reason: str) -> Project:
    project = locked(by, project_id, ADJUST)
    move(project, "reopen", by=by, on=on, reason=reason)
    change(project, by, {})
    return project


def _adjusted(
    project: Project, by: Operator, kind: str, number: str, on: date, reason: str, ordered_by: str, before: dict, after: dict,
    replaced_by: Project | None = None,
) -> Adjustment:  # fmt: skip
    made = Adjustment.objects.create(
        project=project, region_id=project.region_id, kind=kind, number=number.strip(), on=on, before=before, after=after,
        replaced_by=replaced_by, reason=reason.strip(), ordered_by=ordered_by.strip(), by=by.key,
    )  # fmt: skip
    shown = after | {"number": made.number, "on": str(on), "ordered_by": made.ordered_by}
    trail.describe(
        obj=trail.Subject.of(project, named(project)),
        before=before,
        after=shown,
        reason=reason,
        region_id=project.region_id,
    )
    return made


def _documented(project: Project, number: str, on: date, reason: str) -> list[Problem]:
    problems = not_future(named(project), "日期", on)
    for label, text in (("文号", number), ("原因", reason)):
        if not text.strip():
            problems.append(
                Problem("PROJ-020", named(project), f"没有写{label}。", "项目调整、置换、取消须写明文号和原因。")
            )
    return problems
