"""Pages of people: one's own (/me/), and for the administrators who is registered, which posts they hold, who is locked out (/staff/),
and where they work (/staff/organisations/)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from anju.core import people, regions, staff
from anju.core.frame import frame, show
from anju.core.models import Organisation, Posting, Staff
from anju.core.page import page
from anju.core.permissions import acting, posts
from anju.core.scope import within
from anju.core.sign_in import told
from anju.core.templatetags.anju import address
from anju.problems import Problem, Refused

PAGE = 50


@acting("core.own")
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """本人: posts, password, codes, where one is signed in."""
    today = timezone.localdate()
    held = people.in_force(people.postings(request.operator)).filter(staff=request.user).order_by("since")
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    sessions = sorted(UserSession.objects.purge_and_list(request.user), key=lambda one: one.last_seen_at, reverse=True)
    context = {
        "held": held,
        "today": today,
        "kinds": kinds,
        "sessions": sessions,
        "current": request.session.session_key,
    }
    return page(request, "core/me.html", heading=request.operator.name, **context)


@acting("core.own")
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    for one in UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key):
        one.end()
    told(request.user, "sign_in.end_others")
    messages.success(request, "别处的登录都已退出。")
    return redirect("core:me")


@acting("staff.see")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return listed(request)


def listed(request: HttpRequest, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = frame(request), request.operator
    words = request.GET.get("words", "").strip()
    found = people.people(
        user, regions.ids_below(user, made.region) if made.region else None
    )  # who works there, and who has no post yet
    if words:
        found = found.filter(Q(username__icontains=words) | Q(name__icontains=words))
    held = people.in_force(people.postings(user)).order_by("since")
    found = found.prefetch_related(Prefetch("postings", held, to_attr="held")).order_by("username")
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "locked": people.locked(user), "words": words, "tab": "people", **extra}
    return show(request, "core/staff.html", status=status, heading=f"人员{shown.paginator.count}名", **context)


@acting("staff.edit")
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    try:
        made = staff.register(
            by=request.operator, username=request.POST.get("username", ""), name=request.POST.get("name", "")
        )
        link = staff.first_link(by=request.operator, username=made.username)
    except Refused as refused:
        return listed(request, 422, problems=refused.problems, form=request.POST)
    return shown_once(request, made, link)


@acting("staff.see")
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    return organised(request)


def organised(request: HttpRequest, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = frame(request), request.operator
    words = request.GET.get("words", "").strip()
    found = people.organisations(user)
    if made.region:
        found = within(found, regions.ids_below(user, made.region))
    if words:
        found = found.filter(Q(name__icontains=words) | Q(short__icontains=words) | Q(region__name__icontains=words))
    at_work = Count(
        "postings__staff", Q(postings__until=None) | Q(postings__until__gte=timezone.localdate()), distinct=True
    )
    found = found.annotate(at_work=at_work).order_by(
        F("ended_on").desc(nulls_first=True), "region__order", people.KINDS, "id"
    )
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "kinds": Organisation.Kind.choices, "words": words, "tab": "organisations", **extra}
    return show(
        request, "core/staff_organisations.html", status=status, heading=f"机构{shown.paginator.count}个", **context
    )


@acting("staff.edit")
@require_POST
def organise(request: HttpRequest) -> HttpResponse:
    made = frame(request)
    try:
        said = {key: request.POST.get(key, "") for key in ("kind", "name", "short")}
        done = staff.organisation(by=request.operator, region=made.region, **said)
    except Refused as refused:
        return organised(request, 422, problems=refused.problems, form=request.POST)
    messages.success(request, f"已登记机构：{done.name}。")
    return redirect(address(request, "core:staff-organisations"))


@acting("staff.see")
@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    return told_of_organisation(request, people.organisations(request.operator).get(pk=pk))


def told_of_organisation(request: HttpRequest, one: Organisation, status: int = 200, **extra: Any) -> HttpResponse:
    held = (
        people.in_force(people.postings(request.operator)).filter(organisation=one).order_by("staff__username", "since")
    )
    context = {"organisation": one, "held": held, "today": timezone.localdate(), **extra}
    return show(request, "core/staff_organisation.html", status=status, heading=one.name, **context)


@acting("staff.edit")
@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    one, said = people.organisations(request.operator).get(pk=pk), request.POST
    try:
        texts = {key: said.get(key, "") for key in ("name", "short", "reason")}
        staff.rename(by=request.operator, organisation_id=pk, **texts)
    except Refused as refused:
        return told_of_organisation(request, one, 422, problems=refused.problems, form=said)
    messages.success(request, "已更名。")
    return redirect(address(request, "core:staff-organisation", pk))


@acting("staff.edit")
@require_POST
def abolish(request: HttpRequest, pk: int) -> HttpResponse:
    one, said = people.organisations(request.operator).get(pk=pk), request.POST
    try:
        on = day(said.get("on", ""), "最后一天") or timezone.localdate()
        staff.abolish(by=request.operator, organisation_id=pk, on=on, reason=said.get("reason", ""))
    except Refused as refused:
        return told_of_organisation(request, one, 422, problems=refused.problems, ending=said)
    messages.success(request, "已撤销机构，它的岗位都已到期。")
    return redirect(address(request, "core:staff-organisation", pk))


@acting("staff.see")
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return told_of(request, people.people(request.operator).get(pk=pk))


def told_of(request: HttpRequest, one: Staff, status: int = 200, **extra: Any) -> HttpResponse:
    user = request.operator
    context = {
        "person": one,
        "today": timezone.localdate(),
        "postings": people.postings(user).filter(staff=one).order_by("-since", "-id"),
        "locked": one in people.locked(user),
        "kinds": set(Authenticator.objects.filter(user=one).values_list("type", flat=True)),
        "sessions": UserSession.objects.filter(user=one).order_by("-last_seen_at"),
        "organisations": people.organisations(user).filter(ended_on=None).values("pk", "name", "region__name"),
        "posts": posts(),
        **extra,
    }
    return show(request, "core/person.html", status=status, heading=f"{one.name}（{one.username}）", **context)


@acting("staff.edit")
@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    one, said = people.people(request.operator).get(pk=pk), request.POST
    try:
        staff.correct(
            by=request.operator, username=one.username, name=said.get("name", ""), reason=said.get("reason", "")
        )
    except Refused as refused:
        return told_of(request, one, 422, problems=refused.problems, correcting=said)
    messages.success(request, "姓名已更正。")
    return redirect(address(request, "core:staff-person", pk))


@acting("staff.edit")
@require_POST
def first_link(request: HttpRequest, pk: int) -> HttpResponse:
    return link_for(request, pk)


@acting("staff.unlock")
@require_POST
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    return link_for(request, pk)


def link_for(request: HttpRequest, pk: int) -> HttpResponse:
    one = people.people(request.operator).get(pk=pk)
    try:
        return shown_once(request, one, staff.first_link(by=request.operator, username=one.username))
    except Refused as refused:
        return told_of(request, one, 422, problems=refused.problems)


def shown_once(request: HttpRequest, one: Staff, link: str) -> HttpResponse:
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
def give(request: HttpRequest, pk: int) -> HttpResponse:
    one, user = people.people(request.operator).get(pk=pk), request.operator
    given = request.POST
    try:
        since, until = day(given.get("since", ""), "起"), day(given.get("until", ""), "止")
        office = (
            people.organisations(user)
            .filter(pk=given.get("organisation") if given.get("organisation", "").isdecimal() else None)
            .first()
        )
        if office is None:
            raise Refused(
                Problem(
                    "STAFF-001",
                    f"用户 {one.username}",
                    "没有选机构。",
                    "请选一个机构；还没有登记的，请系统管理员登记。",
                )
            )
        staff.give(
            by=user, username=one.username, organisation=office, post=given.get("post", ""), since=since or timezone.localdate(),
            until=until, ground=given.get("ground", ""),
        )  # fmt: skip
    except Refused as refused:
        return told_of(request, one, 422, problems=refused.problems, form=given)
    messages.success(request, "已授予岗位，马上生效。")
    return redirect(address(request, "core:staff-person", pk))


@acting("staff.post")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    posting: Posting = people.postings(request.operator).get(pk=pk)
    try:
        on = day(request.POST.get("on", ""), "最后一天") or timezone.localdate()
        staff.end(by=request.operator, posting_id=pk, on=on, reason=request.POST.get("reason", ""))
    except Refused as refused:
        return told_of(request, posting.staff, 422, problems=refused.problems)
    messages.success(request, "已收回岗位。")
    return redirect(address(request, "core:staff-person", posting.staff_id))


def helping(act: str, does: Callable[..., Any], said: str, **more: Any) -> Callable[..., HttpResponse]:
    """One button of an administrator on a person."""

    @acting(act)
    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        one = people.people(request.operator).get(pk=pk)
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


def day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Refused(Problem("STAFF-007", f"{name}“{text}”", "不是日期。", "请写成 2026-01-31 这样的形式。")) from None
