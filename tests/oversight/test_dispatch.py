"""调度材料: progress, ranking with ties, gaps to the node, what changed since last time, matters."""

import re
from datetime import date
from fractions import Fraction
from io import BytesIO

import pytest
from openpyxl import load_workbook

from anju.core.regions import tree
from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid
from anju.documents.queries.documents import find_version
from anju.documents.services import documents
from anju.documents.writers import formats
from anju.figures.queries.references import resolve_reference
from anju.figures.references import FigureReference
from anju.figures.services import nodes, observations, targets
from anju.oversight.papers import dispatch
from anju.problems import Refused
from anju.projects.models import Project
from tests.projects.entered import entered
from tests.sample_place import CITY, place
from tests.worlds import world

ACTUAL, TARGET = "shanty.start", "shanty.start.target"


@pytest.fixture
def parts(measures, scope):
    return tree.child_regions(scope, place(scope), date(2023, 12, 31))[:4]


def enter(user, region, period, value, measure=ACTUAL, **more):
    observations.enter_figure(by=user, measure=measure, region=region, period=period, value=value, **more)


@world
def year(by, measures):
    """Three places asked for 100, 100 and 50, the fourth for nothing; all by September, half of it by June."""
    city = place(by)
    parts = tree.child_regions(by, city, date(2023, 12, 31))[:4]
    paper = targets.register_target_document(
        by=by, number="示保〔2023〕1号", title="实施方案", level="city", region=city, issued_on=date(2023, 3, 1)
    )
    for region, value in zip((city, *parts), ("250", "100", "100", "50", "0"), strict=True):
        enter(by, region, "2023", value, TARGET, document=paper)
    for day, share in ((date(2023, 6, 30), Fraction(1, 2)), (date(2023, 9, 30), Fraction(1))):
        nodes.set_node(by=by, document=paper, measure=TARGET, on=day, share=share)
    for region, value in zip((city, *parts[:3]), ("105", "40", "45", "20"), strict=True):
        enter(by, region, "2023-07", value)
    return paper


def august(user, parts, values=("150", "60", "60", "30")):
    for region, value in zip((place(user), *parts), values, strict=False):
        enter(user, region, "2023-08", value)


def written(user, kind="dispatch-month", period="2023-08", prose=None):
    document = documents.write_document(
        by=user, kind=kind, region=place(user), period=period, options={"organs": ["示例机关"]}, prose=prose or {}
    )
    return find_version(user, document)


def plain(version) -> str:
    return re.sub(r"<[^>]+>", "", version.html)


def test_the_pack_tells_progress_against_the_year_s_task(scope, parts, year):
    august(scope, parts)
    assert "2023年1—8月，全市棚户区改造开工150套，年度任务250套，完成60.0%。" in plain(written(scope))


def test_equal_rates_share_a_rank_the_next_follows_at_once_and_who_has_no_task_is_not_ranked(scope, parts, year):
    august(scope, parts, ("150", "60", "60", "20"))
    text = plain(written(scope))
    assert f"第1名{parts[0].name}、{parts[1].name}并列（60.0%）；第2名{parts[2].name}（40.0%）。" in text
    assert re.search(rf"{parts[3].name}\S*没有这项任务，不参加排名", text)


def test_who_did_not_report_is_named_and_not_ranked_last(scope, parts, year):
    august(scope, parts[:2], ("150", "60", "60"))
    text = plain(written(scope))
    assert f"{parts[2].name}完成情况未报，不参加排名。" in text and "第2名" not in text


def test_what_is_left_to_the_next_node_is_told_by_county_the_widest_first(scope, parts, year):
    august(scope, parts, ("150", "70", "60", "30"))
    text = plain(written(scope))
    assert "要求2023年9月30日前棚户区改造开工量达到棚户区改造开工任务的100%。全市应完成250套，还差100套。" in text
    assert f"{parts[1].name}还差40套、{parts[0].name}还差30套、{parts[2].name}还差20套。" in text


