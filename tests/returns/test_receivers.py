"""The receivers of a return: a copy-sheet in their order, their file, their receipt, and their export read back and compared."""

import csv
import io
from datetime import timedelta
from io import BytesIO

import pytest
import xlwt
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from anju.core.models.file import File
from anju.core.people.scope import open_scope
from anju.problems import Refused
from anju.returns.files import receivers
from anju.returns.models import Receipt
from anju.returns.queries import checks, grid, returns
from anju.returns.services import answers, filling, receipts
from anju.returns.services.filling import CellEntry
from tests.returns.conftest import pass_on

CODE = "statistics"


@pytest.fixture
def clerk(people, ready, projects, acting):
    """Signed in after the return was submitted."""
    with open_scope(people["clerk"]):
        filling.fill_cells(by=people["clerk"], ret_id=ready.pk, changes=[
            CellEntry(f"p{projects[0].pk}", "complete", "12", grid.lay_out_grid(people["clerk"], ready).cells[f"p{projects[0].pk}", "complete"].version),
            CellEntry(f"p{projects[1].pk}", "complete", "无任务", grid.lay_out_grid(people["clerk"], ready).cells[f"p{projects[1].pk}", "complete"].version),
        ])  # fmt: skip
        for one in checks.check_return(people["clerk"], ready):
            if one.open and one.level == "提醒":
                answers.answer_check(
                    by=people["clerk"], ret_id=ready.pk, check_id=one.check_id, line=one.line, text="情况属实。"
                )
        pass_on(people, ready)
    return acting(people["clerk"])


@pytest.fixture
def ret(clerk, ready):
    return returns.get_return(clerk, ready.pk)


@pytest.fixture
def receipt(clerk, ret):
    made = receipts.open_receipt(by=clerk, ret_id=ret.pk, code=CODE)
    receipts.register_sent(by=clerk, receipt_id=made.pk)
    return made


def rows_of(clerk, ret):
    """The receiver's export as it would come, head and rows."""
    made = receivers.make_copy_sheet(clerk, ret, CODE)
    return [[one.head for one in made.fields], *[list(texts) for _, texts in made.rows]]


