"""Pages of the background jobs: the administrator's list, and one job's progress for any page that started one."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from anju.core.jobs import queue as service
from anju.core.models.job import Job
from anju.core.pages.context import may_open
from anju.core.pages.layout.lists import exported, list_page
from anju.core.pages.page import page_response
from anju.core.pages.request import Request, is_fragment
from anju.core.people.permissions import may, requires_permission
from anju.problems import Refused

SHOWN = 50


@requires_permission("jobs.see")
@require_safe
def list_jobs(request: Request) -> HttpResponse:
    return _list(request)


@requires_permission("core.own")
@require_safe
def show_job(request: Request, pk: int) -> HttpResponse:
    """One job as it stands now; its fragment asks here again until it has ended."""
    return _render_job(request, service.list_jobs(request.actor).get(pk=pk))


@requires_permission("core.own")
@require_POST
def stop_job(request: Request, pk: int) -> HttpResponse:
    return _changed(request, pk, service.cancel_job)


@requires_permission("core.own")
@require_POST
def retry_job(request: Request, pk: int) -> HttpResponse:
    return _changed(request, pk, service.retry_job)


def _changed(request: Request, pk: int, act: object) -> HttpResponse:
    by = request.actor
    try:
        job = act(by=by, job_id=pk)  # type: ignore[operator]
    except Refused as refused:
        if is_fragment(request) or not may(by, "jobs.see"):
            return _render_job(request, service.list_jobs(by).get(pk=pk), 422, problems=refused.problems)
        return _list(request, 422, problems=refused.problems)
    if is_fragment(request) or not may(by, "jobs.see"):
        return _render_job(request, job)
    return redirect("core:jobs")


def _with_result(request: Request, job: Job) -> Job:
    """The way to the result is shown to who may go there: of a job that others asked for an administrator sees how far it is, and no more."""
    if job.result and not may_open(request.actor, job.result):
        job.result = ""
    return job


def _render_job(request: Request, job: Job, status: int = 200, **extra: object) -> HttpResponse:
    """The fragment for the page that asks again and again; a page of its own for who was sent here. wait: see pages/site/waiting.py."""
    wait = request.GET.get("wait", "")
    if is_fragment(request) and ((wait == "page" and job.state == Job.State.DONE) or (wait == "turn" and not job.open)):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return page_response(
        request,
        "core/job.html" if is_fragment(request) else "core/job_page.html",
        status,
        job=_with_result(request, job),
        wait=wait,
        **extra,
    )


def _list(request: Request, status: int = 200, **extra: object) -> HttpResponse:
    jobs = service.list_jobs(request.actor)
    state = request.GET.get("state", "")
    if state in Job.State.values:
        jobs = jobs.filter(state=state)
    shown = list_page(request, jobs, SHOWN)
    for job in shown:
        _with_result(request, job)
    return exported(
        request,
        page_response(request, "core/jobs.html", status, shown=shown, state=state, states=Job.State.choices, **extra),
    )
