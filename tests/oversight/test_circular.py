"""The circular of a place that is none of the five: what it has is told, what it has not leaves no gap."""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from anju.core.regions import tree
from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid
from anju.documents.queries.documents import find_version
from anju.documents.services import documents
from anju.documents.writers import formats
from anju.figures.services import observations as figures
from anju.oversight.queries import warnings
from anju.oversight.queries.warnings import chosen_warnings, warning_paragraphs
from anju.problems import Refused
from anju.runs.services import runs
from tests.sample_place import CITY, FIRST, PERIOD, SECOND, place, told, written
from tests.worlds import world

pytestmark = pytest.mark.usefixtures("measures")  # made once: most of these tests need them

SUBSIDY = {"subsidy.households.target": "100", "subsidy.households": "120"}


def enter(user, code, period, measure, value):
    figures.enter_figure(by=user, measure=measure, region=tree.find_region(user, code), period=period, value=value)


def plain(version) -> str:
    """The text without marks."""
    return re.sub(r"<[^>]+>", "", version.html)


def heads(version) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", version.html)


def test_a_place_with_nothing_but_subsidies_gets_a_circular_of_one_part_and_one_annex(scope):
    told(scope, SUBSIDY)
    version = written(scope, "circular", {"addressee": "各县（市、区）"})
    assert heads(version) == ["一、年度目标任务完成情况"]
    assert "租赁补贴发放120户，为年度任务的120.0%" in plain(version)
    assert "各项年度任务已经完成" in plain(version)
    assert (
        "贷款" not in re.sub(r"<table.*?</table>", "", version.html)
        and "审计" not in plain(version)
        and "存在一些问题" not in plain(version)
    )
    assert version.html.count('<section class="annex') == 1 and "附件2" not in version.html


@pytest.mark.parametrize("period", ["2021-2025", "2021-A", "2021-09-A"])
def test_a_plan_is_no_period_of_a_circular(scope, period):
    told(scope, SUBSIDY)
    with pytest.raises(Refused, match=f"DOC-079.*{period}"):
        documents.write_document(
            by=scope, kind="circular", region=place(scope), period=period, options={"organs": ["示例机关"], "addressee": "各县"}, prose={}
        )  # fmt: skip


def test_parts_that_are_not_there_leave_no_gap_in_the_numerals(scope):
    told(scope, SUBSIDY | {"audit.2019.found": "4", "audit.2019.fixed": "3", "audit.2019.fixing": "1"})
    version = written(scope, "circular", {"audits": [2019]})
    assert heads(version) == ["一、年度目标任务完成情况", "二、审计发现问题整改情况"]
    assert "2019年度审计发现问题4个，完成整改3个，正在整改1个，整改率75.0%" in plain(version)


def test_a_county_behind_its_task_is_named_though_the_city_is_ahead(scope):
    told(scope, SUBSIDY)
    told(scope, {"subsidy.households.target": "40", "subsidy.households": "39"}, FIRST)
    told(scope, {"subsidy.households.target": "60", "subsidy.households": "81"}, SECOND)
    text = plain(written(scope, "circular"))
    assert re.search(r"租赁补贴发放任务尚未全面完成：\S+39户，为年度任务40户的97.5%。", text)


def test_a_city_behind_its_task_never_reads_as_done(scope):
    told(scope, SUBSIDY | {"shanty.start.target": "1000", "shanty.start": "999"})
    text = plain(written(scope, "circular"))
    assert "棚户区住房改造开工999套，为年度任务的99.9%，没有达到年度任务。" in text
    assert "各项年度任务已经完成" not in text


def test_an_unknown_figure_is_neither_nought_nor_done(scope):
    told(scope, SUBSIDY | {"shanty.start.target": "1000"})
    text = plain(written(scope, "circular"))
    assert "棚户区住房改造开工1000套" in text
    assert "截至2023年底，全市棚户区" not in text and "各项年度任务已经完成" not in text


def test_a_task_of_nought_asks_nothing_of_anyone(scope):
    told(scope, SUBSIDY | {"shanty.start.target": "0", "shanty.start": "12"})
    text = plain(written(scope, "circular"))
    assert "棚户区住房改造开工0套" not in text
    assert "棚户区住房改造开工12套；" in text