def xlsx(rows, title=""):
    book = Workbook()
    for row in [[title], *rows] if title else rows:
        book.active.append([int(text) if text.isdecimal() and not text.startswith("0") else text for text in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("导出")
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write(at, column, int(text) if text.isdecimal() else text)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(rows, encoding):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


# --- out ---------------------------------------------------------------------


def test_the_copy_sheet_has_the_receivers_order_and_words(clerk, ret):
    made = receivers.make_copy_sheet(clerk, ret, CODE)
    assert [one.head for one in made.fields] == [
        "项目编码",
        "项目名称",
        "计划套数",
        "新开工套数",
        "基本建成套数",
        "竣工套数",
        "本年完成投资",
    ]
    assert [texts[:6] for _, texts in made.rows] == [
        ["A0", "西关棚改", "363", "0", "300", "无任务"], ["A1", "东关棚改", "282", "448", "0", "12"], ["B1", "东关小区", "", "", "", ""],
    ]  # fmt: skip


def test_the_copy_sheet_is_a_workbook_with_numbers_as_numbers(clerk, ret):
    page = load_workbook(BytesIO(receivers.make_copy_workbook(clerk, ret, CODE))).active
    texts = [[cell.value for cell in row] for row in page.iter_rows()]
    assert any(row[0] == "项目编码" for row in texts)
    (row,) = [row for row in texts if row[1] == "东关棚改"]
    assert row[:6] == ["A1", "东关棚改", 282, 448, 0, 12]


def test_the_file_is_read_back_by_another_reader_as_written(clerk, ret):
    name, content = receivers.export_for_receiver(clerk, ret, "province")
    assert name.endswith("（省级保障房系统）.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][:5] == ["项目编码", "项目名称", "类型", "计划套数", "开工（套）"]
    assert ["A1", "东关棚改", "棚户区改造", 282.0, 448.0, 166.0] in [row[:6] for row in rows]


def test_a_receiver_of_csv_gets_csv_that_excel_knows(clerk, ret, monkeypatch):
    to = receivers.find_receiver(ret, "province").model_copy(update={"file": "csv"})
    monkeypatch.setattr(receivers, "find_receiver", lambda ret, code: to)
    name, content = receivers.export_for_receiver(clerk, ret, "province")
    assert name.endswith(".csv") and content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[2][:2] == ["A1", "东关棚改"] and len(rows) == 4


def test_an_unknown_receiver_is_told_with_the_known_ones(clerk, ret):
    with pytest.raises(Refused, match=r"RET-701.*统计部门联网直报"):
        receivers.make_copy_sheet(clerk, ret, "nobody")


# --- receipts ----------------------------------------------------------------


def test_every_receiver_is_listed_with_its_state(clerk, ret, receipt):
    assert [(one.receiver.code, one.state) for one in receivers.list_receivers(clerk, ret)] == [
        ("city", "待报送"), ("statistics", "已报送"), ("province", "待报送"),
    ]  # fmt: skip


def test_a_receipt_is_opened_once_and_only_for_what_was_submitted(people, draft, acting):
    by = acting(people["clerk"])
    with pytest.raises(Refused, match="RET-703"):
        receipts.open_receipt(by=by, ret_id=draft.pk, code=CODE)
    type(draft).objects.filter(pk=draft.pk).update(state="city")
    first = receipts.open_receipt(by=by, ret_id=draft.pk, code=CODE)
    assert receipts.open_receipt(by=by, ret_id=draft.pk, code=CODE) == first
    with pytest.raises(Refused, match="RET-704"):
        receipts.open_receipt(by=by, ret_id=draft.pk, code="city")


def test_sent_then_received_by_number_or_file(clerk, receipt):
    with pytest.raises(Refused, match="RET-705"):
        receipts.register_receipt(by=clerk, receipt_id=receipt.pk)
    done = receipts.register_receipt(
        by=clerk, receipt_id=receipt.pk, number=" 回-17 ", name="回执.png", content=b"\x89PNG..."
    )
    assert (done.state, done.number, done.file.name) == (
        Receipt.RECEIVED,
        "回-17",
        "回执.png",
    ) and done.sent_at <= done.received_at
    with pytest.raises(Refused, match="STATE-001"):
        receipts.register_sent(by=clerk, receipt_id=receipt.pk)


def test_times_that_cannot_be_are_refused(clerk, receipt):
    for at in (timezone.now() + timedelta(hours=1), timezone.now() - timedelta(days=900)):
        with pytest.raises(Refused, match="RET-706"):
            receipts.register_receipt(by=clerk, receipt_id=receipt.pk, number="1", at=at)


def test_two_acts_of_one_minute_are_honest(clerk, receipt):
    """The page types minutes: the receipt of 9:30 came after what was sent at 9:30:25."""
    receipt.refresh_from_db()
    minute = receipt.sent_at.replace(second=0, microsecond=0)
    done = receipts.register_receipt(by=clerk, receipt_id=receipt.pk, number="回-17", at=minute)
    assert (done.state, done.received_at) == (Receipt.RECEIVED, receipt.sent_at)


def test_others_register_nothing(people, receipt, acting):
    with pytest.raises(Refused, match="ACT-001"):
        receipts.register_receipt(by=acting(people["reviewer"]), receipt_id=receipt.pk, number="1")
    with pytest.raises(Refused, match="RET-012"):
        receipts.register_receipt(by=acting(people["accountant"]), receipt_id=receipt.pk, number="1")
    with pytest.raises(Receipt.DoesNotExist):
        receipts.register_receipt(by=acting(people["neighbour"]), receipt_id=receipt.pk, number="1")


# --- read back ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ["xlsx", "titled", "xls", "utf-8", "gb18030"])
def test_an_export_that_says_the_same_is_the_receipt(clerk, ret, receipt, kind):
    rows = rows_of(clerk, ret)
    made = {"xlsx": xlsx, "titled": lambda rows: xlsx(rows, "统计联网直报导出"), "xls": xls}
    content = made[kind](rows) if kind in made else as_csv(rows, kind)
    assert receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=content, name="导出.xlsx") == []
    receipt.refresh_from_db()
    assert receipt.state == Receipt.RECEIVED and bytes(File.objects.get(pk=receipt.file_id).content) == content


def test_each_difference_is_told_with_both_values(clerk, ret, receipt, projects):
    rows = rows_of(clerk, ret)
    rows[2][3] = "102"  # another order of rows and another number
    rows[1], rows[2] = rows[2], rows[1]
    found = receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx(rows), name="导出.xlsx")
    (one,) = found
    assert (one.line, one.ours, one.theirs) == (f"p{projects[0].pk}", "448", "102")
    assert one.says == "“A1”“新开工套数”：本系统 448，对方 102（《导出.xlsx》工作表“Sheet” 单元格 D2）。"
    receipt.refresh_from_db()
    assert receipt.state == Receipt.DIFFERS and receipt.differences[0]["says"] == one.says


def test_after_mending_the_export_is_simply_read_again(clerk, ret, receipt):
    wrong = rows_of(clerk, ret)
    wrong[1][4] = "1"
    assert len(receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx(wrong), name="导出.xlsx")) == 1
    assert (
        receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx(rows_of(clerk, ret)), name="导出.xlsx")
        == []
    )
    receipt.refresh_from_db()
    assert receipt.state == Receipt.RECEIVED and receipt.differences == []


