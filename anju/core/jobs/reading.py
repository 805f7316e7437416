"""Large files that people send, read by a worker; the page that asked finds the answer (anju/core/reading.py)."""

import pickle
import time
from concurrent.futures import ThreadPoolExecutor, wait

from anju.core import reading
from anju.core.jobs.queue import enqueue, register_work, report_progress
from anju.core.models.job import Job
from anju.core.people.scope import Actor
from anju.isolation import LONG

JOB = "core.read_file"
RESULT = 200  # letters of an address that a job keeps
EVERY = 0.5  # seconds between two looks whether the reading is to be stopped


def ask_reading(*, by: Actor, pending: reading.ReadingPending, page: str) -> Job:
    """The job that reads it: the one that was asked for already, whatever became of it, or a new one. page: where the answer is looked at."""
    asked_before = Job.objects.filter(by=by.key, name=JOB, args__key=pending.key).exclude(state=Job.State.DONE)
    if (job := asked_before.order_by("-id").first()) is not None and reading.reading_path(
        by, pending.key, "asked"
    ).is_file():
        return job
    reading.keep_reading(by, pending.key, "asked", pending.asked)
    return enqueue(by, JOB, title=f"读《{pending.file}》"[:120], key=pending.key, file=pending.file, page=page)


@register_work(JOB, "读上传的文件")
def read_asked_file(job: Job, *, by: Actor, key: str, file: str, page: str) -> str:
    """What the worker does: the answer, a refusal too, is kept for the page. Refused as `read_and_keep` refuses; it can be asked for again."""
    content, asked = pickle.loads(reading.reading_path(by, key, "asked").read_bytes())
    begun = time.monotonic()
    pool = ThreadPoolExecutor(1)
    reader = pool.submit(reading.read_and_keep, by, key, file, content, asked)
    pool.shutdown(wait=False)  # who stops the job does not wait for the child, whose time is limited anyway
    while wait([reader], EVERY).not_done:
        report_progress(job, min(LONG, int(time.monotonic() - begun)), LONG, f"最多读 {LONG} 秒。")
    reader.result()
    reading.reading_path(by, key, "asked").unlink(missing_ok=True)
    return page if len(page) <= RESULT else ""
