"""Recording what happened to a project, mending it, and its conditions and publication."""

import mimetypes
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.models.file import File
from anju.core.pages.addresses import path_of
from anju.core.pages.forms import Input, Upload
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.people.scope import Actor, visible_rows
from anju.problems import Problem
from anju.projects.event_kinds import MODES, event_kinds_for, load_condition_kinds, load_event_kinds
from anju.projects.fields import FIELDS, field_text
from anju.projects.models import Event, Project
from anju.projects.pages import listing
from anju.projects.pages.acts import Parts, act_page, display_day, get_or_post, project_context, single_part, today
from anju.projects.pages.forms import ProjectForm
from anju.projects.queries import projects
from anju.projects.queries.conditions import checklist
from anju.projects.queries.overdue import read_project_line
from anju.projects.services import events as event_services
from anju.projects.services import projects as project_services
from anju.quantities import exact_text


def event_kinds_of(project: Project) -> dict[str, Any]:
    """What record.js asks for each kind of event."""
    return {
        kind.code: {
            "unit": kind.unit_for(project.kind), "modes": list(kind.modes_for(project.kind)), "number": kind.number, "choices": list(kind.choices),
            "optional": not kind.needs_amount,
        }
        for kind in event_kinds_for(project.kind)
    }  # fmt: skip


def record_inputs(project: Project, said: Mapping[str, str], wrong: Mapping[str, str]) -> list[Input]:
    kinds = event_kinds_for(project.kind)
    modes = [
        (mode, MODES[mode]) for mode in dict.fromkeys(mode for kind in kinds for mode in kind.modes_for(project.kind))
    ]
    stage = [(word, word) for kind in kinds for word in kind.choices]
    listed = [
        (kind.code, f"{kind.stage}：{kind.label}{f'（{unit}）' if (unit := kind.unit_for(project.kind)) else ''}")
        for kind in kinds
    ]

    def one(name: str, label: str, kind: str = "text", start: str = "", **more: Any) -> Input:
        return Input(name, label, kind, said.get(name, start), wrong=wrong.get(name, ""), **more)

    made = [
        one("kind", "事项", "choice", choices=listed, hint="请选择", whole=True),
        one("on", "日期", "date", today()),
        one("amount", "数量", hint="这一次新增的数，不是累计"),
        one("mode", "方式", "choice", choices=modes, hint="不分"),
        one("stage", "形象进度", "choice", choices=stage, hint="请选择"),
        one("part", "楼栋或部位", hint="如 3号楼、二期"),
        one("number", "文号、证号"),
        one("note", "说明", whole=True),
    ]
    return [one for one in made if (one.name != "mode" or modes) and (one.name != "stage" or stage)]


def keep_evidence(user: Actor, project: Project, chosen: Upload | None) -> File | None:
    if chosen is None:
        return None
    media = mimetypes.guess_type(chosen.name)[0] or "application/octet-stream"
    return keep_file(by=user, region_id=project.region_id, name=chosen.name, content=chosen.content, media=media)


def record_submitted(posted: ProjectForm, user: Actor, project: Project, evidence: File | None) -> Event:
    """The event that the form says; the words of 形象进度 have a field of their own."""
    kind, on = posted.text("kind"), posted.day("on", "日期")
    if not kind:
        posted.refuse("kind", Problem("PROJ-050", posted.place("事项"), "没有选择。", "请选登记的是哪一件事。"))
    posted.check()
    known = load_event_kinds().get(kind)
    note = posted.text("stage") if known and known.choices else posted.text("note")
    amount = posted.text("amount") if known is None or known.unit_for(project.kind) else ""
    modes = known.modes_for(project.kind) if known else ()
    mode = posted.text("mode")
    return event_services.record_event(
        by=user, project_id=project.pk, kind=kind, on=on, amount=amount or None, mode=mode if mode in modes else "", part=posted.text("part"),
        number=posted.text("number"), note=note, evidence=evidence,
    )  # fmt: skip


@requires_permission("projects.edit")
@get_or_post
def record_event(request: Request, pk: int) -> HttpResponse:
    """登记进度."""
    user = request.actor
    found = projects.find_project(user, pk)
    on = display_day(request, found)
    line = read_project_line(user, found, on)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        evidence = Input(
            "evidence",
            "佐证（可不传）",
            "file",
            hint=f"许可证、验收表、付款凭证等，{file_sizes.megabytes(file_sizes.EVIDENCE)} 兆以内"
            + ("；请重新选一次" if said.get("on") else ""),
            whole=True,
        )
        return single_part(*record_inputs(found, said, wrong), evidence)

    def do(posted: ProjectForm) -> str:
        kept = posted.file("evidence", "佐证")
        event = record_submitted(posted, user, found, keep_evidence(user, found, kept) if not posted.problems else None)
        return f"已登记{load_event_kinds()[event.kind].label}，{event.on}。"

    return act_page(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"登记进度：{found.name}", sub=listing.project_summary(line),
        label="登记进度", kinds_told=event_kinds_of(found), start={"kind": request.GET.get("kind", "")},
    )  # fmt: skip


