"""One month of a county, from the clerk's list of what is due to the auditor's archive: every person at a page of their own, in a real browser.

It is one test, since each step stands on the one before it. What is asserted is what people see.
"""

import hashlib
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pdfplumber
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import expect

from anju.core.people.identity import find_actor
from anju.core.people.scope import open_scope
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.returns.forms import calendar
from anju.returns.services import opening
from tests.browser import see
from tests.month.conftest import FORM

NAME = "城镇保障性安居工程项目进度月报表"
REMARK, EXPLAINED = "第一行完成投资请与监理报表核对", "本月没有新进展，据实填报"
HEADS = [
    "项目编码",
    "项目名称",
    "计划套数（套）",
    "新开工套数",
    "基本建成套数",
    "竣工套数",
    "本年完成投资",
]  # of the statistics office's screen


def test_the_month(visit, site, county, tmp_path):
    clerk = sees_what_is_due_and_begins(visit(), county)
    pk = int(clerk.url.rstrip("/").rpartition("/")[2])
    rows = changes_cells_on_the_page(clerk)
    goes_offline_and_comes_back(clerk, rows, tmp_path)
    mends_what_blocks_and_answers_what_asks(clerk, rows)
    loses_nothing(clerk, site, rows)
    explains_and_hands_in(clerk)

    reviewer = visit(f"reviewer.{county.code}")
    is_sent_back_and_handed_in_again(reviewer, clerk, pk)
    departments_speak(visit, county, reviewer, pk)
    head = visit(f"head.{county.code}")
    acts(head, pk, "submit", "市级审定")
    paper = prints(clerk, pk, tmp_path)
    keeps_the_sealed_scan(clerk, pk, paper)

    city = visit(f"city-reviewer.{county.city}")
    city_sees_who_is_late_and_locks(city, county, pk)
    figure_leads_to_the_return(city, county, pk)
    receivers_get_it(clerk, pk, tmp_path)
    correction_stands_beside(clerk, pk, rows)

    leader_sees_gap_overdue_and_change(city, county)
    pack_is_written(visit(f"publisher.{county.city}"), county, tmp_path)
    auditor_takes_what_was_submitted(
        visit(f"auditor.{county.city}"), county, pk, draft_of_another_month(county), tmp_path
    )


# -- hands and eyes ----------------------------------------------------------------------------------------------------------------------


def text(page, of="main") -> str:
    return page.locator(of).inner_text()


def press(page, *keys) -> None:
    for key in keys:
        page.keyboard.press(key)


def opened(page, pk: int) -> None:
    page.goto(f"/returns/{pk}/")
    page.wait_for_selector("#next")


def spot(page, row: int, column: str):
    """The cell of a row of the grid."""
    codes = page.evaluate("JSON.parse(document.getElementById('grid-columns').textContent).map((one) => one.code)")
    return page.locator("#grid tbody tr").nth(row).locator("td").nth(codes.index(column))


def said(page, row: int, column: str) -> str:
    return spot(page, row, column).locator("span").inner_text().replace(",", "")


def type_in(page, row: int, column: str, value: str) -> None:
    spot(page, row, column).click()
    page.keyboard.type(value)
    press(page, "Enter")


def saved(page) -> None:
    page.wait_for_selector("#grid:not(:has(td.unsaved))")
    page.wait_for_selector("#saved.good:has-text('已保存')")


def more(value: str, by: int) -> str:
    """A sum of money of the grid and so many 万元 more."""
    whole, _, part = value.partition(".")
    return f"{int(whole or 0) + by}{'.' if part else ''}{part}"


def acts(page, pk: int, act: str, then: str, remark: str = "") -> None:
    """Do the act of the return; the line of states says that it is there."""
    opened(page, pk)
    form = page.locator(f"form[action$='/{act}/']")
    submit = form.locator("button:not([type=button])")
    if not submit.is_visible():
        page.locator(f"details:has(form[action$='/{act}/']) > summary").click()
    if remark:
        form.locator("textarea").fill(remark)
    submit.click()
    page.wait_for_selector(f".stages .now:has-text('{then}')")


def taken(page, link, folder: Path) -> Path:
    """What the link downloads, under the name that it gives."""
    with page.expect_download() as waiting:
        link.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


# -- the clerk ------------------------------------------------------------------------------------------------------------------------------


