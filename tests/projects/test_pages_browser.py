"""The table that is filled in place, the panel, the map and the page for the site, in a real browser at the desk and on a phone."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE, leave, see, served
from tests.cast import EAST, person

TABLE = f"/projects/table/?region={EAST}&period=2025"
COUNT = 12


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, empty):
    """A server with a county's dozen projects, really committed."""
    from django.db import connections

    from anju.core.models.region import Region
    from anju.core.people.scope import local_actor, open_scope
    from anju.projects.services import events, projects

    with django_db_blocker.unblock():
        empty()
        with open_scope(local_actor()) as me:
            region = Region.objects.get(code=EAST, valid_until=None)
            for number in range(COUNT):
                found = projects.register_project(
                    by=me, region=region, code=f"B{number:02d}", name=f"示例项目{number:02d}", kind="prh", year="2025", units="100",
                    longitude=f"112.{number:02d}", latitude="35.5",
                )  # fmt: skip
                events.record_event(by=me, project_id=found.pk, kind="start", on=date(2025, 3, 1), amount="40")
        with served() as address:
            yield address
        connections.close_all()
        empty()


@pytest.fixture
def page(come):
    made = come(person("clerk"))
    made.goto(TABLE)
    return made


def cell(page, row, field):
    return page.locator(f"#project-grid tbody tr:nth-child({row}) td[data-field={field}]")


def shows(page, row, **fields):
    """Wait until the cells of the row show this."""
    for field, text in fields.items():
        expect(cell(page, row, field).locator(".v")).to_have_text(text)


def settled(page, words="已保存"):
    page.locator("#grid-status", has_text=words).wait_for()
    page.wait_for_function(
        "!document.querySelector('#project-grid .unsaved') || document.querySelector('#grid-status.wrong')"
    )


def paste(page, text):
    page.evaluate(
        "text => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }",
        text,
    )


def test_the_keyboard_alone_fills_the_table(page):
    page.locator("#grid").focus()
    cell(page, 1, "address").click()
    page.keyboard.type("东街1号")
    page.keyboard.press("Enter")
    page.keyboard.type("东街2号")
    page.keyboard.press("ArrowUp")  # while typing an arrow leaves, as in Excel
    page.keyboard.press("F2")
    page.keyboard.type("院")
    page.keyboard.press("Tab")
    settled(page)
    page.reload()
    shows(page, 1, address="东街1号院")
    shows(page, 2, address="东街2号")


def test_escape_leaves_the_cell_as_it_was_and_delete_empties_it(page):
    cell(page, 3, "note").click()
    page.keyboard.type("写错了")
    page.keyboard.press("Escape")
    shows(page, 3, note="")
    page.keyboard.type("要删的")
    page.keyboard.press("Enter")
    settled(page)
    cell(page, 3, "note").click()
    page.keyboard.press("Delete")
    page.locator("#grid-status", has_text="还没有保存").wait_for()
    settled(page)
    page.reload()
    shows(page, 3, note="")


def test_a_block_is_pasted_and_taken_back_in_one(page):
    cell(page, 4, "approval").click()
    paste(page, "示发1号\t许1\r\n示发2号\t许2\r\n")
    settled(page)
    shows(page, 4, approval="示发1号", licence="许1")
    shows(page, 5, approval="示发2号", licence="许2")
    page.keyboard.press("Control+z")
    shows(page, 5, licence="")
    settled(page)
    page.reload()
    shows(page, 4, approval="", licence="")
    shows(page, 5, approval="", licence="")


def test_what_will_not_do_stays_in_its_cell_with_the_reason(page):
    cell(page, 6, "due_on").click()
    page.keyboard.type("去年")
    page.keyboard.press("Tab")
    page.keyboard.type("西街6号")
    page.keyboard.press("Enter")
    page.locator("#grid-problems", has_text="1 处没有保存").wait_for()
    expect(cell(page, 6, "due_on")).to_contain_text("不是日期")
    shows(page, 6, due_on="去年")
    cell(page, 6, "due_on").click()
    page.keyboard.type("2025-12-31")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.locator("#grid-problems")).to_be_hidden()
    page.reload()
    shows(page, 6, due_on="2025-12-31", address="西街6号")


def test_what_the_plan_fixed_is_locked(page):
    cell(page, 1, "units").click()
    page.keyboard.type("999")
    page.keyboard.press("Enter")
    shows(page, 1, units="100")


