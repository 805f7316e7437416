"""The stamp of a workbook that is filled in offline: it comes back as it was written, or it is refused."""

import io

import pytest
import xlsxwriter
from openpyxl import load_workbook

from anju.problems import Problem, Refused
from anju.workbooks.files.stamp import read_stamp, write_stamp

SHEET = "_stamp"
SAYS = {"layout": "1", "name": "月报"}
ROWS = [["", "plan", "done"], ["p1", "1|12", ""], ["p2", "3|两行\n文字", "0|7"]]
FOREIGN, ALTERED = (Problem(code, "《表》", "不对", "请重新下载。") for code in ("X-1", "X-2"))


def written(rows=ROWS, beside=()):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("填报")
    page = write_stamp(book, SHEET, SAYS, rows)
    page.write_column(0, 4, beside)
    book.close()
    return out.getvalue()


def back(content, **how):
    return read_stamp(load_workbook(io.BytesIO(content), **how), SHEET, foreign=FOREIGN, altered=ALTERED)


def changed(content, cell, value):
    book = load_workbook(io.BytesIO(content))
    book[SHEET][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("how", [{}, {"read_only": True}, {"data_only": True}])
@pytest.mark.parametrize("rows", [ROWS, [], [["1", "2", "{}"], ["2", "1", "{}"]], [[""]]])
def test_it_comes_back_as_it_was_written(rows, how):
    stamp = back(written(rows), **how)
    assert stamp.says == SAYS and stamp.rows == rows


def test_what_else_stands_beside_and_below_is_no_part_of_it():
    assert back(written(beside=["未报", "无任务", "不适用", "甲", "乙", "丙", "丁"])).rows == ROWS


def test_another_workbook_is_foreign():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("填报")
    book.close()
    with pytest.raises(Refused, match="X-1"):
        back(out.getvalue())


@pytest.mark.parametrize("cell", ["A1", "A2", "B3", "A4", "B4", "A5", "C5"])
@pytest.mark.parametrize("value", ["9", None])
def test_a_change_anywhere_is_noticed(cell, value):
    with pytest.raises(Refused, match="X-2"):
        back(changed(written(), cell, value))


def test_a_stamp_of_an_earlier_version_of_the_system_is_believed():
    """The bytes of the digest are a format: workbooks that are out there come back after an upgrade."""
    page = load_workbook(io.BytesIO(written()))[SHEET]
    assert page["A1"].value == '{"layout": "1", "name": "月报"}'
    assert page["A2"].value == "4a029a37be3ae614714c4dc0a07e73e705476aaad59c0a689905da09d8a511c3"
    assert page.sheet_state == "veryHidden"
