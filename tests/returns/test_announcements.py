"""Whose turn it is is told at once, to nobody else, and no more when it is done."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from anju.core.models.people import Organisation
from anju.core.people.scope import Actor, open_scope
from anju.oversight.queries.reminders import count_reminders, list_reminders
from anju.oversight.services.reminders import write_reminders
from anju.problems import Refused
from anju.returns.models import Return
from anju.returns.queries import checks
from anju.returns.reminders import complete_reminders
from anju.returns.services import answers, corrections, filling, opening, review
from tests.returns.conftest import complete, pass_on

STAGES = ("review", "joint", "head", "city")


def told(people, *about):
    """Who is told, of the returns about which the words are: people by name."""
    found = {}
    for name, user in people.items():
        with open_scope(user):
            rows = [row.what for row in list_reminders(user) if all(word in row.what for word in about)]
            assert count_reminders(user) >= len(rows)
        if rows:
            assert len(rows) == 1, rows
            found[name] = rows[0]
    return found


@pytest.mark.parametrize(
    ("state", "who", "what"),
    [
        ("review", {"reviewer"}, "请审核"),
        ("joint", {"finance", "reform", "land"}, "请部门联审"),
        ("head", {"head"}, "请上报"),
        ("city", {"lock"}, "请市级审定"),
        ("locked", set(), ""),
    ],
)
def test_whose_turn_it_is_is_told_at_once_and_nobody_else(people, ready, state, who, what):
    pass_on(people, ready, state)
    found = told(people, "项目进度月报", "2021年1—8月")
    assert set(found) == who
    assert all(what.removeprefix("请") in said for said in found.values())


def test_the_daily_run_agrees_with_what_was_announced(people, ready, operator):
    for state in STAGES:
        pass_on(people, ready, state)
        before = told(people, "项目进度月报", "2021年1—8月")
        with open_scope(operator):
            write_reminders(by=operator, at=timezone.now())
        assert told(people, "项目进度月报", "2021年1—8月") == before


def test_a_department_that_has_spoken_is_told_no_more_and_the_reviewer_when_all_have(people, ready):
    pass_on(people, ready, "joint")
    for who, left in (("finance", {"reform", "land"}), ("land", {"reform"}), ("reform", {"reviewer"})):
        with open_scope(people[who]):
            review.give_opinion(by=people[who], ret_id=ready.pk, agrees=True)
        assert set(told(people, "项目进度月报", "2021年1—8月")) == left


def test_what_was_sent_back_is_told_to_its_unit_at_once(people, ready):
    pass_on(people, ready, "city")
    with open_scope(people["lock"]):
        review.send_return_back(by=people["lock"], ret_id=ready.pk, remark="开工数再核")
    assert set(told(people, "项目进度月报", "2021年1—8月")) == {"clerk"}


def test_a_correction_is_told_and_goes_when_it_is_given_up(people, ready):
    pass_on(people, ready, "locked")
    with open_scope(people["clerk"]):
        made = corrections.begin_correction(by=people["clerk"], ret_id=ready.pk, reason="多报")
    assert set(told(people, "第1次更正")) == {"clerk"}
    with open_scope(people["clerk"]):
        corrections.discard_correction(by=people["clerk"], ret_id=made.pk, reason="点错")
    assert not told(people, "第1次更正")


def test_the_finance_department_s_form_is_told_to_its_own_clerk_and_not_to_the_housing_clerk(
    people, county, forms, operator
):
    with open_scope(people["accountant"]):
        opening.open_return(by=people["accountant"], form_code="anju-funds-month", region=county, period="2021-08")
    with open_scope(operator):
        write_reminders(by=operator, at=timezone.now())
    found = {name for name, what in told(people, "2021年1—8月", "资金").items() if what}
    assert found == {"accountant"}


# -- one person does not fill and judge ------------------------------------------------------------------------------------------


@pytest.fixture
def both(people, county):
    """Somebody with the posts of a clerk and a reviewer of the county's housing office."""
    ids = frozenset({county.pk})
    return Actor("both", "双岗某", ids, {"clerk": ids, "reviewer": ids}, None, people["clerk"].organisation_ids)


def test_who_filled_a_return_does_not_review_it_and_another_does(people, ready, both, acting):
    by = acting(both)
    review.hand_in_return(by=by, ret_id=ready.pk)
    with pytest.raises(Refused, match=r"RET-054.*一人不能既填报又审核"):
        review.review_return(by=by, ret_id=ready.pk)
    assert not [row for row in list_reminders(both) if "项目进度月报" in row.what]  # nobody waits for who may not
    review.review_return(by=acting(people["reviewer"]), ret_id=ready.pk)


def test_one_cell_or_one_answer_is_enough(people, draft, projects, both, acting):
    from anju.returns.queries.grid import lay_out_grid

    by, line = acting(both), f"p{projects[0].pk}"
    version = lay_out_grid(by, draft).cells[line, "pay"].version
    filling.fill_cells(by=by, ret_id=draft.pk, changes=[filling.CellEntry(line, "pay", "3", version)])
    complete(people["clerk"], draft)
    pass_on(people, draft, "review")
    with pytest.raises(Refused, match="RET-054"):
        review.review_return(by=acting(both), ret_id=draft.pk)


def test_who_answered_a_check_does_not_review_either(people, draft, projects, both, acting):

    complete(people["clerk"], draft)
    by = acting(both)
    asked = next(one for one in checks.check_return(by, draft) if one.level == "提醒")
    answers.answer_check(
        by=by, ret_id=draft.pk, check_id=asked.check_id, line=asked.line, column=asked.column, text="另说"
    )
    pass_on(people, draft, "review")
    with pytest.raises(Refused, match="RET-054"):
        review.review_return(by=acting(both), ret_id=draft.pk)


def test_two_posts_in_one_hand_review_what_somebody_else_filled(people, ready, both, acting):
    pass_on(people, ready, "review")
    assert review.review_return(by=acting(both), ret_id=ready.pk).state == Return.JOINT


def test_a_city_s_complete_period_waits_on_when_the_next_one_is_asked_for(people, ready, next_county, operator, acting):
    with open_scope(operator):
        Organisation.objects.filter(region=next_county).update(ended_on=date(2020, 1, 1))
    pass_on(people, ready, "locked")
    city = acting(people["lock"])
    zone = timezone.get_current_timezone()
    for day in (date(2021, 9, 14), date(2021, 9, 20)):  # September's return is asked for from the fifteenth
        waits = list(complete_reminders(city, datetime(day.year, day.month, day.day, 9, tzinfo=zone)))
        assert [(one.act, one.key.split("/")[2]) for one in waits] == [
            ("returns.receive", "2021-08"),
            ("returns.deliver", "2021-08"),
        ], day
