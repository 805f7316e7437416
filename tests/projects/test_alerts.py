"""A region with very many projects: what the books notice is found out in the background, kept, and dated."""

import threading
from datetime import date

import pytest
from django.db import connections, transaction
from django.test import Client

from anju.core.jobs import queue
from anju.core.models.job import Job
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from anju.problems import Refused
from anju.projects.models import Alert, AlertScan, Entry, Project
from anju.projects.queries import alerts, projects
from anju.projects.services import events
from anju.projects.services.alerts import scan_alerts
from anju.projects.services.projects import close_project, edit_project, register_project
from anju.rules.shipped.library import BOOKS
from tests import cast
from tests.projects.conftest import person

ON = date(2021, 3, 31)


@pytest.fixture
def stalled(clerk, county, acting):
    acting(clerk)
    for code in ("S1", "S2"):
        made = register_project(
            by=clerk,
            region=county,
            code=code,
            name=f"南关{code}",
            kind="shanty",
            year="2020",
            units="100",
            licence="证1",
        )
        events.record_event(by=clerk, project_id=made.pk, kind="start", on=date(2020, 3, 1), amount="100")
    return made


def test_a_region_is_large_when_its_projects_of_the_plan_are_more_than_can_be_waited_for(
    clerk, county, stalled, monkeypatch
):
    assert not alerts.is_large(clerk, county)
    monkeypatch.setattr(alerts, "LIVE", 1)
    assert alerts.is_large(clerk, county)


def test_what_was_found_is_kept_with_its_day_and_words_and_told_on_the_way(clerk, county, stalled):
    said = []
    scan = scan_alerts(by=clerk, region=county, on=ON, told=lambda *one: said.append(one))
    assert (scan.on, scan.projects, scan.by) == (ON, 2, clerk.key)
    found = list(alerts.list_alerts(clerk, scan))
    assert [(one.project.code, one.subject, one.colour) for one in found] == [
        ("S1", "stalled", "橙"),
        ("S2", "stalled", "橙"),
    ]
    assert "“南关S1”已 395 天 没有新的进度" in found[0].text and found[0].propose
    assert said[0][:2] == (0, said[-1][1]) and said[-1] == (said[-1][1] - 1, said[-1][1], "正在存下2处提醒")
    assert Trail.objects.get(act="projects.look_over").said["after"] == {"on": "2021-03-31", "notices": 2}


def test_who_only_reads_keeps_nothing(clerk, county, stalled):
    head = person("head", "单位负责人", "head", county)
    with open_scope(head), pytest.raises(Refused, match="ACT-001"):
        scan_alerts(by=head, region=county, on=ON)
    assert not AlertScan.objects.exists()


def test_a_later_look_of_the_month_takes_the_earlier_ones_place_and_other_months_stay(clerk, county, stalled):
    scan_alerts(by=clerk, region=county, on=date(2021, 2, 28))
    scan_alerts(by=clerk, region=county, on=date(2021, 3, 10))
    newest = scan_alerts(by=clerk, region=county, on=ON)
    assert sorted(AlertScan.objects.values_list("on", flat=True)) == [date(2021, 2, 28), ON]
    assert Alert.objects.count() == 4
    assert alerts.latest_scan(clerk, county, ON) == newest
    assert alerts.latest_scan(clerk, county, date(2021, 3, 20)) is None  # of a day before it was not yet so
    assert alerts.latest_scan(clerk, county, date(2021, 2, 28)).on == date(2021, 2, 28)


def test_a_neighbour_sees_nothing_of_it(clerk, neighbour, city, county, stalled, acting):
    scan = scan_alerts(by=clerk, region=county, on=ON)
    acting(neighbour)
    assert (
        list(alerts.list_alerts(neighbour, scan)) == []
        and not AlertScan.objects.exists()
        and not Alert.objects.exists()
    )
    with pytest.raises(type(county).DoesNotExist):
        alerts.is_large(neighbour, county)


# -- the page ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(committed):
    """A county's page asked for by its clerk, of a month in which a project has stood still for a year. Really committed, as jobs need it."""
    with open_scope(local_actor()) as me:
        east = Region.objects.get(code=cast.EAST, valid_until=None)
        made = register_project(
            by=me,
            region=east,
            code="S1",
            name="南关",
            kind="shanty",
            year="2020",
            units="100",
            licence="证1",
            due_on="2021-01-31",
        )
        events.record_event(by=me, project_id=made.pk, kind="start", on=date(2020, 3, 1), amount="100")
        client = Client()
        cast.sign_in(client, cast.person(("clerk",), cast.EAST))

    def ask(show="signals"):
        answer = client.get("/projects/ledger/", {"region": cast.EAST, "period": "2021-03", "show": show})
        assert answer.status_code == 200
        return answer.content.decode()

    ask.client = client
    return ask


def test_a_county_is_looked_over_each_time_its_page_is_opened(asked):
    text = asked()
    assert "规则书提醒1处" in text and "每次打开按规则书重新核对" in text


