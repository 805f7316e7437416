"""A declaration that will not do is told whole, with lines, before anything is read."""

import pytest

from anju.problems import Refused

GOOD = """progress:
  title: "{year}年进度"
  columns:
    - {head: 任务, key: asked, code: shanty.start.target}
    - head: 完成
      columns:
        - {head: 套数, key: done, code: shanty.start}
        - {head: 率, formula: "done / asked", unit: "%"}
"""


def read(text):
    from anju.documents.tables.loading import read_tables

    return read_tables(text, "表.yaml")


def refused(text):
    with pytest.raises(Refused) as caught:
        read(text)
    return [(one.code, one.where.line, one.what) for one in caught.value.problems]


def test_a_good_one_is_read():
    assert read(GOOD)["progress"].title == "{year}年进度"


def test_every_slip_is_told_at_once_with_its_line():
    text = (
        GOOD.replace("key: asked, code", "key: asked, kode")
        .replace('"done / asked"', '"done / assked"')
        .replace("title:", "titel:")
    )
    assert refused(text) == [
        ("DOC-111", 2, "缺这一项。"),
        ("DOC-111", 2, "没有这一项，写错了名称或位置。"),
        ("DOC-111", 4, "没有这一项，写错了名称或位置。"),
    ]
    text = GOOD.replace('"done / asked"', '"done / assked"')
    assert refused(text) == [("DOC-111", 2, "栏“率”所用的列“assked”没有定义（在那一栏写 key: assked）。")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("code: shanty.start}", "code: shanty.start, period: 去年}", "“去年”不是期间"),
        ("code: shanty.start}", "code: shanty.start, unit: 座}", "没有“座”这个单位"),
        ("code: shanty.start}", "code: shanty.start, show: 亿元二}", "不是印法"),
        ("done / asked", "done / pow(asked, 2)", "没有“pow”这个算子"),
        ("done / asked", "share(done)", "表格的公式里不用“share”"),
        ("{head: 套数, key: done, code: shanty.start}", "{head: 套数, key: done}", "没有写这一栏是什么"),
        (
            "{head: 套数, key: done, code: shanty.start}",
            "{head: 套数, key: done, code: a, text: unit}",
            "只能有一种内容",
        ),
        ("key: done, code: shanty.start}", 'key: done, formula: "done - asked"}', "用到它自己"),
        (
            "{head: 套数, key: done, code: shanty.start}",
            '{head: "", key: done, code: a, members: {of: a, dimension: 来源}}',
            "在 head 里写 {item_name}",
        ),
        (
            "{head: 套数, key: done, code: shanty.start}",
            '{head: "{item_name}", key: done, members: {of: a, dimension: 来源}}',
            "要写取哪个指标的分项：code: a",
        ),
    ],
)
def test_what_cannot_be_is_said(old, new, said):
    [(code, _, what)] = refused(GOOD.replace(old, new))
    assert code == "DOC-111"
    assert said in what


def test_a_row_is_of_one_kind():
    [(code, _, what)] = refused(GOOD + "  rows: {regions: below, tasks: all}\n")
    assert (code, "写一种，且只写一种" in what) == ("DOC-111", True)


def test_columns_that_need_each_other_are_refused():
    text = """t:
  title: 表
  columns:
    - {head: 甲, key: a, formula: "b + 1"}
    - {head: 乙, key: b, formula: "a + 1"}
"""
    assert refused(text) == [("DOC-111", 2, "列 a、b 互相用到，算不出来。")]


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "a: 2021-13-45", "t: {title: " + "[" * 900 + "}"])
def test_what_is_no_yaml_is_a_sentence(text):
    assert refused(text)[0][0] in ("DOC-110", "DOC-111")


def test_heads_that_go_too_deep_are_refused():
    column = {"head": "x", "code": "a"}
    for _ in range(12):
        column = {"head": "x", "columns": [column]}
    from anju.documents.tables.loading import read_table

    with pytest.raises(Refused, match="DOC-111"):
        read_table({"title": "表", "columns": [column]})