def test_a_row_on_one_side_only_is_a_difference_and_a_sum_is_none(clerk, ret, receipt):
    head, *rows = rows_of(clerk, ret)
    rows = [*rows[1:], ["X9", "别处的项目", "1", "1", "1", "1", "1"], ["合计", "", "645", "448", "300", "12", "1"]]
    found = receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx([head, *rows]), name="导出.xlsx")
    assert [one.says for one in found] == [
        "“X9”这一行只在对方的表里有，本系统没有。",
        "“A0”这一行只在本系统有，对方的表里没有。",
    ]


def test_another_unit_in_their_head_is_reckoned_with(clerk, ret, receipt):
    head, *rows = rows_of(clerk, ret)
    head[6] = "本年完成投资（元）"
    for row in rows:
        row[6] = str(int(float(row[6]) * 10_000))
    assert (
        receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx([head, *rows]), name="导出.xlsx") == []
    )


def test_no_task_may_be_blank_there_but_not_zero(clerk, ret, receipt):
    rows = rows_of(clerk, ret)
    assert rows[1][5] == "无任务"
    rows[1][5] = "0"
    (one,) = receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx(rows), name="导出.xlsx")
    assert (one.ours, one.theirs) == ("无任务", "0")
    rows[1][5] = ""
    assert receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx(rows), name="导出.xlsx") == []


def test_what_is_not_that_export_is_refused_and_nothing_changes(clerk, ret, receipt):
    head, *rows = rows_of(clerk, ret)
    fewer = [row[:4] + row[6:] for row in (head, *rows)]
    for content, codes in (
        (b"", ["WB-009"]), (b"\x00\x01\x02", ["WB-003"]), (b"%PDF-1.7", ["WB-003"]), ("别的,表\n1,2\n".encode(), ["RET-721"]),
        (xlsx(fewer), ["RET-722", "RET-722"]), (b"\xff\xfe\xff", ["RET-723"]),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=content, name="导出.xlsx")
        assert [problem.code for problem in refused.value.problems] == codes
    receipt.refresh_from_db()
    assert receipt.state == Receipt.SENT


def test_a_unit_in_the_format_of_their_cell_is_part_of_their_number(clerk, ret, receipt):
    book = load_workbook(BytesIO(xlsx(rows_of(clerk, ret))))
    cell = book.active.cell(2, 7)
    cell.value, cell.number_format = float(cell.value), '0"亿元"'
    out = BytesIO()
    book.save(out)
    (one,) = receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=out.getvalue(), name="导出.xlsx")
    assert one.theirs.endswith("亿元")
    rows = rows_of(clerk, ret)
    rows[1][6] += "亿"  # of what there is none: a difference, never a fall
    assert len(receipts.read_back_export(by=clerk, receipt_id=receipt.pk, content=xlsx(rows), name="导出.xlsx")) == 1
