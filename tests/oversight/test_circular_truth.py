"""What a circular may not say: 未报 of who reported, a total over some as the total, a rate without its numerator; what it may not leave out."""

import re
from types import SimpleNamespace

import pytest

from anju.documents.queries.documents import find_version
from anju.documents.services import documents
from anju.figures.services import observations
from tests.oversight.test_circular import SUBSIDY, enter, plain, quarterly
from tests.sample_place import CITY, FIRST, PERIOD, SECOND, place, told, written

pytestmark = pytest.mark.usefixtures("measures")  # made once: most of these tests need them


def reminders(version, code: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(**one) for one in version.warnings if one["code"] == code]


# --- which figure is the year's -------------------------------------------------------


@pytest.mark.parametrize("period", ["2023-12", "2023-Q4", "2023-H2", "2023-12-31"])
def test_what_december_counted_since_january_is_the_years(scope, period):
    told(scope, {"shanty.start.target": "600"})
    enter(scope, CITY, period, "shanty.start", "609")
    version = written(scope, "circular")
    assert "截至2023年底，全市棚户区住房改造开工609套，为年度任务的101.5%" in plain(version)
    assert re.search(r">609</data></td>", version.html)


def test_the_years_own_figure_comes_before_decembers(scope):
    told(scope, {"shanty.start.target": "600", "shanty.start": "610"})
    enter(scope, CITY, "2023-12", "shanty.start", "609")
    assert "开工610套" in plain(written(scope, "circular"))


def test_what_november_counted_is_not_the_years_and_the_writer_is_told(scope):
    told(scope, {"shanty.start.target": "600"})
    enter(scope, CITY, "2023-11", "shanty.start", "590")
    version = written(scope, "circular")
    assert "590" not in plain(version) and "没有全市的完成数" in reminders(version, "DOC-130")[0].what


def test_what_a_month_alone_counted_is_never_the_years(scope):
    told(scope, SUBSIDY)
    enter(scope, CITY, "2023-12", "returns.due", "7")
    version = written(scope, "circular", prose={"work": ["报表[[returns.due]]次。"]})
    assert [one.code for one in reminders(version, "DOC-037")] == ["DOC-037"]


def test_a_figure_older_than_the_text_says_its_day(scope):
    told(scope, {"shanty.start.target": "1000"})
    enter(scope, CITY, "2023-08", "shanty.start", "750")
    assert "棚户区住房改造开工750套（截至2023年8月底），为年度任务的75.0%" in plain(quarterly(scope))


# --- 未报 --------------------------------------------------------------------------------


def monthly(user, period="2023-10"):
    document = documents.write_document(
        by=user, kind="circular", region=place(user), period=period, options={"organs": ["示例机关"]}, prose={}
    )
    return find_version(user, document)


def test_a_task_that_no_form_of_the_month_asks_for_names_nobody_and_reminds_the_writer(scope):
    for code in (FIRST, SECOND):
        told(scope, {"prh.start.target": "40", "shanty.start.target": "50"}, code)
        enter(scope, code, "2023-10", "shanty.start", "30")
    told(scope, {"prh.start.target": "80", "shanty.start.target": "100"})
    version = monthly(scope)
    assert "未报" not in plain(version) and "没有这一项" not in plain(version)
    assert [one.where for one in reminders(version, "DOC-130")] == ["公租房开工（筹集）"]


def test_who_reported_something_else_is_not_said_to_have_reported_nothing(scope):
    told(scope, {"prh.start.target": "80"})
    for code in (FIRST, SECOND):
        told(scope, {"prh.start.target": "40", "shanty.start.target": "50"}, code)
        enter(scope, code, "2023-10", "shanty.start", "30")
    enter(scope, FIRST, "2023-10", "prh.start", "20")
    text = plain(monthly(scope))
    assert f"公租房开工（筹集）任务，{place(scope, SECOND).name}40套，报来的数中没有这一项的完成数。" in text
    assert "完成情况未报" not in text


def test_who_reported_nothing_is_still_named(scope):
    told(scope, {"prh.start.target": "80"})
    for code in (FIRST, SECOND):
        told(scope, {"prh.start.target": "40"}, code)
    enter(scope, FIRST, "2023-10", "prh.start", "20")
    assert f"{place(scope, SECOND).name}40套，完成情况未报" in plain(monthly(scope))


def test_what_a_county_itself_says_is_unreported_is_said_of_it(scope):
    told(scope, {"prh.start.target": "40"}, FIRST)
    observations.enter_figure(
        by=scope, measure="prh.start", region=place(scope, FIRST), period=PERIOD, state="unreported"
    )
    assert f"{place(scope, FIRST).name}40套，完成情况未报" in plain(written(scope, "circular"))


# --- totals ------------------------------------------------------------------------------


def test_a_total_over_some_of_the_parts_is_not_printed_as_the_total(scope):
    told(scope, {"shanty.start.target": "1000"})
    enter(scope, FIRST, "2023-10", "shanty.start", "300")
    version = monthly(scope)
    text = re.sub(r"<table.*?</table>", "", version.html, flags=re.S)
    assert ">300<" not in text and "已报1/" in reminders(version, "DOC-130")[0].what
    [row] = [line for line in version.html.splitlines() if f">{place(scope).name}<" in line and "<tr" in line]
    assert ">300<" not in row


def test_a_total_of_all_that_were_given_a_task_is_the_total(scope):
    told(scope, {"shanty.start.target": "1000"})
    told(scope, {"shanty.start.target": "1000"}, FIRST)
    enter(scope, FIRST, "2023-10", "shanty.start", "300")
    assert "全市棚户区住房改造开工300套，为年度任务的30.0%" in plain(monthly(scope))


