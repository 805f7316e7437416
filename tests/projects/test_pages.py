"""The pages of the project library, as people of the county and of the city meet them."""

import json
import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.projects.models import Condition, Entry, Event, Member, Photo, Project
from anju.projects.queries import cohorts
from anju.projects.services import entries, events, projects
from tests import cast

YEAR = timezone.localdate().year
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture(autouse=True)
def everywhere(scope):
    """What a test reads for itself it reads as the machine's operator; each page has the scope of who asks."""


@pytest.fixture
def east(db):
    return Region.objects.get(code=cast.EAST, valid_until=None)


@pytest.fixture
def made(east):
    """A project of the county that is a month past its contract's day, half of it started; and one in reserve."""
    with open_scope(local_actor()) as me:
        late = timezone.localdate() - timedelta(days=30)
        found = projects.register_project(
            by=me, region=east, code="A1", name="东关棚户区改造", kind="shanty", year=str(YEAR - 2), units="200", due_on=late.isoformat(),
            longitude="112.5", latitude="35.5", investment="1200.5",
        )  # fmt: skip
        events.record_event(
            by=me, project_id=found.pk, kind="start", on=date(YEAR - 2, 5, 1), amount="60", mode="physical"
        )
        events.record_event(
            by=me, project_id=found.pk, kind="start", on=date(YEAR - 2, 7, 1), amount="40", mode="monetised"
        )
        projects.register_project(by=me, region=east, code="R1", name="西关老旧小区改造", kind="old", households="88")
    return found


def visitor(*posts, region=cast.EAST):
    client = Client()
    cast.sign_in(client, cast.person(posts, region))
    return client


def body(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def where(client, path, **more):
    return client.get(path, {"region": cast.EAST, "period": str(YEAR), **more})


# -- reading -------------------------------------------------------------------------------------------------------------------


def test_the_title_of_the_list_says_what_is_late(made):
    text = body(where(visitor("clerk"), "/projects/"))
    assert "在册1个项目，1个逾期未建成</h1>" in text and "另有储备1个" in text
    assert "逾期30天" in text and "东关棚户区改造" in text and "西关老旧小区改造" not in text
    assert "50.0%" in text  # 100 started of 200


def test_all_states_and_a_search_find_the_reserve(made):
    client = visitor("clerk")
    assert "西关老旧小区改造" in body(where(client, "/projects/", state="all"))
    assert "西关老旧小区改造" in body(where(client, "/projects/", search="西关"))
    assert "没有符合条件的项目" in body(where(client, "/projects/", search="没有这个"))


def test_an_empty_list_offers_the_first_act_to_who_may(east):
    assert '<a class="btn-act no-print" href="/projects/new/' in body(where(visitor("clerk"), "/projects/"))
    assert "登记由填报岗办理" in body(where(visitor("reviewer"), "/projects/"))


@pytest.mark.parametrize(
    "path", ["/projects/", "/projects/table/", "/projects/map/", "/projects/ledger/", "/projects/ledger/?show=signals"]
)
def test_more_projects_take_no_more_queries(made, east, path):
    client, counts = visitor("clerk"), []
    path += f"{'&' if '?' in path else '?'}region={cast.EAST}&period={YEAR}"
    for number in (3, 30):
        with open_scope(local_actor()) as me:
            for one in range(number):
                found = projects.register_project(
                    by=me,
                    region=east,
                    code=f"{number}-{one}",
                    name=f"项目{number}-{one}",
                    kind="prh",
                    year=str(YEAR),
                    units="10",
                    due_on=f"{YEAR - 1}-01-01",
                )
                events.record_event(by=me, project_id=found.pk, kind="start", on=date(YEAR, 1, 1), amount="5")
            entries.open_entries(by=me, region=east, on=timezone.localdate())
        body(client.get(path))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            body(client.get(path))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_total_opens_the_events_that_make_it(made):
    client = visitor("clerk")
    text = body(client.get(f"/projects/{made.pk}/total/start/", headers={"HX-Request": "true"}))
    assert (
        "2条进度加成" in text
        and "60套" in text
        and "40套" in text
        and "100 ÷ 200 = 50.0%" in text
        and "<html" not in text
    )
    assert "<html" in body(client.get(f"/projects/{made.pk}/total/start/"))
    assert client.get(f"/projects/{made.pk}/total/finish/").status_code == 404


def test_a_project_shows_its_stages_and_what_may_be_done(made):
    text = body(visitor("clerk").get(f"/projects/{made.pk}/"))
    assert "东关棚户区改造：逾期30天，开工50.0%</h1>" in text
    assert "登记进度" in text and "调整计划" not in text
    text = body(visitor("reviewer").get(f"/projects/{made.pk}/"))
    assert "调整计划" in text and "登记进度</a>" not in text


def test_a_period_in_the_past_shows_the_project_as_it_was(made):
    text = body(visitor("clerk").get(f"/projects/{made.pk}/", {"period": f"{YEAR - 2}-06"}))
    assert "开工30.0%</h1>" in text and f"截至{YEAR - 2}年6月30日" in text


def test_a_neighbour_finds_nothing(made):
    client = visitor("clerk", region=cast.WEST)
    paths = ["", "edit/", "record/", "site/", "publish/", "meet/land/", "total/start/"]
    assert {client.get(f"/projects/{made.pk}/{path}").status_code for path in paths} == {404}
    assert client.get("/projects/", {"region": cast.EAST}).status_code == 404


def test_the_map_draws_points_inside_the_picture_and_can_be_left_out(made):
    client = visitor("clerk")
    text = body(where(client, "/projects/map/", state="all"))
    assert "1个项目在图上，1个逾期" in text and "1个没有坐标" in text
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)" role="group"', text).groups())
    points = [tuple(map(int, found)) for found in re.findall(r'<g transform="translate\((\d+),(\d+)\)">', text)]
    assert len(points) == 1 and all(0 < x < width and 0 < y < height for x, y in points)
    text = body(where(client, "/projects/map/", map="0"))
    assert "<figure" not in text and "112.500000" in text


