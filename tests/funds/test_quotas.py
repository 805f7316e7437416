"""指标: registered with its receipt, handed down never more than is left, assigned to projects, and confirmed by another person where it rests on a paper alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.core.files import keep_file
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.core.regions.tree import find_region
from anju.funds.base import QuotaPaper, QuotaRow
from anju.funds.models import QuotaDocument, QuotaLine
from anju.funds.queries import quotas
from anju.funds.services.quotas import confirm_quota, receive_quota, register_quota, void_quota
from anju.funds.services.recalls import recall_quota
from anju.funds.services.sharing_out import assign_quota, hand_down
from anju.funds.subjects import search_quotas
from anju.problems import Refused
from anju.projects.models import Project
from tests.cast import CITY, EAST, ELSEWHERE, WEST, operator

DATED, RECEIVED, TODAY = date(2026, 5, 8), date(2026, 5, 11), date(2026, 6, 20)
PAPER = QuotaPaper("示例财综〔2026〕9号", "关于下达补助资金的通知", "示例省财政厅", DATED, 2026)
ROW = QuotaRow(amount="3800", source="central", subject="2210108", purpose="old")


def as_(post, region=CITY):
    return open_scope(operator(post, region))


@pytest.fixture
def city(scope):
    return find_region(scope, CITY)


def register(rows=(ROW,), region=CITY, post="finance", received_on=RECEIVED, paper=PAPER):
    with as_(post, region) as by:
        return register_quota(
            by=by, region=find_region(by, region), paper=paper, rows=list(rows), received_on=received_on
        )


def give(amounts, post="finance", paper=None, line=None, region=CITY):
    """amounts: by the county's code."""
    paper = paper or replace(PAPER, number="示例市财〔2026〕3号", issuer="示例市财政局", dated=date(2026, 5, 20))
    with as_(post, region) as by:
        line = line or QuotaLine.objects.filter(region__code=region).order_by("id").first().pk
        rows = [
            QuotaRow(amount=text, receiver=find_region(by, code), taken_from=line) for code, text in amounts.items()
        ]
        return hand_down(by=by, region=find_region(by, region), paper=paper, rows=rows)


def codes(refused):
    return [one.code for one in refused.value.problems]


def held(region, on=TODAY):
    with as_("finance", region) as by:
        return quotas.held_quotas(by, [find_region(by, region)], on, 2026)


def test_a_paper_is_registered_with_its_lines_in_fen(city):
    document = register([ROW, replace(ROW, amount="12.34元", purpose="housing", subject="2210106")])
    line, small = document.lines.order_by("id")
    assert small.amount == 1234
    assert (line.amount, line.region.code, line.received_on) == (3800 * 10**6, CITY, RECEIVED)
    assert document.known == QuotaDocument.Known.REGISTERED and not document.waits
    row = Trail.objects.get(act="funds.register")
    assert row.said["after"]["amount"] == "38000012.34"


@pytest.mark.parametrize(
    ("paper", "row", "received", "wanted"),
    [
        ({"number": " "}, {}, RECEIVED, ["FUND-001"]),
        ({"title": "长" * 201}, {}, RECEIVED, ["FUND-001"]),
        ({"dated": date.today() + timedelta(days=1)}, {}, RECEIVED, ["FUND-002", "FUND-002"]),
        ({"dated": None}, {}, RECEIVED, ["FUND-002"]),
        ({"budget_year": 1999}, {}, RECEIVED, ["FUND-002", "FUND-007"]),
        ({}, {}, None, ["FUND-002"]),
        ({}, {}, DATED - timedelta(days=1), ["FUND-002"]),
        ({}, {"amount": ""}, RECEIVED, ["FUND-004"]),
        ({}, {"amount": "0"}, RECEIVED, ["FUND-004"]),
        ({}, {"amount": "-5"}, RECEIVED, ["FUND-004"]),
        ({}, {"amount": "约38"}, RECEIVED, ["FUND-004"]),
        ({}, {"amount": "38①"}, RECEIVED, ["FUND-004"]),
        ({}, {"amount": "0.0000001"}, RECEIVED, ["FUND-004"]),
        ({}, {"amount": "9" * 16}, RECEIVED, ["FUND-004"]),
        ({}, {"source": "bank"}, RECEIVED, ["FUND-007"]),
        ({}, {"purpose": "shanty-urban"}, RECEIVED, ["FUND-007"]),  # its classes ended with 2023
        ({}, {"subject": "221010"}, RECEIVED, ["FUND-007"]),
        ({"stage": "formal"}, {"whole": "9800", "already": "6000"}, RECEIVED, ["FUND-005"]),  # which notice?
        ({"stage": "formal"}, {"whole": "9800", "already": "0"}, RECEIVED, ["FUND-005"]),
        ({"number": "", "title": ""}, {"amount": "x", "source": ""}, None, ["FUND-001", "FUND-001", "FUND-002", "FUND-004", "FUND-007"]),
    ],
)  # fmt: skip
def test_what_will_not_do_is_told_together_and_nothing_is_kept(city, paper, row, received, wanted):
    with pytest.raises(Refused) as refused:
        register([replace(ROW, **row)], paper=replace(PAPER, **paper), received_on=received)
    assert codes(refused) == wanted
    assert not QuotaDocument.objects.exists() and not Trail.objects.filter(act="funds.register").exists()


