"""Units that a form states: over the table, in its heads, in its cells. None is passed over."""

import pytest

from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import LONG, LONG_HEAD, form, found, long_form

MONEY = TableMap.model_validate(
    {
        "map": "money",
        "period": "2021",
        "unit": "万元",
        "rows": {"label": ["县区"]},
        "columns": [{"path": "到位", "measure": "f.a"}, {"path": "拨付", "measure": "f.b"}],
    }
)


def money(*above, head=("县区", "到位", "拨付")) -> bytes:
    return form([["东区", 10, 5]], head=[*([text] for text in above), list(head)], merges=[])


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位：千元", "千元"),
        ("单位：百万元", "百万元"),
        ("单位：千万元", "千万元"),
        ("情况表（单位：千元）", "千元"),
        ("情况表  单位:  亿元", "亿元"),
        ("情况表单位：元", "元"),
        ("计量单位：人民币亿元", "亿元"),
        ("金额单位：人民币元", "元"),
        ("单位：亿元（人民币）", "亿元"),
        ("填报单位：某某局  单位：亿元", "亿元"),
        ("單位：億元", "亿元"),
        ("单位：套、亿元", "亿元"),
        ("单位：户、万元", "万元"),
        ("单位：套、户、万元", "万元"),
        ("填报单位：示例市", "万元"),
        ("单位：示例市住建局", "万元"),
        ("主管单位：财政局", "万元"),
    ],
)
def test_the_unit_over_the_table_counts(line, unit):
    reading = read_workbook(money(line), MONEY)
    assert reading.problems == []
    assert {cell.unit for cell in reading.cells} == {unit}


@pytest.mark.parametrize(
    "line", ["单位：百套", "情况表（单位：十万元）", "单位：公顷", "单位：套", "单位：亩、套", "单位：元、亿元"]
)
def test_a_unit_that_nobody_knows_or_that_cannot_be_is_refused(line):
    reading = read_workbook(money(line), MONEY)
    assert {code for code, _ in found(reading)} == {"WB-025"}
    assert reading.blocked


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("单位：万元、亿元", "万元、亿元"),
        ("单位：亿元、万元", "亿元、万元"),
        ("单位：万元/元", "万元、元"),
        ("单位：元（万元）", "万元、元"),
        ("单位：千元,万元", "千元、万元"),
        ("单位：万元 亿元", "万元、亿元"),
        ("单位：万元或亿元", "万元、亿元"),
        ("单位：万元和亿元", "万元、亿元"),
        ("单位：套、万元、元", "万元、元"),
        ("金额单位：万元，亿元", "万元、亿元"),
        ("情况表（单位：万元、亿元）", "万元、亿元"),
        ("单位：万元  单位：亿元", "万元、亿元"),
        ("單位：萬元、億元", "万元、亿元"),
    ],
)
def test_several_units_of_a_kind_over_the_table_are_refused_and_named(line, named):
    reading = read_workbook(money(line), MONEY)
    assert found(reading) == [("WB-025", f"{letter}2") for letter in "BC"]
    assert reading.blocked and all(f"“{named}”" in one.what for one in reading.problems)


def test_households_and_ten_thousands_of_them_are_no_unit_of_a_column():
    columns = [{"path": "到位", "measure": "f.a"}, {"path": "拨付", "measure": "f.b"}]
    given = {"map": "count", "period": "2021", "unit": "户", "rows": {"label": ["县区"]}, "columns": columns}
    reading = read_workbook(money("单位：万户、户"), TableMap.model_validate(given))
    assert {code for code, _ in found(reading)} == {"WB-025"} and reading.blocked
    assert "万户、户" in reading.problems[0].what
    each = [{**columns[0], "unit": "万户"}, {**columns[1], "unit": "户"}]
    reading = read_workbook(money("单位：万户、户"), TableMap.model_validate({**given, "columns": each}))
    assert reading.problems == [] and [cell.unit for cell in reading.cells] == ["万户", "户"]
    reading = read_workbook(
        money("单位：万户、户", head=("县区", "到位（万户）", "拨付（户）")), TableMap.model_validate(given)
    )
    assert reading.problems == [] and [cell.unit for cell in reading.cells] == ["万户", "户"]
    for head in (("县区", "到位（户、万户）", "拨付"), ("县区", "到位", "拨付（万户/户）")):
        assert [code for code, _ in found(read_workbook(money(head=head), TableMap.model_validate(given)))] == [
            "WB-025"
        ]


def test_several_units_in_a_foot_are_refused():
    data = form([["东区", 10, 5], ["注：单位为万元、亿元。"]], head=[["县区", "到位", "拨付"]], merges=[])
    assert [code for code, _ in found(read_workbook(data, MONEY))] == ["WB-025", "WB-025"]


def test_a_column_with_a_unit_of_its_own_does_not_ask_the_line_above():
    reading = read_workbook(money("单位：套", head=("县区", "到位（亿元）", "拨付（千元）")), MONEY)
    assert reading.problems == []
    assert [cell.unit for cell in reading.cells] == ["亿元", "千元"]


