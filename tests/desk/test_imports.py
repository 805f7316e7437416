"""A workbook is checked before anything is stored; reminders are answered; an import is taken back."""

import io

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser import see
from tests.desk.conftest import PLACES

FORM = PLACES / "jincheng-2021" / "附件4 审计整改.xlsx"


def edited(tmp_path, cell: str, value, name: str = "审计整改.xlsx"):
    """The published form with one cell changed."""
    book = openpyxl.load_workbook(FORM)
    book.active[cell] = value
    path = tmp_path / name
    book.save(path)
    return path


@pytest.fixture
def cell():
    """Where 城区's 2016 findings stand in the form."""
    sheet = openpyxl.load_workbook(FORM).active
    row = next(
        row for row in sheet.iter_rows() if any(str(one.value).replace(" ", "") == "城区" for one in row if one.value)
    )
    return next(one for one in row if isinstance(one.value, int | float)).coordinate


def upload(page, path, form: str = ""):
    page.goto("/imports/?region=140500&period=2021")
    page.locator("#file").set_input_files(path)
    if form:
        page.locator("#map").select_option(form)
    page.get_by_role("button", name="核对这个表").click()
    page.wait_for_url("**/imports/check/**")


def test_every_problem_is_shown_at_its_cell_and_marked_in_the_returned_workbook(page, tmp_path, cell):
    upload(page, edited(tmp_path, cell, "十四个左右吧"))
    page.lines.expect("422")
    see(page.locator("h1"), "必须改正，没有导入")
    see(page.locator("#stops tbody tr").first, f"单元格 {cell}", "十四个左右吧")
    with page.expect_download() as download:
        page.get_by_text("下载标注了问题的表").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert book.sheetnames[0] == "问题清单"
    assert book.worksheets[1][cell].comment is not None


def test_many_problems_are_told_by_kind_and_column_and_in_one_column_of_the_returned_workbook(page, tmp_path):
    book = openpyxl.load_workbook(PLACES / "jincheng-2021" / "正文数据.xlsx")
    sheet = book.active
    like = [cell.value for cell in next(row for row in sheet.iter_rows() if any(str(c.value) == "42" for c in row))]
    first = sheet.max_row + 1
    for _ in range(600):
        sheet.append(["四十二套上下" if str(value) == "42" else value for value in like])
    path = tmp_path / "错得多.xlsx"
    book.save(path)
    upload(page, path, "jincheng-2021/long-form")
    page.lines.expect("422")
    see(page.locator("h1"), "处必须改正，没有导入")
    row = page.locator("#stops tbody tr", has_text="四十二套上下")
    expect(row).to_have_count(1)
    see(row, "600", str(first))
    page.screenshot(path=tmp_path / "many.png")
    with page.expect_download() as download:
        page.get_by_text("下载标注了问题的表").click()
    returned = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets[1]
    last = returned.max_column
    assert returned.cell(first - 1, last).value == "校验问题" and returned.auto_filter.ref
    assert all("四十二套上下" in returned.cell(number, last).value for number in range(first, first + 600))


def test_same_file_again_changes_nothing_and_says_so(page):
    upload(page, FORM)
    see(page.locator("main"), "完全相同")


def test_reminder_is_answered_then_imported_then_taken_back(page, tmp_path):
    book = openpyxl.load_workbook(PLACES / "jincheng-2021" / "正文数据.xlsx")
    number = next(one for row in book.active.iter_rows() for one in row if str(one.value) == "42")
    number.value = type(number.value)(43)
    path = tmp_path / "更新的正文数据.xlsx"
    book.save(path)
    upload(page, path, "jincheng-2021/long-form")
    asks = page.locator(".field.ask")
    asks.first.wait_for()
    page.get_by_role("button", name="导入这些数").click()  # unanswered
    page.locator("[aria-invalid]").first.wait_for()
    page.lines.expect("422")
    see(page.locator("section.problems"), f"还有{asks.count()}条提醒没有答复")
    expect(page.get_by_text("导入以后")).to_have_count(1)  # what it would do is still there
    see(page.locator(".page-head"), "晋城市2021年度通报正文数据")
    for number in range(page.locator(".field.ask").count()):
        page.locator(".field.ask input[type=text]").nth(number).fill("与市审计局核对，原表漏记一个")
    page.get_by_role("button", name="导入这些数").click()
    page.locator(".done", has_text="改动").wait_for()

    page.get_by_text("撤销这次导入").first.click()
    page.locator("details[open] button.btn-risk").click()
    page.get_by_text("撤销没有写原因").wait_for()
    page.lines.expect("422")
    page.get_by_text("撤销这次导入").first.click()
    page.locator("details[open] input[name=reason]").fill("传错了文件")
    page.locator("details[open] button.btn-risk").click()
    page.locator(".done", has_text="已撤销").wait_for()
    assert "region=140500" in page.url and "period=2021" in page.url
    page.goto("/trail/?words=更新的正文数据")
    text = page.locator("#trail").inner_text()
    assert "导入" in text and "传错了文件" in text


def test_form_that_nobody_knows_is_refused_in_words(page, tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "随便写的"
    path = tmp_path / "别的表.xlsx"
    book.save(path)
    upload(page, path)
    page.lines.expect("422")
    page.locator("#stops tbody tr").first.wait_for()


def test_upload_without_a_file_is_refused(page):
    page.goto("/imports/?region=140500")
    page.evaluate("document.querySelector('#file').removeAttribute('required')")
    page.get_by_role("button", name="核对这个表").click()
    page.get_by_text("没有选文件").wait_for()
    page.lines.expect("422")


def test_imported_file_comes_back_as_it_was(page):
    page.goto("/imports/?region=140500")
    with page.expect_download() as download:
        page.get_by_role("link", name="附件4 审计整改.xlsx").first.click()
    assert download.value.path().read_bytes() == FORM.read_bytes()
