"""How the numbers of a return are written, on the page and on paper: a column alike, the thousands apart. Pure."""

from anju.quantities import exact_text, separate_thousands
from anju.returns.queries.grid import GridCell, ReturnGrid

YEARS = "年"  # 2026 is no 2,026


class NumberWriter:
    """One way of writing for a whole column: as many decimals as its finest number needs, and the thousands separated."""

    def __init__(self, grid: ReturnGrid) -> None:
        self.columns = {column.code: column for column in grid.columns if column.type == "number"}
        self.places = dict.fromkeys(self.columns, 0)
        for (_, code), cell in grid.cells.items():
            if code in self.places and is_number(cell):
                self.places[code] = max(self.places[code], len(cell.text.partition(".")[2]))

    def text(self, code: str, text: str) -> str:
        """A number of that column, given as plain decimal text; what is none of its own stays as it is."""
        column = self.columns.get(code)
        if column is None or not text or column.unit == YEARS:
            return text
        return separate_thousands(text, self.places[code])

    def cell(self, cell: GridCell) -> str:
        return self.text(cell.column, cell.text) if is_number(cell) else cell.text


def is_number(cell: GridCell) -> bool:
    return cell.state == "number" and cell.text != ""


def counted_text(base: int | None, unit: str) -> str:
    """A number in a sentence: with the decimals that it needs."""
    text = exact_text(base, unit)
    return separate_thousands(text) if text and unit != YEARS else text