@requires_permission("projects.edit")
@get_or_post
def mend_event(request: Request, pk: int) -> HttpResponse:
    """更正 or 撤回 an event. Both stay to be seen."""
    user = request.actor
    event = visible_rows(Event.objects.select_related("project__region"), user).get(pk=pk)
    found, kind = event.project, load_event_kinds()[event.kind]
    project_context(request, found)
    unit, back = kind.unit_for(found.kind), found.get_absolute_url()

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        inputs = [Input("on", "日期", "date", said.get("on", event.on.isoformat()), wrong=wrong.get("on", ""))]
        if unit:
            stands = exact_text(event.amount, unit)
            inputs.append(
                Input("amount", "数量", value=said.get("amount", stands), unit=unit, wrong=wrong.get("amount", ""))
            )
        inputs += [
            Input("part", "楼栋或部位", value=said.get("part", event.part)),
            Input("number", "文号、证号", value=said.get("number", event.number)),
            Input(
                "reason",
                "更正原因",
                "area",
                said.get("reason", ""),
                wrong=wrong.get("reason", ""),
                whole=True,
                hint="为什么改、依据什么改",
            ),
            Input(
                "ordered_by",
                "上级要求的依据",
                value=said.get("ordered_by", ""),
                hint="上级要求更正的，写文号",
                whole=True,
            ),
        ]
        return single_part(*inputs)

    def do(posted: ProjectForm) -> str:
        void = posted.text("also") == "void"
        on = event.on if void else posted.day("on", "日期")
        posted.check()
        amount = None if void else posted.text("amount") if unit else event_services.KEEP
        event_services.mend_event(
            by=user, event_id=pk, reason=posted.text("reason"), amount=amount, on=on, part=posted.text("part"), number=posted.text("number"),
            ordered_by=posted.text("ordered_by"),
        )  # fmt: skip
        return f"已{'撤回' if void else '更正'}{event.on}的{kind.label}，原来的一条留着。"

    return act_page(
        request, form=form, do=do, back=back, where=found.name, heading=f"更正{event.on:%Y-%m-%d}的{kind.label}：{found.name}",
        sub=f"现为{exact_text(event.amount, unit)}{unit}" if unit and event.amount is not None else "", label="更正这一条",
        others=[("void", "撤回这一条（没有发生）")], effect="更正另记一条，原来的一条划去但留着；两者都看得到何人何时。",
    )  # fmt: skip


@requires_permission("projects.edit")
@get_or_post
def meet_condition(request: Request, pk: int, code: str) -> HttpResponse:
    """A line of the checklist of 开工条件."""
    user = request.actor
    found = projects.find_project(user, pk)
    project_context(request, found)
    ready = next((one for one in checklist(user, found) if one.code == code), None)
    label = load_condition_kinds()[code].label if code in load_condition_kinds() else code
    known = ready.condition if ready else None

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        met_on = known.met_on.isoformat() if known and known.met_on else ""
        return single_part(
            Input("met_on", "具备日期", "date", said.get("met_on", met_on), wrong=wrong.get("met_on", "")),
            Input("number", "文号、证号", value=said.get("number", known.number if known else "")),
        )

    def do(posted: ProjectForm) -> str:
        spared, cleared = posted.text("also") == "spared", posted.text("also") == "cleared"
        met_on = None if spared or cleared else posted.day("met_on", "具备日期")
        posted.check()
        project_services.meet_condition(
            by=user,
            project_id=pk,
            code=code,
            met_on=met_on,
            number="" if cleared else posted.text("number"),
            not_needed=spared,
        )
        return f"“{label}”已记为{'不需要' if spared else '未具备' if cleared else '具备'}。"

    others = [("spared", "这个项目不需要")] + ([("cleared", "恢复为未具备")] if known else [])
    return act_page(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"开工条件“{label}”：{found.name}",
        label="记为具备",
        others=others,
    )


@requires_permission("projects.edit")
@get_or_post
def publish_due_date(request: Request, pk: int) -> HttpResponse:
    """公开约定竣工日期."""
    found = projects.find_project(request.actor, pk)
    project_context(request, found)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        due, day = (
            field_text(FIELDS["due_on"], found.due_on),
            found.due_published_on.isoformat() if found.due_published_on else today(),
        )
        return single_part(
            Input(
                "due_on",
                "约定竣工日期",
                "date",
                said.get("due_on", due),
                wrong=wrong.get("due_on", ""),
                hint="以施工合同为准",
            ),
            Input(
                "published_on", "公开日期", "date", said.get("published_on", day), wrong=wrong.get("published_on", "")
            ),
            Input(
                "at",
                "公开网址或载体",
                value=said.get("at", found.due_published_at),
                wrong=wrong.get("at", ""),
                whole=True,
            ),
        )

    def do(posted: ProjectForm) -> str:
        due, day = posted.day("due_on", "约定竣工日期", required=False), posted.day("published_on", "公开日期")
        posted.check()
        project_services.publish_due_date(
            by=request.actor, project_id=pk, due_on=due, published_on=day, at=posted.text("at")
        )
        return "已登记约定竣工日期和公开情况。"

    return act_page(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"公开约定竣工日期：{found.name}",
        label="登记公开",
    )
