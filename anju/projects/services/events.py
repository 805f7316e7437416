"""Recording what happened to a project, and mending it. Appended, never changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from anju.core.models.file import File
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.projects.base import (
    EDIT,
    LEDGER,
    RETURN,
    future_day_problems,
    hold_project,
    hold_projects,
    out_of_library_problem,
    project_title,
)
from anju.projects.event_kinds import MODES, EventKind, amount_text, load_event_kinds
from anju.projects.models import Event, Project
from anju.workbooks.files.typed import InvalidField, read_quantity

KEEP: Any = ...  # what mend leaves as it was


@dataclass(frozen=True)
class NewEvent:
    """One event to record. amount: text in the kind's unit ("27.27"; a unit in the text counts), or base units as int."""

    project_id: int
    kind: str
    on: date
    amount: str | int | None = None
    mode: str = ""
    part: str = ""
    number: str = ""
    note: str = ""


@transaction.atomic
@trail.act("projects.record")
def record_event(
    *, by: Actor, project_id: int, kind: str, on: date, amount: str | int | None = None, mode: str = "", part: str = "",
    number: str = "", note: str = "", evidence: File | None = None, origin: str = LEDGER,
) -> Event:  # fmt: skip
    """Record that something happened to a project (登记进度). A less than zero amount (a fallen cumulative) needs a note.

    origin: "ledger" asks for the clerk's post; others ("return:12") were decided by the act that they come from.
    Refused: PROJ-010 … PROJ-015, PROJ-006 the project is closed, replaced or cancelled.
    """
    project = hold_project(by, project_id, EDIT if origin == LEDGER else "")
    entry = NewEvent(
        project_id=project_id, kind=kind, on=on, amount=amount, mode=mode, part=part, number=number, note=note
    )
    made, problems = _event(project, entry, by, origin)
    if made is not None and (again := _repeated_events([made])):
        problems.append(_recorded_already(project, made, again[0]))
    if problems:
        raise Refused(*problems)
    made.evidence = evidence
    made.save(force_insert=True)
    trail.describe(
        obj=trail.Subject.of(project, project_title(project)),
        after=_shown_event(project, made),
        region_id=project.region_id,
    )
    return made


@transaction.atomic
@trail.act("projects.record")
def record_events(*, by: Actor, entries: Sequence[NewEvent], origin: str, act: str = "projects.record") -> list[Event]:
    """Many events at once, of many projects: all or none, every problem told. One trail row with their digest.

    origin: never "ledger": a return's submission, an import. act: as the trail calls it. Events that stand already with this very origin are left alone.
    """
    found = hold_projects(by, {entry.project_id for entry in entries})
    made, problems = [], []
    for entry in entries:
        project = found.get(entry.project_id)
        if project is None:
            raise Project.DoesNotExist(f"没有项目 {entry.project_id}")
        event, wrong = _event(project, entry, by, origin)
        problems += wrong
        if event is not None:
            made.append(event)
    if problems:
        raise Refused(*problems)
    there = {_key(one) for one in _repeated_events(made) if one.origin == origin}
    made = Event.objects.bulk_create([one for one in made if _key(one) not in there], batch_size=2_000)
    if made:
        lines = "\n".join(json.dumps([str(part) for part in _key(one)], ensure_ascii=False) for one in made)
        digest = hashlib.sha256(lines.encode()).hexdigest()
        regions = {project.region_id for project in found.values()}
        trail.describe(
            act=act,
            obj=trail.Subject("projects.origin", origin, origin),
            after={"events": len(made), "projects": len(found), "first": made[0].pk, "last": made[-1].pk},
            region_id=regions.pop() if len(regions) == 1 else None,
            digest=digest,
            count=len(made),
        )
    return made


