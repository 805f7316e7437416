"""The explorer: official table, doors, correction."""

import io
import re

import openpyxl
from playwright.sync_api import expect

from tests.browser import see


def test_leader_page_leads_to_the_cell_a_figure_came_from(page):
    page.goto("/?region=140500")
    assert "138.8%" in page.locator("h1").inner_text()
    assert "租赁补贴" in page.locator("h1").inner_text()
    page.locator("#progress a.fig", has_text="6,631").click()
    panel = page.locator("#panel")
    panel.get_by_text("附件1 开工建成投资补贴.xlsx").first.wait_for()
    expect(panel.locator("td.is-cell")).to_have_text("6631")
    see(panel.locator("thead").first, "开工量")
    expect(panel.locator("h2").first).to_have_text(re.compile("^棚户区改造开工量"))


def test_escape_closes_the_panel_and_gives_the_focus_back(page):
    page.goto("/figures/?region=140500")
    door = page.locator("#topic a.fig").first
    door.focus()
    page.keyboard.press("Enter")
    page.locator("#panel .facts").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.wait_for_function("document.activeElement.classList.contains('fig')")


def test_rate_is_told_with_figures_put_in(page):
    page.goto("/figures/?region=140500")
    page.locator("#topic a.fig", has_text="138.8%").click()
    see(page.locator("#panel .formula"), "6,631 ÷ 4,776 = 138.8%")


def test_blank_zero_and_no_task_are_told_apart(page):
    page.goto("/figures/?region=140500")
    county = page.locator("#row-140525 td")  # 泽州县
    texts = county.all_inner_texts()
    assert "0" in texts and "" in texts


def test_table_sorts_with_the_total_first(page):
    page.goto("/figures/?region=140500&topic=subsidy")
    names = page.locator("#topic tbody th")
    page.locator("#topic thead a", has_text="完成率").first.click()
    expect(names.nth(0)).to_have_text("晋城市")
    expect(names.nth(1)).to_have_text("阳城县")  # 142.5 %
    page.locator("#topic thead a", has_text="完成率").first.click()
    expect(names.nth(1)).to_have_text("高平市")  # 90.0 %


def test_name_of_a_county_leads_down(page):
    page.goto("/figures/?region=140500")
    page.locator("#topic tbody th a", has_text="泽州县").click()
    page.wait_for_url("**region=140525**")
    see(page.locator("h1"), "泽州县")


def test_filter_shows_the_rows_that_hold_the_words(page):
    page.goto("/figures/?region=140500")
    page.locator("#words").fill("阳城")
    expect(page.locator("#topic tbody tr:visible")).to_have_count(1)
    expect(page.locator("#topic-count")).to_have_text("找到 1 行")


def test_excel_has_the_merged_head_and_numbers(page):
    page.goto("/figures/?region=140500")
    with page.expect_download() as download:
        page.get_by_text("下载 Excel").click()
    assert download.value.suggested_filename.startswith("晋城市2021年棚户区改造")
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active
    assert len(sheet.merged_cells.ranges) > 1
    assert next(row for row in sheet.iter_rows(values_only=True) if row[0] == "晋城市")[1:3] == (4776, 1695)


def test_two_calibres_are_shown_side_by_side(page):
    page.goto("/figures/measure/invest.done/?region=140500")
    text = page.locator("main").inner_text()
    assert "泽州县：口径一2.91亿元，口径二5.56亿元，相差2.65亿元" in text


def test_chart_saves_itself_as_picture_and_data(page):
    page.goto("/figures/measure/subsidy.households/?region=140500")
    figure = page.locator("figure.chart").first
    assert "两个县（市、区）租赁补贴发放户数未达目标" in figure.inner_text()
    for button, ending in (("PNG 图片", ".png"), ("SVG 图形", ".svg"), ("数据", ".csv")):
        with page.expect_download() as download:
            figure.get_by_role("button", name=button).click()
        content = download.value.path().read_bytes()
        assert download.value.suggested_filename.endswith(ending)
        assert len(content) > 100
        if ending == ".csv":
            assert "城区" in content.decode("utf-8-sig")


def test_correction_needs_a_reason_and_keeps_what_was(page):
    page.goto("/figures/?region=140500&topic=subsidy")
    page.locator("#row-140581 a.fig", has_text="45").first.click()  # 高平市
    panel = page.locator("#panel")
    panel.get_by_label("更正为（户）").fill("46")
    panel.get_by_role("button", name="更正这个数").click()
    panel.get_by_text("更正没有写原因").wait_for()
    page.lines.expect("422")
    # the refusal is in sight, and read out
    page.wait_for_function("document.activeElement.classList.contains('problems')")
    expect(panel.get_by_label("更正为（户）")).to_have_value("46")
    panel.get_by_label("更正理由").fill("补发一户，附发放凭证")
    panel.get_by_role("button", name="更正这个数").click()
    panel.get_by_text("已更正").wait_for()
    expect(panel.locator(".big")).to_have_text(re.compile("^46"))
    see(panel.locator(".history"), "45", "补发一户，附发放凭证")
    see(panel.locator(".apart"), "之和686户，晋城市是685户，相差1户；请一并核对")
    page.reload()
    expect(page.locator("#row-140581 a.fig", has_text="46")).to_have_count(1)


def test_second_correction_of_what_was_seen_before_is_refused(page, site):
    page.goto("/figures/?region=140500&topic=subsidy")
    page.locator("#row-140524 a.fig", has_text="63").first.click()  # 陵川县
    panel = page.locator("#panel")
    panel.get_by_label("更正为（户）").wait_for()
    page.evaluate("document.querySelector('#panel [name=seen]').value = '1'")
    panel.get_by_label("更正为（户）").fill("64")
    panel.get_by_label("更正理由").fill("核对台账")
    panel.get_by_role("button", name="更正这个数").click()
    panel.get_by_text("没有办成").wait_for()
    page.lines.expect("422")
    expect(panel.locator(".big")).to_have_text(re.compile("^63"))


def test_panel_opens_as_a_page_of_its_own(page):
    page.goto("/figures/door/?ref=shanty.start@140500/2021")
    assert "6,631" in page.locator("main").inner_text()
    expect(page.locator("nav.rail")).to_be_visible()


def test_columns_may_be_chosen_and_the_choice_stands_in_the_address(page):
    page.goto("/figures/?region=140500&topic=loan")
    page.get_by_text("选栏").click()
    page.get_by_label("棚改专项贷款当年发放").uncheck()
    page.get_by_role("button", name="只看选中的栏").click()
    page.wait_for_url("**only=**")
    head = page.locator("#topic thead")
    see(head, "棚改专项贷款有效授信")
    expect(head).not_to_contain_text("当年发放", use_inner_text=True)
    address = page.url
    page.locator("#topic thead a", has_text="合计").first.click()  # sorting keeps the choice
    page.wait_for_url(lambda url: url != address)
    expect(head).not_to_contain_text("当年发放", use_inner_text=True)


def test_picture_puts_the_furthest_behind_first(page):
    page.goto("/figures/measure/subsidy.households/?region=140500")
    page.get_by_text("数据表").first.click()
    page.locator("figure.chart tbody th").first.wait_for()
    names = page.locator("figure.chart tbody th").all_inner_texts()
    assert names[:2] == ["城区", "高平市"]
    assert names[-1] == "阳城县"
