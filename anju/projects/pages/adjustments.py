"""Changing what was planned: correction, adjustment, replacement, cancellation, closing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse

from anju.core.pages.addresses import path_of
from anju.core.pages.forms import Input
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.people.scope import visible_rows
from anju.projects.base import fields_by_document
from anju.projects.fields import ProjectField, field_text, fields_for
from anju.projects.models import Project
from anju.projects.pages.acts import Parts, act_page, get_or_post, project_context, single_part, today
from anju.projects.pages.forms import ProjectForm, changed_values
from anju.projects.queries import projects
from anju.projects.services import adjustments
from anju.projects.services import projects as project_services


def document_inputs(said: Mapping[str, str], wrong: Mapping[str, str]) -> list[Input]:
    return [
        Input("number", "文号", value=said.get("number", ""), wrong=wrong.get("number", "")),
        Input("on", "日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
        Input("ordered_by", "上级要求的依据", value=said.get("ordered_by", ""), hint="上级要求调整的，写文号"),
        Input("reason", "原因", "area", said.get("reason", ""), wrong=wrong.get("reason", ""), whole=True),
    ]


def read_document_inputs(posted: ProjectForm) -> dict[str, Any]:
    on: date | None = posted.day("on", "日期")
    return {
        "number": posted.text("number"),
        "on": on,
        "reason": posted.text("reason"),
        "ordered_by": posted.text("ordered_by"),
    }


@requires_permission("projects.edit")
@get_or_post
def correct_plan(request: Request, pk: int) -> HttpResponse:
    """录入更正: plan numbers that were wrongly typed, as long as nothing locked has them."""
    user = request.actor
    found = projects.find_project(user, pk)
    project_context(request, found)
    bound = fields_by_document(user, found)
    fields = [field for field in fields_for(found.kind) if field.planned]
    free = [field for field in fields if field.name not in bound]
    held = "；".join(f"{field.label.partition('（')[0]}{bound[field.name]}" for field in fields if field.name in bound)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        reason = Input(
            "reason", "原因", "area", said.get("reason", ""), wrong=wrong.get("reason", ""), whole=True, hint="错在哪里、以什么文件为准，如：下达文件为282套，录成了228套",
        )  # fmt: skip
        version = Input("version", "", "hidden", said.get("version", str(found.version)))
        return [("录入的计划数", plan_inputs(found, free, said, wrong)), ("", [reason, version])] if free else []

    def do(posted: ProjectForm) -> str:
        version = posted.number("version", "版本")
        posted.check()
        texts = changed_values(found, posted.texts([one.name for one in fields]))
        adjustments.correct_plan(by=user, project_id=pk, version=version, reason=posted.text("reason"), **texts)
        return f"已更正“{found.name}”的录入，改前改后都留着。"

    effect = (
        "只改录错的数；改前改后、原因和何人何时都留着。正在填报的报表请再点“按台账更新”。"
        if free
        else "这个项目的计划数都要凭文号调整，请审核岗办理。"
    )
    return act_page(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"录入更正：{found.name}", label="更正" if free else "",
        sub="计划变了的不在这里改，由审核岗凭文号“调整计划”。" + (f"要凭文号的：{held}。" if held else ""), effect=effect,
    )  # fmt: skip


def plan_inputs(
    found: Project, fields: Sequence[ProjectField], said: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Input]:
    return [
        Input(one.name, one.label.partition("（")[0], value=said.get(one.name, field_text(one, getattr(found, one.name))), unit=one.unit,
              wrong=wrong.get(one.name, ""), hint=f"现为{field_text(one, getattr(found, one.name)) or '空白'}")
        for one in fields
    ]  # fmt: skip


@requires_permission("projects.adjust")
@get_or_post
def adjust_plan(request: Request, pk: int) -> HttpResponse:
    """调整计划, by a document."""
    found = projects.find_project(request.actor, pk)
    project_context(request, found)
    fields = [field for field in fields_for(found.kind) if field.planned]

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        version = Input("version", "", "hidden", said.get("version", str(found.version)))
        return [("依据", [*document_inputs(said, wrong), version]), ("计划数", plan_inputs(found, fields, said, wrong))]

    def do(posted: ProjectForm) -> str:
        said, version = read_document_inputs(posted), posted.number("version", "版本")
        posted.check()
        texts = changed_values(found, posted.texts([one.name for one in fields]))
        adjustments.adjust_plan(by=request.actor, project_id=pk, version=version, **said, **texts)
        return f"已按{said['number']}调整“{found.name}”。"

    return act_page(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"调整计划：{found.name}", label="按文号调整",
        sub="计划变了才调整。只是录错、还没有进过锁定报表的，由填报岗“录入更正”，不用文号。",
        effect="调整前后的数都留着；以后的开工率、建成率按调整后的计划数算。",
    )  # fmt: skip


@requires_permission("projects.adjust")
@get_or_post
def replace_project(request: Request, pk: int) -> HttpResponse:
    """置换: another registered project takes its place."""
    user = request.actor
    found = projects.find_project(user, pk)
    project_context(request, found)
    others = visible_rows(
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
        return single_part(other, *document_inputs(said, wrong))

    def do(posted: ProjectForm) -> str:
        said, other = read_document_inputs(posted), posted.number("replaced_by", "置换为")
        posted.check()
        adjustments.replace_project(by=user, project_id=pk, replaced_by=other, **said)
        return f"“{found.name}”已置换。"

    return act_page(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"置换：{found.name}", label="按文号置换", css="btn-risk",
        effect=f"“{found.name}”不再计入计划，它的进度留着但不再登记。置换为的项目须先登记、同类型、在册。",
    )  # fmt: skip


@requires_permission("projects.adjust")
@get_or_post
def cancel_project(request: Request, pk: int) -> HttpResponse:
    """取消, by a document."""
    found = projects.find_project(request.actor, pk)
    project_context(request, found)

    def do(posted: ProjectForm) -> str:
        said = read_document_inputs(posted)
        posted.check()
        adjustments.cancel_project(by=request.actor, project_id=pk, **said)
        return f"“{found.name}”已取消。"

    return act_page(
        request, form=lambda said, wrong: single_part(*document_inputs(said, wrong)), do=do, back=path_of("projects:project", pk), where=found.name,
        heading=f"取消：{found.name}", label="按文号取消这个项目", css="btn-risk", effect="取消以后不再计入计划，也不能恢复；登记过的进度留着。",
    )  # fmt: skip


@requires_permission("projects.adjust")
@get_or_post
def close_project(request: Request, pk: int) -> HttpResponse:
    """办结."""
    return _act_page(request, pk, project_services.close_project, "办结", "办结以后不再登记进度；需要时可以重新打开。")


@requires_permission("projects.adjust")
@get_or_post
def reopen_project(request: Request, pk: int) -> HttpResponse:
    """重新打开."""
    return _act_page(request, pk, project_services.reopen_project, "重新打开", "重新打开以后可以再登记进度。")


def _act_page(request: Request, pk: int, service: Callable[..., Project], label: str, effect: str) -> HttpResponse:
    found = projects.find_project(request.actor, pk)
    project_context(request, found)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        return single_part(
            Input("on", "日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
            Input("reason", "说明", "area", said.get("reason", ""), wrong=wrong.get("reason", ""), whole=True),
        )

    def do(posted: ProjectForm) -> str:
        on = posted.day("on", "日期")
        posted.check()
        service(by=request.actor, project_id=pk, on=on, reason=posted.text("reason"))
        return f"“{found.name}”已{label}。"

    return act_page(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"{label}：{found.name}",
        label=label,
        effect=effect,
    )
