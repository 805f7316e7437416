"""Rows for a book from a file: .csv, .parquet or .xlsx. Exact: a binary fraction is refused, never rounded in passing.

The first line names the columns, by an input's name or by its label (标签); one column is the row key.
"""

import codecs
import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from anju.isolation import read_isolated
from anju.problems import Place, Problem, Refused
from anju.rules.book.rollups import member_book
from anju.rules.book.schema import DATE, NUMBER, TEXT, Book, BookInput

KEYS = ("key", "键", "行键", "编号")
TOLD_BY_LINE = 2_000_000  # bytes of a CSV whose every odd line is told; a larger one is read by the engine alone
ENCODINGS = ("utf-8-sig", "gb18030")  # gb18030 is what WPS and Excel write when they save a CSV on a Chinese computer


def _problem(path: Path, what: str, fix: str, code: str = "RUN-010") -> Refused:
    return Refused(Problem(code, Place(file=path.name), what, fix))


def read_rows(path: Path, book: Book, key: str = "") -> list[dict[str, Any]]:
    """The file's rows: input name → value, and the row key under "key". A blank is unknown.

    key: the heading of the key's column; without it one of 键, 行键, 编号, key, else the line number.
    Refused: RUN-010 the file cannot be read, RUN-011 binary fractions, RUN-012 headings that do not fit the book.
    """
    headings, lines = _open(path)
    (names,) = _names(path, headings, [book], key)
    rows = []
    for number, line in enumerate(lines, start=1):
        row = {name: _value(book.inputs.get(name), value) for name, value in zip(names, line, strict=False) if name}
        rows.append({"key": str(number)} | row)
    return rows


def read_members(path: Path, book: Book, absent: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """The members of rows, by the key of their row. A column that is a member's own key (键、编号 …) names it; without one it goes by its number.

    Refused as `read_rows`; RULE-022: an input that is not there and was not said to be absent.
    """
    assert book.members
    headings, lines = _open(path)
    own = member_file_book(book)
    (names,) = _names(path, headings, [own], "")
    lacking = [name for name in own.inputs if name not in names and name not in absent]
    if lacking:
        raise _lacking(path, own, lacking)
    members: dict[str, list[dict[str, Any]]] = {}
    lost = []
    for number, line in enumerate(lines, start=2):
        row = {name: _value(own.inputs.get(name), value) for name, value in zip(names, line, strict=False) if name}
        of = row.pop(book.members.key)
        members.setdefault(of, []).append(row) if of else lost.append(str(number))
    if lost:
        what = f"第 {'、'.join(lost[:20])} {'等' if len(lost) > 20 else ''}行没有写属于哪一行（{own.label(book.members.key)}）。"
        raise _problem(path, what, "请补上。")
    return members


def member_column_names(path: Path, book: Book) -> dict[str, str]:
    """The same as `column_names` of a file of members. Refused RULE-022 without the column that names the row of each."""
    assert book.members
    own = member_file_book(book)
    names = column_names(path, own)
    if book.members.key not in names.values():
        raise _lacking(path, own, [book.members.key])
    return names


def _lacking(path: Path, own: Book, names: Sequence[str]) -> Refused:
    listed = "、".join(f"{own.label(name)}（{name}）" for name in names)
    fix = "请补上；成员表里确实没有的输入，用 --absent 写明，按未知计算。"
    return Refused(Problem("RULE-022", Place(file=path.name), f"成员表没有“{listed}”。", fix))


def member_file_book(book: Book) -> Book:
    """The book over the members as a file has them, with the column that names the row of each."""
    assert book.members
    key = book.members.key
    own = member_book(book)
    link = BookInput(key, book.members.key_label or key, TEXT)
    return replace(own, digest=f"{own.digest} file", inputs={key: link, **own.inputs})


def _open(path: Path) -> tuple[list[str], Iterable[Sequence[Any]]]:
    """The headings, and the lines as they are."""
    if not path.is_file():
        raise _problem(path, "没有这个文件。", "请核对路径和文件名。")
    readers = {".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx, ".xls": _xlsx}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _problem(path, f"不认识这种文件（{path.suffix or '没有扩展名'}）。", f"可用：{'、'.join(readers)}。")
    try:
        return reader(path)
    except Refused:
        raise
    except Exception as error:  # whatever a library says of a damaged file, the user gets a sentence
        raise _problem(
            path,
            f"读不出来：{str(error).splitlines()[0][:200] if str(error) else type(error).__name__}",
            "请确认文件完好、格式与扩展名相符。",
        ) from error


def column_names(path: Path, book: Book, key: str = "") -> dict[str, str]:
    """Of a .csv or .parquet file: each heading that is used → the input's name, or "key". Refused as `read_rows`; no row is read."""
    return columns_of_books(path, [book], key)[0]


def columns_of_books(
    path: Path, books: Sequence[Book], key: str = "", group_by: Collection[str] = ()
) -> list[dict[str, str]]:
    """The same for each of several books over one file. group_by: headings beside, by which rows are told apart; they need no input."""
    if not path.is_file():
        raise _problem(path, "没有这个文件。", "请核对路径和文件名。")
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise _problem(path, f"不认识这种文件（{path.suffix or '没有扩展名'}）。", "可用：.csv、.parquet。")
    try:
        headings = _csv_headings(path) if path.suffix.lower() == ".csv" else _parquet_headings(path)
    except (UnicodeDecodeError, csv.Error, duckdb.Error) as error:
        fix = "请确认文件完好，CSV 用 UTF-8 编码，第一行是列名。"
        raise _problem(path, "列名读不出来。", fix) from error
    return [
        {heading: name for heading, name in zip(headings, names, strict=True) if name}
        for names in _names(path, headings, books, key, group_by)
    ]


def name_columns(source: str, headings: list[str], book: Book, key: str = "") -> dict[str, str]:
    """The same for columns that are known already. source: what the user called the table."""
    names = _names(Path(source), headings, [book], key, ())[0]
    return {heading: name for heading, name in zip(headings, names, strict=True) if name}


def engine_file(path: Path, folder: Path) -> Path:
    """The file as the engine reads it where it lies: itself when it is Parquet or a CSV in UTF-8, else its rows as such a CSV in that folder.

    Refused as `read_rows` for what cannot be read.
    """
    if not path.is_file():
        raise _problem(path, "没有这个文件。", "请核对路径和文件名。")
    kind = path.suffix.lower()
    if kind == ".parquet" or (kind == ".csv" and is_utf8(path)):
        if kind == ".csv" and path.stat().st_size <= TOLD_BY_LINE:
            _open(path)  # the engine does not say which line is not as long as the others
        return path
    headings, lines = _open(path)
    plain = folder / f"{path.stem}.csv"
    with plain.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([_plain(value) for value in line] for line in lines)
    return plain


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value.date() if isinstance(value, datetime) else "" if value is None else value)


def is_utf8(path: Path) -> bool:
    """By its beginning; what Excel writes as GB18030 is not."""
    try:
        with path.open("rb") as file:
            codecs.getincrementaldecoder("utf-8")().decode(file.read(1_000_000))
    except UnicodeDecodeError:
        return False
    return True


def _csv_headings(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file, strict=True), [])


