"""How many keys and clicks a whole month takes, from the clerk's sign-in to the city's lock: at most ninety, with thirty findings that ask the same."""

import pytest
from playwright.sync_api import expect

from tests.browser import see
from tests.month.conftest import FORM

MOST = 90
ALIKE = """() => Boolean(document.activeElement.closest("li.alike, li:has(+ li.alike)"))"""  # others ask the same


class Hands:
    """One person at one page. Each key, each click and each text that is written (however long, as it may be pasted) is one."""

    total = 0

    def __init__(self, page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            Hands.total += 1
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        Hands.total += 1
        self.page.keyboard.type(text)

    def click(self, what) -> None:
        Hands.total += 1
        what.click()

    def focuses(self, css: str) -> bool:
        return self.page.evaluate("(css) => Boolean(document.activeElement?.matches(css))", css)

    def until_focused(self, css: str) -> None:
        self.page.wait_for_function("(css) => Boolean(document.activeElement?.matches(css))", arg=css)

    def until(self, stage: str) -> None:
        self.page.wait_for_selector(f".stages .now:has-text('{stage}')")


@pytest.fixture
def other(county):
    """The county beside the one of `test_month`, its people and their passwords."""
    from anju.core.models.region import Region
    from anju.core.people.scope import local_actor, open_scope
    from anju.demo.people import make_accounts

    with open_scope(local_actor()):
        region = Region.objects.exclude(code=county.code).get(parent__code=county.city, kind=Region.Kind.COUNTY)
    accounts = {one.username: one.password for one in make_accounts(region, ()) if one.password}
    return region, county.passwords | accounts


@pytest.fixture
def arrive(visit, other):
    """arrive(post, code): that person at the sign-in page, in, and at what waits for them first."""
    _, passwords = other

    def come(username: str) -> Hands:
        hands = Hands(visit())
        hands.page.goto("/")
        hands.until_focused("#login")
        hands.write(username)
        hands.press("Tab")
        hands.write(passwords[username])
        hands.press("Enter")
        hands.page.wait_for_selector("nav.rail")
        return hands

    return come


def opens_what_waits(hands: Hands) -> None:
    """The first act of the list has the focus; where one lands on the overview, what waits is a link on it (money or a set that is due for the province may stand before)."""
    page = hands.page
    if "/returns/" not in page.url:
        hands.click(page.locator("#notices a[href*='/returns/']:not([href*='/returns/up/'])").first)
        page.wait_for_selector("#mine, #grid")
    if not page.locator("#grid").count():
        hands.until_focused("#mine .btn-act")
        hands.press("Enter")
    page.wait_for_selector("#next")


def does_next(hands: Hands, then: str) -> None:
    """F6 to the next act, Enter."""
    hands.page.wait_for_load_state()  # before, no script hears a key
    hands.press("F6")
    hands.until_focused("[data-leave]")
    hands.press("Enter")
    hands.until(then)


def saved(page) -> None:
    page.wait_for_selector("#grid:not(:has(td.unsaved))")
    page.wait_for_selector("#saved.good:has-text('已保存')")


def clerk_fills_answers_and_hands_in(hands: Hands) -> None:
    page = hands.page
    opens_what_waits(hands)
    page.wait_for_selector(".held #grid td.at")
    codes = page.evaluate("JSON.parse(document.getElementById('grid-columns').textContent).map((one) => one.code)")
    row = page.locator("#grid tbody tr").nth(1).locator("td")
    hands.click(row.nth(codes.index("invest")))
    for column in ("invest", "arrive", "pay"):
        text = row.nth(codes.index(column)).locator("span").inner_text().replace(",", "")
        hands.write(str(int(float(text or 0)) + 20))
        hands.press("Tab")
    saved(page)
    alike = int(page.locator("#checks .level.ask").first.inner_text().split()[1])
    assert alike >= 20, "a month in which little moved"
    hands.press("F8", "F9")
    while page.locator("#checks li:not(.done) [data-answers]").count():
        hands.until_focused("#checks li:not(.done) [data-answers]")
        left = page.locator("#checks li:not(.done)").count()
        if page.evaluate(ALIKE):
            hands.press("ArrowDown")
            while not hands.focuses("[data-answers]"):
                hands.press("Shift+PageDown")
        hands.write("本月没有新进展，据实填报")
        hands.press("Enter")
        page.wait_for_function(
            "(before) => document.querySelectorAll('#checks li:not(.done)').length < before", arg=left
        )
    see(page.locator("#checks .head"), "都已答复")
    hands.click(page.get_by_role("button", name="抄入上面，再改"))
    hands.click(page.get_by_role("button", name="存情况说明"))
    page.wait_for_selector("#explain [role=status]:has-text('已保存')")
    hands.click(page.locator("#next button[data-leave]"))
    hands.until("审核")


def department_agrees(hands: Hands) -> None:
    opens_what_waits(hands)
    form = hands.page.locator("form[action$='/opine/']")
    hands.click(form.locator("input[value='1']"))
    hands.click(form.locator("button[data-leave]"))
    hands.page.wait_for_selector(".done:has-text('联审意见已记入')")


def test_the_whole_month_takes_at_most_ninety_keys(arrive, other, county):
    region, _ = other
    Hands.total = 0
    clerk_fills_answers_and_hands_in(arrive(f"clerk.{region.code}"))
    reviewer = arrive(f"reviewer.{region.code}")
    opens_what_waits(reviewer)
    does_next(reviewer, "部门联审")
    for name in ("finance", "reform", "land"):
        department_agrees(arrive(f"{name}.{region.code}"))
    reviewer.press("F5")
    reviewer.page.reload()
    reviewer.page.wait_for_selector("#next")
    does_next(reviewer, "单位负责人")
    head = arrive(f"head.{region.code}")
    opens_what_waits(head)
    does_next(head, "市级审定")
    city = arrive(f"city-reviewer.{county.city}")
    opens_what_waits(city)
    does_next(city, "锁定")
    expect(city.page.locator("h1")).to_contain_text(region.name)
    print(f"{FORM}: {Hands.total} keys and clicks")
    assert Hands.total <= MOST
