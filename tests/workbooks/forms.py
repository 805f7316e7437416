"""Small forms that the tests fill in and spoil."""

import io

from openpyxl import Workbook

from anju.workbooks.reading.maps import TableMap

# One head of three rows, as annexes have it: A region; B:D starts (target, done, of which monetised); E money.
HEAD = [
    ["2021年度示例情况", None, None, None, None],
    ["单位：套", None, None, None, None],
    ["县区名称", "年度开工建设情况（套）", None, None, "完成投资（亿元）"],
    [None, "任务量", "开工量", None, None],
    [None, None, "合计", "其中：货币化安置", None],
]
MERGES = ["A1:E1", "A2:E2", "A3:A5", "B3:D3", "B4:B5", "C4:D4", "E3:E5"]
BODY = [["全市", 30, 33, 3, 1.5], ["东区", 10, 12, 1, 1], ["西区", 20, 21, 2, 0.5]]

WIDE = {
    "map": "example",
    "title": "示例情况",
    "period": "{year}",
    "rows": {"label": ["县区名称"], "totals": [{"name": ["全市", "合计"]}]},
    "columns": [
        {"path": "年度开工建设情况 / 任务量", "measure": "start.target", "unit": "套"},
        {"path": "年度开工建设情况 / 开工量 / 合计", "measure": "start", "unit": "套"},
        {"path": "年度开工建设情况 / 开工量 / 其中货币化安置", "measure": "start.money", "unit": "套"},
        {"path": "完成投资", "measure": "invest", "unit": "亿元"},
    ],
    "checks": [{"small": "start.money", "large": "start"}],
}
LONG = {
    "map": "long",
    "form": "long",
    "measures": {
        "开工量": "shanty.start",
        "开工任务": "shanty.start.target",
        "开工率": "shanty.start.rate",
        "资金": "funds.total",
        "拨款": "funds.a",
        "贷款": "funds.b",
    },
    "calibres": {"口径一": "cal1"},
    "published": [
        {"measure": "shanty.start.rate", "ratio": ["shanty.start", "shanty.start.target"]},
        {"measure": "funds.total", "sum": ["funds.a", "funds.b"]},
    ],
}
LONG_HEAD = ["区划", "指标", "期间", "口径", "数值", "单位", "状态", "推定依据", "出处"]


def table(**changes):
    """The example's map with changes."""
    return TableMap.model_validate({**WIDE, **changes})


def saved(book) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def form(body=None, head=None, merges=None, spoil=None, name="附表") -> bytes:
    """The example form as a file; spoil(sheet) breaks it."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for row in [*(HEAD if head is None else head), *(BODY if body is None else body)]:
        sheet.append(row)
    for area in MERGES if merges is None else merges:
        sheet.merge_cells(area)
    for row in range(6, sheet.max_row + 1):
        sheet.cell(row, 5).number_format = "0.00"
    if spoil:
        spoil(sheet)
    return saved(book)


def long_form(*rows, head=None) -> bytes:
    book = Workbook()
    book.active.title = "数据"
    book.active.append(head or LONG_HEAD)
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def found(reading) -> list[tuple[str, str]]:
    """(code, cell) of every problem, for the tests to name."""
    return [(one.code, one.where.cell) for one in reading.problems]


def values(reading) -> dict:
    return {(cell.region_name, cell.key): cell.text for cell in reading.cells}