def _parquet_headings(path: Path) -> list[str]:
    from anju.rules.engine.engines import connect, one_path

    with connect() as connection:
        return [
            row[0] for row in connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [one_path(path)]).fetchall()
        ]


def _names(
    path: Path, headings: list[str], books: Sequence[Book], key: str, group_by: Collection[str] = ()
) -> list[list[str]]:
    """For each book each heading as an input's name or "key"; "" for what is none of its inputs. Everything that does not fit is said at once."""
    each = [_names_of(headings, book, key) for book in books]
    labels = list(dict.fromkeys(item.label for book in books for item in book.inputs.values()))
    problems = []
    place = Place(file=path.name, line=1)
    strange = [
        heading
        for at, heading in enumerate(headings)
        if heading and heading not in group_by and not any(names[at] for names in each)
    ]
    if strange:
        what = f"列名“{'、'.join(strange)}”在规则书里没有对应的输入。"
        fix = f"列名写输入的名称或标签：{'、'.join(labels)}；行键一列用 --key 指明；无关的列请删去。"
        problems.append(Problem("RUN-012", place, what, fix))
    if key and key not in headings:
        problems.append(Problem("RUN-012", place, f"没有“{key}”这一列。", "请核对 --key。"))
    if lost := [heading for heading in group_by if heading not in headings]:
        what = f"没有“{'、'.join(lost)}”这一列，不能按它分组。"
        problems.append(
            Problem("RUN-012", place, what, f"请核对分组的列名；文件里有：{'、'.join(filter(None, headings))}。")
        )
    twice = {name for names in each for name in names if name and names.count(name) > 1}
    twice |= {heading for heading in group_by if headings.count(heading) > 1}
    if twice:
        problems.append(Problem("RUN-012", place, f"“{'、'.join(sorted(twice))}”有两列。", "请删去一列。"))
    if problems:
        raise Refused(*problems)
    return each