def test_a_formal_quota_agrees_with_its_advance_notice_and_only_this_time_is_added(city):
    advance = register(
        [replace(ROW, amount="6000")], paper=replace(PAPER, number="示例财综〔2025〕60号", stage="advance")
    )
    formal = replace(PAPER, stage="formal", follows=advance)
    for wrong in ({"already": "5999", "whole": "9799"}, {"already": "6000", "whole": "9799"}):
        with pytest.raises(Refused) as refused:
            register([replace(ROW, **wrong)], paper=formal)
        assert set(codes(refused)) == {"FUND-005"}
    register([replace(ROW, already="6000", whole="9800")], paper=formal)
    assert sum(one.line.amount for one in held(CITY)) == 9800 * 10**6


def test_the_same_number_comes_in_once(city):
    register()
    with pytest.raises(Refused) as refused:
        register()
    assert codes(refused) == ["FUND-003"]


def test_housing_enters_a_paper_with_its_scan_and_another_person_confirms(city):
    with pytest.raises(Refused) as refused:
        register(post="city_reviewer")
    assert codes(refused) == ["FUND-009"]
    with as_("city_reviewer") as by:
        scan = keep_file(by=by, region_id=city.pk, name="文件.pdf", content=b"%PDF-1.4", media="application/pdf")
    document = register(post="city_reviewer", paper=replace(PAPER, file=scan))
    assert document.waits and document.known == QuotaDocument.Known.PAPER
    with as_("city_reviewer") as by, pytest.raises(Refused) as refused:
        confirm_quota(by=by, document_id=document.pk)
    assert codes(refused) == ["FUND-010"]
    with as_("finance") as by:
        assert list(quotas.waiting_documents(by, city)) == [document]
        assert not confirm_quota(by=by, document_id=document.pk).waits
        with pytest.raises(Refused) as refused:
            confirm_quota(by=by, document_id=document.pk)
    assert codes(refused) == ["FUND-011"]
    assert Trail.objects.filter(act="funds.confirm").count() == 1


def test_handing_down_conserves(city):
    register()
    give({EAST: "2140", WEST: "1000"})
    [one] = held(CITY)
    assert (one.given, one.left) == (3140 * 10**6, 660 * 10**6)
    with pytest.raises(Refused) as refused:
        give({EAST: "660.000001"}, paper=replace(PAPER, number="示例市财〔2026〕4号", dated=TODAY))
    assert codes(refused) == ["FUND-006"] and "0.000001万元" in refused.value.problems[0].what
    give({EAST: "660"}, paper=replace(PAPER, number="示例市财〔2026〕4号", dated=TODAY))
    assert held(CITY)[0].left == 0
    # a transfer between levels: received below is what was given above, and each level's own sum counts it once
    assert sum(one.line.amount for one in held(EAST)) + sum(one.line.amount for one in held(WEST)) == 3800 * 10**6


