"""What a reading gives: cells with their number as printed, and where each stood."""

from dataclasses import dataclass, field
from typing import NamedTuple

from anju import quantities
from anju.problems import BLOCK, Problem
from anju.workbooks.reading.maps import GroupRow, PartRow, TotalRow

NUMBER, UNREPORTED, NO_TASK, NOT_APPLICABLE = "number", "unreported", "no_task", "not_applicable"  # 未报 无任务 不适用
PROBLEM_SHEET = "问题清单"  # the sheet that mark() adds; never read back as data
PROBLEM_COLUMN = "校验问题"  # the column that it adds where there are many; the same


class ReadCell(NamedTuple):
    """One value of a form. A NamedTuple because a long file makes millions of them.

    digits × 10^-places in `unit` is the number as printed; digits is None unless state is "number".
    kind: region | total | group, the kind of row it stood in (a total row's region_name is the form's own region).
    """

    measure: str
    calibre: str
    region_name: str
    period: str
    state: str
    digits: int | None
    places: int
    unit: str
    approx: str  # of quantities.APPROXIMATE
    assumed: bool  # 推定, with its basis
    basis: str
    sheet: str
    cell: str
    raw: str  # what the cell shows
    row_label: str
    column_label: str
    kind: str = "region"
    scope: str = ""  # 范围, such as 不含温县
    source: str = ""  # 出处
    document: str = ""  # 文号 of the document that sets a target
    effective_on: str = ""
    key: str = ""  # the map's name of the column, for checks
    padded: int = 0  # zeros at its end that only the format shows: 0.566 as 56.60 %; a comparison need not mind them

    @property
    def base(self) -> int | None:
        """The value in base units of its family (money: 分), or None when there is no number."""
        return None if self.digits is None else quantities.to_base(self.digits, self.places, self.unit)

    @property
    def text(self) -> str:
        """The number as printed, without unit; '' when there is none."""
        return "" if self.digits is None else quantities.scaled_text(self.digits, self.places)


@dataclass
class WorkbookReading:
    """Everything one workbook said, and everything that is wrong with it.

    cells: the facts. published: results the form prints (rates, self-scores), read to be compared and never facts.
    """

    map_id: str
    file_name: str
    sha256: str
    sheet: str = ""
    title: str = ""
    cells: list[ReadCell] = field(default_factory=list)
    published: list[ReadCell] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def blocked(self) -> bool:
        """Whether anything stops it from being stored."""
        return any(problem.level == BLOCK for problem in self.problems)


def column_letters(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_reference(row: int, column: int) -> str:
    """(11, 5) → F12: zero-based position to the name users see."""
    return f"{column_letters(column)}{row + 1}"


def cell_position(ref: str) -> tuple[int, int]:
    """F12 → (11, 5). ValueError when it is not a cell."""
    head = ref.rstrip("0123456789")
    if not head or not head.isascii() or not head.isalpha() or not ref[len(head) :]:
        raise ValueError(f"{ref} 不是单元格")
    column = 0
    for letter in head.upper():
        column = column * 26 + ord(letter) - 64
    return int(ref[len(head) :]) - 1, column - 1


@dataclass
class DataRow:
    """One data row: kind is region, total, group or part; rule is the map's total, group or part.

    places: the cell of each value that does not stand in the row itself, but below a further head.
    """

    number: int
    label: str
    kind: str
    region: str
    rule: TotalRow | GroupRow | PartRow | None
    values: dict[str, int | None] = field(default_factory=dict)  # column → base units; None: unknown; absent: empty
    printed: dict[str, tuple[int, int]] = field(default_factory=dict)  # published ratio → digits, places
    padded: dict[str, int] = field(default_factory=dict)  # published ratio → zeros at its end that the format adds
    steps: dict[str, int] = field(default_factory=dict)  # base units of the last decimal, where it is coarser than one
    places: dict[str, str] = field(default_factory=dict)
    whole: str = ""  # of a part: the row it is a part of

    def cell(self, column: str, letter: str) -> str:
        return self.places.get(column) or f"{letter}{self.number + 1}"
