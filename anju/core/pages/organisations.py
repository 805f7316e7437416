"""Pages of organisations, for the administrators."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from anju.core.models.people import Organisation
from anju.core.pages.addresses import address
from anju.core.pages.context import frame, show
from anju.core.pages.request import Request
from anju.core.pages.staff import PAGE, StaffForm
from anju.core.people import directory
from anju.core.people import organisations as organisation_people
from anju.core.people.permissions import acting
from anju.core.people.scope import within
from anju.core.regions import tree
from anju.problems import Refused


@acting("staff.see")
@require_safe
def organisations(request: Request) -> HttpResponse:
    return organised(request)


def organised(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = frame(request), request.operator
    words = request.GET.get("words", "").strip()
    found = directory.organisations(user)
    if made.region:
        found = within(found, tree.ids_below(user, made.region))
    if words:
        found = found.filter(Q(name__icontains=words) | Q(short__icontains=words) | Q(region__name__icontains=words))
    at_work = Count(
        "postings__staff", Q(postings__until=None) | Q(postings__until__gte=timezone.localdate()), distinct=True
    )
    found = found.annotate(at_work=at_work).order_by(
        F("ended_on").desc(nulls_first=True), "region__order", directory.KINDS, "id"
    )
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "kinds": Organisation.Kind.choices, "words": words, "tab": "organisations", **extra}
    return show(
        request, "core/staff_organisations.html", status=status, heading=f"机构{shown.paginator.count}个", **context
    )


@acting("staff.edit")
@require_POST
def organise(request: Request) -> HttpResponse:
    made, posted = frame(request), StaffForm(request)
    try:
        done = organisation_people.register_organisation(
            by=request.operator, region=made.region, kind=posted.text("kind"), name=posted.text("name"), short=posted.text("short"),
        )  # fmt: skip
    except Refused as refused:
        return organised(request, 422, problems=refused.problems, form=posted.typed)
    messages.success(request, f"已登记机构：{done.name}。")
    return redirect(address(request, "core:staff-organisations"))


@acting("staff.see")
@require_safe
def organisation(request: Request, pk: int) -> HttpResponse:
    return told_of_organisation(request, directory.organisations(request.operator).get(pk=pk))


def told_of_organisation(request: Request, one: Organisation, status: int = 200, **extra: Any) -> HttpResponse:
    held = (
        directory.in_force(directory.postings(request.operator))
        .filter(organisation=one)
        .order_by("staff__username", "since")
    )
    context = {"organisation": one, "held": held, "today": timezone.localdate(), **extra}
    return show(request, "core/staff_organisation.html", status=status, heading=one.name, **context)


@acting("staff.edit")
@require_POST
def rename(request: Request, pk: int) -> HttpResponse:
    one, posted = directory.organisations(request.operator).get(pk=pk), StaffForm(request)
    try:
        organisation_people.rename(
            by=request.operator, organisation_id=pk, name=posted.text("name"), short=posted.text("short"), reason=posted.text("reason"),
        )  # fmt: skip
    except Refused as refused:
        return told_of_organisation(request, one, 422, problems=refused.problems, form=posted.typed)
    messages.success(request, "已更名。")
    return redirect(address(request, "core:staff-organisation", pk))


@acting("staff.edit")
@require_POST
def abolish(request: Request, pk: int) -> HttpResponse:
    one, posted = directory.organisations(request.operator).get(pk=pk), StaffForm(request)
    try:
        on = posted.day("on", "最后一天", required=False) or timezone.localdate()
        posted.check()
        organisation_people.abolish(by=request.operator, organisation_id=pk, on=on, reason=posted.text("reason"))
    except Refused as refused:
        return told_of_organisation(request, one, 422, problems=refused.problems, ending=posted.typed)
    messages.success(request, "已撤销机构，它的岗位都已到期。")
    return redirect(address(request, "core:staff-organisation", pk))
