"""An annex of a style may be a whole declared table: its rows, its computed columns, the style's own names and sets."""

import pytest
from lxml import html

from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid
from anju.documents.styles.library.loading import load_text
from anju.documents.styles.writing import write_style
from anju.documents.tables.filling import fill_table
from anju.documents.tables.loading import read_tables
from anju.problems import Refused
from tests.documents.styles.conftest import THIS, told
from tests.documents.styles.test_loading import HEAD
from tests.sample_place import CITY, FIRST, SECOND

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


LISTS = (
    HEAD.replace("[year]", "[month]")
    + """
figures:
  start: {measure: shanty.start}
lists:
  each_task: {of: tasks, rows: [{task: shanty_start}, {task: invest}, {task: prh_start}]}
  told: {of: each_task, where: known(actual)}
  rated: {of: regions, where: known(rate)}
  ranks: {of: rated, order: rate desc}
  shares: {of: rows, rows: [{share: {measure: shanty.start.old_town}}]}
sections:
  - text: 开工{start}套。
annexes:
  - name: parts
    table:
      title: 各地
      columns:
        - each: told
          head: "{item_name}（{item_unit}）"
          columns:
            - {head: 任务, figure: "told.{item}.target"}
            - {head: 完成, figure: "told.{item}.actual"}
            - {head: "{item_rate_name}名次", figure: "told.{item}.ranks.rank", show: "0"}
            - {head: 脏乱差（套）, figure: "told.{item}.shares.share"}
  - name: items
    table:
      title: 各项
      rows: {list: told}
      columns:
        - {head: 单位, figure: unit}
        - {head: 完成, figure: actual}
        - {head: 全市开工, figure: start}
"""
)


def test_columns_and_rows_may_be_the_members_of_a_list(scope, half_year):
    told(scope, {"shanty.start.old_town": "7"}, FIRST)
    written = write_style(load(LISTS), scope, half_year, THIS, {}, {})
    first, second = markup.find_by_class(markup.parse_article(written.html), "annex")
    grid = TableGrid(next(first.iter("table")))
    heads = [one.text for one in grid.cells if one.row < grid.head]
    assert heads[1:] == [
        "棚户区改造开工（套）", "城镇保障性安居工程投资（亿元）", "任务", "完成", "棚户区改造开工率名次", "脏乱差（套）", "任务", "完成", "投资完成率名次", "脏乱差（套）",
    ]  # fmt: skip
    assert rows(first) == [
        ["六盘水市", "100", "90", "", "", "20", "12.5", "", ""],
        ["钟山区", "60", "60", "1", "7", "", "", "", "7"],
        ["六枝特区", "40", "30", "2", "", "", "", "", ""],
        ["水城区", "", "", "", "", "", "", "", ""],
        ["盘州市", "", "", "", "", "", "", "", ""],
    ]
    ref = f"style:sample/told.shanty_start/ranks.{SECOND}/rank/{CITY}/{THIS}"
    assert ref in written.html
    assert rows(second) == [
        ["棚户区改造开工", "套", "90", "90"],
        ["城镇保障性安居工程投资", "亿元", "12.5", "90"],
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "word"),
    [
        ("told.{item}.target", "told.{item}.taget", "是不是 target"),
        ("told.{item}.ranks.rank", "told.{item}.rnks.rank", "rnks"),
        ("told.{item}.ranks.rank", "told.{item}.ranks.plase", "没有叫“plase”的数"),
        ("told.{item}.ranks.rank", "told.rank", "不是名称"),
        ("each: told", "each: tld", "tld"),
        ("{list: told}", "{list: tld}", "tld"),
        ("figure: unit", "figure: unti", "unti"),
    ],
)
def test_a_name_of_a_list_that_is_not_there_is_told(db, right, wrong, word):
    with pytest.raises(Refused, match=word):
        load(LISTS.replace(right, wrong))


def test_a_table_of_no_style_has_no_lists(scope, half_year):
    table = read_tables("one:\n  title: 表\n  rows: {list: told}\n  columns: [{head: 甲, text: name}]\n")["one"]
    with pytest.raises(Refused, match=r"DOC-113.*只有文书样式里的表才有名单"):
        fill_table(scope, table, half_year, THIS)


def test_a_member_that_the_list_does_not_have_is_refused_with_the_line_of_its_column(db):
    for wrong in ("told.shanty_strat.target", "told.shanty_strat.ranks.rank"):
        text = LISTS.replace("told.{item}.target", wrong).replace("told.{item}.ranks.rank", wrong)
        with pytest.raises(
            Refused, match=r"DOC-073.*没有叫“shanty_strat”的项（名单“told”里）.*是不是 shanty_start"
        ) as refused:
            load(text)
        lines = text.splitlines()
        assert {problem.where.line for problem in refused.value.problems} <= {
            number for number, line in enumerate(lines, 1) if wrong in line
        }
    load(LISTS.replace("told.{item}.target", "told.invest.target"))


def test_a_member_that_no_option_lists_leaves_the_column_blank_and_tells_the_writer(scope, half_year):
    text = LISTS.replace(
        "  told: {of: each_task",
        "  chosen: {of: option, option: codes, figures: {amount: {measure: '{item}'}}}\n  told: {of: each_task",
    ).replace("figures:\n", "options:\n  codes: {type: texts}\nfigures:\n", 1)
    text = text.replace(
        "- {head: 全市开工, figure: start}", '- {head: 选的, figure: "chosen.shanty.stort.amount"}'
    ).replace("rows: {list: told}", "rows: {set: parts}")
    text = text.replace("{head: 单位, figure: unit}", "{head: 单位, figure: start}").replace(
        "{head: 完成, figure: actual}", "{head: 完成, figure: start, key: done}"
    )
    text = text.replace("chosen.shanty.stort.amount", "chosen.stort.amount").replace(
        "\nsections:", "\nsets:\n  parts: {below: own}\nsections:"
    )
    written = write_style(load(text), scope, half_year, THIS, {"codes": ["shanty.start"]}, {})
    assert [one.what for one in written.reminders if "stort" in one.what] == ["名单“chosen”里没有“stort”，这一栏空着。"]
