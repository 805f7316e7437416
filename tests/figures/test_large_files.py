"""A file over a megabyte is read by a worker while the page waits; check, import and marked copy read it once."""

import random
import zipfile

import pytest

from anju.core import reading
from anju.core.jobs import queue
from anju.core.models.job import Job
from anju.core.pages.addresses import path_of
from anju.isolation import SMALL
from anju.problems import Place, Problem, Refused
from tests.figures.test_commands import anju  # noqa: F401
from tests.figures.test_import_period import MAY, client, periods, upload  # noqa: F401

pytestmark = pytest.mark.xdist_group("committed")


@pytest.fixture
def large(tmp_path):
    """The same table beside a picture of three megabytes."""
    path = tmp_path / "五月.xlsx"
    path.write_bytes(MAY.read_bytes())
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/media/image1.png", random.Random(1).randbytes(3 * SMALL))
    return path


def jobs():
    return list(Job.objects.using("owner").filter(name="core.read_file").order_by("id"))


def do_jobs():
    """As the worker does: first which map fits, then the table by that map."""
    for job in jobs():
        if job.state == Job.State.WAITING:
            queue.run_job(job.pk)


def look(client, address):  # noqa: F811
    """As the waiting page does until it is the page that was asked for."""
    while (answer := client.get(address)).status_code == 202:
        do_jobs()
    return answer


def test_the_page_waits_with_a_reason_and_then_comes_by_itself(client, large):  # noqa: F811
    address = upload(client, large) + "&period_from=title"
    waiting = client.get(address)
    assert waiting.status_code == 202 and "读《五月.xlsx》" in waiting.content.decode()
    assert client.get(address).status_code == 202 and len(jobs()) == 1  # F5 asks for nothing twice
    [job] = jobs()
    progress = client.get(f"{job.get_absolute_url()}?wait=page", headers={"HX-Request": "true"})
    assert "hx-get" in progress.content.decode()
    do_jobs()
    done = client.get(f"{job.get_absolute_url()}?wait=page", headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    assert "可以导入" in look(client, address).content.decode()


def test_it_is_read_once_for_check_marked_copy_and_import(client, large):  # noqa: F811
    address = upload(client, large) + "&period_from=title"
    look(client, address)
    before = len(jobs())
    stored = client.post(address.replace("?", "store/?", 1))
    assert stored.status_code == 302 and periods() == {"2021-05"} and len(jobs()) == before


def test_what_is_wrong_with_it_is_told_as_of_a_small_one(client, large, tmp_path):  # noqa: F811
    small = client.get(upload(client, MAY))
    assert small.status_code == 422
    answer = look(client, upload(client, large))
    assert answer.status_code == 422 and "期间说法不一" in answer.content.decode()


def test_a_stopped_reading_is_said_to_be_stopped_and_can_be_asked_for_again(client, large):  # noqa: F811
    address = upload(client, large) + "&period_from=title"
    client.get(address)
    [job] = jobs()
    client.post(path_of("core:job-stop", job.pk) + "?wait=page", headers={"HX-Request": "true"})
    assert jobs()[0].state == Job.State.STOPPED
    again = client.get(address)
    assert again.status_code == 202 and "重试" in again.content.decode() and len(jobs()) == 1
    client.post(path_of("core:job-retry", job.pk) + "?wait=page", headers={"HX-Request": "true"})
    do_jobs()
    assert "可以导入" in look(client, address).content.decode()


def test_that_the_machine_was_busy_is_not_kept(client, large, monkeypatch):  # noqa: F811
    def too_slow(*args, **named):
        raise Refused(Problem("READ-001", Place(file="五月.xlsx"), "60 秒还没有读完，已停止。", "请再试。"))

    address = upload(client, large) + "&period_from=title"
    client.get(address)
    with monkeypatch.context() as slow:
        slow.setattr(reading, "read_isolated", too_slow)
        do_jobs()
    [job] = jobs()
    assert job.state == Job.State.FAILED and "没有读完" in client.get(address).content.decode()
    client.post(path_of("core:job-retry", job.pk))
    do_jobs()
    assert "可以导入" in look(client, address).content.decode()
