"""What must add up, and what is said when it does not."""

import pytest

from anju.problems import ASK, BLOCK, NOTE
from anju.workbooks.reading.checks import last_step, ratio_flaw, rounding_note, sum_flaw
from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import BODY, HEAD, WIDE, form, found, table


def with_checks(*checks, **more):
    return table(checks=list(checks), **more)


def test_a_total_that_is_not_the_sum_of_its_rows():
    body = [["全市", 31, 33, 3, 1.5], *BODY[1:]]
    reading = read_workbook(form(body), table())
    assert found(reading) == [("WB-041", "B6")]
    assert reading.blocked
    assert "31套" in reading.problems[0].what
    assert "30套" in reading.problems[0].what
    assert "相差 1套" in reading.problems[0].what


def test_a_total_may_be_only_reminded_or_left_out():
    body = [["全市", 31, 33, 3, 1.5], *BODY[1:]]
    total = {"name": ["全市"]}
    assert (
        read_workbook(form(body), table(rows={**WIDE["rows"], "totals": [{**total, "level": ASK}]})).problems[0].level
        == ASK
    )
    assert (
        read_workbook(
            form(body), table(rows={**WIDE["rows"], "totals": [{**total, "except": ["start.target"]}]})
        ).problems
        == []
    )


def test_an_unknown_row_leaves_the_sum_undecided_and_never_zero():
    body = [["全市", 31, 33, 3, 1.5], ["东区", "未报", 12, 1, 1], BODY[2]]
    assert read_workbook(form(body), table(blanks="zero")).problems == []
    blank = [["全市", 31, 33, 3, 1.5], ["东区", None, 12, 1, 1], BODY[2]]
    assert read_workbook(form(blank), table()).problems == []  # blanks: skip
    assert found(read_workbook(form(blank), table(blanks="zero"))) == [("WB-041", "B6")]


def test_a_region_without_task_adds_nothing():
    body = [["全市", 20, 33, 3, 1.5], ["东区", "无任务", 12, 1, 1], BODY[2]]
    assert read_workbook(form(body), table()).problems == []


def test_a_blank_total_over_known_rows_is_asked_about():
    body = [["全市", None, 33, 3, 1.5], *BODY[1:]]
    reading = read_workbook(form(body), table())
    assert found(reading) == [("WB-043", "B6")]
    assert not reading.blocked


def test_the_total_may_stand_below():
    assert read_workbook(form([*BODY[1:], BODY[0]]), table()).problems == []
    assert found(read_workbook(form([*BODY[1:], ["全市", 29, 33, 3, 1.5]]), table())) == [("WB-041", "B8")]


GROUPS = {
    "label": "县区名称",
    "totals": [
        {"name": "下达任务", "region": "全市", "calibre": "省", "document": "示例〔2021〕9号", "of": ["任务分解"]},
        {"name": "任务分解", "region": "全市", "of": ["市区合计", "各县合计"]},
    ],
    "groups": [{"name": "市区合计"}, {"name": "各县合计"}],
}
GROUPED = [
    ["下达任务", 60, 60, 0, 3], ["任务分解", 60, 60, 0, 3],
    ["市区合计", 30, 33, 0, 1], ["东区", 10, 12, 0, 1], ["西区", 20, 21, 0, 0],
    ["各县合计", 30, 27, 0, 2], ["甲县", 30, 20, 0, 1], ["乙县", 0, 7, 0, 1],
]  # fmt: skip


def test_groups_and_totals_of_groups():
    reading = read_workbook(form(GROUPED), table(rows=GROUPS))
    assert reading.problems == []
    assert {cell.region_name for cell in reading.cells} == {
        "全市",
        "东区",
        "西区",
        "甲县",
        "乙县",
    }  # groups are no regions
    handed = {cell.calibre: cell.document for cell in reading.cells if cell.region_name == "全市"}
    assert handed == {"省": "示例〔2021〕9号", "": ""}


def test_a_group_that_is_a_region_is_stored_as_one():
    rows = {**GROUPS, "groups": [{"name": "市区合计", "region": "市区"}, {"name": "各县合计"}]}
    cells = [cell for cell in read_workbook(form(GROUPED), table(rows=rows)).cells if cell.region_name == "市区"]
    assert [(cell.kind, cell.text) for cell in cells] == [
        ("region", "30"),
        ("region", "33"),
        ("region", "0"),
        ("region", "1.00"),
    ]


@pytest.mark.parametrize(("row", "cell"), [(0, "B6"), (1, "B7"), (2, "B8"), (5, "B11")])
def test_a_group_or_total_that_is_off(row, cell):
    body = [list(line) for line in GROUPED]
    body[row][1] += 1
    codes = found(read_workbook(form(body), table(rows=GROUPS)))
    assert ("WB-041", cell) in codes