@transaction.atomic
@trail.act("projects.mend")
def mend_event(
    *, by: Actor, event_id: int, reason: str, amount: str | int | None = KEEP, on: date = KEEP, mode: str = KEEP, part: str = KEEP,
    number: str = KEEP, ordered_by: str = "", origin: str = LEDGER,
) -> Event:  # fmt: skip
    """Mend an event (更正进度): another one takes its place and both stay. amount=None takes it back (撤回).

    ordered_by: the ground, when a superior ordered it. Refused: PROJ-016 someone was faster, PROJ-017 no reason or nothing changes,
    PROJ-019 a locked return wrote it: what the return says would no longer be what the ledger says.
    """
    old = visible_rows(Event.objects.select_related("project__region"), by).get(pk=event_id)
    project = hold_project(by, old.project_id, EDIT if origin == LEDGER else "")
    where = f"{project_title(project)} {old.on} “{load_event_kinds()[old.kind].label}”"
    if now := Event.objects.filter(supersedes=old).first():
        what = f"{now.by} 已于 {timezone.localtime(now.at):%Y-%m-%d %H:%M} {'撤回' if now.void else '更正'}。"
        raise Refused(Problem("PROJ-016", where, what, "请刷新后按现在的数办理。"))
    if old.void:
        raise Refused(Problem("PROJ-017", where, "这是一条撤回记录。", "撤错了的请重新登记。"))
    if origin == LEDGER and old.origin.startswith(RETURN):
        fix = f"请在编号 {old.origin.removeprefix(RETURN)} 的报表上发起更正；更正锁定以后，差额自动记入台账。"
        raise Refused(Problem("PROJ-019", where, "这一条是报表锁定时记入的，不能在台账里改。", fix))
    void = amount is None
    kept = {"amount": old.amount, "on": old.on, "mode": old.mode, "part": old.part, "number": old.number}
    said = {"amount": amount, "on": on, "mode": mode, "part": part, "number": number}
    wanted = kept if void else {key: kept[key] if value is KEEP else value for key, value in said.items()}
    choices = load_event_kinds()[old.kind].choices
    made, problems = _event(
        project,
        NewEvent(project.pk, old.kind, note=old.note if choices else reason, **wanted),
        by,
        origin,
        mending=True,
    )
    if not reason.strip():
        problems.append(
            Problem("PROJ-017", Place(where, field="更正原因"), "更正没有写原因。", "请写明为什么改、依据什么改。")
        )
    if made is not None and not void and _key(made) == _key(old):
        problems.append(Problem("PROJ-017", where, "更正后与现有的相同。", "无需更正。"))
    if problems:
        raise Refused(*problems)
    made.supersedes, made.void, made.ordered_by, made.evidence_id = (
        old,
        void,
        ordered_by.strip(),
        None if void else old.evidence_id,
    )
    if void:
        made.amount = None
    made.save(force_insert=True)
    trail.describe(
        act="projects.void" if void else "projects.mend",
        obj=trail.Subject.of(project, project_title(project)),
        before=_shown_event(project, old),
        after=_shown_event(project, made) | {"ordered_by": made.ordered_by},
        reason=reason,
        region_id=project.region_id,
    )
    return made


