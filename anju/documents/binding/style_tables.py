"""A table of a paper as an annex of a style: its own heads and rows, each column a figure of the row's place."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from anju.core.models.region import Region
from anju.documents.asking.pasted import words as pasted_words
from anju.documents.asking.proposing import ABSENT
from anju.documents.binding.holdings import FigureMeant
from anju.documents.binding.naming import FigureNames, look_of
from anju.documents.binding.parts import NOTE
from anju.documents.binding.wording import PaperWords
from anju.documents.checker.paper import PaperNumber, ReadPaper, ReadTable

DEEPEST = 5
UNSAID = {"text": "none"}


@dataclass
class AnnexWriter:
    """meanings as of the text's numbers. notes: what of a table does not come out, for whoever looks the style over."""

    paper: ReadPaper
    meanings: Mapping[int, FigureMeant | str]
    names: FigureNames
    words: PaperWords
    regions: Mapping[str, Region]
    notes: list[str] = field(default_factory=list)

    def annex(self, index: int) -> dict[str, Any] | None:
        """The declaration; None for a table of which no number is a figure."""
        table = self.paper.tables[index]
        numbers = [cell.number for cell in table.cells.values() if cell.number is not None and cell.row >= table.head]
        meant = {one.serial: said for one in numbers if isinstance(said := self.meanings.get(one.serial), FigureMeant)}
        if not meant:
            return None
        places = self.row_places(table, meant)
        if (
            len(places) < 2
            and len({one.region for one in meant.values()}) < 2
            and len(places) < table.rows - table.head
        ):
            return self.by_measures(table, numbers, meant)
        first = min(number.column for number in numbers)
        declared: dict[str, Any] = {"title": self.words.relative(table.title or table.name)}
        declared["corner"] = self.words.relative(self.head_text(table, self.label_column(table, first)) or "单位")
        if table.unit:
            declared["unit"] = table.unit
        numbered = self.head_text(table, 0) if first > 1 else ""
        if numbered in pasted_words()["number"]:
            declared["numbered"] = numbered
        if note := self.note(table):
            declared["note"] = note
        declared["columns"] = self.columns(table, first, numbers, meant)
        declared["rows"] = {"lines": self.lines(table, places, self.label_column(table, first))}
        return declared

    # -- rows

    def row_places(self, table: ReadTable, meant: Mapping[int, FigureMeant]) -> dict[int, str]:
        """Row → code of the region of which most of its figures are."""
        places = {}
        for row in range(table.head, table.rows):
            codes = Counter(
                said.region
                for column in range(table.columns)
                if (number := table.number(row, column)) and (said := meant.get(number.serial))
            )
            if codes:
                places[row] = codes.most_common(1)[0][0]
        return places

    def label_column(self, table: ReadTable, first: int) -> int:
        """The last column of texts before the numbers."""
        for column in range(first - 1, -1, -1):
            if any(
                (cell := table.cover.get((row, column))) and cell.text and cell.number is None
                for row in range(table.head, table.rows)
            ):
                return column
        return 0

    def lines(self, table: ReadTable, places: Mapping[int, str], at: int) -> list[dict[str, Any]]:
        lines = []
        own = self.names.holdings.own.code
        for row in range(table.head, table.rows):
            cell = table.cover.get((row, at))
            label = self.words.relative(cell.text if cell else table.labels.get(row, "")) or "　"
            code = places.get(row, "")
            if not code and any(table.number(row, column) for column in range(table.columns)):
                self.notes.append(f"{table.name}“{table.labels.get(row, '')}”一行没有认出是哪里，先空着")
            region = "own" if code == own else code or ABSENT
            lines.append({"label": label, "region": region} | ({"whole": True} if code == own else {}))
        return lines

    # -- columns

    def head_text(self, table: ReadTable, column: int) -> str:
        return next(
            (
                cell.text
                for row in range(table.head - 1, -1, -1)
                if (cell := table.cover.get((row, column))) and cell.text
            ),
            "",
        )

    def head_path(self, table: ReadTable, column: int) -> list[str]:
        path: list[Any] = []
        for row in range(table.head):
            cell = table.cover.get((row, column))
            if cell is not None and cell.text and (not path or path[-1] is not cell):
                path.append(cell)
        return [self.words.relative(cell.text) for cell in path][-DEEPEST:]

    def columns(
        self, table: ReadTable, first: int, numbers: list[PaperNumber], meant: Mapping[int, FigureMeant]
    ) -> list[dict[str, Any]]:
        leaves = []
        for column in range(first, table.columns):
            mine = [one for one in numbers if one.column == column]
            path = self.head_path(table, column) or ["　"]
            leaves.append((path[:-1], {"head": path[-1]} | self.content(table, path, mine, meant)))
        return nested(leaves)

    def content(
        self, table: ReadTable, path: list[str], numbers: list[PaperNumber], meant: Mapping[int, FigureMeant]
    ) -> dict[str, Any]:
        said = Counter(replace(meant[one.serial], region="") for one in numbers if one.serial in meant)
        if not said:
            if numbers:
                self.notes.append(f"{table.name}“{path[-1]}”一栏没有认出是什么数，先空着")
            return dict(UNSAID)
        chosen = said.most_common(1)[0][0]
        look = column_look(numbers)
        if look is None:
            self.notes.append(f"{table.name}“{path[-1]}”一栏的单位印不出，先空着")
            return dict(UNSAID)
        name = self.names.name_of(chosen, look, of_row=True)
        return {"figure": name, "show": look}

    # -- rows of measures

    def by_measures(
        self, table: ReadTable, numbers: list[PaperNumber], meant: Mapping[int, FigureMeant]
    ) -> dict[str, Any] | None:
        """Rows that are measures, columns that say what was asked, what was done, at what rate."""
        catalogue = self.names.holdings.catalogue
        first = min(number.column for number in numbers)
        sides: dict[int, Counter[str]] = {}
        lines: list[dict[str, Any]] = []
        for row in range(table.head, table.rows):
            cells = {one.column: meant.get(one.serial) for one in numbers if one.row == row}
            bases = Counter(base_of(catalogue[said.code]) for said in cells.values() if said)
            label = self.words.relative(table.labels.get(row, "")) or "　"
            if not bases:
                lines.append({"label": label, "region": ABSENT})
                continue
            code = bases.most_common(1)[0][0]
            unit = next((one.unit for one in numbers if one.row == row and one.family != "%" and one.unit), "")
            lines.append({"label": label, "code": code} | ({"unit": unit} if look_unit(unit) else {}))
            for column, said in cells.items():
                if said:
                    sides.setdefault(column, Counter())[side_of(catalogue[said.code])] += 1
        leaves = []
        for column in range(first, table.columns):
            path = self.head_path(table, column) or ["　"]
            side = sides[column].most_common(1)[0][0] if column in sides else ""
            content: dict[str, Any] = {"side": side} if side else dict(UNSAID)
            leaves.append((path[:-1], {"head": path[-1]} | content))
        title = self.words.relative(table.title or table.name)
        return {
            "title": title,
            "corner": self.words.relative(self.head_text(table, 0) or "指标"),
            "columns": nested(leaves),
            "rows": {"lines": lines},
        }

    def note(self, table: ReadTable) -> str:
        said = [
            one.text for one in self.paper.paragraphs if table.part and one.part == table.part and NOTE.match(one.text)
        ]
        return (
            self.words.relative(said[-1])
            if said and not any(one.numbers for one in self.paper.paragraphs if one.text == said[-1])
            else ""
        )