def sees_what_is_due_and_begins(page, county):
    """Sign in with the password that was printed; the first page is what is due, to whom, with hours left; Enter begins it."""
    page.goto("/")
    page.keyboard.type(f"clerk.{county.code}")
    press(page, "Tab")
    page.keyboard.type(county.passwords[f"clerk.{county.code}"])
    press(page, "Enter")
    page.wait_for_selector("#mine")
    first = (
        page.locator("#mine tbody tr").filter(has_text=NAME).filter(has_text=period_label(county.period)).inner_text()
    )
    assert (
        re.search(r"报\S+市，\d+月\d+日 17:30", first)
        and re.search(r"(\d+小时|\d+天|已过)", first)
        and "还没有开始" in first
    ), first
    while NAME not in page.evaluate("document.activeElement.closest('tr')?.innerText || ''"):
        press(page, "Tab")
    press(page, "Enter")
    page.wait_for_selector(".held #grid td.at")
    assert page.locator("#grid tbody tr").count() > 30, "thirty-odd projects, each with what the ledger says"
    assert said(page, 0, "planned") and page.locator("#grid td.changed").count() == 0
    see(page.locator("#cell-bar .refs"), "上月")
    return page


def changes_cells_on_the_page(page) -> list[int]:
    """The rows of shanty towns; three cells of the first are changed by keyboard."""
    count = page.locator("#grid tbody tr").count()
    rows = [n for n in range(count) if said(page, n, "kind") == "棚户区改造"]
    spot(page, rows[0], "invest").click()
    for column in ("invest", "arrive", "pay"):
        page.keyboard.type(more(said(page, rows[0], column), 120))
        press(page, "Tab")
    saved(page)
    for column in ("invest", "arrive", "pay"):
        expect(spot(page, rows[0], column)).to_contain_class("changed")
    expect(page.locator("#explanation-draft"), "what moved is drafted while one fills").to_be_visible()
    return rows


def goes_offline_and_comes_back(page, rows, folder) -> None:
    """Two cells are changed in the workbook, one of them on the page too: neither is lost, the one in doubt is told and settled."""
    path = taken(page, page.get_by_role("link", name="下载离线表"), folder)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    codes = next([cell.value for cell in line] for line in sheet.iter_rows() if line[0].value == "#列")
    keys = [page.locator("#grid tbody tr").nth(n).get_attribute("data-l") for n in rows[:3]]
    where = {line[0].value: line for line in sheet.iter_rows()}
    free, both = more(said(page, rows[1], "invest"), 31), said(page, rows[2], "invest")
    where[keys[1]][codes.index("invest")].value = float(free)
    where[keys[2]][codes.index("invest")].value = float(more(both, 50))
    book.save(path)

    type_in(page, rows[2], "invest", more(both, 40))
    saved(page)
    page.locator("input[aria-label='填好的离线表']").set_input_files(path)
    page.get_by_role("button", name="并入填好的离线表").click()
    page.wait_for_selector("h2:has-text('两边都改成了不同的数')")
    see(page.locator("main"), "共1格", more(both, 40), more(both, 50), "已存入的1格")
    page.get_by_role("link", name="回到报表").click()
    page.wait_for_selector(".held #grid td.at")
    assert (float(said(page, rows[1], "invest")), said(page, rows[2], "invest")) == (float(free), more(both, 40))
    type_in(page, rows[2], "invest", more(both, 50))  # the workbook was right
    saved(page)
    for row in rows[1:3]:
        for column in ("arrive", "pay"):
            type_in(page, row, column, said(page, row, "invest"))
    saved(page)