def _event(
    project: Project, entry: NewEvent, by: Actor, origin: str, mending: bool = False
) -> tuple[Event | None, list[Problem]]:
    """The event as it will be stored, and everything that is wrong with it."""
    kind = load_event_kinds().get(entry.kind)
    if kind is None or project.kind not in kind.kinds:
        what = (
            f"没有事项“{entry.kind}”。"
            if kind is None
            else f"“{kind.label}”不是{project.get_kind_display()}项目的事项。"
        )
        return None, [Problem("PROJ-010", Place(project_title(project), field="事项"), what, "请在列出的事项中选择。")]
    where = f"{project_title(project)} {entry.on} “{kind.label}”"
    problems = (
        []
        if mending or project.state in (Project.PLANNED, Project.RESERVE)
        else [out_of_library_problem(project, where)]
    )
    try:
        amount = _amount(kind, project.kind, entry.amount)
    except InvalidField as unfit:
        amount = None
        problems.append(Problem("PROJ-011", Place(where, field="数量"), unfit.what, unfit.fix))
    allowed = kind.modes_for(project.kind)
    if entry.mode and entry.mode not in allowed:
        listed = "、".join(f"{MODES[mode]}（{mode}）" for mode in allowed)
        problems.append(
            Problem(
                "PROJ-012",
                Place(where, field="方式"),
                f"方式“{MODES.get(entry.mode, entry.mode)}”不适用。",
                f"请写 {listed} 之一。" if listed else "请留空。",
            )
        )
    problems += future_day_problems(where, "日期", entry.on)
    if amount is not None and amount < 0 and not entry.note.strip():
        problems.append(
            Problem(
                "PROJ-015",
                Place(where, field="数量"),
                f"数量 {amount_text(kind.code, project.kind, amount)} 小于 0。",
                "累计数调减的，请在说明里写明原因。",
            )
        )
    if kind.number and not entry.number.strip():
        problems.append(Problem("PROJ-013", Place(where, field="文号、证号"), "没有写证号或文号。", "请照证照填写。"))
    if kind.choices and entry.note not in kind.choices:
        problems.append(
            Problem(
                "PROJ-013",
                Place(where, field="形象进度"),
                f"“{entry.note}”不认识。",
                f"请写 {'、'.join(kind.choices)} 之一。",
            )
        )
    for name in ("part", "number"):
        column = Event._meta.get_field(name)
        if len(getattr(entry, name)) > column.max_length:
            place = Place(where, field=column.verbose_name)
            what = f"{column.verbose_name}超过 {column.max_length} 个字。"
            problems.append(Problem("PROJ-013", place, what, "请写短一些。"))
    made = Event(
        project=project, region_id=project.region_id, kind=kind.code, on=entry.on, amount=amount, mode=entry.mode, part=entry.part.strip(),
        number=entry.number.strip(), note=entry.note.strip(), origin=origin, by=by.key,
        void=False, ordered_by="", at=timezone.now(),  # said here, so that many go in by one statement of arrays
    )  # fmt: skip
    return made, problems


def _amount(kind: EventKind, project_kind: str, said: str | int | None) -> int | None:
    unit_name = kind.unit_for(project_kind)
    blank = said is None or (isinstance(said, str) and not said.strip())
    if not unit_name:
        if not blank:
            raise InvalidField("这个事项没有数量。", "请把数量留空，写日期和文号即可。")
        return None
    if isinstance(said, float):
        raise InvalidField("数量是浮点数。", "请写成文字或整数。")
    if blank:
        if kind.needs_amount:
            raise InvalidField("没有写数量。", f"请写以{unit_name}计的数；这一次确实没有的不必登记。")
        return None
    amount = read_quantity(said, unit_name) if isinstance(said, str) else said
    if amount is not None and abs(amount) >= 2**63:
        raise InvalidField("数量大得存不下。", "请核对单位和位数。")
    return amount


def _key(event: Event) -> tuple[Any, ...]:
    return (
        event.project_id,
        event.kind,
        event.on,
        event.amount,
        event.mode,
        event.part,
        event.number,
        event.note if load_event_kinds()[event.kind].choices else "",
    )


def _repeated_events(made: Sequence[Event]) -> list[Event]:
    """Standing events that say the same as these: a second click, a file sent twice."""
    if not made:
        return []
    keys = {_key(one) for one in made}
    standing = Event.objects.filter(
        project_id__in={one.project_id for one in made}, kind__in={one.kind for one in made}, on__in={one.on for one in made},
        superseded_by=None, void=False,
    )  # fmt: skip
    return [one for one in standing if _key(one) in keys]


def _recorded_already(project: Project, made: Event, there: Event) -> Problem:
    where = f"{project_title(project)} {made.on} “{load_event_kinds()[made.kind].label}”"
    what = f"{there.by} 已于 {timezone.localtime(there.at):%Y-%m-%d %H:%M} 登记过同样的一条。"
    return Problem("PROJ-014", where, what, "重复的不必再登；确是另一次的，请写明楼栋或文号以示区别。")


def _shown_event(project: Project, event: Event) -> dict[str, str]:
    said = {
        "event": str(event.pk), "kind": load_event_kinds()[event.kind].label, "on": str(event.on), "amount": amount_text(event.kind, project.kind, event.amount),
        "mode": MODES.get(event.mode, ""), "part": event.part, "number": event.number, "note": event.note, "origin": event.origin,
    }  # fmt: skip
    return {key: value for key, value in said.items() if value}