# -- writing -------------------------------------------------------------------------------------------------------------------


def test_a_project_is_registered(east):
    client = visitor("clerk")
    response = client.post(
        "/projects/new/",
        {"kind": "shanty", "code": "N1", "name": "新项目甲", "year": "2025", "units": "120", "investment": "3.5亿元"},
    )
    assert response.status_code == 302, response.content.decode()
    found = Project.objects.get(code="N1")
    assert response.status_code == 302 and f"/projects/{found.pk}/" in response.url
    assert (found.units, found.investment, found.region) == (120, 35_000_000_000, east)


def test_what_was_typed_stays_and_each_mistake_stands_at_its_field(east):
    text = body(
        visitor("clerk").post("/projects/new/", {"kind": "shanty", "code": "N1", "name": "", "units": "很多"}), 422
    )
    assert 'value="N1"' in text and 'value="很多"' in text
    assert 'id="name-wrong"' in text and 'id="units-wrong"' in text and "PROJ-002" in text and "PROJ-003" in text
    assert not Project.objects.exists()


def test_progress_is_recorded_with_its_evidence(made):
    client = visitor("clerk")
    sent = {
        "kind": "basic",
        "on": f"{YEAR - 1}-10-01",
        "amount": "60",
        "mode": "physical",
        "evidence": SimpleUploadedFile("验收表.pdf", b"%PDF-1.4"),
    }
    assert client.post(f"/projects/{made.pk}/record/", sent).status_code == 302
    event = Event.objects.get(kind="basic")
    assert event.amount == 60 and bytes(event.evidence.content) == b"%PDF-1.4"
    response = client.get(f"/projects/events/{event.pk}/evidence/")
    assert response.content == b"%PDF-1.4" and "attachment" in response.headers["Content-Disposition"]
    assert visitor("clerk", region=cast.WEST).get(f"/projects/events/{event.pk}/evidence/").status_code == 404


def test_wrong_progress_is_refused_at_its_field(made):
    text = body(
        visitor("clerk").post(f"/projects/{made.pk}/record/", {"kind": "basic", "on": "明天", "amount": "60"}), 422
    )
    assert "PROJ-050" in text and 'value="60"' in text and 'id="on-wrong"' in text
    text = body(
        visitor("clerk").post(f"/projects/{made.pk}/record/", {"kind": "basic", "on": "2024-01-01", "amount": "六十"}),
        422,
    )
    assert "PROJ-011" in text and 'id="amount-wrong"' in text
    assert not Event.objects.filter(kind="basic").exists()


