"""A page that needs a large file read first: in its place how far the reading is; what was posted waits too, and goes on by itself."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from anju.core.jobs.reading import ask_reading, find_reading, open_reading
from anju.core.models.job import Job
from anju.core.pages import uploads
from anju.core.pages.addresses import path_of
from anju.core.pages.errors import error_page
from anju.core.pages.forms import WAITED, posted_fields, posted_files
from anju.core.pages.page import page_response
from anju.core.pages.request import Request, is_fragment
from anju.core.people.permissions import requires_permission
from anju.core.people.scope import Actor
from anju.core.reading import ReadingPending, keep_reading, kept_answer, reading_path


def wait_for_reading(request: Request, pending: ReadingPending, ends_in_file: bool) -> HttpResponse:
    """In the place of the page that asked. Refused FILE-001, DB-005 when what was posted cannot be kept."""
    if request.method == "POST":
        address = path_of("core:waiting-form", keep_form(request, pending))
        ask_reading(by=request.actor, pending=pending, page=address)
        return HttpResponse(status=204, headers={"HX-Redirect": address}) if is_fragment(request) else redirect(address)
    address = request.get_full_path()
    job = ask_reading(by=request.actor, pending=pending, page=address)
    if job is None:  # another tab's job has read it since
        return redirect(address)
    return show_wait(request, job, pending.key, "file" if ends_in_file else "page")


def show_wait(request: Request, job: Job, key: str, wait: str, back: str = "") -> HttpResponse:
    """wait: what comes when the job has ended well, the page itself or the way to a file; another file's job only makes way for this one's."""
    wait = wait if job.args.get("key") == key else "turn"
    return page_response(request, "core/job_wait.html", 202, job=job, wait=wait, back=back).render()


def keep_form(request: Request, pending: ReadingPending) -> str:
    """What was posted, files as uploads, until the file has been read. Its key."""
    fields = posted_fields(request)
    for name, file in posted_files(request):
        fields.append((uploads.KEPT_FILE + name, uploads.keep_upload(request.actor, file.content)))
        fields.append((uploads.KEPT_NAME + name, file.name))
    referer = urlsplit(request.headers.get("Referer", ""))
    form = {
        "action": request.get_full_path(), "fields": fields, "key": pending.key, "file": pending.file,
        "back": f"/{referer.path.lstrip('/')}{'?' + referer.query if referer.query else ''}",
    }  # fmt: skip
    content = json.dumps(form, ensure_ascii=False).encode()
    key = hashlib.sha256(content).hexdigest()
    keep_reading(request.actor, key, "form", content)
    return key


def read_form(user: Actor, key: str) -> dict[str, Any] | None:
    """What that person posted; None when it has gone on, or waits no longer."""
    if not uploads.DIGEST.match(key):
        return None
    try:
        form: dict[str, Any] = json.loads(reading_path(user, key, "form").read_bytes())
    except FileNotFoundError:
        return None
    return form


@contextmanager
def going_on(user: Actor, key: str | None) -> Iterator[bool]:
    """While what has waited is done. False: it has been done already, from another tab or before going back in the browser. key: None for what
    never waited. What fails within can be sent again."""
    if key is None:
        yield True
        return
    path = reading_path(user, key, "form")
    taken = path.with_suffix(".taken")
    try:
        if not uploads.DIGEST.match(key):
            raise FileNotFoundError
        path.rename(taken)
    except FileNotFoundError:
        yield False
        return
    try:
        yield True
    except ReadingPending:  # it waits again, for another reading
        raise
    except BaseException:
        taken.rename(path)
        raise
    finally:
        taken.unlink(missing_ok=True)


@requires_permission("core.own")
@require_GET
def show_waiting_form(request: Request, key: str) -> HttpResponse:
    """How far the reading is; once it is done, what was posted, which goes on by itself."""
    user = request.actor
    form = read_form(user, key)
    if form is None:
        advice = "请回到原来的页面看结果；没有办成的，请重新上传。"
        return error_page(request, 404, "这一步已经接着办了，或者放了一天以上", advice)
    if kept_answer(user, form["key"]) is None:
        job = find_reading(user, form["key"]) or open_reading(user)
        if job is not None:
            return show_wait(request, job, form["key"], "page", form["back"])
    return page_response(request, "core/waiting_form.html", form=form, key=key, waited=WAITED)
