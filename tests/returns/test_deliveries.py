"""A city's set goes to its superior with its list and digest, is signed for, and what the superior returns reaches the county's cell."""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from anju.core.models.trail import Trail
from anju.core.people.scope import Actor, open_scope
from anju.oversight.queries.reminders import count_reminders, list_reminders
from anju.oversight.services.reminders import write_reminders
from anju.problems import Refused
from anju.returns.models import Line, Return, SetDelivery, SuperiorRemark
from anju.returns.queries import checks, deadlines, deliveries, grid, returns
from anju.returns.queries.values import ReturnValues
from anju.returns.services import answers, corrections
from anju.returns.services import deliveries as services
from tests.returns.conftest import FORM, PERIOD, pass_on


@pytest.fixture
def superior(people, city, county, next_county):
    """Whoever signs for the province; they see the city and its counties."""
    ids = frozenset({city.parent_id, city.pk, county.pk, next_county.pk})
    return Actor("superior", "省厅某", ids, {"superior": ids}, frozenset(), delivered_ids=ids)


@pytest.fixture
def own_superior(city, county, next_county):
    """The post held at the city itself."""
    ids = frozenset({city.pk, county.pk, next_county.pk})
    return Actor("own", "市局某", ids, {"superior": ids}, frozenset(), delivered_ids=ids)


@pytest.fixture
def asked_of_one(offices, county, operator):
    """The form is asked of the one county: the other offices are gone."""
    from anju.core.models.people import Organisation

    with open_scope(operator):
        Organisation.objects.exclude(region=county).filter(kind="housing").update(ended_on="2020-01-01")


@pytest.fixture
def locked(ready, people, asked_of_one):
    return pass_on(people, ready, "locked")


@pytest.fixture
def about(city):
    return {"region": city, "form_code": FORM, "period": PERIOD}


@pytest.fixture
def sent(locked, people, about):
    with open_scope(people["lock"]):
        return services.deliver_set(by=people["lock"], **about)


def codes(refused):
    return [one.code for one in refused.value.problems]


def told(user):
    return [one.what for one in list_reminders(user)]


def some_cell(by, ret):
    """A filled number of a project."""
    cells = grid.lay_out_grid(by, ret).cells
    return next(one for one in cells.values() if one.state == "number" and not one.computed and one.line != "total")


def test_the_set_is_sent_with_its_list_and_digest_and_signed_for(locked, people, about, superior, acting, city):
    lock = acting(people["lock"])
    assert [one for one in told(lock) if "请报送上级" in one]
    made = services.deliver_set(by=lock, **about)
    (listed,) = made.listed
    assert (listed["return"], listed["serial"], listed["digest"]) == (locked.pk, 1, locked.digest)
    line = f"{locked.region.code}\t1\t{locked.digest}\n"
    assert made.digest == hashlib.sha256(line.encode()).hexdigest()
    row = Trail.objects.get(act="returns.deliver")
    assert (row.said["count"], row.said["digest"]) == (1, made.digest)
    assert not [one for one in told(lock) if "请报送上级" in one]
    by = acting(superior)
    assert [one for one in told(by) if "请签收" in one]
    with pytest.raises(Refused, match="RET-092"):
        services.sign_for_delivery(by=by, delivery_id=made.pk, number=" ")
    services.sign_for_delivery(by=by, delivery_id=made.pk, number="收2021-318")
    made.refresh_from_db()
    assert (made.state, made.number, made.received_by_name) == ("received", "收2021-318", "省厅某")
    assert timezone.now() - made.received_at < timedelta(minutes=1)
    assert not [one for one in told(by) if "请签收" in one]
    with pytest.raises(Refused, match="STATE-001"):
        services.sign_for_delivery(by=by, delivery_id=made.pk, number="再签")


def test_what_is_not_locked_is_named_and_nothing_is_sent(ready, people, about, acting, next_county, offices):
    lock = acting(people["lock"])
    with pytest.raises(Refused) as refused:
        services.deliver_set(by=lock, **about)
    assert codes(refused) == ["RET-090"] and "阳城县" in refused.value.problems[0].what
    assert not SetDelivery.objects.exists()