def test_groups_above_and_by_name():
    above = {
        **GROUPS,
        "groups": [{"name": "市区合计", "members": "above"}, {"name": "各县合计", "members": ["甲县", "乙县"]}],
    }
    body = [*GROUPED[:2], *GROUPED[3:5], GROUPED[2], *GROUPED[5:]]
    assert read_workbook(form(body), table(rows=above)).problems == []
    body[4] = ["市区合计", 31, 33, 0, 1]
    assert ("WB-041", "B10") in found(read_workbook(form(body), table(rows=above)))
    body[4], body[5] = GROUPED[2], ["各县合计", 31, 27, 0, 2]
    assert ("WB-041", "B11") in found(read_workbook(form(body), table(rows=above)))


def test_parts_of_a_row():
    check = {"total": "start", "parts": ["start.target", "start.money"]}
    body = [["东区", 10, 12, 2, 1], ["西区", 20, 21, 0, 1]]
    reading = read_workbook(form(body), with_checks(check))
    assert found(reading) == [("WB-042", "C7")]
    assert reading.problems[0].level == BLOCK
    reading = read_workbook(form(body), with_checks({**check, "remainder": True}))
    assert found(reading) == [("WB-046", "C7")]
    assert "1套 没有归入" in reading.problems[0].what
    assert not reading.blocked
    more = read_workbook(form([["东区", 10, 11, 2, 1]]), with_checks({**check, "remainder": True}))
    assert found(more) == [("WB-042", "C6")]  # parts may leave some, never exceed


def test_sums_on_both_sides_of_a_check():
    check = {"left": ["start", "-start.money"], "right": ["start.target"], "why": "新开工与任务"}
    body = [["东区", 10, 12, 2, 1], ["西区", 20, 21, 0, 1], ["北区", 20, None, 0, 1], ["南区", 5, 5, None, 1]]
    reading = read_workbook(form(body), with_checks(check))
    assert found(reading) == [("WB-042", "C7")]
    assert (
        "－" in reading.problems[0].what
        and "是 21套" in reading.problems[0].what
        and "相差 1套。新开工与任务" in reading.problems[0].what
    )
    assert reading.problems[0].level == BLOCK
    reminded = read_workbook(form(body), with_checks({**check, "level": ASK}))
    assert [problem.level for problem in reminded.problems] == [ASK]


def test_a_mean_of_columns_at_the_decimals_it_is_printed_with():
    check = {"value": "start", "mean": ["start.target", "start.money"]}
    body = [
        ["东区", 10, 6, 2, 1],
        ["西区", 9, 5, 0, 1],
        ["北区", 9, 8, 4, 1],
        ["南区", 5, None, 2, 1],
        ["中区", 9, 5, None, 1],
    ]
    reading = read_workbook(form(body), with_checks(check))
    assert found(reading) == [("WB-042", "C8")]
    assert "的平均是 7套" in reading.problems[0].what


@pytest.mark.parametrize(
    "check",
    [
        {"left": ["start"]},
        {"value": "start", "mean": ["start.target"]},
        {"left": ["start"], "right": ["start.target"], "total": "start", "parts": ["start.target"]},
        {"left": ["start"], "right": ["-nothing"]},
    ],
)
def test_a_check_of_half_a_pair_or_of_no_column_is_refused(check):
    with pytest.raises(ValueError, match=r"只写一对|至少写两列|没有的列 nothing"):
        with_checks(check)


def test_a_part_larger_than_the_whole():
    assert found(read_workbook(form([["东区", 10, 12, 13, 1]]), table())) == [("WB-044", "D6")]


def test_a_published_rate_is_compared_and_never_stored():
    columns = [
        *WIDE["columns"][:3],
        {"path": "完成投资", "key": "rate", "published": True, "ratio": ["start", "start.target"]},
    ]

    def spoil(sheet):
        sheet["E3"] = "完成投资"
        for cell, value in {"E6": 1.1, "E7": "120.0%", "E8": "１０５．１％"}.items():
            sheet[cell] = value
            sheet[cell].number_format = "0.0%"

    reading = read_workbook(form(spoil=spoil), table(columns=columns))
    assert found(reading) == [("WB-045", "E8")]
    assert "105.0%" in reading.problems[0].what
    assert "rate" not in {cell.key for cell in reading.cells}
    assert [(one.key, one.text, one.unit) for one in reading.published] == [
        ("rate", "110.0", "%"),
        ("rate", "120.0", "%"),
        ("rate", "105.1", "%"),
    ]