def test_a_mended_event_is_struck_out_and_stays(made):
    client, event = visitor("clerk"), Event.objects.filter(kind="start").first()
    sent = {"on": event.on.isoformat(), "amount": "55", "reason": "数错了"}
    assert client.post(f"/projects/events/{event.pk}/mend/", sent).status_code == 302
    text = body(client.get(f"/projects/{made.pk}/"))
    assert "已更正" in text and "数错了" in text and "开工95套" in text
    assert client.post(f"/projects/events/{event.pk}/mend/", sent).status_code == 422


def test_an_event_is_taken_back(made):
    event = Event.objects.filter(kind="start").first()
    sent = {"also": "void", "on": "", "reason": "没有开工"}
    assert visitor("clerk").post(f"/projects/events/{event.pk}/mend/", sent).status_code == 302
    assert Event.objects.get(supersedes=event).void


def test_a_condition_is_met_spared_and_open_again(made):
    client = visitor("clerk")
    for sent, expected in [
        ({"met_on": "2024-01-05", "number": "示字1号"}, (date(2024, 1, 5), False)),
        ({"also": "spared"}, (None, True)),
        ({"also": "cleared"}, (None, False)),
    ]:
        assert client.post(f"/projects/{made.pk}/meet/approval/", sent).status_code == 302
        found = Condition.objects.get(code="approval")
        assert (found.met_on, found.not_needed) == expected


def test_an_edit_on_an_old_page_is_refused_with_who_was_faster(made):
    client = visitor("clerk")
    text = body(client.get(f"/projects/{made.pk}/edit/"))
    assert 'name="units"' not in text  # what the plan fixed takes a document
    assert (
        client.post(
            f"/projects/{made.pk}/edit/", {"version": "1", "name": made.name, "code": made.code, "note": "甲"}
        ).status_code
        == 302
    )
    text = body(
        client.post(f"/projects/{made.pk}/edit/", {"version": "1", "name": made.name, "code": made.code, "note": "乙"}),
        422,
    )
    assert "PROJ-005" in text and ">乙</textarea>" in text


def test_a_plan_is_adjusted_by_a_document_only(made):
    client = visitor("reviewer")
    sent = {
        "version": "1",
        "number": "",
        "on": "2024-05-01",
        "reason": "缩小",
        "units": "180",
        "year": str(made.year),
        "investment": "1200.5",
    }
    text = body(client.post(f"/projects/{made.pk}/adjust/", sent), 422)
    assert "PROJ-020" in text and 'value="180"' in text and 'id="number-wrong"' in text
    assert client.post(f"/projects/{made.pk}/adjust/", sent | {"number": "示建1号"}).status_code == 302
    made.refresh_from_db()
    assert made.units == 180
    assert "计划套数（套） 200 → 180" in body(client.get(f"/projects/{made.pk}/"))
    assert visitor("clerk").get(f"/projects/{made.pk}/adjust/").status_code == 403


def test_a_project_is_cancelled_and_closed_projects_take_no_more(made):
    reviewer = visitor("reviewer")
    assert reviewer.post(f"/projects/{made.pk}/close/", {"on": "2024-05-01"}).status_code == 302
    assert "登记进度" not in body(visitor("clerk").get(f"/projects/{made.pk}/"))
    assert reviewer.post(f"/projects/{made.pk}/reopen/", {"on": "2024-05-01", "reason": "还有尾工"}).status_code == 302
    sent = {"number": "示建2号", "on": "2024-05-01", "reason": "不建了"}
    assert reviewer.post(f"/projects/{made.pk}/cancel/", sent).status_code == 302
    assert "已取消" in body(reviewer.get(f"/projects/{made.pk}/"))