def test_the_same_set_is_sent_once_and_by_the_city_alone(sent, people, about, acting, superior):
    lock = acting(people["lock"])
    with pytest.raises(Refused, match="RET-091"):
        services.deliver_set(by=lock, **about)
    with pytest.raises(Refused, match="ACT-001"):
        services.deliver_set(by=acting(superior), **about)
    with pytest.raises(Refused, match="ACT-001"):
        services.sign_for_delivery(by=acting(people["lock"]), delivery_id=sent.pk, number="1")
    with pytest.raises(SetDelivery.DoesNotExist):
        services.sign_for_delivery(by=acting(people["clerk"]), delivery_id=sent.pk, number="1")


def test_who_sent_it_does_not_sign_for_it(locked, people, about, acting, city):
    ids = people["lock"].region_ids | {city.parent_id}
    both = acting(Actor("both", "兼某", ids, {"city_reviewer": ids, "superior": ids}))
    made = services.deliver_set(by=both, **about)
    with pytest.raises(Refused, match="RET-093"):
        services.sign_for_delivery(by=both, delivery_id=made.pk, number="1")


def test_a_city_does_not_sign_for_its_own_set(sent, own_superior, acting, locked):
    by = acting(own_superior)
    cell = some_cell(by, locked)
    with pytest.raises(Refused) as refused:
        services.sign_for_delivery(by=by, delivery_id=sent.pk, number="1")
    assert codes(refused) == ["RET-660"] and "山西省" in refused.value.problems[0].what
    with pytest.raises(Refused, match="RET-660"):
        services.return_cell(by=by, ret_id=locked.pk, line=cell.line, column=cell.column, text="核实")
    sent.refresh_from_db()
    assert sent.state == "sent" and not SuperiorRemark.objects.exists()


def test_what_waits_to_be_signed_for_waits_for_the_superior_alone(sent, superior, own_superior, people, operator):
    waiting = {}
    for user in (superior, own_superior, people["lock"], operator):
        with open_scope(user):
            waiting[user.key] = [one.pk for one in deliveries.waiting_deliveries(user)]
    assert waiting == {"superior": [sent.pk], "own": [], "lock": [], operator.key: [sent.pk]}


def test_only_the_office_above_is_reminded_to_sign(sent, superior, own_superior):
    counted = {}
    for user in (superior, own_superior):
        with open_scope(user):
            counted[user.key] = (["请签收" in one for one in told(user)].count(True), count_reminders(user))
    assert counted == {"superior": (1, 1), "own": (0, 0)}


def test_a_superior_sees_what_was_delivered_and_nothing_else(ready, people, superior, acting, about, asked_of_one):
    def seen():
        with open_scope(superior):
            due = [one.region.pk for one in deadlines.due_returns(superior, timezone.now())]
            return [ret.serial for ret in Return.objects.order_by("serial")], Line.objects.exists(), due

    for state in ("draft", "review", "city", "locked"):
        if state != "draft":
            pass_on(people, ready, state)
        assert seen() == ([], False, []), state
    with open_scope(superior):
        city = about["region"]
        (status,) = [
            one for one in deadlines.reporting_progress(superior, city, timezone.now(), PERIOD) if one.form.code == FORM
        ]
        assert status.hidden and not status.days_late(timezone.now())
    with open_scope(people["lock"]):
        services.deliver_set(by=people["lock"], **about)
    assert seen() == ([1], True, [])
    cell = some_cell(acting(superior), ready)
    remark = services.return_cell(by=superior, ret_id=ready.pk, line=cell.line, column=cell.column, text="核实")
    assert seen() == ([1], True, []), "the correction is the county's draft"
    acting(superior)
    assert [one.pk for one in deliveries.list_remarks(superior, remark.delivery)] == [remark.pk]
    assert deliveries.find_corrections(superior, [remark]) == {}
    lock = acting(people["lock"])
    assert [*deliveries.find_corrections(lock, [remark])] == [remark.ret_id]
    acting(people["clerk"])
    assert [one.pk for one in deliveries.returned_cells(people["clerk"], remark.ret)] == [remark.pk]