def test_a_receiver_is_one_level_below_and_the_line_its_own(city):
    register()
    for code in (CITY, ELSEWHERE):
        with open_scope(operator(("finance",), (CITY, ELSEWHERE))) as by:
            line = QuotaLine.objects.get().pk
            row = QuotaRow(amount="1", receiver=find_region(by, code), taken_from=line)
            with pytest.raises(Refused) as refused:
                hand_down(
                    by=by, region=find_region(by, CITY), paper=replace(PAPER, number="x", dated=TODAY), rows=[row]
                )
        assert codes(refused) == ["FUND-008"]
    row = QuotaRow(amount="1", receiver=None, taken_from=line)
    with as_("finance", EAST) as by, pytest.raises(Refused) as refused:  # a county cannot take from the city's line
        hand_down(by=by, region=find_region(by, EAST), paper=replace(PAPER, number="x", dated=TODAY), rows=[row])
    assert codes(refused) == ["FUND-006"]


def test_a_county_stamps_its_receipt_before_it_goes_on_and_once(city):
    register()
    give({EAST: "100"})
    with as_("finance", EAST) as by:
        line = QuotaLine.objects.get(region__code=EAST)
        region = find_region(by, EAST)
        project = Project.objects.create(region=region, code="E1", name="东街小区改造", kind="old", year=2026, by="x")
        [item] = quotas.list_items(by, region, 2026)
        rows = [QuotaRow(amount="40", item=item, taken_from=line.pk)]
        paper = replace(PAPER, number="示例县财〔2026〕1号", dated=date(2026, 6, 1))
        with pytest.raises(Refused) as refused:
            assign_quota(by=by, region=region, paper=paper, rows=rows)
        assert codes(refused) == ["FUND-006"]
        for wrong in (date(2026, 5, 19), date.today() + timedelta(days=1)):
            with pytest.raises(Refused) as refused:
                receive_quota(by=by, line_id=line.pk, on=wrong)
            assert codes(refused) == ["FUND-012"]
        receive_quota(by=by, line_id=line.pk, on=date(2026, 5, 25))
        receive_quota(by=by, line_id=line.pk, on=date(2026, 5, 25))  # a second click
        with pytest.raises(Refused) as refused:
            receive_quota(by=by, line_id=line.pk, on=date(2026, 5, 26))
        assert codes(refused) == ["FUND-012"]
        assign_quota(by=by, region=region, paper=paper, rows=rows)
        project.state = Project.CANCELLED
        project.save()
        with pytest.raises(Refused) as refused:
            assign_quota(by=by, region=region, paper=replace(paper, number="y"), rows=rows)
        assert codes(refused) == ["FUND-013"]
    [one] = held(EAST)
    assert (one.assigned, one.left) == (40 * 10**6, 60 * 10**6)


def test_the_clock_runs_from_the_receipt_at_that_level_and_the_book_says_what_is_late(city):
    register()
    assert held(CITY, RECEIVED + timedelta(days=30))[0].css == "warn"  # the thirtieth day is in time
    late = held(CITY, RECEIVED + timedelta(days=31))[0]
    assert late.css == "bad" and "3800 万元" in late.says and "1天" in late.says.replace(" ", "")
    give({EAST: "3800"}, paper=replace(PAPER, number="示例市财〔2026〕5号", dated=RECEIVED + timedelta(days=41)))
    done = held(CITY, TODAY + timedelta(days=60))[0]
    assert done.css == "warn" and done.age_days == 41 and "11" in done.says
    [county] = held(EAST)
    assert county.age_days is None and county.says == ""  # not stamped: unknown, and no clock


def test_who_may_and_whose_it_is(city):
    document = register()
    for post in ("head", "joint", "publisher", "auditor"):
        with pytest.raises(Refused, match="ACT-001"):
            register(post=post, paper=replace(PAPER, number="z"))
    with as_("finance", EAST) as by:
        with pytest.raises(QuotaDocument.DoesNotExist):
            quotas.find_document(by, document.pk)
        with pytest.raises(city.DoesNotExist):
            register_quota(by=by, region=city, paper=replace(PAPER, number="z"), rows=[ROW], received_on=RECEIVED)
    give({EAST: "100", WEST: "200"})
    with as_("finance", EAST) as by:
        given = QuotaDocument.objects.get()  # the database shows what gave it something, and of that its own lines
        assert given.number == "示例市财〔2026〕3号" and quotas.find_document(by, given.pk) == given
        assert [line.region.code for line in quotas.lines_of(by, given)] == [EAST]
        assert [line.region.code for line in QuotaLine.objects.all()] == [EAST]
        assert not QuotaDocument.objects.filter(pk=given.pk).update(confirmed_name="x")  # to read, not to change


