"""Pages of people: one's own (/me/), and for the administrators who is registered, which posts they hold, who is locked out (/staff/),
and where they work (/staff/organisations/)."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from anju.core.models.people import AdminReset, Posting, Staff
from anju.core.pages.addresses import page_address
from anju.core.pages.context import page_context, render_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.lists import list_page
from anju.core.pages.request import Request
from anju.core.people import directory, postings, resets, staff
from anju.core.people.permissions import may, posts, requires_permission
from anju.core.regions import tree
from anju.problems import Problem, Refused

PAGE = 50


class StaffForm(PostedForm):
    """A form about a person or an organisation."""

    code = "STAFF-007"


@requires_permission("staff.see")
@require_safe
def list_staff(request: Request) -> HttpResponse:
    return render_staff(request)


def render_staff(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    page, user = page_context(request), request.actor
    words = request.GET.get("words", "").strip()
    people = directory.list_people(
        user, tree.region_ids_below(user, page.region) if page.region else None
    )  # who works there, and who has no post yet
    if words:
        people = people.filter(Q(username__icontains=words) | Q(name__icontains=words))
    held = directory.postings_in_force(directory.list_postings(user)).order_by("since")
    people = people.prefetch_related(Prefetch("postings", held, to_attr="held")).order_by("username")
    shown = list_page(request, people, PAGE)
    context = {"shown": shown, "locked": directory.list_locked_staff(user), "words": words, "tab": "people", **extra}
    context["resets"] = resets.open_resets(user) if may(user, "staff.reset_admin") else []
    return render_page(request, "core/staff.html", status=status, heading=f"人员{shown.paginator.count}名", **context)


@requires_permission("staff.edit")
@require_POST
def register_staff(request: Request) -> HttpResponse:
    posted = StaffForm(request)
    try:
        person = staff.register_staff(by=request.actor, username=posted.text("username"), name=posted.text("name"))
        link = staff.make_first_link(by=request.actor, username=person.username)
    except Refused as refused:
        return render_staff(request, 422, problems=refused.problems, form=posted.typed)
    return show_link_once(request, person, link)


@requires_permission("staff.see")
@require_safe
def show_person(request: Request, pk: int) -> HttpResponse:
    return render_person(request, directory.list_people(request.actor).get(pk=pk))


def render_person(request: Request, person: Staff, status: int = 200, **extra: Any) -> HttpResponse:
    user = request.actor
    context = {
        "person": person,
        "today": timezone.localdate(),
        "postings": directory.list_postings(user).filter(staff=person).order_by("-since", "-id"),
        "locked": person in directory.list_locked_staff(user),
        "kinds": set(Authenticator.objects.filter(user=person).values_list("type", flat=True)),
        "sessions": UserSession.objects.filter(user=person).order_by("-last_seen_at"),
        "organisations": directory.list_organisations(user).filter(ended_on=None).values("pk", "name", "region__name"),
        "posts": posts(),
        "administrator": staff.is_administrator(person),
        "reset_kinds": AdminReset.Kind.choices,
        "resets": [reset for reset in resets.open_resets(user) if reset.staff_id == person.pk],
        **extra,
    }
    return render_page(
        request, "core/person.html", status=status, heading=f"{person.name}（{person.username}）", **context
    )


@requires_permission("staff.edit")
@require_POST
def correct_name(request: Request, pk: int) -> HttpResponse:
    person, posted = directory.list_people(request.actor).get(pk=pk), StaffForm(request)
    try:
        staff.correct_staff_name(
            by=request.actor, username=person.username, name=posted.text("name"), reason=posted.text("reason")
        )
    except Refused as refused:
        return render_person(request, person, 422, problems=refused.problems, correcting=posted.typed)
    messages.success(request, "姓名已更正。")
    return redirect(page_address(request, "core:staff-person", pk))


@requires_permission("staff.edit")
@require_POST
def make_first_link(request: Request, pk: int) -> HttpResponse:
    person = directory.list_people(request.actor).get(pk=pk)
    try:
        return show_link_once(request, person, staff.make_first_link(by=request.actor, username=person.username))
    except Refused as refused:
        return render_person(request, person, 422, problems=refused.problems)


@requires_permission("staff.reset_admin")
@require_POST
def ask_reset(request: Request, pk: int) -> HttpResponse:
    person, posted = directory.list_people(request.actor).get(pk=pk), StaffForm(request)
    try:
        resets.ask_reset(
            by=request.actor, username=person.username, kind=posted.text("kind"), reason=posted.text("reason")
        )
    except Refused as refused:
        return render_person(request, person, 422, problems=refused.problems, asking=posted.typed)
    messages.success(request, "已提出，等另一位管理员确认。")
    return redirect(page_address(request, "core:staff-person", pk))


@requires_permission("staff.reset_admin")
@require_POST
def confirm_reset(request: Request, pk: int) -> HttpResponse:
    """The link, if there is one, shows to who confirms."""
    reset = AdminReset.objects.filter(staff__in=directory.list_people(request.actor)).get(pk=pk)
    try:
        link = resets.confirm_reset(by=request.actor, reset_id=pk)
    except Refused as refused:
        return render_person(request, reset.staff, 422, problems=refused.problems)
    if link:
        return show_link_once(request, reset.staff, link)
    messages.success(request, "动态口令已重置，本人下次登录以后重新启用。")
    return redirect(page_address(request, "core:staff-person", reset.staff_id))


def show_link_once(request: Request, person: Staff, link: str) -> HttpResponse:
    answer = render_page(
        request,
        "core/first_link.html",
        heading=f"{person.name}的首次登录链接",
        person=person,
        link=request.build_absolute_uri(link),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires_permission("staff.post")
@require_POST
def give_post(request: Request, pk: int) -> HttpResponse:
    person, user = directory.list_people(request.actor).get(pk=pk), request.actor
    posted = StaffForm(request)
    try:
        since, until = posted.day("since", "起", required=False), posted.day("until", "止", required=False)
        posted.check()
        office = directory.list_organisations(user).filter(pk=posted.key("organisation")).first()
        if office is None:
            raise Refused(
                Problem(
                    "STAFF-001",
                    f"用户 {person.username}",
                    "没有选机构。",
                    "请选一个机构；还没有登记的，请系统管理员登记。",
                )
            )
        postings.give_post(
            by=user, username=person.username, organisation=office, post=posted.text("post"), since=since or timezone.localdate(),
            until=until, ground=posted.text("ground"),
        )  # fmt: skip
    except Refused as refused:
        return render_person(request, person, 422, problems=refused.problems, form=posted.typed)
    messages.success(request, "已授予岗位，马上生效。")
    return redirect(page_address(request, "core:staff-person", pk))


@requires_permission("staff.post")
@require_POST
def end_post(request: Request, pk: int) -> HttpResponse:
    posting: Posting = directory.list_postings(request.actor).get(pk=pk)
    posted = StaffForm(request)
    try:
        on = posted.day("on", "最后一天", required=False) or timezone.localdate()
        posted.check()
        postings.end_post(by=request.actor, posting_id=pk, on=on, reason=posted.text("reason"))
    except Refused as refused:
        return render_person(request, posting.staff, 422, problems=refused.problems)
    messages.success(request, "已收回岗位。" if on > timezone.localdate() else "已收回岗位，马上生效。")
    return redirect(page_address(request, "core:staff-person", posting.staff_id))


def staff_act(act: str, does: Callable[..., Any], message: str, **more: Any) -> Callable[..., HttpResponse]:
    """One button of an administrator on a person."""

    @requires_permission(act)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        person = directory.list_people(request.actor).get(pk=pk)
        try:
            does(by=request.actor, username=person.username, **{key: value() for key, value in more.items()})
        except Refused as refused:
            return render_person(request, person, 422, problems=refused.problems)
        messages.success(request, message)
        return redirect(page_address(request, "core:staff-person", pk))

    return view


reset_password = staff_act(
    "staff.unlock", staff.reset_password, "原密码已作废，登录都已退出。请系统管理员发新的首次登录链接。"
)
unlock = staff_act("staff.unlock", staff.unlock_staff, "已解除锁定。")
reset_codes = staff_act("staff.unlock", staff.reset_codes, "动态口令已重置，本人下次登录只用密码。")
end_sessions = staff_act("staff.unlock", staff.end_sessions, "已退出此人的全部登录。")
retire = staff_act("staff.edit", staff.retire_staff, "已停用，此人不能再登录。", on=timezone.localdate)