def mends_what_blocks_and_answers_what_asks(page, rows) -> None:
    start = said(page, rows[0], "start") or "0"
    type_in(page, rows[0], "start_money", str(int(start) + 1))
    saved(page)
    page.wait_for_selector("#checks .level.stop:has-text('阻断 1 处')")
    page.locator("#next button[data-leave]").click()
    page.wait_for_selector("h2:has-text('没有办成')")
    page.lines.expect("422")
    assert page.url.endswith("/returns/" + page.locator("#grid").get_attribute("data-ret") + "/"), (
        "to load it anew shows the return"
    )
    press(page, "F8")
    see(page.locator("#cell-note"), "货币化安置", "大于开工")
    type_in(page, rows[0], "start_money", "0")
    saved(page)
    page.wait_for_selector("#checks:not(:has(.level.stop))")

    type_in(page, rows[1], "start", str(int(said(page, rows[1], "planned")) + 1))  # more than was planned: asked why
    saved(page)
    over = page.locator("#checks li:not(.done)").filter(has_text="大于计划")
    page.locator("#checks .expander").click()
    over.locator("input[name=text]").fill("按示例函〔2026〕2号增加一套")
    press(page, "Enter")
    page.wait_for_function(
        "() => ![...document.querySelectorAll('#checks li:not(.done)')].some((one) => one.innerText.includes('大于计划'))"
    )
    for _ in range(80):  # the others by keyboard, each looked at
        page.locator("#grid").wait_for()
        press(page, "F8")
        if page.locator("#remark:has-text('没有要处理的格了')").count():
            break
        before = page.locator("#checks li:not(.done)").count()
        press(page, "F9")
        page.keyboard.type(EXPLAINED)
        press(page, "Enter")
        page.wait_for_function(
            "(before) => document.querySelectorAll('#checks li:not(.done)').length < before", arg=before
        )
    see(page.locator("#checks .head"), "都已答复")


def loses_nothing(page, site, rows) -> None:
    """The network goes while typing, then the server is killed: what was typed is kept on the computer and stored when it can be."""
    for cut, mend, word in (
        (lambda: page.context.set_offline(True), lambda: page.context.set_offline(False), "ERR_INTERNET_DISCONNECTED"), (site.kill, site.start, "ERR_CONNECTION_REFUSED"),
    ):  # fmt: skip
        page.lines.allow(word)
        value = more(said(page, rows[0], "invest"), 1)
        spot(page, rows[0], "invest").click()
        page.keyboard.type(value[:2])
        cut()
        page.keyboard.type(value[2:])
        press(page, "Enter")
        page.wait_for_selector("#saved.bad:has-text('已留在本机')")
        mend()
        saved(page)
        page.reload()
        page.wait_for_selector(".held #grid td.at")
        assert said(page, rows[0], "invest") == value


def explains_and_hands_in(page) -> None:
    drafted = text(page, "#explanation-draft")
    assert "完成投资" in drafted and "比上期增加" in drafted and EXPLAINED in drafted
    page.get_by_role("button", name="抄入上面，再改").click()
    page.get_by_role("button", name="存情况说明").click()
    page.wait_for_selector("#explain [role=status]:has-text('已保存')")
    page.locator("#grid td").nth(6).click()
    press(page, "Escape")
    page.wait_for_function("document.activeElement.textContent === '提交审核'")
    press(page, "Enter")
    page.wait_for_selector(".stages .now:has-text('审核')")


# -- the county's offices --------------------------------------------------------------------------------------------------------------------


def is_sent_back_and_handed_in_again(reviewer, clerk, pk: int) -> None:
    reviewer.goto("/returns/")
    reviewer.get_by_role("link", name="去审核").click()
    reviewer.wait_for_selector("#next")
    acts(reviewer, pk, "send-back", "填报", REMARK)
    opened(clerk, pk)
    assert REMARK in text(clerk, "main section.problems")
    clerk.wait_for_selector(".held #grid td.at")
    clerk.locator("#next button[data-leave]").click()
    clerk.wait_for_selector(".stages .now:has-text('审核')")
    acts(reviewer, pk, "review", "部门联审")


def departments_speak(visit, county, reviewer, pk: int) -> None:
    """Finance objects to a cell, is answered, and agrees; the others agree. Only then the review ends without a word."""
    finance = visit(f"finance.{county.code}")
    opened(finance, pk)
    form = finance.locator("form[action$='/opine/']")
    form.locator("input[value='0']").check()
    form.get_by_role("button", name="在表上点一格").click()
    finance.locator("#grid tbody td:not(.none)").nth(1).click()
    see(form.locator(".about"), "针对：")
    where = form.locator(".about").inner_text().removeprefix("针对：")
    form.locator("textarea").fill("与国库支付的数不一致")
    form.locator("button[data-leave]").click()
    finance.wait_for_selector(".state.bad:has-text('有不同意见')")

    opened(reviewer, pk)
    assert where in text(reviewer) and "与国库支付的数不一致" in text(reviewer)
    reviewer.locator("form[action$='/clear/'] button").click()
    reviewer.wait_for_selector(".problems:has-text('与国库支付的数不一致')")
    reviewer.lines.expect("422")

    for person in ("finance", "reform", "land"):
        page = visit(f"{person}.{county.code}")
        opened(page, pk)
        form = page.locator("form[action$='/opine/']")
        if not form.locator("textarea").is_visible():
            page.locator("details:has(form[action$='/opine/']) > summary").click()
        form.locator("input[value='1']").check()
        form.locator("button:not([type=button])").click()
        page.wait_for_selector(".done:has-text('联审意见已记入')")
    opened(reviewer, pk)
    assert reviewer.locator(".moves .state.on").count() == 3
    acts(reviewer, pk, "clear", "单位负责人")