def test_an_audit_year_that_the_catalogue_does_not_have_is_refused_and_named(scope):
    told(scope, SUBSIDY)
    with pytest.raises(Refused) as refused:
        written(scope, "circular", {"audits": [1999]})
    assert {problem.code for problem in refused.value.problems} == {
        "DOC-075"
    } and "文书选项 audits：没有统计指标 audit.1999.found" in str(refused.value)


def test_every_number_of_the_text_is_a_figure(scope):
    told(scope, SUBSIDY | {"backlog.unfinished": "50", "backlog.completed": "20"})
    version = written(scope, "circular", {"backlog": {"started_by": 2019, "unfinished_by": 2022}})
    assert "2019年底前开工、2022年底仍未建成的项目共有50套" in plain(version)
    assert (
        next(one["ref"] for one in version.figures if one["text"] == "50")
        == f"backlog.unfinished@{place(scope).code}/{PERIOD}"
    )
    assert not [warning for warning in version.warnings if warning["code"] == "DOC-102"]


def told_in(scope, measure: str, value: str, unit: str, code: str = CITY) -> None:
    figures.enter_figure(by=scope, measure=measure, region=place(scope, code), period=PERIOD, value=value, unit=unit)


def test_what_was_reported_in_another_unit_is_printed_in_the_unit_of_its_head_in_text_table_and_excel(scope):
    told(scope, SUBSIDY)
    told_in(scope, "invest.target", "191100.00", "万元")
    told_in(scope, "invest.done", "190110.75", "万元")
    told_in(scope, "loan.credit", "183512", "万元")
    told_in(scope, "subsidy.households.target", "1.2", "万户", FIRST)
    version = written(scope, "circular")
    assert (
        "投资19.01亿元" in plain(version)
        and "有效授信18.3512亿元" in plain(version)
        and "投资19.11亿元" in plain(version)
    )
    cells = [cell.text for cell in TableGrid(next(markup.parse_article(version.html).iter("table"))).cells]
    assert {"19.11", "19.01", "12000"} <= set(cells) and "191100.00" not in cells
    sheet = load_workbook(BytesIO(formats.annex_xlsx(version.html))).worksheets[0]
    values = [value for row in sheet.iter_rows(values_only=True) for value in row]
    assert 19.11 in values and 12000 in values and 191100 not in values


COMPLETED = {"shanty.complete.target": "150", "shanty.complete": "150", "shanty.complete.continued": "0"}


def test_a_place_that_completed_what_it_was_asked_is_not_told_to_be_at_nought(scope):
    told(scope, COMPLETED)
    told(scope, COMPLETED, FIRST)
    version = written(scope, "circular")
    assert "基本建成150套，为年度任务的100.0%" in plain(version) and "尚未全面完成" not in plain(version)
    assert ">100.0%<" in re.search(r"<table.*?</table>", version.html, re.S)[0]


def test_a_place_that_counts_only_what_was_continued_says_so_in_its_options(scope):
    told(scope, COMPLETED)
    told(scope, COMPLETED, FIRST)
    version = written(scope, "circular", {"completion": "continued"})
    assert "基本建成0套，为年度任务的0.0%，没有达到年度任务" in plain(version) and "基本建成任务尚未全面完成" in plain(
        version
    )
    assert ">0.0%<" in re.search(r"<table.*?</table>", version.html, re.S)[0]
    with pytest.raises(Refused, match="DOC-080"):
        written(scope, "circular", {"completion": "both"})


@world
def warned(by, measures):
    told(by, {"backlog.unfinished.prh": "50", "backlog.completed.prh": "0"}, FIRST)
    told(by, {"loan.credit": "2", "loan.issued": "1.5"}, SECOND)
    runs.run_warnings(by=by, region=place(by), period=PERIOD, on=date(2023, 12, 31))


@pytest.fixture
def judged(warned, scope):
    """A backlog with a part that finished nothing, and the warnings run."""
    return scope


