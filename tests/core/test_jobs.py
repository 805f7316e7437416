"""Jobs: done once, seen while they run, stopped when asked, and not lost with their worker."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from anju.core import registry
from anju.core.jobs import queue
from anju.core.models.job import Job
from anju.core.models.trail import Trail
from anju.core.people.scope import Actor, local_actor, open_scope
from anju.core.trail import trail
from anju.problems import Problem, Refused
from tests.core import clusters

CODE = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def by(committed):
    return local_actor()


@pytest.fixture
def kinds(monkeypatch):
    """Kinds of work for these tests only."""
    registry.fetch_hooks("jobs")
    monkeypatch.setattr(queue, "_kinds", dict(queue._kinds))
    monkeypatch.setattr(queue, "_daily", {})


def asked(by, name, **args):
    with open_scope(by):
        return queue.enqueue(by, name, **args)


def stored(job):
    return Job.objects.using("owner").get(pk=job.pk)


def acts(act):
    with open_scope(local_actor()):
        return Trail.objects.filter(act=act).count()


def queued():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT args->>'job' FROM procrastinate_jobs WHERE task_name = 'anju.job' AND status = 'todo'")
        return [int(pk) for (pk,) in cursor.fetchall()]


def marking(job, *, by, text="做"):
    trail.record(by=by, act="regions.register_pseudo", obj=trail.Subject("tests.thing", "", text))
    return "/result/"


def test_work_is_done_in_the_scope_of_whoever_asked_and_its_end_is_told(by, kinds):
    seen = []
    queue.register_work("t.work", "试")(lambda job, *, by, n: seen.append((by.key, len(by.region_ids) > 0, n)))
    job = asked(by, "t.work", n=3)
    assert queued() == [job.pk]
    queue.run_job(job.pk)
    assert seen == [("local", True, 3)]
    assert (stored(job).state, stored(job).attempts) == ("done", 1)


def test_what_is_rolled_back_was_never_asked_for(by, kinds):
    queue.register_work("t.work", "试")(marking)
    with open_scope(by):
        queue.enqueue(by, "t.work")
        transaction.set_rollback(True)
    assert queued() == []
    assert not Job.objects.using("owner").exists()


def test_a_job_that_is_done_is_not_done_again(by, kinds):
    queue.register_work("t.work", "试")(marking)
    job = asked(by, "t.work")
    queue.run_job(job.pk)
    queue.run_job(job.pk)
    assert acts("regions.register_pseudo") == 1


def test_a_job_that_another_worker_is_doing_is_left_to_it(by, kinds):
    queue.register_work("t.work", "试")(marking)
    job = asked(by, "t.work")
    with transaction.atomic(using="owner"):
        assert queue._claim(connections["owner"], job.pk)
        queue.run_job(job.pk)
    assert stored(job).state == "waiting" and acts("regions.register_pseudo") == 0


def test_progress_is_seen_while_the_job_runs_and_a_stop_leaves_nothing(by, kinds):
    seen = []

    def work(job, *, by):
        trail.record(by=by, act="regions.register_pseudo", obj=trail.Subject("tests.thing", "", "一半"))
        queue.report_progress(job, 3, 10, "第三步")
        seen.append(stored(job))
        with open_scope(by):
            Job.objects.filter(pk=job.pk)
        other = threading.Thread(target=stop, args=(job.pk,))
        other.start()
        other.join()
        time.sleep(0.25)
        queue.report_progress(job, 4, 10)
        raise AssertionError

    def stop(pk):
        user = local_actor()
        with open_scope(user):
            queue.cancel_job(by=user, job_id=pk)
        connections.close_all()

    queue.register_work("t.work", "试")(work)
    job = asked(by, "t.work")
    queue.run_job(job.pk)
    assert (seen[0].state, seen[0].done, seen[0].total, seen[0].message) == ("running", 3, 10, "第三步")
    assert stored(job).state == "stopped" and acts("regions.register_pseudo") == 0


def test_a_refusal_and_a_slip_leave_nothing_and_say_what_happened(by, kinds):
    def refused(job, *, by):
        trail.record(by=by, act="regions.register_pseudo", obj=trail.Subject("tests.thing", "", "拒"))
        raise Refused(Problem("JOB-001", "某表", "不对。", "请改。"))

    def broken(job, *, by):
        trail.record(by=by, act="regions.register_pseudo", obj=trail.Subject("tests.thing", "", "错"))
        raise RuntimeError("secret detail")

    queue.register_work("t.refused", "试")(refused)
    queue.register_work("t.broken", "试")(broken)
    one, two = asked(by, "t.refused"), asked(by, "t.broken")
    queue.run_job(one.pk)
    queue.run_job(two.pk)
    assert stored(one).state == stored(two).state == "failed"
    assert "某表" in stored(one).message
    assert "secret" not in stored(two).message
    assert "secret detail" in (Path(os.environ["ANJU_HOME"]) / "error.log").read_text("utf-8")
    assert acts("regions.register_pseudo") == 0


def test_a_waiting_job_is_stopped_at_once_and_a_stopped_one_can_be_done_again(by, kinds):
    queue.register_work("t.work", "试")(marking)
    job = asked(by, "t.work")
    with open_scope(by):
        assert queue.cancel_job(by=by, job_id=job.pk).state == "stopped"
        with pytest.raises(Refused, match="JOB-001"):
            queue.cancel_job(by=by, job_id=job.pk)
    queue.run_job(job.pk)
    assert acts("regions.register_pseudo") == 0
    with open_scope(by):
        assert queue.retry_job(by=by, job_id=job.pk).state == "waiting"
        with pytest.raises(Refused, match="JOB-002"):
            queue.retry_job(by=by, job_id=job.pk)
    queue.run_job(job.pk)
    assert stored(job).state == "done" and acts("regions.register_pseudo") == 1
    assert acts("jobs.cancel") == acts("jobs.retry") == 1


def test_another_persons_job_is_not_there_for_whoever_may_not_see_jobs(by, kinds):
    queue.register_work("t.work", "试")(marking)
    job = asked(by, "t.work")
    clerk = Actor("clerk", "填报员", by.region_ids, {"clerk": by.region_ids})
    with open_scope(clerk):
        assert not queue.list_jobs(clerk).exists()
        with pytest.raises(Job.DoesNotExist):
            queue.cancel_job(by=clerk, job_id=job.pk)
    with pytest.raises(PermissionError):
        asked(Actor("local", "冒名", by.region_ids, {"clerk": by.region_ids}), "t.work")
    admin = Actor("admin", "管理员", by.region_ids, {"system_admin": by.region_ids})
    with open_scope(admin):
        assert list(queue.list_jobs(admin)) == [job]
        queue.cancel_job(by=admin, job_id=job.pk)


def test_a_job_of_another_region_is_not_there(by, kinds):
    queue.register_work("t.work", "试")(marking)
    here, there = sorted(by.region_ids)[:2]
    asked(by, "t.work", region_id=here)
    admin = Actor("admin", "管理员", frozenset({there}), {"system_admin": frozenset({there})})
    with open_scope(admin):
        assert not Job.objects.exists()
        assert not queue.list_jobs(admin).exists()


def lose(job, attempts=1):
    """As if its worker had been killed: running, and nobody holds its lock."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE core_job SET state = 'running', attempts = %s WHERE id = %s", [attempts, job.pk])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")


