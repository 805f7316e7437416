"""Every page: opens, says what it is about, keeps within the screen, and carries no inline script or style."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.cast import everyone, sign_in
from tests.desk.conftest import CITIES

PAGES = [
    "/?region=140500",
    "/?region=450300",
    "/targets/?region=450300",
    "/targets/?region=140500",
    "/figures/?region=140500",
    "/figures/?region=140500&topic=loan",
    "/figures/?region=140525",
    "/figures/measure/invest.done/?region=140500",
    "/figures/measure/shanty.start.rate/?region=140500",
    "/figures/door/?ref=shanty.start@140500/2021",
    "/runs/?region=140500",
    "/runs/?region=410800",
    "/runs/new/prh-shanty/?region=410800",
    "/documents/?region=140500",
    "/rules/",
    "/rules/scoring/prh-shanty/2020-01-01/",
    "/rules/warning/masked-shortfall/2015-01-01/",
    "/rules/share/old-communities/2020-01-01/",
    "/imports/?region=140500",
    "/trail/",
]
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(?:\ssrc=|type=\"application/json\"))", re.IGNORECASE
)


@pytest.mark.parametrize("address", PAGES)
def test_page_opens_with_a_title_and_a_quiet_console(page, address):
    answer = page.goto(address)
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()


@pytest.mark.parametrize("address", PAGES)
def test_page_as_sent_has_no_inline_script_or_style(loaded_places, address):
    client = Client()
    sign_in(client, everyone(*CITIES))
    answer = client.get(address)
    text = answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not INLINE.search(text), INLINE.search(text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), "an address outside the machine"


@pytest.mark.parametrize("address", PAGES)
def test_phone_never_scrolls_sideways(phone, address):
    phone.goto(address)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("address", PAGES[:6])
def test_twice_the_size_keeps_within_the_screen(page, address):
    page.set_viewport_size({"width": 683, "height": 384})  # 1366 × 768 at 200 %
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 683


def test_not_there_and_not_yours_look_the_same(page):
    bodies = []
    for address in (
        "/runs/999999/",
        "/documents/999999/",
        "/figures/?region=999999",
        "/figures/door/?ref=shanty.start@999999/2021",
        "/nowhere/",
    ):
        assert page.goto(address).status == 404
        bodies.append(page.locator("main").inner_text())
    page.lines.expect("404", times=len(bodies))
    assert len(set(bodies)) == 1
    assert "没有找到" in bodies[0]


def test_empty_place_says_what_belongs_here_and_offers_the_first_act(page):
    sign_in(page, everyone("110000"))
    page.goto("/figures/?region=110000&period=2021")
    assert "没有指标数字" in page.locator("h1").inner_text()
    page.get_by_role("link", name="导入报表").click()
    page.wait_for_url(re.compile(r"^[^?]*/imports/($|\?)"))


def test_where_and_when_stand_in_every_link(page):
    page.goto("/figures/?region=140500&period=2021")
    page.get_by_role("navigation", name="工作导航").get_by_text("目标").click()
    page.wait_for_url("**/targets/**")
    assert "region=140500" in page.url and "period=2021" in page.url


def test_menu_closes_on_escape_and_gives_the_focus_back(page):
    page.goto("/?region=140500")
    menu = page.get_by_text("区划", exact=True)
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.menu[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")


def test_print_leaves_the_frame_out(page):
    page.goto("/figures/?region=140500")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator("#topic")).to_be_visible()


CONTRAST = """
() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const found = rgb(getComputedStyle(one).backgroundColor);
      if (found.length === 3 || (found.length === 4 && found[3] === 1)) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility() || ["SCRIPT", "NOSCRIPT"].includes(node.tagName)) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color).slice(0, 3)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 20)}`);
  }
  return faint;
}
"""


@pytest.mark.parametrize("address", PAGES)
def test_every_word_stands_out_from_its_ground(page, address):
    page.goto(address)
    assert page.evaluate(CONTRAST) == []


def test_every_control_can_be_reached_and_has_a_name(page):
    for address in (
        "/figures/?region=140500",
        "/imports/?region=140500",
        "/runs/new/prh-shanty/?region=410800",
        "/trail/",
    ):
        page.goto(address)
        nameless = page.evaluate(
            "() => [...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea, main button')]"
            ".filter((one) => !(one.labels?.length || one.ariaLabel || one.textContent.trim())).map((one) => one.outerHTML)"
        )
        assert nameless == []


def test_bar_with_where_and_when_stays_while_scrolling(page):
    page.goto("/rules/scoring/prh-shanty/2020-01-01/")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("scrollY > 0")
    page.wait_for_function("document.querySelector('.bar').getBoundingClientRect().top === 0")
