"""The acts on a project: each a page with its form. Parse, call the service, go back; what was refused stays as it was typed."""

import dataclasses
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anju.core.addresses import path_of
from anju.core.frame import frame, show
from anju.core.models import File
from anju.core.permissions import acting
from anju.core.scope import Operator, visible
from anju.core.templatetags.anju import address
from anju.problems import Problem, Refused
from anju.projects import queries, services
from anju.projects.base import by_document
from anju.projects.events import MODES, conditions, events, events_for
from anju.projects.events import shown as amount_shown
from anju.projects.fields import FIELDS, PLANNED, Field, fields_for
from anju.projects.fields import show as text_of
from anju.projects.forms import PARTS, Input, Reading, changed, project_parts, typed, wrongs
from anju.projects.late import project_line
from anju.projects.models import Event, Project
from anju.projects.views import shown
from anju.projects.views.one import in_frame, shown_on

Parts = Sequence[tuple[str, Sequence[Input]]]
TWO_WAYS = "录错了的，填报岗“录入更正”，写明原因；计划变了的，审核岗凭文号“调整计划”。"
get_or_post = require_http_methods(["GET", "POST"])


def act(
    request: HttpRequest, *, form: Callable[[Mapping[str, str], Mapping[str, str]], Parts], do: Callable[[Reading], str], back: str, where: str,
    start: Mapping[str, str] | None = None, **shown_too: Any,
) -> HttpResponse:  # fmt: skip
    """One act: its form, filled with `start`; on POST it is done and its sentence shown where one comes back to."""
    if request.method == "GET":
        return show(request, "projects/act.html", parts=form(start or {}, {}), back=back, **shown_too)
    reading = Reading(request.POST, request.FILES, where)
    try:
        messages.success(request, do(reading))
    except Refused as refused:
        labels = {one.name: one.label for _, inputs in form({}, {}) for one in inputs}
        said = {name: text for name, text in request.POST.items() if isinstance(text, str)}
        parts = form(said, wrongs(refused.problems, labels))
        return show(
            request, "projects/act.html", status=422, parts=parts, back=back, problems=refused.problems, **shown_too
        )
    return redirect(address(request, back))


def one_part(*inputs: Input) -> Parts:
    return [("", inputs)]


def today() -> str:
    return timezone.localdate().isoformat()


# -- registering and editing ---------------------------------------------------------------------------------------------------


@acting("projects.edit")
@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """登记项目: the fields of one kind of project."""
    made = frame(request)
    kind = request.POST.get("kind") or request.GET.get("kind") or ""
    kind = kind if kind in Project.Kind.values else Project.Kind.SHANTY.value
    values: dict[str, str] = {"year": str(made.on.year)}
    problems: list[Problem] = []
    if request.method == "POST":
        values = typed(request.POST, [field.name for field in fields_for(kind)])
        try:
            found = services.register(by=request.operator, region=made.region, **values | {"kind": kind})
            messages.success(request, f"已登记“{found.name}”，编码 {found.code}。")
            more = request.POST.get("also") == "more"
            return redirect(address(request, "projects:new", kind=kind) if more else address(request, found))
        except Refused as refused:
            problems = refused.problems
    return show(
        request, "projects/new.html", status=422 if problems else 200, heading=f"登记{Project.Kind(kind).label}项目", problems=problems, kinds=shown.KINDS,
        kind=kind, parts=project_parts(kind, values, problems),
    )  # fmt: skip


@acting("projects.edit")
@get_or_post
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.project(request.operator, pk)
    in_frame(request, found)
    locked = {
        "year",
        *(name for name in PLANNED if found.state != Project.RESERVE and getattr(found, name) is not None),
    }
    stands = {field.name: getattr(found, field.name) for field in fields_for(found.kind)}

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        parts = project_parts(found.kind, stands | said, locked=locked)
        parts = [
            (title, [dataclasses.replace(one, wrong=wrong.get(one.name, "")) for one in inputs])
            for title, inputs in parts
        ]
        return [*parts, ("", [Input("version", "", "hidden", said.get("version", str(found.version)))])]

    def do(reading: Reading) -> str:
        names = [name for _, names in PARTS for name in names if name not in locked]
        texts = changed(found, typed(reading.post, names))
        services.edit(by=request.operator, project_id=pk, version=reading.number("version", "版本") or 0, **texts)
        return f"已修改“{found.name}”。" if texts else "没有改动。"

    sub = f"计划数下达以后不在这里改：{TWO_WAYS}" if locked - {"year"} else ""
    return act(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"修改：{found.name}",
        sub=sub,
        label="保存修改",
    )


