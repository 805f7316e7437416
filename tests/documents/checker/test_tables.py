"""Sums and rates inside a table."""

HEAD = "县区\t任务\t完成\t其中公租房\t其中棚改\t完成率\n"
ROWS = {
    "合计": ["1000", "1130", "330", "800", "113.0%"],
    "甲县": ["400", "500", "150", "350", "125.0%"],
    "乙县": ["350", "350", "100", "250", "100.0%"],
    "丙县": ["250", "280", "80", "200", "112.0%"],
}


def table(**changes: list[str]) -> str:
    return HEAD + "\n".join("\t".join([name, *changes.get(name, cells)]) for name, cells in ROWS.items()) + "\n\n"


def test_a_true_table_is_silent(checked):
    report = checked(table())
    assert not report.findings
    assert report.checked == 20


def test_a_total_that_is_no_sum_is_told_with_the_arithmetic(checked):
    report = checked(table(合计=["1000", "1130", "330", "810", "113.0%"]))
    assert report.contradictions[0].arithmetic in (
        "350 + 250 + 200 = 800，与810相差10。",
        "330 + 810 = 1140，与1130相差10。",
    )
    assert all("810" in one.arithmetic for one in report.contradictions)


def test_a_wrong_cell_is_told_by_its_row_and_by_its_column(checked):
    report = checked(table(乙县=["350", "530", "100", "250", "100.0%"]))
    assert {one.kind for one in report.contradictions} == {"分项之和", "比率"}
    assert all("530" in one.arithmetic for one in report.contradictions)


def test_a_wrong_rate_is_told(checked):
    (finding,) = checked(table(丙县=["250", "280", "80", "200", "121.0%"])).contradictions
    assert finding.printed == "121.0%"
    assert finding.other == "112%"


def test_a_blank_may_hold_what_is_missing(checked):
    rows = "县区\t任务\t完成\n合计\t1000\t2000\n甲县\t400\t900\n乙县\t600\t\n丙县\t\t300\n\n"
    assert not checked(rows).contradictions


def test_rows_that_do_not_sum_are_let_be(checked):
    rows = "年份\t开工\t建成\n2019\t1200\t900\n2020\t1300\t950\n2021\t1500\t990\n\n"
    assert not checked(rows).findings


def test_a_line_copied_from_the_one_above_is_asked_about(checked):
    rows = ROWS | {"丙县": ROWS["乙县"]}
    text = (
        HEAD.replace("合计", "")
        + "\n".join("\t".join([name, *cells]) for name, cells in rows.items() if name != "合计")
        + "\n\n"
    )
    assert [one.kind for one in checked(text).unclear] == ["整行重复"]
