"""总览 at a glance: tasks in red and green with their words, their trend, a map of the parts, warnings said once, and one printed page."""

import io
import re
import unicodedata
from datetime import date

import pdfplumber
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser import PHONE, see
from tests.cast import everyone
from tests.desk.conftest import PLANNED

AUGUST, JINCHENG = f"/?region={PLANNED}&period=2023-08", "/?region=140500"


@pytest.fixture
def desk(come, planned):
    return come(everyone(PLANNED, "140500", "450300"))


def test_a_task_is_red_or_green_and_says_so_in_a_word(desk):
    desk.goto(AUGUST)
    task = desk.locator("#tasks .task").first
    assert "short" in task.get_attribute("class")
    see(task, "▼ 9月30日节点差")
    see(task, "150 / 250套")
    colour = task.locator(".done").evaluate("one => getComputedStyle(one).fill")
    red, green, _ = map(int, re.findall(r"\d+", colour)[:3])
    assert red > 2 * green


def test_there_are_at_most_five_tasks_and_each_stands_once(desk):
    desk.goto(JINCHENG)
    names = desk.locator("#tasks .task-name").all_inner_texts()
    assert 3 <= len(names) <= 5 and len(set(names)) == len(names)
    assert desk.locator("#tasks .task.met").count() and desk.locator("#tasks .task .verdict").count() == len(names)


def test_the_page_says_no_day_that_has_not_come(desk):
    today = timezone.localdate()
    desk.goto(f"/?region=140500&period={today.year}")
    told = desk.locator(".as-of").inner_text()
    assert date(*map(int, re.findall(r"\d+", told))) == today


def test_the_trend_goes_from_the_first_report_to_the_last(desk):
    desk.goto(AUGUST)
    see(desk.locator("#tasks .task-trend").first, "2023年1—7月105 → 2023年1—8月150")
    points = desk.locator("#tasks polyline").first.get_attribute("points").split()
    assert len(points) == 2 and int(points[0].split(",")[1]) > int(points[1].split(",")[1]), "upwards"


def test_the_map_has_every_part_once_at_its_place_with_its_rate(desk):
    desk.goto(JINCHENG)
    tiles = desk.locator("#map svg.tiles a > rect")
    places = {(tiles.nth(n).get_attribute("x"), tiles.nth(n).get_attribute("y")) for n in range(tiles.count())}
    assert len(places) == tiles.count() == 6
    texts = desk.locator("#map text:not(.value)").all_text_contents()
    assert set(texts) == {"沁水县", "高平市", "陵川县", "阳城县", "城区", "泽州县"}
    west = {desk.locator("#map text:not(.value)").nth(n).text_content(): int(desk.locator("#map text:not(.value)").nth(n).get_attribute("x"))
            for n in range(6)}  # fmt: skip
    assert west["沁水县"] < west["高平市"] < west["陵川县"]
    assert all(
        re.fullmatch(r"[\d.]+%|未报|无任务", text) for text in desk.locator("#map text.value").all_text_contents()
    )


def test_a_county_of_the_map_is_a_door_to_the_county(desk):
    desk.goto(JINCHENG)
    desk.locator("#map a[aria-label^='高平市']").click()
    desk.wait_for_url(re.compile("region=140581"))


def test_the_map_shows_another_task_when_asked(desk):
    desk.goto(JINCHENG)
    link = desk.locator("#map .tools a").nth(1)
    name = link.inner_text()
    link.click()
    desk.wait_for_url(re.compile("task="))
    expect(desk.locator("#map h2")).to_contain_text(name)


def test_the_whole_prints_on_one_page_with_its_day_and_the_same_figures(desk):
    for address in (AUGUST, JINCHENG):
        desk.goto(address)
        shown = desk.locator("#tasks .task-rate").all_inner_texts()
        desk.emulate_media(media="print")
        with pdfplumber.open(io.BytesIO(desk.pdf(prefer_css_page_size=True))) as paper:
            assert len(paper.pages) == 1, address
            text = unicodedata.normalize("NFKC", paper.pages[0].extract_text())  # its fonts name look-alikes
        desk.emulate_media(media="screen")
        assert "截至" in text and all(rate in text for rate in shown)


def test_on_a_phone_the_tasks_come_first_and_nothing_is_wider_than_the_screen(come, planned):
    phone = come(everyone(PLANNED, "140500", "450300"), PHONE)
    phone.goto(JINCHENG)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.locator("#tasks").bounding_box()["y"] < 400
