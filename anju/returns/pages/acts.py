"""The acts of a return, one route each: hand in, review, opine, submit, lock, send back, correct."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from anju.core.jobs import queue
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.problems import Refused
from anju.returns.models import Return
from anju.returns.pages.form import render_return
from anju.returns.pages.returns import render_home
from anju.returns.queries import returns
from anju.returns.services import bulk, corrections, locking, opening
from anju.returns.services import review as review_services
from anju.returns.services.offline.audit import export_audit

SEPARATORS = re.compile(r"[\s,，、；;]+")
FIELDS = ("remark", "agrees", "where", "ordered_by", "workdays", "due_on")


def perform_act(request: Request, pk: int, act: str, says: str, call: Callable[[dict[str, str]], Any]) -> HttpResponse:
    """Do it and show the return; when refused, show what was typed and every problem."""
    ret = returns.get_return(request.actor, pk)
    posted = PostedForm(request)
    given = {name: posted.text(name) for name in FIELDS}
    try:
        made = call(given)
    except Refused as refused:
        ret = returns.get_return(request.actor, pk)  # as it now stands: somebody may have been faster
        return render_return(request, ret, status=422, problems=refused.problems, form=given | {"act": act})
    messages.success(request, says)
    return redirect("returns:return", made.pk if isinstance(made, Return) else pk)


@requires_permission("returns.fill")
@require_POST
def open_return(request: Request) -> HttpResponse:
    """Begin a return, filled from the ledger and the last period; the one that is there, when there is one."""
    posted, region = PostedForm(request), page_context(request).region
    if posted.text("region"):
        region = tree.find_region(request.actor, posted.text("region"))
    if region is None:
        raise Http404("没有区划")
    try:
        made = opening.open_return(
            by=request.actor, form_code=posted.text("form"), region=region, period=posted.text("period")
        )
    except Refused as refused:
        return render_home(request, status=422, problems=refused.problems)
    return redirect(made)


@requires_permission("returns.fill")
@require_POST
def refresh_return(request: Request, pk: int) -> HttpResponse:
    ret = returns.get_return(request.actor, pk)
    try:
        count = opening.refresh_return(by=request.actor, ret_id=pk)
    except Refused as refused:
        return render_return(request, returns.get_return(request.actor, pk), status=422, problems=refused.problems)
    messages.success(
        request, f"已按台账更新{count}格；您填过的格没有动。" if count else "台账没有新的变化，没有要更新的格。"
    )
    return redirect(ret)


@requires_permission("returns.fill")
@require_POST
def hand_in_return(request: Request, pk: int) -> HttpResponse:
    return perform_act(
        request,
        pk,
        "hand_in",
        "已提交审核。审核前可以撤回修改。",
        lambda given: review_services.hand_in_return(by=request.actor, ret_id=pk),
    )


@requires_permission("returns.fill")
@require_POST
def withdraw_return(request: Request, pk: int) -> HttpResponse:
    return perform_act(
        request,
        pk,
        "withdraw",
        "已撤回，可以接着改。",
        lambda given: review_services.withdraw_return(by=request.actor, ret_id=pk),
    )


@requires_permission("returns.review")
@require_POST
def review_return(request: Request, pk: int) -> HttpResponse:
    return perform_act(
        request,
        pk,
        "review",
        "审核通过，已转下一环节。",
        lambda given: review_services.review_return(by=request.actor, ret_id=pk, remark=given["remark"]),
    )


@requires_permission("returns.opine")
@require_POST
def give_opinion(request: Request, pk: int) -> HttpResponse:
    def call(given: dict[str, str]) -> Any:
        line, _, column = given["where"].rpartition("|")
        return review_services.give_opinion(
            by=request.actor,
            ret_id=pk,
            agrees={"1": True, "0": False}.get(given["agrees"]),
            remark=given["remark"],
            line=line,
            column=column,
        )

    return perform_act(request, pk, "opine", "联审意见已记入。", call)


@requires_permission("returns.review")
@require_POST
def end_joint_review(request: Request, pk: int) -> HttpResponse:
    return perform_act(
        request,
        pk,
        "clear",
        "联审完毕，已送单位负责人。",
        lambda given: review_services.end_joint_review(by=request.actor, ret_id=pk, remark=given["remark"]),
    )


@requires_permission("returns.submit")
@require_POST
def submit_return(request: Request, pk: int) -> HttpResponse:
    return perform_act(
        request,
        pk,
        "submit",
        "已上报市级，上报时间已记下。",
        lambda given: review_services.submit_return(by=request.actor, ret_id=pk, remark=given["remark"]),
    )


@requires_permission("returns.lock")
@require_POST
def lock_return(request: Request, pk: int) -> HttpResponse:
    return perform_act(
        request,
        pk,
        "lock",
        "已审定并锁定，数字已记入指标。",
        lambda given: locking.lock_return(by=request.actor, ret_id=pk, remark=given["remark"]),
    )


@requires_permission("returns.see")  # who may depends on whose hands it is in: the table of moves says so
@require_POST
def send_return_back(request: Request, pk: int) -> HttpResponse:
    def call(given: dict[str, str]) -> Any:
        line, _, column = given["where"].rpartition("|")
        return review_services.send_return_back(
            by=request.actor, ret_id=pk, remark=given["remark"], line=line, column=column
        )

    return perform_act(request, pk, "return", "已退回填报岗，意见随表送达。", call)


@requires_permission("returns.correct")
@require_POST
def correct_return(request: Request, pk: int) -> HttpResponse:
    def call(given: dict[str, str]) -> Any:
        return corrections.begin_correction(
            by=request.actor, ret_id=pk, reason=given["remark"], ordered_by=given["ordered_by"]
        )

    return perform_act(
        request, pk, "correct", "更正表已开，原来的数已带过来；情况说明请照新数另写。改好后照常提交审核。", call
    )


@requires_permission("returns.correct")
@require_POST
def discard_correction(request: Request, pk: int) -> HttpResponse:
    return perform_act(
        request,
        pk,
        "discard",
        "这次更正已撤销，这里是现行的报表。",
        lambda given: corrections.discard_correction(by=request.actor, ret_id=pk, reason=given["remark"]),
    )


@requires_permission("returns.lock")
@require_POST
@needs_region()
def lock_period(request: Request) -> HttpResponse:
    """Lock a whole period: in the background, with its progress on a page of its own."""
    region = page_context(request).region
    posted = PostedForm(request)
    form, period = posted.text("form"), posted.text("period")
    title = f"锁定{region.name}{period_label(period)}报表"
    if posted.text("ticked") and not posted.every("region"):  # of a choice, and nothing chosen: never all
        return render_home(request, status=422, problems=[bulk.nothing_chosen(region, form, period)])
    chosen = {"regions": posted.every("region")} if posted.every("region") else {}
    made = queue.enqueue(
        request.actor,
        "returns.close",
        region_id=region.pk,
        title=title,
        region=region.code,
        form=form,
        period=period,
        **chosen,
    )
    return redirect(made)


@requires_permission("returns.lock")
@require_POST
@needs_region()
def send_returns_back(request: Request) -> HttpResponse:
    """Those that were ticked, back to their units."""
    return perform_bulk(request, bulk.send_returns_back, "已退回")


@requires_permission("returns.lock")
@require_POST
@needs_region()
def urge_units(request: Request) -> HttpResponse:
    """催报: those that were ticked."""
    return perform_bulk(request, bulk.urge_units, "已催报")


def perform_bulk(request: Request, act: Callable[..., bulk.BulkResult], says: str) -> HttpResponse:
    """Do it to those that were ticked, and name the others."""
    posted, region = PostedForm(request), page_context(request).region
    codes = set(posted.every("region"))
    ids = [one.pk for one in tree.region_tree().all if one.code in codes and one.pk in request.actor.region_ids]
    form, period = posted.text("form"), posted.text("period")
    asked = {"form_code": form, "period": period, "remark": posted.text("remark"), "region_ids": ids}
    try:
        done = act(by=request.actor, region=region, **asked)
    except Refused as refused:
        return render_home(request, status=422, problems=refused.problems)
    messages.success(request, f"{says}{len(done.done)}个单位：{'、'.join(one.name for one in done.done)}。")
    for one in done.refused:
        messages.warning(request, f"{one.where}：{one.what}{one.fix}")
    return redirect(page_address(request, "returns:home", period=period, form=form))


@requires_permission("returns.audit")
@require_POST
@needs_region()
def download_audit(request: Request) -> HttpResponse:
    """What was submitted in these periods, for the auditor: with its manifest and digests."""
    region = page_context(request).region
    posted = PostedForm(request)
    wanted = [one for one in SEPARATORS.split(posted.text("periods")) if one]
    try:
        content = export_audit(by=request.actor, region=region, periods=wanted, number=posted.text("number"))
    except Refused as refused:
        return render_home(request, status=422, problems=refused.problems)
    return file_response(content, f"{region.name}报表审计资料.zip")