def base_of(measure: Any) -> str:
    return str(measure.target_of_id or measure.numerator_id or measure.code)


def side_of(measure: Any) -> str:
    return "target" if measure.target_of_id else "rate" if measure.numerator_id else "value"


def look_unit(unit: str) -> bool:
    from anju.quantities import ALIASES, UNITS

    return bool(unit) and ALIASES.get(unit, unit) in UNITS


def column_look(numbers: list[PaperNumber]) -> str | None:
    """亿元 2 where all have as many decimals, else 亿元 upto 4."""
    looks = [look_of(one) for one in numbers]
    if any(one is None for one in looks):
        return None
    most = max(one.places for one in numbers)
    unit, _, rest = str(looks[0]).partition(" ")
    if not rest and unit.isdecimal():
        return str(most)
    even = len({one.places for one in numbers}) == 1 or unit == "%"
    return f"{unit} {most}" if even else f"{unit} upto {most}"


def nested(leaves: list[tuple[list[str], dict[str, Any]]]) -> list[dict[str, Any]]:
    """Neighbours under the same heading stand under it once."""
    columns: list[dict[str, Any]] = []
    start = 0
    while start < len(leaves):
        above, leaf = leaves[start]
        if not above:
            columns.append(leaf)
            start += 1
            continue
        end = start + 1
        while end < len(leaves) and leaves[end][0][:1] == above[:1]:
            end += 1
        columns.append({"head": above[0], "columns": nested([(path[1:], one) for path, one in leaves[start:end]])})
        start = end
    return columns
