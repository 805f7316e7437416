"""总览和调度: the gap to the next node, what moved, what is overdue; a pack made and read. A real city, invented figures."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE, see
from tests.cast import everyone
from tests.desk.conftest import PLANNED

CITY, AUGUST = PLANNED, f"/?region={PLANNED}&period=2023-08"


@pytest.fixture
def page(come, planned):
    return come(everyone(CITY))


@pytest.fixture
def phone(come, planned):
    return come(everyone(CITY), PHONE)


def test_the_leader_s_title_is_the_gap_to_the_next_node(page, planned):
    page.goto(AUGUST)
    title = page.locator("h1").inner_text()
    assert "距9月30日节点还有30天，棚户区改造开工量还差50套，一个县（市、区）没有达到" in title


def test_every_county_stands_with_what_it_is_short_of_and_who_did_not_report(page, planned):
    page.goto(AUGUST)
    figure = page.locator("figure.chart").first
    assert "另有一个未报" in figure.locator("h3").inner_text()
    figure.locator("summary").click()
    figure.locator("tbody tr").first.wait_for()
    rows = {
        row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in figure.locator("tbody tr").all()
    }
    assert rows[planned[0]] == ["100", "80", "60", "20"]
    assert rows[planned[1]] == ["100", "80", "90", "0"]
    assert rows[planned[2]][:2] == ["50", "40"] and rows[planned[2]][3] == ""


def test_a_gap_is_a_door_that_says_how_it_was_made(page, planned):
    page.goto(AUGUST)
    figure = page.locator("figure.chart").first
    figure.locator("summary").click()
    figure.locator("tbody tr", has_text=planned[0]).locator("a.fig", has_text="20").click()
    panel = page.locator("#panel-body")
    see(panel, "80 − 60 = 20")


def test_what_moved_since_the_last_report_is_told_with_both_figures(page, planned):
    page.goto(AUGUST)
    told = page.locator(".block", has_text="与上一期相比").inner_text().replace(" ", "")
    assert "棚户区改造开工量+45套" in told and "2023年1—7月105" in told and "2023年1—8月150" in told


def test_what_is_overdue_stands_beside_and_opens_one_by_one(page, planned):
    page.goto(AUGUST)
    block = page.locator(".block", has_text="逾期1件")
    block.locator("summary").click()
    see(block, "示例片区")


def test_a_node_before_its_document_is_listed_and_binds_no_one(page, planned):
    page.goto(AUGUST)
    assert "不溯及既往" in page.locator("main").inner_text()
    assert "6月30日节点" not in page.locator("h1").inner_text()


def test_the_leader_s_page_fits_a_phone(phone, planned):
    phone.goto(AUGUST)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(phone.locator("figure.chart canvas").first).to_be_visible()


def test_a_pack_is_made_from_the_dispatch_page_and_read_there(page, planned):
    page.goto(AUGUST.replace("/?", "/dispatch/?"))
    head = page.locator("#dispatch tbody tr").nth(1)
    assert head.locator("th").inner_text() == planned[1] and head.locator("td").first.inner_text() == "1"
    form = page.locator("form", has_text="月调度")
    assert form.locator("input[name=period]").input_value() == "2023年8月"
    form.locator("button").click()
    see(page.locator("article.official"), "全市棚户区改造开工150套")
    page.goto(AUGUST.replace("/?", "/dispatch/?"))
    assert (
        "月调度材料" in page.locator(".block", has=page.locator("h2", has_text=re.compile("^调度材料$"))).inner_text()
    )


def test_a_period_that_is_not_the_pack_s_is_refused_and_what_was_typed_stays(page, planned):
    page.goto(AUGUST.replace("/?", "/dispatch/?"))
    form = page.locator("form", has_text="周调度")
    form.locator("input[name=period]").fill("2023-08")
    form.locator("button").click()
    see(page.locator("section.problems"), "请写成日（2021-08-13）这样的期间")
    expect(page.locator("form", has_text="周调度").locator("input[name=period]")).to_have_value("2023-08")
    page.lines.expect("422")


def test_targets_tell_the_nodes_of_the_plan(page, planned):
    page.goto(AUGUST.replace("/?", "/targets/?"))
    text = page.locator("main").inner_text()
    assert "9月30日" in text and "还差" in text and "不溯及既往" in text
