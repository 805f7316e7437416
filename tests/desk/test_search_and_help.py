"""The search and the help from any page, by mouse and by keys."""

import re

import pytest
from playwright.sync_api import expect

from anju.core.pages.addresses import path_of
from tests.browser import see

pytestmark = pytest.mark.xdist_group("desk")


def test_a_slash_goes_to_the_search_and_enter_finds(page):
    page.goto(f"{path_of('documents:list')}?region=140500&period=2021")
    page.keyboard.press("/")
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.type("泽州")
    page.keyboard.press("Enter")
    see(page.get_by_role("heading", name=re.compile("“泽州”")))
    page.locator("main").get_by_role("link", name="泽州县", exact=True).click()
    see(page.locator(".path").get_by_text("泽州县"))


def test_a_slash_that_is_typed_stays_a_slash(page):
    page.goto(path_of("core:search"))
    page.locator("#words").fill("")
    page.locator("#words").press("/")
    expect(page.locator("#words")).to_have_value("/")


def test_a_question_mark_shows_the_keys(page):
    page.goto(f"{path_of('documents:list')}?region=140500&period=2021")
    page.keyboard.press("?")
    see(page.get_by_role("dialog", name="快捷键"))
    page.keyboard.press("Escape")
    expect(page.locator("#site-keys")).to_be_hidden()


def test_help_opens_the_guide_of_this_page(page):
    page.goto(f"{path_of('documents:list')}?region=140500&period=2021")
    page.get_by_role("link", name="帮助").click()
    see(page.get_by_role("heading", level=1, name="公文模板"))
    see(page.get_by_role("navigation", name="各篇指南"))


def test_the_bar_fits_a_phone(phone):
    phone.goto(f"{path_of('documents:list')}?region=140500&period=2021")
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    phone.locator(".site-search").get_by_role("button", name="搜索").click()
    see(phone.locator("#words"))
