"""A style changed on its page in a real browser: another figure in a sentence, the paper beside it, a second person who publishes, the next paper says it."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser import served
from tests.cast import CITY, person

MONTH, HALF = "2021-06", "2021-H1"
FIGURES = {"140500": ("220", "231"), "140502": ("100", "90"), "140521": ("80", "80"), "140525": ("40", "32")}
PRH = "77"
NUMBER = "示保办字〔2026〕3号"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, empty):
    from django.db import connections

    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.tree import find_region
    from anju.figures.catalogue import load_catalogue
    from anju.figures.services.observations import enter_figure

    with django_db_blocker.unblock():
        empty()
        with open_scope(local_actor()) as me:
            load_catalogue(by=me)
            for code, (asked, done) in FIGURES.items():
                region = find_region(me, code)
                enter_figure(by=me, measure="shanty.start.target", region=region, period="2021", value=asked)
                enter_figure(by=me, measure="shanty.start", region=region, period=MONTH, value=done)
            enter_figure(by=me, measure="prh.start", region=find_region(me, CITY), period=MONTH, value=PRH)
        with served() as address:
            yield address
        connections.close_all()
        empty()


def picture(page, name):
    if folder := os.environ.get("ANJU_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_sentence_says_another_figure_and_the_next_paper_prints_it(come):
    page = come(person("city_reviewer", CITY))
    page.goto(f"/documents/styles/?region={CITY}&period={HALF}")
    page.get_by_role("button", name="照住房保障半年工作通报起草").click()
    preview = page.locator("#style-preview")
    expect(preview.locator(".official")).to_be_visible()
    picture(page, "style-editor")
    expect(preview).to_contain_text("棚户区改造开工231套")
    sentence = page.locator("[data-path='sections/3/content/0/text/0']")
    chip = sentence.locator("[data-name=start]").first
    chip.focus()
    chip.press("Enter")
    page.locator("#figure-named").select_option("")
    page.locator("#figure-measure").fill("公租房开工（筹集）量〔prh.start〕")
    picture(page, "style-editor-figure")
    page.locator("#figure-unit").select_option("套")
    page.locator("#figure-places").select_option("0")
    page.get_by_role("button", name="用这个数").click()
    expect(preview).to_contain_text(f"棚户区改造开工{PRH}套")
    assert "{prh_start 套 0}" in page.locator("#style-text").input_value()
    page.get_by_role("tab", name="与现行的不同").click()
    expect(page.locator("#style-differences ins", has_text="公租房开工（筹集）量").first).to_be_visible()
    picture(page, "style-differences")
    page.get_by_role("button", name="保存并提交发布").click()
    expect(page.locator(".done")).to_contain_text("已提交")
    address = page.url
    page.context.close()

    page = come(person("publisher", CITY))
    page.goto(address)
    expect(page.locator("#style-preview")).to_contain_text(f"棚户区改造开工{PRH}套")
    page.locator("#number").fill(NUMBER)
    page.locator("#publish button").click()
    expect(page.locator(".done")).to_contain_text(NUMBER)
    page.goto(f"/documents/?region={CITY}&period={HALF}")
    page.locator("#kind").select_option("half-year")
    page.get_by_role("button", name="起草").click()
    expect(page.locator(".official")).to_contain_text(f"棚户区改造开工{PRH}套")


def test_an_option_is_called_otherwise_on_the_outline(come):
    """Typed key by key: a key in a field of the outline is nothing to the outline itself."""
    page = come(person("city_reviewer", CITY))
    page.goto(f"/documents/styles/?region={CITY}&period={HALF}")
    page.get_by_role("button", name="照住房保障半年工作通报起草").click()
    expect(page.locator("#style-preview .official")).to_be_visible()
    page.locator("#outline-options > summary").click()
    label = page.locator("[data-op=option][data-key=label]").first
    label.fill("")
    label.press_sequentially("zhen")
    label.press("Tab")
    expect(page.locator("#style-said")).to_contain_text("已改")
    expect(page.locator("[data-op=option][data-key=label]").first).to_have_value("zhen")
    expect(page.locator("textarea").filter(has_text="style: half-year")).to_have_value(re.compile('label: "zhen"'))