def _names_of(headings: list[str], book: Book, key: str) -> list[str]:
    labels = {item.label: name for name, item in book.inputs.items()}
    keys = (key,) if key else KEYS
    names = []
    for heading in headings:
        known = heading if heading in book.inputs else labels.get(heading, "")
        names.append("key" if heading in keys and (key or not known) else known)
    return names


def _value(item: BookInput | None, value: Any) -> Any:
    if value is None or value == "":
        return None
    if item is not None and item.type == NUMBER:
        return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else str(value).strip()
    if isinstance(value, datetime):
        value = value.date()
    if item is not None and item.type == DATE:
        return value if isinstance(value, date) else str(value).strip()
    return value if isinstance(value, bool) else str(value).strip()


def _csv(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            lines = csv.reader(io.StringIO(data.decode(encoding), newline=""), strict=True)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _problem(path, "既不是 UTF-8，也不是 GB18030 编码。", "请另存为 UTF-8 的 CSV。")
    headings = [heading.strip() for heading in next(lines, [])]
    if not any(headings):
        raise _problem(path, "文件是空的。", "第一行写列名，以下每行一条。")
    return headings, _whole_lines(path, lines, len(headings))


def _whole_lines(path: Path, lines: Any, width: int) -> list[list[str]]:
    """Those that are not blank. Refused RUN-010: a line with more or fewer cells than there are columns, as 1,234 without quotes makes."""
    whole, odd = [], []
    for line in lines:
        if not any(line):
            continue
        while len(line) > width and not line[-1]:
            line.pop()
        if len(line) != width:
            odd.append(str(lines.line_num))
        whole.append(line)
    if odd:
        told = f"第 {'、'.join(odd[:20])} {'等' if len(odd) > 20 else ''}行的格数与列名（{width} 列）不同。"
        raise _problem(path, told, "请核对：数里有逗号的（1,234）须去掉逗号或加引号，缺的格留空。")
    return whole


def _parquet(path: Path) -> tuple[list[str], Iterable[tuple[Any, ...]]]:
    from anju.rules.engine.engines import connect, one_path

    with connect() as connection:
        table = connection.execute("SELECT * FROM read_parquet(?)", [one_path(path)])
        binary = [column[0] for column in table.description or () if str(column[1]) in ("DOUBLE", "FLOAT")]
        if binary:
            what = f"列“{'、'.join(binary)}”是浮点数（DOUBLE），不精确。"
            raise _problem(path, what, "请在写出文件时转成 DECIMAL 或整数。", "RUN-011")
        return [column[0] for column in table.description or ()], table.fetchall()


def _xlsx(path: Path) -> tuple[list[str], Iterable[list[Any]]]:
    return read_isolated(_first_sheet, path)


def _first_sheet(path: Path) -> tuple[list[str], list[list[Any]]]:
    """The first sheet with anything in it."""
    from anju.workbooks.files.opening import open_workbook

    for sheet in open_workbook(path).sheets:
        rows = ((number, row) for number, row in enumerate(sheet.rows()) if any(cell != "" for cell in row))
        first = next(rows, None)
        if first is not None:
            return [str(cell).strip() for cell in first[1]], [_exact(path, sheet, number, row) for number, row in rows]
    raise _problem(path, "工作簿是空的。", "第一行写列名，以下每行一条。")


def _exact(path: Path, sheet: Any, number: int, row: list[Any]) -> list[Any]:
    """A sheet keeps binary fractions: each number is taken as its cell shows it, in exact digits."""
    from anju.quantities import scaled_text
    from anju.workbooks.files.numbers import BAD, number_from_cell
    from anju.workbooks.reading.cells import cell_reference

    columns = []
    for column, cell in enumerate(row):
        flaw = sheet.marks.errors.get((number, column)) or sheet.marks.flaw(number, column)
        is_number = not isinstance(cell, int | Mapping) and hasattr(cell, "is_integer")
        shown = number_from_cell(cell, sheet.marks.format(number, column)) if is_number and not flaw else None
        if shown is not None and (shown.state == BAD or shown.unit not in ("", "%") or shown.approx):
            flaw = shown.flaw or "数字格式写着单位或“约”“余”"
        if flaw and (cell != "" or flaw.startswith("#")):
            where = Place(file=path.name, sheet=sheet.name, cell=cell_reference(number, column))
            raise Refused(Problem("RUN-010", where, f"这一格不能确定是什么：{flaw}。", "请改成单纯的数字或文字。"))
        columns.append(cell if shown is None else shown.hidden or scaled_text(shown.digits, shown.places))
    return columns
