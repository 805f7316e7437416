"""Recording what happened, mending it, and adding it up."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anju.core.database.cache import pin_cache
from anju.core.models.trail import Trail
from anju.problems import Refused
from anju.projects.models import Event, Project
from anju.projects.queries import conditions, events, photos, projects, stages
from anju.projects.services import adjustments
from anju.projects.services.events import NewEvent, mend_event, record_event, record_events
from anju.projects.services.photos import add_photo
from anju.projects.services.projects import meet_condition, register_project
from tests.projects.conftest import DAY


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def started(clerk, project, amount="100", on=DAY, **more):
    return record_event(by=clerk, project_id=project.pk, kind="start", on=on, amount=amount, **more)


def test_a_project_may_be_half_started(clerk, project):
    started(clerk, project, "100", part="1号楼", mode="physical")
    started(clerk, project, "166", mode="monetised", on=date(2025, 7, 1))
    sums = projects.project_totals(clerk, [project.pk], until=DAY)
    assert sums == {project.pk: {"start": 100, "start:physical": 100}}
    sums = projects.project_totals(clerk, [project.pk])[project.pk]
    assert sums == {"start": 266, "start:physical": 100, "start:monetised": 166}
    assert stages.project_stage(sums, project) == "部分开工"


def test_money_is_written_in_ten_thousands_and_kept_in_fen(clerk, project):
    made = record_event(by=clerk, project_id=project.pk, kind="invest", on=DAY, amount="27.27")
    assert made.amount == 27_270_000
    other = record_event(by=clerk, project_id=project.pk, kind="invest", on=DAY, amount="1.5亿元")
    assert other.amount == 15_000_000_000
    assert events.project_timeline(clerk, project)[0].text == "15000万元"


def test_the_second_click_changes_nothing(clerk, project):
    started(clerk, project)
    with pytest.raises(Refused, match="PROJ-014"):
        started(clerk, project)
    assert started(clerk, project, part="2号楼").amount == 100
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "code"),
    [({"kind": "finish"}, "PROJ-010"), ({"kind": "nothing"}, "PROJ-010"), ({"amount": ""}, "PROJ-011"), ({"amount": "1.5"}, "PROJ-011"),
     ({"amount": "五套"}, "PROJ-011"), ({"amount": "5万元"}, "PROJ-011"), ({"mode": "leased"}, "PROJ-012"), ({"on": date(2099, 1, 1)}, "PROJ-013"),
     ({"amount": "-3"}, "PROJ-015"), ({"kind": "permit", "amount": None}, "PROJ-013"), ({"kind": "stage", "amount": None, "note": "快好了"}, "PROJ-013"),
     ({"kind": "permit", "amount": "1", "number": "1"}, "PROJ-011")],
)  # fmt: skip
def test_what_will_not_do_is_refused(clerk, project, said, code):
    with pytest.raises(Refused) as refused:
        record_event(by=clerk, project_id=project.pk, **{"kind": "start", "on": DAY, "amount": "1"} | said)
    assert codes(refused) == [code]
    assert not Event.objects.exists()


def test_a_mended_event_stays_and_counts_no_more(clerk, project):
    first = started(clerk, project)
    second = mend_event(by=clerk, event_id=first.pk, reason="多填一栋", amount="80", ordered_by="市办〔2025〕3号")
    assert projects.project_totals(clerk, [project.pk])[project.pk] == {"start": 80}
    assert Trail.objects.get(act="projects.mend").said["after"]["ordered_by"] == "市办〔2025〕3号"
    with pytest.raises(Refused) as refused:
        mend_event(by=clerk, event_id=first.pk, reason="再改", amount="70")
    assert codes(refused) == ["PROJ-016"]
    mend_event(by=clerk, event_id=second.pk, reason="没有开工", amount=None)
    assert projects.project_totals(clerk, [project.pk]) == {}
    assert [one.mended is not None for one in events.project_timeline(clerk, project)] == [False, True, True]


def test_mending_needs_a_reason_and_a_change(clerk, project):
    first = started(clerk, project)
    with pytest.raises(Refused) as refused:
        mend_event(by=clerk, event_id=first.pk, reason=" ", amount="100")
    assert codes(refused) == ["PROJ-017", "PROJ-017"]


def test_what_a_locked_return_wrote_is_corrected_in_the_return(clerk, project):
    (written,) = record_events(by=clerk, entries=[NewEvent(project.pk, "start", DAY, 100)], origin="return:7")
    for amount in ("80", None):
        with pytest.raises(Refused) as refused:
            mend_event(by=clerk, event_id=written.pk, reason="多填一栋", amount=amount)
        assert codes(refused) == ["PROJ-019"] and "编号 7 的报表上发起更正" in refused.value.problems[0].fix
    assert projects.project_totals(clerk, [project.pk])[project.pk] == {"start": 100}
    correction = mend_event(
        by=clerk, event_id=written.pk, reason="更正", amount="80", origin="return:8"
    )  # the return's own act may
    assert correction.origin == "return:8" and projects.project_totals(clerk, [project.pk])[project.pk] == {"start": 80}


def test_another_countys_event_is_not_found(clerk, neighbour, project, acting):
    first = started(clerk, project)
    acting(neighbour)
    with pytest.raises(Event.DoesNotExist):
        mend_event(by=neighbour, event_id=first.pk, reason="改", amount="1")
    with pytest.raises(Project.DoesNotExist):
        started(neighbour, project)
    assert projects.project_totals(neighbour, [project.pk]) == {}


def test_nothing_is_recorded_of_a_cancelled_project(clerk, reviewer, project, acting):
    acting(reviewer)
    adjustments.cancel_project(
        by=reviewer, project_id=project.pk, number="市保办字〔2025〕3号", on=DAY, reason="规划调整"
    )
    acting(clerk)
    with pytest.raises(Refused, match="PROJ-006"):
        started(clerk, project)


def test_a_returns_differences_come_in_at_once_and_once(clerk, project):
    entries = [NewEvent(project.pk, "start", DAY, 100), NewEvent(project.pk, "invest", DAY, 5_000_000)]
    assert len(record_events(by=clerk, entries=entries, origin="return:1")) == 2
    assert record_events(by=clerk, entries=entries, origin="return:1") == []
    assert Trail.objects.filter(act="projects.record").count() == 1
    with pytest.raises(Refused) as refused:
        record_events(
            by=clerk,
            entries=[NewEvent(project.pk, "start", DAY, -1), NewEvent(project.pk, "x", DAY)],
            origin="return:2",
        )
    assert codes(refused) == ["PROJ-015", "PROJ-010"]


def test_the_checklist_is_met_by_papers_and_by_events(clerk, project):
    record_event(by=clerk, project_id=project.pk, kind="permit", on=DAY, number="证1")
    meet_condition(by=clerk, project_id=project.pk, code="funds", met_on=DAY, number="财字1号")
    meet_condition(by=clerk, project_id=project.pk, code="land", not_needed=True)
    lines = {one.code: one for one in conditions.checklist(clerk, project)}
    assert (lines["permit"].met_on, lines["permit"].number, lines["funds"].number, lines["land"].not_needed) == (
        DAY,
        "证1",
        "财字1号",
        True,
    )
    assert lines["tender"].open and "agreed" not in lines
    with pytest.raises(Refused, match="PROJ-018"):
        meet_condition(by=clerk, project_id=project.pk, code="agreed", met_on=DAY)


def test_a_photograph_is_kept_once(clerk, project):
    jpeg = b"\xff\xd8\xff" + b"0" * 100
    one = add_photo(
        by=clerk, project_id=project.pk, content=jpeg, name="a.jpg", taken_on=DAY, longitude="112.8", latitude="35.5"
    )
    assert add_photo(by=clerk, project_id=project.pk, content=jpeg, name="b.jpg", taken_on=DAY).pk == one.pk
    with pytest.raises(Refused, match="PROJ-023"):
        add_photo(by=clerk, project_id=project.pk, content=b"<html>", name="c.jpg", taken_on=DAY)
    with pytest.raises(Refused, match=r"PROJ-023.*写了121个字，最多120个"):
        add_photo(by=clerk, project_id=project.pk, content=jpeg + b"1", name="d.jpg", taken_on=DAY, caption="长" * 121)
    assert len(photos.list_photos(clerk, project)) == 1


def test_a_list_takes_the_same_number_of_queries_for_one_and_for_many(clerk, county, project):
    def count():
        with pin_cache(), CaptureQueriesContext(connection) as captured:
            listed = projects.list_projects(clerk, projects.filter_projects(clerk, county))
        return len(captured), listed

    count()  # the regions are kept from here on
    few, _ = count()
    for number in range(20):
        made = register_project(
            by=clerk, region=county, code=f"N{number}", name=f"项目{number}", kind="prh", year="2025", units="10"
        )
        started(clerk, made, "5")
    many, listed = count()
    assert few == many == 4
    assert listed.count == 21 and listed.lines[0].text("start") == "5套"


def test_a_list_is_filtered_and_paged(clerk, county, project):
    for number in range(5):
        register_project(by=clerk, region=county, code=f"N{number}", name=f"北街{number}", kind="prh", year="2024")
    assert (
        projects.list_projects(clerk, projects.filter_projects(clerk, county, search="北街 3")).lines[0].project.code
        == "N3"
    )
    assert projects.list_projects(clerk, projects.filter_projects(clerk, county, kind="shanty")).count == 1
    page = projects.list_projects(clerk, projects.filter_projects(clerk, county, year=2024), size=2, page=9)
    assert (page.page, page.pages, len(page.lines)) == (3, 3, 1)


def test_the_city_sees_its_counties_and_adds_them_up(clerk, citizen, city, county, project, acting):
    started(clerk, project)
    acting(citizen)
    assert projects.list_projects(citizen, projects.filter_projects(citizen, city)).count == 1
    assert projects.event_sums(citizen, [county], until=DAY) == {"shanty": {"start": 100}}
    assert projects.event_sums(citizen, [county], by="both") == {(county.pk, "shanty"): {"start": 100}}
