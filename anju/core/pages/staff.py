"""Pages of people: one's own (/me/), and for the administrators who is registered, which posts they hold, who is locked out (/staff/),
and where they work (/staff/organisations/)."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from anju.core.models.people import Posting, Staff
from anju.core.pages.addresses import address
from anju.core.pages.context import frame, show
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people import directory, postings, staff
from anju.core.people.permissions import acting, posts
from anju.core.regions import tree
from anju.problems import Problem, Refused

PAGE = 50


class StaffForm(PostedForm):
    """A form about a person or an organisation."""

    code = "STAFF-007"


@acting("staff.see")
@require_safe
def listing(request: Request) -> HttpResponse:
    return listed(request)


def listed(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = frame(request), request.operator
    words = request.GET.get("words", "").strip()
    found = directory.people(
        user, tree.ids_below(user, made.region) if made.region else None
    )  # who works there, and who has no post yet
    if words:
        found = found.filter(Q(username__icontains=words) | Q(name__icontains=words))
    held = directory.in_force(directory.postings(user)).order_by("since")
    found = found.prefetch_related(Prefetch("postings", held, to_attr="held")).order_by("username")
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "locked": directory.locked(user), "words": words, "tab": "people", **extra}
    return show(request, "core/staff.html", status=status, heading=f"人员{shown.paginator.count}名", **context)


@acting("staff.edit")
@require_POST
def register(request: Request) -> HttpResponse:
    posted = StaffForm(request)
    try:
        made = staff.register(by=request.operator, username=posted.text("username"), name=posted.text("name"))
        link = staff.first_link(by=request.operator, username=made.username)
    except Refused as refused:
        return listed(request, 422, problems=refused.problems, form=posted.typed)
    return shown_once(request, made, link)


@acting("staff.see")
@require_safe
def person(request: Request, pk: int) -> HttpResponse:
    return told_of(request, directory.people(request.operator).get(pk=pk))


def told_of(request: Request, one: Staff, status: int = 200, **extra: Any) -> HttpResponse:
    user = request.operator
    context = {
        "person": one,
        "today": timezone.localdate(),
        "postings": directory.postings(user).filter(staff=one).order_by("-since", "-id"),
        "locked": one in directory.locked(user),
        "kinds": set(Authenticator.objects.filter(user=one).values_list("type", flat=True)),
        "sessions": UserSession.objects.filter(user=one).order_by("-last_seen_at"),
        "organisations": directory.organisations(user).filter(ended_on=None).values("pk", "name", "region__name"),
        "posts": posts(),
        **extra,
    }
    return show(request, "core/person.html", status=status, heading=f"{one.name}（{one.username}）", **context)


@acting("staff.edit")
@require_POST
def correct(request: Request, pk: int) -> HttpResponse:
    one, posted = directory.people(request.operator).get(pk=pk), StaffForm(request)
    try:
        staff.correct(
            by=request.operator, username=one.username, name=posted.text("name"), reason=posted.text("reason")
        )
    except Refused as refused:
        return told_of(request, one, 422, problems=refused.problems, correcting=posted.typed)
    messages.success(request, "姓名已更正。")
    return redirect(address(request, "core:staff-person", pk))


@acting("staff.edit")
@require_POST
def first_link(request: Request, pk: int) -> HttpResponse:
    return link_for(request, pk)


@acting("staff.unlock")
@require_POST
def reset_password(request: Request, pk: int) -> HttpResponse:
    return link_for(request, pk)


def link_for(request: Request, pk: int) -> HttpResponse:
    one = directory.people(request.operator).get(pk=pk)
    try:
        return shown_once(request, one, staff.first_link(by=request.operator, username=one.username))
    except Refused as refused:
        return told_of(request, one, 422, problems=refused.problems)


def shown_once(request: Request, one: Staff, link: str) -> HttpResponse:
    answer = show(
        request,
        "core/first_link.html",
        heading=f"{one.name}的首次登录链接",
        person=one,
        link=request.build_absolute_uri(link),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@acting("staff.post")
@require_POST
def give(request: Request, pk: int) -> HttpResponse:
    one, user = directory.people(request.operator).get(pk=pk), request.operator
    posted = StaffForm(request)
    try:
        since, until = posted.day("since", "起", required=False), posted.day("until", "止", required=False)
        posted.check()
        office = directory.organisations(user).filter(pk=posted.key("organisation")).first()
        if office is None:
            raise Refused(
                Problem(
                    "STAFF-001",
                    f"用户 {one.username}",
                    "没有选机构。",
                    "请选一个机构；还没有登记的，请系统管理员登记。",
                )
            )
        postings.give_post(
            by=user, username=one.username, organisation=office, post=posted.text("post"), since=since or timezone.localdate(),
            until=until, ground=posted.text("ground"),
        )  # fmt: skip
    except Refused as refused:
        return told_of(request, one, 422, problems=refused.problems, form=posted.typed)
    messages.success(request, "已授予岗位，马上生效。")
    return redirect(address(request, "core:staff-person", pk))


@acting("staff.post")
@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    posting: Posting = directory.postings(request.operator).get(pk=pk)
    posted = StaffForm(request)
    try:
        on = posted.day("on", "最后一天", required=False) or timezone.localdate()
        posted.check()
        postings.end_post(by=request.operator, posting_id=pk, on=on, reason=posted.text("reason"))
    except Refused as refused:
        return told_of(request, posting.staff, 422, problems=refused.problems)
    messages.success(request, "已收回岗位。")
    return redirect(address(request, "core:staff-person", posting.staff_id))


def helping(act: str, does: Callable[..., Any], said: str, **more: Any) -> Callable[..., HttpResponse]:
    """One button of an administrator on a person."""

    @acting(act)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        one = directory.people(request.operator).get(pk=pk)
        try:
            does(by=request.operator, username=one.username, **{key: value() for key, value in more.items()})
        except Refused as refused:
            return told_of(request, one, 422, problems=refused.problems)
        messages.success(request, said)
        return redirect(address(request, "core:staff-person", pk))

    return view


unlock = helping("staff.unlock", staff.unlock, "已解除锁定。")
reset_codes = helping("staff.unlock", staff.reset_codes, "动态口令已重置，本人下次登录只用密码。")
end_sessions = helping("staff.unlock", staff.end_sessions, "已退出此人的全部登录。")
retire = helping("staff.edit", staff.retire, "已停用，此人不能再登录。", on=timezone.localdate)