def test_warnings_are_offered_and_none_is_printed_unless_chosen(judged):
    keys = [one.id for one in warnings.offered_warnings(judged, place(judged), PERIOD)]
    assert keys == [
        f"warning/backlog-completion/{FIRST}/backlog.unfinished.prh/zero",
        f"warning/idle-credit/{SECOND}/idle",
    ]
    assert "建成率为零" not in written(judged, "circular").html


def test_a_chosen_warning_is_printed_with_its_figures_and_what_is_proposed(judged):
    version = written(judged, "circular", {"warnings": ["warning/idle-credit/*"]}, {"problems": ["补贴发放不够及时。"]})
    text = plain(version)
    assert "棚改专项贷款有效授信2亿元，累计发放1.5亿元，发放率75.0%" in text
    assert (
        "有关县（市、区）要加快项目建设和贷款支付。" in text
        and "补贴发放不够及时。" in text
        and "建成率为零" not in text
    )
    assert f"loan.credit@{SECOND}/{PERIOD}" in [one["ref"] for one in version.figures]
    computed = next(one for one in version.figures if one["text"] == "75.0%" and one["ref"].startswith("run:"))
    assert len(computed["observations"]) == 2


def test_the_writers_order_is_kept_and_one_kind_makes_one_paragraph(judged):
    told(judged, {"backlog.unfinished.prh": "10", "backlog.completed.prh": "0"}, SECOND)
    runs.run_warnings(by=judged, region=place(judged), period=PERIOD, on=date(2023, 12, 31))
    offered = warnings.offered_warnings(judged, place(judged), PERIOD)
    zero = f"warning/backlog-completion/{SECOND}/backlog.unfinished.prh/zero"
    picked = chosen_warnings(offered, ["warning/idle-credit/*", zero, "warning/*"])
    assert [one.subject for one in picked] == ["idle-credit", "backlog-completion", "backlog-completion"] and picked[
        1
    ].id == zero
    paragraphs = warning_paragraphs(judged, picked)
    assert [[len(group["warnings"]) for group in groups] for groups in paragraphs] == [
        [1],
        [1],
    ]  # two places, one sentence
    assert chosen_warnings(offered, []) == [] and chosen_warnings(offered, "all") == offered


def test_a_warning_that_there_never_was_is_refused_and_one_that_is_gone_is_pointed_at(judged):
    with pytest.raises(Refused, match="OVER-003") as refused:
        written(judged, "circular", {"warnings": ["warning/idle-credits/*", "idle-credit"]})
    assert len(refused.value.problems) == 2 and "是不是 warning/idle-credit/*" in refused.value.problems[0].fix
    version = written(
        judged, "circular", {"warnings": [f"warning/idle-credit/{FIRST}/*", "warning/backlog-completion/*"]}
    )
    assert [one["where"] for one in version.warnings if one["code"] == "OVER-004"] == [
        f"文书选项 warnings“warning/idle-credit/{FIRST}/*”"
    ]


def test_no_task_that_was_said_is_a_dash_and_what_was_not_said_is_blank(scope):
    told(scope, SUBSIDY)
    figures.enter_figure(
        by=scope,
        measure="subsidy.households.target",
        region=place(scope, FIRST),
        period=PERIOD,
        value=None,
        state="no_task",
    )
    grid = TableGrid(next(markup.parse_article(written(scope, "circular").html).iter("table")))
    rows = {cell.row: cell.text for cell in grid.cells if not cell.column}
    printed = {
        name: [cell.text for cell in grid.cells if cell.row == row and cell.column] for row, name in rows.items()
    }
    assert printed[place(scope, FIRST).name] == ["—", "", ""] and printed[place(scope, SECOND).name] == ["", "", ""]


def test_a_part_that_did_not_report_is_named_and_whether_the_whole_counts_it(scope):
    told(scope, SUBSIDY)
    told(scope, {"subsidy.households.target": "40"}, FIRST)
    told(scope, {"subsidy.households.target": "60", "subsidy.households": "120"}, SECOND)
    said = f"租赁补贴发放任务，{place(scope, FIRST).name}40户，完成情况未报，全市完成数中没有计入。"
    assert said in plain(written(scope, "circular"))
    figures.correct_figure(
        by=scope, measure="subsidy.households", region=place(scope, SECOND), period=PERIOD, value="70", reason="更正"
    )
    assert said.replace("，全市完成数中没有计入", "") in plain(written(scope, "circular"))


