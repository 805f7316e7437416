"""Jobs (后台任务): a thin layer over procrastinate, whose queue lives in the same PostgreSQL.

A job is one transaction in the scope of whoever asked for it, and its end is written in that transaction: a worker that is killed
leaves nothing half done, and what it had finished is not done again. While it runs it holds an advisory lock, so that everybody can
tell a job whose worker lives from one whose worker is gone. Progress goes out on the owner's connection, to be seen at once.
"""

import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django.django_connector import DjangoConnector

from anju.core import registry
from anju.core.database.folder import data_folder
from anju.core.jobs.sessions import clear_expired_sessions
from anju.core.jobs.waiting_files import clear_waiting_files
from anju.core.models.job import Job
from anju.core.people.permissions import may, missing_permission_problem
from anju.core.people.scope import Actor, local_actor, open_scope, visible_rows
from anju.core.trail import trail
from anju.problems import Problem, Refused

TASK, SWEEP, SEAL = "anju.job", "anju.sweep", "anju.seal"
ATTEMPTS = 3  # a job whose worker was lost that often is not begun again by itself
SILENCE = 30  # seconds without a heartbeat after which a worker counts as lost
EVERY = 200  # milliseconds between two writings of progress
State = Job.State
LOCAL = "local"  # the key of the machine's own operator
queue = DjangoApp(connector=DjangoConnector())  # on Django's own connection: what is enqueued is committed with the act


class JobStopped(Exception):
    """Somebody asked this job to stop. Let it pass: the job's transaction is rolled back."""


@dataclass(frozen=True)
class JobKind:
    name: str
    title: str
    work: Callable[..., str | None]


_kinds: dict[str, JobKind] = {}
_daily: dict[str, Callable[..., str | None]] = {}


def register_work(name: str, title: str) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """Mark a function of a room's jobs.py as work for the queue: `work(job, *, by, **args)`; it returns the address of its result.

    name: room.act, as it is enqueued. title: what people call it.
    """

    if not isinstance(title, str):
        raise TypeError(f"{name}: give the title first, then mark the work")

    def mark(work: Callable[..., str | None]) -> Callable[..., str | None]:
        _kinds[name] = JobKind(name, title, work)
        return work

    return mark


def register_daily_work(name: str, title: str) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """The same for work that is done once a day, by the machine's own operator, as soon as a worker runs on that day."""

    def mark(work: Callable[..., str | None]) -> Callable[..., str | None]:
        _daily[name] = register_work(name, title)(work)
        return work

    return mark


def find_job_kind(name: str) -> JobKind:
    registry.fetch_hooks("jobs")
    return _kinds[name]


# -- asking, watching, stopping -----------------------------------------------------------------------------------------------------


@transaction.atomic
def enqueue(
    by: Actor, name: str, *, region_id: int | None = None, title: str = "", day: date | None = None, **args: Any
) -> Job:
    """Have it done in the background once the caller's transaction is committed. args: plain data, given to the work."""
    if by.key == LOCAL and by.posts is not None:
        raise PermissionError("nobody may pass for the machine's own operator")
    job = Job.objects.create(
        name=name, title=title or find_job_kind(name).title, args=args, by=by.key, by_name=by.name, region_id=region_id, day=day,
    )  # fmt: skip
    _wake(job)
    return job


def list_jobs(user: Actor) -> QuerySet[Job]:
    """The user's own jobs; whoever may see jobs sees everybody's of their regions."""
    jobs = (Job.objects.filter(region=None) | visible_rows(Job.objects.all(), user)).select_related("region")
    return jobs if may(user, "jobs.see") else jobs.filter(by=user.key)


@transaction.atomic
@trail.act("jobs.cancel")
def cancel_job(*, by: Actor, job_id: int) -> Job:
    """Stop a job: a waiting one at once, a running one when it next tells its progress.

    Raises Refused JOB-001 when it has ended already; ACT-001 when it is another's and the user may not manage jobs.
    """
    job = _mine(by, job_id)
    rows = Job.objects.filter(pk=job.pk)
    if not rows.filter(state=State.WAITING).update(
        state=State.STOPPED, stop=True, ended_at=timezone.now()
    ) and not rows.filter(state=State.RUNNING).update(stop=True):
        raise Refused(Problem("JOB-001", f"任务 {job}", "已经结束，没有可停止的。", "请刷新页面查看结果。"))
    trail.describe(obj=job, before={"state": job.state}, region_id=job.region_id)
    job.refresh_from_db()
    return job


@transaction.atomic
@trail.act("jobs.retry")
def retry_job(*, by: Actor, job_id: int) -> Job:
    """Do a failed or stopped job once more, in the scope of whoever asked for it first. Raises Refused JOB-002, ACT-001."""
    job = _mine(by, job_id)
    again = Job.objects.filter(pk=job.pk, state__in=(State.FAILED, State.STOPPED)).update(
        state=State.WAITING,
        stop=False,
        done=0,
        total=None,
        message="",
        result="",
        attempts=0,
        started_at=None,
        ended_at=None,
    )
    if not again:
        raise Refused(
            Problem(
                "JOB-002",
                f"任务 {job}",
                f"现为“{job.get_state_display()}”，不能重试。",
                "只有失败和已停止的任务可以重试。",
            )
        )
    trail.describe(obj=job, before={"state": job.state}, region_id=job.region_id)
    job.refresh_from_db()
    _wake(job)
    return job


def _mine(user: Actor, job_id: int) -> Job:
    job = list_jobs(user).get(pk=job_id)
    if job.by != user.key and not may(user, "jobs.manage"):
        raise Refused(missing_permission_problem("jobs.manage", f"任务 {job}"))
    return job