def test_the_first_pack_of_a_year_compares_with_nothing(scope, parts, year):
    text = plain(written(scope, period="2023-07"))
    assert "上次调度" not in text and "比上次" not in text


def test_the_next_pack_says_what_was_added_since_the_last_of_its_kind(scope, parts, year):
    written(scope, period="2023-07")
    august(scope, parts)
    version = written(scope)
    assert "比上次调度增加45套" in plain(version)
    annex = next(part for part in version.html.split('<section class="annex')[1:] if "与上次调度相比" in part)
    row = next(line for line in annex.splitlines() if f">{parts[0].name}<" in line)
    assert re.findall(r">(\d+)</data>", row) == ["40", "60", "20"]
    assert "上次调度" not in plain(written(scope, "dispatch-quarter", "2023-Q3"))  # of that kind there was none


def test_without_a_new_report_nothing_is_said_to_be_unchanged(scope, parts, year):
    written(scope, period="2023-07")
    text = plain(written(scope))
    assert "上次调度以来没有新的报数" in text and "增加0套" not in text


def test_a_figure_corrected_since_the_last_pack_is_owned_up_to(scope, parts, year):
    written(scope, period="2023-07")
    observations.correct_figure(by=scope, measure=ACTUAL, region=parts[0], period="2023-07", value="38", reason="漏统")
    august(scope, parts)
    assert f"{parts[0].name}“棚户区改造开工量”上次材料印为40套，其后更正为38套。" in plain(written(scope))


def test_a_week_a_month_and_a_quarter_each_have_their_period(scope, parts, year):
    august(scope, parts)
    assert "截至2023年8月18日" in plain(written(scope, "dispatch-week", "2023-08-18"))
    assert "三季度调度会议材料" in plain(written(scope, "dispatch-quarter", "2023-Q3"))
    with pytest.raises(Refused, match="DOC-079"):
        written(scope, "dispatch-week", "2023-08")


def test_a_matter_without_a_responsible_unit_and_a_day_is_asked_about(scope, parts, year):
    prose = {"matters": ["一是研究供地问题。", "二是研究资金问题。（责任单位：财政局；时限：本月底）"]}
    version = written(scope, period="2023-07", prose=prose)
    said = [one for one in version.warnings if one["code"] == "OVER-011"]
    assert len(said) == 1 and "第1条" in said[0]["where"] and "责任单位、时限" in said[0]["what"]


def test_every_number_of_the_pack_has_a_reference(scope, parts, year):
    written(scope, period="2023-07")
    august(scope, parts)
    version = written(scope)
    assert not [one for one in version.warnings if one["code"] == "DOC-102"]
    assert all(one["ref"] for one in version.figures)


def test_the_pack_is_also_a_workbook_and_a_word_file(scope, parts, year):
    august(scope, parts)
    version = written(scope)
    files = formats.write_formats(version.html, ["xlsx", "docx"], "调度")
    book = load_workbook(BytesIO(files["xlsx"]))
    first = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert any(row[0] == parts[0].name and 60 in row for row in first)
    assert files["docx"][:2] == b"PK"


def test_a_rank_can_be_opened_by_its_reference(scope, parts, year):
    august(scope, parts)
    assert dispatch.rank_figure(scope, "shanty.start.rate", parts[0], "2023-08").text() == "1"
    with pytest.raises(LookupError):
        dispatch.rank_figure(scope, "shanty.start.rate", parts[3], "2023-08")


def test_the_annex_tells_each_rank_as_the_text_does_and_none_of_the_city(scope, parts, year):
    august(scope, parts, ("150", "60", "50", "25"))
    version = written(scope)
    ranks = {one["ref"]: one["text"] for one in version.figures if "/ranks." in one["ref"] and one["text"]}
    assert sorted(ranks.values()) == ["1", "2", "2"]
    for ref, text in ranks.items():
        assert resolve_reference(scope, FigureReference.parse(ref)).text() == text
    city = next(line for line in version.html.splitlines() if f'<th scope="row">{place(scope).name}<' in line)
    assert f"ranks.{CITY}/rank" in city and resolve_or_none(scope, f"ranked.shanty_start/ranks.{CITY}/rank") is None