def test_a_broken_line_loses_nothing_and_leaving_asks(page):
    page.lines.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    cell(page, 7, "note").click()
    page.keyboard.type("断网时写的")
    page.keyboard.press("Enter")
    page.locator("#grid-status", has_text="没有连上服务").wait_for()
    assert leave(page) == "beforeunload"
    page.context.set_offline(False)
    settled(page)
    page.reload()
    shows(page, 7, note="断网时写的")


def test_two_people_in_one_cell_are_told_who_and_choose(page, come):
    other = come(person("clerk"))
    other.goto(TABLE)
    cell(page, 8, "note").click()
    page.keyboard.type("甲写的")
    page.keyboard.press("Enter")
    settled(page)
    cell(other, 8, "note").click()
    other.keyboard.type("乙写的")
    other.keyboard.press("Enter")
    cell(other, 8, "note").locator(".says").wait_for()
    expect(cell(other, 8, "note")).to_contain_text("修改过")
    shows(other, 8, note="乙写的")
    other.get_by_role("button", name="保留我的").click()
    cell(other, 8, "note").locator(".says").wait_for(state="detached")
    settled(other)
    page.reload()
    shows(page, 8, note="乙写的")


def test_a_total_opens_at_the_side_and_escape_gives_the_focus_back(page):
    page.goto(f"/projects/?region={EAST}&period=2025")
    door = page.locator("#projects a.fig").first
    door.focus()
    page.keyboard.press("Enter")
    page.locator("#panel h2", has_text="开工").wait_for()
    see(page.locator("#panel .big"), "40")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.wait_for_function("document.activeElement.className.startsWith('fig')")


def test_the_map_is_saved_as_a_picture_and_as_data(page):
    page.goto(f"/projects/map/?region={EAST}&period=2025")
    expect(page.locator("figure.drawn a[data-point]")).to_have_count(COUNT)
    for kind in ("SVG 图形", "PNG 图片", "数据"):
        with page.expect_download() as got:
            page.get_by_role("button", name=kind).click()
        assert got.value.path().stat().st_size > 200


def test_only_what_belongs_to_the_event_is_asked(page):
    page.goto(f"/projects/?region={EAST}&period=2025")
    page.locator("#projects tbody th a").first.click()
    page.get_by_role("link", name="登记进度").click()
    page.select_option("select[name=kind]", "stage")
    expect(page.locator("input[name=amount]")).to_be_hidden()
    expect(page.locator("select[name=stage]")).to_be_visible()
    page.select_option("select[name=kind]", "basic")
    expect(page.locator("label", has_text="数量（套）")).to_be_visible()
    expect(page.locator("select[name=stage]")).to_be_hidden()


@pytest.mark.parametrize(
    "path", ["", "table/", "map/", "ledger/", "ledger/?show=signals", "new/", "import/", "1/", "1/site/", "1/record/"]
)
def test_nothing_is_wider_than_a_phone(come, path):
    phone = come(person("clerk"), PHONE)
    if path.startswith("1/"):
        phone.goto(f"/projects/?region={EAST}&period=2025")
        phone.goto(phone.locator("#projects tbody th a").first.get_attribute("href").partition("?")[0] + path[2:])
    else:
        phone.goto(f"/projects/{path}{'&' if '?' in path else '?'}region={EAST}&period=2025")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_cell_that_is_being_typed_in_outlives_a_reload_and_the_way_back(page):
    cell(page, 9, "note").click()
    page.keyboard.type("没按回车就刷新")
    page.reload()
    shows(page, 9, note="没按回车就刷新")
    cell(page, 10, "note").click()
    page.keyboard.type("没按回车就后退")
    page.goto("/returns/")
    page.goto(TABLE)
    shows(page, 10, note="没按回车就后退")
    page.wait_for_function("!document.querySelector('#project-grid .unsaved')")
    page.evaluate("localStorage.clear()")
    page.reload()
    shows(page, 9, note="没按回车就刷新")
    shows(page, 10, note="没按回车就后退")


def test_the_table_goes_on_after_a_new_sign_in_in_another_window(page):
    from tests.cast import sign_in

    page.lines.allow("403")
    page.context.clear_cookies()
    cell(page, 9, "address").click()
    page.keyboard.type("登录过期时写的")
    page.keyboard.press("Enter")
    page.locator("#grid-status", has_text="登录已过期").wait_for()
    sign_in(page.context.new_page(), person("clerk"))
    settled(page)
    page.reload()
    shows(page, 9, address="登录过期时写的")


