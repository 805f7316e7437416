"""The month of a return in a real browser: by keyboard alone from the list of what is due to the hand-in, then hand over hand to the lock, and a correction."""

from playwright.sync_api import expect

from anju.core.people.scope import open_scope
from anju.returns.models import Opinion, Return
from tests.browser import PHONE, see
from tests.cast import operator, person
from tests.returns.pages.test_grid import at, opened, saved

CITY = "140500"


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page) -> str:
    return page.evaluate("document.activeElement.closest('tr')?.innerText || document.activeElement.innerText")


def unfold(page):
    """The list of the checks, which stand in one line."""
    expander = page.locator("#checks .expander")
    if expander.get_attribute("aria-expanded") == "false":
        expander.click()


def complete(page):
    """Everything blank is 0, the works of every project stand at the main structure; what is asked is answered."""
    page.locator("[data-zero]").click()
    saved(page)
    at(page, 0, "stage")
    press(page, "Control+Shift+ArrowDown", "/", "4")
    saved(page)
    left = page.locator("#checks li:not(.done) input[name=text]")
    if left.count():
        unfold(page)
    while before := left.count():
        left.first.fill("据实填报")
        left.first.press("Enter")
        page.wait_for_function(
            "(before) => document.querySelectorAll('#checks li:not(.done) input[name=text]').length < before",
            arg=before,
        )


def test_a_clerk_needs_no_mouse_from_the_list_to_the_hand_in(visit, clean):
    page = visit()
    page.goto("/returns/")
    for _ in range(40):
        if "项目进度月报" in focused(page) and page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
        press(page, "Tab")
    assert focused(page).endswith("开始填报")
    press(page, "Enter")
    page.wait_for_selector(".held #grid td.at")
    press(page, "F6")  # to the next act
    for _ in range(20):
        if page.evaluate("document.activeElement.hasAttribute('data-zero')"):
            break
        press(page, "Tab")
    press(page, "Enter")
    saved(page)
    while page.locator("#cell-bar .what").inner_text().rpartition("，")[2] != "形象进度":
        press(page, "Tab")
    press(page, "Control+Shift+ArrowDown", "/", "4")
    saved(page)
    for _ in range(200):
        press(page, "F8")
        if "没有要处理的格了" in page.locator("#remark").inner_text():
            break
        if not page.locator("#grid td.at.ask").count():
            assert page.locator("#grid td.at.stop").count(), "F8 leads to what is to be mended"
            page.keyboard.type("主体施工" if page.locator("#cell-bar .what").inner_text().endswith("形象进度") else "0")
            press(page, "Enter")
            saved(page)
            continue
        left = page.locator("#checks li:not(.done)").count()
        press(page, "F9")
        page.keyboard.type("据实填报，已核对")
        press(page, "Enter")
        page.wait_for_function(
            "(before) => document.querySelectorAll('#checks li:not(.done)').length < before", arg=left
        )
    press(page, "Escape")
    page.wait_for_function("document.activeElement.textContent === '提交审核'")
    press(page, "Enter")
    page.wait_for_selector(".stages .now:has-text('审核')")
    see(page.locator(".done").first, "已提交审核")


def test_the_return_goes_from_hand_to_hand_and_a_correction_keeps_both(visit, draft):
    clerk = opened(visit(), draft)
    at(clerk, 0, "start")
    clerk.keyboard.type("126")
    press(clerk, "Enter")
    complete(clerk)
    clerk.locator("#next button[data-leave]").click()
    clerk.wait_for_selector(".stages .now:has-text('审核')")

    reviewer = visit("reviewer")
    reviewer.goto(f"/returns/{draft.pk}/")
    reviewer.locator("summary:has-text('退回填报')").click()
    reviewer.locator("form[action$='send-back/'] textarea").fill("第一行开工请再核对")
    reviewer.locator("form[action$='send-back/'] button.btn-risk").click()
    reviewer.wait_for_selector(".stages .now:has-text('填报')")
    clerk.goto(f"/returns/{draft.pk}/")
    see(clerk.locator("main"), "第一行开工请再核对")
    clerk.wait_for_selector(".held #grid td.at")
    clerk.locator("#next button[data-leave]").click()
    clerk.wait_for_selector(".stages .now:has-text('审核')")
    reviewer.goto(f"/returns/{draft.pk}/")
    reviewer.locator("form[action$='/review/'] button").click()
    reviewer.wait_for_selector(".stages .now:has-text('部门联审')")

    joint = visit("joint")
    joint.goto(f"/returns/{draft.pk}/")
    joint.locator("form[action$='/opine/'] input[value='0']").check()
    joint.get_by_role("button", name="在表上点一格").click()
    joint.locator("#grid tbody tr[data-name='东关片区棚户区改造1'] td").nth(4).click()
    see(joint.locator("[data-points-at]"), "针对：东关片区棚户区改造1", "开工")
    joint.locator("form[action$='/opine/'] textarea").fill("与立项批复的套数不一致")
    joint.locator("form[action$='/opine/'] button[data-leave]").click()
    joint.wait_for_selector(".state.bad:has-text('有不同意见')")
    with open_scope(operator("joint")):
        assert Opinion.objects.get(ret=draft).column == "start"

    reviewer.goto(f"/returns/{draft.pk}/")
    reviewer.locator("form[action$='/clear/'] button").click()
    reviewer.wait_for_selector(".problems:has-text('与立项批复的套数不一致')")
    reviewer.lines.expect("422")
    reviewer.locator("form[action$='/clear/'] textarea").fill("已与发改核对，以施工许可为准")
    reviewer.locator("form[action$='/clear/'] button").click()
    reviewer.wait_for_selector(".stages .now:has-text('单位负责人')")

    head = visit("head", size=PHONE)
    head.goto("/returns/")
    head.get_by_role("link", name="去上报").click()
    head.locator("form[action$='/submit/'] button").click()
    head.wait_for_selector(".stages .now:has-text('市级审定')")
    assert head.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    city = visit("city_reviewer", CITY)
    city.goto("/returns/")
    city.get_by_role("link", name="去审定").click()
    city.locator("form[action$='/lock/'] button").click()
    city.wait_for_selector(".stages .now:has-text('锁定')")
    see(city.locator("#next"), "内容摘要")
    expect(city.locator("#next")).not_to_contain_text("不能再改", use_inner_text=True)

    clerk.goto(f"/returns/{draft.pk}/")
    assert clerk.locator("#grid").get_attribute("data-fill") == ""
    clerk.locator("summary:has-text('发起更正')").click()
    clerk.locator("form[action$='/correct/'] textarea").fill("上月漏报东关二标段")
    clerk.locator("form[action$='/correct/'] input[name=ordered_by]").fill("示例函〔2026〕3号")
    clerk.locator("form[action$='/correct/'] button").click()
    clerk.wait_for_selector(".held #grid td.at")
    at(clerk, 0, "start")
    clerk.keyboard.type("130")
    press(clerk, "Enter")
    saved(clerk)
    clerk.get_by_role("link", name="更正前后对照").click()
    see(clerk.locator("main"), "更正了1格", "126", "130", "示例函〔2026〕3号")
    with open_scope(operator("clerk")):
        assert sorted(Return.objects.filter(period=draft.period).values_list("serial", "state")) == [
            (1, "locked"),
            (2, "draft"),
        ]


