"""Pages for what went wrong outside any room. Who is signed in keeps their name and their navigation, whatever went wrong before a view was called."""

import logging
import sys
from typing import Any

from django.http import HttpResponse, UnreadablePostError
from django.http.request import RawPostDataException
from django.template.loader import render_to_string

from anju.core.database.folder import is_full
from anju.core.database.problems import is_disk_full, is_unfit_input, is_unreachable
from anju.core.pages.page import page_response
from anju.core.pages.request import Request
from anju.core.people.identity import recognise_actor
from anju.core.people.permissions import Permission, posts
from anju.problems import Problem

log = logging.getLogger(__name__)


def error_page(request: Request, status: int, heading: str, advice: str) -> HttpResponse:
    recognise_actor(request)
    return page_response(request, "core/stopped.html", status=status, heading=heading, advice=advice).render()


def not_found(request: Request, exception: Exception | None = None) -> HttpResponse:
    recognise_actor(request)
    return page_response(request, "core/not_found.html", status=404).render()


def bad_request(request: Request, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400, "请求不完整或地址不对", "请从导航重新进入。上传的文件过大时，请拆成几个再传。")


def bad_text(request: Request, field: str) -> HttpResponse:
    """A control character, half a character: never typed, now and then pasted, mostly an attack."""
    where = f"“{field}”这一栏" if field else "地址"
    return error_page(
        request,
        400,
        "里面有不能保存的字符",
        f"{where}里有看不见的控制字符。请返回上一页，删去从别处粘贴来的内容，重新输入后再提交。",
    )


def forbidden(request: Request, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403, "不能这样访问", "请从导航重新进入。")


def show_missing_post(request: Request, act: Permission, problems: list[Problem] | None = None) -> HttpResponse:
    """In the right region, without the post: the page says which posts it takes, and which are held."""
    held = "、".join(posts()[code].label for code in request.actor.posts or ())
    if not held:
        return error_page(
            request,
            403,
            "您还没有岗位",
            "登录成功，但现在没有岗位，看不到业务。请安全管理员授予岗位，授予后马上生效，刷新本页即可。",
        )
    what = (
        " ".join(problem.what for problem in problems)
        if problems
        else f"“{act.label}”须由{act.who}岗办理，您的岗位是{held}。"
    )
    return error_page(request, 403, "您没有办理这件事的岗位", f"{what}请转交该岗位的人员；岗位由安全管理员授予。")


def show_refusal(request: Request, problems: list[Problem]) -> HttpResponse:
    """What a page did not foresee being refused: a paper that could not be laid out in its time, say. Its sentences are told all the same, and
    the log has them: where nobody complains, nobody would know that it happens."""
    log.warning(
        "%s: %s", request.path, " ".join(problem.code for problem in problems)
    )  # what was typed is nothing for a log
    recognise_actor(request)
    return page_response(
        request,
        "core/stopped.html",
        status=422,
        heading="没有办成",
        advice="按下面说的改好，或过一会儿再试。",
        problems=problems,
    ).render()


def too_many_requests(request: Request, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 429, "试得太频繁", "请过几分钟再试。")


def csrf_failure(request: Request, reason: str = "") -> HttpResponse:
    return error_page(
        request, 403, "表单已过期，没有提交", "请返回上一页，先把填好的内容复制下来，刷新后再填写并提交。"
    )


def method_not_allowed(request: Request, refused: HttpResponse) -> HttpResponse:
    """405: the address of a button, typed or opened anew."""
    answer = error_page(
        request, 405, "这个地址不能直接打开", "它属于一个按钮，要在原来的页面上点。请返回上一页，或从导航重新进入。"
    )
    answer.headers["Allow"] = refused.headers["Allow"]
    return answer


def server_error(request: Request, *args: Any) -> HttpResponse:
    """Needs nothing: no database, no context."""
    error = sys.exc_info()[1]
    if is_disk_full(error) or (is_unreachable(error) and is_full()):
        entry = {
            "heading": "服务器磁盘已满，没有写入任何数据",
            "advice": "请告诉系统管理员清理服务器的磁盘；腾出空间以后，本网站自动恢复，再办一次即可。",
        }
        return HttpResponse(render_to_string("core/failed.html", entry), status=503)
    if is_unfit_input(error) or isinstance(error, RawPostDataException | UnreadablePostError):
        entry = {
            "heading": "提交的内容不能保存，没有写入任何数据",
            "advice": "里面有太长的文字、太大的数，或看不见的控制字符。请返回上一页改正后再提交。",
        }
        return HttpResponse(render_to_string("core/failed.html", entry), status=400)
    away = is_unreachable(error)
    return HttpResponse(render_to_string("core/failed.html", {"away": away}), status=503 if away else 500)
