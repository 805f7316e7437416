"""A sealed scan beside its return: the sheet's key figures (totals), what a program reads of them in the scan, and what people found."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from anju.core.people.scope import Actor, visible_rows
from anju.core.reading import AGAIN, read_file_of
from anju.problems import Refused
from anju.quantities import unit_of_measure
from anju.returns.files import scan_reading
from anju.returns.models import Paper, ScanComparison
from anju.returns.queries.grid import GridLine, ReturnGrid
from anju.returns.queries.numbers import NumberWriter
from anju.workbooks.files.numbers import ParsedNumber, parse_number
from anju.workbooks.files.typed import read_typed_number

PDF = "application/pdf"
BUSY = (*AGAIN, "READ-005")  # the machine did not manage now: that is no word about the file
MOST_PLACES, MOST_DIGITS, LONGEST_NUMBER = 6, 15, 40


@dataclass(frozen=True)
class KeyFigure:
    """A total of the sheet. text: as the form prints it; value: in base units. reading: what a program read in the scan there, "" when it
    could not; reads_same: that it is the same number."""

    line: str
    column: str
    where: str
    text: str
    unit: str
    value: int
    reading: str = ""
    reads_same: bool = False
    compared: ScanComparison | None = None

    @property
    def key(self) -> str:
        return f"{self.line}|{self.column}"


def is_busy(refused: Refused) -> bool:
    return any(one.code in BUSY for one in refused.problems)


def exact_number(number: ParsedNumber, unit: str) -> Fraction:
    """In base units, finer than the base too: a scan may print 12.5 of what is counted."""
    return Fraction(number.digits * unit_of_measure(unit).factor, 10**number.places)


def read_paper_number(text: str, unit: str) -> Fraction:
    """What somebody reads on the paper, in base units: with decimals and a sign, whatever the column takes. ValueError says in Chinese why it
    is no number."""
    number = read_typed_number(text, unit)
    if len(text.strip()) > LONGEST_NUMBER:
        raise ValueError(f"写了{len(text.strip())}个字，最多{LONGEST_NUMBER}个。")
    if number.state != "number" or number.approx:
        raise ValueError(f"“{text}”不是确切的数{f'：{number.flaw}' if number.flaw else ''}。")
    if number.places > MOST_PLACES:
        raise ValueError(f"{text} 有 {number.places} 位小数，最多 {MOST_PLACES} 位。")
    if len(str(abs(number.digits))) - number.places > MOST_DIGITS:
        raise ValueError(f"{text} 太大。")
    return exact_number(number, unit)


def key_figures(sheet: ReturnGrid) -> list[KeyFigure]:
    """The numbers of the sheet's computed lines; of a sheet without one, all its numbers."""
    numbers = NumberWriter(sheet)
    lines = [line for line in sheet.lines if line.computed] or [line for line in sheet.lines if not line.heading]
    return [
        KeyFigure(
            line=line.key, column=column.code, where=f"{line.label} {column.head}", text=numbers.cell(cell), unit=column.unit,
            value=cell.value,
        )
        for line in lines
        for column, cell in zip(sheet.columns, sheet.row(line.key), strict=True)
        if cell.exists and column.type == "number" and not column.formula and cell.value is not None
    ]  # fmt: skip


def compared_figures(user: Actor, paper: Paper, sheet: ReturnGrid) -> list[KeyFigure]:
    """The same, each with the newest word of a person about it in that scan, while the figure is still what they looked at."""
    rows = visible_rows(ScanComparison.objects.filter(paper=paper), user).order_by("id")
    newest = {(one.line, one.column): one for one in rows}
    return [
        KeyFigure(**vars(one) | {"compared": seen if seen and seen.value == one.value else None})
        for one in key_figures(sheet)
        for seen in (newest.get((one.line, one.column)),)
    ]


def with_readings(user: Actor, paper: Paper, sheet: ReturnGrid, figures: Iterable[KeyFigure]) -> list[KeyFigure]:
    """The same, with what a program reads in the scan's text layer. What it cannot read, or not surely, is blank: nobody guesses.

    Refused with one of BUSY when the file was not read now.
    """
    found = read_figures(user, paper, sheet)
    units = sheet.spec.by_code
    read = []
    for one in figures:
        text = found.get((one.line, one.column), "")
        number = parse_number(text) if text else None
        same = number is not None and exact_number(number, units[one.column].unit) == one.value
        read.append(KeyFigure(**vars(one) | {"reading": text, "reads_same": same}))
    return read


def read_figures(user: Actor, paper: Paper, sheet: ReturnGrid) -> dict[tuple[str, str], str]:
    """By line and column, the number in the scan: of lines that stand there once and have just as many numbers as the form prints. Refused
    with one of BUSY when the file was not read now."""
    if paper.file.media != PDF:
        return {}
    try:
        lines = read_file_of(user, scan_reading.read_lines, bytes(paper.file.content), file=paper.file.name)
    except Refused as refused:
        if is_busy(refused):
            raise
        return {}  # it cannot be read by a program; people can look at it
    numbers, found = NumberWriter(sheet), {}
    for line in (one for one in sheet.lines if not one.heading):
        cells = zip(sheet.columns, sheet.row(line.key), strict=True)
        printed = ["行次"] if _is_number(line.number) else []
        printed += [column.code for column, cell in cells if cell.exists and _is_number(numbers.cell(cell))]
        texts = _numbers_of(line, lines)
        if len(texts) == len(printed):
            found |= {(line.key, code): text for code, text in zip(printed, texts, strict=True)}
    return found


def _numbers_of(line: GridLine, lines: list[list[str]]) -> list[str]:
    """The numbers in the one line of the scan that begins with the line's name; nothing when there is none, or more than one."""
    label = line.label.replace(" ", "")
    found = []
    for words in lines:
        for count in range(1, len(words)):
            if "".join(words[:count]).strip("　") == label:
                found.append([word for word in words[count:] if _is_number(word)])
                break
    return found[0] if len(found) == 1 else []


def _is_number(text: str) -> bool:
    return bool(text) and parse_number(text).state == "number"