def test_nothing_but_receipt_and_confirmation_changes(city):
    register()
    with as_("finance"):
        for statement in (
            "UPDATE funds_quotaline SET amount = 1",
            "DELETE FROM funds_quotaline",
            "UPDATE funds_quotadocument SET number = ''",
            "DELETE FROM funds_quotadocument",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)


def recall(amounts, region=CITY, number="示例市财〔2026〕8号"):
    """amounts: by the line."""
    with as_("finance", region) as by:
        rows = [QuotaRow(amount=text, taken_from=line) for line, text in amounts.items()]
        return recall_quota(
            by=by, region=find_region(by, region), paper=replace(PAPER, number=number, dated=TODAY), rows=rows
        )


def test_what_goes_back_is_free_again_where_it_was_taken_from(city):
    register()
    give({EAST: "1000"})
    own, below = QuotaLine.objects.order_by("id").values_list("pk", flat=True)
    recall({below: "400"})
    assert held(CITY)[0].left == (3800 - 600) * 10**6 and held(EAST)[0].left == 600 * 10**6
    recall({own: "3200"}, number="示例市财〔2026〕9号")  # out of the ledger: 上缴
    assert held(CITY)[0].left == 0 and held(CITY)[0].recalled == 3200 * 10**6
    for line, text in ((below, "600.000001"), (own, "1"), (10**9, "1")):
        with pytest.raises(Refused) as refused:
            recall({line: text}, number="x")
        assert codes(refused) == ["FUND-014"]
    with pytest.raises(Refused) as refused:  # a county cannot take from the city
        recall({own: "1"}, region=EAST, number="y")
    assert codes(refused) == ["FUND-014"]
    with as_("finance", EAST) as by:  # it sees the paper that took from it
        assert [
            one.region.code for one in quotas.recalls_of(by, QuotaDocument.objects.get(number="示例市财〔2026〕8号"))
        ] == [EAST]
        assert not QuotaDocument.objects.filter(number="示例市财〔2026〕9号").exists()


def test_what_a_project_gives_back_can_be_assigned_anew(city):
    register(region=EAST)
    with as_("finance", EAST) as by:
        region = find_region(by, EAST)
        Project.objects.create(region=region, code="E1", name="东街小区改造", kind="old", year=2026, by="x")
        [item], line = quotas.list_items(by, region, 2026), QuotaLine.objects.get()
        assign_quota(
            by=by,
            region=region,
            paper=replace(PAPER, number="a", dated=TODAY),
            rows=[QuotaRow(amount="3800", item=item, taken_from=line.pk)],
        )
        assigned = QuotaLine.objects.exclude(item=None).get()
        assert [one for one, _ in quotas.recallable_lines(by, region, 2026)] == [assigned]
    recall({assigned.pk: "800"}, region=EAST, number="b")
    assert (held(EAST)[0].assigned, held(EAST)[0].left) == (3000 * 10**6, 800 * 10**6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["give", "assign", "recall", "back"]), st.integers(1, 5000), st.booleans()),
        max_size=12,
    )
)
def test_nothing_is_made_and_nothing_is_lost(city, acts):
    """After any papers, whatever was refused: what came in = what went back out + what projects have + what is left, at every level."""
    with transaction.atomic():
        with as_("finance") as by:
            for code in (EAST, WEST):
                Project.objects.get_or_create(
                    region=find_region(by, code),
                    code="P",
                    defaults={"name": "甲", "kind": "old", "year": 2026, "by": "x"},
                )
        register()
        out = 0
        for number, (act, amount, east) in enumerate(acts):
            code = EAST if east else WEST
            with as_("finance") as by:
                own = QuotaLine.objects.get(region__code=CITY)
                below = QuotaLine.objects.filter(region__code=code, item=None).order_by("id").last()
                try:
                    if act == "give":
                        give({code: str(amount)}, paper=replace(PAPER, number=f"g{number}", dated=TODAY))
                        line = QuotaLine.objects.filter(region__code=code, item=None).order_by("id").last()
                        receive_quota(by=by, line_id=line.pk, on=RECEIVED)
                    elif act == "back":
                        recall({own.pk: str(amount)}, number=f"o{number}")
                        out += amount * 10**6
                    elif below is not None and act == "assign":
                        region = find_region(by, code)
                        [item] = quotas.list_items(by, region, 2026)
                        rows = [QuotaRow(amount=str(amount), item=item, taken_from=below.pk)]
                        assign_quota(
                            by=by, region=region, paper=replace(PAPER, number=f"a{number}", dated=TODAY), rows=rows
                        )
                    elif below is not None:
                        recall({below.pk: str(amount)}, number=f"r{number}")
                except Refused:
                    pass
        everywhere = [*held(CITY), *held(EAST), *held(WEST)]
        assert all(one.left >= 0 for one in everywhere)
        assert out + sum(one.assigned for one in everywhere) + sum(one.left for one in everywhere) == 3800 * 10**6
        transaction.set_rollback(True)


