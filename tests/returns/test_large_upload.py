"""An offline workbook and a receiver's export over a megabyte are read by a worker; what was posted goes on by itself, once."""

import random
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.core.models.trail import Trail
from anju.core.pages.addresses import path_of
from anju.core.people.scope import local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from anju.isolation import SMALL
from anju.projects.services.projects import register_project
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import opening
from anju.returns.services.offline import workbook as offline_workbook
from tests.cast import operator, person, sign_in
from tests.returns.test_workbook import Sheet
from tests.waiting import do_jobs, go_on, look, reading_jobs, waiting_fields

pytestmark = pytest.mark.xdist_group("committed")
NAME = "六月 月报.xlsx"


@pytest.fixture
def clerk(committed, monkeypatch, tmp_path):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path / "home"))
    with open_scope(local_actor()) as local:
        load_catalogue(by=local)
        opening.load_forms(by=local)
    return operator("clerk")


@pytest.fixture
def ret(clerk):
    with open_scope(clerk):
        county = person("clerk").postings.get().organisation.region
        register_project(by=clerk, region=county, code="A1", name="东关棚改", kind="shanty", year="2021", units="282")
        return opening.open_return(by=clerk, form_code="anju-project-month", region=county, period="2021-08")


@pytest.fixture
def client(clerk):
    visitor = Client()
    sign_in(visitor, person("clerk"))
    return visitor


def filled(clerk, ret, text="261") -> bytes:
    """The return's workbook with one cell filled in, beside a picture of two megabytes."""
    with open_scope(clerk):
        sheet = Sheet(offline_workbook.write_workbook(clerk, ret))
    sheet["东关棚改", "start"] = text
    out = BytesIO(sheet.content)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/media/image9.png", random.Random(1).randbytes(2 * SMALL))
    return out.getvalue()


def send(client, ret, content: bytes):
    return client.post(path_of("returns:merge", ret.pk), {"file": SimpleUploadedFile(NAME, content), "_draft": "a"})


def start_of(clerk, ret) -> set[str]:
    with open_scope(clerk):
        return {cell.text for (_, column), cell in lay_out_grid(clerk, ret).cells.items() if column == "start"}


def test_it_waits_and_is_then_merged_once(client, clerk, ret):
    sent = send(client, ret, filled(clerk, ret))
    assert sent.status_code == 302
    waiting = client.get(sent["Location"])
    assert waiting.status_code == 202 and f"读《{NAME}》" in waiting.content.decode()
    assert client.get(sent["Location"]).status_code == 202 and len(reading_jobs()) == 1  # F5
    assert "261" not in start_of(clerk, ret)
    do_jobs()
    page = look(client, sent["Location"])
    action, fields = waiting_fields(page)
    assert action == path_of("returns:merge", ret.pk) and fields["_draft"] == "a"
    assert fields["kept-name:file"] == NAME
    done = client.post(action, fields)
    assert done.status_code == 302 and done["Location"] == path_of("returns:return", ret.pk)
    assert "261" in start_of(clerk, ret)
    again = client.post(action, fields)  # from another tab
    assert again["Location"] == sent["Location"]
    back = client.get(sent["Location"])  # going back sends nothing again
    assert back.status_code == 404 and "接着办了" in back.content.decode()
    with open_scope(local_actor()):
        assert Trail.objects.filter(act="returns.merge").count() == 1


def test_what_is_wrong_with_it_is_told_as_of_a_small_one(client, clerk, ret):
    small = send(client, ret, b"no workbook")
    large = go_on(client, send(client, ret, b"no workbook" + bytes(2 * SMALL)))
    assert small.status_code == large.status_code == 422
    for answer in (small, large):
        assert "RET-601" in answer.content.decode() or "WB-" in answer.content.decode()


def test_what_fails_on_going_on_can_be_sent_again(client, clerk, ret):
    sent = send(client, ret, filled(clerk, ret))
    do_jobs()
    action, fields = waiting_fields(look(client, sent["Location"]))
    assert client.post(path_of("returns:merge", ret.pk + 1), fields).status_code == 404
    assert waiting_fields(client.get(sent["Location"]))[1]["_waited"] == fields["_waited"]
    assert client.post(action, fields).status_code == 302 and "261" in start_of(clerk, ret)


def test_another_person_finds_nothing_of_what_waits(client, clerk, ret):
    sent = send(client, ret, filled(clerk, ret))
    other = Client()
    sign_in(other, person("reviewer"))
    assert other.get(sent["Location"]).status_code == 404
    assert other.get("/jobs/waiting/../x/").status_code == 404


def test_an_upload_that_is_gone_is_asked_for_again(client, ret):
    answer = client.post(path_of("returns:merge", ret.pk), {"kept-file:file": "0" * 64, "kept-name:file": NAME})
    assert answer.status_code == 422 and "请重新上传" in answer.content.decode()


def test_a_failed_reading_shows_why_and_the_way_back(client, clerk, ret, tmp_path):
    sent = client.post(
        path_of("returns:merge", ret.pk),
        {"file": SimpleUploadedFile(NAME, filled(clerk, ret))},
        headers={"Referer": f"http://testserver{path_of('returns:return', ret.pk)}"},
    )
    [asked] = (tmp_path / "home/readings").glob("*/*.asked")
    asked.unlink()
    do_jobs()
    page = client.get(sent["Location"])
    text = page.content.decode()
    assert page.status_code == 202 and "READ-011" in text and "重试" in text
    assert f'href="{path_of("returns:return", ret.pk)}"' in text
