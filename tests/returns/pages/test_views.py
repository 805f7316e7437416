"""Pages of returns without a browser: what is asked of the database, what is refused, files out and in."""

import io
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from anju.core.models.region import Region
from anju.core.people.scope import open_scope
from anju.returns.services import filling, opening
from tests.cast import EAST, WEST, operator, person, sign_in
from tests.returns.pages.conftest import FORM, PERIOD, ledger


@pytest.fixture
def visitor(db):
    def visit(post="clerk", region=EAST):
        client = Client()
        sign_in(client, person(post, region))
        return client

    return visit


@pytest.fixture
def opened(shipped_forms, operator):
    """opened(projects): a draft of the county with so many projects."""

    def make(projects=6):
        clerk = _clerk()
        with open_scope(clerk):
            county = Region.objects.get(code=EAST, valid_until=None)
            ledger(county, clerk, projects)
            return opening.open_return(by=clerk, form_code=FORM, region=county, period=PERIOD)

    return make


def _clerk():
    return operator("clerk")


def count(client, address):
    client.get(address)  # what is kept between requests is kept
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_a_return_of_thirty_projects_asks_no_more_than_one_of_three(visitor, opened):
    client = visitor()
    ret = opened(3)
    few = count(client, f"/returns/{ret.pk}/")
    home = count(client, "/returns/")
    with open_scope(_clerk()):
        ledger_more(27)
        opening.refresh_return(by=_clerk(), ret_id=ret.pk)
    assert count(client, f"/returns/{ret.pk}/") == few
    assert count(client, "/returns/") == home
    assert few <= 34 and home <= 24


def ledger_more(number):
    from anju.projects.services import projects

    county, clerk = Region.objects.get(code=EAST, valid_until=None), _clerk()
    for n in range(number):
        projects.register_project(
            by=clerk,
            region=county,
            code=f"Q{n:03d}",
            name=f"续报项目{n}",
            kind="shanty",
            year="2026",
            units="50",
            investment="100",
        )


def test_a_save_is_answered_with_the_checks_and_every_cell(visitor, opened):
    ret, client = opened(), visitor()
    page = client.get(f"/returns/{ret.pk}/")
    line = re.search(r'<tr data-l="([^"]+)"', page.content.decode())[1]
    body = {"changes": [{"line": line, "column": "start", "text": "250", "version": 1}]}
    answer = client.post(f"/returns/{ret.pk}/fill/", json.dumps(body), content_type="application/json").json()
    assert answer["saved"] == [{"line": line, "column": "start", "text": "250", "version": 2}]
    assert "大于计划" in answer["checks"]
    assert {"line": line, "column": "start"}.items() <= next(
        one for one in answer["marks"] if one["level"] == "提醒"
    ).items()
    assert [line, "start_rate", "125.0", 0, ""] in answer["cells"]


CHANGE = '{"changes": [{"line": "p1", "column": "start", "text": "1", "version": %s}]}'


@pytest.mark.parametrize(
    "body",
    ["{", "[]", "5", "null", "{}", '{"changes": 5}', '{"changes": [{}]}', CHANGE % "null", CHANGE % "-1", CHANGE % "1e400", CHANGE % ("9" * 30), "[" * 100_000],
    ids=range(12),
)  # fmt: skip
def test_what_cannot_be_read_stores_nothing(visitor, opened, body):
    ret = opened(1)
    answer = visitor().post(f"/returns/{ret.pk}/fill/", body, content_type="application/json")
    assert answer.status_code == 422
    assert "没有存" in answer.json()["problems"][0]["what"]


def test_letters_that_no_database_holds_are_left_out_of_a_cell(visitor, opened):
    ret, client = opened(1), visitor()
    line = _grid(ret).lines[0].key
    body = {"changes": [{"line": line, "column": "note", "text": "甲\0乙\ud800丙", "version": 0}]}
    answer = client.post(f"/returns/{ret.pk}/fill/", json.dumps(body), content_type="application/json").json()
    assert answer["saved"][0]["text"] == "甲乙丙"


def test_another_county_does_not_find_it_and_a_reader_is_offered_no_act(visitor, opened):
    ret = opened()
    assert visitor("clerk", WEST).get(f"/returns/{ret.pk}/").status_code == 404
    assert visitor("auditor").get(f"/returns/{ret.pk}/").status_code == 404  # a draft is nobody's proof
    page = visitor("finance").get(f"/returns/{ret.pk}/")
    assert page.status_code == 200 and not page.context["fill"] and not page.context["choices"]