def test_conditions_of_one_subject_make_one_paragraph_under_a_head_of_its_own(judged):
    told(judged, {"backlog.unfinished.economic": "100", "backlog.completed.economic": "1"}, FIRST)
    runs.run_warnings(by=judged, region=place(judged), period=PERIOD, on=date(2023, 12, 31))
    version = written(
        judged, "circular", {"warnings": ["warning/backlog-completion/*"]}, {"requirements": ["要加快进度。"]}
    )
    assert heads(version)[-2:] == ["一、存在的问题", "二、下一步要求"]
    offered = [
        one for one in warnings.offered_warnings(judged, place(judged), PERIOD) if one.subject == "backlog-completion"
    ]
    [groups] = warning_paragraphs(judged, offered)
    assert len(groups) == 2 and version.html.count("建成率为零") == 1


def test_what_was_not_reached_is_said_once_for_all(scope):
    short = {
        "shanty.start.target": "10",
        "shanty.start": "9",
        "subsidy.households.target": "10",
        "subsidy.households": "8",
    }
    for code in (CITY, FIRST):
        told(scope, short, code)
    text = plain(written(scope, "circular"))
    assert (
        "开工9套，为年度任务的90.0%；城镇住房保障家庭租赁补贴发放8户，为年度任务的80.0%，以上各项都没有达到年度任务。"
        in text
    )
    assert (
        text.count("没有达到年度任务") == 1 and text.count("分县（市、区）看") == 1 and text.count("尚未全面完成") == 2
    )


def test_a_claim_against_the_parts_names_each_part_once(scope):
    told(scope, SUBSIDY)
    told(scope, {"subsidy.households.target": "40", "subsidy.households": "30"}, FIRST)
    version = written(scope, "circular", prose={"opening": ["年度目标任务均超额完成。"]})
    [warning] = [one for one in version.warnings if one["code"] == "DOC-101"]
    assert warning["what"].count("75.0%") == 1


def quarterly(user, period="2023-Q3"):
    document = documents.write_document(
        by=user, kind="circular", region=place(user), period=period, options={"organs": ["示例机关"]}, prose={}
    )
    return find_version(user, document)


def test_a_quarter_s_circular_speaks_of_the_quarter_and_measures_against_the_year_s_task(scope):
    told(scope, {"shanty.start.target": "1000"})
    enter(scope, CITY, "2023-09", "shanty.start", "750")
    text = plain(quarterly(scope))
    assert "关于2023年三季度住房保障主要工作进展情况的通报" in text
    assert "棚户区住房改造开工750套，为年度任务的75.0%，尚未达到年度任务" in text
    assert "年度住房保障主要工作完成情况" not in text and "2023年底" not in text


def test_a_quarter_s_circular_adds_up_what_the_counties_returns_brought(scope):
    told(scope, {"shanty.start.target": "1000"})
    for code, target, done in ((FIRST, "600", "600"), (SECOND, "400", "150")):
        told(scope, {"shanty.start.target": target}, code)
        enter(scope, code, "2023-09", "shanty.start", done)
    version = quarterly(scope)
    assert "棚户区住房改造开工750套，为年度任务的75.0%" in plain(version)
    assert re.search(r"开工离年度任务还有差距：\S+150套，为年度任务400套的37.5%。", plain(version))
    annex = next(table for table in version.html.split('<section class="annex')[1:] if "2023年三季度棚户区" in table)
    row = next(line for line in annex.splitlines() if place(scope).name in line)
    assert re.findall(r">([\d.]+%?)</data>", row) == ["1000", "750", "75.0%"]


def test_a_quarter_without_a_report_takes_no_figure_of_an_earlier_one(scope):
    told(scope, {"shanty.start.target": "1000"})
    enter(scope, CITY, "2023-06", "shanty.start", "750")
    assert "750" not in plain(quarterly(scope))