def test_the_search_finds_it_by_number_for_those_who_may_see_it(city):
    register()
    for region, found in ((CITY, ["示例财综〔2026〕9号"]), (EAST, [])):
        with as_("finance", region) as by:
            assert [one.text for one in search_quotas(by, ["财综", "9号"])] == found


def void(document, reason="金额录错", region=CITY, post="finance"):
    with as_(post, region) as by:
        return void_quota(by=by, document_id=document.pk, reason=reason)


def test_what_was_entered_wrongly_counts_for_nothing_and_stays_with_its_reason(city):
    wrong = register([replace(ROW, amount="38000")])
    for reason in ("  ", "长" * 301):
        with pytest.raises(Refused) as refused:
            void(wrong, reason)
        assert codes(refused) == ["FUND-015"]
    void(wrong)
    assert held(CITY) == [] and register().number == wrong.number
    with pytest.raises(Refused) as refused:
        void(wrong)
    assert codes(refused) == ["FUND-015"]
    with as_("finance") as by:
        assert {one.void_reason for one in quotas.list_documents(by, city)} == {"金额录错", ""}


def test_nothing_is_void_on_which_something_rests(city):
    received = register()
    given = give({EAST: "2000"})
    with pytest.raises(Refused) as refused:
        void(received)
    assert codes(refused) == ["FUND-016"]
    back = recall({given.lines.get().pk: "2000"})
    again = give({WEST: "3800"}, paper=replace(PAPER, number="g2", dated=TODAY))
    with pytest.raises(Refused) as refused:  # what came back was handed on again
        void(back)
    assert codes(refused) == ["FUND-016"]
    void(again)
    void(back)
    void(given)
    assert held(CITY)[0].left == 3800 * 10**6 and held(EAST) == held(WEST) == []
    given = give({EAST: "1"}, paper=replace(PAPER, number="g3", dated=TODAY))
    with as_("finance", EAST) as by:
        receive_quota(by=by, line_id=given.lines.get().pk, on=TODAY)
        with pytest.raises(QuotaDocument.DoesNotExist):  # a county does not undo the city's paper
            void_quota(by=by, document_id=given.pk, reason="x")
    with pytest.raises(Refused) as refused:
        void(given)
    assert codes(refused) == ["FUND-016"]


def test_a_paper_that_the_county_entered_itself_is_not_handed_down_to_it_again(city):
    register()
    register(region=EAST, paper=replace(PAPER, number="示例市财〔2026〕3号"))
    with pytest.raises(Refused) as refused:
        give({EAST: "100"})
    assert codes(refused) == ["FUND-003"]
    give({WEST: "100"})
    with pytest.raises(Refused) as refused:  # nor the other way round
        register(region=WEST, paper=replace(PAPER, number="示例市财〔2026〕3号"))
    assert codes(refused) == ["FUND-003"]


def test_the_mark_of_direct_money_goes_with_each_line_and_never_changes(city):
    with pytest.raises(Refused) as refused:
        register([replace(ROW, direct="09")])
    assert codes(refused) == ["FUND-007"]
    register([replace(ROW, direct="01"), replace(ROW, source="province", amount="100")])
    direct, plain = QuotaLine.objects.order_by("id").values_list("pk", flat=True)
    with as_("finance") as by:  # one paper of the city may carry both
        paper = replace(PAPER, number="示例市财〔2026〕3号", dated=date(2026, 5, 20))
        rows = [QuotaRow(amount="10", receiver=find_region(by, EAST), taken_from=one) for one in (direct, plain)]
        given = hand_down(by=by, region=city, paper=paper, rows=rows)
    assert [line.direct for line in given.lines.order_by("id")] == ["01", ""]
