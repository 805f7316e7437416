"""Reading 100,000 rows: ours against bare python-calamine and bare openpyxl. Each in a process of its own.

python -m benchmarks.workbooks.bench        runs everything and prints a table
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

ROWS = 100_000
WIDE, LONG = "wide.xlsx", "long.xlsx"


def make(folder: Path) -> None:
    """wide: a name and ten numbers a row (half with two decimals); long: nine columns, one number a row."""
    with xlsxwriter.Workbook(folder / WIDE, {"constant_memory": True}) as book:
        sheet, formats = book.add_worksheet(), [book.add_format({"num_format": code}) for code in ("0", "0.00")]
        sheet.write_row(0, 0, ["区划", *(f"指标{n}（{('套', '亿元')[n % 2]}）" for n in range(10))])
        for row in range(1, ROWS + 1):
            sheet.write_string(row, 0, f"第{row}县")
            for n in range(10):
                sheet.write_number(row, n + 1, row * (n + 1) % 9973 / (100 if n % 2 else 1), formats[n % 2])
    with xlsxwriter.Workbook(folder / LONG, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["区划", "指标", "期间", "口径", "数值", "单位", "状态", "推定依据", "出处"])
        for row in range(1, ROWS + 1):
            sheet.write_row(
                row, 0, [f"第{row % 3000}县", f"指标{row // 3000}", "2021", "", row % 9973, "套", "", "", "月报"]
            )


def maps() -> dict:
    from anju.workbooks.reading.maps import TableMap

    columns = [{"path": f"指标{n}", "measure": f"m.x{n}", "unit": ("套", "亿元")[n % 2]} for n in range(10)]
    wide = {"map": "w", "period": "2021", "rows": {"label": "区划"}, "columns": columns}
    return {
        WIDE: TableMap.model_validate(wide),
        LONG: TableMap.model_validate(
            {"map": "l", "form": "long", "measures": {f"指标{n}": f"m.x{n}" for n in range(40)}}
        ),
    }


def one(way: str, path: Path) -> None:
    """Read one file one way; print CPU seconds, values, peak memory as JSON."""
    from openpyxl import load_workbook
    from python_calamine import CalamineWorkbook

    from anju.workbooks.reading.cells import WorkbookReading
    from anju.workbooks.reading.reader import read_workbook, stream_cells

    table, start, problems = maps()[path.name], time.process_time(), []
    if way == "calamine":
        count = sum(len(row) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
    elif way == "openpyxl":
        count = sum(len(row) for row in load_workbook(path, read_only=True).active.iter_rows(values_only=True))
    elif way == "stream":
        reading = WorkbookReading("", "", "")
        count, problems = sum(1 for _ in stream_cells(path, table, reading)), reading.problems
    else:
        reading = read_workbook(path, table)
        count, problems = len(reading.cells), reading.problems
    spent = time.process_time() - start
    print(
        json.dumps(
            {
                "seconds": f"{spent:.1f}",
                "count": count,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
                "problems": len(problems),
            }
        )
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        print("| 文件 | 方式 | CPU 秒 | 读到 | 峰值内存（兆） |\n|---|---|---|---|---|")
        for name in (WIDE, LONG):
            for way in ("calamine", "openpyxl", "stream", "read"):
                out = subprocess.run(
                    [sys.executable, __file__, way, str(Path(folder, name))], capture_output=True, text=True, check=True
                ).stdout
                result = json.loads(out)
                print(f"| {name} | {way} | {result['seconds']} | {result['count']} | {result['memory']} |", flush=True)


if __name__ == "__main__":
    one(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) == 3 else main()
