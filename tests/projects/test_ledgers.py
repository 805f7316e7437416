"""The ledgers of what is overdue, until each entry is closed out."""

from datetime import date

import pytest

from anju.cases.models import Case
from anju.cases.services.cases import close_case
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.problems import Refused
from anju.projects.models import Entry, Member
from anju.projects.queries import cohorts, entries
from anju.projects.queries.cohorts import BuiltCount
from anju.projects.services import adjustments, events, projects
from anju.projects.services.cohorts import fix_cohort
from anju.projects.services.entries import open_entries

ON = date(2020, 12, 31)


@pytest.fixture
def overdue(clerk, county, acting):
    """Started in 2017, due in 2019, nothing built."""
    acting(clerk)
    made = projects.register_project(
        by=clerk,
        region=county,
        code="L1",
        name="北关棚改",
        kind="shanty",
        year="2017",
        units="363",
        due_on="2019-06-30",
    )
    events.record_event(by=clerk, project_id=made.pk, kind="start", on=date(2017, 5, 1), amount="363", mode="physical")
    return made


@pytest.fixture
def entry(clerk, county, overdue):
    open_entries(by=clerk, region=county, on=ON)
    return entries.list_entries(clerk, county, ledger="three-years-unfinished")[0]


def built(clerk, overdue, kind="basic"):
    events.record_event(by=clerk, project_id=overdue.pk, kind=kind, on=date(2020, 12, 1), amount="363")


def test_what_is_overdue_is_entered_once(clerk, county, overdue):
    made = open_entries(by=clerk, region=county, on=ON)
    assert sorted(one.case.ledger for one in made) == ["due-unfinished", "three-years-unfinished"]
    assert (
        "开工已 43 月，仍有 363 套 没有建成" in made[0].case.facts["says"]
        and made[0].case.facts["首次开工日期"] == "2017-05-01"
    )
    assert open_entries(by=clerk, region=county, on=ON) == []
    assert Trail.objects.filter(act="projects.open_entries").count() == 1


def test_a_project_in_time_is_not_entered(clerk, county, overdue):
    assert open_entries(by=clerk, region=county, on=date(2019, 6, 30)) == []


def test_nothing_is_closed_out_before_it_is_built(clerk, reviewer, overdue, entry, acting):
    acting(reviewer)
    with pytest.raises(Refused) as refused:
        close_case(by=reviewer, case_id=entry.pk, on=ON)
    assert [one.code for one in refused.value.problems] == ["PROJ-033"] and "363 套" in refused.value.problems[0].what
    acting(clerk)
    built(clerk, overdue)
    with pytest.raises(Refused, match="ACT-001"):
        close_case(by=clerk, case_id=entry.pk, on=ON)
    acting(reviewer)
    assert close_case(by=reviewer, case_id=entry.pk, on=ON).state == Case.CLOSED
    with pytest.raises(Refused, match="STATE-001"):
        close_case(by=reviewer, case_id=entry.pk, on=ON)


def test_a_cancelled_project_is_closed_out(reviewer, overdue, entry, acting):
    acting(reviewer)
    adjustments.cancel_project(by=reviewer, project_id=overdue.pk, number="1号", on=ON, reason="取消")
    assert close_case(by=reviewer, case_id=entry.pk, on=ON).closed_on == ON


def test_the_neighbour_finds_nothing(neighbour, county, entry, acting):
    acting(neighbour)
    with pytest.raises(Entry.DoesNotExist):
        entries.find_entry(neighbour, entry.pk)
    with pytest.raises(Region.DoesNotExist):
        open_entries(by=neighbour, region=county, on=ON)


def test_a_cohort_stays_as_it_was_fixed_and_counts_what_is_built_since(clerk, citizen, city, county, overdue, acting):
    other = projects.register_project(
        by=clerk, region=county, code="L2", name="公租房", kind="prh", year="2016", units="312"
    )
    events.record_event(by=clerk, project_id=other.pk, kind="start", on=date(2016, 5, 1), amount="400")
    events.record_event(by=clerk, project_id=other.pk, kind="basic", on=date(2018, 5, 1), amount="88")
    acting(citizen)
    given = {
        "by": citizen,
        "region": city,
        "name": "2017年底前开工2020年底前未建成",
        "started_by": date(2017, 12, 31),
        "unfinished_on": ON,
    }
    fixed = fix_cohort(**given)
    with pytest.raises(Refused, match="PROJ-035"):
        fix_cohort(**given)
    acting(clerk)
    events.record_event(by=clerk, project_id=overdue.pk, kind="basic", on=date(2021, 6, 1), amount="363")
    acting(citizen)
    view = cohorts.view_cohort(citizen, fixed.pk, date(2021, 12, 31))
    assert (view.cells[county.pk, "shanty"].unfinished, view.cells[county.pk, "shanty"].built) == (363, 363)
    assert (view.cells[county.pk, "prh"].unfinished, view.cells[county.pk, "prh"].built) == (312, 0)
    assert view.whole() == BuiltCount(2, 675, 363) and view.problems == []


def test_an_unfinished_number_that_is_not_known_leaves_the_sums_unknown(clerk, citizen, city, county, overdue, acting):
    other = projects.register_project(
        by=clerk, region=county, code="L2", name="公租房", kind="prh", year="2016", units="312"
    )
    acting(citizen)
    fixed = fix_cohort(by=citizen, region=city, name="甲", started_by=date(2017, 12, 31), unfinished_on=ON)
    Member.objects.create(cohort=fixed, project=other, region=county, unfinished=None)
    view = cohorts.view_cohort(citizen, fixed.pk, date(2021, 12, 31))
    assert view.cells[county.pk, "prh"] == BuiltCount(1, None, 0, 1) and view.cells[county.pk, "shanty"] == BuiltCount(
        1, 363, 0
    )
    assert view.whole() == BuiltCount(2, None, 0, 1)


def test_a_cohort_that_built_more_than_was_built_is_told(clerk, citizen, city, reviewer, county, overdue, acting):
    acting(citizen)
    fixed = fix_cohort(by=citizen, region=city, name="甲", started_by=date(2017, 12, 31), unfinished_on=ON)
    acting(clerk)
    events.record_event(by=clerk, project_id=overdue.pk, kind="basic", on=date(2021, 6, 1), amount="363")
    other = projects.register_project(
        by=clerk, region=county, code="L3", name="另一个", kind="shanty", year="2017", units="9"
    )
    events.record_event(
        by=clerk, project_id=other.pk, kind="basic", on=date(2021, 6, 1), amount="-9", note="核减以前多报"
    )
    acting(citizen)
    (problem,) = cohorts.view_cohort(citizen, fixed.pk, date(2021, 12, 31)).problems
    assert problem.code == "PROJ-036" and "363" in problem.what and "354" in problem.what
