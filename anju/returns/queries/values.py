"""What stands in a return as values: of each line, of computed lines and of the line of sums. Pure but for the rows it is given."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from anju.quantities import exact_text, scaled_text, to_base
from anju.returns.forms.book import unit_places
from anju.returns.forms.spec import TOTAL, FormColumn, FormSpec
from anju.returns.models import Cell, Line
from anju.workbooks.files.numbers import ParsedNumber
from anju.workbooks.files.typed import read_typed_number


class StoredCell(NamedTuple):
    """A cell as it was read: a month closed reads 140,000 of them, and as many instances of the model would take half its time."""

    line: str
    column: str
    state: str
    value: int | None
    places: int
    text: str
    version: int
    via: str


NOTHING = ("no_task", "not_applicable")  # said by the unit itself: a sum may leave it out; 未报 and blank it may not
Key = tuple[str, str]


def rulebook_text(base: int, unit_name: str) -> str:
    """Base units as the decimal text of the unit, nothing rounded: what a rulebook takes."""
    return scaled_text(base, unit_places(unit_name))


def read_number(text: str, column: FormColumn) -> tuple[int, int]:
    """Base units and places as typed: 1,020, １２, 0.5亿, =100+20. ValueError says in Chinese what is wrong."""
    return fit_number(text, read_typed_number(text, column.unit), column)


def fit_number(text: str, typed: ParsedNumber, column: FormColumn) -> tuple[int, int]:
    """What was read of a text, as a cell of the column takes it."""
    if typed.state != Cell.NUMBER:
        raise ValueError(f"“{text}”不是数{f'：{typed.flaw}' if typed.flaw else ''}。")
    if typed.approx:
        raise ValueError(f"“{text}”是约数，这里填确切的数。")
    digits, places = typed.digits, typed.places
    while places > column.places and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    if len(str(abs(digits))) - places > 15:
        raise ValueError(f"{text} 太大。")
    if places > column.places:
        raise ValueError(
            f"{text} 有 {places} 位小数，这一列{f'最多 {column.places} 位' if column.places else '只填整数'}。"
        )
    if digits < 0 and not column.signed:
        raise ValueError(f"{text} 是负数。")
    return to_base(digits, places, column.unit), places


def cell_text(cell: Cell | StoredCell | None, column: FormColumn) -> str:
    """A cell as people read it."""
    if cell is None:
        return ""
    if cell.state == Cell.NUMBER:
        return exact_text(cell.value, column.unit, cell.places)
    return cell.text if cell.state == Cell.TEXT else Cell.STATES[cell.state]


def is_blank(cell: Cell | StoredCell | None) -> bool:
    return cell is None or (cell.state == Cell.TEXT and not cell.text)


class ReturnValues:
    """The lines and cells of one return under its form."""

    def __init__(self, spec: FormSpec, lines: Iterable[Line], cells: Iterable[StoredCell]) -> None:
        self.spec = spec
        self.lines = {line.key: line for line in lines}
        self.cells: dict[Key, StoredCell] = {(cell.line, cell.column): cell for cell in cells}
        self._sums: dict[Any, int | None] = {}
        self._has: dict[Key, bool] = {}

    def has(self, line: str, column: FormColumn) -> bool:
        """Is there such a cell (if only a computed one)? Asked of each cell again and again."""
        key = (line, column.code)
        found = self._has.get(key)
        if found is None:
            found = self._has[key] = self._takes(line, column)
        return found

    def _takes(self, line: str, column: FormColumn) -> bool:
        if line == TOTAL:
            return column.type == "number" and column.sum
        fixed = self.spec.by_key.get(line)
        if fixed and (fixed.heading or (fixed.only and column.code not in fixed.only)):
            return False
        return line in self.lines and column.takes(self.lines[line].facts)

    def number(self, line: str, code: str) -> int | None:
        """Base units; None where it is not known or is none. Formulas are not computed here."""
        if line == TOTAL:
            return self.total(code)
        fixed = self.spec.by_key.get(line)
        if fixed and fixed.computed:
            return self._fixed(line, code)
        cell = self.cells.get((line, code))
        return (
            cell.value
            if cell is not None and cell.state == Cell.NUMBER and self.has(line, self.spec.by_code[code])
            else None
        )

    def text(self, line: str, code: str) -> str | None:
        cell = self.cells.get((line, code))
        return cell.text or None if cell is not None and cell.state == Cell.TEXT else None

    def nothing(self, line: str, code: str) -> bool:
        """Does the line add nothing by its own word, or by having no such cell?"""
        if not self.has(line, self.spec.by_code[code]):
            return True
        fixed = self.spec.by_key.get(line)
        if fixed and fixed.computed:
            return all(self.nothing(one, code) for one in (*fixed.total_of, *fixed.less))
        cell = self.cells.get((line, code))
        return cell is not None and cell.state in NOTHING

    def total(self, code: str, where: Mapping[str, tuple[str, ...]] | None = None) -> int | None:
        """The sum over the lines (with these facts): None when one of them is not known, or none has anything to add."""
        asked = (code, tuple(sorted((where or {}).items())))
        if asked not in self._sums:
            members = [
                key for key, line in self.lines.items()
                if not (key in self.spec.by_key and self.spec.by_key[key].computed)
                and all(str(line.facts.get(name, "")) in allowed for name, allowed in (where or {}).items())
            ]  # fmt: skip
            self._sums[asked] = self._sum(members, (), code)
        return self._sums[asked]

    def counted(self, code: str, where: Mapping[str, tuple[str, ...]] | None = None) -> int:
        """How many lines a sum is made of."""
        return sum(
            not self.nothing(key, code)
            and all(str(line.facts.get(name, "")) in allowed for name, allowed in (where or {}).items())
            for key, line in self.lines.items()
        )

    def _fixed(self, line: str, code: str) -> int | None:
        asked = (line, code)
        if asked not in self._sums:
            fixed = self.spec.by_key[line]
            self._sums[asked] = self._sum(fixed.total_of, fixed.less, code)
        return self._sums[asked]

    def _sum(self, plus: Iterable[str], minus: Iterable[str], code: str) -> int | None:
        found, added = 0, False
        for sign, keys in ((1, plus), (-1, minus)):
            for key in keys:
                if self.nothing(key, code):
                    continue
                value = self.number(key, code)
                if value is None:
                    return None
                found, added = found + sign * value, True
        return found if added else None