@pytest.mark.parametrize("word", ["百元", "十万元", "亿美元"])
def test_a_strange_unit_over_a_group_of_columns_is_refused(word):
    columns = [{"path": "资金 / 到位", "measure": "f.a"}, {"path": "资金 / 拨付", "measure": "f.b"}]
    head = [["县区", f"资金（{word}）", None], [None, "到位", "拨付"]]
    data = form([["东区", 10, 5]], head=head, merges=["A1:A2", "B1:C1"])
    reading = read_workbook(
        data,
        MONEY.model_copy(
            update={
                "columns": TableMap.model_validate(
                    {**MONEY.model_dump(exclude_unset=True, by_alias=True), "columns": columns}
                ).columns
            }
        ),
    )
    assert reading.blocked
    assert {code for code, _ in found(reading)} <= {"WB-025", "WB-022", "WB-023", "WB-029"}


@pytest.mark.parametrize(
    ("cell", "base"),
    [
        ("0.5亿", 50_000_000 * 100),
        ("500元", 500 * 100),
        ("5千元", 5000 * 100),
        ("1.2百万元", 1_200_000 * 100),
        ("￥500", 500 * 10_000 * 100),
        ("500", 500 * 10_000 * 100),
    ],
)
def test_a_cell_may_name_its_own_unit(cell, base):
    data = form([["东区", cell, 5]], head=[["县区", "到位", "拨付"]], merges=[])
    assert read_workbook(data, MONEY).cells[0].base == base


@pytest.mark.parametrize(
    ("head", "above", "unit"),
    [
        ("数值", "单位：亿元", "亿元"),
        ("数值（千元）", "", "千元"),
        ("数值", "", "万元"),
    ],
)
def test_rows_of_a_long_form_that_name_no_unit_take_what_is_stated(head, above, unit):
    heads = ["区划", "指标", "期间", head]
    rows = [["东区", "拨款", "2021", 5]]
    data = long_form(heads, *rows, head=[above or "表"])
    reading = read_workbook(data, TableMap.model_validate({**LONG, "unit": "万元"}))
    assert reading.problems == []
    assert [cell.unit for cell in reading.cells] == [unit]


def test_a_long_form_under_a_strange_unit_is_refused():
    data = long_form(LONG_HEAD, ["东区", "拨款", "2021", None, 5, "万元"], head=["单位：百套"])
    assert ("WB-025", "A1") in found(read_workbook(data, TableMap.model_validate(LONG)))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2022-H1", "2022-H1"),
        ("2022年上半年", "2022-H1"),
        ("2022年下半年", "2022-H2"),
        ("２０２２年１—８月", "2022-08"),
        ("2022年三季度", "2022-Q3"),
        ("2022-1②", None),
        ("2022-1²", None),
        ("2022①", None),
    ],
)
def test_a_period_is_read_and_a_note_at_it_is_no_digit(text, period):
    reading = read_workbook(long_form(["东区", "拨款", text, None, 5, "万元"]), TableMap.model_validate(LONG))
    assert [cell.period for cell in reading.cells] == ([period] if period else [])
    assert found(reading) == ([] if period else [("WB-052", "C2")])


def test_the_year_of_a_title_in_full_width_is_a_year():
    columns = [{"path": "到位", "measure": "f.a"}]
    table = TableMap.model_validate(
        {**MONEY.model_dump(exclude_unset=True, by_alias=True), "period": "{year}", "columns": columns}
    )
    assert [cell.period for cell in read_workbook(money("２０２１年情况表", head=("县区", "到位")), table).cells] == [
        "2021"
    ]


@pytest.mark.parametrize(("first", "second"), [("亿元", "千元"), ("（亿元）", "(千元)"), ("单位：亿元", "单位：千元")])
def test_a_head_whose_last_row_only_says_the_units(first, second):
    head = [["县区", "到位", "拨付"], [None, first, second]]
    reading = read_workbook(form([["东区", 10, 5]], head=head, merges=["A1:A2"]), MONEY)
    assert reading.problems == []
    assert [(cell.key, cell.unit) for cell in reading.cells] == [("f.a", "亿元"), ("f.b", "千元")]


def test_two_columns_that_differ_by_their_unit_alone_are_told_apart_by_it():
    columns = [
        {"path": "开工 / 套", "measure": "a.b", "unit": "套"},
        {"path": "开工 / 户", "measure": "a.c", "unit": "户"},
    ]
    rows = MONEY.model_dump(exclude_unset=True, by_alias=True)
    head = [["县区", "开工", None], [None, "户", "套"]]
    data = form([["东区", 10, 5]], head=head, merges=["A1:A2", "B1:C1"])
    reading = read_workbook(data, TableMap.model_validate({**rows, "columns": columns}))
    assert [(cell.key, cell.text + cell.unit) for cell in reading.cells] == [("a.c", "10户"), ("a.b", "5套")]
    assert reading.problems == []