def test_thousands_stand_apart_and_a_number_may_be_a_sum(page):
    cell(page, 9, "area").click()
    page.keyboard.type("=1,000+234.5")
    page.keyboard.press("Enter")
    cell(page, 9, "area").locator(".says").wait_for()  # a sum is written without separators
    cell(page, 9, "area").click()
    page.keyboard.type("=1000+234.5")
    page.keyboard.press("Enter")
    shows(page, 9, area="1,234.5")
    settled(page)
    cell(page, 9, "area").click()
    page.keyboard.press("F2")
    expect(page.locator(".grid-editor")).to_have_value("1234.5")


def test_a_selection_is_added_up_and_drawn_over_and_filled_downwards(page):
    cell(page, 1, "buildings").click()
    page.keyboard.type("1,200")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("34")
    page.keyboard.press("Enter")
    settled(page)
    cell(page, 1, "buildings").click()
    page.keyboard.press("Shift+ArrowDown")
    see(page.locator("#cell-bar"), "选中2行1列", "合计 1,234栋", "计数 2")
    cell(page, 1, "longitude").click()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#cell-bar .refs")).not_to_contain_text("合计")  # degrees do not add up
    cell(page, 1, "note").click()
    page.keyboard.type("同上")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    shows(page, 2, note="同上")
    cell(page, 2, "buildings").click()
    handle, below = page.locator("#fill-handle").bounding_box(), cell(page, 4, "buildings").bounding_box()
    page.mouse.move(handle["x"] + 4, handle["y"] + 4)
    page.mouse.down()
    page.mouse.move(below["x"] + 9, below["y"] + 9, steps=4)
    expect(page.locator("#project-grid td.will")).to_have_count(3)
    page.mouse.up()
    shows(page, 4, buildings="34")
    settled(page)
    page.locator("#undo").click()
    shows(page, 4, buildings="")
    settled(page)


def test_keys_lead_to_what_was_not_saved_and_to_its_choices(page, come):
    cell(page, 5, "due_on").click()
    page.keyboard.type("明年")
    page.keyboard.press("Enter")
    cell(page, 5, "due_on").locator(".says").wait_for()
    cell(page, 1, "address").click()
    page.keyboard.press("F8")
    see(page.locator("#cell-bar .what"), "示例项目04")
    page.keyboard.press("Delete")  # as it was: there is nothing to save
    expect(page.locator("#grid-problems")).to_be_hidden()
    page.keyboard.press("F8")
    see(page.locator("#grid-status"), "没有要处理的格了")
    other = come(person("clerk"))
    other.goto(TABLE)
    for sheet, text in ((page, "甲的"), (other, "乙的")):
        cell(sheet, 5, "note").click()
        sheet.keyboard.type(text)
        sheet.keyboard.press("Enter")
        if sheet is page:
            settled(page)
    cell(other, 5, "note").locator(".says").wait_for()
    other.keyboard.press("F8")
    other.keyboard.press("F9")
    other.keyboard.press("Enter")  # the first choice: what stands there
    shows(other, 5, note="甲的")


def test_the_keys_are_shown_by_a_question_mark_and_tab_leads_out(page):
    cell(page, 1, "address").click()
    page.keyboard.press("?")
    see(page.locator("#keys"), "只用键盘也能填完")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#project-grid tbody td:not([data-locked])").first.click()
    page.keyboard.press("Shift+Tab")
    page.wait_for_function("() => !document.activeElement.classList.contains('grid-editor')")


def test_who_only_reads_copies_and_adds_up_and_changes_nothing(come):
    reader = come(person("auditor"), permissions=["clipboard-read", "clipboard-write"])
    reader.goto(TABLE)
    cell(reader, 1, "units").click()
    reader.keyboard.press("Shift+ArrowDown")
    see(reader.locator("#cell-bar"), "合计 200套")
    reader.keyboard.press("Control+c")
    assert reader.evaluate("navigator.clipboard.readText()") == "100\r\n100"
    reader.keyboard.type("9")
    reader.keyboard.press("Delete")
    shows(reader, 1, units="100")
    expect(reader.locator("#project-grid .unsaved")).to_have_count(0)
