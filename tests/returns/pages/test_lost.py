"""Nothing that was typed is lost: on Back, F5, closing the tab, a killed browser, a sign-in that ended; cells and plain forms."""

from playwright.sync_api import expect

from anju.core.people.scope import open_scope
from anju.returns.models import Return
from tests.browser import see, wait_until
from tests.cast import operator
from tests.returns.pages.test_grid import at, opened, saved, stored

KEPT = "/me/drafts/"


def typing(page, draft):
    """A cell with something typed in it, and no Enter."""
    at(page, 0, "start")
    page.keyboard.type("137")
    return page


def note(draft) -> str:
    with open_scope(operator("clerk")):
        return Return.objects.get(pk=draft.pk).note


def write(page, selector, text):
    """As a person types, and until the server has kept it."""
    with page.expect_response(lambda answer: KEPT in answer.url and answer.request.method == "POST"):
        page.locator(selector).press_sequentially(text)


def test_a_cell_that_is_being_typed_in_outlives_a_reload(visit, draft):
    page = typing(opened(visit(), draft), draft)
    page.reload()
    page.wait_for_selector("#grid:not(:has(td.unsaved))")
    wait_until(page, lambda: stored(draft, 0, "start") == "137")


def test_a_cell_that_is_being_typed_in_outlives_the_way_back(visit, draft):
    page = visit()
    page.goto("/returns/")
    page.goto(f"/returns/{draft.pk}/")
    page.wait_for_selector(".held #grid td.at")
    typing(page, draft)
    page.go_back()
    page.wait_for_url("**/returns/")
    wait_until(page, lambda: stored(draft, 0, "start") == "137")


def test_a_cell_that_is_being_typed_in_outlives_the_tab(visit, draft):
    page = typing(opened(visit(), draft), draft)
    other = page.context.new_page()
    page.close(run_before_unload=True)
    wait_until(other, lambda: stored(draft, 0, "start") == "137")


def test_a_cell_that_is_being_typed_in_outlives_a_browser_that_is_killed(visit, draft):
    page = typing(opened(visit(), draft), draft)
    page.lines.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.context.set_offline(False)
    again.goto(f"/returns/{draft.pk}/")
    wait_until(again, lambda: stored(draft, 0, "start") == "137")


def test_a_cell_that_was_given_up_is_not_brought_back(visit, draft):
    page = typing(opened(visit(), draft), draft)
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector(".held #grid td.at")
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('anju-draft'))") == []
    assert stored(draft, 0, "start") == "100"


def test_after_a_new_sign_in_in_another_window_the_page_goes_on_by_itself(visit, draft):
    from tests.cast import person, sign_in

    page = opened(visit(), draft)
    page.lines.allow("403")
    page.context.clear_cookies()
    at(page, 0, "start")
    page.keyboard.type("151")
    page.keyboard.press("Enter")
    see(page.locator("#signed-out"), "登录已过期", "在新窗口登录")
    see(page.locator("#saved"), "已留在本机")
    link = page.locator("#signed-out a")
    assert link.get_attribute("target") == "_blank" and link.get_attribute("href").startswith("/sign-in/")
    other = page.context.new_page()
    sign_in(other, person("clerk"))  # with a token of its own, as a real one
    saved(page)
    expect(page.locator("#signed-out")).to_be_hidden()
    assert stored(draft, 0, "start") == "151"


def test_somebody_elses_sign_in_stores_nothing_in_their_name(visit, draft):
    from tests.cast import person, sign_in

    page = opened(visit(), draft)
    page.lines.allow("403")
    page.context.clear_cookies()
    at(page, 0, "start")
    page.keyboard.type("152")
    page.keyboard.press("Enter")
    page.wait_for_selector("#signed-out:visible")
    sign_in(page.context.new_page(), person("reviewer"))
    see(page.locator("#signed-out"), "现在登录的是", "不是您")
    assert stored(draft, 0, "start") == "100"
    kept = page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('anju-draft'))")
    assert kept and all(f"/{person('clerk').username}/" in name for name in kept)


def test_an_explanation_that_was_not_stored_is_there_again_on_another_computer(visit, draft):
    page = opened(visit(), draft)
    write(page, "textarea[name=note]", "东关二标段因汛期停工")
    page.close(run_before_unload=False)
    again = opened(visit(), draft)
    see(again.locator("#explain .kept"), "找回了您", "没有提交")
    expect(again.locator("textarea[name=note]")).to_have_value("东关二标段因汛期停工")
    assert note(draft) == ""
    again.get_by_role("button", name="存情况说明").click()
    see(again.locator("#explain"), "已保存")
    assert note(draft) == "东关二标段因汛期停工"
    again.reload()
    again.wait_for_selector(".held #grid td.at")
    expect(again.locator("#explain .kept")).to_have_count(0)


def test_what_others_stored_meanwhile_is_not_overwritten_by_a_draft(visit, draft):
    page = opened(visit(), draft)
    write(page, "textarea[name=note]", "我写的")
    page.close(run_before_unload=False)
    with open_scope(operator("clerk")):
        Return.objects.filter(pk=draft.pk).update(note="别人写的")
    again = opened(visit(), draft)
    see(again.locator("#explain .kept"), "后来已经改过", "我写的")
    expect(again.locator("textarea[name=note]")).to_have_value("别人写的")


def test_a_form_sent_after_the_sign_in_ended_keeps_its_text_and_is_sent_after_a_new_one(visit, draft):
    from tests.cast import person, sign_in

    page = opened(visit(), draft)
    page.lines.allow("403")
    page.context.clear_cookies()
    page.locator("textarea[name=note]").fill("会话到期时写的说明")
    page.get_by_role("button", name="存情况说明").click()
    see(page.locator("#explain"), "登录已过期")
    expect(page.locator("textarea[name=note]")).to_have_value("会话到期时写的说明")
    sign_in(page.context.new_page(), person("clerk"))
    expect(page.locator("#signed-out")).to_be_hidden()
    page.get_by_role("button", name="存情况说明").click()
    wait_until(page, lambda: note(draft) == "会话到期时写的说明")


def test_a_plain_form_of_another_room_keeps_what_was_typed_until_it_is_sent(visit, draft):
    page = visit()
    page.goto("/projects/new/?kind=shanty")
    write(page, "main form[method=post] input[name=name]", "城东片区改造")
    page.goto("/returns/")
    page.goto("/projects/new/?kind=shanty")
    see(page.locator("main .kept"), "找回了您")
    expect(page.locator("main form[method=post] input[name=name]")).to_have_value("城东片区改造")
    page.get_by_role("button", name="不要了").click()
    expect(page.locator("main form[method=post] input[name=name]")).to_have_value("")
    page.goto("/returns/")
    page.goto("/projects/new/?kind=shanty")
    expect(page.locator("main form[method=post] input[name=name]")).to_have_value("")


def test_the_red_box_goes_when_what_it_tells_of_is_settled(visit, draft):
    from tests.returns.pages.test_month import complete

    page = opened(visit(), draft)
    page.locator("#next button[data-leave]").click()
    page.wait_for_selector("#unsettled")
    page.lines.expect("422")
    before = int(page.locator("#unsettled [data-left]").inner_text())
    at(page, 0, "basic")
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    saved(page)
    assert int(page.locator("#unsettled [data-left]").inner_text()) == before - 1
    complete(page)
    expect(page.locator("#unsettled")).to_have_count(0)