@pytest.mark.parametrize(
    "line",
    [
        "情况表（千元）",
        "情况表（套、千元）",
        "单位 千元",
        "单位（千元）",
        "（金额单位为千元）",
        "金额以千元为单位",
        "单位：套 单位：千元",
        "汇总单位：示例市住建局 单位：千元",
        "单位：示例市住建局  计量单位：千元",
    ],
)
def test_a_unit_over_the_table_counts_however_it_is_said(line):
    reading = read_workbook(money(line), MONEY)
    assert reading.problems == []
    assert {cell.unit for cell in reading.cells} == {"千元"}


@pytest.mark.parametrize("line", ["情况表（月）", "实施单位 示例公司", "单位为保密的除外", "进度（天）"])
def test_words_that_only_look_like_a_unit_over_the_table_change_nothing(line):
    reading = read_workbook(money(line), MONEY)
    assert reading.problems == []
    assert {cell.unit for cell in reading.cells} == {"万元"}


def test_units_in_two_cells_of_one_line_both_count():
    data = form([["东区", 10, 5]], head=[["单位：套", None, "单位：千元"], ["县区", "到位", "拨付"]], merges=[])
    assert {cell.unit for cell in read_workbook(data, MONEY).cells} == {"千元"}


@pytest.mark.parametrize("label", ["县区（千元）", "县区（单位：套、千元）"])
def test_a_unit_in_the_head_of_the_names_counts(label):
    reading = read_workbook(money(head=(label, "到位", "拨付")), MONEY)
    assert {cell.unit for cell in reading.cells} == {"千元"}


def test_a_unit_in_the_name_of_the_sheet_counts():
    data = form([["东区", 10, 5]], head=[["县区", "到位", "拨付"]], merges=[], name="资金（千元）")
    assert {cell.unit for cell in read_workbook(data, MONEY).cells} == {"千元"}


@pytest.mark.parametrize("place", ["left", "center", "right"])
def test_a_unit_printed_over_each_page_counts(place):
    def spoil(sheet):
        part = getattr(sheet.oddHeader, place)
        part.text, part.size, part.font, part.color = "单位：千元", 9, "SimSun,Regular", "00FF00"

    data = form([["东区", 10, 5]], head=[["县区", "到位", "拨付"]], merges=[], spoil=spoil)
    assert {cell.unit for cell in read_workbook(data, MONEY).cells} == {"千元"}


@pytest.mark.parametrize(
    "row",
    [
        ["单位：千元"],
        [None, None, "单位：千元"],
        ["注：1.金额单位：千元"],
        ["说明：本表金额单位为千元。"],
        ["单位", "千元", "千元"],
        ["计量单位", "千元", "千元"],
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_a_unit_that_stands_below_the_head_must_be_the_one_that_was_read(row, below):
    head, body = [["县区", "到位", "拨付"]], [["东区", 10, 5]]
    body = [*body, row] if below else [row, *body]
    reading = read_workbook(form(body, head=head, merges=[]), MONEY)
    assert {code for code, _ in found(reading)} == {"WB-025"}
    assert reading.blocked


@pytest.mark.parametrize(
    "row", [["单位：万元"], ["计量单位", "万元", "万元"], ["注：资金单位为万元。"], ["单位", "张三"]]
)
def test_a_unit_below_the_head_that_agrees_is_no_data_and_no_problem(row):
    data = form([["东区", 10, 5], row], head=[["县区", "到位", "拨付"]], merges=[])
    assert read_workbook(data, MONEY).problems == []


UNIT_COLUMN = TableMap.model_validate(
    {
        "map": "items", "form": "items", "period": "2021", "area": "示例市",
        "rows": {"label": ["指标"], "items": {"投资": "a", "投资（万元）": "a"}},
        "columns": [{"path": "本年", "key": "v", "unit": "亿元"}, {"path": ["计量单位"], "ignore": True, "required": False}],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (["指标", "计量单位", "本年"], ["投资", "万元", 5]),
        (["指标", "单位", "本年"], ["投资", "万元", 5]),
        (["指标", "本年", "单位"], ["投资", 5, "千元"]),
        (["指标", "本年"], ["投资（万元）", 5]),
    ],
)
def test_a_unit_that_a_row_states_for_itself_must_be_its_columns(head, row):
    reading = read_workbook(form([row], head=[head], merges=[]), UNIT_COLUMN)
    assert reading.blocked
    assert "WB-066" in {code for code, _ in found(reading)}
    agreeing = ["亿元" if value in ("万元", "千元") else "投资" if value == "投资（万元）" else value for value in row]
    assert not read_workbook(form([agreeing], head=[head], merges=[]), UNIT_COLUMN).blocked


SHARES = TableMap.model_validate(
    {
        "map": "shares", "period": "2021", "rows": {"label": ["县区"]},
        "columns": [{"path": "开工率", "measure": "r", "unit": "%"}],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "asked"),
    [(["90%", "0.85"], "B3"), ([0.85, "90%"], "B2"), (["90%", 85], ""), (["90%", 0], "")],
)
def test_shares_of_one_among_percentages_are_asked_about(values, asked):
    body = [[name, value] for name, value in zip(["东区", "西区"], values, strict=True)]
    data = form(body, head=[["县区", "开工率（%）"]], merges=[])
    assert found(read_workbook(data, SHARES)) == ([("WB-073", asked)] if asked else [])