def resolve_or_none(user, path):
    try:
        return resolve_reference(user, FigureReference.parse(f"style:dispatch-month/{path}/{CITY}/2023-08"))
    except LookupError:
        return None


def test_a_place_with_nothing_reported_gets_a_pack_without_empty_parts(scope, parts):
    version = written(scope)
    assert "<h2>" not in version.html and '<section class="annex' not in version.html


def test_entries_of_the_ledgers_stand_one_by_one_in_an_annex(scope, parts, year):
    project = Project.objects.create(region=parts[0], code="P1", name="示例片区", kind="shanty", by="local")
    entered(project, "three-years", date(2023, 2, 1))
    entered(project, "due-unfinished", date(2023, 9, 1))  # not yet in August
    version = written(scope, period="2023-07")
    assert "未销号1件" in plain(version)
    annex = markup.find_by_class(markup.parse_article(version.html), "annex")[-1]
    assert (annex.get("data-title"), markup.element_text(annex.find("h1"))) == ("附件3", "逾期台账（2023年1—7月）")
    grid = TableGrid(next(annex.iter("table")))
    [row] = [[one.text for one in grid.cells if one.row == at] for at in range(grid.head, grid.rows)]
    assert row[:2] == [parts[0].name, "示例片区"] and row[3] == "2023年2月1日"
    assert [one.text for one in grid.cells if one.row < grid.head] == [
        "县（市、区）",
        "项目",
        "台账",
        "列入日期",
        "状态",
        "原因",
    ]


def test_a_city_that_reported_nothing_itself_has_the_sum_of_its_counties(scope, parts, year):
    for region, value in zip(parts[:3], ("60", "60", "30"), strict=True):
        enter(scope, region, "2023-08", value)
    text = plain(written(scope))
    assert "全市棚户区改造开工150套，年度任务250套，完成60.0%" in text and "全市应完成250套，还差100套" in text


def test_the_sum_is_unknown_while_a_county_with_a_task_did_not_report(scope, parts, year):
    for region in parts[:2]:
        enter(scope, region, "2023-08", "60")
    text = plain(written(scope))
    assert "开工120套" not in text and f"{parts[2].name}未报" in text


def test_such_a_sum_can_be_opened_by_its_reference(scope, parts, year):
    for region in parts[:3]:
        enter(scope, region, "2023-08", "10")
    version = written(scope)
    cited = {one["ref"]: one["text"] for one in version.figures}
    ref = f"sum:{ACTUAL}@{CITY}/2023-08"
    assert cited[ref] == resolve_reference(scope, FigureReference.parse(ref)).text() == "30"
    rate = next(one for one in cited if one.startswith("sum:") and "÷" in one)
    assert cited[rate] == f"{resolve_reference(scope, FigureReference.parse(rate)).text()}%"


def test_every_reference_of_a_pack_can_be_opened(scope, parts, year):
    written(scope, period="2023-07")
    observations.correct_figure(by=scope, measure=ACTUAL, region=parts[0], period="2023-07", value="38", reason="漏统")
    august(scope, parts)
    for one in written(scope).figures:
        if one["text"]:
            assert resolve_reference(scope, FigureReference.parse(one["ref"])).text() == one["text"].rstrip("%"), one[
                "ref"
            ]


def test_what_a_quarter_s_form_counted_since_january_is_said_to_be_since_january(scope, parts, year):
    """The quarter's name is the meeting's; the figure is of January to September."""
    for region, value in zip((place(scope), *parts), ("200", "90", "70", "40"), strict=False):
        enter(scope, region, "2023-Q3", value)
    text = plain(written(scope, "dispatch-quarter", "2023-Q3"))
    assert "2023年1—9月，全市棚户区改造开工200套" in text and "2023年三季度，全市" not in text
