"""read(): one workbook through one map. find_map(): which map a workbook is for."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from anju.problems import Place, Problem, Refused
from anju.workbooks.files.numbers import fold_number
from anju.workbooks.files.opening import Workbook, Worksheet, open_workbook
from anju.workbooks.reading import heads
from anju.workbooks.reading.cells import PROBLEM_SHEET, ReadCell, WorkbookReading
from anju.workbooks.reading.columns import Section, find_sections
from anju.workbooks.reading.heads import ColumnMatch, HeadGrid, TableHead
from anju.workbooks.reading.long_forms import LongReader, long_columns
from anju.workbooks.reading.maps import LongColumns, MapColumn, TableMap, load_map
from anju.workbooks.reading.sentences import read_sentences, sheet_of_table
from anju.workbooks.reading.wide_forms import WideReader

Source = str | Path | bytes


@dataclass
class SheetFit:
    """How well one sheet fits a map. sections: its head and every further one, each with the columns found under it."""

    sheet: Worksheet
    head: TableHead | None
    match: ColumnMatch | None
    columns: tuple[MapColumn, ...]
    sections: list[Section] = field(default_factory=list)
    further: list["SheetFit"] = field(default_factory=list)  # the sheets on which the form goes on (续表)

    @property
    def found(self) -> set[int]:
        return {index for section in self.sections for index in section.found}

    def has(self, column: MapColumn) -> bool:
        return any(self.columns[index] == column for index in self.found)

    @property
    def score(self) -> tuple[int, int]:
        """(columns found, less columns missing): more is better."""
        return (len(self.found), -len(self.match.missing)) if self.match else (0, -len(self.columns))

    @property
    def whole(self) -> bool:
        return self.match is not None and not self.match.missing


def fit_sheet(sheet: Worksheet, table: TableMap, file_name: str) -> SheetFit:
    """Look for the map's head in one sheet."""
    part = sheet_of_table(sheet, table)
    if part is None:
        return SheetFit(sheet, None, None, table.columns if isinstance(table.columns, tuple) else ())
    sheet, depth = part, heads.HEAD_ROWS if part is sheet else part.marks.height
    columns, labels = (
        (long_columns(table.columns)[0], table.columns.region)
        if isinstance(table.columns, LongColumns)
        else (table.columns, table.rows.label)
    )
    if table.form == "long":
        head = heads.find_head(HeadGrid(sheet.first_rows(depth), sheet.merges), labels)
        table_heads = [head] if head else []
    else:
        table_heads = heads.find_heads(sheet.first_rows(heads.MORE_HEADS), sheet.merges, labels, depth)
    if not table_heads:
        return SheetFit(sheet, None, None, columns)
    if table.form == "long":
        table_heads[0].span = (-1, -1)  # the region's column is a column like the others
    match = heads.match_columns(columns, table_heads[0], file_name, sheet.name)
    sections = find_sections(table_heads, match, columns, file_name, sheet.name)
    elsewhere = {index for section in sections[1:] for index in section.found}
    return SheetFit(sheet, table_heads[0], match.with_further(elsewhere, columns), columns, sections)


