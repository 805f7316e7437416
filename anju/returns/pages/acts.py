"""The acts of a return, one route each: hand in, review, opine, submit, lock, send back, correct."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from anju.core.jobs import queue
from anju.core.pages.context import frame, needs_region
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import acting
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.problems import Refused
from anju.returns.files.audit import audit_export
from anju.returns.models import Return
from anju.returns.pages.form import show_return
from anju.returns.pages.returns import show_home
from anju.returns.queries import returns
from anju.returns.services import corrections, locking, opening
from anju.returns.services import review as review_services

SEPARATORS = re.compile(r"[\s,，、；;]+")
FIELDS = ("remark", "agrees", "where", "ordered_by")


def done(request: Request, pk: int, act: str, says: str, call: Callable[[dict[str, str]], Any]) -> HttpResponse:
    """Do it and show the return; when refused, show what was typed and every problem."""
    ret = returns.ret(request.operator, pk)
    posted = PostedForm(request)
    given = {name: posted.text(name) for name in FIELDS}
    try:
        made = call(given)
    except Refused as refused:
        ret = returns.ret(request.operator, pk)  # as it now stands: somebody may have been faster
        return show_return(request, ret, status=422, problems=refused.problems, form=given | {"act": act})
    messages.success(request, says)
    return redirect("returns:return", made.pk if isinstance(made, Return) else pk)


@acting("returns.fill")
@require_POST
def open_one(request: Request) -> HttpResponse:
    """Begin a return, filled from the ledger and the last period; the one that is there, when there is one."""
    posted, region = PostedForm(request), frame(request).region
    if posted.text("region"):
        region = tree.region(request.operator, posted.text("region"))
    if region is None:
        raise Http404("没有区划")
    try:
        made = opening.open_return(
            by=request.operator, form_code=posted.text("form"), region=region, period=posted.text("period")
        )
    except Refused as refused:
        return show_home(request, status=422, problems=refused.problems)
    return redirect(made)


@acting("returns.fill")
@require_POST
def refresh(request: Request, pk: int) -> HttpResponse:
    ret = returns.ret(request.operator, pk)
    try:
        count = opening.refresh(by=request.operator, ret_id=pk)
    except Refused as refused:
        return show_return(request, returns.ret(request.operator, pk), status=422, problems=refused.problems)
    messages.success(
        request, f"已按台账更新{count}格；您填过的格没有动。" if count else "台账没有新的变化，没有要更新的格。"
    )
    return redirect(ret)


@acting("returns.fill")
@require_POST
def hand_in(request: Request, pk: int) -> HttpResponse:
    return done(
        request,
        pk,
        "hand_in",
        "已提交审核。审核前可以撤回修改。",
        lambda given: review_services.hand_in(by=request.operator, ret_id=pk),
    )


@acting("returns.fill")
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    return done(
        request,
        pk,
        "withdraw",
        "已撤回，可以接着改。",
        lambda given: review_services.withdraw(by=request.operator, ret_id=pk),
    )


@acting("returns.review")
@require_POST
def review(request: Request, pk: int) -> HttpResponse:
    return done(
        request,
        pk,
        "review",
        "审核通过，已送部门联审。",
        lambda given: review_services.review(by=request.operator, ret_id=pk, remark=given["remark"]),
    )


@acting("returns.opine")
@require_POST
def opine(request: Request, pk: int) -> HttpResponse:
    def call(given: dict[str, str]) -> Any:
        line, _, column = given["where"].rpartition("|")
        return review_services.opine(
            by=request.operator,
            ret_id=pk,
            agrees=given["agrees"] == "1",
            remark=given["remark"],
            line=line,
            column=column,
        )

    return done(request, pk, "opine", "联审意见已记入。", call)


@acting("returns.review")
@require_POST
def clear(request: Request, pk: int) -> HttpResponse:
    return done(
        request,
        pk,
        "clear",
        "联审完毕，已送单位负责人。",
        lambda given: review_services.clear(by=request.operator, ret_id=pk, remark=given["remark"]),
    )


@acting("returns.submit")
@require_POST
def submit(request: Request, pk: int) -> HttpResponse:
    return done(
        request,
        pk,
        "submit",
        "已上报市级，上报时间已记下。",
        lambda given: review_services.submit(by=request.operator, ret_id=pk, remark=given["remark"]),
    )


@acting("returns.lock")
@require_POST
def lock(request: Request, pk: int) -> HttpResponse:
    return done(
        request,
        pk,
        "lock",
        "已审定并锁定，数字已记入指标。",
        lambda given: locking.lock(by=request.operator, ret_id=pk, remark=given["remark"]),
    )


@acting("returns.see")  # who may depends on whose hands it is in: the table of moves says so
@require_POST
def send_back(request: Request, pk: int) -> HttpResponse:
    return done(
        request,
        pk,
        "return",
        "已退回填报岗，意见随表送达。",
        lambda given: review_services.send_back(by=request.operator, ret_id=pk, remark=given["remark"]),
    )


@acting("returns.correct")
@require_POST
def correct(request: Request, pk: int) -> HttpResponse:
    def call(given: dict[str, str]) -> Any:
        return corrections.correct(
            by=request.operator, ret_id=pk, reason=given["remark"], ordered_by=given["ordered_by"]
        )

    return done(request, pk, "correct", "更正表已开，原来的数已带过来。改好后照常提交审核。", call)


@acting("returns.lock")
@require_POST
@needs_region()
def close(request: Request) -> HttpResponse:
    """Lock a whole period: in the background, with its progress on a page of its own."""
    region = frame(request).region
    posted = PostedForm(request)
    form, period = posted.text("form"), posted.text("period")
    title = f"锁定{region.name}{period_label(period)}报表"
    made = queue.enqueue(
        request.operator,
        "returns.close",
        region_id=region.pk,
        title=title,
        region=region.code,
        form=form,
        period=period,
    )
    return redirect(made)


@acting("returns.audit")
@require_POST
@needs_region()
def audit(request: Request) -> HttpResponse:
    """What was submitted in these periods, for the auditor: with its manifest and digests."""
    region = frame(request).region
    posted = PostedForm(request)
    wanted = [one for one in SEPARATORS.split(posted.text("periods")) if one]
    try:
        content = audit_export(by=request.operator, region=region, periods=wanted, number=posted.text("number"))
    except Refused as refused:
        return show_home(request, status=422, problems=refused.problems)
    return file_response(content, f"{region.name}报表审计资料.zip")