def test_a_photograph_and_progress_come_from_the_site_in_one(made):
    client = visitor("clerk")
    sent = {
        "on": "2024-05-01",
        "caption": "封顶",
        "longitude": "112.51",
        "latitude": "35.51",
        "kind": "stage",
        "stage": "封顶",
        "photo": SimpleUploadedFile("a.png", PNG),
    }
    assert client.post(f"/projects/{made.pk}/site/", sent).status_code == 302
    photo = Photo.objects.get()
    response = client.get(f"/projects/photos/{photo.pk}/")
    assert (response.content, response.headers["Content-Type"]) == (PNG, "image/png")
    assert Event.objects.get(kind="stage").note == "封顶"
    assert "现场照片1张" in body(client.get(f"/projects/{made.pk}/"))
    assert visitor("clerk", region=cast.WEST).get(f"/projects/photos/{photo.pk}/").status_code == 404


def test_nothing_is_kept_of_a_site_report_that_is_refused(made):
    sent = {"on": "2024-05-01", "kind": "basic", "amount": "", "photo": SimpleUploadedFile("a.png", PNG)}
    text = body(visitor("clerk").post(f"/projects/{made.pk}/site/", sent), 422)
    assert "PROJ-011" in text and "照片要重新选一次" in text
    assert not Photo.objects.exists()
    text = body(visitor("clerk").post(f"/projects/{made.pk}/site/", {"on": "2024-05-01"}), 422)
    assert "PROJ-051" in text


def test_the_contracts_day_is_made_public(made):
    sent = {"due_on": "", "published_on": "2024-05-01", "at": ""}
    assert 'id="at-wrong"' in body(visitor("clerk").post(f"/projects/{made.pk}/publish/", sent), 422)
    assert visitor("clerk").post(f"/projects/{made.pk}/publish/", sent | {"at": "公示栏"}).status_code == 302
    assert "公示栏" in body(visitor("clerk").get(f"/projects/{made.pk}/"))


# -- the table that is filled in place -----------------------------------------------------------------------------------------


def cells(client, project, version, **fields):
    rows = [
        {
            "project": project.pk,
            "version": version,
            "fields": {name: {"text": text, "base": base} for name, (text, base) in fields.items()},
        }
    ]
    response = client.post(
        f"/projects/table/save/?region={cast.EAST}", json.dumps({"rows": rows}), content_type="application/json"
    )
    assert response.status_code == 200, response.content
    return response.json()["rows"][0]


def test_good_cells_are_saved_beside_a_bad_one(made):
    row = cells(
        visitor("clerk"),
        made,
        1,
        note=("说明", ""),
        due_on=("去年", made.due_on.isoformat()),
        address=("东关街1号", ""),
    )
    assert row["problems"].keys() == {"due_on"} and row["clashes"] == {}
    assert (row["cells"]["note"], row["cells"]["address"], row["version"]) == ("说明", "东关街1号", 2)


def test_two_people_in_different_cells_are_both_saved_and_in_one_cell_told(made):
    first, second = visitor("clerk"), visitor("clerk")
    cells(first, made, 1, note=("甲写的", ""))
    row = cells(second, made, 1, note=("乙写的", ""), address=("东关街1号", ""))
    assert row["cells"]["note"] == "甲写的" and row["cells"]["address"] == "东关街1号"
    assert "修改过" in row["clashes"]["note"] and "甲写的" in row["clashes"]["note"]
    assert cells(second, made, row["version"], note=("乙写的", "甲写的"))["cells"]["note"] == "乙写的"


def test_a_planned_number_takes_a_document_also_in_the_table(made):
    row = cells(visitor("clerk"), made, 1, units=("300", "200"))
    assert "调整" in row["problems"]["units"] and row["cells"]["units"] == "200"
    text = body(where(visitor("clerk"), "/projects/table/"))
    assert 'data-field="units" data-locked' in text and 'data-field="note"><' in text


def test_nonsense_to_the_table_changes_nothing(made):
    client = visitor("clerk")
    for sent in ("", "[]", '{"rows": [{"project": "x"}]}', '{"rows": 1}'):
        assert (
            client.post(f"/projects/table/save/?region={cast.EAST}", sent, content_type="application/json").status_code
            == 400
        )
    sent = json.dumps(
        {"rows": [{"project": made.pk, "version": 1, "fields": {"state": {"text": "closed", "base": ""}}}]}
    )
    assert (
        client.post(f"/projects/table/save/?region={cast.EAST}", sent, content_type="application/json").status_code
        == 200
    )
    made.refresh_from_db()
    assert made.state == "planned"