def prints(page, pk: int, folder) -> Path:
    """The official form bears the names of those who filled, reviewed and submitted it."""
    opened(page, pk)
    page.locator("summary:has-text('打印和下载')").click()
    path = taken(page, page.get_by_role("link", name="打印的表（PDF）"), folder)
    with pdfplumber.open(path) as pdf:
        printed = "".join(one.extract_text() for one in pdf.pages)
    for signer, step in (("填表人", "提交审核"), ("审核人", "审核通过，送部门联审"), ("单位负责人", "上报市级")):
        name = re.search(rf"{step} (\S+?)，\d{{4}}年", text(page))[1]
        assert re.search(rf"{signer}\S?\s*{re.escape(name)}", printed), (signer, name, printed[-400:])
    assert NAME in printed
    return path


def keeps_the_sealed_scan(page, pk: int, paper: Path) -> None:
    opened(page, pk)
    page.locator("input[aria-label='盖章的扫描件']").set_input_files(paper)
    page.get_by_role("button", name="上传盖章件").click()
    page.wait_for_selector(".done:has-text('已留存')")
    expect(page.get_by_role("link", name=paper.name)).to_have_count(1)


# -- the city, and what comes of it ------------------------------------------------------------------------------------------------------------


def city_sees_who_is_late_and_locks(page, county, pk: int) -> None:
    page.goto("/returns/")
    assert "2个单位已报1个" in text(page)
    lines = page.locator("#progress tbody tr")
    ours = lines.filter(has_text=county.name).inner_text()
    other = lines.filter(has_not_text=county.name).inner_text()
    assert "待市级审定" in ours and re.search(r"按时|迟", ours), ours
    assert "还没有开始" in other and re.search(r"还剩|迟", other), other
    acts(page, pk, "lock", "锁定")
    see(page.locator("#next"), "内容摘要")


def figure_leads_to_the_return(page, county, pk: int) -> None:
    page.goto(f"/?region={county.code}&period={county.period[:4]}")
    page.locator(".done-so-far tr:has-text('棚户区改造开工量') a.fig").nth(1).click()  # after the task what was done
    page.wait_for_selector("#panel-body .big")
    see(page.locator("#panel-body"), period_label(county.period))
    page.locator("#panel-body").get_by_role("link", name="打开这张报表").click()
    page.wait_for_selector("#next")
    assert f"/returns/{pk}/" in page.url and NAME in text(page, "h1")


def receivers_get_it(page, pk: int, folder) -> None:
    """Their order and their words; what comes back is compared: the same, then one figure that is not."""
    page.goto(f"/returns/{pk}/receiver/statistics/")
    heads = [one.replace("\n", "") for one in page.locator("#copying thead th").all_inner_texts()]
    assert [one.partition("（")[0] for one in heads] == [one.partition("（")[0] for one in HEADS], heads
    page.goto(f"/returns/{pk}/receiver/province/")
    path = taken(page, page.get_by_role("link", name="下载导入文件"), folder)
    reads_back(page, path, "与报表完全一致")
    page.goto(f"/returns/{pk}/receiver/statistics/")
    path = taken(page, page.get_by_role("link", name="下载誊录单"), folder)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    last = next(cell for cell in reversed(list(sheet.iter_rows())[-1]) if isinstance(cell.value, int | float))
    was, last.value = last.value, last.value + 7
    book.save(path)
    reads_back(page, path, "1处不一致")
    assert str(was + 7).removesuffix(".0") in text(page, "section.problems").replace(",", "")


def reads_back(page, path: Path, says: str) -> None:
    page.get_by_role("button", name="登记已报送").click()
    page.wait_for_selector(".done:has-text('已登记报送')")
    page.locator("input[aria-label='对方系统导出的表']").set_input_files(path)
    page.get_by_role("button", name="回读核对").click()
    page.wait_for_selector(f".done:has-text('{says}')")


