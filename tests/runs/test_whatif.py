"""What-if: how many points more for how much more. Nothing is stored."""

import pytest

from anju.problems import Refused
from anju.runs.models import Run
from anju.runs.queries import what_if
from anju.runs.queries.score_table import lay_out_score_table
from tests.runs.conftest import JUDGED, score


def test_more_social_money_gives_points_and_nothing_is_stored(city):
    by, _ = city
    run = score(city, "old-communities")
    before = Run.objects.count()
    made = what_if.try_what_if(by, run, inputs={"social_funds": "11419.56"})
    change = made.change("social_funding")
    assert (change.label, change.before, change.after, change.gain) == ("社会筹资占比", "0 分", "3 分", "+3")
    assert made.change("total").gain == "+3" and made.change("household_starting") is None
    assert Run.objects.count() == before and lay_out_score_table(by, run).total.value == "95"


def test_another_reading_of_a_rule(city):
    made = what_if.try_what_if(city[0], score(city, "old-communities"), parameters={"step_rounding": "floor"})
    assert [(one.name, one.gain) for one in made.changes] == [("social_funding", "+1"), ("total", "+1")]


def test_a_loss_has_its_sign(city):
    made = what_if.try_what_if(city[0], score(city, "prh-shanty"), inputs={"shanty_starts": "281"})
    assert made.change("starting").gain == "-1" and made.change("start_rate").after == "99.6%"


@pytest.mark.parametrize(
    "wrong", [{"parameters": {"no_such": "1"}}, {"inputs": {"no_such": "1"}}, {"inputs": {"shanty_starts": "x"}}]
)
def test_what_will_not_do_is_refused(city, wrong):
    with pytest.raises(Refused, match="RULE-0"):
        what_if.try_what_if(city[0], score(city, "prh-shanty"), **wrong)


def test_the_next_value_at_which_the_score_rises(city):
    steps = what_if.find_next_steps(city[0], score(city, "old-communities"), "social_funding")
    more = next(one for one in steps if one.input == "social_funds")
    # 5 steps are lost while the share is below 4 %; at 4 % of 95162.94 it is 4 steps.
    assert (more.now, more.needed, more.gain) == ("463.58", "3806.5176", "1")
    assert more.sentence == "“企业和居民等社会筹资”由463.58万元到3806.5176万元（+3342.9376），可多得1分"


def test_that_value_is_the_first_and_the_one_below_gains_nothing(city):
    by, run = city[0], score(city, "old-communities")
    assert what_if.try_what_if(by, run, inputs={"social_funds": "3806.5176"}).change("social_funding").gain == "+1"
    assert what_if.try_what_if(by, run, inputs={"social_funds": "3806.5175"}).change("social_funding") is None


def test_starts_and_petitions(city):
    run = score(city, "prh-shanty", judged=JUDGED | {"petitions_left": "3"})
    (fewer,) = [one for one in what_if.find_next_steps(city[0], run, "satisfied") if one.input == "petitions_left"]
    assert (fewer.now, fewer.needed, fewer.difference, fewer.gain) == ("3", "2", "-1", "1")


def test_targets_are_not_lowered_to_score(city):
    from anju.figures.services import observations as figures

    by, region = city
    figures.correct_figure(by=by, measure="shanty.start", region=region, period="2020", value="279", reason="核减")
    steps = what_if.find_next_steps(by, score(city, "prh-shanty"), "starting")
    assert {one.input for one in steps} == {"shanty_starts", "prh_starts"}
    assert {one.input: (one.needed, one.gain) for one in steps}["shanty_starts"] == ("280", "1")


def test_nothing_to_gain_where_the_points_are_full(city):
    assert what_if.find_next_steps(city[0], score(city, "prh-shanty"), "starting") == []