@pytest.mark.parametrize("period", ["2023", "2023-12"])
def test_what_the_counties_counted_for_the_year_is_summed(scope, period):
    told(scope, {"shanty.start.target": "1000"})
    for code, done in ((FIRST, "300"), (SECOND, "600")):
        told(scope, {"shanty.start.target": "500"}, code)
        enter(scope, code, period, "shanty.start", done)
    assert "截至2023年底，全市棚户区住房改造开工900套，为年度任务的90.0%" in plain(written(scope, "circular"))


@pytest.mark.parametrize("measure", ["loan.credit", "backlog.unfinished", "funds.provincial", "bond.issued"])
def test_what_one_county_has_is_not_the_citys(scope, measure):
    told(scope, SUBSIDY)
    enter(scope, FIRST, "2023-10", measure, "7")
    text = re.sub(r"<table.*?</table>", "", monthly(scope).html, flags=re.S)
    assert ">7<" not in text


def test_banks_that_are_not_all_of_it_are_among_it(scope):
    told(scope, {"loan.credit": "49.03", "loan.credit.cdb": "21.552"})
    assert "有效授信49.03亿元（其中：国开行21.552亿元）" in plain(written(scope, "circular"))
    told(scope, {"loan.credit.adb": "27.478"})
    assert "有效授信49.03亿元（国开行21.552亿元、农发行27.478亿元）" in plain(written(scope, "circular"))


# --- rates, subjects, tasks ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"audit.2019.found": "6"}, "审计发现问题6个，整改情况未报。"),
        ({"audit.2019.found": "6", "audit.2019.fixing": "6"}, "审计发现问题6个，正在整改6个，整改情况未报。"),
        ({"audit.2019.found": "0", "audit.2019.fixed": "0"}, "审计发现问题0个，完成整改0个。"),
        ({"audit.2019.found": "6", "audit.2019.fixed": "6"}, "审计发现问题6个，完成整改6个，整改率100.0%。"),
    ],
)
def test_a_rate_is_told_with_its_numerator_or_not_at_all(scope, facts, said):
    told(scope, facts)
    text = plain(written(scope, "circular", {"audits": [2019, 2019]}))
    assert said in text
    assert len(re.findall(r"2019年度审计发现问题\d个", text)) == 1 and "整改率。" not in text


def test_a_backlog_of_nought_has_no_rate(scope):
    told(scope, {"backlog.unfinished": "0", "backlog.completed": "0"})
    assert "已基本建成0套。" in plain(written(scope, "circular"))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"old.communities.target": "120", "old.communities": "114"}, "城镇老旧小区改造114个，为年度任务的95%"),
        ({"arh.start.target": "500", "arh.start": "400"}, "保障性租赁住房开工（筹集）400套，为年度任务的80.0%"),
        ({"prh.allocated.target": "50", "prh.allocated": "60"}, "公租房新增分配60套，为年度任务的120.0%"),
    ],
)
def test_a_task_with_a_target_and_a_result_is_told(scope, facts, said):
    told(scope, facts)
    version = written(scope, "circular")
    assert said in plain(version) and not reminders(version, "OVER-005") and not reminders(version, "DOC-130")


def test_a_task_that_no_sentence_tells_is_a_reminder_until_the_writer_tells_it(scope):
    told(scope, SUBSIDY | {"prh.model_estates.target": "3", "prh.model_estates": "2", "old.area.target": "12.5"})
    [reminder] = reminders(written(scope, "circular"), "OVER-005")
    assert "公租房达标示范小区任务3个" in reminder.what and "12.5万㎡" in reminder.what and "租赁" not in reminder.what
    version = written(
        scope, "circular", prose={"work": ["示范小区[[prh.model_estates]]个，计划改造[[old.area.target]]万平方米。"]}
    )
    assert not reminders(version, "OVER-005")


def test_a_county_behind_names_the_day_and_the_place_though_nothing_was_reached(scope):
    told(scope, {"shanty.start.target": "10", "shanty.start": "9"})
    assert "截至2023年底，全市棚户区住房改造开工9套" in plain(written(scope, "circular"))


# --- the notice that divides targets ------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"shanty.start.target": "100", "prh.start.target": "50", "arh.start.target": "900"},
            "保障性安居工程开工1050套，其中：城市棚户区改造新开工100套；新开工（筹集）公租房50套；新开工（筹集）保障性租赁住房900套。",
        ),
        ({"shanty.start.target": "100"}, "2023年，全市城市棚户区改造新开工100套。"),
        ({"arh.start.target": "900", "prh.start.target": "50"}, "开工950套，其中：新开工（筹集）公租房50套；新开工"),
        (
            {"safe.start.target": "1200", "shanty.start.target": "100"},
            "保障性安居工程开工1200套，其中：城市棚户区改造新开工100套。",
        ),
    ],
)
def test_the_whole_of_what_is_to_be_started_is_the_sum_of_what_is_named(scope, facts, said):
    told(scope, facts)
    version = written(scope, "decomposition")
    assert said in plain(version) and "开工套" not in plain(version) and "全市。" not in plain(version)


def test_headings_over_nothing_are_not_printed(scope):
    told(scope, {"subsidy.households.target": "100"})
    text = re.findall(r"<h[23]>(.*?)</h[23]>", written(scope, "decomposition").html)
    assert text == ["一、目标任务", "（一）实物保障和租赁补贴任务"]