def correction_stands_beside(page, pk: int, rows) -> None:
    opened(page, pk)
    page.locator("summary:has-text('发起更正')").click()
    form = page.locator("form[action$='/correct/']")
    form.locator("textarea").fill("漏报二标段一套")
    form.locator("input[name=ordered_by]").fill("示例函〔2026〕3号")
    form.locator("button").click()
    page.wait_for_selector(".held #grid td.at")
    was = said(page, rows[0], "invest")
    type_in(page, rows[0], "invest", more(was, 9))
    saved(page)
    page.get_by_role("link", name="更正前后对照").click()
    page.wait_for_selector("h2:has-text('改动的格')")
    was, now = (f"{int(whole):,}.{part}" for whole, _, part in (one.partition(".") for one in (was, more(was, 9))))
    see(page.locator("main"), "更正了1格", "漏报二标段一套", "示例函〔2026〕3号", was, now)
    # in the whole table the cell says what it said before
    expect(page.locator("td.was-other small.was", has_text=f"原 {was}")).to_have_count(1)


def leader_sees_gap_overdue_and_change(page, county) -> None:
    page.goto(f"/?region={county.city}&period={county.period}")
    told = text(page)
    assert re.search(r"(距下|最近)一个节点", told) and "还差" in told
    # What is late is told as of now: on the first of a month last month's page says nothing of it any more.
    page.goto(f"/?region={county.city}&period={timezone.localdate().year}")
    assert re.search(r"逾期\d+件", text(page))
    page.goto(
        f"/?region={county.code}&period={county.period}"
    )  # of the city nothing can be compared while a county is missing
    if not county.period.endswith("-01"):  # since January: the first report of a year has none before it
        assert re.search(r"棚户区改造开工量\s*\+[\d,]+", text(page, ".done-so-far .findings")), text(
            page, ".done-so-far"
        )


def pack_is_written(page, county, folder) -> None:
    """The quarter's pack tells the month's figures: on the page, in Word and in the annex of Excel."""
    page.goto(f"/dispatch/?region={county.city}&period={county.period}")
    page.locator("form:has(input[value='dispatch-quarter']) button").click()
    page.wait_for_selector(".paper-scroll")
    article = text(page, ".paper-scroll")
    assert "棚户区改造开工总数未报" in article, "one county of two has reported: nobody adds that up"
    line = page.locator(f".paper-scroll tr:has-text('{county.name}')").first.locator("th, td").all_inner_texts()
    asked, started = line[1:3]
    assert int(started) < int(asked), line
    page.locator("summary:has-text('下载')").first.click()
    word = Document(str(taken(page, page.get_by_role("link", name="Word 文档"), folder)))
    rows = [[cell.text.strip() for cell in one.cells] for table in word.tables for one in table.rows]
    assert any(county.name in one and started in one for one in rows), rows
    page.locator("details:has(> summary:has-text('下载'))").first.evaluate("details => { details.open = true }")
    book = load_workbook(taken(page, page.get_by_role("link", name="附表 Excel"), folder))
    rows = [[str(cell.value) for cell in one] for sheet in book for one in sheet.iter_rows()]
    assert any(county.name in one and started in one for one in rows), rows


def draft_of_another_month(county) -> int:
    """Begun by the clerk for a month long ago, and never handed in."""
    by = find_actor(f"clerk.{county.code}")
    with open_scope(by):
        return opening.open_return(
            by=by,
            form_code=FORM,
            region=tree.find_region(by, county.code),
            period=calendar.shift_period(county.period, -5),
        ).pk


def auditor_takes_what_was_submitted(page, county, pk: int, draft: int, folder) -> None:
    """What was handed up is there, a draft is not; the archive says of every file what it is."""
    opened(page, pk)
    assert REMARK in text(page)
    assert page.goto(f"/returns/{draft}/").status == 404
    page.lines.expect("404")
    page.goto(f"/returns/?region={county.code}")
    assert (
        page.locator(f"a[href='/returns/{pk}/']").count() and not page.locator(f"a[href='/returns/{draft}/']").count()
    )
    page.locator("#periods").fill(county.period)
    path = taken(page, page.get_by_role("button", name="导出"), folder)
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = [one for one in archive.namelist() if one != "manifest.json"]
        assert manifest["returns"] == 1 and manifest["number"] and set(manifest["files"]) == set(names)
        for name in names:
            assert manifest["files"][name]["sha256"] == hashlib.sha256(archive.read(name)).hexdigest()
        assert any("盖章件" in one for one in names) and any("联审意见" in one for one in names)