def test_a_typing_error_is_mended_and_a_change_of_plan_is_adjusted(made):
    clerk, reviewer = visitor("clerk"), visitor("reviewer")
    path = f"/projects/{made.pk}/correct/"
    assert path in body(where(clerk, f"/projects/{made.pk}/")) and path not in body(
        where(reviewer, f"/projects/{made.pk}/")
    )
    assert "填报岗“录入更正”，不用文号" in body(reviewer.get(f"/projects/{made.pk}/adjust/"))
    assert "由审核岗凭文号“调整计划”" in body(clerk.get(path))
    sent = {"units": "220", "version": "1", "reason": ""}
    assert "没有写原因" in body(clerk.post(path, sent), 422)
    assert clerk.post(path, sent | {"reason": "录反了"}).status_code == 302
    text = body(where(clerk, f"/projects/{made.pk}/"))
    assert "计划套数（套） 200 → 220" in text and "录反了" in text and "计划的变动1次" in text
    assert (
        reviewer.post(
            f"/projects/{made.pk}/adjust/",
            {
                "number": "市办〔2026〕1号",
                "on": timezone.localdate().isoformat(),
                "reason": "调",
                "units": "230",
                "version": "2",
            },
        ).status_code
        == 302
    )
    text = body(clerk.get(path))
    assert "计划套数已按市办〔2026〕1号调整" in text and 'name="units"' not in text and 'name="investment"' in text


# -- the ledgers ---------------------------------------------------------------------------------------------------------------


def test_an_entry_goes_from_the_book_to_its_close_out(made):
    clerk, reviewer = visitor("clerk"), visitor("reviewer")
    assert "台账里没有项目" in body(where(clerk, "/projects/ledger/"))
    assert clerk.post(f"/projects/ledger/open/?region={cast.EAST}").status_code == 302
    entry = Entry.objects.get(case__ledger="due-unfinished")
    assert "1个项目逾期未销号，1条没有说明原因" in body(where(clerk, "/projects/ledger/"))
    side = body(clerk.get(f"/projects/{made.pk}/"))
    assert "到台账办理" in side and '<span class="state bad">未销号</span>' in side
    path = f"/projects/ledger/{entry.pk}/"
    assert "PROJ-031" in body(clerk.post(f"{path}explain/", {"reason": ""}), 422)
    assert clerk.post(f"{path}explain/", {"reason": "资金没有到位"}).status_code == 302
    assert clerk.post(f"{path}report/", {"on": "2024-05-01", "number": "示政1号"}).status_code == 302
    assert clerk.post(f"{path}consent/", {"on": "2024-05-03", "number": "纪要2号"}).status_code == 302
    assert clerk.get(f"{path}close/").status_code == 403
    assert "PROJ-033" in body(reviewer.post(f"{path}close/", {"on": timezone.localdate().isoformat()}), 422)
    with open_scope(local_actor()) as me:
        events.record_event(by=me, project_id=made.pk, kind="complete", on=timezone.localdate(), amount="200")
    assert reviewer.post(f"{path}close/", {"on": timezone.localdate().isoformat(), "note": "建成"}).status_code == 302
    assert "列入台账的1条都已销号" in body(where(clerk, "/projects/ledger/"))
    assert "资金没有到位" in body(where(clerk, "/projects/ledger/", state="all"))
    assert (
        reviewer.post(f"{path}reopen/", {"on": timezone.localdate().isoformat(), "reason": "误销"}).status_code == 302
    )
    assert visitor("clerk", region=cast.WEST).get(f"{path}explain/").status_code == 404