def test_one_reason_answers_what_was_ticked_and_nothing_more(visit, draft):
    page = opened(visit(), draft)
    complete(page)
    for line in range(3):
        at(page, line, "start")
        page.keyboard.type("90")
        press(page, "Enter")
    saved(page)
    page.wait_for_selector("#checks li.alike summary", state="attached")
    unfold(page)
    page.locator("#checks li.alike summary").first.click()
    ticks = page.locator("#checks input[name=also]")
    expect(ticks).to_have_count(2)
    assert not ticks.first.is_checked()
    ticks.first.check()
    page.locator("#checks li:not(.done) input[name=text]").first.fill("上月多报，已核减")
    page.locator("#checks li:not(.done) input[name=text]").first.press("Enter")
    expect(page.locator("#checks li.done:has-text('上月多报')")).to_have_count(2)
    see(page.locator("#checks .head"), "1 处待答复")


def test_alike_ones_are_looked_at_and_ticked_by_keys_and_enter_leads_to_the_next(visit, draft):
    page = opened(visit(), draft)
    complete(page)
    for line in range(30):
        at(page, line, "start") if line == 0 else None
        page.keyboard.type("90")
        press(page, "Enter")
    at(page, 0, "planned")
    saved(page)
    press(page, "F8", "F9")
    page.wait_for_function("() => document.activeElement.matches('#checks [data-answers]')")
    ticks = page.locator("#checks input[name=also]")
    count = ticks.count()
    assert count > 15
    press(page, "ArrowDown", "Enter", "Enter")  # two of them one by one
    expect(page.locator("#checks input[name=also]:checked")).to_have_count(2)
    press(page, "Shift+PageDown")
    shown = page.locator("#checks input[name=also]:checked").count()
    assert 2 < shown < count, "only those that stood on the screen"
    for _ in range(count):
        if page.evaluate("document.activeElement.matches('[data-answers]')"):
            break
        press(page, "Shift+PageDown")
    expect(page.locator("#checks input[name=also]:checked")).to_have_count(count)
    page.keyboard.type("上月多报，已核减")
    press(page, "Enter")
    expect(page.locator("#checks li.done:has-text('上月多报')")).to_have_count(count + 1)


def test_enter_in_an_answer_leads_to_the_next_that_waits_and_at_last_back_to_the_cell(visit, draft):
    page = opened(visit(), draft)
    complete(page)
    at(page, 0, "start")
    page.keyboard.type("90")
    press(page, "Enter")
    at(page, 3, "invest")
    page.keyboard.type("1")
    press(page, "Enter")
    saved(page)
    at(page, 0, "planned")
    press(page, "F8", "F9")
    page.wait_for_function("() => document.activeElement.matches('#checks [data-answers]')")
    while left := page.locator("#checks li:not(.done) [data-answers]").count():
        page.wait_for_function("() => document.activeElement.matches('#checks li:not(.done) [data-answers]')")
        page.keyboard.type("据实核减")
        press(page, "Enter")
        page.wait_for_function(
            "(before) => document.querySelectorAll('#checks li:not(.done) [data-answers]').length < before", arg=left
        )
    page.wait_for_selector(".held #grid td.at")
    see(page.locator("#checks .head"), "都已答复")


def test_a_second_click_says_who_was_first(visit, draft):
    first, second = opened(visit(), draft), visit(("clerk", "reviewer"))
    second.goto(f"/returns/{draft.pk}/")
    second.wait_for_selector(".held #grid td.at")
    complete(first)
    first.locator("#next button[data-leave]").click()
    first.wait_for_selector(".stages .now:has-text('审核')")
    second.locator("form[action$='/hand-in/'] button[data-leave]").click()
    second.wait_for_selector(".problems")
    second.lines.expect("422")
    see(second.locator(".problems").first, person("clerk").name)
