"""The grid of a return in a real browser: keys, blocks, undo, saving, a network that goes away, two people at once."""

import re

from playwright.sync_api import expect

from anju.returns.models import Cell, Change
from tests.browser import PHONE, leave, see
from tests.cast import operator, person

SAVED = "#saved.good:has-text('已保存')"


def opened(page, draft):
    page.goto(f"/returns/{draft.pk}/")
    page.wait_for_selector(".held #grid td.at")
    return page


def at(page, line: int, column: str):
    """Click the cell of that line of projects and column; the locator of it."""
    columns = page.evaluate("JSON.parse(document.getElementById('grid-columns').textContent).map((one) => one.code)")
    cell = page.locator("#grid tbody tr").nth(line).locator("td").nth(columns.index(column))
    cell.click()
    return cell


def stored(draft, line: int, column: str) -> str | None:
    from anju.core.people.scope import open_scope
    from anju.returns.queries.grid import lay_out_grid

    user = operator("clerk")
    with open_scope(user):
        grid = lay_out_grid(user, draft)
    return grid.cells[grid.lines[line].key, column].text


def saved(page):
    page.wait_for_selector("#grid:not(:has(td.unsaved))")
    page.wait_for_selector(SAVED)


def test_what_is_typed_is_stored_without_asking_and_its_time_shown(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "start")
    page.keyboard.type("120")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(draft, 0, "start") == "120"
    expect(page.locator("#grid td.changed")).to_have_count(1)
    expect(page.locator("#saved")).to_have_text(re.compile("^.{4}[^:]*:[^:]*:[^:]*$"))


def test_keys_move_as_in_a_spreadsheet(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "start")
    page.keyboard.press("F2")
    page.keyboard.press("Backspace")
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    expect(page.locator("#cell-bar .what")).to_have_text(re.compile("其中货币化安置（套）$"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("55")
    page.keyboard.press("Escape")
    saved(page)
    assert (stored(draft, 0, "start"), stored(draft, 1, "start")) == ("107", "100")
    page.keyboard.press("Delete")
    saved(page)
    assert stored(draft, 1, "start") == ""


def test_computed_and_locked_cells_take_no_typing_and_the_server_computes(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "planned")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator("#grid td.unsaved")).to_have_count(0)
    at(page, 0, "start")
    page.keyboard.type("150")
    page.keyboard.press("Enter")
    saved(page)
    rate = at(page, 0, "start_rate")
    expect(rate.locator("span")).to_have_text("75.0")


def test_a_block_from_a_spreadsheet_is_pasted_copied_and_undone(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "start")
    page.evaluate("navigator.clipboard.writeText('101\\t1\\r\\n102\\t2\\r\\n103\\t3\\r\\n')")
    page.keyboard.press("Control+v")
    saved(page)
    assert [stored(draft, n, "start") for n in range(3)] == ["101", "102", "103"]
    assert [stored(draft, n, "start_money") for n in range(3)] == ["1", "2", "3"]
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == "101\t1\r\n102\t2\r\n103\t3"
    page.keyboard.press("Control+z")
    saved(page)
    assert [stored(draft, n, "start") for n in range(3)] == ["100"] * 3
    page.keyboard.press("Control+y")
    saved(page)
    assert stored(draft, 2, "start_money") == "3"


def test_states_and_choices_are_chosen_by_keys(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "stage")
    page.keyboard.press("/")
    page.keyboard.press("4")
    at(page, 0, "handover")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    saved(page)
    assert (stored(draft, 0, "stage"), stored(draft, 0, "handover")) == ("主体施工", "无任务")


def test_what_is_no_number_is_told_beside_the_cell_and_kept(visit, draft):
    page = opened(visit(), draft)
    cell = at(page, 0, "start")
    page.keyboard.type("一百")
    page.keyboard.press("Enter")
    page.wait_for_selector("#grid td.wrong")
    cell.click()
    see(page.locator("#cell-note"), "不是数")
    expect(page.locator("#own")).to_have_text(re.compile("^没有存上"))
    assert stored(draft, 0, "start") == "100"
    page.keyboard.type("110")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(draft, 0, "start") == "110"


def test_a_network_that_goes_away_loses_nothing(visit, draft):
    page = opened(visit(), draft)
    page.lines.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    at(page, 0, "start")
    page.keyboard.type("133")
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved.bad:has-text('已留在本机')")
    page.context.set_offline(False)
    saved(page)
    assert stored(draft, 0, "start") == "133"


def test_a_browser_that_dies_before_the_save_goes_on_where_it_was(visit, draft):
    page = opened(visit(), draft)
    page.lines.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    at(page, 3, "start")
    page.keyboard.type("144")
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved.bad")
    page.close(run_before_unload=False)
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"/returns/{draft.pk}/")
    again.wait_for_selector(SAVED)
    assert stored(draft, 3, "start") == "144"


