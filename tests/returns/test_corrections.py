"""A correction and what it corrects: what was locked is shown as it was, the departments concerned are asked, a mistake is given up."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.problems import Refused
from anju.projects.services import events
from anju.returns.forms.spec import departments
from anju.returns.models import LockedPage, Return
from anju.returns.queries import checks, deadlines, opinions, returns
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import answers, corrections, filling, opening, review
from anju.returns.services.filling import CellEntry
from tests.returns.conftest import FORM, PERIOD, complete, pass_on
from tests.worlds import world


@world
def locked(by, people, ready, projects):
    """The month locked, with a figure that the ledger did not know and the answer to why."""
    line, clerk = f"p{projects[0].pk}", people["clerk"]
    with open_scope(clerk):
        filling.write_explanation(by=clerk, ret_id=ready.pk, text="东关棚改开工460套。", before="")
        version = lay_out_grid(clerk, ready).cells[line, "start"].version
        filling.fill_cells(by=clerk, ret_id=ready.pk, changes=[CellEntry(line, "start", "460", version)])
    complete(clerk, ready)
    return pass_on(people, ready, "locked")


@world
def correction(by, people, locked):
    with open_scope(people["clerk"]):
        return corrections.begin_correction(by=people["clerk"], ret_id=locked.pk, reason="多报四套")


def put(by, ret, line, **texts):
    with open_scope(by):
        cells = lay_out_grid(by, ret).cells
        entries = [CellEntry(line, code, text, cells[line, code].version) for code, text in texts.items()]
        assert not filling.fill_cells(by=by, ret_id=ret.pk, changes=entries).problems


def shown(by, ret):
    """All that the page says of a return besides its cells."""
    with open_scope(by):
        ret = returns.get_return(by, ret.pk)
        grid = lay_out_grid(by, ret)
        return (
            checks.check_return(by, ret),
            {key: (one.text, one.last, one.ledger, one.target) for key, one in grid.cells.items()},
            [(one.kind, one.said) for one in opinions.joint_review(by, ret)],
        )


def test_what_was_locked_is_shown_as_it_was_whatever_the_ledger_and_the_next_month_say(people, locked, projects):
    by, line = people["clerk"], f"p{projects[0].pk}"
    before = shown(by, locked)
    (asked,) = [one for one in before[0] if one.check_id == "start-ledger"]
    assert asked.answer == "情况属实。" and not asked.open
    assert before[1][line, "start"] == ("460", "", "448", "")
    with open_scope(by):
        for kind, amount in (("start", "7"), ("invest", "99.5"), ("pay", "12")):
            events.record_event(by=by, project_id=projects[0].pk, kind=kind, on=date(2021, 8, 19), amount=amount,
                                **({"mode": "physical"} if kind == "start" else {}))  # fmt: skip
    assert shown(by, locked) == before


def test_the_answers_of_a_superseded_return_stay_on_its_page(people, locked, correction, projects):
    by, line = people["clerk"], f"p{projects[0].pk}"
    before = shown(by, locked)
    put(by, correction, line, start="456")
    complete(by, correction)
    pass_on(people, correction, "locked")
    assert shown(by, locked) == before
    assert all(not one.open for one in before[0])


def test_a_waiver_that_has_run_out_does_not_open_a_locked_return_again(people, draft, projects, acting):
    line = f"p{projects[0].pk}"
    put(people["clerk"], draft, line, start="100")
    by = acting(people["reviewer"])
    answers.waive_check(
        by=by, ret_id=draft.pk, check_id="money-within-start", line=line, reason="会议纪要", until=timezone.localdate()
    )
    complete(people["clerk"], draft)
    pass_on(people, draft, "locked")
    page = LockedPage.objects.get(ret=draft).content
    (waived,) = [one for one in page["findings"] if one["check_id"] == "money-within-start"]
    assert waived["waived"] == {"text": "会议纪要", "by_name": "reviewer某", "until": str(timezone.localdate())}
    acting(people["clerk"])
    (found,) = [one for one in checks.check_return(people["clerk"], draft) if one.check_id == "money-within-start"]
    assert not found.open and found.waived.until - timezone.localdate() == timedelta(0)


def test_a_return_locked_before_pages_were_kept_shows_what_was_answered_and_looks_nothing_up(people, ready, projects):
    from django.db import connections

    by, line = people["clerk"], f"p{projects[0].pk}"
    put(by, ready, line, start="460")
    complete(by, ready)
    put(by, ready, line, start="461")
    complete(by, ready)
    pass_on(people, ready, "city")
    with open_scope(by), connections["default"].cursor() as cursor:
        cursor.execute("UPDATE returns_return SET state = 'locked' WHERE id = %s", [ready.pk])
    found = [one for one in shown(by, ready)[0] if one.check_id == "start-ledger" and one.line == line]
    assert [(one.what, one.answer, one.open) for one in found] == [
        ("东关棚改开工 461 套，台账记到截止日是 448 套。", "情况属实。", False)
    ]


def test_what_was_kept_at_the_lock_is_never_changed(people, locked, acting):
    acting(people["lock"])
    with pytest.raises(DatabaseError), transaction.atomic():
        LockedPage.objects.filter(ret=locked).update(content={})


def test_a_correction_begins_without_the_explanation_of_the_old_numbers(people, locked, correction, acting):
    acting(people["clerk"])
    locked.refresh_from_db()
    assert locked.note == "东关棚改开工460套。" and correction.note == ""


# -- the departments concerned -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "text", "asked"),
    [
        ("pay", "5", ["finance"]),
        ("arrive", "6", ["finance"]),
        ("invest", "4321", ["finance", "reform"]),
        ("basic", "1", ["reform"]),
        ("start", "456", ["reform", "land"]),
        ("handover", "1", ["finance", "reform", "land"]),  # nobody is named for it: all are asked
    ],
)
def test_a_correction_asks_the_departments_that_its_cells_concern(
    people, correction, projects, acting, column, text, asked
):
    by = people["clerk"]
    put(by, correction, f"p{projects[0].pk}", **{column: text})
    complete(by, correction)
    pass_on(people, correction, "joint")
    acting(people["reviewer"])
    assert [one.kind for one in opinions.joint_review(people["reviewer"], correction)] == asked
    for who in asked:
        review.give_opinion(by=acting(people[who]), ret_id=correction.pk, agrees=True)
    for who in {"finance", "reform", "land"} - set(asked):
        with pytest.raises(Refused, match="RET-050"):
            review.give_opinion(by=acting(people[who]), ret_id=correction.pk, agrees=True)
        due = deadlines.due_returns(people[who], timezone.now())
        assert not [one for one in due if one.ret == correction and one.mine]
    review.end_joint_review(by=acting(people["reviewer"]), ret_id=correction.pk)


def test_a_correction_of_a_remark_asks_no_department_and_goes_on_to_the_head(people, correction, projects):
    by = people["clerk"]
    put(by, correction, f"p{projects[0].pk}", note="地址有误，已改")
    complete(by, correction)
    pass_on(people, correction, "review")
    with open_scope(people["reviewer"]):
        assert review.review_return(by=people["reviewer"], ret_id=correction.pk).state == "head"


def test_the_departments_of_the_list_are_kinds_of_organisations():
    from anju.core.models.people import Organisation

    assert set(departments()) <= set(Organisation.Kind.values)


# -- given up ------------------------------------------------------------------------------------------------------------------


def test_a_mistaken_correction_is_given_up_and_another_may_be_begun(people, locked, correction, acting):
    by = acting(people["clerk"])
    stands = corrections.discard_correction(by=by, ret_id=correction.pk, reason="点错了")
    correction.refresh_from_db()
    assert (stands, correction.state, Return.STATES.label(correction.state)) == (locked, "void", "已撤销")
    assert not [one for one in deadlines.due_returns(by, timezone.now()) if one.ret == correction]
    assert opening.open_return(by=by, form_code=FORM, region=locked.region, period=PERIOD) == locked
    again = corrections.begin_correction(by=by, ret_id=locked.pk, reason="真有一处要改")
    assert (again.serial, again.corrects, again.state) == (3, locked, "draft")
    with pytest.raises(Refused, match="RET-060"):
        corrections.begin_correction(by=by, ret_id=locked.pk, reason="再来一次")
    row = Trail.objects.get(act="returns.discard_correction")
    assert (row.said["reason"], row.said["before"]["state"], row.said["after"]["state"]) == ("点错了", "draft", "void")


def test_the_next_month_compares_with_what_stands_and_not_with_what_was_given_up(people, locked, correction, projects):
    by, line = people["clerk"], f"p{projects[0].pk}"
    put(by, correction, line, start="999")
    with open_scope(by):
        corrections.discard_correction(by=by, ret_id=correction.pk, reason="点错了")
        september = opening.open_return(by=by, form_code=FORM, region=locked.region, period="2021-09")
        assert lay_out_grid(by, september).cells[line, "start"].last == "460"


def test_only_a_correction_that_is_a_draft_is_given_up_and_with_a_reason(people, locked, correction, projects, acting):
    by = acting(people["clerk"])
    with pytest.raises(Refused, match="RET-063"):
        corrections.discard_correction(by=by, ret_id=correction.pk, reason=" ")
    with pytest.raises(Refused, match="RET-062"):
        corrections.discard_correction(by=by, ret_id=locked.pk, reason="点错了")
    with pytest.raises(Refused, match="ACT-001"):
        corrections.discard_correction(by=acting(people["reviewer"]), ret_id=correction.pk, reason="点错了")
    with pytest.raises(Return.DoesNotExist):
        corrections.discard_correction(by=acting(people["neighbour"]), ret_id=correction.pk, reason="点错了")
    put(people["clerk"], correction, f"p{projects[0].pk}", pay="5")
    complete(people["clerk"], correction)
    pass_on(people, correction, "review")
    by = acting(people["clerk"])
    with pytest.raises(Refused, match="RET-020"):
        corrections.discard_correction(by=by, ret_id=correction.pk, reason="点错了")
    review.withdraw_return(by=by, ret_id=correction.pk)
    corrections.discard_correction(by=by, ret_id=correction.pk, reason="点错了")
    with pytest.raises(Refused, match="RET-020"):
        corrections.discard_correction(by=by, ret_id=correction.pk, reason="点错了")
    with pytest.raises(Refused, match="RET-020"):
        filling.fill_cells(by=by, ret_id=correction.pk, changes=[])
