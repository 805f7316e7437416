"""试算一群人 in a real browser: the sample from the first click to the rows behind a number, at the desk and on a phone."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser import DESK, PHONE, see, served
from tests.cast import EAST, person


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, empty):
    from django.db import connections

    with django_db_blocker.unblock():
        empty()
        with served() as address:
            yield address
        connections.close_all()
        empty()


def picture(page, name):
    if folder := os.environ.get("ANJU_PICTURES"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def computed(page):
    page.goto(f"/runs/compare/?region={EAST}&period=2025")
    page.get_by_role("link", name="用示例试一试").click()
    expect(page.get_by_label("按哪几列分组")).to_have_value("区县、类别")
    page.get_by_role("button", name="试算", exact=True).click()
    see(page.locator("h1"), "受益 587 户")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_from_the_sample_to_the_rows_behind_a_number(come, size):
    page = come(person("clerk"), size)
    kind = "phone" if size == PHONE else "desk"
    page.goto(f"/runs/compare/?region={EAST}&period=2025")
    picture(page, f"compare-empty-{kind}")
    page.get_by_role("link", name="用示例试一试").click()
    expect(page.locator("#new_2")).to_be_visible()
    picture(page, f"compare-asked-{kind}")
    page.get_by_role("button", name="试算", exact=True).click()
    see(page.locator("h1"), "多发 3.50 万元", "受益 587 户", "受损 208 户", "说不清 61 户")
    expect(page.locator("figure.chart canvas")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"comparison-{kind}")
    page.locator("#total").get_by_role("link", name="208").click()
    see(page.locator("h1"), "受损：208户")
    picture(page, f"comparison-rows-{kind}")
    page.locator("#rows tbody a").first.click()
    see(page.locator("main"), "每平方米标准", "受损", "月补贴额")
    picture(page, f"comparison-row-{kind}")


def test_another_value_is_tried_on_the_same_file_without_sending_it_again(come):
    page = come(person("clerk"))
    computed(page)
    page.get_by_role("link", name="改一改再算").click()
    expect(page.get_by_label("没有另选文件的")).to_be_checked()
    page.locator("tr", has_text="中等偏下").locator("#new_6").fill("12")
    page.get_by_role("button", name="试算", exact=True).click()
    see(page.locator("h1"), "受损 0 户")
    see(page.locator(".page-head"), "改了每平方米标准")


def test_what_is_wrong_is_told_and_what_was_typed_stays(come):
    page = come(person("clerk"))
    page.goto(f"/runs/compare/?region={EAST}&period=2025")
    page.get_by_role("link", name="用示例试一试").click()
    page.locator("#new_3").fill("三千")
    page.get_by_label("按哪几列分组").fill("街道")
    page.get_by_role("button", name="试算", exact=True).click()
    page.lines.expect("422")
    see(page.locator("section.problems"), "RULE-004")
    expect(page.locator("#new_3")).to_have_value("三千")
    expect(page.get_by_label("按哪几列分组")).to_have_value("街道")
    picture(page, "compare-wrong")
