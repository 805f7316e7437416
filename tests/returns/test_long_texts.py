"""What somebody typed is kept whole or refused: never cut. Every act of a return that takes words, at the limit and one sign beyond it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from anju.problems import Refused
from anju.returns.base import LONGEST, LONGEST_NUMBER
from anju.returns.models import Extension, Line, Opinion, Step, Urge
from anju.returns.queries import checks, grid
from anju.returns.services import (
    answers,
    bulk,
    corrections,
    deliveries,
    extensions,
    filling,
    inquiries,
    opening,
    receipts,
    review,
)
from tests.returns.conftest import FORM, PERIOD, pass_on

SOON = timezone.localdate() + timedelta(days=7)
LONG, TOO_LONG, NUMBER = "长" * LONGEST, f" {'长' * (LONGEST + 1)} ", "7" * (LONGEST_NUMBER + 1)


def refused(act, **values):
    with pytest.raises(Refused) as told:
        act(**values)
    (problem,) = [one for one in told.value.problems if one.code == "RET-034"]
    assert "个字，最多" in problem.what
    return problem


def some_cell(by, ret, kind="number"):
    """A cell of that kind that the unit fills."""
    sheet = grid.lay_out_grid(by, ret)
    lines = {line.key: line for line in Line.objects.filter(ret=ret)}
    return next(
        cell for cell in sheet.cells.values()
        if cell.line in lines and sheet.spec.by_code[cell.column].type == kind
        and sheet.spec.fillable(sheet.spec.by_code[cell.column], cell.line, lines[cell.line].facts)
    )  # fmt: skip


def test_while_it_is_filled(people, draft, acting):
    by = acting(people["clerk"])
    found = next(one for one in checks.check_return(by, draft) if one.open and one.level == "提醒")
    where = {"check_id": found.check_id, "line": found.line, "column": found.column}
    refused(answers.answer_check, by=by, ret_id=draft.pk, text=TOO_LONG, **where)
    places = [(found.line, found.column)]
    refused(answers.answer_together, by=by, ret_id=draft.pk, check_id=found.check_id, places=places, text=TOO_LONG)
    made = answers.answer_check(by=by, ret_id=draft.pk, text=LONG, **where)
    assert made.text == LONG and answers.answer_check(by=by, ret_id=draft.pk, text=LONG, **where) is None
    day = timezone.localdate() + timedelta(days=1)
    refused(extensions.ask_extension, by=by, ret_id=draft.pk, until=day, reason=TOO_LONG)
    review_by = acting(people["reviewer"])
    blocked = next(one for one in checks.check_return(review_by, draft) if one.level == "阻断")
    where = {"check_id": blocked.check_id, "line": blocked.line, "column": blocked.column}
    refused(answers.waive_check, by=review_by, ret_id=draft.pk, reason=TOO_LONG, until=day, **where)
    lock = acting(people["lock"])
    refused(bulk.urge_units, by=lock, region=draft.region.parent, form_code=FORM, period=PERIOD,
            region_ids=[draft.region_id], remark=TOO_LONG)  # fmt: skip
    assert not Extension.objects.exists() and not Urge.objects.exists()


def test_a_cell_takes_two_thousand_signs(people, draft, acting):
    by = acting(people["clerk"])
    cell = some_cell(by, draft, "text")
    entry = {"line": cell.line, "column": cell.column, "version": cell.version}
    long = filling.fill_cells(by=by, ret_id=draft.pk, changes=[filling.CellEntry(text="长" * 2001, **entry)])
    assert [one.code for one in long.problems] == ["RET-034"] and not long.saved
    fits = filling.fill_cells(by=by, ret_id=draft.pk, changes=[filling.CellEntry(text="长" * 2000, **entry)])
    assert not fits.problems and grid.lay_out_grid(by, draft).cells[cell.line, cell.column].text == "长" * 2000


def test_along_the_chain(people, ready, acting):
    ret = pass_on(people, ready, "review")
    refused(review.review_return, by=acting(people["reviewer"]), ret_id=ret.pk, remark=TOO_LONG)
    pass_on(people, ret, "joint")
    by = acting(people["finance"])
    refused(review.give_opinion, by=by, ret_id=ret.pk, agrees=False, remark=TOO_LONG)
    assert review.give_opinion(by=by, ret_id=ret.pk, agrees=False, remark=LONG).remark == LONG
    assert Opinion.objects.count() == 1
    refused(review.send_return_back, by=acting(people["reviewer"]), ret_id=ret.pk, remark=TOO_LONG)
    pass_on(people, ret, "city")
    by = acting(people["lock"])
    about = {"region": ret.region.parent, "form_code": FORM, "period": PERIOD, "region_ids": [ret.region_id]}
    refused(bulk.send_returns_back, by=by, remark=TOO_LONG, **about)
    bulk.send_returns_back(by=by, remark=LONG, **about)
    assert Step.objects.filter(ret=ret).order_by("-id").first().remark == LONG


def test_after_it_was_handed_in(people, ready, acting, offices, operator):
    from anju.core.models.people import Organisation

    acting(operator)
    Organisation.objects.exclude(region=ready.region).filter(kind="housing").update(ended_on="2020-01-01")
    ret = pass_on(people, ready, "locked")
    lock = acting(people["lock"])
    cell = some_cell(lock, ret)
    sent = deliveries.deliver_set(by=lock, region=ret.region.parent, form_code=FORM, period=PERIOD)
    refused(deliveries.register_signature, by=lock, delivery_id=sent.pk, number=NUMBER)
    where = {"ret_id": ret.pk, "line": cell.line, "column": cell.column}
    refused(deliveries.return_cell, by=lock, text=TOO_LONG, **where)
    refused(deliveries.return_cell, by=lock, text="核实", number=NUMBER, **where)
    auditor = acting(people["auditor"])
    refused(inquiries.open_inquiry, by=auditor, ret_id=ret.pk, text=TOO_LONG, due_on=SOON)
    asked = inquiries.open_inquiry(by=auditor, ret_id=ret.pk, text=LONG, due_on=SOON)
    assert asked.entries.get().text == LONG
    clerk = acting(people["clerk"])
    refused(inquiries.answer_inquiry, by=clerk, inquiry_id=asked.pk, text=TOO_LONG)
    inquiries.answer_inquiry(by=clerk, inquiry_id=asked.pk, text=LONG)
    auditor = acting(people["auditor"])
    refused(inquiries.settle_inquiry, by=auditor, inquiry_id=asked.pk, text=TOO_LONG)
    refused(inquiries.ask_again, by=auditor, inquiry_id=asked.pk, text=TOO_LONG, due_on=SOON)
    clerk = acting(people["clerk"])
    refused(corrections.begin_correction, by=clerk, ret_id=ret.pk, reason=TOO_LONG)
    refused(corrections.begin_correction, by=clerk, ret_id=ret.pk, reason="核实", ordered_by=NUMBER)
    code = next(one.code for one in grid.lay_out_grid(clerk, ret).spec.receivers if one.how != "here")
    receipt = receipts.open_receipt(by=clerk, ret_id=ret.pk, code=code)
    receipts.register_sent(by=clerk, receipt_id=receipt.pk)
    refused(receipts.register_receipt, by=clerk, receipt_id=receipt.pk, number=NUMBER)
    lock = acting(people["lock"])
    assert len(deliveries.return_cell(by=lock, text=LONG, number="7" * LONGEST_NUMBER, **where).text) == LONGEST


def test_a_decision_about_an_extension(people, draft, acting):
    by, day = acting(people["clerk"]), date(2099, 8, 23)
    ret = opening.open_return(by=by, form_code=FORM, region=draft.region, period="2099-08")
    asked = extensions.ask_extension(by=by, ret_id=ret.pk, until=day, reason=LONG)
    assert asked.reason == LONG
    lock = acting(people["lock"])
    refused(extensions.refuse_extension, by=lock, extension_id=asked.pk, ground=TOO_LONG)
    refused(extensions.grant_extension, by=lock, extension_id=asked.pk, until=day, ground=TOO_LONG)
