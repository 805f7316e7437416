"""Overdue is what the book says: of a city whose own book gives thirty days of grace every page agrees, on day 29, 30 and 31."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from anju.cases.services import cases
from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.documents.queries import documents as papers
from anju.documents.services import documents
from anju.figures.catalogue import load_catalogue
from anju.oversight.queries.overdue import list_overdue
from anju.projects.models import Entry
from anju.projects.queries import projects
from anju.projects.queries.overdue import mark_overdue, tally_projects
from anju.projects.services import entries, events
from anju.projects.services import projects as project_services
from anju.rules.shipped.library import BOOKS
from tests import cast

TODAY = timezone.localdate()
DAYS = (29, 30, 31)
GRACE = """
parameters:
  grace: {label: 宽限, unit: 天, values: [{from: "2015-01-01", value: "30", source: S1 （八）, checked: "2026-11-21"}]}

steps:"""


@pytest.fixture(autouse=True)
def everywhere(scope):
    """What a test reads for itself it reads as the machine's operator; each page has the scope of who asks."""


def own_book(text, region=cast.CITY):
    """The shipped book as a city's own, without its examples."""
    text = text.split("examples:")[0].replace("subject: due-unfinished", f'subject: due-unfinished\nregion: "{region}"')
    return text.replace("\nsteps:", GRACE).replace("late > 0", "late > grace")