@pytest.mark.parametrize(
    ("printed", "places", "top", "bottom", "says"),
    [
        (1388, 1, 6631, 4776, ""),
        (4493, 1, 2979, 663, ""),
        (1388, 1, 6631, 0, "分母是 0"),
        (61, 0, 28561, 46682, ""),
        (611, 1, 28561, 46682, "截尾"),
        (1, 0, 100, 100, "百分比格式"),
        (1389, 1, 6631, 4776, "138.8%"),
        (0, 1, 0, 844, ""),
    ],
)
def test_a_ratio_agrees_at_its_printed_decimals(printed, places, top, bottom, says):
    said = ratio_flaw(printed, places, top, bottom, "%")
    assert (says in said) if says else said == ""


@pytest.mark.parametrize(
    ("printed", "places", "top", "bottom", "says"),
    [
        (4642, 2, (28_400, 2, "万套"), (61_300, 2, "万套"), "万位舍入之内"),  # 2.84万 ÷ 6.13万 is 46.21 to 46.45
        (4620, 2, (28_400, 2, "万套"), (61_300, 2, "万套"), ""),
        (4647, 2, (28_400, 2, "万套"), (61_300, 2, "万套"), ""),
        (14, 0, (39_430, 3, "万套"), (83_000, 1, "万套"), ""),  # another number altogether
        (47, 0, (39_430, 3, "万套"), (83_000, 1, "万套"), "万位舍入之内"),
        (4642, 2, (28_400, 0, "套"), (61_300, 0, "套"), ""),  # whole flats were not rounded
        (4630, 2, (28_400, 2, "万套"), (61_300, 0, "套"), "万位舍入之内"),
        (331, 1, (10**10, 0, "亿元"), (3 * 10**10, 0, "亿元"), "亿位舍入之内"),
        (901, 1, (10**10, 0, "亿元"), (3 * 10**10, 0, "亿元"), ""),
        (499, 1, (100, 0, "元"), (200, 0, "元"), "末位舍入之内"),
        (500, 1, (0, 2, "万套"), (61_300, 2, "万套"), ""),
        (500, 1, (28_400, 2, "万套"), (50, 2, "万套"), ""),  # a denominator that may be nought
        (-500, 1, (-28_400, 2, "万套"), (61_300, 2, "万套"), ""),
    ],
)
def test_a_ratio_off_by_no_more_than_its_parts_were_rounded_by_is_a_note(printed, places, top, bottom, says):
    top, bottom = ((value, last_step(shown, unit), unit) for value, shown, unit in (top, bottom))
    said = rounding_note(printed, places, top, bottom, unit="%")
    assert (says in said and said) if says else said == ""


@pytest.mark.parametrize(
    ("rate", "level"), [("46.42%", "说明"), ("46.33%", ""), ("14.00%", "提醒"), ("41.00%", "提醒")]
)
def test_the_note_of_a_rate_is_no_reminder(rate, level):
    columns = [
        {"path": "任务", "key": "asked", "measure": "start.target", "unit": "万套"},
        {"path": "开工", "key": "done", "measure": "start", "unit": "万套"},
        {"path": "开工率", "key": "rate", "published": True, "ratio": ["done", "asked"]},
    ]

    def spoil(sheet):
        sheet["B3"].number_format = sheet["C3"].number_format = "0.00"
        sheet["D3"].number_format = "0.00%"

    content = form(
        [["东区", 6.13, 2.84, rate]],
        head=[["示例情况"], ["县区名称", "任务（万套）", "开工（万套）", "开工率"]],
        merges=[],
        spoil=spoil,
    )
    problems = read_workbook(content, table(columns=columns, checks=[])).problems
    assert [one.level for one in problems if one.code in ("WB-045", "WB-047")] == ([level] if level else [])


def test_a_printed_sum_cut_off_instead_of_rounded():
    parts = 29_300_000_000 + 56_200_000_000 + 9_199_360_000 + 463_580_000
    assert "截尾" in sum_flaw(951, 2, parts, "亿元")
    assert sum_flaw(952, 2, parts, "亿元") == ""


def test_a_blank_rate_is_no_claim():
    columns = [
        *WIDE["columns"][:3],
        {"path": "完成投资", "key": "rate", "published": True, "ratio": ["start", "start.target"]},
    ]
    body = [row[:4] for row in BODY]
    assert read_workbook(form(body), table(columns=columns)).problems == []
    assert isinstance(table(columns=columns), TableMap)


RATED = [
    *WIDE["columns"][:3],
    {"path": "完成投资", "key": "rate", "published": True, "ratio": ["start", "start.target"]},
]
RATES = [["全市", 30, 33, 3, "110.0%"], ["东区", 10, 12, 1, "120.0%"], ["西区", 20, 21, 2, "105.0%"]]


