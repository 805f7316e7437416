"""What a declared table holds: rows and columns of every kind, computed columns, totals that say what they lack."""

import pytest

from anju.problems import Refused
from tests.documents.tables.conftest import MONTH, texts

COUNTIES = ["140502", "140521", "140525"]
ASKED = {"head": "任务（套）", "key": "asked", "code": "shanty.start.target"}
DONE = {"head": "完成（套）", "key": "done", "code": "shanty.start"}
RATE = {"head": "完成率", "key": "rate", "code": "shanty.start.rate"}


def table(*columns, **more):
    return {
        "title": "{year}年开工情况",
        "corner": "县区",
        "rows": {"regions": COUNTIES},
        **more,
        "columns": list(columns),
    }


def test_a_month_is_compared_with_the_target_of_its_year(fill):
    assert texts(fill(table(ASKED, DONE, RATE))) == [
        ["城区", "100", "90", "90.0%"],
        ["沁水县", "80", "80", "100.0%"],
        ["泽州县", "40", "", ""],
    ]


def test_a_formula_counts_in_the_units_of_the_columns_and_unknown_stays_unknown(fill):
    left = {"head": "差额（套）", "key": "left", "formula": "asked - done"}
    share = {"head": "占任务", "formula": "done / asked", "unit": "%", "places": 2}
    assert texts(fill(table(ASKED, DONE, left, share))) == [
        ["城区", "100", "90", "10", "90.00%"],
        ["沁水县", "80", "80", "0", "100.00%"],
        ["泽州县", "40", "", "", ""],
    ]


def test_money_of_two_units_goes_together(fill):
    declared = table(
        {"head": "任务（万元）", "key": "asked", "code": "invest.target"},
        {"head": "完成（亿元）", "key": "done", "code": "invest.done", "places": 2},
        {"head": "差额（亿元）", "formula": "asked - done", "places": 2},
        rows={"regions": "own"},
    )
    assert texts(fill(declared)) == [["晋城市", "300000", "27.27", "2.73"]]


def test_equal_values_share_a_rank_and_the_unknown_have_none(fill):
    rank = {"head": "名次", "rank": {"of": "asked", "order": "low"}}
    assert [row[-1] for row in texts(fill(table(ASKED, DONE, rank)))] == ["3", "2", "1"]
    rank = {"head": "名次", "rank": {"of": "rate"}}
    assert [row[-1] for row in texts(fill(table(ASKED, RATE, rank)))] == ["2", "1", ""]


def test_a_comparison_names_the_earlier_period(fill):
    declared = table(DONE, {"head": "同比", "change": {"of": "done", "against": "same-last-year"}},
                     {"head": "增加（套）", "change": {"of": "done", "against": "same-last-year", "as": "amount"}})  # fmt: skip
    annex = fill(declared)
    assert [leaf.head for leaf in annex.leaves] == ["完成（套）", "同比（比2020年1—8月）", "增加（比2020年1—8月，套）"]
    assert texts(annex) == [["城区", "90", "50.0%", "30"], ["沁水县", "80", "100.0%", "40"], ["泽州县", "", "", ""]]


def test_a_total_with_a_part_missing_stays_blank_and_says_why_or_says_what_it_leaves_out(fill):
    annex = fill(table(ASKED, DONE, RATE, total={"label": "合计"}))
    assert texts(annex)[-1] == ["合计", "220", "", ""]
    assert annex.note == "泽州县未报“完成（套）、完成率”，没有合计。"
    annex = fill(table(ASKED, DONE, total={"at": "first", "partial": True}))
    assert texts(annex)[0] == ["合计", "220", "170"]
    assert annex.note == "合计不含未报的：泽州县未报“完成（套）”。"


def test_a_partial_total_compares_no_sums_over_different_rows(fill):
    left = {"head": "差额（套）", "formula": "asked - done"}
    assert texts(fill(table(ASKED, DONE, left, RATE, total={"partial": True})))[-1] == [
        "合计",
        "220",
        "170",
        "",
        "94.4%",
    ]


