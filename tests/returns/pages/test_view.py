"""What of the return's grid is seen: the first screen of an office, one way of writing numbers, sums of a selection, rows filtered, sorted and drawn over."""

from playwright.sync_api import expect

from anju.core.people.scope import open_scope
from anju.returns.models import Return
from tests.browser import see
from tests.cast import operator
from tests.returns.pages.test_grid import at, opened, saved, stored

WHOLE_ROWS = """() => {
  const wrap = document.querySelector('.grid-wrap').getBoundingClientRect();
  const [top, bottom] = [document.querySelector('#grid thead').getBoundingClientRect().bottom - 1, Math.min(innerHeight, wrap.bottom)];
  return [...document.querySelectorAll('#grid tbody tr')].map((row) => row.getBoundingClientRect()).filter((row) => row.top >= top && row.bottom <= bottom).length;
}"""


def names(page):
    return page.locator("#grid tbody tr:visible th.first").all_inner_texts()


def test_the_first_screen_of_an_office_has_fifteen_whole_rows_under_a_head_of_three_and_a_banner(visit, draft):
    with open_scope(operator("clerk")):
        Return.objects.filter(pk=draft.pk).update(serial=2, reason="上月漏报东关二标段")
    page = opened(visit(), draft)
    expect(page.locator("p.done")).to_contain_text("第1次更正")
    expect(page.locator("#checks .head .level.stop")).to_be_visible()
    assert page.locator("#grid thead tr").count() == 3
    assert page.evaluate("scrollY") == 0
    assert page.evaluate(WHOLE_ROWS) >= 15


def test_every_row_is_one_line_high_and_flow_checks_and_cell_are_a_line_each(visit, draft):
    page = opened(visit(), draft)
    heights = {
        css: page.locator(css).first.bounding_box()["height"]
        for css in ("#next", "#checks", "#cell-bar", ".grid-tools")
    }
    assert all(height <= 44 for height in heights.values()), heights
    rows = {row.bounding_box()["height"] for row in page.locator("#grid tbody tr").all()}
    assert max(rows) <= 26, rows


def test_name_and_code_stand_still_while_the_form_is_scrolled(visit, draft):
    page = opened(visit(), draft)
    before = [page.locator(f"#grid tbody tr th.{css}").first.bounding_box()["x"] for css in ("first", "second")]
    page.locator(".grid-wrap").evaluate("one => { one.scrollLeft = 900; }")
    after = [page.locator(f"#grid tbody tr th.{css}").first.bounding_box()["x"] for css in ("first", "second")]
    assert after == before


def test_the_line_over_the_grid_tells_last_month_and_the_ledger_of_the_cell_in_hand(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "start")
    see(page.locator("#cell-bar"), "东关片区棚户区改造1", "开工（套）", f"台账 {stored(draft, 0, 'start')}")
    at(page, 0, "invest")
    see(page.locator("#cell-bar .refs"), f"台账 {int(stored(draft, 0, 'invest')):,}")
    assert page.locator("#grid td small").count() == 0


def test_numbers_of_a_column_are_written_alike_with_their_thousands_apart(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "invest")
    page.keyboard.type("1,234.5")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(draft, 0, "invest") == "1234.5"
    columns = page.evaluate("JSON.parse(document.getElementById('grid-columns').textContent).map((one) => one.code)")
    texts = page.locator(f"#grid tbody td:nth-of-type({columns.index('invest') + 1}) > span").all_inner_texts()
    assert texts[0] == "1,234.5" and set(texts[1:30]) == {"1,200.0"}
    at(page, 0, "invest")
    page.keyboard.press("F2")
    expect(page.locator(".grid-editor")).to_have_value("1234.5")  # as it is typed


def test_what_is_chosen_is_added_up_exactly_and_rates_are_not(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "invest")
    page.evaluate("navigator.clipboard.writeText('0.1\\r\\n0.2\\r\\n0.6')")
    page.keyboard.press("Control+v")
    saved(page)
    see(page.locator("#cell-bar"), "选中3行1列", "合计 0.9万元", "平均 0.30", "计数 3")
    at(page, 0, "start_rate")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#cell-bar .refs")).not_to_contain_text("合计")
    at(page, 0, "planned")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    see(page.locator("#cell-bar .refs"), "单位不同，不求和")


