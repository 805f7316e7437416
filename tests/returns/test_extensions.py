"""A later deadline: asked for with a reason, granted or refused by the city with its ground, and then the deadline everywhere."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.oversight.queries.reminders import list_reminders
from anju.problems import Refused
from anju.returns.models import Extension, Return
from anju.returns.queries import deadlines, extensions
from anju.returns.services import opening
from anju.returns.services.extensions import ask_extension, grant_extension, refuse_extension
from tests.returns.conftest import FORM

ZONE = ZoneInfo("Asia/Shanghai")
PERIOD = "2099-08"  # 22 August 17:30 for the unit, 24 August 17:30 for the city
WHY = "两个项目的监理报告要到23日才能出。"


@pytest.fixture
def ret(forms, projects, people, county, acting):
    acting(people["clerk"])
    return opening.open_return(by=people["clerk"], form_code=FORM, region=county, period=PERIOD)


def codes(refused):
    return sorted(problem.code for problem in refused.value.problems)


def test_a_granted_day_is_the_deadline_wherever_lateness_is_told(ret, people, acting, county, city):
    asked = ask_extension(by=people["clerk"], ret_id=ret.pk, until=date(2099, 8, 23), reason=WHY)
    ret.refresh_from_db()
    assert ret.due["unit"] == "2099-08-22T17:30:00+08:00"  # nothing has changed while nobody decided
    lock = acting(people["lock"])
    assert [one.pk for one in extensions.waiting_extensions(lock, city)] == [asked.pk]
    assert [one.link for one in list_reminders(lock) if "申请延至" in one.what] == [f"/returns/{ret.pk}/extension/"]
    assert not [one for one in list_reminders(people["clerk"]) if "申请延至" in one.what]
    grant_extension(by=lock, extension_id=asked.pk, until=date(2099, 8, 24), ground="同意，监理报告属实。")
    ret.refresh_from_db()
    later = datetime(2099, 8, 24, 17, 30, tzinfo=ZONE)
    assert (ret.due["unit"], ret.due["extended_from"]) == (later.isoformat(), "2099-08-22T17:30:00+08:00")
    assert extensions.waiting_extensions(lock, city) == []
    assert not [one for one in list_reminders(lock) if "申请延至" in one.what]
    at = datetime(2099, 8, 23, 9, tzinfo=ZONE)
    (due,) = [one for one in deadlines.due_returns(lock, at, county) if one.ret == ret]
    assert due.deadline == later
    (status,) = [one for one in deadlines.reporting_progress(lock, county, at, PERIOD) if one.form.code == FORM]
    assert (status.deadline, status.days_late(at), status.days_late(later + timedelta(hours=1))) == (later, 0, 1)
    assert not [one for one in deadlines.overdue_reports(lock, county, "2099-08", at) if one.form.code == FORM]


def test_a_refused_one_leaves_the_deadline_and_may_be_asked_again(ret, people, acting):
    asked = ask_extension(by=people["clerk"], ret_id=ret.pk, until=date(2099, 8, 23), reason=WHY)
    acting(people["lock"])
    refuse_extension(by=people["lock"], extension_id=asked.pk, ground="数据已在平台上，请按期报。")
    acting(people["clerk"])
    ret.refresh_from_db()
    assert ret.due["unit"] == "2099-08-22T17:30:00+08:00" and "extended_from" not in ret.due
    ask_extension(by=people["clerk"], ret_id=ret.pk, until=date(2099, 8, 23), reason="平台停机。")
    assert [one.state for one in extensions.list_extensions(people["clerk"], ret)] == ["refused", "asked"]


@pytest.mark.parametrize(
    ("until", "reason", "wanted"),
    [
        (date(2099, 8, 22), WHY, ["RET-080"]),  # no later day
        (date(2020, 1, 1), " ", ["RET-080", "RET-081"]),  # all at once
        (date(2099, 8, 25), WHY, ["RET-080"]),  # the city itself has to report on the 24th
    ],
)
def test_what_cannot_be_asked(ret, people, until, reason, wanted):
    with pytest.raises(Refused) as refused:
        ask_extension(by=people["clerk"], ret_id=ret.pk, until=until, reason=reason)
    assert codes(refused) == wanted and not Extension.objects.exists()


def test_asked_once_at_a_time_and_by_its_own_unit(ret, people, acting):
    ask_extension(by=people["clerk"], ret_id=ret.pk, until=date(2099, 8, 23), reason=WHY)
    acting(people["head"])
    with pytest.raises(Refused, match="RET-082"):
        ask_extension(by=people["head"], ret_id=ret.pk, until=date(2099, 8, 24), reason=WHY)
    acting(people["accountant"])
    with pytest.raises(Refused, match="RET-012"):
        ask_extension(by=people["accountant"], ret_id=ret.pk, until=date(2099, 8, 24), reason=WHY)
    acting(people["reviewer"])
    with pytest.raises(Refused, match="ACT-001"):
        ask_extension(by=people["reviewer"], ret_id=ret.pk, until=date(2099, 8, 24), reason=WHY)


def test_decided_once_with_a_ground_by_the_city(ret, people, acting):
    asked = ask_extension(by=people["clerk"], ret_id=ret.pk, until=date(2099, 8, 23), reason=WHY)
    with pytest.raises(Refused, match="ACT-001"):
        refuse_extension(by=people["clerk"], extension_id=asked.pk, ground="自己定")
    with open_scope(people["neighbour"]), pytest.raises(Extension.DoesNotExist):
        refuse_extension(by=people["neighbour"], extension_id=asked.pk, ground="别县")
    lock = acting(people["lock"])
    with pytest.raises(Refused) as refused:
        grant_extension(by=lock, extension_id=asked.pk, until=date(2099, 8, 22), ground="")
    assert codes(refused) == ["RET-080", "RET-083"]
    grant_extension(by=lock, extension_id=asked.pk, until=date(2099, 8, 23), ground="属实")
    with pytest.raises(Refused, match="STATE-001"):
        refuse_extension(by=lock, extension_id=asked.pk, ground="又不同意")
    rows = Trail.objects.filter(act__contains="extension").order_by("id")
    assert [(row.act, row.said["reason"]) for row in rows] == [
        ("returns.ask_extension", WHY),
        ("returns.grant_extension", "属实"),
    ]


def test_what_has_left_the_unit_is_not_asked_for(ret, people, acting):
    Return.objects.filter(pk=ret.pk).update(state=Return.CITY)
    with pytest.raises(Refused, match="RET-020"):
        ask_extension(by=people["clerk"], ret_id=ret.pk, until=date(2099, 8, 23), reason=WHY)