def stream_cells(
    source: Source,
    table: TableMap | str | Path,
    reading: WorkbookReading,
    *,
    name: str = "",
    area: str = "",
    period: str = "",
) -> Iterator[ReadCell]:
    """read() for long files: cells come one by one, and `reading` holds problems and published results at the end."""
    table = table if isinstance(table, TableMap) else load_map(table)
    reading.map_id = table.map
    try:
        book = open_workbook(source, name)
    except Refused as refused:
        reading.problems += refused.problems
        reading.file_name = name or (Path(source).name if not isinstance(source, bytes) else "")
        return
    reading.file_name, reading.sha256 = book.file_name, book.sha256
    reading.problems += book.problems
    best = _choose(book, table, reading)
    if best is None or best.head is None or best.match is None:
        return
    head, sheet = best.head, best.sheet
    reading.sheet, reading.title = sheet.name, head.title
    if len(best.found) * 3 < len([column for column in best.columns if column.required and not column.ignore]):
        reading.problems.append(_another(table, best, book))
        return
    reading.problems += best.match.problems
    when = _period(table, period, head, sheet, reading)
    if table.form == "long":
        names = long_columns(table.columns)[1]  # type: ignore[arg-type]
        places = {names[index]: at for index, at in best.match.found.items()}
        if best.match.missing:
            return
        yield from LongReader(sheet, table, reading, head, places, when).cells()
        return
    yield from read_sentences(sheet, table, reading, head=head, area=area, period=when)
    if table.form == "items":
        area = area or _area(head, table)
    first, *further = [
        WideReader(sheet=one.sheet, table=table, reading=reading, sections=one.sections, area=area, period=when)
        for one in (best, *best.further)
    ]
    yield from first.cells(further)


def read_workbook(
    source: Source, table: TableMap | str | Path, *, name: str = "", area: str = "", period: str = ""
) -> WorkbookReading:
    """Read a workbook by its map. Never raises for what is in the file: everything wrong is in `problems`.

    name: the file's name as the user knows it; area: the region the form is of, when the form does not say;
    period: the period, when neither map nor title says it.
    """
    reading = WorkbookReading("", name, "")
    reading.cells.extend(stream_cells(source, table, reading, name=name, area=area, period=period))
    return reading


def _choose(book: Workbook, table: TableMap, reading: WorkbookReading) -> SheetFit | None:
    """The sheet to read. WB-021 no head anywhere, WB-027 more than one sheet fits."""
    sheets = [sheet for sheet in book.sheets if sheet.marks.height and sheet.name != PROBLEM_SHEET] or book.sheets
    named = [sheet for sheet in sheets if any(word in sheet.name for word in table.sheet)]
    fits = [fit_sheet(sheet, table, book.file_name) for sheet in named or sheets]
    best = max(fits, key=lambda fit: fit.score)
    if best.head is None:
        labels = table.columns.region if isinstance(table.columns, LongColumns) else table.rows.label
        reading.problems.append(
            Problem(
                "WB-021",
                Place(file=book.file_name, sheet=best.sheet.name),
                f"{_where_looked(table)}没有找到表头（名为“{'”或“'.join(labels)}”的列）。",
                "请确认选对了文件和对照表；表头改过名的，请改回规定的名称，或在对照表里加上这个名称。",
            )
        )
        return None
    if table.title and len(fits) > 1:
        titled = [fit for fit in fits if fit.whole and fit.head and _titled(table, fit.head.title)]
        if len(titled) == 1:
            return titled[0]
    whole = [fit for fit in fits if fit.whole and fit.score == best.score]
    if len(whole) > 1:
        reading.problems.append(
            Problem(
                "WB-027",
                Place(file=book.file_name),
                f"有 {len(whole)} 张工作表都像是这张表：{'、'.join(fit.sheet.name for fit in whole)}。",
                "请只保留要读取的一张，或在对照表写 sheet 指明。",
            )
        )
        return None
    if best.match and best.match.missing:
        every = fits if not named else [fit_sheet(sheet, table, book.file_name) for sheet in sheets]
        if joined := _joined(every, table):
            return joined
        _point_to_other_sheets(best, every)
    return best


def _where_looked(table: TableMap) -> str:
    return f"“{table.below[0]}”这一行下面" if table.below else f"前 {heads.HEAD_ROWS} 行里"


def _joined(fits: list[SheetFit], table: TableMap) -> SheetFit | None:
    """A form that goes on in other sheets: together they have every column, and each has the same rows. None where it is none."""
    for first in fits if table.form != "long" else ():
        further = [one for one in fits if _goes_on(first, one, table)]
        if first.match is None or first.head is None or not further:
            continue
        joined = first.match.with_further({index for one in further for index in one.found}, first.columns)
        if joined.missing or any(_row_names(one, table) != _row_names(first, table) for one in further):
            continue
        for one in further:
            joined.problems.extend(problem for problem in one.match.problems if problem.code != "WB-022")  # type: ignore[union-attr]
            if one.head and not one.head.units:
                one.sections[0].head = replace(one.head, units=first.head.units)
        return replace(first, match=joined, further=further)
    return None


