"""A page's official table as an Excel file with its merged head; numbers stay numbers, with the decimals the page shows."""

from anju.core.pages.layout.figures import STATES
from anju.core.pages.layout.sheets import Cell, Column, Sheet
from anju.workbooks.writing import tables
from anju.workbooks.writing.tables import Printed


def paths(sheet: Sheet) -> list[list[str]]:
    """Each column's headings from the top, its unit in the last."""
    found: list[list[str]] = []

    def walk(column: Column, above: list[str]) -> None:
        here = [*above, f"{column.label}（{column.unit}）" if column.unit else column.label]
        for child in column.children:
            walk(child, here)
        if not column.children:
            found.append(here)

    for column in sheet.columns:
        walk(column, [])
    return found


def value(cell: Cell) -> str | Printed | None:
    figure = cell.figure
    if figure is None:
        return cell.text or None
    text = figure.text(cell.unit or None, cell.places)
    if not text:
        stored = figure.observation_id is not None or figure.state == "no_task"
        return STATES.get(figure.state, ("", ""))[0] or None if stored else None
    whole, _, fraction = text.partition(".")
    return Printed(int(whole + fraction), len(fraction), (cell.unit or figure.unit) == "%")


def write(sheet: Sheet, title: str) -> bytes:
    rows = [[value(cell) for cell in row.cells] for row in sheet.rows]
    return tables.write_table(paths(sheet), rows, title=title, sheet=sheet.caption or "表", widths=[16])