def test_a_partial_total_is_not_compared_with_a_whole_one(fill):
    """One county reported then and not yet now."""
    change = {"head": "同比", "change": {"of": "done", "against": "same-last-year"}}
    grown = {"head": "增加（套）", "change": {"of": "done", "against": "same-last-year", "as": "amount"}}
    assert texts(fill(table(DONE, change, grown, total={"partial": True})))[-1] == ["合计", "170", "", ""]


def test_the_latest_report_under_a_calibre_is_that_calibre_s(scope, city, fill):
    from anju.figures.services.observations import enter_figure

    enter_figure(
        by=scope, measure="invest.done", region=city, period="2021-07", value="20", unit="亿元", calibre="cal2"
    )
    columns = [
        {"head": "投资（亿元）", "code": "invest.done", "period": "latest", "places": 2, **more}
        for more in ({}, {"calibre": "cal2"})
    ]
    assert texts(fill(table(*columns, rows={"regions": "own"}), period="2021-09")) == [["晋城市", "27.27", "20"]]


def test_a_part_row_is_indented_left_out_of_the_sum_and_no_more_than_its_whole(scope, city, fill):
    from anju.figures.services.observations import enter_figure

    for measure, value in (("prh.start", "50"), ("shanty.start.monetised", "30")):
        enter_figure(by=scope, measure=measure, region=city, period=MONTH, value=value)
    part = {"code": "shanty.start.monetised", "name": "货币化安置", "inside": True}
    rows = {"measures": ["shanty.start", part, "prh.start"]}
    annex = fill(table({"head": "数量", "side": "value"}, rows=rows, total={}))
    assert texts(annex) == [
        ["棚户区改造开工量", "230"],
        ["其中：货币化安置", "30"],
        ["公租房开工（筹集）量", "50"],
        ["合计", "280"],
    ]
    assert [row.part for row in annex.rows] == [False, True, False, False]
    assert not annex.problems
    rows["measures"] = ["prh.start", {"code": "shanty.start", "inside": True}]
    [problem] = fill(table({"head": "数量", "side": "value"}, rows=rows)).problems
    assert problem.code == "DOC-112"
    assert "230套，大于“公租房开工（筹集）量”的50套" in problem.what


def test_a_line_may_be_part_of_the_one_above_it(fill):
    lines = [
        {"label": "全市", "code": "shanty.start"},
        {"label": "城区", "code": "shanty.start", "region": "140502", "inside": True},
    ]
    annex = fill(table({"head": "数量", "side": "value"}, rows={"lines": lines}, total={}))
    assert texts(annex) == [["全市", "230"], ["其中：城区", "90"], ["合计", "230"]]


def test_what_may_not_be_added_has_no_total(fill):
    rows = {"measures": ["shanty.start", "shanty.start.target"]}  # of August, and of the year
    assert texts(fill(table({"head": "数量", "side": "value"}, rows=rows, total={})))[-1] == ["合计", ""]


def test_tasks_are_rows_with_what_was_asked_done_and_at_what_rate_each_in_its_unit(fill):
    declared = table({"head": "单位", "text": "unit"}, {"head": "任务", "side": "target", "places": 2}, {"head": "完成", "side": "actual", "places": 2},
                     {"head": "率", "side": "rate"}, {"head": "截至", "text": "until"}, rows={"tasks": ["shanty_start", "invest"]})  # fmt: skip
    assert texts(fill(declared)) == [
        ["棚户区改造开工", "套", "220", "230", "104.5%", "2021年8月31日"],
        ["城镇保障性安居工程投资", "亿元", "30", "27.27", "90.9%", "2021年8月31日"],
    ]


def test_periods_and_members_are_rows_too(fill):
    declared = table(DONE, rows={"periods": ["same-last-year", "own"]})
    assert [row[0] for row in texts(fill(declared))] == ["2020年1—8月", "2021年1—8月"]
    crossed = table({"head": "未建成", "code": "backlog.unfinished"}, {"head": "建成", "code": "backlog.completed"},
                    rows={"members": {"of": "backlog.unfinished", "dimension": "住房类型"}})  # fmt: skip
    annex = fill(crossed)
    assert annex.rows[0].total and annex.rows[0].label == "合计"
    assert len(annex.rows) > 3