def _goes_on(first: SheetFit, other: SheetFit, table: TableMap) -> bool:
    """Whether another sheet is the first one's 续表: named by the map, or under the same title and called so."""
    if other.sheet is first.sheet or not (first.head and other.head and other.found):
        return False
    mine, others = _said_periods(first.head.title), _said_periods(other.head.title)
    if others and mine != others:
        return False  # of another year, or of another month
    if any(word in first.sheet.name for word in table.continues):
        return False
    if any(word in other.sheet.name for word in table.continues):
        return True
    called = [("续" in one.sheet.name or "续" in one.head.title) for one in (first, other) if one.head]
    return called == [False, True] and _without_further(first.head.title) == _without_further(other.head.title)


def _said_periods(title: str) -> set[str]:
    """The years, months, quarters and halves that a title names."""
    return set(re.findall(r"(?:19|20)[0-9]{2}|[0-9]{1,2} *月|[一二三四1-4] *季度|[上下]半年", fold_number(title)))


def _without_further(title: str) -> str:
    """A title without 续表, (续), 续一, 续表2."""
    return heads.parse_heading(re.sub(r"[(（]?续表?[一二三四五六七八九十0-9]*[)）]?", "", title))[0]


def _row_names(fit: SheetFit, table: TableMap) -> set[str]:
    """The names of a sheet's rows, for comparison; what is wrong with them is told when they are read."""
    reader = WideReader(
        sheet=fit.sheet, table=table, reading=WorkbookReading("", "", ""), sections=fit.sections, area="", period=""
    )
    for _ in reader.cells():
        pass
    return reader.names


def _point_to_other_sheets(best: SheetFit, fits: list[SheetFit]) -> None:
    """A form that goes on in another sheet: say where the missing columns are, and how to put them together."""
    match: ColumnMatch = best.match  # type: ignore[assignment]
    missing = iter(match.missing)
    for number, problem in enumerate(match.problems):
        if problem.code == "WB-022":
            column = next(missing)
            other = next((one for one in fits if one is not best and one.has(column)), None)
            if other:
                fix = f"它在工作表“{other.sheet.name}”里；是续表的，请连表头一起移到这张工作表的下面或右边。"
                match.problems[number] = replace(problem, fix=fix)


def _period(table: TableMap, given: str, head: TableHead, sheet: Worksheet, reading: WorkbookReading) -> str:
    """The map's period, the caller's, or the year in the title; WB-028 when a wide form has none."""
    titles = (fold_number(head.title), fold_number(" ".join(head.above)))
    year = next((period for text in titles if (period := _year(text, given[:4]))), "")
    period = table.period.replace("{year}", year or given[:4]) if table.period else given or year
    every = table.form != "long" and all(column.period and "{" not in column.period for column in table.columns)  # type: ignore[union-attr]
    if not period and table.form != "long" and not every:
        reading.problems.append(
            Problem(
                "WB-028",
                Place(file=reading.file_name, sheet=sheet.name),
                "看不出这张表是哪一期的。",
                "请在标题写明年度（如“2021年度……”），或上传时选定期间。",
            )
        )
    return period


def _year(text: str, given: str) -> str:
    """The year that a title is of. Of several (2020年结转2021年度…) the one of a 年度, the one given, else none."""
    for pattern in (r"((?:19|20)[0-9]{2})\s*年度", r"((?:19|20)[0-9]{2})\s*年"):
        years = dict.fromkeys(re.findall(pattern, text))
        if len(years) == 1:
            return str(next(iter(years)))
        if years:
            return given if given in years else ""
    return ""