@acting("projects.edit")
@get_or_post
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """列入年度计划."""
    found = queries.project(request.operator, pk)
    made = in_frame(request, found)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        return one_part(
            Input("year", "计划年度", value=said.get("year", str(made.on.year)), wrong=wrong.get("year", "")),
            Input("on", "列入日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
            Input("number", "文号", value=said.get("number", ""), wrong=wrong.get("number", "")),
        )

    def do(reading: Reading) -> str:
        year, on = reading.number("year", "计划年度"), reading.day("on", "列入日期")
        reading.check()
        services.plan(by=request.operator, project_id=pk, year=year, on=on, number=reading.text("number"))
        return f"“{found.name}”已列入{year}年计划。"

    return act(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"列入年度计划：{found.name}", label="列入年度计划",
        effect="列入以后计入当年计划，计划数凭文号才能改。",
    )  # fmt: skip


# -- progress ------------------------------------------------------------------------------------------------------------------


def kinds_told(project: Project) -> dict[str, Any]:
    """What record.js asks for each kind of event."""
    return {
        kind.code: {
            "unit": kind.unit_for(project.kind), "modes": list(kind.modes_for(project.kind)), "number": kind.number, "choices": list(kind.choices),
            "optional": not kind.needs_amount,
        }
        for kind in events_for(project.kind)
    }  # fmt: skip


def record_inputs(project: Project, said: Mapping[str, str], wrong: Mapping[str, str]) -> list[Input]:
    kinds = events_for(project.kind)
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


def keep(user: Operator, project: Project, chosen: tuple[str, bytes] | None) -> File | None:
    if chosen is None:
        return None
    name, content = chosen
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return services.keep_file(by=user, region_id=project.region_id, name=name, content=content, media=media)


def record_from(reading: Reading, user: Operator, project: Project, evidence: File | None) -> Event:
    """The event that the form says; the words of 形象进度 have a field of their own."""
    kind, on = reading.text("kind"), reading.day("on", "日期")
    if not kind:
        reading.problems.append(Problem("PROJ-050", f"{reading.where} “事项”", "没有选择。", "请选登记的是哪一件事。"))
    reading.check()
    known = events().get(kind)
    note = reading.text("stage") if known and known.choices else reading.text("note")
    amount = reading.text("amount") if known is None or known.unit_for(project.kind) else ""
    modes = known.modes_for(project.kind) if known else ()
    mode = reading.text("mode")
    return services.record(
        by=user, project_id=project.pk, kind=kind, on=on, amount=amount or None, mode=mode if mode in modes else "", part=reading.text("part"),
        number=reading.text("number"), note=note, evidence=evidence,
    )  # fmt: skip


@acting("projects.edit")
@get_or_post
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """登记进度."""
    user = request.operator
    found = queries.project(user, pk)
    on = shown_on(request, found)
    line = project_line(user, found, on)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        evidence = Input(
            "evidence",
            "佐证（可不传）",
            "file",
            hint="许可证、验收表、付款凭证等，20 兆以内" + ("；请重新选一次" if said.get("on") else ""),
            whole=True,
        )
        return one_part(*record_inputs(found, said, wrong), evidence)

    def do(reading: Reading) -> str:
        kept = reading.file("evidence", "佐证")
        event = record_from(reading, user, found, keep(user, found, kept) if not reading.problems else None)
        return f"已登记{events()[event.kind].label}，{event.on}。"

    return act(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"登记进度：{found.name}", sub=shown.summary(line),
        label="登记进度", kinds_told=kinds_told(found), start={"kind": request.GET.get("kind", "")},
    )  # fmt: skip


@acting("projects.edit")
@get_or_post
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    """更正 or 撤回 an event. Both stay to be seen."""
    user = request.operator
    event = visible(Event.objects.select_related("project__region"), user).get(pk=pk)
    found, kind = event.project, events()[event.kind]
    in_frame(request, found)
    unit, back = kind.unit_for(found.kind), found.get_absolute_url()

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        inputs = [Input("on", "日期", "date", said.get("on", event.on.isoformat()), wrong=wrong.get("on", ""))]
        if unit:
            stands = "" if event.amount is None else amount_shown(event.amount, unit)
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
        return one_part(*inputs)

    def do(reading: Reading) -> str:
        void = reading.text("also") == "void"
        on = event.on if void else reading.day("on", "日期")
        reading.check()
        amount = None if void else reading.text("amount") if unit else services.KEEP
        services.mend(
            by=user, event_id=pk, reason=reading.text("reason"), amount=amount, on=on, part=reading.text("part"), number=reading.text("number"),
            ordered_by=reading.text("ordered_by"),
        )  # fmt: skip
        return f"已{'撤回' if void else '更正'}{event.on}的{kind.label}，原来的一条留着。"

    return act(
        request, form=form, do=do, back=back, where=found.name, heading=f"更正{event.on:%Y-%m-%d}的{kind.label}：{found.name}",
        sub=f"现为{amount_shown(event.amount, unit)}{unit}" if unit and event.amount is not None else "", label="更正这一条",
        others=[("void", "撤回这一条（没有发生）")], effect="更正另记一条，原来的一条划去但留着；两者都看得到何人何时。",
    )  # fmt: skip


@acting("projects.edit")
@get_or_post
def meet(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """A line of the checklist of 开工条件."""
    user = request.operator
    found = queries.project(user, pk)
    in_frame(request, found)
    ready = next((one for one in queries.checklist(user, found) if one.code == code), None)
    label = conditions()[code].label if code in conditions() else code
    known = ready.condition if ready else None

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        met_on = known.met_on.isoformat() if known and known.met_on else ""
        return one_part(
            Input("met_on", "具备日期", "date", said.get("met_on", met_on), wrong=wrong.get("met_on", "")),
            Input("number", "文号、证号", value=said.get("number", known.number if known else "")),
        )

    def do(reading: Reading) -> str:
        spared, cleared = reading.text("also") == "spared", reading.text("also") == "cleared"
        met_on = None if spared or cleared else reading.day("met_on", "具备日期")
        reading.check()
        services.meet(
            by=user,
            project_id=pk,
            code=code,
            met_on=met_on,
            number="" if cleared else reading.text("number"),
            not_needed=spared,
        )
        return f"“{label}”已记为{'不需要' if spared else '未具备' if cleared else '具备'}。"

    others = [("spared", "这个项目不需要")] + ([("cleared", "恢复为未具备")] if known else [])
    return act(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"开工条件“{label}”：{found.name}",
        label="记为具备",
        others=others,
    )


@acting("projects.edit")
@get_or_post
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """公开约定竣工日期."""
    found = queries.project(request.operator, pk)
    in_frame(request, found)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        due, day = (
            text_of(FIELDS["due_on"], found.due_on),
            found.due_published_on.isoformat() if found.due_published_on else today(),
        )
        return one_part(
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

    def do(reading: Reading) -> str:
        due, day = reading.day("due_on", "约定竣工日期", needed=False), reading.day("published_on", "公开日期")
        reading.check()
        services.publish_due(by=request.operator, project_id=pk, due_on=due, published_on=day, at=reading.text("at"))
        return "已登记约定竣工日期和公开情况。"

    return act(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"公开约定竣工日期：{found.name}",
        label="登记公开",
    )


# -- by document ---------------------------------------------------------------------------------------------------------------


def document_inputs(said: Mapping[str, str], wrong: Mapping[str, str]) -> list[Input]:
    return [
        Input("number", "文号", value=said.get("number", ""), wrong=wrong.get("number", "")),
        Input("on", "日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
        Input("ordered_by", "上级要求的依据", value=said.get("ordered_by", ""), hint="上级要求调整的，写文号"),
        Input("reason", "原因", "area", said.get("reason", ""), wrong=wrong.get("reason", ""), whole=True),
    ]


def documented(reading: Reading) -> dict[str, Any]:
    on: date | None = reading.day("on", "日期")
    return {
        "number": reading.text("number"),
        "on": on,
        "reason": reading.text("reason"),
        "ordered_by": reading.text("ordered_by"),
    }


@acting("projects.edit")
@get_or_post
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """录入更正: plan numbers that were wrongly typed, as long as nothing locked has them."""
    user = request.operator
    found = queries.project(user, pk)
    in_frame(request, found)
    bound = by_document(user, found)
    fields = [field for field in fields_for(found.kind) if field.planned]
    free = [field for field in fields if field.name not in bound]
    held = "；".join(f"{field.label.partition('（')[0]}{bound[field.name]}" for field in fields if field.name in bound)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        reason = Input(
            "reason", "原因", "area", said.get("reason", ""), wrong=wrong.get("reason", ""), whole=True, hint="错在哪里、以什么文件为准，如：下达文件为282套，录成了228套",
        )  # fmt: skip
        version = Input("version", "", "hidden", said.get("version", str(found.version)))
        return [("录入的计划数", plan_inputs(found, free, said, wrong)), ("", [reason, version])] if free else []

    def do(reading: Reading) -> str:
        version = reading.number("version", "版本")
        reading.check()
        texts = changed(found, typed(reading.post, [one.name for one in fields]))
        services.correct_plan(by=user, project_id=pk, version=version, reason=reading.text("reason"), **texts)
        return f"已更正“{found.name}”的录入，改前改后都留着。"

    effect = (
        "只改录错的数；改前改后、原因和何人何时都留着。正在填报的报表请再点“按台账更新”。"
        if free
        else "这个项目的计划数都要凭文号调整，请审核岗办理。"
    )
    return act(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"录入更正：{found.name}", label="更正" if free else "",
        sub="计划变了的不在这里改，由审核岗凭文号“调整计划”。" + (f"要凭文号的：{held}。" if held else ""), effect=effect,
    )  # fmt: skip


def plan_inputs(
    found: Project, fields: Sequence[Field], said: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Input]:
    return [
        Input(one.name, one.label.partition("（")[0], value=said.get(one.name, text_of(one, getattr(found, one.name))), unit=one.unit,
              wrong=wrong.get(one.name, ""), hint=f"现为{text_of(one, getattr(found, one.name)) or '空白'}")
        for one in fields
    ]  # fmt: skip


@acting("projects.adjust")
@get_or_post
def adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """调整计划, by a document."""
    found = queries.project(request.operator, pk)
    in_frame(request, found)
    fields = [field for field in fields_for(found.kind) if field.planned]

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        version = Input("version", "", "hidden", said.get("version", str(found.version)))
        return [("依据", [*document_inputs(said, wrong), version]), ("计划数", plan_inputs(found, fields, said, wrong))]

    def do(reading: Reading) -> str:
        said, version = documented(reading), reading.number("version", "版本")
        reading.check()
        texts = changed(found, typed(reading.post, [one.name for one in fields]))
        services.adjust(by=request.operator, project_id=pk, version=version, **said, **texts)
        return f"已按{said['number']}调整“{found.name}”。"

    return act(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"调整计划：{found.name}", label="按文号调整",
        sub="计划变了才调整。只是录错、还没有进过锁定报表的，由填报岗“录入更正”，不用文号。",
        effect="调整前后的数都留着；以后的开工率、建成率按调整后的计划数算。",
    )  # fmt: skip


@acting("projects.adjust")
@get_or_post
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """置换: another registered project takes its place."""
    user = request.operator
    found = queries.project(user, pk)
    in_frame(request, found)
    others = visible(
        Project.objects.filter(region=found.region, kind=found.kind, state=Project.PLANNED).exclude(pk=pk), user
    )
    choices = [(str(one.pk), f"{one.name}（{one.code}）") for one in others.order_by("-year", "code")[:500]]

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        other = Input(
            "replaced_by",
            "置换为",
            "choice",
            said.get("replaced_by", ""),
            choices=choices,
            hint="请选择",
            whole=True,
            wrong=wrong.get("replaced_by", ""),
        )
        return one_part(other, *document_inputs(said, wrong))

    def do(reading: Reading) -> str:
        said, other = documented(reading), reading.number("replaced_by", "置换为")
        reading.check()
        services.replace(by=user, project_id=pk, replaced_by=other, **said)
        return f"“{found.name}”已置换。"

    return act(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"置换：{found.name}", label="按文号置换", css="btn-risk",
        effect=f"“{found.name}”不再计入计划，它的进度留着但不再登记。置换为的项目须先登记、同类型、在册。",
    )  # fmt: skip


@acting("projects.adjust")
@get_or_post
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """取消, by a document."""
    found = queries.project(request.operator, pk)
    in_frame(request, found)

    def do(reading: Reading) -> str:
        said = documented(reading)
        reading.check()
        services.cancel(by=request.operator, project_id=pk, **said)
        return f"“{found.name}”已取消。"

    return act(
        request, form=lambda said, wrong: one_part(*document_inputs(said, wrong)), do=do, back=path_of("projects:project", pk), where=found.name,
        heading=f"取消：{found.name}", label="按文号取消这个项目", css="btn-risk", effect="取消以后不再计入计划，也不能恢复；登记过的进度留着。",
    )  # fmt: skip


@acting("projects.adjust")
@get_or_post
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """办结."""
    return _moved(request, pk, services.close, "办结", "办结以后不再登记进度；需要时可以重新打开。")


@acting("projects.adjust")
@get_or_post
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """重新打开."""
    return _moved(request, pk, services.reopen, "重新打开", "重新打开以后可以再登记进度。")


def _moved(request: HttpRequest, pk: int, service: Callable[..., Project], label: str, effect: str) -> HttpResponse:
    found = queries.project(request.operator, pk)
    in_frame(request, found)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        return one_part(
            Input("on", "日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
            Input("reason", "说明", "area", said.get("reason", ""), wrong=wrong.get("reason", ""), whole=True),
        )

    def do(reading: Reading) -> str:
        on = reading.day("on", "日期")
        reading.check()
        service(by=request.operator, project_id=pk, on=on, reason=reading.text("reason"))
        return f"“{found.name}”已{label}。"

    return act(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"{label}：{found.name}",
        label=label,
        effect=effect,
    )