def test_rows_are_ordered_cut_and_filtered_and_who_cannot_be_judged_is_named(fill):
    annex = fill(table(DONE, order={"by": "done", "order": "low", "top": 1}))
    assert texts(annex) == [["沁水县", "80"]]
    assert annex.note == "泽州县未报，不参加排列。"
    annex = fill(table(ASKED, DONE, where="done < asked"))
    assert [row[0] for row in texts(annex)] == ["城区"]
    assert annex.note == "泽州县缺数，不能判断，没有列入。"


def test_a_given_score_is_printed_where_no_ledger_holds_one(fill):
    lines = [
        {"label": "自评", "given": {"score": {"value": "95.50", "unit": "分", "source": "自评表"}}},
        {"label": "复评"},
    ]
    annex = fill(table({"head": "得分", "given": "score", "places": 1}, rows={"lines": lines}))
    assert texts(annex) == [["自评", "95.5"], ["复评", ""]]


def test_a_rate_is_printed_without_the_counts_behind_it(fill):
    lines = [
        {
            "label": "开工",
            "code": "shanty.start",
            "given": {"rate": {"value": "88.8", "unit": "%", "source": "省厅通报"}},
        }
    ]
    annex = fill(table({"head": "完成率", "code": "prh.start.rate", "given": "rate"}, rows={"lines": lines}))
    assert texts(annex) == [["开工", "88.8%"]]


def test_groups_have_their_sums_before_them_and_stand_merged_beside_their_rows(fill):
    groups = [{"label": "市区", "total": "市区合计", "regions": ["140502", "140521"]}]
    annex = fill(table(ASKED, rows={"regions": "below", "groups": groups}))
    assert texts(annex)[:4] == [["晋城市", "220"], ["市区合计", "180"], ["城区", "100"], ["沁水县", "80"]]
    assert [(row.group, row.span) for row in annex.rows[:4]] == [("", 0), ("", 0), ("市区", 2), ("", 0)]


def test_the_region_of_a_line_must_be_one_of_the_users_places(fill):
    from anju.core.models.region import Region

    with pytest.raises(Region.DoesNotExist):
        fill(table(DONE, rows={"regions": ["999999"]}))


def test_what_the_catalogue_or_a_ledger_does_not_know_is_told(fill):
    for columns, rows in (
        ([{"head": "x", "code": "no.such"}], {"regions": COUNTIES}),
        ([DONE], {"tasks": ["no_such"]}),
        ([DONE], {"members": {"of": "shanty.start", "dimension": "无此分项"}}),
        ([{"head": "x", "record": {"field": "no_such"}}], {"ledger": {"name": "projects"}}),
        ([{"head": "x", "record": {"field": "units"}}], {"ledger": {"name": "projects", "kinds": ["no_such"]}}),
    ):
        if rows.get("ledger") and "kinds" not in rows["ledger"]:
            continue  # without a single record nothing is asked of the ledger
        with pytest.raises(Refused, match="DOC-113"):
            fill(table(*columns, rows=rows))


def test_a_day_has_no_period_before_it(fill):
    with pytest.raises(Refused, match="DOC-114"):
        fill(table({**DONE, "period": "last"}), period="2021-08-31")


def test_a_table_has_only_so_many_rows(fill):
    lines = [{"label": str(number), "code": "shanty.start"} for number in range(4001)]
    with pytest.raises(Refused, match="DOC-115"):
        fill(table(DONE, rows={"lines": lines}))


def test_a_table_of_any_size_is_a_handful_of_queries(scope, fill):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    columns = (
        ASKED,
        DONE,
        RATE,
        {"head": "同比", "change": {"of": "done", "against": "same-last-year"}},
        {"head": "差额", "formula": "asked - done"},
    )
    asked = []
    for rows in ({"regions": COUNTIES}, {"regions": "below"}):
        fill(table(*columns, rows=rows, total={}))
        with CaptureQueriesContext(connection) as queries:
            fill(table(*columns, rows=rows, total={}))
        asked.append(len(queries))
    assert max(asked) <= 10  # five of each period, this one and the one before


