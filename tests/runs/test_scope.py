"""Runs are seen by those whose region it is; the database says the same again."""

import pytest

from anju.core.models.region import Region
from anju.core.people.scope import Actor, open_scope
from anju.runs.models import Run
from anju.runs.queries import runs
from anju.runs.services.runs import judge_rows, run_book, run_warnings
from tests.runs.conftest import ON, WHOLE_YEAR, score


@pytest.fixture
def stranger(city):
    """Has another city and nothing of this one."""
    from anju.core.regions import tree

    other = tree.find_region(city[0], "140500", WHOLE_YEAR)
    return Actor("stranger", "外地", frozenset({other.pk}))


def test_another_region_is_not_found(city, stranger):
    run = score(city, "prh-shanty")
    with open_scope(stranger):
        with pytest.raises(Run.DoesNotExist):
            runs.find_run(stranger, run.pk)
        assert not runs.list_runs(stranger) and runs.standing_runs(stranger, run.region, "2020", ("scoring",)) == []
        assert runs.newest_run(stranger, "scoring", "prh-shanty", run.region, "2020") is None


def test_the_second_wall_stands_without_the_first(city, stranger):
    score(city, "prh-shanty")
    assert Run.objects.count() == 1
    with open_scope(stranger):
        assert Run.objects.count() == 0
    with open_scope(Actor("nobody", "无", frozenset())):
        assert Run.objects.count() == 0


def test_nobody_runs_a_book_for_a_region_that_is_not_theirs(city, stranger):
    region = city[1]
    with open_scope(stranger):
        for act in (
            lambda how: run_book(kind="scoring", subject="prh-shanty", **how),
            lambda how: judge_rows(kind="check", subject="full-score", rows=[{}], **how),
            lambda how: run_warnings(**how),
        ):
            with pytest.raises(Region.DoesNotExist):
                act({"by": stranger, "region": region, "period": "2020", "on": ON})


def test_findings_of_a_county_are_the_citys_record(place):
    """The run belongs to the region it was run for: a county's clerk does not see the city's list."""
    from anju.core.regions import tree

    by, region, _ = place("jincheng-2021")
    run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR)
    county = tree.find_region(by, "140502", WHOLE_YEAR)
    clerk = Actor("clerk", "填报员", frozenset({county.pk}))
    with open_scope(clerk):
        assert runs.list_findings(clerk, region, "2021") == []