def test_leaving_with_something_unsaved_asks(visit, draft):
    page = opened(visit(), draft)
    page.lines.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    at(page, 0, "start")
    page.keyboard.type("150")
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved.bad")
    assert leave(page) == "beforeunload"


def test_two_people_in_one_cell_are_told_and_choose(visit, draft):
    first, second = opened(visit(), draft), opened(visit(("clerk", "reviewer")), draft)
    for page, text in ((first, "111"), (second, "122")):
        at(page, 0, "start")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        if page is first:
            saved(page)
    second.wait_for_selector("#grid td.conflict")
    at(second, 0, "start")
    see(second.locator("#cell-note"), person("clerk").name, "已填“111”", "您填“122”")
    assert stored(draft, 0, "start") == "111"
    second.get_by_role("button", name="采用对方的").click()
    expect(second.locator("#grid td.at span")).to_have_text("111")
    at(first, 0, "start")
    first.keyboard.type("130")
    first.keyboard.press("Enter")
    saved(first)
    at(second, 0, "start")
    second.keyboard.type("131")
    second.keyboard.press("Enter")
    second.wait_for_selector("#grid td.conflict")
    at(second, 0, "start")
    second.get_by_role("button", name="留用我的").click()
    saved(second)
    assert stored(draft, 0, "start") == "131"


def test_a_return_handed_in_meanwhile_takes_no_more_and_says_what_was_not_stored(visit, draft):
    from anju.core.people.scope import open_scope
    from anju.returns.models import Return

    page = opened(visit(), draft)
    with open_scope(operator("clerk")):
        Return.objects.filter(pk=draft.pk).update(state=Return.REVIEW)
    at(page, 0, "start")
    page.keyboard.type("160")
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved.bad:has-text('没有保存')")
    page.lines.expect("422")
    page.goto("about:blank")
    page.goto(f"/returns/{draft.pk}/")
    see(page.locator("#left-behind"), "160")


def test_the_side_panel_tells_who_changed_a_cell(visit, draft):
    page = opened(visit(), draft)
    at(page, 0, "start")
    page.keyboard.type("120")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+Enter")
    page.wait_for_selector("#panel .history li")
    see(page.locator("#panel"), "120", "原为100", person("clerk").name)
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_blanks_are_filled_with_nought_at_one_word(visit, draft):
    page = opened(visit(), draft)
    before = page.locator("#grid td.stop.blank").count()
    page.locator("[data-zero]").click()
    saved(page)
    assert before > 100
    assert page.locator("#grid td.stop.blank").count() < before
    assert stored(draft, 0, "basic") == "0"
    assert Cell.objects.count() == 0 and Change.objects.count() == 0  # without a scope nothing is seen


def test_a_sign_in_that_ended_keeps_what_is_typed_and_goes_on_after_a_new_one(visit, draft):
    page = opened(visit(), draft)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    at(page, 0, "start")
    page.keyboard.type("151")
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved.bad:has-text('登录已过期')")
    page.context.add_cookies(cookies)
    saved(page)
    assert stored(draft, 0, "start") == "151"


def test_on_a_phone_a_project_unfolds_and_three_of_its_cells_are_filled_by_touch_and_enter(visit, draft):
    page = visit(size=PHONE)
    page.goto(f"/returns/{draft.pk}/")
    row = page.locator("#grid tbody tr").first
    expect(page.locator("#grid td:visible")).to_have_count(0)  # the projects alone, each with its mark
    row.locator("th.first").click()
    inputs = row.locator("td:visible:not(.lock) > span")
    inputs.first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    tops = [row.locator(which).first.bounding_box()["y"] for which in ("td:visible:not(.lock)", "td.lock:visible")]
    assert tops[0] < tops[1]  # what is to be filled stands first
    inputs.first.click()
    for text in ("150", "50", "30"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    saved(page)
    labels = [one.evaluate("td => td.dataset.label") for one in row.locator("td:visible:not(.lock)").all()[:3]]
    assert all("套" in one for one in labels), labels
    columns = page.evaluate("JSON.parse(document.getElementById('grid-columns').textContent).map((one) => one.code)")
    assert [text for text in (stored(draft, 0, code) for code in columns) if text in ("150", "50", "30")] == [
        "150",
        "50",
        "30",
    ]
    expect(page.locator("td.at > #cell-bar")).to_be_visible()  # 未报, 无任务 and the cell's past, beside the cell
    row.locator("th.first").click()
    expect(page.locator("#grid td:visible")).to_have_count(0)
