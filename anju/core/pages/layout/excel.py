"""A page's official table as an Excel file with its merged head; numbers stay numbers, with the decimals the page shows."""

from collections.abc import Sequence

from anju.core.pages.layout.figures import STATES
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn
from anju.workbooks.writing import tables
from anju.workbooks.writing.tables import PrintedNumber


def path(columns: Sequence[SheetColumn]) -> list[str]:
    """A column's headings as texts, with their units."""
    return [f"{column.label}（{column.unit}）" if column.unit else column.label for column in columns]


def excel_value(cell: SheetCell) -> str | PrintedNumber | None:
    figure = cell.figure
    if figure is None:
        return cell.text or None
    text = figure.text(cell.unit or None, cell.places)
    if not text:
        stored = figure.observation_id is not None or figure.state == "no_task"
        return STATES.get(figure.state, ("", ""))[0] or None if stored else None
    whole, _, fraction = text.partition(".")
    mark = "（推定）" if figure.assumed else ""
    return PrintedNumber(int(whole + fraction), len(fraction), (cell.unit or figure.unit) == "%", mark)


def write_sheet(sheet: Sheet, title: str) -> bytes:
    rows = [[excel_value(cell) for cell in row.cells] for row in sheet.rows]
    return tables.write_table(
        [path(one) for one in sheet.paths], rows, title=title, sheet=sheet.caption or "表", widths=[16]
    )