def test_a_large_region_is_looked_over_in_the_background_once_however_often_it_is_asked(asked, monkeypatch):
    monkeypatch.setattr(alerts, "LIVE", 0)
    assert "2021年3月还没有核对过" in asked()
    paths = {
        asked.client.post(f"/projects/ledger/look/?region={cast.EAST}&period=2021-03").headers["Location"]
        for _ in range(2)
    }
    with open_scope(local_actor()):
        job = Job.objects.get(name="projects.look")
    assert paths == {f"/jobs/{job.pk}/"} and "重新核对" not in asked()
    queue.run_job(job.pk)
    with open_scope(local_actor()):
        assert Job.objects.get().result == f"/projects/ledger/?region={cast.EAST}&period=2021-03&show=signals"
    text = asked()
    assert (
        "规则书提醒1处" in text and "已 395 天 没有新的进度" in text and "“南关”已" not in text
    )  # the name stands beside it
    assert (
        "截至2021年3月31日，核对在册项目1个，由" in text
        and "重新核对" in text
        and "每次打开按规则书重新核对" not in text
    )


def test_the_entries_of_a_large_region_are_made_in_the_background_too(asked, monkeypatch):
    monkeypatch.setattr(alerts, "LIVE", 0)
    where = asked.client.post(f"/projects/ledger/open/?region={cast.EAST}&period=2021-03").headers["Location"]
    with open_scope(local_actor()):
        job = Job.objects.get(name="projects.enter")
        assert where == f"/jobs/{job.pk}/" and not Entry.objects.exists()
    queue.run_job(job.pk)
    with open_scope(local_actor()):
        assert Entry.objects.get().case.ledger == "due-unfinished"
        assert Job.objects.get().message == "核对到2021年3月31日：新列入台账1个"


# -- an answer that was kept is void when the ledger, a book or the day is another ------------------------------------------------------


VOID = "须重新核对</h1>"


@pytest.fixture
def kept(asked, monkeypatch):
    """The page of a large region after it was looked over once, in a transaction of its own."""
    monkeypatch.setattr(alerts, "LIVE", -1)  # large even when its last project is closed
    look_again(asked)
    return asked


def look_again(asked):
    asked.client.post(f"/projects/ledger/look/?region={cast.EAST}&period=2021-03")
    with open_scope(local_actor()):
        job = Job.objects.filter(name="projects.look").latest("pk")
    queue.run_job(job.pk)


def test_a_kept_answer_holds_while_nothing_changes(kept):
    text = kept()
    assert VOID not in text and "此后台账和规则书都没有变" in text


@pytest.mark.parametrize("change", ["event", "field", "state"])
def test_a_kept_answer_is_void_when_the_ledger_changes_until_it_is_found_out_again(kept, change):
    with open_scope(local_actor()) as me:
        made = projects.find_project(me, Project.objects.get(code="S1").pk)
        if change == "event":
            events.record_event(by=me, project_id=made.pk, kind="invest", on=date(2021, 3, 1), amount="5")
        elif change == "field":
            edit_project(by=me, project_id=made.pk, version=made.version, due_on="2022-01-31")
        else:
            close_project(by=me, project_id=made.pk, on=ON, reason="办结")
    text = kept()
    assert "截至2021年3月31日规则书提醒1处，" + VOID in text and "已不作数：此后台账有登记、更正。" in text
    look_again(kept)
    assert VOID not in kept()


def test_a_neighbour_s_ledger_voids_nothing(kept):
    with open_scope(local_actor()) as me:
        west = Region.objects.get(code=cast.WEST, valid_until=None)
        register_project(by=me, region=west, code="W1", name="西", kind="prh", year="2020", units="1")
    assert VOID not in kept()


def test_what_was_begun_before_and_committed_after_voids_it_too(kept):
    """By number alone a transaction that was long under way would have been taken for seen."""
    begun, go_on = threading.Event(), threading.Event()

    def long_under_way():
        with transaction.atomic(), open_scope(local_actor()) as me:
            east = Region.objects.get(code=cast.EAST, valid_until=None)
            register_project(by=me, region=east, code="E9", name="东", kind="prh", year="2020", units="1")
            begun.set()
            go_on.wait(60)
        connections.close_all()

    thread = threading.Thread(target=long_under_way)
    thread.start()
    assert begun.wait(60)
    look_again(kept)
    assert VOID not in kept()
    go_on.set()
    thread.join()
    assert VOID in kept()


def test_a_kept_answer_is_void_when_a_book_that_applies_there_changes(kept, tmp_path, monkeypatch):
    text = (BOOKS / "warning" / "stalled.yaml").read_text("utf-8").split("examples:")[0]
    for region, void in ((cast.ELSEWHERE, False), (cast.CITY, True)):
        own = text.replace("subject: stalled", f'subject: stalled\nregion: "{region}"')
        (tmp_path / "own.yaml").write_text(own, "utf-8")
        monkeypatch.setenv("ANJU_BOOKS", str(tmp_path))
        page = kept()
        assert (VOID in page) == ("已不作数：规则书已经更换。" in page) == void


def test_a_kept_answer_of_another_day_says_whose_day_it_is(kept):
    with open_scope(local_actor()):
        AlertScan.objects.filter(on=ON).delete()
    with open_scope(local_actor()) as me:
        scan_alerts(by=me, region=Region.objects.get(code=cast.EAST, valid_until=None), on=date(2021, 3, 10))
    text = kept()
    assert "截至2021年3月10日规则书提醒" in text and "已不作数：要看的是截至2021年3月31日的。" in text