def test_a_list_is_fixed_and_says_what_was_built_since(made):
    reviewer = visitor("reviewer")
    sent = {"name": "清单一", "started_by": f"{YEAR - 2}-12-31", "unfinished_on": f"{YEAR - 2}-12-31"}
    assert "PROJ-050" in body(reviewer.post("/projects/cohorts/new/", sent | {"started_by": ""}), 422)
    assert reviewer.post("/projects/cohorts/new/", sent).status_code == 302
    with open_scope(local_actor()) as me:
        events.record_event(
            by=me, project_id=made.pk, kind="basic", on=date(YEAR - 1, 5, 1), amount="45", mode="physical"
        )
        pk = cohorts.list_cohorts(me, made.region)[0].pk
    text = body(where(visitor("clerk"), f"/projects/cohorts/{pk}/"))
    assert "清单一：60套已建成45套（75.0%）</h1>" in text
    with open_scope(local_actor()) as me:
        other = projects.register_project(
            by=me, region=made.region, code="A2", name="南关棚户区改造", kind="shanty", year=str(YEAR - 2), units="10"
        )
        Member.objects.create(cohort_id=pk, project=other, region=made.region, unfinished=None)
    text = body(where(visitor("clerk"), f"/projects/cohorts/{pk}/"))
    assert (
        "清单一：1个项目未建成数不明，已建成45套</h1>" in text
        and "有1个项目固定清单时的未建成数不明" in text
        and text.count("不明</td>") == 3
    )
    assert "清单一" in body(where(visitor("clerk"), "/projects/ledger/", show="cohorts"))
    assert visitor("clerk", region=cast.WEST).get(f"/projects/cohorts/{pk}/").status_code == 404


def test_the_ledgers_forms_refuse_a_file_that_is_too_large(made, monkeypatch):
    monkeypatch.setattr("anju.file_sizes.EVIDENCE", 4)
    text = body(
        visitor("clerk").post(
            f"/projects/{made.pk}/record/",
            {"kind": "basic", "on": "2024-05-01", "amount": "1", "evidence": BytesIO(b"12345")},
        ),
        422,
    )
    assert "PROJ-051" in text


# -- by workbook ---------------------------------------------------------------------------------------------------------------


def changed(content: bytes, **texts: str) -> bytes:
    """The workbook with cells of its first project filled in, by the label of their column."""
    book = load_workbook(BytesIO(content))
    sheet = book["项目"]
    heads = {str(cell.value).partition("（")[0]: cell.column for cell in sheet[2] if cell.value}
    for label, text in texts.items():
        sheet.cell(3, heads[label], text)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_goes_out_is_checked_and_comes_back(made):
    client = visitor("clerk")
    sent = client.get("/projects/export.xlsx", {"region": cast.EAST, "kind": "shanty"})
    assert "filename" in sent.headers["Content-Disposition"]
    content = changed(sent.content, 地址="东关街9号", 备注="工作簿里改的")
    response = client.post(f"/projects/import/?region={cast.EAST}", {"file": SimpleUploadedFile("项目.xlsx", content)})
    assert response.status_code == 302
    text = body(client.get(response.url))
    assert "《项目.xlsx》可以导入：修改1个项目" in text and "还没有写入" in text
    made.refresh_from_db()
    assert made.note == ""
    assert client.post(response.url).status_code == 302
    made.refresh_from_db()
    assert (made.note, made.address) == ("工作簿里改的", "东关街9号")
    assert "没有要改的" in body(client.get(response.url))


def test_a_workbook_with_mistakes_is_refused_whole_and_comes_back_marked(made):
    client = visitor("clerk")
    content = changed(
        client.get("/projects/export.xlsx", {"region": cast.EAST}).content, 合同约定竣工日期="去年", 备注="甲"
    )
    response = client.post(f"/projects/import/?region={cast.EAST}", {"file": SimpleUploadedFile("项目.xlsx", content)})
    text = body(client.get(response.url), 422)
    assert "1处必须改正" in text and "PROJ-003" in text and "合同约定竣工日期" in text
    assert client.post(response.url).status_code == 422
    made.refresh_from_db()
    assert made.note == ""
    marked = load_workbook(BytesIO(client.get(response.url.replace("/?", "/marked.xlsx?")).content))
    assert marked.sheetnames[0] == "问题清单"


def test_what_is_no_workbook_is_said_so(made):
    client = visitor("clerk")
    assert "PROJ-051" in body(client.post(f"/projects/import/?region={cast.EAST}", {}), 422)
    response = client.post(f"/projects/import/?region={cast.EAST}", {"file": SimpleUploadedFile("a.xlsx", b"nothing")})
    assert "必须改正" in body(client.get(response.url), 422)
    assert client.get(f"/projects/import/{'0' * 64}/").status_code == 404