@pytest.fixture
def shipped():
    return (BOOKS / "warning" / "due-unfinished.yaml").read_text("utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An office's own folder of books."""
    monkeypatch.setenv("ANJU_BOOKS", str(tmp_path))
    return tmp_path


@pytest.fixture
def grace(folder, shipped):
    (folder / "due.yaml").write_text(own_book(shipped), "utf-8")


def register(code, days, region=cast.EAST, **more):
    with open_scope(local_actor()) as me:
        return project_services.register_project(
            by=me,
            region=Region.objects.get(code=region, valid_until=None),
            **{"code": code, "name": f"示例{code}", "kind": "prh", "year": str(TODAY.year - 1), "units": "10"}
            | {"due_on": (TODAY - timedelta(days=days)).isoformat(), "longitude": f"112.{days}", "latitude": "35.5"}
            | more,
        )


@pytest.fixture
def three(grace):
    """By days since the contract's day; all of it started."""
    found = {days: register(f"D{days}", days) for days in DAYS}
    with open_scope(local_actor()) as me:
        for project in found.values():
            events.record_event(by=me, project_id=project.pk, kind="start", on=TODAY - timedelta(days=90), amount="10")
    return found


def page(path, *posts, region=cast.EAST, **more):
    client = Client()
    cast.sign_in(client, cast.person(posts or ("clerk",), region))
    response = client.get(path, {"region": region, "period": str(TODAY.year), **more})
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def row(text, days):
    return next(line.partition("</tr>")[0] for line in re.split("<tr", text) if f"示例D{days}<" in line)


# -- the surfaces --------------------------------------------------------------------------------------------------------------


def test_the_list_its_heading_and_its_marks_go_by_the_city_s_book(three):
    text = page("/projects/")
    assert "在册3个项目，1个逾期未建成</h1>" in text
    assert ["逾期" in row(text, days) for days in DAYS] == [False, False, True]
    assert ['class="late brief"' in row(text, days) for days in DAYS] == [False, False, True]
    assert "逾期31天" in text


def test_a_search_and_a_year_count_as_the_list_does(three):
    assert "1个逾期未建成" in page("/projects/", year=str(TODAY.year - 1))
    assert "逾期未建成" in page("/projects/", search="示例D31") and "逾期" not in row(
        page("/projects/", search="D30"), 30
    )
    assert "个逾期未建成" not in page("/projects/", search="示例D30")


def test_the_map_goes_by_the_city_s_book(three):
    text = page("/projects/map/")
    assert "3个项目在图上，1个逾期</h1>" in text and text.count("！逾期") == 1
    assert ["逾期" in row(text, days) for days in DAYS] == [False, False, True]


@pytest.mark.parametrize(("days", "is_overdue"), [(29, False), (30, False), (31, True)])
@pytest.mark.parametrize("path", ["", "record/", "site/"])
def test_a_project_s_pages_go_by_the_city_s_book(three, days, is_overdue, path):
    text = page(f"/projects/{three[days].pk}/{path}")
    assert (f"逾期{days}天" in text) == is_overdue and ("逾期" in text.replace("逾期台账", "")) == is_overdue
    if not path:
        assert (f"示例D{days}：逾期31天" in text) == (" missed" in text) == ('stroke="#a3201a"' in text) == is_overdue


def test_the_ledger_the_leader_s_page_and_the_pack_go_by_the_city_s_book(three):
    with open_scope(local_actor()) as me:
        east = Region.objects.get(code=cast.EAST, valid_until=None)
        entries.open_entries(by=me, region=east, on=TODAY)
        assert [one.project.code for one in Entry.objects.select_related("project")] == ["D31"]
        assert [one.what for one in list_overdue(me, east, TODAY).entries] == ["示例D31"]
        load_catalogue(by=me)
        options = {"organs": ["示例机关"]}
        made = documents.write_document(
            by=me, kind="dispatch-week", region=east, period=TODAY.isoformat(), options=options, prose={}
        )
        version = papers.find_version(me, made)
    assert "1个项目逾期未销号" in page("/projects/ledger/")
    text = page("/", "head")
    assert "示例D31" in text and "示例D30" not in text and "示例D29" not in text
    assert "1件未销号" in text
    plain = re.sub("<[^>]+>", "", version.html)
    assert "未销号1件" in plain and "示例D31" in plain and "示例D30" not in plain


def test_nothing_is_closed_out_before_the_list_stops_calling_it_overdue(three):
    with open_scope(local_actor()) as me:
        east = Region.objects.get(code=cast.EAST, valid_until=None)
        (entry,) = entries.open_entries(by=me, region=east, on=TODAY)
        project_services.edit_project(
            by=me, project_id=three[31].pk, version=1, due_on=(TODAY - timedelta(days=30)).isoformat()
        )
        assert "逾期未建成" not in page("/projects/")
        cases.close_case(by=me, case_id=entry.pk, on=TODAY)


# -- more than one book ----------------------------------------------------------------------------------------------------------


def test_above_two_cities_each_is_judged_by_its_own_book(three):
    register("E1", 1, region="140802")
    with open_scope(local_actor()) as me:
        province = Region.objects.get(code="140000", valid_until=None)
        found = projects.filter_projects(me, province)
        assert sum(one.overdue for one in tally_projects(me, province, found, TODAY)) == 2
        lines = projects.list_projects(me, found).lines
        mark_overdue(me, lines, TODAY)
        assert {line.project.code: str(line.overdue) for line in lines if line.overdue} == {
            "D31": "逾期31天",
            "E1": "逾期1天",
        }


def test_where_no_book_is_in_force_nothing_is_overdue(folder, shipped):
    text = own_book(shipped).replace(
        'applies: {from: "2015-01-01"}', 'applies: {from: "2015-01-01", until: "2020-12-31"}'
    )
    (folder / "due.yaml").write_text(text, "utf-8")
    register("D31", 31)
    register("E1", 1, region="140802")
    assert "逾期" not in row(page("/projects/"), 31)
    with open_scope(local_actor()) as me:
        province = Region.objects.get(code="140000", valid_until=None)
        assert (
            sum(one.overdue for one in tally_projects(me, province, projects.filter_projects(me, province), TODAY)) == 1
        )


def test_a_book_that_reckons_no_days_says_overdue_without_them(folder, shipped):
    (folder / "due.yaml").write_text(own_book(shipped).replace("late", "beyond"), "utf-8")
    register("D31", 31)
    text = page("/projects/")
    assert "1个逾期未建成" in text and re.search(r"逾期\d+天", text) is None and ">逾期<" in row(text, 31)


def test_a_book_that_makes_something_of_what_is_unknown_is_asked_of_every_project(folder, shipped):
    """Then nothing may be left out because a project's row alone does not decide."""
    text = own_book(shipped).replace("late > grace", "if_unknown(late, 99) > grace")
    text = text.replace('formula: "if_unknown', 'source: S1, formula: "if_unknown')
    (folder / "due.yaml").write_text(text, "utf-8")
    register("D30", 30)
    register("N1", 0, due_on="")
    assert "2个项目，1个逾期未建成" in page("/projects/")


def test_a_per_cent_sign_and_a_choice_in_a_book_do_no_harm(folder, shipped):
    text = (
        own_book(shipped)
        .replace("  houses:", '  kind: {label: 类型, enum: [prh, "100%"]}\n  houses:')
        .replace("late > grace and left > 0", "late > grace and left > 0 and kind = 'prh'")
    )
    (folder / "due.yaml").write_text(text, "utf-8")
    register("D31", 31)
    register("S1", 60, kind="shanty")  # a kind that the book does not know is unknown to it
    assert "2个项目，1个逾期未建成" in page("/projects/")


# -- the same answer in Python and in PostgreSQL ------------------------------------------------------------------------------------


def test_what_the_list_marks_is_what_the_ledger_enters(three):
    """Bought, paid out, renovated, without a day, without a plan, taken back: the two ways of running the book never differ."""
    with open_scope(local_actor()) as me:
        cases = [
            ("all", {}, [("complete", "10", "")]), ("most", {}, [("complete", "9", "")]), ("bought", {}, [("gather", "10", "purchased")]),
            ("some", {}, [("gather", "4", "leased"), ("complete", "5", "")]), ("paid", {"kind": "shanty", "monetised": "4"}, [("complete", "6", "")]),
            ("unpaid", {"kind": "shanty", "monetised": "3"}, [("complete", "6", "")]), ("no day", {"due_on": ""}, []), ("no plan", {"units": ""}, []),
            ("old", {"kind": "old", "units": "", "households": "20"}, [("finish", "19", "")]),
            ("renovated", {"kind": "old", "units": "", "households": "20"}, [("finish", "20", "")]),
        ]  # fmt: skip
        for place, (code, more, happened) in enumerate(cases):
            made = register(f"K{place}", 40, name=code, **more)
            for kind, amount, mode in happened:
                on = TODAY - timedelta(days=5)
                events.record_event(by=me, project_id=made.pk, kind=kind, on=on, amount=amount, mode=mode)
        east = Region.objects.get(code=cast.EAST, valid_until=None)
        found = projects.filter_projects(me, east)
        lines = projects.list_projects(me, found).lines
        mark_overdue(me, lines, TODAY)
        marked = {line.project.name for line in lines if line.overdue}
        opened = entries.open_entries(by=me, region=east, on=TODAY)
        assert marked == {one.project.name for one in opened if one.case.ledger == "due-unfinished"}
        assert marked == {"示例D31", "most", "some", "unpaid", "old"}
        assert sum(one.overdue for one in tally_projects(me, east, found, TODAY)) == len(marked)