# -- what a table says is what a sentence says


def test_a_quarter_s_column_is_the_quarter_s_latest_month_as_in_a_sentence(scope, city, fill):
    from anju.figures.queries.standing import StandingFigures

    rows = texts(fill(table(ASKED, DONE, RATE, rows={"regions": "below"}), period="2021-Q3"))
    assert rows[:3] == [
        ["晋城市", "220", "230", "104.5%"],
        ["城区", "100", "90", "90.0%"],
        ["沁水县", "80", "80", "100.0%"],
    ]
    said = StandingFigures(scope, ["shanty.start"], [city], "2021-Q3")("shanty.start")
    assert said.spoken() == "230套"


def test_a_half_year_s_latest_column_and_its_own_are_the_same_where_nothing_newer_came(fill):
    own, latest = ({"head": name, "code": "shanty.start", "period": name} for name in ("own", "latest"))
    for row in texts(fill(table(own, latest), period="2021-H2")):
        assert row[1] == row[2], row


def test_until_says_up_to_when_the_row_s_figure_counts(fill):
    declared = table(
        {"head": "截至", "text": "until"},
        {"head": "数量", "side": "value"},
        rows={"measures": ["shanty.start", "invest.done"]},
    )
    assert [row[1] for row in texts(fill(declared, period="2021-Q3"))] == ["2021年8月31日", "2021年8月31日"]


def test_a_quarter_of_which_less_is_reported_is_not_compared_with_a_whole_one(scope, city, fill):
    """August of this year stands for the quarter; of the year before September does."""
    from anju.figures.services.observations import enter_figure

    enter_figure(by=scope, measure="shanty.start", region=city, period="2020-09", value="200")
    change = {"head": "增加（套）", "change": {"of": "done", "against": "same-last-year", "as": "amount"}}
    annex = fill(table(DONE, change, rows={"regions": "own"}), period="2021-Q3")
    assert texts(annex) == [["晋城市", "230", ""]]
    assert "没有比较：本期报到2021年1—8月，上一次是2020年1—9月" in annex.note


def test_rates_of_places_of_which_only_parts_reported_are_never_added_up(scope, city, fill):
    """The rate of a sum of parts is no measure of the catalogue: its total is that of its two sums all the same."""
    annex = fill(table(RATE, rows={"regions": COUNTIES}, total={"partial": True}), period="2021-Q3")
    assert texts(annex)[-1] == ["合计", "94.4%"]


def test_a_total_is_of_the_rows_that_are_listed(fill):
    annex = fill(table(ASKED, DONE, RATE, where="done >= 90", total={}))
    assert texts(annex) == [["城区", "100", "90", "90.0%"], ["合计", "100", "90", "90.0%"]]
    left = {"head": "差额（套）", "formula": "asked - done"}
    annex = fill(table(ASKED, DONE, left, order={"by": "asked", "top": 1}, total={"at": "first"}))
    assert texts(annex) == [["合计", "100", "90", "10"], ["城区", "100", "90", "10"]]


def test_a_sum_of_measures_is_of_the_month_that_all_of_them_were_reported_for(scope, city, fill):
    from anju.figures.services.observations import enter_figure

    parts = ("central_shanty", "central_subsidy", "provincial", "city")
    columns = [
        {"head": period, "code": "funds.safe.total", "period": period, "unit": "万元"} for period in ("own", "latest")
    ]
    for number, part in enumerate(parts, 1):
        assert texts(fill(table(*columns, rows={"regions": "own"}), period="2021-Q3")) == [["晋城市", "", ""]]
        enter_figure(by=scope, measure=f"funds.safe.{part}", region=city, period=MONTH, value=str(number), unit="万元")
    assert texts(fill(table(*columns, rows={"regions": "own"}), period="2021-Q3")) == [["晋城市", "10", "10"]]
    enter_figure(by=scope, measure="funds.safe.city", region=city, period="2021-09", value="9", unit="万元")
    assert texts(fill(table(*columns, rows={"regions": "own"}), period="2021-Q3")) == [["晋城市", "", ""]]
