"""From the clerk's desk to the lock, and back: who may, in which state, twice, and what becomes of it."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.figures.queries import current, provenance
from anju.problems import Refused
from anju.projects.models import Event
from anju.projects.queries import projects as ledger
from anju.returns.models import Cell, Change, Line, Opinion, Return, Step
from anju.returns.queries import checks, layout, opinions, returns
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import answers, corrections, filling, locking, review
from anju.returns.services.filling import CellEntry
from tests.returns.conftest import complete, pass_on


def test_the_whole_way(people, ready):
    pass_on(people, ready, "locked")
    with open_scope(people["lock"]):
        steps = [(one.move, one.by_name) for one in returns.list_steps(people["lock"], ready)]
    assert steps == [
        ("open", "clerk某"),
        ("hand_in", "clerk某"),
        ("review", "reviewer某"),
        ("clear", "reviewer某"),
        ("submit", "head某"),
        ("lock", "lock某"),
    ]
    assert (
        ready.state == "locked"
        and ready.first_submitted_at == ready.submitted_at <= ready.locked_at
        and len(ready.digest) == 64
    )
    with open_scope(people["clerk"]):
        assert Trail.objects.filter(obj__contains="项目进度月报", act="returns.lock").count() == 1


def test_each_step_needs_its_post(people, ready, acting):
    for state, wrong, act in (
        ("draft", "reviewer", review.hand_in_return), ("review", "clerk", review.review_return), ("joint", "clerk", review.end_joint_review),
        ("head", "reviewer", review.submit_return), ("city", "head", locking.lock_return),
    ):  # fmt: skip
        if state != "draft":
            pass_on_one(people, ready)
        assert ready.state == state
        by = acting(people[wrong])
        with pytest.raises(Refused, match="ACT-001"):
            act(by=by, ret_id=ready.pk)
        by = acting(people["neighbour"])
        with pytest.raises(Return.DoesNotExist):
            act(by=by, ret_id=ready.pk)


def pass_on_one(people, ret):
    act, who, more = {
        "draft": (review.hand_in_return, "clerk", {}), "review": (review.review_return, "reviewer", {}),
        "joint": (review.end_joint_review, "reviewer", {"remark": "口头同意"}), "head": (review.submit_return, "head", {}),
    }[ret.state]  # fmt: skip
    with open_scope(people[who]):
        act(by=people[who], ret_id=ret.pk, **more)
        ret.refresh_from_db()


def test_the_second_is_told_who_was_first(people, ready, acting):
    by = acting(people["clerk"])
    review.hand_in_return(by=by, ret_id=ready.pk)
    with pytest.raises(Refused, match=r"RET-020.*clerk某 已于 .* 办理“提交审核”"):
        review.hand_in_return(by=by, ret_id=ready.pk)
    with pytest.raises(Refused, match="RET-020"):
        filling.fill_cells(by=by, ret_id=ready.pk, changes=[])
    review.withdraw_return(by=by, ret_id=ready.pk)
    with pytest.raises(Refused, match=r"RET-021.*撤回修改"):
        review.withdraw_return(by=by, ret_id=ready.pk)
    assert Step.objects.filter(move="hand_in").count() == 1


def test_once_handed_in_the_database_itself_refuses_a_change(people, ready, acting):
    by = acting(people["clerk"])
    review.hand_in_return(by=by, ret_id=ready.pk)
    cell = Cell.objects.filter(ret=ready).first()
    for act in (
        lambda: Cell.objects.filter(pk=cell.pk).update(text="x"),
        lambda: Cell.objects.filter(pk=cell.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="no draft"), transaction.atomic():
            act()


def test_a_silent_or_objecting_department_holds_it_up_unless_the_reviewer_says_why(people, ready, offices, acting):
    pass_on(people, ready, "joint")
    reviewer = acting(people["reviewer"])
    with pytest.raises(Refused, match=r"RET-052.*财政局没有发表意见；.*发改局没有发表意见；.*自然资源局没有发表意见"):
        review.end_joint_review(by=reviewer, ret_id=ready.pk)
    line = Line.objects.filter(ret=ready).first().key
    for who in ("finance", "reform", "land"):
        review.give_opinion(
            by=acting(people[who]),
            ret_id=ready.pk,
            agrees=who != "land",
            remark="供地数不对" if who == "land" else "",
            line=line,
            column="start",
        )
    with pytest.raises(Refused, match="自然资源局不同意：供地数不对"):
        review.end_joint_review(by=acting(people["reviewer"]), ret_id=ready.pk)
    review.give_opinion(by=acting(people["land"]), ret_id=ready.pk, agrees=True)
    assert all(one.agrees for one in opinions.joint_review(people["land"], ready)) and Opinion.objects.count() == 4
    review.end_joint_review(by=acting(people["reviewer"]), ret_id=ready.pk)
    assert Return.objects.get().state == "head"


def test_an_opinion_needs_a_listed_department_and_an_objection_a_remark(people, ready, acting):
    pass_on(people, ready, "joint")
    with pytest.raises(Refused, match="RET-051"):
        review.give_opinion(by=acting(people["land"]), ret_id=ready.pk, agrees=False)
    with pytest.raises(Refused, match="ACT-001"):
        review.give_opinion(by=acting(people["clerk"]), ret_id=ready.pk, agrees=True)


def test_opinions_on_earlier_numbers_do_not_count(people, ready, acting):
    pass_on(people, ready, "joint")
    for who in ("finance", "reform", "land"):
        review.give_opinion(by=acting(people[who]), ret_id=ready.pk, agrees=True)
    review.send_return_back(by=acting(people["reviewer"]), ret_id=ready.pk, remark="再核")
    ready.refresh_from_db()
    pass_on(people, ready, "joint")
    acting(people["reviewer"])
    assert [one.opinion for one in opinions.joint_review(people["reviewer"], ready)] == [None, None, None]


def test_sending_back_says_why_and_the_first_submission_stays_the_proof(people, ready, acting):
    pass_on(people, ready, "city")
    first = ready.first_submitted_at
    with pytest.raises(Refused, match="RET-053"):
        review.send_return_back(by=acting(people["lock"]), ret_id=ready.pk, remark=" ")
    with pytest.raises(Refused, match="STATE-002"):
        review.send_return_back(by=acting(people["head"]), ret_id=ready.pk, remark="不对")
    with pytest.raises(Refused, match="RET-056"):
        review.send_return_back(by=acting(people["lock"]), ret_id=ready.pk, remark="不对", line="p0", column="start")
    line = Line.objects.filter(ret=ready).order_by("order").first().key
    review.send_return_back(by=people["lock"], ret_id=ready.pk, remark="开工数请再核", line=line, column="start")
    back = Step.objects.filter(ret=ready).last()
    assert (back.move, back.line, back.column) == ("return", line, "start")
    row = Trail.objects.filter(act="returns.send_back").latest("id")
    assert row.said["after"]["because"] == {"line": line, "column": "start"}
    ready.refresh_from_db()
    pass_on(people, ready, "city")
    assert ready.first_submitted_at == first < ready.submitted_at


def test_an_auditor_sees_it_from_the_submission_on(people, ready, acting):
    pass_on(people, ready, "head")
    acting(people["auditor"])
    assert not Return.objects.exists()
    with pytest.raises(Return.DoesNotExist):
        returns.get_return(people["auditor"], ready.pk)
    review.submit_return(by=acting(people["head"]), ret_id=ready.pk)
    acting(people["auditor"])
    assert returns.get_return(people["auditor"], ready.pk).state == "city" and Cell.objects.exists()


# -- the lock ------------------------------------------------------------------------------------------------------------------


def fill(people, ret, line, **texts):
    by = people["clerk"]
    with open_scope(by):
        grid = lay_out_grid(by, ret)
        assert not filling.fill_cells(
            by=by, ret_id=ret.pk, changes=[CellEntry(line, c, t, grid.cells[line, c].version) for c, t in texts.items()]
        ).problems
    complete(by, ret)


def test_the_lock_brings_the_differences_into_the_ledger(people, ready, projects):
    east = projects[0]
    fill(people, ready, f"p{east.pk}", start="460", start_money="170", invest="4400.5", basic="0", stage="封顶")
    pass_on(people, ready, "locked")
    with open_scope(people["clerk"]):
        made = Event.objects.filter(origin=f"return:{ready.pk}", project=east).order_by("kind", "mode")
        assert [(one.kind, one.mode, one.amount, one.on) for one in made if one.amount] == [
            ("invest", "", 80_500_000, date(2021, 8, 20)), ("start", "monetised", 4, date(2021, 8, 20)), ("start", "physical", 8, date(2021, 8, 20)),
        ]  # fmt: skip
        assert [one.note for one in made if one.kind == "stage"] == ["封顶"]
        stands = ledger.project_totals(people["clerk"], [east.pk], since=date(2021, 1, 1), until=date(2021, 8, 20))[
            east.pk
        ]
        assert (stands["start"], stands["start:monetised"], stands["invest"]) == (460, 170, 4_400_500_000)
        (asked,) = [one for one in checks.check_return(people["clerk"], ready) if one.check_id == "start-ledger"]
        assert (asked.what, asked.answer) == (
            "东关棚改开工 460 套，台账记到截止日是 448 套。",
            "情况属实。",
        )  # as of the lock


def test_the_lock_publishes_the_sums_with_where_they_came_from(people, county, ready, projects):
    pass_on(people, ready, "locked")
    with open_scope(people["clerk"]):
        found = current.current_figures(
            people["clerk"],
            ["shanty.start", "shanty.start.monetised", "shanty.complete.continued", "old.households", "prh.complete"],
            [county],
            ["2021-08"],
        )
        assert [one.text() for one in found.values()] == ["448", "166", "300", "120", ""]
        where = provenance.find_provenance(people["clerk"], found("shanty.start").observation_id)
        assert (where.source.kind, where.source.map_id) == ("return", f"return:{ready.pk}")
        assert where.observation.cited == f"return:{ready.pk} 自年初累计—住房—开工，2 个项目"


def test_after_the_lock_nothing_changes(people, ready, acting):
    pass_on(people, ready, "locked")
    acting(people["lock"])
    assert ready.digest == layout.content_digest(ready)
    with pytest.raises(DatabaseError, match="is locked"), transaction.atomic():
        Return.objects.filter(pk=ready.pk).update(note="x")
    with pytest.raises(Refused, match=r"RET-020.*lock某 已于"):
        locking.lock_return(by=people["lock"], ret_id=ready.pk)
    with pytest.raises(Refused, match="RET-020"):
        answers.answer_check(by=acting(people["clerk"]), ret_id=ready.pk, check_id="start-ledger", line="p1", text="x")


def test_a_correction_keeps_both_and_supersedes_the_figures(people, county, ready, projects, acting):
    pass_on(people, ready, "locked")
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    with pytest.raises(Refused, match="RET-061"):
        corrections.begin_correction(by=by, ret_id=ready.pk, reason="")
    again = corrections.begin_correction(
        by=by, ret_id=ready.pk, reason="货币化安置多报 6 套", ordered_by="市保办函〔2021〕9号"
    )
    assert (again.serial, again.state, again.corrects) == (2, "draft", ready)
    assert {cell.via for cell in Cell.objects.filter(ret=again)} == {"correct"}
    with pytest.raises(Refused, match=r"RET-060.*clerk 已于"):
        corrections.begin_correction(by=by, ret_id=ready.pk, reason="再来")
    fill(people, again, line, start="442", start_money="160")
    pass_on(people, again, "locked")
    acting(by)
    entries = provenance.figure_history(by, "shanty.start", county, "2021-08")
    assert [(one.figure.text(), one.reason) for one in entries] == [
        ("442", "更正说明：货币化安置多报 6 套"),
        ("448", ""),
    ]
    assert [one.amount for one in Event.objects.filter(origin=f"return:{again.pk}", kind="start")] == [-6]
    assert lay_out_grid(by, ready).cells[line, "start"].text == "448"  # the first one says what it said
    assert [one.serial for one in returns.list_serials(by, again)] == [1, 2]
    assert Change.objects.filter(ret=again).count() == 2


def test_an_unlocked_return_is_not_corrected(people, draft, acting):
    with pytest.raises(Refused, match="RET-020"):
        corrections.begin_correction(by=acting(people["clerk"]), ret_id=draft.pk, reason="x")