def test_nothing_of_a_locked_return_changes_but_that_it_was_delivered(locked, acting, operator):
    acting(operator)
    assert Return.objects.filter(pk=locked.pk).update(delivered=True) == 1
    with pytest.raises(IntegrityError, match="locked"), transaction.atomic():
        Return.objects.filter(pk=locked.pk).update(note="改", delivered=False)


def test_where_the_superior_is_not_here_the_city_registers_its_receipt(sent, people, acting):
    lock = acting(people["lock"])
    with pytest.raises(Refused, match="RET-092"):
        services.register_signature(by=lock, delivery_id=sent.pk, number="")
    minute = sent.at.replace(second=0, microsecond=0)
    for at in (timezone.now() + timedelta(hours=1), sent.at - timedelta(days=1), minute - timedelta(minutes=1)):
        with pytest.raises(Refused, match="RET-094"):
            services.register_signature(by=lock, delivery_id=sent.pk, number="晋建回12", at=at)
    with pytest.raises(Refused, match="RET-095"):
        services.register_signature(by=lock, delivery_id=sent.pk, number="", name="回执.pdf", content=b"x" * (21 << 20))
    services.register_signature(by=lock, delivery_id=sent.pk, number="晋建回12", name="回执.pdf", content=b"%PDF-1")
    sent.refresh_from_db()
    assert (sent.state, sent.number, sent.file.name, sent.received_by_name) == ("received", "晋建回12", "回执.pdf", "")


def test_a_receipt_of_the_same_minute_is_honest(sent, people, acting):
    """The page types hours and minutes; the set was sent some seconds later than that minute began."""
    assert sent.at.second or sent.at.microsecond
    minute = sent.at.replace(second=0, microsecond=0)
    by = acting(people["lock"])
    services.register_signature(by=by, delivery_id=sent.pk, number="晋建回12", at=minute)
    sent.refresh_from_db()
    assert (sent.state, sent.received_at) == ("received", sent.at)


def test_what_the_superior_returns_is_a_finding_at_the_countys_cell(sent, people, superior, acting, locked, about):
    by = acting(superior)
    cell = some_cell(by, locked)
    remark = services.return_cell(
        by=by, ret_id=locked.pk, line=cell.line, column=cell.column, text="开工数与施工许可不符", number="晋建保函7"
    )
    correction = remark.ret
    assert (correction.serial, correction.state, correction.ordered_by) == (2, "draft", "晋建保函7")
    sent.refresh_from_db()
    assert sent.state == "returned"
    outer = Trail.objects.get(act="returns.return_cell")
    assert Trail.objects.get(act="returns.correct_returned").said["outer"] == outer.pk
    clerk = acting(people["clerk"])
    assert [one for one in told(clerk) if "上级退回1处，开工数与施工许可不符" in one]
    (found,) = [one for one in checks.check_return(clerk, correction) if one.check_id == "superior"]
    assert (found.line, found.column, found.level, found.open) == (cell.line, cell.column, "提醒", True)
    assert found.what == "上级退回（晋建保函7）：开工数与施工许可不符"
    with pytest.raises(Refused, match="RET-099"):
        corrections.discard_correction(by=clerk, ret_id=correction.pk, reason="点错")
    complete_but(clerk, correction, "superior")
    with pytest.raises(Refused, match="RET-041"):
        pass_on(people, correction, "review")
    acting(clerk)
    answers.answer_check(
        by=clerk,
        ret_id=correction.pk,
        check_id="superior",
        line=cell.line,
        column=cell.column,
        text="许可证已补办，数属实",
    )
    correction.note = "属实"
    pass_on(people, correction, "locked")
    lock = acting(people["lock"])
    assert [one for one in told(lock) if "更正后有变化，请再报送上级" in one]
    again = services.deliver_set(by=lock, **about)
    assert (again.serial, again.listed[0]["serial"], again.state) == (2, 2, "sent")


def complete_but(by, ret, check_id):
    with open_scope(by):
        for one in checks.check_return(by, ret):
            if one.open and one.level == "提醒" and one.check_id != check_id:
                answers.answer_check(
                    by=by, ret_id=ret.pk, check_id=one.check_id, line=one.line, column=one.column, text="情况属实。"
                )