def test_the_total_row_is_not_added_to_what_it_is_the_sum_of(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "planned")
    for _ in range(4):
        page.keyboard.press("Shift+PageDown")
    rows = page.locator("#grid tbody tr").count()
    see(page.locator("#cell-bar"), f"选中{rows}行1列", "合计 4,000套")


def test_rows_are_filtered_by_what_stands_in_them_and_keys_stay_among_them(visit, draft):
    page = opened(visit(), draft)
    page.locator("#row-filter").fill("阳光")
    assert len(names(page)) == 10 and all("阳光公租房" in name for name in names(page))
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    see(page.locator("#cell-bar .what"), "阳光公租房")
    page.locator("#row-filter").fill("没有这样的行")
    see(page.locator("#remark"), "没有这样的行")
    page.keyboard.press("Escape")
    assert len(names(page)) == 31


def test_only_the_rows_that_moved_are_shown(visit, draft):
    page = opened(visit(), draft)
    at(page, 4, "problem")
    page.keyboard.type("停工")
    page.keyboard.press("Enter")
    saved(page)
    page.locator("[data-moved]").check()
    assert len(names(page)) == 1
    page.locator("[data-moved]").uncheck()
    assert len(names(page)) == 31


def test_a_column_sorts_its_rows_up_down_and_back_and_the_sum_stays_last(visit, draft):
    page = opened(visit(), draft)
    form_order = names(page)
    for line, text in ((0, "30"), (3, "9"), (6, "200")):
        at(page, line, "start")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    saved(page)
    head = page.locator("#grid th[data-column=start]")
    head.click()
    assert names(page)[:2] == [form_order[3], form_order[0]] and names(page)[-1] == "合计"
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.click()
    assert names(page)[0] == form_order[6] and names(page)[-1] == "合计"
    head.click()
    assert names(page) == form_order


def test_what_is_typed_in_a_sorted_grid_is_stored_in_the_line_it_was_typed_in(visit, draft):
    page = opened(visit(), draft)
    last, first = names(page)[15], stored(draft, 0, "start")
    at(page, 15, "start")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    saved(page)
    at(page, 0, "start")
    page.locator("#sort").click()
    assert names(page)[0] == last
    at(page, 0, "start")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(draft, 15, "start") == "8" and stored(draft, 0, "start") == first


def test_the_corner_is_drawn_over_more_cells_which_then_say_the_same(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "arrive")
    page.keyboard.type("55.5")
    page.keyboard.press("Enter")
    saved(page)
    cell = at(page, 0, "arrive")
    handle, below = page.locator("#fill-handle").bounding_box(), page.locator("#grid tbody tr").nth(4)
    page.mouse.move(handle["x"] + 4, handle["y"] + 4)
    page.mouse.down()
    box = cell.bounding_box()
    page.mouse.move(box["x"] + 10, below.bounding_box()["y"] + 10, steps=5)
    expect(page.locator("#grid td.will")).to_have_count(5)
    page.mouse.up()
    saved(page)
    assert [stored(draft, line, "arrive") for line in range(6)] == ["55.5"] * 5 + [""]
    page.keyboard.press("Control+z")
    saved(page)
    assert stored(draft, 3, "arrive") == ""


def test_a_cell_tells_its_calibre_and_where_it_comes_from(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "start")
    page.keyboard.press("Alt+Enter")
    see(page.locator("#panel"), "口径和来源", "自年初累计至统计截止日", "取自台账", "整数")
    page.keyboard.press("Escape")
    at(page, 0, "start_rate")
    page.keyboard.press("Alt+Enter")
    see(page.locator("#panel"), "100 × 自年初累计—住房—开工 ÷ 计划套数")
    assert "口径：自年初累计" in page.locator("#grid th[data-column=start]").get_attribute("title")


def test_on_paper_rows_stay_whole_and_the_signatures_stand_under_the_table(visit, draft):
    page = opened(visit(), draft)
    page.emulate_media(media="print")
    expect(page.locator(".signers")).to_contain_text("填表人")
    expect(page.locator("#cell-bar")).to_be_hidden()
    rules = page.evaluate(
        "[getComputedStyle(document.querySelector('#grid tbody tr')).breakInside, getComputedStyle(document.querySelector('.signers')).breakBefore,"
        " getComputedStyle(document.querySelector('#grid thead')).display]"
    )
    assert rules == ["avoid", "avoid", "table-header-group"]
