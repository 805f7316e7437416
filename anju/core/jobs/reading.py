"""Large files that people send, read by a worker; the page that asked finds the answer (anju/core/reading.py)."""

import time

from django.db import connection, transaction

from anju.core import reading
from anju.core.jobs.queue import enqueue, register_work, report_progress
from anju.core.models.job import Job
from anju.core.people.scope import Actor
from anju.isolation import LONG

JOB = "core.read_file"
RESULT = 200  # letters of an address that a job keeps


@transaction.atomic
def ask_reading(*, by: Actor, pending: reading.ReadingPending, page: str) -> Job | None:
    """The job that reads it: the one that was asked for already, whatever became of it, or a new one; None when it has been read meanwhile.

    A person has one such job open at a time: while it is another file's, that one is what must be waited for first. page: where the answer is
    looked at.
    """
    with connection.cursor() as cursor:  # two tabs ask at once: the second finds the first one's job
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('anju.reading.ask'), hashtext(%s))", [by.key])
    if reading.kept_answer(by, pending.key) is not None:
        return None
    if (job := find_reading(by, pending.key)) is not None and reading.reading_path(by, pending.key, "asked").is_file():
        return job
    if (other := open_reading(by)) is not None:
        return other
    reading.keep_reading(by, pending.key, "asked", pending.asked)
    return enqueue(by, JOB, title=f"读《{pending.file}》"[:120], key=pending.key, file=pending.file, page=page)


def find_reading(user: Actor, key: str) -> Job | None:
    """That person's newest job of that key which is not done."""
    jobs = Job.objects.filter(by=user.key, name=JOB, args__key=key).exclude(state=Job.State.DONE)
    return jobs.order_by("-id").first()


def open_reading(user: Actor) -> Job | None:
    """That person's job of any file that is not read yet."""
    return Job.objects.filter(by=user.key, name=JOB, state__in=(Job.State.WAITING, Job.State.RUNNING)).first()


@register_work(JOB, "读上传的文件")
def read_asked_file(job: Job, *, by: Actor, key: str, file: str, page: str) -> str:
    """What the worker does: the answer, a refusal too, is kept for the page. Refused as `read_and_keep` refuses; it can be asked for again."""
    if reading.kept_answer(by, key) is None:
        begun = time.monotonic()

        def report_waiting() -> None:
            report_progress(job, 0, LONG, "您的另一个文件正在读，读完接着读这一个。")

        def report_reading() -> None:
            report_progress(job, min(LONG, int(time.monotonic() - begun)), LONG, f"最多读 {LONG} 秒。")

        content, asked = reading.asked_of(by, key, file)
        with reading.turn_of(by, file, 2 * LONG, report_waiting):
            begun = time.monotonic()
            reading.read_and_keep(by, key, file, content, asked, report_reading)
    reading.reading_path(by, key, "asked").unlink(missing_ok=True)
    return page if len(page) <= RESULT else ""
