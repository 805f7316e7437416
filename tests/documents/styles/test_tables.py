"""An annex of a style may be a whole declared table: its rows, its computed columns, the style's own names and sets."""

import pytest
from lxml import html

from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid
from anju.documents.styles.library.loading import load_text
from anju.documents.styles.writing import write_style
from anju.problems import Refused
from tests.documents.styles.conftest import THIS
from tests.documents.styles.test_loading import HEAD

STYLE = (
    HEAD.replace("[year]", "[month]")
    + """
figures:
  start: {measure: shanty.start}
  before: {measure: shanty.start, period: same-last-year}
  more: {formula: start - before}
sets:
  first: {below: own}
sections:
  - text: 开工{start}套。
annexes:
  - name: tasks
    table:
      title: "{year}年任务完成情况"
      corner: 任务
      columns:
        - {head: 单位, text: unit}
        - {head: 任务, side: target, places: 2}
        - {head: 完成, side: actual, places: 2}
        - {head: 率, side: rate}
      rows: {tasks: [shanty_start, invest]}
  - name: parts
    table:
      title: 各地
      columns:
        - {head: 开工（套）, key: done, code: shanty.start}
        - {head: 比上年同期, figure: more}
        - {head: 名次, rank: {of: done}}
      rows: {set: first}
      where: "done > 0"
"""
)


def load(text):
    return load_text(text.encode(), "示例.yaml")


def rows(section):
    grid = TableGrid(next(section.iter("table")))
    return [[one.text for one in grid.cells if one.row == row] for row in range(grid.head, grid.rows)]


def test_a_style_prints_them_among_its_annexes(scope, half_year):
    written = write_style(load(STYLE), scope, half_year, THIS, {}, {})
    first, second = markup.find_by_class(markup.parse_article(written.html), "annex")
    assert rows(first) == [
        ["棚户区改造开工", "套", "100", "90", "90.0%"],
        ["城镇保障性安居工程投资", "亿元", "20", "12.5", "62.5%"],
    ]
    assert rows(second) == [["钟山区", "60", "10", "1"], ["六枝特区", "30", "", "2"]]
    assert html.tostring(first, encoding="unicode").count("data-ref") == 6


def test_what_is_wrong_with_one_is_told_with_its_line(db):
    text = STYLE.replace("{head: 率, side: rate}", "{head: 率, side: rates}").replace("figure: more", "figure: moer")
    with pytest.raises(Refused) as refused:
        load(text)
    told = {one.where.line: one for one in refused.value.problems}
    lines = text.splitlines()
    slip = 1 + next(index for index, line in enumerate(lines) if "rates" in line)
    assert told[slip].code == "DOC-111"
    with pytest.raises(Refused, match="moer"):
        load(STYLE.replace("figure: more", "figure: moer"))
    with pytest.raises(Refused, match="secnd"):
        load(STYLE.replace("rows: {set: first}", "rows: {set: secnd}"))


def test_a_decimal_without_quotes_stays_what_was_written(db):
    text = STYLE.replace(
        "rows: {tasks: [shanty_start, invest]}",
        "rows: {lines: [{label: 分, given: {s: {value: 95.50, unit: 分, source: 省厅}}}]}",
    )
    style = load(text)
    assert style.annexes[0].table.blocks[0].lines[0].given["s"].value == "95.50"