def test_a_lost_job_is_found_and_done_once(by, kinds):
    queue.register_work("t.work", "试")(marking)
    job = asked(by, "t.work")
    lose(job)
    assert queue.stalled_jobs() == [job]
    assert queue.sweep() == [job.pk]
    assert queued() == [job.pk] and queue.sweep() == []
    queue.run_job(job.pk)
    assert stored(job).state == "done" and acts("regions.register_pseudo") == 1


def test_a_job_that_keeps_losing_its_worker_is_given_up_and_says_so(by, kinds):
    queue.register_work("t.work", "试")(marking)
    job = asked(by, "t.work")
    lose(job, queue.ATTEMPTS)
    queue.sweep()
    assert queued() == []
    assert stored(job).state == "failed" and "中断" in stored(job).message


def test_daily_work_is_asked_for_once_a_day(by, kinds):
    queue.register_daily_work("t.daily", "每日")(marking)
    queue.sweep()
    queue.sweep()
    assert Job.objects.using("owner").filter(name="t.daily", day=timezone.localdate()).count() == 1
    Job.objects.using("owner").update(day=timezone.localdate() - timedelta(days=1))
    queue.sweep()
    assert Job.objects.using("owner").count() == 2


def test_the_application_may_work_the_queue_and_nothing_is_left_to_the_public(by):
    with connection.cursor() as cursor:
        for name in ("jobs", "events", "periodic_defers", "workers"):
            cursor.execute(
                "SELECT has_table_privilege(current_user, %s, 'INSERT, UPDATE, DELETE')", [f"procrastinate_{name}"]
            )
            assert cursor.fetchone() == (True,)
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'TRUNCATE')", [f"procrastinate_{name}"])
            assert cursor.fetchone() == (False,)


def shown(by, view, *arguments, method="get", **headers):
    from django.test import RequestFactory

    request = getattr(RequestFactory(headers=headers), method)("/jobs/")
    request.actor, request._messages = by, []
    with open_scope(by):
        answer = view(request, *arguments)
        return answer.status_code, (answer.render() if hasattr(answer, "render") else answer).content.decode()