def _area(head: TableHead, table: TableMap) -> str:
    for line in head.above:
        for word in table.rows.area:  # type: ignore[union-attr]
            if match := re.search(word + r"\s*[:：]\s*(\S+)", line):
                return match[1]
    return ""


def _titled(table: TableMap, title: str) -> bool:
    plain = heads.parse_heading(title)[0]
    return any(heads.parse_heading(word)[0] in plain for word in table.title)


def find_map(source: Source, maps: Iterable[TableMap | str | Path], *, name: str = "") -> TableMap:
    """The one map a workbook is for. Refused WB-071 with the nearest candidate when none fits, WB-072 when several do."""
    tables = [table if isinstance(table, TableMap) else load_map(table) for table in maps]
    book = open_workbook(source, name)
    sheets = [sheet for sheet in book.sheets if sheet.marks.height and sheet.name != PROBLEM_SHEET] or book.sheets
    tried = [(table, _best_fit(sheets, table, book.file_name)) for table in tables]
    whole = [(table, fit) for table, fit in tried if fit.whole]
    if len(whole) > 1 and (titled := [(table, fit) for table, fit in whole if _titled(table, fit.head.title)]):  # type: ignore[union-attr]
        whole = titled
    if len(whole) > 1:
        most = max(len(fit.columns) for _, fit in whole)
        whole = [(table, fit) for table, fit in whole if len(fit.columns) == most]
    if len(whole) == 1:
        return whole[0][0]
    if whole:
        names = "、".join(table.map for table, _ in whole)
        raise Refused(
            Problem(
                "WB-072",
                Place(file=book.file_name),
                f"有 {len(whole)} 个对照表都合适：{names}。",
                "请选定其中一个，或在对照表写 title 加以区分。",
            )
        )
    raise Refused(_nearest_map_problem(book, tried))


def _best_fit(sheets: list[Worksheet], table: TableMap, file_name: str) -> SheetFit:
    fits = [fit_sheet(sheet, table, file_name) for sheet in sheets]
    best = max(fits, key=lambda fit: fit.score)
    return (_joined(fits, table) if best.match and best.match.missing else None) or best


def _another(table: TableMap, fit: SheetFit, book: Workbook) -> Problem:
    """One problem instead of forty: this is another form."""
    known, missing = len(fit.found), "、".join(f"“{column.path[0]}”" for column in fit.match.missing[:5])  # type: ignore[union-attr]
    return Problem(
        "WB-029",
        Place(file=book.file_name, sheet=fit.sheet.name),
        f"不像“{table.map}”这张表：{len(fit.columns)} 列里只认出 {known} 列，没有{missing}等列。",
        "请确认选对了文件和对照表。",
    )


def _nearest_map_problem(book: Workbook, tried: list[tuple[TableMap, SheetFit]]) -> Problem:
    if not tried:
        return Problem("WB-071", Place(file=book.file_name), "还没有任何对照表。", "请先按《对照表怎么写》写一个。")
    title = next((fit.head.title for _, fit in tried if fit.head), "")
    near = difflib.get_close_matches(title, [word for table, _ in tried for word in table.title], 1) if title else []

    def closeness(item: tuple[TableMap, SheetFit]) -> tuple[bool, int, int]:
        table, fit = item
        return (bool(near) and near[0] in table.title, *fit.score)

    table, fit = max(tried, key=closeness)
    if not fit.match:
        return Problem(
            "WB-071",
            Place(file=book.file_name),
            "没有一个对照表合适，连表头都没有找到。",
            f"请确认选对了文件；现有的对照表有：{'、'.join(t.map for t, _ in tried)}。",
        )
    missing = "、".join(f"“{column.path[0]}”" for column in fit.match.missing[:8])
    return Problem(
        "WB-071",
        Place(file=book.file_name, sheet=fit.sheet.name),
        f"没有一个对照表完全合适。最接近的是“{table.map}”，缺 {len(fit.match.missing)} 列：{missing}。",
        "表头写错的请改正；表式确实不同的，请另写一个对照表，不需要改程序。",
    )
