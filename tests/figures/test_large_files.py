"""A file over a megabyte is read by a worker while the page waits; check, import and marked copy read it once."""

import random
import re
import shutil
import zipfile
from html import unescape

import openpyxl
import pytest

from anju.core.database.folder import data_folder
from anju.core.models.job import Job
from anju.core.pages.addresses import path_of
from anju.isolation import SMALL
from tests.figures.test_commands import anju  # noqa: F401
from tests.figures.test_import_period import MAY, client, periods, upload  # noqa: F401
from tests.waiting import WAITING, do_jobs, go_on, look, waiting_fields
from tests.waiting import reading_jobs as jobs

pytestmark = pytest.mark.xdist_group("committed")


def forget_answers():
    """As after a day, or when another version of the program is there."""
    shutil.rmtree(data_folder() / "readings", ignore_errors=True)


@pytest.fixture
def large(tmp_path):
    """The same table beside a picture of three megabytes; nobody has read it before."""
    forget_answers()
    path = tmp_path / "五月.xlsx"
    path.write_bytes(MAY.read_bytes())
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/media/image1.png", random.Random(1).randbytes(3 * SMALL))
    return path


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


def test_the_marked_copy_ends_a_page_and_is_no_waiting_page_under_its_name(client, large):  # noqa: F811
    book = openpyxl.load_workbook(large)
    cell = next(cell for row in book.active.iter_rows(min_row=2) for cell in row if isinstance(cell.value, int | float))
    cell.value = "十几套"
    book.save(large)
    with zipfile.ZipFile(large, "a") as package:
        package.writestr("xl/media/image2.png", random.Random(2).randbytes(2 * SMALL))
    page = look(client, upload(client, large) + "&period_from=title")
    assert page.status_code == 422
    [link] = re.findall(r'<a[^>]*href="([^"]*)"([^>]*)>下载标注了问题的表', page.content.decode())
    assert "download" not in link[1]
    marked = unescape(link[0])
    waiting = client.get(marked)
    assert waiting.status_code == 202 and "标好以后从这里下载" in waiting.content.decode()
    job = jobs()[-1]
    asks = f"{job.get_absolute_url()}?wait=file"
    assert asks in waiting.content.decode()
    do_jobs()
    ended = client.get(asks, headers={"HX-Request": "true"})
    assert ended.status_code == 200 and '<a class="btn-act" href="">下载</a>' in ended.content.decode()
    assert "hx-get" not in ended.content.decode() and "HX-Refresh" not in ended.headers
    file = client.get(marked)
    assert file.content.startswith(b"PK") and "attachment" in file["Content-Disposition"]


def test_an_import_whose_answer_is_gone_reads_it_again_and_keeps_what_was_typed(client, large):  # noqa: F811
    address = upload(client, large) + "&period_from=title"
    look(client, address)
    forget_answers()
    store = address.replace("?", "store/?", 1)
    sent = client.post(store, {"key_0": "FIG-001 F5", "answer_0": "看过，\n“确实”如此"})
    assert WAITING in sent["Location"] and not periods()
    action, fields = waiting_fields(look(client, sent["Location"]))
    assert action == store and fields["key_0"] == "FIG-001 F5" and fields["answer_0"] == "看过，\n“确实”如此"
    assert go_on(client, client.post(action, fields)).status_code == 302 and periods() == {"2021-05"}


def test_while_another_file_is_read_the_page_says_so_and_then_asks_for_its_own(client, large, tmp_path):  # noqa: F811
    first = upload(client, large) + "&period_from=title"
    other = tmp_path / "另一张.xlsx"
    other.write_bytes(large.read_bytes())
    second = upload(client, other) + "&period_from=title"
    client.get(first)
    waiting = client.get(second)
    [job] = jobs()
    turn = f"{job.get_absolute_url()}?wait=turn"
    assert waiting.status_code == 202 and turn in waiting.content.decode()
    client.post(path_of("core:job-stop", job.pk))
    assert client.get(turn, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "读《另一张.xlsx》" in client.get(second).content.decode()
