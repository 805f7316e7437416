"""An afternoon's request in a real browser, by the keyboard alone: what it takes is counted."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser import served
from tests.cast import CITY, person

HEAD = (
    "序号\t县区\t棚户区改造\t\t\t\t\t租赁补贴（户）\t\n\t\t任务（套）\t开工（套）\t开工率\t名次\t差额\t任务\t发放\n"
    "\t合计\t\t\t\t\t\t\t\n1\t城区\t\t\t\t\t\t\t\n2\t沁水县\t\t\t\t\t\t\t\n3\t泽州县\t\t\t\t\t\t\t\n"
)
MONTH = "2021-08"
FIGURES = {"140500": ("220", "230"), "140502": ("100", "90"), "140521": ("80", "80"), "140525": ("40", "32")}


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
                for stem, factor in (("shanty.start", 1), ("subsidy.households", 2)):
                    enter_figure(
                        by=me, measure=f"{stem}.target", region=region, period="2021", value=str(int(asked) * factor)
                    )
                    enter_figure(by=me, measure=stem, region=region, period=MONTH, value=str(int(done) * factor))
        with served() as address:
            yield address
        connections.close_all()
        empty()


class Keys:
    """A keyboard that counts."""

    def __init__(self, page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def paste(self, text: str) -> None:
        """Ctrl+V is one."""
        self.pressed += 1
        self.page.evaluate("text => { document.activeElement.value = text; }", text)


def test_from_the_head_to_the_table_takes_four_keys(come):
    page = come(person("city_reviewer", CITY))
    page.goto(f"/documents/tables/?region={CITY}&period={MONTH}")
    keys = Keys(page)
    expect(page.locator("#pasted")).to_be_focused()
    keys.paste(HEAD)
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("都认出来了，请确认")
    if folder := os.environ.get("ANJU_PICTURES"):
        page.screenshot(path=f"{folder}/asked-tables.png")
    expect(page.locator("#name")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".annex-table")).to_contain_text("90.0%")
    assert keys.pressed == 4
    rows = [
        row.all_inner_texts() for row in [one.locator("th, td") for one in page.locator(".annex-table tbody tr").all()]
    ]
    assert rows[1] == ["1", "城区", "100", "90", "90.0%", "2", "10", "200", "180"]
    if folder := os.environ.get("ANJU_PICTURES"):
        page.screenshot(path=f"{folder}/asked-table.png")


def test_a_wrong_column_is_changed_by_typing(come):
    page = come(person("city_reviewer", CITY))
    page.goto(f"/documents/tables/?region={CITY}&period={MONTH}")
    keys = Keys(page)
    keys.paste("县区\t棚改量（套）\n城区\t")
    keys.press("Tab")
    keys.press("Enter")
    box = page.locator("[name=says_0]")
    box.focus()
    box.fill("棚户区改造开工量〔shanty.start〕")
    keys.press("Enter")
    expect(page.locator(".annex-table")).to_contain_text("90")
    page.wait_for_load_state()  # its scripts too, which open the panel
    page.locator("[data-ref]").first.press("Enter")
    expect(page.locator("#panel-body")).to_contain_text("棚户区改造开工量")
