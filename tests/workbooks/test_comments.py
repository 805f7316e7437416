"""Units that somebody wrote into a comment (批注): told where they are not the ones that are read."""

import io
import struct

import openpyxl
import pytest
from openpyxl.comments import Comment

from anju.workbooks.files.biff import read_biff
from anju.workbooks.files.ole import ole_streams
from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import LONG, form, found, long_form, saved, table, values
from tests.workbooks.test_old_files import container, old_form, record


def commented(author: str = "张三", **comments) -> bytes:
    """The example form with comments: E3="单位：万元"."""

    def spoil(sheet):
        for cell, text in comments.items():
            sheet[cell].comment = Comment(text, author)

    return form(spoil=spoil)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("E3", "单位：万元"),
        ("E3", "张三:\n单位：万元"),
        ("E3", "金额单位为万元"),
        ("E3", "（万元）"),
        ("E3", "單位：萬元"),
        ("E3", "以万元为单位"),
        ("E6", "单位：万元"),
        ("E8", "这一格单位是元"),
        ("B3", "单位：万套"),
        ("C4", "单位：户"),
        ("D5", "单位：万套"),
    ],
)
def test_a_unit_in_a_comment_that_is_not_the_one_read_is_told(cell, text):
    reading = read_workbook(commented(**{cell: text}), table())
    assert found(reading) == [("WB-018", cell)] and not reading.blocked
    assert values(reading)["西区", "invest"] == "0.50"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("E3", "单位：亿元"),
        ("E3", "请财政局核对"),
        ("E3", "填报单位：某某局"),
        ("B4", "单位：套"),
        ("A3", "单位：套、亿元"),
        ("G9", "单位：万元"),
        ("B6", "含上年结转"),
    ],
)
def test_a_comment_that_agrees_or_says_nothing_of_units_is_left_alone(cell, text):
    assert found(read_workbook(commented(**{cell: text}), table())) == []


def test_a_comment_over_the_table_is_about_the_columns_without_a_unit_of_their_own():
    columns = [{"path": "到位", "measure": "a", "unit": "亿元"}, {"path": "拨付", "measure": "b", "unit": "亿元"}]
    money = TableMap.model_validate({"map": "m", "period": "2021", "rows": {"label": ["县区"]}, "columns": columns})

    def spoil(sheet):
        sheet["A1"].comment = Comment("单位：万元", "李四")

    head = [["资金表"], ["县区", "到位（亿元）", "拨付"]]
    reading = read_workbook(form([["东区", 1, 2]], head=head, merges=[], spoil=spoil), money)
    assert found(reading) == [("WB-018", "A1")] and "拨付" in str(reading.problems[0].where.field)


def test_what_we_wrote_beside_the_cells_ourselves_is_no_unit():
    for author in ("安居校验", "安居"):
        assert found(read_workbook(commented(author, E6="单位：万元"), table())) == []


def test_a_long_form_tells_it_too():
    rows = [["东区", "资金", "2021", "", 5, "万元"]]
    book = openpyxl.load_workbook(io.BytesIO(long_form(*rows)))
    book.active["E2"].comment = Comment("单位：元", "王五")
    reading = read_workbook(saved(book), TableMap.model_validate({**LONG, "published": []}))
    assert found(reading) == [("WB-018", "E2")]


def old_commented(row: int, column: int, text: str) -> bytes:
    """An .xls with a comment, which no library here writes: its records before the end of the sheet."""
    stream = ole_streams(old_form())["Workbook"]
    at = next(at for at in range(len(stream) - 4, 0, -1) if stream[at : at + 4] == struct.pack("<HH", 0x0A, 0))
    letters = text.encode("utf-16-le")
    records = (
        record(0x5D, struct.pack("<HHHH", 0x15, 0x12, 0x19, 7) + b"\0" * 14)
        + record(0x1B6, struct.pack("<HHHHHHHH", 0, 0, 0, 0, 0, len(text), 16, 0) + b"\0\0")
        + record(0x3C, b"\1" + letters)
        + record(0x3C, b"\0" * 16)
        + record(0x1C, struct.pack("<HHHH", row, column, 0, 7) + b"\0\0\0\0")
    )
    return container({"Workbook": (stream[:at] + records + stream[at:]).ljust(5000, b"\0")})


def test_comments_of_an_old_file_are_read():
    data = old_commented(5, 4, "单位：万元")
    assert read_biff(data)[0][0].marks.comments == {(5, 4): "单位：万元"}
    assert found(read_workbook(data, table(), name="旧表.xls")) == [("WB-018", "E6")]
    assert found(read_workbook(old_commented(5, 4, "单位：亿元"), table(), name="旧表.xls")) == []