def test_a_column_that_is_not_there_is_the_only_thing_told():
    gone = lambda sheet: setattr(sheet["C5"], "value", "别的")  # noqa: E731
    reading = read_workbook(
        form(RATES, spoil=gone),
        table(columns=RATED, blanks="zero", checks=[{"total": "start", "parts": ["start.money"]}]),
    )
    assert {code for code, _ in found(reading)} == {"WB-022", "WB-023"}


def test_a_cell_that_cannot_be_read_is_the_only_thing_told():
    body = [["全市", 30, 33, 3, "110.0%"], ["东区", 10, "十二三", 1, "120.0%"], ["西区", 20, 21, 2, "105.0%"]]
    assert found(read_workbook(form(body), table(columns=RATED, blanks="zero"))) == [("WB-060", "C7")]
    total = [["全市", 30, "三十三套多", 3, "110.0%"], *RATES[1:]]
    assert found(read_workbook(form(total), table(columns=RATED, blanks="zero"))) == [("WB-060", "C6")]


def test_a_row_that_stands_twice_is_the_only_thing_told():
    assert found(read_workbook(form([*BODY, ["西区", 5, 5, 0, 0]]), table())) == [("WB-031", "A9")]
    off = [["全市", 31, 33, 3, 1.5], *BODY[1:], BODY[0]]
    assert found(read_workbook(form(off), table())) == [
        ("WB-031", "A9"),
        ("WB-041", "B6"),
    ]  # a total twice leaves the sum decided


def test_a_unit_that_slipped_is_told_once():
    columns = [{**column, "unit": unit} for column, unit in zip(RATED[:2], ("万元", "亿元"), strict=True)] + RATED[2:]
    head = [
        [None if cell is None else cell.replace("（套）", "").replace("单位：套", "") for cell in line] for line in HEAD
    ]
    reading = read_workbook(form(RATES, head=head), table(columns=columns, checks=[]))
    assert found(reading) == [("WB-045", "E6")]
    assert "有 3 行都差 100 倍以上" in reading.problems[0].what


def test_a_column_whose_unit_is_unknown_takes_part_in_no_ratio():
    columns = [{**RATED[0], "unit": "万元"}, {**RATED[1], "unit": ""}, *RATED[2:]]
    head = [
        [None if cell is None else cell.replace("（套）", "").replace("单位：套", "") for cell in line] for line in HEAD
    ]
    assert found(read_workbook(form(RATES, head=head), table(columns=columns, checks=[]))) == [("WB-026", "C5")]


@pytest.mark.parametrize(
    ("shown", "style", "expected"),
    [
        (0.566, "0.00%", []),  # 64 of 113 is 56.637 %: the person rounded to one decimal, the format added a zero
        (0.5660, "0.000%", []),
        (0.57, "0.00%", [("WB-045", "E6")]),
        (0.565, "0.00%", [("WB-045", "E6")]),
        (0.56, "0%", [("WB-045", "E6")]),
        ("56.60%", "0.00%", [("WB-045", "E6")]),
        ("56.64%", "0.00%", []),
        ("56.50%", "0.00%", [("WB-045", "E6")]),
    ],
)
def test_zeros_that_a_format_adds_to_a_ratio_are_not_held_against_it(shown, style, expected):
    def spoil(sheet):
        sheet["E3"], sheet["E6"], sheet["E6"].number_format = "完成投资", shown, style

    assert found(read_workbook(form([["东区", 113, 64, 3, None]], spoil=spoil), table(columns=RATED))) == expected


def test_a_ratio_within_the_rounding_of_its_parts_is_a_note_of_its_own():
    head = [[text and text.replace("套", "万套") for text in line] for line in HEAD]
    columns = [{**column, "unit": "万套"} if "unit" in column else column for column in RATED]

    def spoil(sheet):
        sheet["E3"] = "完成投资"
        for row in (6, 7, 8):
            sheet.cell(row, 2).number_format = sheet.cell(row, 3).number_format = "0.00"

    body = [["东区", 6.13, 2.84, 0, "46.42%"], ["西区", 6.13, 2.84, 0, "47.42%"], ["南区", 6.13, 2.84, 0, "46.33%"]]
    reading = read_workbook(form(body, head=head, spoil=spoil), table(columns=columns, checks=[]))
    assert found(reading) == [("WB-047", "E6"), ("WB-045", "E7")]
    assert [one.level for one in reading.problems] == [NOTE, ASK]
    counted = [[name, *(round(number * 10_000) for number in line[:2]), 0, rate] for name, *line, _, rate in body]
    assert {
        code
        for code, _ in found(
            read_workbook(form(counted, spoil=lambda sheet: sheet.__setitem__("E3", "完成投资")), table(columns=RATED))
        )
    } == {"WB-045"}