def test_the_offline_workbook_goes_out_and_comes_back(visitor, opened):
    ret, client = opened(), visitor()
    answer = client.get(f"/returns/{ret.pk}/workbook.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    cell = next(one for row in sheet.iter_rows() for one in row if one.value == 100 and not one.protection.locked)
    cell.value = 117
    kept = io.BytesIO()
    book.save(kept)
    kept.seek(0)
    kept.name = "填好.xlsx"
    done = client.post(f"/returns/{ret.pk}/workbook/", {"file": kept}, follow=True)
    assert "保存 1 格" in done.content.decode()
    assert sum(cell.text == "117" for cell in _grid(ret).cells.values()) == 1


def test_a_conflict_with_the_workbook_is_told_and_the_workbook_given_back_marked(visitor, opened):
    ret, client = opened(), visitor()
    book = load_workbook(io.BytesIO(client.get(f"/returns/{ret.pk}/workbook.xlsx").content))
    cell = next(
        one for row in book.worksheets[0].iter_rows() for one in row if one.value == 100 and not one.protection.locked
    )
    cell.value = 117
    line = _grid(ret).lines[0].key
    with open_scope(_clerk()):
        filling.fill_cells(by=_clerk(), ret_id=ret.pk, changes=[filling.CellEntry(line, "start", "130", 1)])
    kept = io.BytesIO()
    book.save(kept)
    kept.seek(0)
    kept.name = "填好.xlsx"
    told = client.post(f"/returns/{ret.pk}/workbook/", {"file": kept}).content.decode()
    assert "117" in told and "130" in told and 'href="data:' in told


def test_a_file_that_is_none_of_ours_is_told_on_the_page(visitor, opened):
    ret = opened()
    answer = visitor().post(f"/returns/{ret.pk}/workbook/", {"file": io.BytesIO(b"no workbook")})
    assert answer.status_code == 422
    assert answer.context["problems"]


def test_the_receiver_s_page_has_its_order_of_fields(visitor, opened):
    ret = opened()
    page = visitor().get(f"/returns/{ret.pk}/receiver/statistics/")
    heads = [column.label for column in page.context["sheet"].columns]
    assert heads[:2] == ["项目编码", "项目名称"] and len(page.context["sheet"].rows) == 6
    assert visitor().get(f"/returns/{ret.pk}/receiver/nobody/").status_code == 404


def test_the_scan_is_kept_and_given_back(visitor, opened):
    ret, client = opened(), visitor()
    scan = io.BytesIO(b"%PDF-1.4 sample %%EOF")
    scan.name = "盖章.pdf"
    page = client.post(f"/returns/{ret.pk}/scan/", {"file": scan}, follow=True)
    paper = page.context["scans"][0][0].paper
    assert client.get(f"/returns/{ret.pk}/scan/{paper.pk}/").content.startswith(b"%PDF")


def test_what_the_ledger_learnt_since_is_brought_in_at_one_click(visitor, opened):
    ret, client = opened(), visitor()
    with open_scope(_clerk()):
        ledger_more(1)
    page = client.post(f"/returns/{ret.pk}/refresh/", follow=True)
    assert page.content.decode().count("<tr data-l=") == 8  # seven projects and their sum


def _grid(ret):
    from anju.returns.queries import grid

    with open_scope(_clerk()):
        return grid.lay_out_grid(_clerk(), ret)


def test_the_city_locks_a_period_in_the_background_and_sees_who_has_reported(visitor, opened):
    ret = opened()
    city = visitor("city_reviewer", "140500")
    page = city.get("/returns/?form=" + FORM)
    assert str(page.context["progress"]).count("<tr>") == 1 and ret.region.name in page.context["progress"]
    answer = city.post("/returns/close/", {"form": FORM, "period": PERIOD})
    assert answer.status_code == 302 and answer["Location"].startswith("/jobs/")
    assert city.get(answer["Location"]).status_code == 200


def test_the_auditor_exports_what_was_submitted_and_is_told_when_there_is_nothing(visitor, opened):
    opened()
    answer = visitor("auditor").post("/returns/audit/", {"periods": PERIOD})
    assert answer.status_code == 422 and "没有已上报的报表" in answer.content.decode()


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_background_work_leaves_what_is_not_settled_and_says_so(visitor, opened):
    from anju.core.jobs import queue
    from anju.returns.jobs import lock_period
    from anju.returns.models import Return

    ret = opened()
    city = operator("city_reviewer", "140500")
    with open_scope(city):
        Return.objects.filter(pk=ret.pk).update(state=Return.CITY)
        job = queue.enqueue(city, "returns.close", region="140500", form=FORM, period=PERIOD)
        address = lock_period(job, by=city, region="140500", form=FORM, period=PERIOD)
        assert Return.objects.get(pk=ret.pk).state == Return.CITY
    told = visitor("city_reviewer", "140500").get(address).content.decode()
    assert "1张没有锁定" in told and f'<li><a href="/returns/{ret.pk}/">' in told


def test_what_others_hold_says_who_fills_it_and_whom_it_waits_for(visitor, opened):
    from anju.core.models.people import Organisation
    from anju.returns.models import Return

    ret, client = opened(1), visitor()
    person("finance")  # registers the county's finance office
    with open_scope(_clerk()):
        office = Organisation.objects.get(region=ret.region, kind="finance").name
    page = client.get("/returns/")
    held = [one for one in page.context["others"] if one["form"] != FORM]
    assert held and {(one["unit"], one["state"]) for one in held} == {(office, "还没有开始，等财政部门填报")}
    assert office in page.content.decode()
    with open_scope(_clerk()):
        Return.objects.filter(pk=ret.pk).update(state=Return.REVIEW)
    (mine,) = [one for one in client.get("/returns/").context["others"] if one["href"] == f"/returns/{ret.pk}/"]
    assert mine["state"] == "等住建审核岗" and mine["unit"] == ret.organisation.name
