"""What comes out of Excel's clipboard is read as heads, names and a unit, or refused with a sentence."""

import pytest

from anju.documents.asking.pasted import read_pasted
from anju.problems import Refused

PLACES = {"合计", "城区", "沁水县", "泽州县"}


def read(text):
    return read_pasted(text, PLACES.__contains__)


def test_three_head_rows_with_merged_cells():
    text = "县区\t棚户区改造\t\t\t投资（亿元）\t\n\t任务\t开工\t\t任务\t完成\n\t\t套数\t率\t\t\n城区\t\t\t\t\t\n泽州县\t\t\t\t\t"
    table = read(text)
    assert table.corner == "县区"
    assert table.heads == (
        ("棚户区改造", "任务"), ("棚户区改造", "开工", "套数"), ("棚户区改造", "开工", "率"), ("投资（亿元）", "任务"), ("投资（亿元）", "完成"),
    )  # fmt: skip
    assert table.names == ("城区", "泽州县")


def test_a_column_of_numbers_before_the_names_a_title_and_a_unit_above():
    table = read("各县进度表\t\t\n单位：套\t\t\n序号\t县区\t任务\n1\t城区\t\n2\t沁水县\t")
    assert (table.title, table.unit, table.numbered, table.corner) == ("各县进度表", "套", "序号", "县区")
    assert (table.heads, table.names) == ((("任务",),), ("城区", "沁水县"))


def test_a_head_alone_has_no_rows():
    table = read("县区\t任务\t完成")
    assert (table.heads, table.names) == ((("任务",), ("完成",)), ())


def test_a_cell_with_a_line_break_is_one_cell():
    assert read('县区\t"开工\n（套）"\n城区\t').heads == (("开工（套）",),)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "DOC-120"), ("县区", "DOC-120"), ("\n\n\t\t", "DOC-120"), ("a\tb\n" * 5 + "城区\t", "DOC-120"), ("a\t" * 70, "DOC-121"), ("a\t" * 200_000, "DOC-121"),
     ("县区\t任务\n" + "城区\t\n" * 501, "DOC-121")],
)  # fmt: skip
def test_what_is_no_head_is_refused(text, code):
    with pytest.raises(Refused, match=code):
        read(text)