def test_the_administrators_page_and_the_fragment_tell_how_far_it_is_and_offer_the_next_act(by, kinds):
    from anju.core.pages import jobs as views

    queue.register_work("t.work", "写一百份公文")(marking)
    assert "没有后台任务" in shown(by, views.list_jobs)[1]
    job = asked(by, "t.work", region_id=min(by.region_ids))
    Job.objects.using("owner").update(
        state="running", started_at=timezone.now() - timedelta(minutes=2), done=25, total=100
    )
    code, text = shown(by, views.show_job, job.pk)
    assert code == 200 and "25／100" in text and "还需约6分钟" in text and "every 2s" in text and ">停止<" in text
    assert (
        "<h1" in text and "<h1" not in shown(by, views.show_job, job.pk, hx_request="true")[1]
    )  # sent here one sees a page, which asks for the fragment
    code, text = shown(by, views.list_jobs)
    assert code == 200 and "写一百份公文" in text and "25／100" in text
    code, text = shown(by, views.stop_job, job.pk, method="post", hx_request="true")
    assert code == 200 and "正在停止" in text and ">停止<" not in text
    Job.objects.using("owner").update(state="stopped")
    code, text = shown(by, views.stop_job, job.pk, method="post")
    assert code == 422 and "JOB-001" in text
    assert "every 2s" not in shown(by, views.show_job, job.pk)[1]
    assert shown(by, views.retry_job, job.pk, method="post") == (302, "")
    Job.objects.using("owner").update(state="done", result="/documents/1/")
    assert "/documents/1/" in shown(by, views.show_job, job.pk)[1]


# A place of its own, with real workers in processes of their own.
SLOW = """
import time
from anju.core.jobs import queue
from anju.core.trail import trail
def work(job, *, by, steps):
    trail.record(by=by, act="regions.register_pseudo", obj=trail.Subject("tests.thing", "", "慢"))
    for n in range(steps):
        queue.report_progress(job, n, steps, "慢慢做")
        time.sleep(600 if n == 2 and job.attempts == 1 else 0.3)  # the first time it does not come to its end
queue.register_work("t.slow", "慢")(work)
"""
ASK = (
    "from anju.core.console.command import set_up_django; set_up_django()\n{slow}\nfrom anju.core.people.scope import local_actor, open_scope\n"
    "with open_scope(local_actor()) as by:\n    print(queue.enqueue(by, 't.slow', steps={steps}).pk)\n"
)
WORK = "from anju.core.console.command import set_up_django; set_up_django()\n{slow}\nfrom anju.core.jobs.worker import do_jobs; do_jobs()\n"


@pytest.fixture
def place():
    made = clusters.upgraded()
    yield made
    clusters.remove(made)


def start(place, code):
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=CODE, env=os.environ | {"ANJU_HOME": str(place)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def state(place):
    import psycopg

    from anju.core.database.postgres import SUPERUSER, Cluster

    with psycopg.connect(**Cluster(place).connection(SUPERUSER)) as db:
        return db.execute("SELECT state, done, attempts FROM core_job WHERE name = 't.slow'").fetchone(), db.execute(
            "SELECT count(*) FROM core_trail WHERE act = 'regions.register_pseudo'"
        ).fetchone()[0]


def wait_for(question, seconds=600):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := question():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


@pytest.mark.processes
def test_a_job_whose_worker_is_killed_is_done_by_the_next_one_and_nothing_is_doubled(place):
    said, failed = start(place, ASK.format(slow=SLOW, steps=8)).communicate()
    assert said.strip().isdigit(), failed
    first = start(place, WORK.format(slow=SLOW))
    try:
        wait_for(lambda: state(place)[0][1] > 0)  # its progress is seen from outside
        assert state(place)[1] == 0, "its work is not"
    finally:
        first.kill()
        first.communicate()
    assert state(place)[0][0] == "running"
    second = start(place, WORK.format(slow=SLOW))
    try:
        wait_for(lambda: state(place)[0][0] == "done")
    finally:
        second.terminate()
        second.communicate()
    assert state(place) == (("done", 8, 2), 1)


@pytest.mark.processes
def test_the_worker_beside_the_site_is_replaced_when_it_dies_and_leaves_with_the_site(place):
    site = start(place, "import time\nfrom anju.core.console.command import set_up_django; set_up_django()\nfrom anju.core.jobs.worker import worker_beside\n"
                        "with worker_beside():\n    time.sleep(600)\n")  # fmt: skip
    try:

        def workers():
            import psycopg

            from anju.core.database.postgres import SUPERUSER, Cluster

            try:
                with psycopg.connect(**Cluster(place).connection(SUPERUSER)) as db:
                    return {pk for (pk,) in db.execute("SELECT id FROM procrastinate_workers").fetchall()}
            except (psycopg.Error, Refused):
                return set()

        first = wait_for(workers)
        keepers = children(site.pid)
        inner = [pid for keeper in keepers for pid in children(keeper)]
        assert len(keepers) == len(inner) == 1
        clusters.kill(inner[0])
        wait_for(lambda: workers() - first)
    finally:
        site.kill()
        site.communicate()
    wait_for(lambda: clusters.gone(keepers[0]))


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
