"""Pages of organisations, for the administrators."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from anju.core.models.people import Organisation
from anju.core.pages.addresses import page_address
from anju.core.pages.context import page_context, render_page
from anju.core.pages.layout.lists import list_page
from anju.core.pages.request import Request
from anju.core.pages.staff import PAGE, StaffForm
from anju.core.people import directory
from anju.core.people import organisations as organisation_people
from anju.core.people.permissions import requires_permission
from anju.core.people.scope import rows_within
from anju.core.regions import tree
from anju.problems import Refused


@requires_permission("staff.see")
@require_safe
def list_organisations(request: Request) -> HttpResponse:
    return render_organisations(request)


def render_organisations(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    page, user = page_context(request), request.actor
    words = request.GET.get("words", "").strip()
    organisations = directory.list_organisations(user)
    if page.region:
        organisations = rows_within(organisations, tree.region_ids_below(user, page.region))
    if words:
        organisations = organisations.filter(
            Q(name__icontains=words) | Q(short__icontains=words) | Q(region__name__icontains=words)
        )
    at_work = Count(
        "postings__staff", Q(postings__until=None) | Q(postings__until__gte=timezone.localdate()), distinct=True
    )
    organisations = organisations.annotate(at_work=at_work).order_by(
        F("ended_on").desc(nulls_first=True), "region__order", directory.KINDS, "id"
    )
    shown = list_page(request, organisations, PAGE)
    context = {"shown": shown, "kinds": Organisation.Kind.choices, "words": words, "tab": "organisations", **extra}
    return render_page(
        request, "core/staff_organisations.html", status=status, heading=f"机构{shown.paginator.count}个", **context
    )


@requires_permission("staff.edit")
@require_POST
def register_organisation(request: Request) -> HttpResponse:
    page, posted = page_context(request), StaffForm(request)
    try:
        done = organisation_people.register_organisation(
            by=request.actor, region=page.region, kind=posted.text("kind"), name=posted.text("name"), short=posted.text("short"),
        )  # fmt: skip
    except Refused as refused:
        return render_organisations(request, 422, problems=refused.problems, form=posted.typed)
    messages.success(request, f"已登记机构：{done.name}。")
    return redirect(page_address(request, "core:staff-organisations"))


@requires_permission("staff.see")
@require_safe
def show_organisation(request: Request, pk: int) -> HttpResponse:
    return render_organisation(request, directory.list_organisations(request.actor).get(pk=pk))


def render_organisation(request: Request, organisation: Organisation, status: int = 200, **extra: Any) -> HttpResponse:
    held = (
        directory.postings_in_force(directory.list_postings(request.actor))
        .filter(organisation=organisation)
        .order_by("staff__username", "since")
    )
    context = {"organisation": organisation, "held": held, "today": timezone.localdate(), **extra}
    return render_page(request, "core/staff_organisation.html", status=status, heading=organisation.name, **context)


@requires_permission("staff.edit")
@require_POST
def rename_organisation(request: Request, pk: int) -> HttpResponse:
    organisation, posted = directory.list_organisations(request.actor).get(pk=pk), StaffForm(request)
    try:
        organisation_people.rename_organisation(
            by=request.actor, organisation_id=pk, name=posted.text("name"), short=posted.text("short"), reason=posted.text("reason"),
        )  # fmt: skip
    except Refused as refused:
        return render_organisation(request, organisation, 422, problems=refused.problems, form=posted.typed)
    messages.success(request, "已更名。")
    return redirect(page_address(request, "core:staff-organisation", pk))


@requires_permission("staff.edit")
@require_POST
def abolish_organisation(request: Request, pk: int) -> HttpResponse:
    organisation, posted = directory.list_organisations(request.actor).get(pk=pk), StaffForm(request)
    try:
        on = posted.day("on", "最后一天", required=False) or timezone.localdate()
        posted.check()
        organisation_people.abolish_organisation(
            by=request.actor, organisation_id=pk, on=on, reason=posted.text("reason")
        )
    except Refused as refused:
        return render_organisation(request, organisation, 422, problems=refused.problems, ending=posted.typed)
    messages.success(request, "已撤销机构，它的岗位都已到期。")
    return redirect(page_address(request, "core:staff-organisation", pk))
