"""An auditor asks a unit, by a day; the unit answers with a file; the auditor closes it or asks again. All of it is in the audit pack."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.utils import timezone

from anju.core.models.trail import Trail
from anju.core.people.scope import Actor
from anju.oversight.queries.reminders import list_reminders
from anju.problems import Refused
from anju.returns.forms import calendar
from anju.returns.models import Inquiry
from anju.returns.overdue import overdue_returns
from anju.returns.queries import inquiries
from anju.returns.services.inquiries import answer_inquiry, ask_again, open_inquiry, settle_inquiry
from anju.returns.services.offline.audit import export_audit
from tests.returns.conftest import pass_on
from tests.returns.test_deliveries import some_cell

WHY = "本月开工数比上月少，请说明并附核减依据。"
SOON = timezone.localdate() + timedelta(days=7)  # a day, for the holidays of next year may not be registered yet


@pytest.fixture
def submitted(ready, people):
    return pass_on(people, ready, "city")


@pytest.fixture
def asked(submitted, people, acting):
    by = acting(people["auditor"])
    return open_inquiry(by=by, ret_id=submitted.pk, text=WHY, due_on=SOON)


def told(user):
    return [one.what for one in list_reminders(user) if "审计问询" in one.what]


def codes(refused):
    return [one.code for one in refused.value.problems]


def test_question_answer_and_end_are_told_to_whose_word_is_next(submitted, people, acting, county):
    auditor = acting(people["auditor"])
    cell = some_cell(auditor, submitted)
    made = open_inquiry(by=auditor, ret_id=submitted.pk, text=WHY, due_on=SOON, line=cell.line, column=cell.column)
    assert made.due == SOON
    assert told(auditor) == []
    clerk = acting(people["clerk"])
    assert told(clerk) == [f"{submitted}：审计问询请于{made.due}前答复"]
    assert told(people["head"]) and not told(people["accountant"]) and not told(people["neighbour"])
    assert inquiries.waiting_inquiries(clerk, county) == [made]
    answer_inquiry(by=clerk, inquiry_id=made.pk, text="西关核减12套，见附件。", name="核减.pdf", content=b"%PDF-")
    assert told(clerk) == []
    acting(auditor)
    assert [one.endswith("办结或再问") for one in told(auditor)] == [True]
    ask_again(by=auditor, inquiry_id=made.pk, text="附件缺第二页。", due_on=SOON + timedelta(days=1))
    made.refresh_from_db()
    assert (made.state, made.due) == ("asked", SOON + timedelta(days=1))
    acting(clerk)
    answer_inquiry(by=clerk, inquiry_id=made.pk, text="补上。")
    acting(auditor)
    settle_inquiry(by=auditor, inquiry_id=made.pk, text="清楚了")
    assert told(auditor) == [] and Inquiry.objects.get().state == "closed"
    assert [one.kind for one in inquiries.list_entries(auditor, made)] == ["ask", "answer", "ask", "answer", "close"]
    rows = Trail.objects.filter(act__contains="inqui").order_by("id").values_list("act", flat=True)
    assert list(rows) == [
        "returns.inquire", "returns.answer_inquiry", "returns.answer_inquiry", "returns.settle_inquiry",
    ]  # fmt: skip
    assert Trail.objects.filter(act="returns.ask_again").count() == 1


def test_days_off_do_not_count_and_a_year_without_its_list_is_told():
    assert calendar.day_after_workdays(date(2026, 12, 4), 1) == date(2026, 12, 7)  # over the weekend
    assert "2027年放假调休没有登记" in calendar.guessed_days(date(2026, 12, 31), date(2027, 1, 8))


@pytest.fixture
def today(monkeypatch):
    """today(day): as if that were the day."""
    return lambda day: monkeypatch.setattr(timezone, "localdate", lambda *at: day)


def test_workdays_leave_holidays_out(submitted, people, acting, today):
    by = acting(people["auditor"])
    today(date(2026, 9, 30))  # off 1—7 October; Saturday 10 October is worked
    made = open_inquiry(by=by, ret_id=submitted.pk, text=WHY, workdays=3)
    assert made.due == date(2026, 10, 10)


def test_a_term_that_runs_into_a_year_whose_holidays_are_not_registered_is_refused_with_the_file(
    asked, submitted, people, acting, today
):
    answer_inquiry(by=acting(people["clerk"]), inquiry_id=asked.pk, text="见附件")
    by = acting(people["auditor"])
    today(date(2039, 12, 30))
    for ask in (
        lambda **term: open_inquiry(by=by, ret_id=submitted.pk, text=WHY, **term),
        lambda **term: ask_again(by=by, inquiry_id=asked.pk, text=WHY, **term),
    ):
        with pytest.raises(Refused, match="RET-111") as refused:
            ask(workdays=3)
        (problem,) = refused.value.problems
        assert "workdays.yaml" in problem.fix and "2039" in problem.what and problem.where.field == "期限"
        for wrong in ({}, {"workdays": 61}, {"due_on": date(2039, 12, 29)}, {"due_on": date(2041, 1, 1)}):
            with pytest.raises(Refused, match="RET-111"):
                ask(**wrong)
        assert ask(workdays=3, due_on=date(2040, 1, 5)).due == date(2040, 1, 5)


def test_it_is_late_after_its_day_and_not_before(asked, people, county, acting):
    by, today = acting(people["clerk"]), timezone.localdate()

    def late():
        return [one for one in overdue_returns(by, county, timezone.localdate()) if "审计问询" in one.what]

    Inquiry.objects.filter(pk=asked.pk).update(due=today)
    assert late() == []
    Inquiry.objects.filter(pk=asked.pk).update(due=today - timedelta(days=2))
    assert [(one.days, one.link) for one in late()] == [(2, f"/returns/inquiries/{asked.pk}/")]
    answer_inquiry(by=by, inquiry_id=asked.pk, text="迟了。")
    assert late() == []
    row = Trail.objects.get(act="returns.answer_inquiry")
    assert row.said["after"]["because"]["late"] is True


def test_who_may_ask_and_answer_and_about_what(asked, people, acting, submitted, draft):
    with pytest.raises(Refused, match="ACT-001"):
        open_inquiry(by=acting(people["clerk"]), ret_id=submitted.pk, text=WHY, due_on=SOON)
    auditor = acting(people["auditor"])
    with pytest.raises(Refused) as refused:
        open_inquiry(by=auditor, ret_id=submitted.pk, text=" ", workdays=0, line="没有", column="没有")
    assert codes(refused) == ["RET-110", "RET-111", "RET-112"]
    with pytest.raises(Refused, match="ACT-001"):
        answer_inquiry(by=auditor, inquiry_id=asked.pk, text="自问自答")
    with pytest.raises(Refused, match="STATE-001"):
        settle_inquiry(by=auditor, inquiry_id=asked.pk)
    over = acting(Actor("auditor", "期满某", people["auditor"].region_ids, {}, frozenset()))  # their last day is over
    with pytest.raises(Refused, match="ACT-001"):
        open_inquiry(by=over, ret_id=submitted.pk, text=WHY, due_on=SOON)
    with pytest.raises(Inquiry.DoesNotExist):
        answer_inquiry(by=acting(people["neighbour"]), inquiry_id=asked.pk, text="别县")
    with pytest.raises(Refused, match="RET-012"):
        answer_inquiry(by=acting(people["accountant"]), inquiry_id=asked.pk, text="别的单位")
    clerk = acting(people["clerk"])
    with pytest.raises(Refused, match="RET-113"):
        answer_inquiry(by=clerk, inquiry_id=asked.pk, text=" ")
    with pytest.raises(Refused, match="RET-114"):
        answer_inquiry(by=clerk, inquiry_id=asked.pk, text="见附件", name="大.pdf", content=b"x" * (21 << 20))
    answer_inquiry(by=clerk, inquiry_id=asked.pk, text="一次")
    with pytest.raises(Refused, match="STATE-001"):
        answer_inquiry(by=clerk, inquiry_id=asked.pk, text="两次")
    with pytest.raises(Refused, match="ACT-001"):
        ask_again(by=clerk, inquiry_id=asked.pk, text="反问", due_on=SOON)


def test_what_was_not_submitted_is_not_asked_about(ready, people, acting):
    with pytest.raises(type(ready).DoesNotExist):  # an auditor does not see it
        open_inquiry(by=acting(people["auditor"]), ret_id=ready.pk, text=WHY, due_on=SOON)


def test_all_of_it_is_in_the_audit_pack(asked, people, acting, city, submitted):
    answer_inquiry(
        by=acting(people["clerk"]), inquiry_id=asked.pk, text="核减12套。", name="核减.pdf", content=b"%PDF-1.4 x"
    )
    by = acting(people["auditor"])
    content = export_audit(by=by, region=city, periods=["2021-08"], number="示例审通〔2021〕5号")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        (table,) = [name for name in names if name.endswith("/问询.csv")]
        text = archive.read(table).decode("utf-8-sig")
        (file,) = [name for name in names if "/问询/" in name]
        assert archive.read(file) == b"%PDF-1.4 x" and file.endswith("核减.pdf")
    assert WHY in text and "核减12套。" in text and "已答复" in text