def _wake(job: Job) -> None:
    job.queue_id = queue.configure_task(TASK).defer(job=job.pk)
    Job.objects.filter(pk=job.pk).update(queue_id=job.queue_id)


# -- doing ----------------------------------------------------------------------------------------------------------------------------


def report_progress(job: Job, done: int, total: int | None = None, text: str = "") -> None:
    """Say how far the work is; everybody sees it at once. Call it between steps: this is also where a stop is honoured.

    Raises Stopped. Cheap: more often than five times a second nothing is written, but for the last step.
    """
    now = time.monotonic_ns() // 1_000_000
    if now - getattr(job, "told", -EVERY) < EVERY and done != total:
        return
    job.told = now  # type: ignore[attr-defined]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE core_job SET done = %s, total = %s, message = %s WHERE id = %s RETURNING stop",
            [done, total, text, job.pk],
        )
        row = cursor.fetchone()
    if row and row[0]:
        raise JobStopped


def run_job(job: int) -> None:
    """A worker does one job. It is called again for a job that is done, or that another worker is doing, and then does nothing."""
    rows = Job.objects.using("owner").filter(pk=job)
    try:
        with transaction.atomic():
            if not _claim(connection, job):
                return
            begun = rows.filter(state__in=(State.WAITING, State.RUNNING)).update(
                state=State.RUNNING, started_at=timezone.now(), attempts=F("attempts") + 1, done=0, message=""
            )
            if not begun:
                return
            row = rows.get()
            if row.stop:
                raise JobStopped
            with open_scope(_asker(row)) as by:
                result = find_job_kind(row.name).work(row, by=by, **row.args) or ""
                Job.objects.filter(pk=job).update(
                    state=State.DONE, result=result, ended_at=timezone.now(), done=Coalesce("total", "done")
                )
    except JobStopped:
        _end(rows, State.STOPPED, "按要求停止，没有留下做到一半的数据。")
    except Refused as refused:
        _end(rows, State.FAILED, "\n".join(map(str, refused.problems)))
    except Exception:
        _keep(job, traceback.format_exc())
        _end(
            rows, State.FAILED, "遇到没有料到的情况，没有留下做到一半的数据。请把数据目录里的 error.log 发给维护人员。"
        )


def _asker(job: Job) -> Actor:
    """Whoever asked for it, with the posts that they hold now."""
    if job.by == LOCAL:
        return local_actor()
    [asker] = registry.fetch_hooks("asker")
    asking: Actor = asker(job.by)
    return asking


def _end(rows: QuerySet[Job], state: str, message: str) -> None:
    rows.filter(state=State.RUNNING).update(state=state, message=message, ended_at=timezone.now())


def _keep(job: int, details: str) -> None:
    """For the developers; never for the user's screen."""
    with suppress(OSError):
        file = os.open(data_folder() / "error.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(f"{timezone.now():%Y-%m-%d %H:%M:%S} job {job}\n{details}\n")


def _claim(database: Any, job: int) -> bool:
    """Until the end of this transaction the job is ours; False: a living worker has it."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('core_job'), %s::int)", [job])
        ours: bool = cursor.fetchone()[0]
    return ours


# -- what a worker does beside: lost jobs and daily ones ------------------------------------------------------------------------------

# Running: its worker lives as long as the lock is held (tried below). Waiting: nothing in the queue will wake a worker for it any more.
LOST = """SELECT job.id FROM core_job AS job
LEFT JOIN procrastinate_jobs AS queued ON queued.id = job.queue_id
LEFT JOIN procrastinate_workers AS worker ON worker.id = queued.worker_id
WHERE job.state = 'running' OR job.state = 'waiting' AND (
  queued.id IS NULL OR queued.status NOT IN ('todo', 'doing')
  OR queued.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s)))
ORDER BY job.id"""


def sweep() -> list[int]:
    """Wake a worker for jobs whose worker was lost, and ask for what is to be done today. The jobs that were found lost."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(LOST, [SILENCE])
        suspects = [pk for (pk,) in cursor.fetchall()]
    lost = [pk for pk in suspects if _recover(pk)]
    _ask_for_today()
    clear_expired_sessions()
    clear_waiting_files()
    return lost


def stalled_jobs() -> list[Job]:
    """Jobs whose worker was lost and that no worker has found yet."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(LOST, [SILENCE])
        suspects = [pk for (pk,) in cursor.fetchall()]
    jobs: list[Job] = []
    for pk in suspects:
        with transaction.atomic(using="owner"):
            if _claim(connections["owner"], pk):
                jobs += Job.objects.using("owner").filter(pk=pk, state__in=(State.WAITING, State.RUNNING))
    return jobs


def _recover(pk: int) -> bool:
    rows = Job.objects.using("owner").filter(pk=pk, state__in=(State.WAITING, State.RUNNING))
    with transaction.atomic(using="owner"):
        if not _claim(connections["owner"], pk) or not (job := rows.first()):
            return False
        with connections["owner"].cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.queue_id])
        if job.attempts >= ATTEMPTS:
            _end(
                rows,
                State.FAILED,
                f"运行中断了 {job.attempts} 次，不再自动重试；没有留下做到一半的数据。请查明原因后重试。",
            )
            return True
        rows.update(state=State.WAITING)
    with open_scope(local_actor()):
        _wake(job)
    return True


def _ask_for_today() -> None:
    registry.fetch_hooks("jobs")
    today = timezone.localdate()
    with open_scope(local_actor()) as by:
        asked = set(Job.objects.filter(day=today).values_list("name", flat=True))
        for name in sorted(set(_daily) - asked):
            with suppress(IntegrityError), transaction.atomic():  # another worker was first
                enqueue(by, name, day=today)