def test_a_second_cell_joins_the_correction_that_runs(sent, people, acting, locked):
    lock = acting(people["lock"])
    cell = some_cell(lock, locked)
    first = services.return_cell(by=lock, ret_id=locked.pk, line=cell.line, column=cell.column, text="核实")
    second = services.return_cell(by=lock, ret_id=first.ret.pk, line="total", column=cell.column, text="合计也核")
    assert first.ret == second.ret and Return.objects.filter(corrects=locked).count() == 1
    assert [one.text for one in deliveries.list_remarks(lock, sent)] == ["核实", "合计也核"]
    assert len([one for one in checks.check_return(lock, first.ret) if one.check_id == "superior"]) == 2


def test_the_cell_is_one_of_the_correction_that_stands(sent, people, acting, locked):
    lock = acting(people["lock"])
    cell = some_cell(lock, locked)
    first = services.return_cell(by=lock, ret_id=locked.pk, line=cell.line, column=cell.column, text="核实")
    gone = next(one for one in Line.objects.filter(ret=first.ret).exclude(key=cell.line))
    gone.delete()
    about = {"column": cell.column, "text": "这一行也核"}
    for ret in (locked, first.ret):
        with pytest.raises(Refused, match="RET-097"):
            services.return_cell(by=lock, ret_id=ret.pk, line=gone.key, **about)
    spec = returns.return_spec(locked)
    values = ReturnValues(spec, Line.objects.filter(ret=locked), ())
    key, none = next((key, one.code) for key in values.lines for one in spec.columns if not values.has(key, one))
    with pytest.raises(Refused, match="RET-097"):  # the line is there, and has nothing in that column
        services.return_cell(by=lock, ret_id=locked.pk, line=key, column=none, text="核实")
    assert SuperiorRemark.objects.count() == 1


def test_what_cannot_be_returned(locked, people, acting, about, superior):
    lock = acting(people["lock"])
    cell = some_cell(lock, locked)
    with pytest.raises(Refused, match="RET-096"):
        services.return_cell(by=lock, ret_id=locked.pk, line=cell.line, column=cell.column, text="核实")
    services.deliver_set(by=lock, **about)
    with pytest.raises(Refused) as refused:
        services.return_cell(by=lock, ret_id=locked.pk, line="没有", column=cell.column, text=" ")
    assert codes(refused) == ["RET-097", "RET-098"]
    with pytest.raises(Refused, match="ACT-001"):
        services.return_cell(
            by=acting(people["clerk"]), ret_id=locked.pk, line=cell.line, column=cell.column, text="核"
        )
    with pytest.raises(Return.DoesNotExist):
        services.return_cell(by=acting(people["neighbour"]), ret_id=locked.pk, line="x", column="y", text="核")
    assert not SuperiorRemark.objects.exists()


def test_a_correction_for_the_superior_is_begun_once_and_by_who_may_register_it(sent, people, acting, locked):
    about = {"ret_id": locked.pk, "reason": "上级退回：核实", "ordered_by": "晋建保函7"}
    with pytest.raises(Refused, match="ACT-001"):
        corrections.correct_returned(by=acting(people["clerk"]), **about)
    made = corrections.correct_returned(by=acting(people["lock"]), **about)
    assert (made.serial, made.reason, made.ordered_by) == (2, "上级退回：核实", "晋建保函7")
    with pytest.raises(Refused, match="RET-060"):
        corrections.correct_returned(by=people["lock"], **about)
    with pytest.raises(Refused, match="RET-020"):
        corrections.correct_returned(by=people["lock"], **about | {"ret_id": made.pk})


def test_the_daily_reminders_say_the_same_as_the_acts(sent, people, superior, acting, operator):
    before = told(acting(superior))
    acting(operator)
    write_reminders(by=operator, at=timezone.now())
    assert told(acting(superior)) == before
    services.sign_for_delivery(by=superior, delivery_id=sent.pk, number="1")
    acting(operator)
    write_reminders(by=operator, at=timezone.now())
    assert not [one for one in told(acting(superior)) if "请签收" in one]
